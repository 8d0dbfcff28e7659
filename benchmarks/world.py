"""Train the pretrained model `world` and measure it: `python benchmarks/world.py`.

1. Builds the corpus world if it is not there (`cognomen data build world`), and splits it by protocol W.
2. Finds the names that are foreign to their lists (`foreign_names`), and trains a model without
   the test names ("measured"), calibrated with the validation names; and one on all names ("shipped"), which
   takes over that calibration. Both in the folder `benchmarks/world`, where a training that was stopped goes
   on.
3. Measures: protocol W with the first, protocol P and the most common names with both.
4. Writes `benchmarks/results/world.json`, and the shipped model with its card.

    python benchmarks/world.py --stage train --which measured     one step only
    python benchmarks/world.py --stage measure
    python benchmarks/world.py --stage ship

Needs COGNOMEN_WORLD, and the network or a cache for the sources that are packages.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import world_figures
from foreign_names import without_foreign_names
from protocol_w import World, measure_common, measure_native, measure_people, measure_unseen

from cognomen import Classifier
from cognomen.corpora.world import build_world
from cognomen.io.files import write_atomically
from cognomen.training import Progress, TrainingConfig, train
from cognomen.training.card import model_card

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "world.json"
MODELS = HERE / "world"  # tables, checkpoints and models, not committed
PRETRAINED = HERE.parent / "src" / "cognomen" / "models" / "world"

KINDS = ("measured", "shipped", "bag")

CONFIG = TrainingConfig(
    embedding_size=48,
    longest_ngram=5,
    ngram_rank=32,
    ngram_bits=16,
    name_bits=20,
    min_letter_count=5,
    batch_size=512,
    epochs=2,
    swa_start=1.0,
    rdrop_alpha=1.0,
    rnn_loss_weight=0.3,
    dropout=(0.1, 0.0, 0.4),
    ngram_dropout=0.4,
    letter_dropout=0.005,
    frequency_power=0.3,
    origin_power=0.2,
    logit_adjustment=0.0,
    refit=False,
)


# The rival on the same names: a bag of n-grams. What is left of the recurrent part has one unit.
BAG = replace(
    CONFIG, embedding_size=1, hidden_size=1, rnn_loss_weight=0.0, ngram_bits=20, ngram_rank=64, name_bits=4
)


def world() -> World:
    """The corpus, built if need be."""
    path = MODELS / "world.parquet"
    if not path.exists():
        MODELS.mkdir(exist_ok=True)
        report = build_world(path)
        print(report.summary(), file=sys.stderr)
        write_atomically(MODELS / "report.json", json.dumps(report.to_json(), indent=1).encode())
    return World.read(path)


def train_one(names: World, which: str) -> None:
    """Train without the test names, or on all names ("shipped"); and save the model."""
    parts = ("training", "validation", "test") if which == "shipped" else ("training",)
    began = time.perf_counter()
    validation, teller = names.key_corpus("validation"), Teller()
    found = without_foreign_names(names.corpus(*parts), CONFIG, validation=validation, on_progress=teller)
    checkpoint = MODELS / f"{which}.checkpoint"
    result = train(
        found.corpus,
        BAG if which == "bag" else CONFIG,
        checkpoint=checkpoint,
        resume=checkpoint.exists(),
        validation=validation,
        on_progress=teller,
    )
    clf = result.classifier
    clf.facts["foreign_names"] = {"found": dict(found.rows), "moved": dict(found.moved)}
    clf.facts["seconds"] = round(time.perf_counter() - began)
    clf.save(MODELS / which)


class Teller:
    """Shows on stderr how far a training is, once a minute."""

    def __init__(self) -> None:
        self.last = time.perf_counter()

    def __call__(self, progress: Progress) -> None:
        now = time.perf_counter()
        if progress.record is not None or now > self.last + 60:
            self.last = now
            print(
                f"epoch {progress.epoch} of {progress.epochs}, step {progress.step} of {progress.steps}: "
                f"loss {progress.loss:.3f}, {progress.names_per_second:,.0f} names/s {progress.record or ''}",
                file=sys.stderr,
            )


def load(which: str) -> Classifier:
    """A model, as it ships: compact, with the calibration of the measured one."""
    clf = measured = Classifier.load(MODELS / "measured")
    if which == "bag":
        clf = Classifier.load(MODELS / "bag")
    elif which == "shipped":
        clf = Classifier.load(MODELS / "shipped")
        clf.calibration, clf.default_prior = measured.calibration, measured.default_prior
        clf.facts |= {key: measured.facts[key] for key in ("validation_names", "validation")}
    compact = MODELS / f"{which}-compact"
    clf.save(compact, half=True)
    return Classifier.load(compact)


def measure(names: World) -> dict[str, Any]:
    """All figures."""
    measured, shipped = load("measured"), load("shipped")
    return {
        "config": CONFIG.to_json(),
        "corpus": json.loads((MODELS / "report.json").read_text()),
        "foreign names": {
            "measured": measured.facts["foreign_names"],
            "shipped": shipped.facts["foreign_names"],
        },
        "W": measure_unseen(measured, names, "test"),
        "W, validation": measure_unseen(measured, names, "validation"),
        "W, bag of n-grams": measure_unseen(load("bag"), names, "test"),
        "P": {
            "measured": measure_people(measured, names, ("training",)),
            "shipped": measure_people(shipped, names, ("training", "validation", "test")),
        },
        "native": {"measured": measure_native(measured), "shipped": measure_native(shipped)},
        "common": measure_common(shipped, names),
    }


def ship(results: dict[str, Any]) -> None:
    """Save the shipped model as the pretrained one, with its card."""
    clf = load("shipped")
    clf.facts["protocols"] = {}
    clf.facts["world"] = results
    clf.card = model_card(
        clf.origins,
        clf.priors,
        clf.facts,
        name="cognomen-world",
        license="mit",
        places=clf.tree.places,
        default_prior=clf.default_prior,
        figures=world_figures.figures(results),
    )
    clf.facts.pop("world")
    clf.save(PRETRAINED, half=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stage", choices=("train", "measure", "ship"))
    parser.add_argument("--which", choices=KINDS)
    asked = parser.parse_args()
    if asked.stage in (None, "train"):
        names = world()
        for which in (asked.which,) if asked.which else KINDS:
            train_one(names, which)
    if asked.stage in (None, "measure"):
        found = measure(world())
        write_atomically(RESULTS, (json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode())
    if asked.stage in (None, "ship"):
        ship(json.loads(RESULTS.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()

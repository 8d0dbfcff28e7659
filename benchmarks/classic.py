"""Re-train the pretrained model `classic` and re-measure its config: `python benchmarks/classic.py`.

Runs the protocols L and T and the training command that stands in the model's card, and writes
`benchmarks/results/classic.json` and the model's folder, whose card quotes those figures. The models of the
ten folds are kept in the folder `benchmarks/folds`, for `knowing.py`. With `--card` only the card is written
anew from the results that are there. Needs the 18 files (`cognomen data fetch`); about twenty minutes on two
slow cores.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import accuracy
import knowing
import unlike

from cognomen import Classifier
from cognomen.corpora import Corpus
from cognomen.io.files import write_atomically
from cognomen.training import TrainingConfig, run_protocol
from cognomen.training.card import model_card
from cognomen.training.protocols import ClassifierMethod, RunProgress, Tell

RESULTS = Path(__file__).parent / "results" / "classic.json"
FOLDS = Path(__file__).parent / "folds"
PRETRAINED = Path(__file__).parent.parent / "src" / "cognomen" / "models" / "classic"
DATA = "tutorial"
SECTIONS: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
    "accuracy": ("Beside other methods", accuracy.table),
    "knowing": ("Sets of origins, abstaining, and what lists are made of", knowing.tables),
    "unlike": ("What looks like no name", unlike.table),
}


def cognomen(*words: str) -> str:
    """What a command prints, run as a user would; its progress stays visible."""
    command = [sys.executable, "-m", "cognomen", *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


@dataclass(frozen=True)
class Keeping(ClassifierMethod):
    """Trains as `cognomen train` does, and keeps the model of each run."""

    folder: Path = FOLDS

    def train(self, corpus: Corpus, seed: int, tell: Tell) -> Classifier:
        """The classifier of a run, which is in its folder too."""
        clf = super().train(corpus, seed, tell)
        clf.save(self.folder / str(seed), half=True)
        return clf


def measure(which: str) -> dict[str, Any]:
    """The figures of a protocol, as `cognomen protocol` gives them."""
    config = TrainingConfig()
    method = Keeping(config) if which == "L" else ClassifierMethod(config)
    facts = {"config": config.to_json()}
    result = run_protocol(which, DATA, method, facts=facts, processes=2, on_progress=tell)
    return result.to_json()


def tell(progress: RunProgress) -> None:
    """Show on stderr how far a run is, at each tenth."""
    if round(progress.share * 500) % 50 == 0:
        print(f"run {progress.run}: {progress.share:.0%} {progress.figures}", file=sys.stderr)


def quoted(result: dict[str, Any], which: str) -> dict[str, Any]:
    """The figures that the card shows; the rest stays in the results."""
    left_out = ("confusion",) if which == "L" else ("confusion", "reliability")
    evaluation = {k: v for k, v in result["evaluation"].items() if k not in left_out}
    return {**{k: result[k] for k in ("mean", "standard_deviation", "accuracies")}, "evaluation": evaluation}


def describe(clf: Classifier) -> None:
    """Add what was measured to a classifier's facts and its card."""
    protocols = json.loads(RESULTS.read_text(encoding="utf-8"))
    clf.facts["protocols"] = {which: quoted(result, which) for which, result in protocols.items()}
    more = list(more_sections())
    clf.card = model_card(clf.origins, clf.priors, clf.facts, more, name="cognomen-classic", license="mit")


def ship(clf: Classifier) -> None:
    """Save a classifier as the pretrained model, with its card."""
    describe(clf)
    clf.save(PRETRAINED, half=True)


def more_sections() -> Iterator[str]:
    """What other benchmarks found, as far as they have run."""
    for name, (head, table) in SECTIONS.items():
        path = RESULTS.with_name(f"{name}.json")
        if path.exists():
            yield f"## {head}\n\n{table(json.loads(path.read_text(encoding='utf-8')))}"


def main() -> None:
    if sys.argv[1:] == ["--card"]:
        ship(Classifier.load(PRETRAINED))
        return
    FOLDS.mkdir(exist_ok=True)
    measured = {which: measure(which) for which in "LT"}
    RESULTS.parent.mkdir(exist_ok=True)
    write_atomically(RESULTS, (json.dumps(measured, indent=1) + "\n").encode())
    with tempfile.TemporaryDirectory() as folder:
        cognomen("train", DATA, "--out", f"{folder}/classic", "--seed", "0")
        ship(Classifier.load(f"{folder}/classic"))


if __name__ == "__main__":
    main()

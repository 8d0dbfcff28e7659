"""The pretrained generator: trained on the corpus `world`, and measured: `python benchmarks/generator.py`.

1. Trains on the training names of protocol W that are not foreign to their lists (`foreign_names`),
   of every origin and script with 60 names in the table, and keeps the generator in
   `benchmarks/world/generator` (`--stage train`).
2. Sets each list's `temperature_scale` so that samples are recognised as often as real names are, by the
   validation names; then measures on the test names (`--stage measure`), and writes `results/generator.json`:

    perplexity    of a letter of the test names
    recognised    how many samples the classifier gives their origin, origins equally likely, beside its
                  recall on the test names. It is the one that `benchmarks/world.py` measures, which was
                  trained without them
    copies        how many first draws are training names, and how many would be if training names came up no
                  more often than equally common names that it never saw
    new           how many samples are in no list, as training names are drawn again

3. Saves it as the pretrained one, with its card (`--stage ship`).

Needs what `benchmarks/world.py` leaves in `benchmarks/world`. About ten minutes on one core.
"""

from __future__ import annotations

import argparse
import json
import math
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from foreign_names import without_foreign_names
from protocol_w import RIGHT_SHARE, World
from world import CONFIG as CLASSIFIER
from world import MODELS, load, world
from world_figures import SCRIPTS

from cognomen.classifier import Classifier
from cognomen.corpora import Corpus
from cognomen.io.files import write_atomically
from cognomen.network.generator import Generator
from cognomen.network.generator_config import GeneratorConfig
from cognomen.network.name_filter import NameFilter
from cognomen.text.spelling import lowercase
from cognomen.training import train_generator
from cognomen.training.card import front_matter

HERE = Path(__file__).parent
RESULTS, TRAINED = HERE / "results" / "generator.json", MODELS / "generator"
PRETRAINED = HERE.parent / "src" / "cognomen" / "models" / "generator"
CONFIG = GeneratorConfig(
    origin_size=48,
    letter_size=48,
    hidden_size=256,
    dropout=0.1,
    resampling=0.7,
    final_resampling=0.7,
    frequency_power=0.5,
    epochs=2,
    batch_size=128,
    learning_rate=4e-3,
    weight_decay=0.05,
)
FEWEST = 60  # names in the table, of a list that is learned
MOST = 20_000  # names of a list that are learned, the most common ones
WELL_KNOWN = 300  # names of an origin that is said to be learned well
LEFT_OUT = {("Somali", "Arabic")}  # of the Arabic Wikidata; Somali is written in Latin letters
SAMPLES = 300  # of each list
TEMPERATURE = 0.8
SCALES = (0.6, 0.8, 1.0, 1.2)  # through which a line is laid; beyond them no list is set
TRIED = 250  # names of each list and scale, to set it
FLAT = -0.05  # the line's slope, which chance moves by about .05
FEWEST_REAL = 30  # names whose recall is worth anything
MOST_REAL = 1000

List = tuple[str, str]  # an origin and a script


def lists_of(names: World) -> dict[List, list[int]]:
    """The rows of the table by list, of the lists that are learned."""
    found: defaultdict[List, list[int]] = defaultdict(list)
    for row, each in enumerate(zip(names.origins, names.scripts, strict=True)):
        found[each].append(row)
    return {each: its for each, its in found.items() if len(its) >= FEWEST and each not in LEFT_OUT}


def train_it(names: World) -> None:
    """Train on training names, and keep the result; its filter holds all names of the table."""
    lists = lists_of(names)
    validation = names.key_corpus("validation")
    corpus = without_foreign_names(names.corpus("training"), CLASSIFIER, validation=validation).corpus
    generator = train_generator(most_common(corpus, names, lists), CONFIG, on_progress=told)
    generator.training_names = NameFilter.of(names.names[row] for its in lists.values() for row in its)
    generator.save(TRAINED)


def most_common(corpus: Corpus, names: World, lists: Container[List]) -> Corpus:
    """The most common names of each list; where many have one share, chance decides."""
    script_of = dict(zip(names.names, names.scripts, strict=True))
    chance = np.random.default_rng(CONFIG.seed).permutation(len(corpus))
    learned: list[int] = []
    counts: Counter[List] = Counter()
    for row in np.lexsort([chance, -corpus.weights]).tolist():
        each = corpus.labels[row], script_of[corpus.names[row]]
        if each in lists and counts[each] < MOST:
            counts[each] += 1
            learned.append(row)
    return corpus.part(np.sort(learned))


class Measurement:
    """What is measured of one list after the other.

    Args:
        names: the table.
        generator: was trained on the training names.
        classifier: was trained on the same ones.
    """

    def __init__(self, names: World, generator: Generator, classifier: Classifier) -> None:
        self.names, self.generator, self.classifier = names, generator, classifier
        self.rows = lists_of(names)
        self.in_table = set(names.names)

    def part(self, each: List, part: str) -> list[int]:
        """The rows of a list in a part."""
        return [row for row in self.rows[each] if self.names.parts[row] == part]

    def real(self, each: List, part: str) -> list[int]:
        """How many names are the origin's by a fifth at least, and how many of them are recognised."""
        found = []
        for row in self.part(each, part):
            shares = self.names.shares_of[self.names.keys[row]]
            if shares[each[0]] >= RIGHT_SHARE * sum(shares.values()):
                found.append(self.names.names[row])
        found = found[:: -(-len(found) // MOST_REAL) or 1]
        return [len(found), self.recognised(found, each[0])]

    def recognised(self, names: Sequence[str], origin: str) -> int:
        """How many names are given the origin, all equally likely beforehand."""
        answers = self.classifier.predict(list(names), prior="uniform", full_names=False, na=None)
        return sum(answer == origin for answer in answers) if names else 0

    def samples(self, each: List, seed: int, **options: Any) -> list[str]:
        """Samples of a list."""
        options = {"count": SAMPLES, "temperature": TEMPERATURE} | options
        return self.generator.names(each[0], script=each[1], seed=seed, **options)

    def scale(self, each: List, seed: int) -> float:
        """What makes the samples of a list as often recognised as its validation names are.

        On the line that fits the shares at `SCALES` best; 1 where that hardly falls, or names are few.
        """
        count, right = self.real(each, "validation")
        if count < FEWEST_REAL:
            return 1.0
        shares = []
        for place, scale in enumerate(SCALES):
            options = {"count": TRIED, "temperature": TEMPERATURE * scale}
            names = self.samples(each, len(SCALES) * seed + place, **options)
            shares.append(self.recognised(names, each[0]) / TRIED)
        slope, at_none = np.polyfit(SCALES, shares, 1)
        if slope > FLAT:
            return 1.0
        return round(float(np.clip((right / count - at_none) / slope, SCALES[0], SCALES[-1])), 2)

    def of(self, each: List, seed: int) -> dict[str, Any]:
        """All that is measured of a list."""
        names, first = self.samples(each, seed), self.samples(each, seed, known=True)
        test = self.part(each, "test")
        spelled = [self.names.names[row] for row in test]
        readable = [name for name in spelled if self.generator.alphabet.has_all(lowercase(name))]
        nats, letters = 0.0, 0
        if readable:
            found, lengths = self.generator.negative_log_likelihood(readable, [each[0]] * len(readable))
            nats, letters = float(found.sum()), int(lengths.sum())
        return {
            "origin": each[0],
            "script": each[1],
            "names": len(self.rows[each]),
            "letters": letters,
            "nats": round(nats, 1),
            "real": self.real(each, "test"),
            "recognised": self.recognised(names, each[0]),
            "new": sum(_spelt(name) not in self.in_table for name in names),
            **self.copies(each, first),
            "examples": names[:5],
        }

    def copies(self, each: List, first: Sequence[str]) -> dict[str, float]:
        """How many first draws are training names, and other names; and how common both are together.

        Common names are drawn more often, by their share to a power. If training names are not remembered,
        they come up as often as others that are as common.
        """
        common: defaultdict[str, dict[str, float]] = defaultdict(dict)
        for row in self.rows[each]:
            its = "training" if self.names.parts[row] == "training" else "held out"
            common[its][self.names.names[row]] = self.names.shares[row] ** CONFIG.frequency_power
        drawn = [_spelt(name) for name in first]
        learned, others = (float(sum(common[its].values())) for its in ("training", "held out"))
        return {
            "copies": sum(name in common["training"] for name in drawn),
            "held out": sum(name in common["held out"] for name in drawn),
            "commonness": round(learned / others, 2) if others else 0.0,
        }


def _spelt(name: str) -> str:
    """A generated name as the table spells it."""
    return unicodedata.normalize("NFC", lowercase(name))


def measure(names: World) -> dict[str, Any]:
    """Set the scales of the generator that was trained, and measure it."""
    began = time.perf_counter()
    generator = Generator.load(TRAINED)
    measurement = Measurement(names, generator, load("measured"))
    generator.temperature_scale = (1.0,) * len(generator.lists)
    scales = [measurement.scale(each, seed) for seed, each in enumerate(generator.lists)]
    generator.temperature_scale = tuple(scales)
    generator.save(TRAINED)
    found = [measurement.of(each, seed) for seed, each in enumerate(generator.lists)]
    for each, scale in zip(found, scales, strict=True):
        each["temperature_scale"] = scale
    return {
        "config": CONFIG.to_json(),
        "samples": SAMPLES,
        "temperature": TEMPERATURE,
        "seconds": round(time.perf_counter() - began),
        "lists": found,
        **summary(found),
    }


def summary(lists: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The figures of all lists together."""
    real = [each for each in lists if each["real"][0] >= FEWEST_REAL]
    gaps = [each["recognised"] / SAMPLES - each["real"][1] / each["real"][0] for each in real]
    chance = sum(each["held out"] * each["commonness"] for each in lists)
    letters = sum(each["letters"] for each in lists)
    return {
        "perplexity": round(math.exp(sum(each["nats"] for each in lists) / letters), 2),
        "new": round(sum(each["new"] for each in lists) / (SAMPLES * len(lists)), 4),
        "copies": round(sum(each["copies"] for each in lists) / (SAMPLES * len(lists)), 4),
        "copies by chance": round(chance / (SAMPLES * len(lists)), 4),
        "recognised": round(sum(each["recognised"] for each in lists) / (SAMPLES * len(lists)), 4),
        "compared": len(real),
        "mean gap": round(float(np.mean(gaps)), 4),
        "mean absolute gap": round(float(np.mean(np.abs(gaps))), 4),
        "within .08": int(np.sum(np.abs(gaps) <= 0.08)),
    }


# --- the pretrained generator ------------------------------------------------------------------------------


def card(results: dict[str, Any], generator: Generator) -> str:
    """The model card, made of the results alone."""
    lists = results["lists"]
    rows = [
        f"| {each['origin']} | {SCRIPTS.get(each['script'], each['script'])} | {each['names']:,} | "
        f"{_share(each['real'][1], each['real'][0])} | {_share(each['recognised'])} | "
        f"{_share(each['new'])} | {_share(each['copies'])} | {each['temperature_scale']:.2f} |"
        for each in lists
    ]
    known: defaultdict[str, int] = defaultdict(int)
    for each in lists:
        known[each["origin"]] += each["names"]
    few = ", ".join(origin for origin, count in known.items() if count < WELL_KNOWN)
    head = {
        "pipeline_tag": "text-generation",
        "tags": ["surnames", "recurrent-neural-network", "gru"],
        "license": "mit",
        "metrics": ["perplexity"],
        "model-index": [
            {
                "name": "cognomen-generator",
                "results": [
                    {
                        "task": {"type": "text-generation", "name": "Surname generation"},
                        "dataset": {"type": "world", "name": "world, test names of protocol W"},
                        "metrics": [
                            {
                                "type": "perplexity",
                                "value": results["perplexity"],
                                "name": "Perplexity per letter",
                            }
                        ],
                    }
                ],
            }
        ],
    }
    return "\n".join(
        [
            front_matter(head),
            "",
            "# Generator: new surnames, letter by letter\n",
            f"A GRU with {generator.config.hidden_size} hidden units and the origin and script as an input "
            f"at every letter; {generator.network.size:,} weights, stored as int8. Trained by "
            f"`benchmarks/generator.py` on {generator.facts['names']:,} names of the corpus `world`, common "
            f"ones more often: {len(generator.origins)} origins, in their own script and romanised where "
            f"both were learned. Of these it knows fewer than {WELL_KNOWN} names, too few to do well: {few}. "
            "It recognises the names of the table by a Bloom filter and draws such a name again, with one "
            "new name in seven that the filter takes for one of them.\n",
            "Its temperature is multiplied by a factor for each list (below), so that samples are as "
            "recognisable as real names: a list that was learned less well needs a lower one. The factors "
            "are set on the validation names of protocol W; lists with few of them have 1.\n",
            "A generated name hints at the language it sounds like, as real names do. It may be somebody's "
            "real name. It does not reveal anyone's nationality, ethnicity or religion.\n",
            "The card of the classifier `world` lists the sources of the corpus with their licences, some of "
            "which ask that their source be named wherever the model goes.\n",
            "## Evaluation\n",
            "On the test names of protocol W, which neither the generator nor the classifier that reads its "
            f"samples was trained on; {results['samples']} samples of each list at temperature "
            f"{results['temperature']}, origins equally likely beforehand. No choice was made on these "
            "names.\n",
            f"- Perplexity per letter of the test names: {results['perplexity']:.2f}.",
            f"- {results['new']:.1%} of the samples are in no list of the table. Of first draws, which "
            f"`known=True` and `--known` keep, {results['copies']:.1%} are training names; if these came up "
            "no more often than equally common names that were held out, it would be "
            f"{results['copies by chance']:.1%}. Most are of short lists of short names.",
            f"- {results['recognised']:.0%} of the samples are answered with their origin. Of the "
            f"{results['compared']} lists with {FEWEST_REAL} test names, {results['within .08']} are within "
            f".08 of the recall on real names; the mean difference is {results['mean absolute gap']:.3f}.\n",
            "| origin | script | names | real names recognised | samples recognised | samples new | first "
            "draws that are training names | temperature scale |",
            "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
            *rows,
            "",
        ]
    )


def _share(part: int, whole: int = SAMPLES) -> str:
    """A share as a percentage; of fewer than 30, it is in brackets, and of none a dash."""
    if not whole:
        return "–"
    return f"{part / whole:.0%}" if whole >= FEWEST_REAL else f"({part / whole:.0%})"


def told(share: float, message: str) -> None:
    """Show how far the training is, at each hundredth."""
    if (hundredth := int(100 * share)) > getattr(told, "last", -1):
        told.last = hundredth  # type: ignore[attr-defined]
        print(f"{hundredth} %, {message}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stage", choices=("train", "measure", "ship"), help="only this one")
    asked = parser.parse_args()
    if asked.stage in (None, "train"):
        train_it(world())
    if asked.stage in (None, "measure"):
        found = measure(world())
        write_atomically(RESULTS, (json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode())
    if asked.stage in (None, "ship"):
        generator = Generator.load(TRAINED)
        generator.card = card(json.loads(RESULTS.read_text("utf-8")), generator)
        generator.save(PRETRAINED)


if __name__ == "__main__":
    main()

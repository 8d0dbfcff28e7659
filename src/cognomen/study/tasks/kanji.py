"""Many to many on names: a surname in kanji, its reading in kana.

Most characters have several readings, and which one is right depends on their neighbours: 田 is ta in 田中
(tanaka) and da in 吉田 (yoshida). The 1,999 surnames, each with its reading, come from the package
japanese-personal-name-dataset; all are distinct. One in five is held out, and with them some characters
that do not occur in training.

The baseline is each character's most frequent reading, one after the other. Which part of a reading belongs
to which character is not in the data: an alignment finds it.
"""

from __future__ import annotations

import csv
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cognomen.io.extras import require
from cognomen.plots.canvas import Figure, bars
from cognomen.rnn import Ids, Packed
from cognomen.rnn.fitting import fit_batches
from cognomen.rnn.shapes import Decoder, Encoder, ManyToMany
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.experiment import Numbers, Settings, Table
from cognomen.study.spread import how_often_less
from cognomen.study.tasks.common import Vocabulary, edit_distance

Name = tuple[str, str]  # a surname in kanji, and its reading in kana
UNKNOWN = 0  # the id of characters that do not occur in training
HIDDEN_SHARE = 0.05  # of the characters are shown as unknown in training, so that the net learns what to do
LONGEST_PART = 5  # kana of one character


def surnames() -> list[Name]:
    """The surnames, in descending order of frequency.

    Raises:
        MissingExtraError: the package is not installed.
    """
    package = require(
        "japanese_personal_name_dataset", "study", "this task", "japanese-personal-name-dataset"
    )
    path = Path(package.__file__).parent / "dataset" / "last_name_org.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [(row[0], row[2]) for row in csv.reader(file)]


# --- the baseline -----------------------------------------------------------------------------------------


def align(name: Name, probabilities: dict[str, dict[str, float]]) -> list[str]:
    """The most probable alignment: the kana, one or more, that belong to each character."""
    kanji, kana = name
    best: dict[tuple[int, int], tuple[float, list[str]]] = {(0, 0): (0.0, [])}
    for i, character in enumerate(kanji):
        for start in range(len(kana)):
            if (i, start) not in best:
                continue
            score, parts = best[i, start]
            for stop in range(start + 1, min(start + LONGEST_PART, len(kana)) + 1):
                part = kana[start:stop]
                found = score + math.log(probabilities[character].get(part, 1e-6))
                if found > best.get((i + 1, stop), (-math.inf, []))[0]:
                    best[i + 1, stop] = (found, [*parts, part])
    return best.get((len(kanji), len(kana)), (0.0, []))[1]


def frequent_readings(names: Sequence[Name], rounds: int = 8) -> dict[str, str]:
    """The most frequent reading of each character, from alternating alignments and counts (Viterbi)."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for kanji, kana in names:  # initially each part of the reading may belong to each character
        for character in kanji:
            parts = {kana[i:j] for i in range(len(kana)) for j in range(i + 1, min(i + 5, len(kana)) + 1)}
            counts[character].update(dict.fromkeys(parts, 1))
    for _ in range(rounds):
        probabilities = {
            character: {part: count / sum(its.values()) for part, count in its.items()}
            for character, its in counts.items()
        }
        counts = defaultdict(Counter)
        for name in names:
            for character, part in zip(name[0], align(name, probabilities), strict=False):
                counts[character][part] += 1
    return {character: its.most_common(1)[0][0] for character, its in counts.items() if its}


# --- the net ----------------------------------------------------------------------------------------------


def reader(characters: int, kana: int, seed: int) -> ManyToMany:
    """An encoder that reads the characters in both directions; a decoder with attention that writes kana."""
    rng = np.random.default_rng(seed)
    shared: dict[str, Any] = {"dropout": 0.3, "rng": rng}
    encoder = Encoder("gru", characters, 96, embedding_size=96, direction="both", **shared)
    decoder = Decoder("gru", kana, 128, encoder.output_size, embedding_size=32, attention=True, **shared)
    return ManyToMany(encoder, decoder)


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Train on four fifths of the names, test on the others."""
    names = surnames()
    order = np.random.default_rng(settings.seed).permutation(len(names))
    test_size = len(names) // 5
    test, training = ([names[i] for i in rows] for rows in (order[:test_size], order[test_size:]))
    characters, kana = map(Vocabulary, zip(*training, strict=True))
    net, rng = reader(len(characters), len(kana), settings.seed), np.random.default_rng(settings.seed)

    def batch(which: Ids) -> tuple[Packed, Packed]:
        kanji, readings = zip(*(training[i] for i in which), strict=True)
        x = characters.pack(kanji)
        hidden = rng.random(len(x.data)) < HIDDEN_SHARE
        return x.with_data(np.where(hidden, UNKNOWN, x.data)), kana.pack(readings)

    def readings(names: Sequence[str], beam: int) -> list[str]:
        written = net.write(characters.pack(names, UNKNOWN), beam=beam, limit=12)
        return ["".join(kana.decode(text.ids)) for text in written]

    epochs = 1 if settings.quick else 60
    how: dict[str, Any] = {"batch_size": 32, "weight_decay": 0.5, "seed": settings.seed}
    fit_batches(net, len(training), batch, epochs=epochs, on_progress=on_progress, **how)
    frequent = frequent_readings(training, 2 if settings.quick else 8)
    asked = [kanji for kanji, _ in test]
    copied = ["".join(frequent.get(character, "") for character in kanji) for kanji in asked]
    known = [set(kanji) <= set(frequent) for kanji in asked]
    read = readings(asked, beam=4)
    methods = {
        "most frequent readings": copied,
        "net, greedy": readings(asked, beam=1),
        "net, beam of 4": read,
    }
    return {
        "training": len(training),
        "test": len(test),
        "weights": net.size,
        "with_unknown": sum(not each for each in known),
        "rows": {name: rates(test, found, known) for name, found in methods.items()},
        "examples": [
            [kanji, kana, found, other]
            for (kanji, kana), found, other in zip(test, read, copied, strict=True)
            if found != other
        ][:12],
    }


def rates(names: Sequence[Name], found: Sequence[str], known: Sequence[bool]) -> dict[str, Any]:
    """Error rates per kana, of all names and of those with known characters only; and whole names right."""
    mistakes = np.array([edit_distance(kana, other) for (_, kana), other in zip(names, found, strict=True)])
    kana = np.array([len(each) for _, each in names])
    rows = np.array(known)
    return {
        "error_rate": float(mistakes.sum() / kana.sum()),
        "error_rate_known": float(mistakes[rows].sum() / kana[rows].sum()),
        "whole": float((mistakes == 0).mean()),
    }


def table(numbers: Numbers) -> Table:
    """Each method."""
    return Table(
        ("method", "kana wrong", "kana wrong, known characters", "whole names right"),
        tuple(
            (name, *(f"{row[key]:.1%}" for key in ("error_rate", "error_rate_known", "whole")))
            for name, row in numbers["rows"].items()
        ),
    )


def sentence(numbers: Numbers) -> str:
    """How the network compares with the baseline."""
    copied, net = numbers["rows"]["most frequent readings"], numbers["rows"]["net, beam of 4"]
    fewer = how_often_less(net["error_rate"], copied["error_rate"])
    return (
        f"On {numbers['test']} held-out surnames, others in each run, the network gets "
        f"{net['error_rate']:.1%} of the kana wrong, and each character's most frequent reading "
        f"{copied['error_rate']:.1%}; the network fewer {fewer}. "
        f"{net['whole']:.1%} of its readings are right as a whole, against {copied['whole']:.1%}. "
        f"{numbers['with_unknown']} of the names contain a character that is in none of the "
        f"{numbers['training']:,} training names."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """The error rates as bars."""
    axes = figure.subplots()
    wrong = {name: 100 * row["error_rate"] for name, row in numbers["rows"].items()}
    bars(axes, wrong, "{:.1f} %", xlabel="kana wrong, %", limit=1.15 * max(wrong.values()))

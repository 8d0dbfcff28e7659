"""benchmarks/generator.py: what it makes of counts; no generator is trained here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import generator as benchmark
import numpy as np
import pytest
from generator import SAMPLES, Measurement
from protocol_w import World

from cognomen.corpora import Corpus
from cognomen.network.generator import Generator
from cognomen.network.generator_config import GeneratorConfig
from cognomen.text import Alphabet

CZECH = ("Czech", "Latin")


def table(count: int = 80) -> World:
    """Names of two origins; every fourth is a validation name, every fifth after it a test name."""
    names = [f"na{a}{b}" for a in "abcdefghij" for b in "klmnopqr"][:count]
    parts = ["validation" if i % 4 == 0 else "test" if i % 5 == 0 else "training" for i in range(count)]
    return World(
        [*names, "ruzicka", "ελ"],
        ["Czech"] * count + ["Slovak", "Greek"],
        np.full(count + 2, 1 / count),
        [*names, "ruzicka", "ελ"],
        ["Latin"] * (count + 1) + ["Greek"],
        np.array([*parts, "training", "training"]),
    )


class Echo:
    """Writes the same names for ever; those of a higher temperature are less often recognised."""

    alphabet = Alphabet("abcdefghijklmnopqr")

    def names(self, origin: str, *, script: str, count: int, temperature: float, **options: Any) -> list[str]:
        right = round(count * (1.2 - 0.5 * temperature / benchmark.TEMPERATURE))
        return ["Nabk"] * right + ["Other"] * (count - right)

    def negative_log_likelihood(self, names: Any, origins: Any) -> Any:
        return np.full(len(names), 10.0), np.full(len(names), 5)


class Reader:
    """Answers Czech for what begins with nab, and for half of the real names."""

    def predict(self, names: list[str], **options: Any) -> list[str]:
        assert options == {"prior": "uniform", "full_names": False, "na": None}
        return ["Czech" if each[-1] in "klmn" else "Polish" for each in names]


def measurement() -> Measurement:
    return Measurement(table(), Echo(), Reader())  # type: ignore[arg-type]


def test_lists_that_are_too_short_or_left_out_are_not_learned(monkeypatch):
    assert list(benchmark.lists_of(table())) == [CZECH]
    assert benchmark.lists_of(table(59)) == {}
    monkeypatch.setattr(benchmark, "LEFT_OUT", {CZECH})
    assert benchmark.lists_of(table()) == {}


def test_the_most_common_names_of_each_list_are_learned(monkeypatch):
    """Where many have one share, not those that come first in the alphabet."""
    monkeypatch.setattr(benchmark, "MOST", 5)
    names = table()
    rows = [row for row, its in enumerate(zip(names.origins, names.scripts, strict=True)) if its == CZECH]
    common = {names.names[row] for row in rows[-3:]}
    shares = [1.0 if each in common else 0.1 for each in names.names]
    corpus = Corpus.from_names(names.names, names.origins, shares, clean=False)
    found = benchmark.most_common(corpus, names, {CZECH})
    assert set(found.labels) == {"Czech"}
    assert len(found) == 5
    assert common <= set(found.names)
    assert set(found.names) - common != {names.names[row] for row in rows[:2]}


def test_a_list_is_measured_on_its_test_names():
    found = measurement().of(CZECH, 0)
    test = [i for i in range(80) if i % 4 and i % 5 == 0]
    assert found["real"] == [len(test), sum(i % 8 < 4 for i in test)]
    assert (found["letters"], found["nats"]) == (5 * len(test), 10.0 * len(test))
    assert found["recognised"] == SAMPLES * 0.7
    assert found["new"] == SAMPLES * 0.3 + 0  # Other; Nabk is in the table


def test_a_list_is_warmed_until_samples_are_as_often_recognised_as_real_names(monkeypatch):
    monkeypatch.setattr(benchmark, "FEWEST_REAL", 10)
    assert measurement().real(CZECH, "validation") == [20, 10]  # they end in k and o
    monkeypatch.setattr(Measurement, "real", lambda self, each, part: [20, 14])
    assert measurement().scale(CZECH, 0) == pytest.approx(1.0)
    monkeypatch.setattr(Measurement, "real", lambda self, each, part: [20, 16])
    assert measurement().scale(CZECH, 0) == pytest.approx(0.8)
    monkeypatch.setattr(Measurement, "real", lambda self, each, part: [20, 0])
    assert measurement().scale(CZECH, 0) == 1.2
    monkeypatch.setattr(Measurement, "real", lambda self, each, part: [9, 0])
    assert measurement().scale(CZECH, 0) == 1.0


def test_copies_are_counted_beside_what_chance_would_make():
    first = ["Nabl", "Nabl", "Naak", "Nabk", "Other"]  # rows 9, training; 0, validation; 8, validation
    found = measurement().copies(CZECH, first)
    assert (found["copies"], found["held out"]) == (2, 2)
    training = sum(i % 4 > 0 and i % 5 > 0 for i in range(80))
    assert found["commonness"] == round(training / (80 - training), 2)


def one(origin: str, real: list[int], recognised: int, **others: Any) -> dict[str, Any]:
    return {
        "origin": origin,
        "script": "Latin",
        "names": 500,
        "letters": 100,
        "nats": 180.0,
        "real": real,
        "recognised": recognised,
        "new": 150,
        "copies": 90,
        "held out": 3,
        "commonness": 10.0,
        "temperature_scale": 0.9,
    } | others


def test_lists_are_summed_and_compared():
    lists = [one("Czech", [100, 60], 90), one("Irish", [40, 20], 150), one("Thai", [3, 0], 300)]
    found = benchmark.summary(lists)
    assert found["perplexity"] == 6.05
    assert (found["compared"], found["within .08"], found["mean gap"]) == (2, 1, -0.15)
    assert (found["new"], found["copies"], found["copies by chance"]) == (0.5, 0.3, 0.1)


def test_the_card_is_made_of_the_results():
    lists = [one("Czech", [100, 60], 90), one("Thai", [3, 1], 300, names=70, script="Cjk")]
    results = {"samples": SAMPLES, "temperature": 0.8, "lists": lists, **benchmark.summary(lists)}
    config = GeneratorConfig(origin_size=2, letter_size=2, hidden_size=4)
    made = Generator(Alphabet("ab"), {"Czech": ["Latin"], "Thai": ["Cjk"]}, config, facts={"names": 1234})
    text = benchmark.card(results, made)
    assert "on 1,234 names of the corpus `world`" in text
    assert "too few to do well: Thai." in text
    assert "| Czech | Latin | 500 | 60% | 30% | 50% | 30% | 0.90 |" in text
    assert "| Thai | Chinese characters | 70 | (33%) | 100% | 50% | 30% | 0.90 |" in text


def test_the_shipped_card_is_that_of_the_shipped_results():
    results = Path(benchmark.RESULTS)
    generator = Generator.load()
    assert generator.card == benchmark.card(json.loads(results.read_text("utf-8")), generator)

"""benchmarks/generator.py: what it makes of counts; no generator is trained here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import generator as benchmark
import pytest

from cognomen.network.generator import Generator, GeneratorConfig
from cognomen.text import Alphabet

REAL = {"Czech": [200, 120], "Irish": [40, 20]}


def run(fold: int) -> dict[str, Any]:
    """A fold in which Czech samples are recognised far too seldom, Irish ones as often as real names."""
    samples = {"Czech": [100, 30], "Irish": [100, 50]}
    each = {"samples": samples, "new": {"Czech": [100, 80], "Irish": [100, 60]}}
    return {
        "fold": fold,
        "temperature_scale": {"Czech": 0.9, "Irish": 1.0},
        "at 0.8, all alike": each,
        **{f"at {temperature}": each for temperature in benchmark.TEMPERATURES},
        "first draws": each,
        "letters": 100,
        "nats": 180.0,
        "nats_ngrams": 190.0,
    }


def test_wilson_interval():
    low, high = benchmark.wilson(20, 10)
    assert (low, high) == (pytest.approx(0.2993, abs=1e-4), pytest.approx(0.7007, abs=1e-4))
    assert benchmark.wilson(10, 0)[0] == pytest.approx(0)


def test_counts_of_folds_are_summed_and_compared():
    found = benchmark.summary([run(3), run(4)], REAL)
    assert found["perplexity"] == pytest.approx(6.0496, abs=1e-4)
    assert found["perplexity_ngrams"] == pytest.approx(6.6859, abs=1e-4)
    usual = found["at 0.8"]
    assert usual["origins"]["Czech"]["real"] == {
        "names": 200,
        "share": 0.6,
        "interval": list(benchmark.wilson(200, 120)),
    }
    assert usual["new"] == pytest.approx(0.7)
    assert usual["within"]["gaps"] == {"Czech": pytest.approx(-0.3), "Irish": pytest.approx(0)}
    assert (usual["within"]["origins"], usual["within"]["origins_with_chance"]) == (1, 1)


def test_folds_on_which_choices_were_made_are_left_out():
    results = benchmark.results_of([run(0), run(1), run(5)], REAL, GeneratorConfig(), 1.0)
    assert results["summary"]["folds"] == [5]
    assert [each["fold"] for each in results["runs"]] == [0, 1, 5]


class Surer:
    """Recognises a share of the samples that falls with their temperature, .7 at .9, .4 at 1.2."""

    def __init__(self, slopes: dict[str, float]) -> None:
        self.slopes, self.told = slopes, dict.fromkeys(slopes, 0)

    def predict(self, names: list[str], *, full_names: bool) -> list[str]:
        (origin,) = set(names)
        temperature_scale = benchmark.SCALES[self.told[origin]]
        self.told[origin] += 1
        known = round(len(names) * (0.6 - self.slopes[origin] * (temperature_scale - 1)))
        return [origin] * known + ["?"] * (len(names) - known)


class Echo:
    """Writes the origin itself."""

    origins = ("Czech", "Dutch", "Irish", "Polish")

    def names(self, origin: str, count: int, **_: object) -> list[str]:
        return [origin] * count


def test_temperature_scale_is_where_samples_are_as_recognisable_as_real_names():
    classifier: Any = Surer({"Czech": 1.0, "Dutch": 1.0, "Irish": 1.0, "Polish": 0.0})
    real = {"Czech": [100, 70], "Dutch": [100, 10], "Irish": [100, 60], "Polish": [100, 90]}
    generator: Any = Echo()
    assert benchmark.temperature_scales(generator, classifier, real, 0) == [0.9, 1.2, 1.0, 1.0]


def test_recall_on_the_fold_that_is_measured_is_left_out():
    real = [{"Czech": [10, k]} for k in range(10)]
    assert benchmark.others(real, 3) == {"Czech": [90, 42]}
    assert benchmark.others(real, -1) == {"Czech": [100, 45]}


def test_the_card_quotes_the_results():
    config = GeneratorConfig(origin_size=2, letter_size=2, hidden_size=4)
    facts, temperature_scale = {"names": 1234}, [0.9, 1.15]
    generator = Generator(
        Alphabet("ab"), ["Czech", "Irish"], config, facts=facts, temperature_scale=temperature_scale
    )
    text = benchmark.card(benchmark.results_of([run(3)], REAL, config, 1.0), generator)
    assert "1,234 surnames of 2 origins" in text
    assert "held-out real names: 6.05; of Kneser-Ney letter 5-grams: 6.69" in text
    assert "| Irish | 0.50 (40) | 0.50 | 60% | 60% | 1.15 |" in text
    assert "70.0% of the samples are in none of the generator's training lists, of every" in text
    assert "nationality, ethnicity or religion" in text


def test_the_card_names_the_origins_whose_samples_are_mostly_real_names():
    assert benchmark.least_new({"Czech": {"new": 0.608}, "Irish": {"new": 0.9}}).endswith("at least 60%")
    assert benchmark.least_new({"Czech": {"new": 0.59}, "Irish": {"new": 0.9}}).endswith(": Czech 59%")


def test_the_shipped_card_is_made_of_the_shipped_results():
    results = Path(benchmark.RESULTS)
    generator = Generator.load()
    assert generator.card == benchmark.card(json.loads(results.read_text("utf-8")), generator)

"""benchmarks/knowing.py: its figures are right where the answer is known."""

from __future__ import annotations

import json
from typing import Any

import knowing
import numpy as np
import pytest

from cognomen.classifier import Classifier
from cognomen.classifier.calibration import Calibration
from cognomen.classifier.composition import Composition, Leaning, OriginShare
from cognomen.classifier.conformal import score_levels
from cognomen.corpora import Corpus
from cognomen.corpora.cleaning import CleaningReport
from cognomen.evaluation.splits import fold_numbers
from cognomen.network import Architecture, Network
from cognomen.text import Alphabet


def predictions(names: int = 6000, *, sure: float = 2.0, seed: int = 0) -> knowing.Predictions:
    """What a perfectly calibrated model of five unequal origins says, in four folds."""
    rng = np.random.default_rng(seed)
    z = rng.normal(0, sure, (names, 5)) + np.log([0.5, 0.2, 0.2, 0.07, 0.03])
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    labels = (z + rng.gumbel(size=z.shape)).argmax(axis=1)
    return knowing.Predictions(p, labels, np.arange(names) % 4)


def test_sets_of_a_calibrated_model_hold_what_they_promise() -> None:
    found = knowing.measure_sets(predictions())
    assert found["folds"] == 4
    for row in found["coverages"]:
        assert row["held"] == pytest.approx(row["promised"], abs=0.01)
        assert row["held"] == pytest.approx(np.mean(row["held_by_fold"]))
        assert 0 < row["size"] < 5


def test_thresholds_of_the_runs_are_taken_where_they_are_given() -> None:
    found = predictions()
    levels = np.array([score_levels(found.p, found.labels)] * 4)
    levels[2] = 2.0  # this run's sets hold everything
    own = knowing.Predictions(found.p, found.labels, found.fold, levels)
    measured = knowing.measure_sets(own, (0.8,))["coverages"][0]
    assert measured["held_by_fold"][2] == 1.0
    assert measured["held_by_fold"][1] == pytest.approx(0.8, abs=0.03)
    assert "own validation names" in knowing.measure_sets(own)["thresholds"]


def test_the_surer_the_more_often_right() -> None:
    rows = knowing.measure_abstaining(predictions())
    assert rows[0]["answered"] == 1
    answered, accuracy = [row["answered"] for row in rows], [row["accuracy"] for row in rows]
    assert answered == sorted(answered, reverse=True)
    assert accuracy == sorted(accuracy)
    found = knowing.measure_abstaining(knowing.Predictions(np.eye(2), np.array([0, 0]), np.zeros(2)), (0.5,))
    assert found == [{"abstain_below": 0.5, "answered": 1.0, "accuracy": 0.5}]


def test_a_list_has_the_shares_that_were_drawn() -> None:
    labels = np.repeat([0, 1, 2], [1000, 10, 1])
    rows = knowing.draw_list(labels, np.array([0.1, 0.6, 0.3]), 20_000, np.random.default_rng(0))
    assert np.bincount(labels[rows]) / 20_000 == pytest.approx([0.1, 0.6, 0.3], abs=0.02)
    assert (labels[knowing.draw_list(labels, np.array([0, 1, 0]), 5, np.random.default_rng(0))] == 1).all()


def test_the_estimate_of_a_calibrated_model_is_much_better_than_counting() -> None:
    found = knowing.measure_composition(predictions(), sizes=(2000,), lists=10, with_intervals=3)
    assert [row["spread"] for row in found["mixtures"]] == list(knowing.SPREADS)
    assert found["overall"]["ratio"] < 1 / 3
    assert all(row["intervals_hold"] > 0.7 for row in found["mixtures"])


def test_doubted_shares_are_measured_apart() -> None:
    shares = (
        OriginShare("1", 0.6, 0, 1, 0.1, Leaning("0", 0.9, 0, 1)),
        OriginShare("0", 0.3, 0, 1, 0.8),
        OriginShare("2", 0.1, 0, 1, 0.1),
        OriginShare("3", 0.009, 0, 1, 0),
    )
    found = knowing.doubts(Composition(shares, 10, {}, 0.95, 200, 0), np.array([0.7, 0.25, 0.05, 0]))
    doubted = {"doubted": 0.6, "doubted_missed": 0.35, "together": 0.9, "together_missed": 0.05}
    assert found == pytest.approx(doubted | {"trusted": 0.4, "trusted_missed": 0.4 + 0.05})
    said = knowing.doubt_line(found)
    assert "60% of a list, and off by 58% of their size; together with" in said
    assert said.endswith("by 6%. The others are off by 112%.")


def test_a_list_from_one_fold_has_no_names_of_another() -> None:
    found, rng = predictions(40), np.random.default_rng(0)
    folds = [set(part.fold) for part in knowing.parts(found, rng, 30, within_folds=True)]
    assert set.union(*folds) == {0, 1, 2, 3}
    assert all(len(each) == 1 for each in folds)
    assert [len(part.labels) for part in knowing.parts(found, rng, 2, within_folds=False)] == [40, 40]
    few = knowing.Predictions(found.p[:3], np.array([1, 1, 3]), np.zeros(3))  # an origin without a name
    errors = knowing.list_errors(few, np.full(5, 0.2), rng, 0.3, 50, intervals=False)
    assert set(errors) == {"em", "counted"}


def test_from_models_to_tables_and_results(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ten models, each asked for its own fold's names alone."""
    rng = np.random.default_rng(0)
    names = ["".join(rng.choice(list("abcdef"), 6)) for _ in range(400)]
    report = CleaningReport(400, 400, 400, (), {})
    corpus = Corpus(tuple(names), tuple(rng.choice(["A", "B", "C"], 400)), "names", report)
    alphabet = Alphabet("abcdef")
    levels = tuple(np.linspace(-1, 1.03, 201))
    for k in range(10):
        network = Network(Architecture(7, 3, embedding_size=2, hidden_size=2), rng=np.random.default_rng(k))
        clf = Classifier(network, alphabet, ["A", "B", "C"], [0.4, 0.3, 0.3], Calibration(1.0 + k, levels))
        clf.save(tmp_path / "folds" / str(k))
    found = knowing.Predictions.of_models(tmp_path / "folds", corpus)
    rows = np.flatnonzero(fold_numbers(names) == 3)
    clf = Classifier.load(tmp_path / "folds" / "3")
    np.testing.assert_allclose(
        found.p[found.fold == 3], clf.predict_proba([names[i] for i in rows]), atol=1e-6
    )
    assert found.labels[found.fold == 3].tolist() == ["ABC".index(corpus.labels[i]) for i in rows]

    (tmp_path / "results").mkdir()
    monkeypatch.setattr(knowing, "HERE", tmp_path)
    monkeypatch.setattr(knowing, "load_corpus", lambda _: corpus)
    monkeypatch.setattr(knowing.measure_composition, "__kwdefaults__", {
        **(knowing.measure_composition.__kwdefaults__ or {}), "lists": 2, "with_intervals": 1, "sizes": (50,),
    })  # fmt: skip
    knowing.main()
    results = json.loads((tmp_path / "results" / "knowing.json").read_text("utf-8"))
    assert knowing.tables(results) in capsys.readouterr().out
    assert results["names"] == 400
    assert results["sets"]["thresholds"] == "of each run's own validation names"
    assert {"accuracy", "abstaining", "composition", "composition_within_folds"} <= set(results)

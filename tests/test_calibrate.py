"""What is fitted to held-out names with shares: temperatures, the default prior, thresholds by script."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from test_weighted_training import ROWS, SMALL, corpus_of

from cognomen.classifier import Classifier
from cognomen.classifier.calibration import Calibration, softmax_with_temperature
from cognomen.corpora import Corpus
from cognomen.corpora.world.manifest import Origin
from cognomen.network import Architecture, Network
from cognomen.network.ngrams import frequent_ngrams
from cognomen.text import Alphabet
from cognomen.training.calibrate import _default_prior, _Pairs, calibrate, places_of
from cognomen.training.dataset import Dataset
from cognomen.training.run import TrainingRun

FACTS = {"A": Origin("A", "aa", "First", "Here", 1.0), "B": Origin("B", "bb", "Second", "Here", 100.0)}


def placed(rows: Any = ROWS) -> Corpus:
    return replace(corpus_of(rows, shares=True), origin_facts=FACTS)


def found_of(held: Any, logits: Any, corpus: Corpus | None = None) -> Any:
    """What is fitted to these held-out rows, if the network says this of their names."""
    corpus = placed() if corpus is None else corpus
    run = TrainingRun(corpus, SMALL, validation=corpus_of(held, shares=True))
    data: Dataset = run.dataset
    assert len(logits) == len(data.validation)
    return calibrate(np.array(logits, np.float32), run.network, data, corpus)


def test_the_tree_and_the_prior_come_with_the_corpus() -> None:
    assert places_of(placed()) == (("First", "Here"), ("Second", "Here"))
    assert places_of(corpus_of(ROWS)) is None
    assert found_of([("ab", "A", 1.0)], [[1.0, 0.0]], corpus_of(ROWS, shares=True)).default_prior is None


def test_a_prior_helps_where_it_tells_what_the_network_does_not() -> None:
    """The power p adds p log(100) to B, and so to both of its names; A's own name bears that."""
    held = [("ab", "A", 1.0), ("ba", "B", 1.0), ("bb", "B", 1.0)]
    found = found_of(held, [[9.0, 0.0], [0.0, 9.0], [0.5, 0.0]])
    assert found.default_prior.populations == (1.0, 100.0)
    assert found.default_prior.power > 0


def test_where_a_prior_would_only_mislead_its_power_is_0() -> None:
    found = found_of([("ab", "A", 1.0), ("ba", "B", 1.0)], [[0.5, 0.0], [0.0, 9.0]])
    assert found.default_prior.power == 0


def test_names_that_are_known_have_a_temperature_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The prior's power is divided by it, so that it weighs the same beside their logits."""
    held = [("ab", "A", 1.0), ("ba", "B", 1.0), ("bb", "B", 1.0)]
    monkeypatch.setattr("cognomen.training.calibrate.KNOWN_TEMPERATURE", 1.0)
    plain = found_of(held, [[9.0, 0.0], [0.0, 9.0], [0.5, 0.0]])
    monkeypatch.setattr("cognomen.training.calibrate.KNOWN_TEMPERATURE", 2.0)
    found = found_of(held, [[9.0, 0.0], [0.0, 9.0], [0.5, 0.0]])
    assert (plain.calibration.known_temperature, found.calibration.known_temperature) == (1.0, 2.0)
    assert found.calibration.temperature == plain.calibration.temperature
    assert found.default_prior.power == plain.default_prior.power / 2 > 0
    calibration = Calibration(2.0, known_temperature=1.0)
    np.testing.assert_array_equal(calibration.temperatures(np.array([True, False])), [1.0, 2.0])
    assert calibration.temperatures(None) == Calibration(2.0).temperatures(np.array([True])) == 2.0


def test_what_is_odd_depends_on_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cognomen.training.calibrate.FEWEST_OF_SCRIPT", 2)
    rows = [*ROWS, ("дад", "A", 1.0), ("ададад", "B", 1.0)]
    held = [("ab", "A", 1.0), ("ba", "B", 1.0), ("да", "A", 1.0), ("ад", "B", 1.0)]
    corpus = placed(rows)
    run = TrainingRun(corpus, SMALL, validation=corpus_of([*held, ("да б", "A", 1.0)], shares=True))
    names = run.dataset.validation
    found = calibrate(np.zeros((len(names), 2), np.float32), run.network, run.dataset, corpus).calibration
    assert run.network.ngrams is not None
    bits = run.network.ngrams.bits_per_letter(names.texts)
    limits = found.script_ood_thresholds
    assert limits is not None
    assert found.ood_threshold is None
    assert limits == {
        "CYRILLIC": pytest.approx(np.quantile(bits[2:], 0.999), abs=1e-4),
        "LATIN": pytest.approx(np.quantile(bits[:2], 0.999), abs=1e-4),
    }


def test_a_name_with_weights_of_its_own_is_never_odd() -> None:
    alphabet = Alphabet("abд")
    texts = alphabet.encode_all(["ab", "ba", "дд"])
    ngrams = frequent_ngrams(texts, longest=2, min_count=1, alphabet_size=len(alphabet))
    network = Network(Architecture(len(alphabet), 2, longest_ngram=2), ngrams=ngrams)
    clf = Classifier(
        network, alphabet, ["A", "B"], [0.5, 0.5], Calibration(script_ood_thresholds={"LATIN": 1.0})
    )
    bits = np.array([9.0, 9.0, 9.0])
    assert clf.ood_detector.detect(texts, bits)[0].tolist() == [True, True, False], "no limit in this script"
    known = np.array([True, False, False])
    assert clf.ood_detector.detect(texts, bits, known)[0].tolist() == [False, True, False]


def test_the_rows_of_names_are_fitted_under_a_prior_between_those_of_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Populations to the power .3; where they are not known, the training's prior."""
    asked: list[Any] = []
    monkeypatch.setattr("cognomen.training.run.fit_name_rows", lambda *given: asked.append(given[6]))
    for corpus in (placed(), corpus_of(ROWS, shares=True)):
        TrainingRun(corpus, SMALL).fit_names()
    assert asked[0][1] - asked[0][0] == pytest.approx(0.3 * np.log(100))
    assert asked[1] == 0


@pytest.mark.parametrize(("millions", "power"), [(100.0, 0.2), (10.0, 0.4), (1.0, 0.0)])
def test_the_default_prior_is_between_origins_that_count_alike_and_people(
    millions: float, power: float
) -> None:
    """Of names that tell nothing: halfway between one half and B's share of the people."""
    logits, labels = np.zeros((100, 2)), np.arange(100) % 2
    share = (0.5 + millions / (1 + millions)) / 2
    assert power == pytest.approx(np.log(share / (1 - share)) / np.log(max(millions, 2.0)), abs=0.05)
    found = _default_prior(_Pairs(logits, labels, None), 1.0, (1.0, millions), np.array([0.5, 0.5]))
    assert found.power == power


def test_the_default_prior_is_that_of_the_least_log_loss() -> None:
    rng = np.random.default_rng(4)
    labels = rng.integers(0, 3, 400)
    logits = rng.normal(0, 2, (400, 3)) + 3 * np.eye(3)[labels]
    weights, populations, priors = rng.random(400), np.array([1.0, 30.0, 300.0]), np.array([0.2, 0.5, 0.3])

    def loss(power: float) -> float:
        p = softmax_with_temperature(logits, 1.5) * populations**power / priors
        own = p[np.arange(400), labels] / p.sum(axis=1)
        return -sum(
            np.average(np.log(own), weights=each) for each in (weights, weights * populations[labels])
        )

    found = _default_prior(_Pairs(logits, labels, weights), 1.5, tuple(populations.tolist()), priors)
    assert 0 < found.power < 1
    assert loss(found.power) == min(loss(k / 10) for k in range(11))

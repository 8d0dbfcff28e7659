"""Rates of an outcome by origin: the bias that weighting has, and that the correction does not."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from counting import Watched
from numpy.typing import NDArray

from cognomen import Classifier
from cognomen.errors import InputError
from cognomen.evaluation import OutcomeRates, outcome_rates, outcomes

ORIGINS = ("A", "B", "C", "D")
SHARES = np.array([0.5, 0.25, 0.15, 0.1])
RATES = np.array([0.2, 0.5, 0.8, 0.3])


class World:
    """Names that several origins share, and lists drawn from them."""

    def __init__(self, seed: int = 0, names: int = 300) -> None:
        self.rng = np.random.default_rng(seed)
        own, common = self.rng.dirichlet(np.full(names, 0.05), 4), self.rng.dirichlet(np.full(names, 0.5))
        self.names = 0.5 * own + 0.5 * common  # (C, names), P(name | origin)
        self.priors = np.full(4, 0.25)
        joint = self.names.T * self.priors
        self.posteriors = joint / joint.sum(axis=1, keepdims=True)

    def draw(
        self, rows: int, shares: NDArray[Any] = SHARES
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Origins (N,), names (N,), and the names' probabilities (N, C)."""
        origins = self.rng.choice(4, rows, p=shares)
        cumulated = self.names.cumsum(axis=1)[origins]
        names = (cumulated < self.rng.random((rows, 1))).sum(axis=1).clip(max=self.names.shape[1] - 1)
        return origins, names, self.posteriors[names]


def rates_of(found: OutcomeRates, value: object = True) -> NDArray[Any]:
    """Rate, low, high and naive, (C, 4)."""
    return np.array([[r.rate, r.low, r.high, r.naive] for r in found.rates if r.outcome == value])


def test_the_bias_shrinks_and_intervals_hold() -> None:
    world, errors, naive, held = World(), [], [], []
    for _ in range(30):
        origins, _, p = world.draw(5000)
        outcome = world.rng.random(5000) < RATES[origins]
        table = rates_of(outcome_rates(p, outcome, ORIGINS, world.priors))
        errors.append(table[:, 0] - RATES)
        naive.append(table[:, 3] - RATES)
        held.append((table[:, 1] <= RATES) & (table[:, 2] >= RATES))
    assert np.abs(np.mean(naive, axis=0)).max() > 0.2, "weighting is biased"
    assert np.abs(np.mean(errors, axis=0)).max() < 0.02, "the correction is not"
    assert 0.88 < np.mean(held) <= 0.995, "95 % intervals"


def test_the_naive_estimate_is_the_weighted_mean() -> None:
    p = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]])
    found = outcome_rates(p, [True, False, True], "AB", [0.5, 0.5])
    assert found.of("A", True).naive == pytest.approx(1.4 / 1.6)
    assert found.of("B", False).naive == pytest.approx(0.8 / 1.4)
    assert sum(r.count for r in found.rates if r.outcome) == pytest.approx(3)


def test_certain_origins_leave_nothing_to_correct() -> None:
    rng = np.random.default_rng(1)
    origins = rng.integers(0, 4, 4000)
    outcome = rng.random(4000) < RATES[origins]
    table = rates_of(outcome_rates(np.eye(4)[origins], outcome, ORIGINS, np.full(4, 0.25)))
    np.testing.assert_allclose(table[:, 0], table[:, 3], atol=0.001)  # but for the added row
    counts = np.bincount(origins)
    expected = 2 * 1.96 * np.sqrt(table[:, 0] * (1 - table[:, 0]) / counts)
    np.testing.assert_allclose(table[:, 2] - table[:, 1], expected, rtol=0.05)


def test_the_estimate_is_the_most_likely_one() -> None:
    """Of all rates on a grid, with the shares that were found."""
    world = World(names=20)
    origins, _, p = world.draw(400, np.array([0.6, 0.4, 0, 0]))
    p, priors = p[:, :2] / p[:, :2].sum(axis=1, keepdims=True), np.array([0.5, 0.5])
    outcome = world.rng.random(400) < np.array([0.2, 0.7])[origins]
    found = outcome_rates(p, outcome, "AB", priors, pseudo_count=1e-9)
    shares = np.array([found.of(o, True).count for o in "AB"]) / 400

    def log_likelihood(rates: tuple[float, float]) -> float:
        theta = np.where(outcome[:, None], rates, 1 - np.array(rates))
        return float(np.log((p / priors * shares * theta).sum(axis=1)).sum())

    grid = np.linspace(0.01, 0.99, 99)
    best = max(product(grid, grid), key=log_likelihood)
    np.testing.assert_allclose([found.of(o, True).rate for o in "AB"], best, atol=0.011)


def test_several_values_sum_to_1() -> None:
    world = World()
    origins, _, p = world.draw(6000)
    table = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4], [0.5, 0.25, 0.25]])
    value = (table[origins].cumsum(axis=1) < world.rng.random((6000, 1))).sum(axis=1)
    names = np.array(["high", "middle", "low"])
    found = outcome_rates(p, names[value], ORIGINS, world.priors)
    got = np.array([[found.of(o, name).rate for name in names] for o in ORIGINS])
    np.testing.assert_allclose(got.sum(axis=1), 1)
    np.testing.assert_allclose(got, table, atol=0.1)


def test_within_strata_the_outcome_may_depend_on_them() -> None:
    """Where places differ in outcome and in origins, and names stand for places, only strata are right."""
    world, errors = World(), {True: [], False: []}
    for _ in range(10):
        mixtures = (np.array([0.7, 0.1, 0.1, 0.1]), np.array([0.1, 0.3, 0.3, 0.3]))
        parts = [world.draw(4000, shares) for shares in mixtures]
        origins, p = (np.concatenate([part[k] for part in parts]) for k in (0, 2))
        place = np.repeat([0, 1], 4000)
        outcome = world.rng.random(8000) < np.clip(RATES[origins] * 0.5 + 0.4 * place, 0, 1)
        true = np.array([outcome[origins == k].mean() for k in range(4)])
        for within, errs in errors.items():
            found = outcome_rates(p, outcome, ORIGINS, world.priors, strata=place if within else None)
            errs.append(np.abs(rates_of(found)[:, 0] - true).mean())
    assert np.mean(errors[True]) < np.mean(errors[False])


def test_an_origin_without_rows_has_a_wide_interval() -> None:
    p = np.tile([0.999999, 0.000001], (500, 1))
    found = outcome_rates(p, np.arange(500) % 4 == 0, "AB", [0.5, 0.5])
    rare = found.of("B", True)
    assert rare.rate == pytest.approx(0.25, abs=0.05)
    assert rare.high - rare.low > 0.8
    assert found.of("A", True).high - found.of("A", True).low < 0.1


def test_with_a_classifier() -> None:
    clf = Classifier.load()
    names = ["Nakamura", "Tanaka", "Rossi", "Bianchi", "123", None] * 20
    outcome = [name in ("Nakamura", "Tanaka") for name in names]
    found = outcome_rates(clf.predict_proba(names), outcome, clf.origins, clf.expected_shares())
    assert (found.rows, found.unread) == (80, 40)
    assert found.of("Japanese", True).rate > 0.9
    assert found.of("Italian", True).rate < 0.1
    by_group = outcome_rates(
        clf.predict_proba(names, level="group"), outcome, clf.groups, clf.expected_shares(level="group")
    )
    assert by_group.of("Japanese", True).rate > 0.9
    assert json.loads(json.dumps(found.to_json()))["rates"][0].keys() >= {"origin", "rate", "naive", "low"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"outcomes": [True]}, "outcomes.*2 rows"),
        ({"outcomes": [True, None]}, r"outcomes\[1\].*None.*1 of 2.*alike"),
        ({"outcomes": ["yes", float("nan")]}, r"outcomes\[1\].*nan"),
        ({"outcomes": pd.array([True, None], "boolean")}, r"outcomes\[1\]"),
        ({"outcomes": [1.0, float("nan")]}, r"outcomes\[1\]"),
        ({"origins": "A"}, "origins"),
        ({"priors": [1.0]}, "priors"),
        ({"priors": [0.0, 0.0]}, "priors"),
        ({"p": [[0.5, 0.6], [2, 0]]}, "from 0 to 1"),
        ({"p": [[np.nan, np.nan]] * 2}, "readable"),
        ({"p": [0.5, 0.5]}, "probabilities"),
        ({"strata": [1]}, "strata"),
        ({"pseudo_count": 0}, "pseudo_count"),
    ],
)
def test_what_does_not_fit_is_said(change: dict[str, Any], words: str) -> None:
    given = {"p": [[0.5, 0.5], [0.9, 0.1]], "outcomes": [True, False], "origins": "AB", "priors": [0.5, 0.5]}
    with pytest.raises(InputError, match=words):
        outcome_rates(**{**given, **change})


def test_what_is_not_there_is_said() -> None:
    found = outcome_rates([[0.5, 0.5], [0.9, 0.1]], ["yes", "no"], ["Irish", "Welsh"], [0.5, 0.5])
    with pytest.raises(InputError, match=r"'Irsh'\. Did you mean 'Irish'"):
        found.of("Irsh", "yes")
    with pytest.raises(InputError, match=r"\['no', 'yes'\], got True"):
        found.of("Irish", True)


def test_a_measurement_is_no_outcome() -> None:
    """One value in each row would take N x N numbers: gigabytes, for nothing."""
    p, incomes = np.full((101, 2), 0.5), np.arange(101) + 0.5
    with pytest.raises(InputError, match=r"at most 100 .* got 101, such as 0.5 and 1.5.*classes"):
        outcome_rates(p, incomes, "AB", [0.5, 0.5])
    assert len(outcome_rates(p[:100], incomes[:100], "AB", [0.5, 0.5]).rates) == 200


def test_equal_rows_are_divided_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists repeat their names: the work is that of the different rows, and the result is that of all."""
    rng = np.random.default_rng(1)
    p = rng.dirichlet([0.5, 0.5, 0.5], 40)[rng.integers(0, 40, 3000)]
    given: dict[str, Any] = {"outcomes": rng.random(3000) < p[:, 0], "strata": rng.integers(0, 2, 3000)}
    fitted = []
    fit = outcomes._fit
    monkeypatch.setattr(outcomes, "_fit", lambda *args: (fitted.append(len(args[0])), fit(*args))[1])
    once = outcome_rates(p, origins="ABC", priors=np.ones(3), **given)
    assert sum(fitted) <= 40 * 2 * 2

    def all_different(table: NDArray[Any], *_: object) -> tuple[NDArray[Any], NDArray[Any]]:
        return np.arange(len(table)), np.ones(len(table))

    monkeypatch.setattr(outcomes, "_different", all_different)
    apart = outcome_rates(p, origins="ABC", priors=np.ones(3), **given)
    for one, other in zip(once.rates, apart.rates, strict=True):
        figures = (other.rate, other.low, other.high, other.naive, other.count)
        assert (one.rate, one.low, one.high, one.naive, one.count) == pytest.approx(figures, abs=1e-9)


def test_origins_without_a_row_do_not_keep_it_going(monkeypatch: pytest.MonkeyPatch) -> None:
    """The third origin takes all rows; the rates of the two others drift on as these dwindle."""
    rng = np.random.default_rng(0)
    a = rng.random(30)
    p = np.stack([a, 1 - a, np.full(30, 0.45)], axis=1)[rng.integers(0, 30, 20_000)] / 1.45
    outcome = rng.random(20_000) < p[:, 0]
    found = [(rate.rate, rate.count) for rate in outcome_rates(p, outcome, "ABC", [0.4, 0.4, 0.2]).rates]
    monkeypatch.setattr(outcomes, "MAX_STEPS", 55)
    assert found == [
        (rate.rate, rate.count) for rate in outcome_rates(p, outcome, "ABC", [0.4, 0.4, 0.2]).rates
    ]


@pytest.mark.usefixtures("two_threads")
def test_products_run_on_one_thread() -> None:
    p = Watched(np.eye(4))
    outcome_rates(p, [True, False, True, False], ORIGINS, SHARES)
    assert p.threads
    assert all(each == {1} for each in p.threads)

"""Shares of a list: the most likely ones, better than counted, with intervals that mean something."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cognomen import composition as composition_module
from cognomen.composition import compose, estimate_shares, resampled_shares
from cognomen.errors import InputError

PRIORS = np.array([0.5, 0.3, 0.15, 0.05])
ORIGINS = ["A", "B", "C", "D"]
Table = np.ndarray[Any, Any]


def a_list(shares: Any, names: int, seed: int = 0) -> Table:
    """Probabilities (U, C) of names drawn from such a mixture, as a calibrated model of PRIORS gives them.

    A name is a point, drawn around its origin's corner; so p(name | origin) is known.
    """
    rng = np.random.default_rng(seed)
    origin = rng.choice(4, names, p=shares)
    points = rng.normal(0, 1, (names, 4)) + 1.5 * np.eye(4)[origin]
    log_density = -((points[:, None] - 1.5 * np.eye(4)) ** 2).sum(axis=2) / 2  # (U, C)
    p = np.exp(log_density) * PRIORS
    return (p / p.sum(axis=1, keepdims=True)).astype(np.float32)


def log_likelihood(p: Table, counts: Table, shares: Table) -> float:
    return float((counts * np.log(p.astype(np.float64) @ (shares / PRIORS))).sum())


# --- the estimate ---------------------------------------------------------------------------------------


def test_clear_names_are_counted() -> None:
    p = np.eye(4)[[0, 1, 1, 2]]
    np.testing.assert_allclose(estimate_shares(p, [5, 1, 2, 2], PRIORS), [0.5, 0.3, 0.2, 0], atol=1e-6)


def test_a_list_that_tells_nothing_is_mixed_as_in_training() -> None:
    np.testing.assert_allclose(estimate_shares([PRIORS] * 3, [1, 1, 1], PRIORS), PRIORS, atol=1e-12)


def test_two_origins_by_hand() -> None:
    """Names that are 3 to 1 for A, and as many 3 to 1 for B; 7 of the one kind came, and 3 of the other."""
    p = [[0.75, 0.25], [0.25, 0.75]]
    found = estimate_shares(p, [7, 3], [0.5, 0.5])
    assert found == pytest.approx([0.9, 0.1], abs=1e-4)  # as .9 * 3/4 + .1 * 1/4 = .7


@pytest.mark.parametrize("shares", [[0.1, 0.2, 0.3, 0.4], [0, 0, 0.5, 0.5], [0.97, 0.01, 0.01, 0.01]])
def test_it_comes_far_nearer_than_counting(shares: list[float]) -> None:
    p = a_list(shares, 20_000)
    found = compose(p, np.ones(len(p), np.intp), PRIORS, ORIGINS, unknown={}, samples=2)
    by_origin = {each.origin: each for each in found.shares}
    error = np.mean([abs(by_origin[o].share - s) for o, s in zip(ORIGINS, shares, strict=True)])
    counted = np.mean([abs(by_origin[o].counted - s) for o, s in zip(ORIGINS, shares, strict=True)])
    assert error < 0.015
    assert error < counted / 3 or counted < 0.02


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.integers(1, 40))
def test_no_other_shares_make_the_list_likelier(seed: int, names: int) -> None:
    rng = np.random.default_rng(seed)
    p, counts = rng.dirichlet([0.5] * 4, names) + 1e-6, rng.integers(1, 9, names)
    p /= p.sum(axis=1, keepdims=True)
    found = estimate_shares(p, counts, PRIORS)
    assert found.sum() == pytest.approx(1)
    assert (found >= 0).all()
    best = log_likelihood(p, counts, found)
    for other in [*rng.dirichlet([1] * 4, 20), *(0.99 * found + 0.01 * np.eye(4))]:
        assert log_likelihood(p, counts, other) <= best + 1e-3 * counts.sum()


def test_a_name_that_stands_twice_counts_twice() -> None:
    p = a_list([0.25] * 4, 100)
    np.testing.assert_allclose(
        estimate_shares(p, np.full(100, 2), PRIORS),
        estimate_shares(np.tile(p, (2, 1)), np.ones(200), PRIORS),
        atol=1e-5,
    )


def test_long_lists_are_taken_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    p = a_list([0.1, 0.2, 0.3, 0.4], 1000)
    whole = estimate_shares(p, np.ones(1000), PRIORS)
    monkeypatch.setattr(composition_module, "ROWS", 7)
    np.testing.assert_allclose(estimate_shares(p, np.ones(1000), PRIORS), whole, atol=1e-4)


def test_an_origin_without_names_in_training_has_no_share() -> None:
    found = estimate_shares([[0.5, 0.5, 0.0]], [1], [0.5, 0.5, 0.0])
    np.testing.assert_allclose(found, [0.5, 0.5, 0])


@pytest.mark.parametrize(
    ("p", "counts", "priors", "message"),
    [
        ([[0.5, 0.5]], [1, 1], [0.5, 0.5], "a count for each of the U names"),
        ([[0.5, 0.5]], [1], [1.0], "a prior for each of the C"),
        ([0.5, 0.5], [1], [0.5, 0.5], r"expected probabilities \(U, C\)"),
        (np.empty((0, 2)), [], [0.5, 0.5], "expected one or more names"),
    ],
)
def test_what_does_not_fit_is_refused(p: Any, counts: Any, priors: Any, message: str) -> None:
    for function in (estimate_shares, resampled_shares):
        with pytest.raises(InputError, match=message):
            function(p, counts, priors)


# --- intervals ------------------------------------------------------------------------------------------


def test_intervals_hold_the_true_shares_about_as_often_as_they_say() -> None:
    shares = np.array([0.1, 0.2, 0.3, 0.4])
    held = []
    for seed in range(40):
        p = a_list(shares, 300, seed)
        found = compose(p, np.ones(300, np.intp), PRIORS, ORIGINS, unknown={}, samples=100)
        limits = {each.origin: (each.low, each.high) for each in found.shares}
        held += [limits[o][0] <= s <= limits[o][1] for o, s in zip(ORIGINS, shares, strict=True)]
    assert 0.88 <= np.mean(held) <= 0.99


def test_an_interval_holds_its_share_and_never_says_never() -> None:
    p = np.eye(4, dtype=np.float32)[np.arange(150) % 2]
    found = compose(p, np.ones(150, np.intp), PRIORS, ORIGINS, unknown={})
    assert all(0 <= each.low <= each.share <= each.high <= 1 for each in found.shares)
    assert min(each.high for each in found.shares) == pytest.approx(1 - 0.05 ** (1 / 150))
    alone = compose(p[:1], np.array([100]), PRIORS, ORIGINS, unknown={}).shares[0]
    assert (alone.share, alone.low, alone.high) == pytest.approx((1, 0.05, 1), abs=1e-4)


def test_rows_of_one_name_err_together() -> None:
    """A hundred rows of ten names say no more of the mixture than ten names do."""
    p = a_list([0.25] * 4, 10)
    one, ten = (resampled_shares(p, np.full(10, k), PRIORS, seed=3) for k in (1, 10))
    np.testing.assert_allclose(one, ten, atol=1e-3)


def test_a_name_is_drawn_with_all_its_rows() -> None:
    p = np.eye(4, dtype=np.float32)[np.arange(200) % 4]
    counts = np.array([7, 1, 1, 1])[np.arange(200) % 4]
    middle = resampled_shares(p, counts, PRIORS).mean(axis=0)
    np.testing.assert_allclose(middle, [0.7, 0.1, 0.1, 0.1], atol=0.02)


def test_the_seed_decides_and_the_spread_falls_with_the_names(monkeypatch: pytest.MonkeyPatch) -> None:
    p = a_list([0.25] * 4, 1600)
    few, many = (resampled_shares(p[:n], np.ones(n), PRIORS) for n in (400, 1600))
    np.testing.assert_array_equal(many, resampled_shares(p, np.ones(1600), PRIORS, seed=0))
    assert (many != resampled_shares(p, np.ones(1600), PRIORS, seed=1)).any()
    assert (few.std(axis=0) / many.std(axis=0)).mean() == pytest.approx(2, rel=0.3)
    monkeypatch.setattr(composition_module, "RESAMPLED", 400)
    scaled = resampled_shares(p, np.ones(1600), PRIORS)
    np.testing.assert_allclose(scaled.mean(axis=0), many.mean(axis=0), atol=0.02)
    assert (scaled.std(axis=0) / many.std(axis=0)).mean() == pytest.approx(1, rel=0.3)


def test_a_name_that_only_one_resample_has() -> None:
    """Where it is missing, no share of its origin is left, and it must not be divided by."""
    p = np.eye(3, dtype=np.float32)[[0] * 30 + [1] * 30 + [2]]
    shares = resampled_shares(p, np.ones(61), [0.4, 0.4, 0.2])
    assert np.isfinite(shares).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
    assert shares[:, 2].min() < 1e-4


# --- what is said ---------------------------------------------------------------------------------------


def test_a_composition_as_json() -> None:
    p = np.eye(2, dtype=np.float32)
    found = compose(p, np.array([1, 3]), [0.5, 0.5], ["A", "B"], unknown={"empty": 2}, samples=10, seed=7)
    assert (found.rows, found.read, found.unknown) == (6, 4, {"empty": 2})
    assert [each.origin for each in found.shares] == ["B", "A"]
    assert [each.share for each in found.shares] == pytest.approx([0.75, 0.25], abs=1e-5)
    assert [each.counted for each in found.shares] == [0.75, 0.25]
    facts = found.to_json()
    assert list(facts) == ["rows", "read", "unknown", "shares", "level", "samples", "seed"]
    assert list(facts["shares"][0]) == ["origin", "share", "low", "high", "counted"]
    assert (facts["level"], facts["samples"], facts["seed"]) == (0.95, 10, 7)


def test_without_a_name_that_could_be_read_there_are_no_shares() -> None:
    found = compose(np.empty((0, 4), np.float32), np.empty(0, np.intp), PRIORS, ORIGINS, unknown={"empty": 2})
    assert (found.shares, found.rows, found.read) == ((), 2, 0)
    assert found.to_json()["shares"] == []

"""The mixture of a list: the most likely shares, how they vary, and what stands behind each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from counting import Watched
from hypothesis import given, settings
from hypothesis import strategies as st
from mixtures import PRIORS, Table, a_list

from cognomen.classifier import mixture
from cognomen.classifier.mixture import estimate_shares, mean_answers, resampled_shares
from cognomen.errors import InputError


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
    monkeypatch.setattr(mixture, "ROWS", 7)
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


# --- resamples ------------------------------------------------------------------------------------------


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
    monkeypatch.setattr(mixture, "RESAMPLED", 400)
    scaled = resampled_shares(p, np.ones(1600), PRIORS)
    np.testing.assert_allclose(scaled.mean(axis=0), many.mean(axis=0), atol=0.02)
    assert (scaled.std(axis=0) / many.std(axis=0)).mean() == pytest.approx(1, rel=0.3)


def test_shares_of_a_part_stay_between_0_and_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of twenty names with one B has 5 % of it, the list 1 %: without B, A would have 101 %."""
    p = np.eye(2, dtype=np.float32)[[0] * 198 + [1] * 2]
    monkeypatch.setattr(mixture, "RESAMPLED", 20)
    shares = np.concatenate([resampled_shares(p, np.ones(200), [0.5, 0.5], seed=seed) for seed in range(20)])
    assert shares.max() == 1
    assert shares.min() == 0


def test_a_part_is_taken_only_of_longer_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    p = a_list([0.25] * 4, 300)
    whole = resampled_shares(p, np.ones(300), PRIORS)
    assert whole.shape == (200, 4)
    monkeypatch.setattr(mixture, "RESAMPLED", 300)
    np.testing.assert_array_equal(resampled_shares(p, np.ones(300), PRIORS), whole)
    monkeypatch.setattr(mixture, "RESAMPLED", 299)
    assert (resampled_shares(p, np.ones(300), PRIORS) != whole).any()


def test_a_name_that_only_one_resample_has() -> None:
    """Where it is missing, no share of its origin is left, and it must not be divided by."""
    p = np.eye(3, dtype=np.float32)[[0] * 30 + [1] * 30 + [2]]
    shares = resampled_shares(p, np.ones(61), [0.4, 0.4, 0.2])
    assert np.isfinite(shares).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
    assert shares[:, 2].min() < 1e-4


# --- what stands behind a share -------------------------------------------------------------------------


def test_the_answers_behind_a_share_by_hand() -> None:
    p, priors = np.array([[0.9, 0.1], [0.6, 0.4]]), np.array([0.8, 0.2])
    shares = np.array([0.5, 0.5])
    # p / prior is 1.125 : 0.5 and 0.75 : 2, so of the names' rows 9/13 and 3/11 are the first origin's
    first = np.array([9 / 13 * 1, 3 / 11 * 3])
    second = np.array([4 / 13 * 1, 8 / 11 * 3])
    expected = [first @ p / first.sum(), second @ p / second.sum()]
    np.testing.assert_allclose(mean_answers(p, [1, 3], priors, shares), expected)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.integers(1, 40))
def test_the_answers_behind_all_shares_are_those_of_the_list(seed: int, names: int) -> None:
    rng = np.random.default_rng(seed)
    p, counts = rng.dirichlet([0.5] * 4, names) + 1e-6, rng.integers(1, 9, names)
    p /= p.sum(axis=1, keepdims=True)
    shares = rng.dirichlet([1] * 4)
    found = mean_answers(p, counts, PRIORS, shares)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    parts = p * shares / PRIORS  # (U, C)
    belonging = counts @ (parts / parts.sum(axis=1, keepdims=True))  # (C,), names of each origin
    np.testing.assert_allclose(belonging @ found, counts @ p)


def test_an_origin_that_is_not_expected_has_no_answers_behind_it() -> None:
    p = np.array([[0.7, 0.3, 0.0], [0.2, 0.8, 0.0]])
    found = mean_answers(p, [1, 1], [0.6, 0.4, 0.0], np.array([0.5, 0.5, 0.0]))
    assert (found[2] == 0).all()
    np.testing.assert_allclose(found[:2].sum(axis=1), 1, rtol=1e-6)


def test_nothing_stands_behind_no_share(monkeypatch: pytest.MonkeyPatch) -> None:
    p = a_list([0.5, 0.5, 0, 0], 100)
    counts, shares = np.arange(1, 101), np.array([0.5, 0.5, 0, 0])
    found = mean_answers(p, counts, PRIORS, shares)
    assert (found[2:] == 0).all()
    monkeypatch.setattr(mixture, "ROWS", 7)
    np.testing.assert_allclose(mean_answers(p, counts, PRIORS, shares), found, rtol=1e-5)


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize(
    "estimate", [estimate_shares, resampled_shares, partial(mean_answers, shares=PRIORS)]
)
def test_products_run_on_one_thread(estimate: Callable[..., Any]) -> None:
    p = Watched(np.eye(4))
    estimate(p, np.ones(4), PRIORS)
    assert p.threads == [{1}]

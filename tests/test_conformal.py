"""Sets of origins: they keep their promise, are nested, and are as the formula says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cognomen.classifier.conformal import (
    COVERAGES,
    LEAST_NAMES,
    LEVELS,
    SetLimits,
    in_sets,
    origin_score_levels,
    origin_scores,
    origin_thresholds,
    rank_scores,
    score_levels,
    threshold,
)
from cognomen.errors import InputError


def drawn(seed: int, names: int, sure: float = 3.0) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Probabilities, and labels that are drawn from them: a calibrated model."""
    rng = np.random.default_rng(seed)
    z = rng.normal(0, sure, (names, 12))
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return p, (z + rng.gumbel(size=z.shape)).argmax(axis=1)


def share_held(p: np.ndarray[Any, Any], labels: np.ndarray[Any, Any], limit: float) -> float:
    """The part of the names whose set holds the right origin."""
    return float(in_sets(p, limit)[np.arange(len(p)), labels].mean())


def set_sizes(p: Any, limit: Any) -> np.ndarray[Any, Any]:
    return np.asarray(in_sets(p, limit).sum(axis=1))


def test_scores_by_hand() -> None:
    found = rank_scores([[0.1, 0.6, 0.3], [1.0, 0.0, 0.0]])
    np.testing.assert_allclose(found, [[-0.6, 0.61, 0.92], [-1.0, 1.01, 1.02]], atol=1e-12)


def test_levels_by_hand() -> None:
    """Of three names the k-th score is promised to the next one with k / 4."""
    p = [[0.6, 0.3, 0.1], [0.5, 0.4, 0.1], [0.2, 0.1, 0.7]]
    levels = score_levels(p, [0, 1, 2])  # scores -0.6, 0.51, -0.7
    assert len(levels) == LEVELS + 1
    assert [levels[k] for k in (0, 1, 50, 51, 100, 101, 150, 151, 200)] == pytest.approx(
        [-1, -0.7, -0.7, -0.6, -0.6, 0.51, 0.51, 1.03, 1.03]
    )


@pytest.mark.parametrize("sure", [1.0, 3.0, 8.0])
@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9, 0.95, 0.993])
def test_the_promise_is_kept(sure: float, coverage: float) -> None:
    """Also where less is promised than the model's accuracy, and whatever the model is worth."""
    limit = threshold(score_levels(*drawn(1, 20_000, sure)), coverage)
    p, labels = drawn(2, 20_000, sure)
    assert share_held(p, labels, limit) == pytest.approx(coverage, abs=0.01)


def test_the_promise_does_not_need_a_calibrated_model() -> None:
    p, labels = drawn(1, 40_000)
    p = p**3 / (p**3).sum(axis=1, keepdims=True)  # much too sure
    limit = threshold(score_levels(p[:20_000], labels[:20_000]), 0.9)
    assert share_held(p[20_000:], labels[20_000:], limit) == pytest.approx(0.9, abs=0.01)


def test_few_names_are_enough_for_the_promise_on_average() -> None:
    p, labels = drawn(3, 40_000)
    kept = []
    for start in range(0, 20_000, 50):
        part = slice(start, start + 50)
        limit = threshold(score_levels(p[part], labels[part]), 0.9)
        kept.append(share_held(p[20_000:], labels[20_000:], limit))
    assert 0.895 <= np.mean(kept) <= 0.925  # 46 of 51, rounded up: .902


def test_doubtful_names_get_larger_sets() -> None:
    p, labels = drawn(4, 20_000)
    sizes = set_sizes(p, threshold(score_levels(p, labels), 0.95))
    sure = p.max(axis=1)
    assert sizes[sure > 0.9].mean() < 1.5 < 2.5 < sizes[sure < 0.5].mean()


def test_below_the_accuracy_the_least_sure_names_get_nothing() -> None:
    p, labels = drawn(5, 20_000)
    sizes = set_sizes(p, threshold(score_levels(p, labels), 0.5))
    assert set(sizes) == {0, 1}
    assert p.max(axis=1)[sizes == 0].max() <= p.max(axis=1)[sizes == 1].min()


@settings(deadline=None)
@given(st.floats(0.001, 0.998), st.floats(0.0001, 0.5))
def test_more_coverage_never_takes_an_origin_away(coverage: float, more: float) -> None:
    p, labels = drawn(6, 300)
    levels = score_levels(p, labels)
    smaller, larger = (threshold(levels, c) for c in (coverage, min(coverage + more, 0.999)))
    assert (set_sizes(p, smaller) <= set_sizes(p, larger)).all()


def test_thresholds_between_two_levels_lie_between_them() -> None:
    levels = np.linspace(-1, 1, LEVELS + 1).tolist()
    assert threshold(levels, 0.9) == pytest.approx(0.8)
    assert threshold(levels, 0.9025) == pytest.approx(0.805)
    squares = [k**2 for k in range(LEVELS + 1)]
    assert threshold(squares, 0.9975) == pytest.approx((199**2 + 200**2) / 2)
    assert threshold(squares, 57 / 200) == pytest.approx(57**2)


def test_an_origin_at_the_threshold_is_in_the_set() -> None:
    p = [[0.5, 0.25, 0.25]]
    scores = rank_scores(p)[0]
    assert [set_sizes(p, score).item() for score in scores] == [1, 2, 3]
    assert [set_sizes(p, np.nextafter(score, -1)).item() for score in scores] == [0, 1, 2]


def test_beyond_every_score_all_origins_are_in() -> None:
    p, labels = drawn(7, 20)
    assert (set_sizes(p, threshold(score_levels(p, labels), 0.9999)) == 12).all()


def test_rows_of_float32_are_the_same_sets() -> None:
    p, labels = drawn(8, 2000)
    limit = threshold(score_levels(p, labels), 0.9)
    assert (set_sizes(p.astype(np.float32), limit) == set_sizes(p, limit)).mean() > 0.999
    assert set_sizes(np.empty((0, 3), np.float32), limit).shape == (0,)


@pytest.mark.parametrize("coverage", [0.0, 1.0, 90, -0.1, float("nan"), "0.9", None, True])
def test_a_coverage_lies_between_0_and_1(coverage: Any) -> None:
    with pytest.raises(InputError, match=r"coverage: expected a number between 0 and 1, such as 0\.9, got"):
        threshold([0.0] * (LEVELS + 1), coverage)


# --- thresholds of each origin --------------------------------------------------------------------------


Drawn = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]


def mixed(seed: int, counts: list[int], sure: float = 2.0) -> Drawn:
    """Probabilities of names, and labels: the first origins are easy to tell, the last ones hard."""
    rng, labels = np.random.default_rng(seed), np.repeat(np.arange(len(counts)), counts)
    z = rng.normal(0, 1, (len(labels), len(counts)))
    z[np.arange(len(labels)), labels] += sure * np.linspace(2, 0.5, len(counts))[labels]
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True), labels


def held_by_origin(p: np.ndarray[Any, Any], labels: np.ndarray[Any, Any], limits: Any) -> list[float]:
    held = in_sets(p, limits)[np.arange(len(p)), labels]
    return [float(held[labels == origin].mean()) for origin in range(p.shape[1])]


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9, 0.95, 0.99])
def test_the_promise_is_kept_for_each_origin(coverage: float) -> None:
    """Whatever the mixture of the names is: here the rare ones of the calibration are frequent."""
    levels = origin_score_levels(*mixed(1, [4000, 2000, 1000, 4000, 2000]))
    p, labels = mixed(2, [1000, 2000, 3000, 2000, 4000])
    kept = held_by_origin(p, labels, origin_thresholds(levels, coverage))
    assert kept == pytest.approx([coverage] * 5, abs=0.03)


def test_one_threshold_misses_the_origins_that_are_hard() -> None:
    """What thresholds of each origin are for."""
    fit, (p, labels) = mixed(1, [4000] * 5), mixed(2, [2000] * 5)
    assert min(held_by_origin(p, labels, threshold(score_levels(*fit), 0.9))) < 0.85
    assert min(held_by_origin(p, labels, origin_thresholds(origin_score_levels(*fit), 0.9))) > 0.88


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.sampled_from([0.8, 0.9, 0.95]))
def test_few_names_of_each_origin_are_enough_on_average(seed: int, coverage: float) -> None:
    p, labels = mixed(seed + 1, [500] * 4)
    kept = []
    for k in range(20):
        levels = origin_score_levels(*mixed(seed + 20_000 + k, [LEAST_NAMES] * 4))
        kept.append(held_by_origin(p, labels, origin_thresholds(levels, coverage)))
    assert np.mean(kept, axis=0).min() > coverage - 0.05  # the names on which it is measured vary, too


def test_origins_with_few_names_share_their_thresholds() -> None:
    """Together they have the coverage."""
    p, labels = mixed(3, [1000, LEAST_NAMES - 1, 60, 1000, 80])
    levels = origin_score_levels(p, labels)
    assert levels[1] == levels[2] == levels[4]
    assert len({levels[0], levels[1], levels[3]}) == 3
    few = np.isin(labels, [1, 2, 4])
    shared = levels[1][COVERAGES.index(0.9)]
    assert share_held(p[few], labels[few], shared) == pytest.approx(0.9, abs=0.01)


def test_origins_without_names_are_in_every_set() -> None:
    p, labels = mixed(3, [1000, 1000, 0])
    assert in_sets(p, origin_thresholds(origin_score_levels(p, labels), 0.5))[:, 2].all()


def test_thresholds_of_an_origin_by_hand() -> None:
    """Of 100 names the 91st score is promised with 0.9, and the 100th with 0.99."""
    p, labels = mixed(4, [LEAST_NAMES] * 3)
    levels, scores = origin_score_levels(p, labels), origin_scores(p)
    for origin in range(3):
        own = np.sort(scores[labels == origin, origin])
        assert levels[origin][COVERAGES.index(0.9)] == pytest.approx(own[90], abs=1e-6)
        assert levels[origin][COVERAGES.index(0.99)] == pytest.approx(own[99], abs=1e-6)
        assert levels[origin][-1] > scores.max()
        assert list(levels[origin]) == sorted(levels[origin])


@pytest.mark.parametrize(
    ("coverage", "kept"),
    [(0.9, 0.9), (0.901, 0.95), (0.949, 0.95), (0.96, 0.975), (0.999, 1.0), (0.3, 0.3), (0.001, 0.05)],
)
def test_a_coverage_between_two_is_rounded_up(coverage: float, kept: float) -> None:
    levels = [[float(k) for k in range(len(COVERAGES))]] * 2
    place = next(k for k, each in enumerate(COVERAGES) if each == pytest.approx(kept))
    assert origin_thresholds(levels, coverage).tolist() == [place] * 2


def test_scores_of_origins_are_those_of_their_ranks() -> None:
    np.testing.assert_allclose(origin_scores([[0.1, 0.6, 0.3]]), [[0.92, -0.6, 0.61]], atol=1e-12)


def test_sets_of_names_known_by_heart_hold_the_coverage_of_their_shares() -> None:
    """However large the sets of the others are."""
    p = np.array([[0.7, 0.15, 0.1, 0.05], [0.95, 0.03, 0.02, 0.0], [0.7, 0.15, 0.1, 0.05]], np.float32)
    limits = SetLimits(read=np.full(4, 2.0), known=0.8)
    found = limits.sets(p, np.array([True, True, False]))
    assert found.sum(axis=1).tolist() == [2, 1, 4]
    assert SetLimits(np.full(4, 2.0)).sets(p, np.array([True, True, False])).all()

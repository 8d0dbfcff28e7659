"""Prediction sets: sets of origins that contain the right one with a given coverage.

The origins of a name are ranked by probability, and each gets a score: the higher it is, the later the origin
joins the set. The threshold is the score at or below which, among held-out names, the wanted fraction has its
right origin. New names from the same distribution then have that coverage, however good or bad the network
is (conformal prediction, Vovk et al. 2005). The score is the total probability of all origins ranked before,
so that uncertain names get larger sets, plus a small penalty per rank, so that none grow very large (Romano
et al. 2020, "Classification with Valid and Adaptive Coverage"; Angelopoulos et al. 2021, "Uncertainty Sets
for Image Classifiers using Conformal Prediction", RAPS).

Both papers randomise the scores to separate names whose set would be a single origin. Here nothing is random:
the score of the first origin is its negative probability. So where the coverage asked for is below the
network's accuracy, the sets that stay empty are those of the least confident names.

One threshold for all origins keeps its promise on average over the names, and misses those of rare origins
more often. A threshold for each origin, from held-out names of this origin alone, keeps it for the names of
each origin, and so for names of any mixture (Mondrian conformal prediction, Vovk et al. 2005, chapter 4).

N counts names, C origins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.errors import InputError

LEVELS: Final = 200  # thresholds are kept for each half percent of coverage
ROWS: Final = 1 << 14  # names at a time, so that memory stays bounded
RANK_PENALTY: Final = 0.01  # lambda in the RAPS paper
# Thresholds of each origin are kept for these coverages only, as there are many origins.
COVERAGES: Final = (*(k / 20 for k in range(20)), 0.975, 0.99, 1.0)
LEAST_NAMES: Final = 100  # held-out names of an origin, for thresholds of its own


def rank_scores(p: ArrayLike) -> NDArray[np.float64]:
    """The score of each name's most probable origin, of its second, and so on: (N, C), rising along a row.

    Args:
        p: probabilities, (N, C).
    """
    ranked = -np.sort(-np.asarray(p, dtype=np.float64), axis=1)  # (N, C)
    scores = np.cumsum(ranked, axis=1) - ranked + RANK_PENALTY * np.arange(ranked.shape[1])
    scores[:, 0] = -ranked[:, 0]
    return np.asarray(scores)


def origin_scores(p: ArrayLike) -> NDArray[np.float64]:
    """The score of each origin for each name, (N, C), in the order of the origins.

    Args:
        p: probabilities, (N, C).
    """
    table = np.asarray(p, dtype=np.float64)
    scores, ranked = np.empty_like(table), np.argsort(-table, axis=1, kind="stable")  # (N, C) each
    np.put_along_axis(scores, ranked, rank_scores(table), axis=1)
    return scores


def score_levels(p: ArrayLike, labels: ArrayLike) -> tuple[float, ...]:
    """The thresholds for a coverage of 0, 1/200, 2/200 ... and 1.

    With N names, the k-th smallest score of a right origin has the coverage k / (N + 1) for the next name
    from the same distribution. Beyond the largest score, the threshold is one that no score exceeds.

    Args:
        p: probabilities, (N, C), of names that the network was not trained on.
        labels: (N,), the indices of their origins.

    Returns:
        201 non-decreasing numbers, rounded up to six decimals.
    """
    right, highest = _right_scores(p, labels)
    return _quantiles(right, np.arange(LEVELS + 1) / LEVELS, highest)


def origin_score_levels(p: ArrayLike, labels: ArrayLike) -> tuple[tuple[float, ...], ...]:
    """The thresholds of each origin for `COVERAGES`, from the names of this origin alone.

    Origins with fewer than `LEAST_NAMES` names share theirs, from the names of all of them: for these the
    coverage holds on average over the names that they have together.

    Args:
        p: probabilities, (N, C), of names that the network was not trained on.
        labels: (N,), the indices of their origins.

    Returns:
        For each of the C origins as many non-decreasing numbers as there are `COVERAGES`, rounded up to six
        decimals. If all origins with few names have none, theirs are thresholds that no score exceeds.
    """
    right, highest = _right_scores(p, labels)
    y, origins = np.asarray(labels), np.shape(p)[1]
    few = np.bincount(y, minlength=origins) < LEAST_NAMES  # (C,)
    coverages = np.array(COVERAGES)
    shared = _quantiles(right[few[y]], coverages, highest)
    return tuple(shared if few[c] else _quantiles(right[y == c], coverages, highest) for c in range(origins))


def _right_scores(p: ArrayLike, labels: ArrayLike) -> tuple[NDArray[np.float64], float]:
    """The score of each name's right origin, (N,), and a number that no score exceeds."""
    scores = origin_scores(p)
    return scores[np.arange(len(scores)), np.asarray(labels)], 1 + RANK_PENALTY * scores.shape[1]


def _quantiles(
    scores: NDArray[np.float64], coverages: NDArray[np.float64], highest: float
) -> tuple[float, ...]:
    """The thresholds for these coverages, of N names with these scores, (N,)."""
    # Decimals are off by a little: 0.9 of 10 names is the 9th, not the 10th.
    which = np.ceil((len(scores) + 1) * coverages - 1e-9).astype(np.intp)
    levels = np.concatenate([[-1.0], np.sort(scores), [highest]])[which]
    return tuple((np.ceil(levels * 1e6) / 1e6).tolist())


def threshold(levels: Sequence[float], coverage: float) -> float:
    """The score up to which origins belong to a set of this coverage, interpolated between the levels.

    Raises:
        InputError: the coverage is not between 0 and 1.
    """
    check_coverage(coverage)
    return float(np.interp(coverage * LEVELS, np.arange(LEVELS + 1), levels))


def origin_thresholds(levels: Sequence[Sequence[float]], coverage: float) -> NDArray[np.float64]:
    """The same of each origin, (C,): those of the next higher of `COVERAGES`, so that the promise is kept.

    Raises:
        InputError: the coverage is not between 0 and 1.
    """
    check_coverage(coverage)
    k = int(np.searchsorted(COVERAGES, coverage - 1e-9))
    return np.array([each[k] for each in levels], np.float64)


def check_coverage(coverage: object) -> None:
    """Raise InputError unless the coverage is between 0 and 1."""
    if not (isinstance(coverage, (float, np.floating)) and 0 < coverage < 1):
        raise InputError(f"coverage: expected a number between 0 and 1, such as 0.9, got {coverage!r}")


class SetLimits(NamedTuple):
    """The scores up to which an origin belongs to the set of a name.

    Attributes:
        read: from `threshold`, or from `origin_thresholds`, (C,).
        known: of names that the network knows by heart, whose probabilities are the shares that it learned:
            the coverage itself, so that their sets are the fewest origins that have this share of the name.
            None if they are treated as the others.
    """

    read: float | NDArray[np.float64]
    known: float | None = None

    def sets(self, p: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """As `in_sets`, where some of the names, (N,), are known by heart."""
        inside = in_sets(p, self.read)
        if self.known is not None and known.any():
            inside[known] = in_sets(p[known], self.known)
        return inside


def in_sets(p: ArrayLike, limits: ArrayLike) -> NDArray[np.bool_]:
    """Which origins are in each name's set, (N, C); it may be empty.

    Args:
        p: probabilities, (N, C).
        limits: from `threshold`, or from `origin_thresholds`, (C,).
    """
    table, limits = np.asarray(p), np.asarray(limits)
    inside = np.empty(table.shape, bool)
    for start in range(0, len(table), ROWS):
        inside[start : start + ROWS] = origin_scores(table[start : start + ROWS]) <= limits
    return inside

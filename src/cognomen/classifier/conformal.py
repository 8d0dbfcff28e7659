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

N counts names, C origins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.errors import InputError

LEVELS: Final = 200  # thresholds are kept for each half percent of coverage
RANK_PENALTY: Final = 0.01  # lambda in the RAPS paper


def rank_scores(p: ArrayLike) -> NDArray[np.float64]:
    """The score of each name's most probable origin, of its second, and so on: (N, C), rising along a row.

    Args:
        p: probabilities, (N, C).
    """
    ranked = -np.sort(-np.asarray(p, dtype=np.float64), axis=1)  # (N, C)
    scores = np.cumsum(ranked, axis=1) - ranked + RANK_PENALTY * np.arange(ranked.shape[1])
    scores[:, 0] = -ranked[:, 0]
    return np.asarray(scores)


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
    table = np.asarray(p, dtype=np.float64)
    ranks = np.argsort(np.argsort(-table, axis=1, kind="stable"), axis=1)  # (N, C), of each origin
    rows = np.arange(len(table))
    right = np.sort(rank_scores(table)[rows, ranks[rows, np.asarray(labels)]])  # (N,)
    highest = 1 + RANK_PENALTY * table.shape[1]
    which = -(-(len(right) + 1) * np.arange(LEVELS + 1) // LEVELS)  # (201,), rounded up
    levels = np.concatenate([[-1.0], right, [highest]])[which]
    return tuple((np.ceil(levels * 1e6) / 1e6).tolist())


def threshold(levels: Sequence[float], coverage: float) -> float:
    """The score up to which origins belong to a set of this coverage, interpolated between the levels.

    Raises:
        InputError: the coverage is not between 0 and 1.
    """
    if not (isinstance(coverage, (float, np.floating)) and 0 < coverage < 1):
        raise InputError(f"coverage: expected a number between 0 and 1, such as 0.9, got {coverage!r}")
    return float(np.interp(coverage * LEVELS, np.arange(LEVELS + 1), levels))


def set_sizes(p: ArrayLike, limit: float) -> NDArray[np.intp]:
    """How many of its most probable origins are in each name's set, (N,); 0 if it is empty.

    Args:
        p: probabilities, (N, C).
        limit: from `threshold`.
    """
    return np.asarray((rank_scores(p) <= limit).sum(axis=1))

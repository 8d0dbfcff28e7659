"""Sets of origins that hold the right one as often as promised.

The origins of a name are ranked by probability, and each gets a score: the higher, the later it joins the
set. A threshold is taken such that, of names that the network was not trained on, the promised part has the
right origin at or below it. New names mixed alike will then keep the promise, whatever the network is worth
(Vovk et al. 2005). The score is the probability of all origins ranked before, so that doubtful names get
larger sets, plus a little for each rank, so that none grow very large (Romano et al. 2020, "Classification
with Valid and Adaptive Coverage"; Angelopoulos et al. 2021, "Uncertainty Sets for Image Classifiers using
Conformal Prediction", RAPS).

Both papers draw a random number to tell names apart whose set would be one origin. Nothing is drawn here: the
first origin has its probability, negative, as the score. So where less is promised than the network's own
accuracy, the sets that stay empty are those of the least sure names.

N counts names, C origins.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.errors import InputError

__all__ = ["LEVELS", "rank_scores", "score_levels", "set_sizes", "threshold"]

LEVELS: Final = 200  # thresholds are kept for each half percent of coverage
FOR_EACH_RANK: Final = 0.01  # the papers' lambda


def rank_scores(p: ArrayLike) -> NDArray[np.float64]:
    """The score of each name's most probable origin, of its second, and so on: (N, C), rising along a row.

    Args:
        p: probabilities, (N, C).
    """
    ranked = -np.sort(-np.asarray(p, dtype=np.float64), axis=1)  # (N, C)
    ranks = np.arange(ranked.shape[1])  # (C,)
    scores = np.cumsum(ranked, axis=1) - ranked + FOR_EACH_RANK * ranks
    scores[:, 0] = -ranked[:, 0]
    return np.asarray(scores)


def score_levels(p: ArrayLike, labels: ArrayLike) -> tuple[float, ...]:
    """What scores of the right origin 0, 1/200, 2/200 ... and all of the names stay at or below.

    Of N names the k-th smallest score stands for a coverage of k / (N + 1), which is what the next name,
    drawn alike, can be promised. What is beyond the largest score is the score that no origin exceeds.

    Args:
        p: probabilities, (N, C), of names that the network was not trained on.
        labels: (N,), their origins' places.

    Returns:
        201 rising numbers, with six decimals.
    """
    table = np.asarray(p, dtype=np.float64)
    places = np.argsort(np.argsort(-table, axis=1, kind="stable"), axis=1)  # (N, C), each origin's rank
    rows = np.arange(len(table))
    right = np.sort(rank_scores(table)[rows, places[rows, np.asarray(labels)]])  # (N,)
    highest = 1 + FOR_EACH_RANK * table.shape[1]
    steps = np.arange(LEVELS + 1)
    which = -(-(len(right) + 1) * steps // LEVELS)  # (201,), rounded up
    levels = np.concatenate([[-1.0], right, [highest]])[which]
    return tuple((np.ceil(levels * 1e6) / 1e6).tolist())


def threshold(levels: Sequence[float], coverage: float) -> float:
    """The score up to which origins belong to a set of this coverage.

    Raises:
        InputError: the coverage is not between 0 and 1.
    """
    if not (isinstance(coverage, (float, np.floating)) and 0 < coverage < 1):
        raise InputError(f"coverage: expected a number between 0 and 1, such as 0.9, got {coverage!r}")
    below = min(math.floor(coverage * LEVELS + 1e-9), LEVELS - 1)
    part = coverage * LEVELS - below
    return float(levels[below] + part * (levels[below + 1] - levels[below]))


def set_sizes(p: ArrayLike, limit: float) -> NDArray[np.intp]:
    """How many of its most probable origins are in each name's set, (N,); 0 if it is empty.

    Args:
        p: probabilities, (N, C).
        limit: what `threshold` gave.
    """
    return np.asarray((rank_scores(p) <= limit).sum(axis=1))

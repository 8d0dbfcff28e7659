"""The mixture that a list of names was drawn from: the share of each origin, and how sure it is.

Counting the most likely origin of each name is a poor estimate: every mistake that favours the origins which
were common in training is counted with the rest. Instead, the shares are sought under which the whole list
is most likely. By Bayes' rule p_c / prior_c is, up to a factor that a name's origins share, how likely the
name is among names of origin c; so with shares q the list's log likelihood is

    sum over the names of log sum_c q_c p_c / prior_c

which is concave in q. Expectation-maximisation climbs it: divide each name among the origins as Bayes' rule
has it under the shares of the moment, add up, and take that for the new shares (Saerens, Latinne and
Decaestecker 2002, "Adjusting the Outputs of a Classifier to New a Priori Probabilities"). It presumes that
names of one origin look alike in training and in the list; only the mixture is another. `mean_answers` shows
where that may be wrong.

U counts the different names, B the resamples.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.errors import InputError

__all__ = ["estimate_shares", "mean_answers", "resampled_shares"]

Shares = NDArray[np.float64]
Floats = NDArray[np.floating[Any]]

STEPS: Final = 1000
SETTLED: Final = 1e-6  # no share moves by more in a step
ROWS: Final = 1 << 14  # names at a time: what lies in between stays in the cache
SAMPLES: Final = 200
RESAMPLED: Final = 5000  # different names that are drawn from; of longer lists, a part


def estimate_shares(p: ArrayLike, counts: ArrayLike, priors: ArrayLike) -> Shares:
    """The shares of the origins, (C,), under which a list of names is most likely; they sum to 1.

    Args:
        p: (U, C), calibrated probabilities of the origins under the priors.
        counts: (U,), how often each name stands in the list.
        priors: (C,), the shares in training. An origin with the prior 0 gets the share 0.

    Raises:
        InputError: the shapes do not fit, or there are no names.
    """
    table, weights, base = _checked(p, counts, priors)
    shares: Shares = _climb(table, weights[None], base, base[None])[0]
    return shares


def resampled_shares(
    p: ArrayLike, counts: ArrayLike, priors: ArrayLike, *, samples: int = SAMPLES, seed: int = 0
) -> Shares:
    """The shares, (B, C), of lists drawn with replacement from the different names of a list.

    A name is drawn with all its rows, because rows of one name err together. From more than 5,000 different
    names 5,000 are taken, and how far their resamples vary is scaled down by the square root of that part.

    Args:
        p, counts, priors: as `estimate_shares` takes them.
        samples: B, how many lists are drawn.
        seed: of the drawing.

    Raises:
        InputError: the shapes do not fit, or there are no names.
    """
    table, weights, base = _checked(p, counts, priors)
    estimate = middle = _climb(table, weights[None], base, base[None])[0]  # (C,)
    rng, part = np.random.default_rng(seed), min(1.0, RESAMPLED / len(table))
    if part < 1:
        taken = rng.choice(len(table), RESAMPLED, replace=False)
        table, weights = table[taken], weights[taken]
        middle = _climb(table, weights[None], base, estimate[None])[0]
    drawn = rng.multinomial(len(table), np.full(len(table), 1 / len(table)), size=samples)  # (B, U)
    start = np.tile((middle + base) / 2, (samples, 1))  # a share that begins at 0 would stay there
    shares = _climb(table, (drawn * weights).astype(table.dtype), base, start)  # (B, C)
    return np.asarray(np.clip(estimate + part**0.5 * (shares - middle), 0, 1))


def mean_answers(p: ArrayLike, counts: ArrayLike, priors: ArrayLike, shares: Shares) -> Shares:
    """What the names that make up an origin's share are answered one by one, on average, (C, C).

    Row c is the mean of the names' probabilities under the priors of training, each weighted with the part of
    it that the shares give to c; for a share of 0 it is 0. Its c-th number should be the largest. If d's is,
    only the mixture speaks for c: the names themselves are rather d's. So it is when names of d do not look
    as they did in training, and happen to look like c's.

    Args:
        p, counts, priors: as `estimate_shares` takes them.
        shares: (C,), what that gave.
    """
    table, weights, base = _checked(p, counts, priors)
    ratio = np.divide(shares, base, out=np.zeros_like(base), where=base > 0).astype(table.dtype)  # (C,)
    sums = np.zeros((len(base), len(base)))
    for first in range(0, len(table), ROWS):
        block = table[first : first + ROWS]  # (U, C)
        parts = block * ratio  # (U, C)
        likely = np.maximum(parts.sum(axis=1), np.finfo(parts.dtype).tiny)  # (U,)
        parts *= (weights[first : first + ROWS] / likely)[:, None]
        sums += parts.T @ block
    total = sums.sum(axis=1, keepdims=True)  # (C, 1)
    means: Shares = np.divide(sums, total, out=np.zeros_like(sums), where=total > 0)
    return means


def _climb(p: Floats, weights: Floats, priors: Shares, start: Shares) -> Shares:
    """Expectation-maximisation for B lists of the same names at once, from (B, C) to (B, C).

    Args:
        p: (U, C).
        weights: (B, U), how often each list has each name.
        priors: (C,).
        start: (B, C); what is 0 stays 0.
    """
    inverse = np.divide(1, priors, out=np.zeros_like(priors), where=priors > 0)  # (C,)
    total = weights.sum(axis=1, keepdims=True, dtype=np.float64)  # (B, 1)
    q = start
    for _ in range(STEPS):
        ratio = (q * inverse).astype(p.dtype)  # (B, C)
        belonging = np.zeros(q.shape)
        for first in range(0, len(p), ROWS):
            block = p[first : first + ROWS]  # (U, C)
            likely = ratio @ block.T  # (B, U)
            likely = np.maximum(likely, np.finfo(p.dtype).tiny)  # of a name that a resample lacks, maybe 0
            belonging += (weights[:, first : first + ROWS] / likely) @ block
        before, q = q, ratio * belonging / total
        if np.abs(q - before).max() < SETTLED:
            break
    result: Shares = q / q.sum(axis=1, keepdims=True)
    return result


def _checked(p: ArrayLike, counts: ArrayLike, priors: ArrayLike) -> tuple[Floats, Floats, Shares]:
    table: Floats = np.asarray(p)
    weights: Floats = np.asarray(counts, dtype=table.dtype)
    base: Shares = np.asarray(priors, dtype=np.float64)
    if table.ndim != 2 or weights.shape != table.shape[:1] or base.shape != table.shape[1:]:
        raise InputError(
            "expected probabilities (U, C), a count for each of the U names and a prior for each of the C "
            f"origins; got {table.shape}, {weights.shape} and {base.shape}"
        )
    if not len(table):
        raise InputError("expected one or more names to tell the shares of, got none")
    return table, weights, base

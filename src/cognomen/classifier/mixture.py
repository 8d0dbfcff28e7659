"""The mixture that a list of names was drawn from: the share of each origin, and its uncertainty.

Counting the most probable origin of each name is a poor estimate: every mistake in favour of origins that
were common in training is counted with the rest. Instead, this finds the shares under which the whole list is
most likely. By Bayes' rule p_c / prior_c is, up to a factor that the origins of a name share, the likelihood
of the name under origin c; so with shares q the list's log-likelihood is

    sum over the names of log sum_c q_c p_c / prior_c

which is concave in q. Expectation-maximisation (EM) maximises it: divide each name among the origins by
Bayes' rule under the current shares, sum up, and take that for the new shares (Saerens, Latinne and
Decaestecker 2002, "Adjusting the Outputs of a Classifier to New a Priori Probabilities"). This assumes label
shift: names of an origin are distributed in the list as in training, and only the mixture differs.
`mean_answers` shows where that may be wrong.

U counts the distinct names, B the resamples.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.errors import InputError
from cognomen.rnn.engine.blas import one_blas_thread

Shares = NDArray[np.float64]
Floats = NDArray[np.floating[Any]]

MAX_STEPS: Final = 1000
TOLERANCE: Final = 1e-6  # converged once no share changes by more in a step
ROWS: Final = 1 << 14  # names at a time, so that temporaries stay in the cache
SAMPLES: Final = 200
RESAMPLED: Final = 5000  # distinct names that are resampled; of longer lists, a random part


@one_blas_thread()  # many small products: threads would wait for each other
def estimate_shares(p: ArrayLike, counts: ArrayLike, priors: ArrayLike) -> Shares:
    """The shares of the origins, (C,), under which a list of names is most likely; they sum to 1.

    Args:
        p: (U, C), calibrated probabilities of the origins under the priors.
        counts: (U,), how often each name occurs in the list.
        priors: (C,), the shares in training. An origin with prior 0 gets the share 0.

    Raises:
        InputError: the shapes do not match, or there are no names.
    """
    table, weights, base = _checked(p, counts, priors)
    shares: Shares = _maximise(table, weights[None], base, base[None])[0]
    return shares


@one_blas_thread()
def resampled_shares(
    p: ArrayLike, counts: ArrayLike, priors: ArrayLike, *, samples: int = SAMPLES, seed: int = 0
) -> Shares:
    """The shares, (B, C), in bootstrap resamples of the distinct names of a list.

    A name is drawn with all its rows, because the errors on rows of one name are the same. From more than
    5,000 distinct names 5,000 are taken, and the deviations of their resamples are scaled by the square root
    of that fraction.

    Args:
        p, counts, priors: as in `estimate_shares`.
        samples: B, how many lists are drawn.
        seed: of the random draws.

    Raises:
        InputError: the shapes do not match, or there are no names.
    """
    table, weights, base = _checked(p, counts, priors)
    estimate = middle = _maximise(table, weights[None], base, base[None])[0]  # (C,)
    rng, part = np.random.default_rng(seed), min(1.0, RESAMPLED / len(table))
    if part < 1:
        taken = rng.choice(len(table), RESAMPLED, replace=False)
        table, weights = table[taken], weights[taken]
        middle = _maximise(table, weights[None], base, estimate[None])[0]
    drawn = rng.multinomial(len(table), np.full(len(table), 1 / len(table)), size=samples)  # (B, U)
    start = np.tile((middle + base) / 2, (samples, 1))  # EM would leave a share of 0 at 0
    shares = _maximise(table, (drawn * weights).astype(table.dtype), base, start)  # (B, C)
    return np.asarray(np.clip(estimate + part**0.5 * (shares - middle), 0, 1))


@one_blas_thread()
def mean_answers(p: ArrayLike, counts: ArrayLike, priors: ArrayLike, shares: Shares) -> Shares:
    """The mean probabilities of the names behind each origin's share, (C, C).

    Row c is the mean of the names' probabilities under the training priors, each name weighted with the part
    of it that the shares assign to c; 0 if the share is 0. Its c-th number should be the largest. If d's is,
    only the mixture speaks for c, while the names themselves speak for d: so it is when names of d are not
    distributed as in training, and happen to look like c's.

    Args:
        p, counts, priors: as in `estimate_shares`.
        shares: (C,), the result of `estimate_shares`.
    """
    table, weights, base = _checked(p, counts, priors)
    ratio = np.divide(shares, base, out=np.zeros_like(base), where=base > 0).astype(table.dtype)  # (C,)
    sums = np.zeros((len(base), len(base)))
    for first in range(0, len(table), ROWS):
        block = table[first : first + ROWS]  # (U, C)
        parts = block * ratio  # (U, C)
        likelihood = np.maximum(parts.sum(axis=1), np.finfo(parts.dtype).tiny)  # (U,)
        parts *= (weights[first : first + ROWS] / likelihood)[:, None]
        sums += parts.T @ block
    total = sums.sum(axis=1, keepdims=True)  # (C, 1)
    means: Shares = np.divide(sums, total, out=np.zeros_like(sums), where=total > 0)
    return means


def _maximise(p: Floats, weights: Floats, priors: Shares, start: Shares) -> Shares:
    """Expectation-maximisation for B lists of the same names at once: shares (B, C).

    Args:
        p: (U, C).
        weights: (B, U), how often each name occurs in each list.
        priors: (C,).
        start: (B, C); what is 0 stays 0.
    """
    inverse = np.divide(1, priors, out=np.zeros_like(priors), where=priors > 0)  # (C,)
    total = weights.sum(axis=1, keepdims=True, dtype=np.float64)  # (B, 1)
    q = start
    for _ in range(MAX_STEPS):
        ratio = (q * inverse).astype(p.dtype)  # (B, C)
        expected = np.zeros(q.shape)  # names of each origin, over q / prior
        for first in range(0, len(p), ROWS):
            block = p[first : first + ROWS]  # (U, C)
            # A name that a resample lacks may have likelihood 0 there.
            likelihood = np.maximum(ratio @ block.T, np.finfo(p.dtype).tiny)  # (B, U)
            expected += (weights[:, first : first + ROWS] / likelihood) @ block
        before, q = q, ratio * expected / total
        if np.abs(q - before).max() < TOLERANCE:
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
        raise InputError("expected one or more names to estimate shares of, got none")
    return table, weights, base

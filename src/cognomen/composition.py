"""The shares of the origins in a list of names.

Counting the most likely origin of each name is a poor estimate: every mistake that favours the origins which
were common in training is counted with the rest. Instead, the shares are sought under which the whole list
is most likely. By Bayes' rule p_c / prior_c is, up to a factor that a name's origins share, how likely the
name is among names of origin c; so with shares q the list's log likelihood is

    sum over the names of log sum_c q_c p_c / prior_c

which is concave in q. Expectation-maximisation climbs it: divide each name among the origins as Bayes' rule
has it under the shares of the moment, add up, and take that for the new shares (Saerens, Latinne and
Decaestecker 2002, "Adjusting the Outputs of a Classifier to New a Priori Probabilities"). It presumes that
names of one origin look alike in training and in the list; only the mixture is another.

U counts the different names, B the resamples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.answers import REASONS, ScoredBlock, unread_rows
from cognomen.errors import InputError

__all__ = ["Composition", "OriginShare", "compose", "estimate_shares", "resampled_shares", "tally"]

Shares = NDArray[np.float64]
Floats = NDArray[np.floating[Any]]

STEPS: Final = 1000
SETTLED: Final = 1e-6  # no share moves by more in a step
ROWS: Final = 1 << 14  # names at a time: what lies in between stays in the cache
SAMPLES: Final = 200
RESAMPLED: Final = 5000  # different names that are drawn from; of longer lists, a part
LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True)
class OriginShare:
    """An origin's part in a list.

    Attributes:
        origin: its name.
        share: the estimate, 0 to 1.
        low: where the interval begins.
        high: where it ends.
        counted: the part of the names that has it as the most likely origin, for comparison.
    """

    origin: str
    share: float
    low: float
    high: float
    counted: float


@dataclass(frozen=True, slots=True)
class Composition:
    """What a list of names is made of.

    Attributes:
        shares: each origin's part in the rows that could be read, largest first; empty if there are none.
        read: rows that could be read as a surname; the shares are of these.
        unknown: how many of the others there are for each reason.
        level: what the intervals promise, 0.95. They tell how the shares might vary with the names that
            happen to be in the list; that the model itself may be wrong is not in them.
        samples: resamples behind the intervals.
        seed: the seed they were drawn with.
    """

    shares: tuple[OriginShare, ...]
    read: int
    unknown: dict[str, int]
    level: float
    samples: int
    seed: int

    @property
    def rows(self) -> int:
        """Rows of the list, read or not."""
        return self.read + sum(self.unknown.values())

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {
            "rows": self.rows,
            "read": self.read,
            "unknown": dict(self.unknown),
            "shares": [
                {key: getattr(share, key) for key in ("origin", "share", "low", "high", "counted")}
                for share in self.shares
            ],
            "level": self.level,
            "samples": self.samples,
            "seed": self.seed,
        }


def tally(
    blocks: Iterable[ScoredBlock],
    rows: NDArray[np.intp],
    priors: Sequence[float],
    origins: Sequence[str],
    possible: NDArray[np.bool_],
    seed: int = 0,
) -> Composition:
    """The composition of a list whose different texts come in blocks.

    Args:
        blocks: what was made of each block.
        rows: (1 + U,), how many rows are no text, and in how many each of the texts stands.
        priors: (C,), the shares in training.
        origins: the C origins.
        possible: (C,), which of them the list can hold.
        seed: of the resamples.
    """
    tables, counts = [np.empty((0, int(possible.sum())), np.float32)], [np.empty(0, np.intp)]
    unknown = Counter({"not-text": int(rows[0])})
    for start, reading, p, unlike in blocks:
        standing = rows[1 + start : 1 + start + len(reading.places)]
        unknown += unread_rows(reading, standing)
        known = reading.places >= 0
        times = np.bincount(reading.places[known], standing[known], len(p))  # (S,)
        unknown["unlike-training"] += int(times[unlike].sum())
        tables.append(p[~unlike][:, possible])
        counts.append(times[~unlike].astype(np.intp))
    return compose(
        np.concatenate(tables),
        np.concatenate(counts),
        np.asarray(priors)[possible],
        [origin for origin, can_be in zip(origins, possible, strict=True) if can_be],
        unknown={reason: unknown[reason] for reason in REASONS if unknown[reason]},
        seed=seed,
    )


def compose(
    p: NDArray[np.float32],
    counts: NDArray[np.intp],
    priors: ArrayLike,
    origins: Sequence[str],
    *,
    unknown: Mapping[str, int],
    samples: int = SAMPLES,
    seed: int = 0,
) -> Composition:
    """The composition of a list of which U different names could be read.

    Args:
        p: (U, C), calibrated probabilities of the origins under the priors.
        counts: (U,), how often each name stands in the list.
        priors: (C,), the shares in training.
        origins: what the columns of `p` are called, C.
        unknown: how many rows could not be read, for each reason.
        samples: resamples for the intervals, B.
        seed: of the drawing.

    An interval reaches from the 2.5th to the 97.5th percentile of the resampled shares. As no list of U
    names can rule a small share out, it ends no lower than 1 - 0.05^(1 / U), about 3 / U ("rule of three"),
    and begins at no more than what that leaves.
    """
    read = int(counts.sum())
    if not read:
        return Composition((), 0, dict(unknown), LEVEL, samples, seed)
    shares = estimate_shares(p, counts, priors)  # (C,)
    resampled = resampled_shares(p, counts, priors, samples=samples, seed=seed)  # (B, C)
    low, high = np.quantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)  # (C,), (C,)
    unseen = 1 - (1 - LEVEL) ** (1 / len(p))  # what may be there, and yet in none of U names
    low = np.minimum(np.minimum(low, shares), 1 - unseen)
    high = np.maximum(np.maximum(high, shares), unseen)
    counted = np.bincount(p.argmax(axis=1), counts, len(origins)) / read  # (C,)
    columns = (each.tolist() for each in (shares, low, high, counted))
    found = [OriginShare(*row) for row in zip(origins, *columns, strict=True)]
    found.sort(key=lambda each: (-round(each.share, 6), -each.counted, each.origin))
    return Composition(tuple(found), read, dict(unknown), LEVEL, samples, seed)


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

"""What a list of names is made of: the shares of the origins, with intervals, and where they are in doubt.

`mixture` tells how the shares are found. U counts the different names, B the resamples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.classifier.answers import REASONS, ScoredBlock, unread_rows
from cognomen.classifier.mixture import SAMPLES, estimate_shares, mean_answers, resampled_shares

__all__ = ["Composition", "Leaning", "OriginShare", "compose", "tally"]

Floats = NDArray[np.floating[Any]]

LEVEL: Final = 0.95
SHOWN: Final = 0.0005  # smaller shares are next to none


@dataclass(frozen=True, slots=True)
class Leaning:
    """The origin that the names behind another one's share have rather, when they are taken one by one.

    Attributes:
        origin: its name.
        together: the share of both.
        low: where the interval of that begins.
        high: where it ends.
    """

    origin: str
    together: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OriginShare:
    """An origin's part in a list.

    Attributes:
        origin: its name.
        share: the estimate, 0 to 1.
        low: where the interval begins.
        high: where it ends.
        counted: the part of the names that has it as the most likely origin, for comparison.
        leaning: None, or the origin that the names behind this share have rather, one by one: the share is
            then in doubt, and what both have together is more to be trusted.
    """

    origin: str
    share: float
    low: float
    high: float
    counted: float
    leaning: Leaning | None = None


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
            "shares": [asdict(share) for share in self.shares],
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
    for start, _, reading, p, ood in blocks:
        standing = rows[1 + start : 1 + start + len(reading.inverse)]
        unknown += unread_rows(reading, standing)
        known = reading.inverse >= 0
        times = np.bincount(reading.inverse[known], standing[known], len(p))  # (S,)
        unknown["unlike-training"] += int(times[ood].sum())
        tables.append(p[~ood][:, possible])
        counts.append(times[~ood].astype(np.intp))
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
    low, high = _interval(shares, resampled, len(p))  # (C,), (C,)
    counted = np.bincount(p.argmax(axis=1), counts, len(origins)) / read  # (C,)

    rather = mean_answers(p, counts, priors, shares).argmax(axis=1)  # (C,)
    both = shares + shares[rather]  # (C,)
    both_low, both_high = _interval(both, resampled + resampled[:, rather], len(p))  # (C,), (C,)
    leanings = [
        Leaning(origins[d], *map(float, (both[c], both_low[c], both_high[c])))
        if c != d and shares[c] >= SHOWN
        else None
        for c, d in enumerate(rather.tolist())
    ]
    columns = (each.tolist() for each in (shares, low, high, counted))
    found = [OriginShare(*row) for row in zip(origins, *columns, leanings, strict=True)]
    found.sort(key=lambda each: (-round(each.share, 6), -each.counted, each.origin))
    return Composition(tuple(found), read, dict(unknown), LEVEL, samples, seed)


def _interval(shares: Floats, resampled: Floats, names: int) -> tuple[Floats, Floats]:
    """Where the intervals of shares (K,) begin and end, from those of the resamples (B, K)."""
    low, high = np.quantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)  # (K,), (K,)
    unseen = 1 - (1 - LEVEL) ** (1 / names)  # what may be there, and yet in none of the names
    low = np.minimum(np.minimum(low, shares), 1 - unseen)
    high = np.maximum(np.maximum(high, shares), unseen)
    return low, np.minimum(high, 1)

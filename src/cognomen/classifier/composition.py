"""The composition of a list of names: the shares of the origins, with intervals, and which are in doubt.

`mixture` estimates the shares of the origins; those of groups and regions are sums of them. U counts the
distinct names, B the resamples, K the labels whose shares are wanted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.classifier.composition_rows import (
    DOUBT,
    SHOWN,
    JointShare,
    Leaning,
    OriginShare,
    Row,
    amount,
    is_shown,
    rows_of,
)
from cognomen.classifier.decisions import REASONS, ScoredBlock, unread_rows
from cognomen.classifier.mixture import SAMPLES, estimate_shares, mean_answers, resampled_shares
from cognomen.classifier.order import ColumnOrder
from cognomen.classifier.origins import Level, Tree, membership
from cognomen.errors import InputError, check_whole_number
from cognomen.text.row_values import weights_of

Floats = NDArray[np.floating[Any]]

MOST: Final = 2**53  # names in all: floats hold each whole number up to it
LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True)
class Composition:
    """The composition of a list of names.

    Attributes:
        shares: each origin's share of the rows that could be read, largest first; empty if there are none.
        joint: the origins whose shares cannot be told apart, as one share each, largest first.
        read: rows that could be read as a surname; the shares are of these. With counts, the sum of theirs.
        unknown: the number of other rows by reason; with counts, the sum of theirs.
        level: of the intervals, 0.95. They cover the sampling of the names in the list, not errors of the
            model.
        samples: the number of resamples behind the intervals.
        seed: of the resamples.
        order: in which order the names are written, and how sure that is.
    """

    shares: tuple[OriginShare, ...]
    read: float
    unknown: dict[str, float]
    level: float
    samples: int
    seed: int
    joint: tuple[JointShare, ...] = ()
    order: ColumnOrder = field(default_factory=ColumnOrder)

    @property
    def rows(self) -> float:
        """Rows of the list, read or not; with counts, the sum of these."""
        return self.read + sum(self.unknown.values())

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {
            "rows": self.rows,
            "read": self.read,
            "unknown": dict(self.unknown),
            "shares": [asdict(share) for share in self.shares],
            "joint": [asdict(share) | {"origins": list(share.origins)} for share in self.joint],
            "level": self.level,
            "samples": self.samples,
            "seed": self.seed,
            "order": self.order.to_json(),
        }

    def __repr__(self) -> str:
        shown = [f"{each.origin} {each.share:.1%}" for each in self.shares if is_shown(each)]
        shares = "; " * bool(shown) + ", ".join([*shown[:3], *["..."] * (len(shown) > 3)])
        return f"<Composition: {amount(self.read)} of {amount(self.rows)} rows read{shares}>"

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        from cognomen.classifier.html import dim, table, text

        unknown = ", ".join(f"{amount(count)} {reason}" for reason, count in self.unknown.items())
        head = f"{amount(self.rows)} rows, {amount(self.read)} read" + f"; unknown: {unknown}" * bool(unknown)
        heads = ("", "", "share", f"{self.level:.0%} interval", "counted")
        rows = map(_html_cells, rows_of(self.shares, self.joint))
        parts = [f"<div>{text(head)}</div>", table(heads, rows, "llrrr") if self.shares else ""]
        order = self.order.in_words()
        notes = ["Names are read " + order + "." if order else "", DOUBT if self.joint else ""]
        parts += [f"<div>{dim(note)}</div>" for note in notes if note]
        return f"<div>{''.join(parts)}</div>"


def _html_cells(row: Row) -> tuple[str, ...]:
    """The cells of a row in a notebook; one that is part of a sum is indented."""
    from cognomen.classifier.html import DIM, bar, text

    label = text(" + ".join(row.labels))
    if row.is_part:
        label = f'<span style="padding-left:1em;{DIM}">{label}</span>'
    counted = "" if row.counted is None else text(f"{row.counted:.1%}")
    interval = text(f"{row.low:.1%} to {row.high:.1%}")
    return label, bar(row.share), text(f"{row.share:.1%}"), interval, counted


def occurrences(inverse: NDArray[np.intp], texts: int, counts: ArrayLike | None) -> NDArray[Any]:
    """How often each text occurs, (1 + U,), the first for what is no text; whole numbers if the counts are.

    Args:
        inverse: (N,), the index of each row's text, -1 for none.
        texts: U.
        counts: (N,), how often each row counts; once if None.

    Raises:
        InputError: there is not one count for each row, or one is not a finite number of at least 0, or they
            are more than 2**53 in all.
    """
    if counts is None:
        return np.bincount(inverse + 1, minlength=texts + 1)
    weights = weights_of(counts, len(inverse), "counts")
    with np.errstate(over="ignore"):
        total = weights.sum()
    if total > MOST:
        raise InputError(
            f"counts: expected at most {MOST:,} in all, got more. Divide all of them by the same number."
        )
    totals = np.bincount(inverse + 1, weights, texts + 1)
    return totals.astype(np.intp) if (weights % 1 == 0).all() else totals


def tally(
    blocks: Iterable[ScoredBlock],
    rows: NDArray[Any],
    priors: Sequence[float],
    tree: Tree,
    possible: NDArray[np.bool_],
    *,
    level: Level = "origin",
    seed: int = 0,
) -> Composition:
    """The composition of a list whose distinct texts come in blocks.

    Args:
        blocks: the texts, read and scored.
        rows: (1 + U,), how often rows occur that are not text, and each of the texts (`occurrences`).
        priors: (C,), the prior of the blocks' probabilities.
        tree: of the C origins.
        possible: (C,), which of them are not excluded.
        level: whose shares are estimated.
        seed: of the resamples.

    Raises:
        InputError: the seed is not a whole number of at least 0.
    """
    check_whole_number("seed", seed, least=0)
    tables, counts = [np.empty((0, int(possible.sum())), np.float32)], [np.empty(0, rows.dtype)]
    unknown = Counter({"not-text": rows[0].item()})
    for block in blocks:
        reading, p, ood = block.reading, block.probabilities, block.out_of_distribution
        of_texts = rows[1 + block.start : 1 + block.start + len(reading.inverse)]  # (U,)
        unknown += unread_rows(reading, of_texts)
        known = reading.inverse >= 0
        times = np.bincount(reading.inverse[known], of_texts[known], len(p)).astype(rows.dtype)  # (S,)
        unknown["unlike-training"] += times[ood].sum().item()
        occurs = ~ood & (times > 0)  # (S,)
        tables.append(p[occurs][:, possible])
        counts.append(times[occurs])
    tree = tree.only(possible)
    return compose(
        np.concatenate(tables),
        np.concatenate(counts),
        np.asarray(priors)[possible],
        tree.labels(level),
        label_of=None if level == "origin" else tree.index(level),
        unknown={reason: unknown[reason] for reason in REASONS if unknown[reason]},
        seed=seed,
    )


def compose(
    p: NDArray[np.float32],
    counts: NDArray[Any],
    priors: ArrayLike,
    labels: Sequence[str],
    *,
    label_of: NDArray[np.intp] | None = None,
    unknown: Mapping[str, float],
    samples: int = SAMPLES,
    seed: int = 0,
) -> Composition:
    """The composition of a list with U distinct names that could be read.

    Args:
        p: (U, C), calibrated probabilities of the origins under the priors.
        counts: (U,), how often each name occurs in the list.
        priors: (C,), the prior of these probabilities.
        labels: whose shares are wanted, K: the origins, or what they are parts of.
        label_of: (C,), the label of each origin, an index; None if the labels are the origins.
        unknown: how many rows could not be read, by reason.
        samples: the number of resamples for the intervals, B.
        seed: of the resamples.

    An interval extends from the 2.5th to the 97.5th percentile of the resampled shares. As no list of U names
    can rule out a small share, its upper end is at least 1 - 0.05^(1 / U), about 3 / U (the "rule of three"),
    and its lower end at most one minus that.
    """
    read = counts.sum().item()
    if not read:
        return Composition((), 0, dict(unknown), LEVEL, samples, seed)

    def summed(of_origins: NDArray[Any]) -> NDArray[Any]:
        """Sums over the origins of each label: (..., C) to (..., K)."""
        return of_origins if label_of is None else of_origins @ membership(label_of, of_origins.dtype)

    by_origin = estimate_shares(p, counts, priors)  # (C,)
    shares = summed(by_origin)  # (K,)
    resampled = summed(resampled_shares(p, counts, priors, samples=samples, seed=seed))  # (B, K)
    low, high = _interval(shares, resampled, len(p))  # (K,), (K,)
    counted = np.bincount(summed(p).argmax(axis=1), counts, len(labels)) / read  # (K,)

    means = by_origin[:, None] * mean_answers(p, counts, priors, by_origin)  # (C, C)
    rather = summed(summed(means).T).T.argmax(axis=1)  # (K,)
    both = shares + shares[rather]  # (K,)
    both_low, both_high = _interval(both, resampled + resampled[:, rather], len(p))  # (K,), (K,)
    leanings = [
        Leaning(labels[d], *map(float, (both[c], both_low[c], both_high[c])))
        if c != d and shares[c] >= SHOWN
        else None
        for c, d in enumerate(rather.tolist())
    ]
    columns = (each.tolist() for each in (shares, low, high, counted))
    found = [OriginShare(*row) for row in zip(labels, *columns, leanings, strict=True)]
    found.sort(key=lambda each: (-round(each.share, 6), -each.counted, each.origin))
    joint = joint_shares(labels, leanings, shares, resampled, len(p))
    return Composition(tuple(found), read, dict(unknown), LEVEL, samples, seed, joint)


def joint_shares(
    labels: Sequence[str],
    leanings: Sequence[Leaning | None],
    shares: Floats,
    resampled: Floats,
    names: int,
) -> tuple[JointShare, ...]:
    """The labels that lean to one another, however many, as one share each.

    Args:
        labels: K.
        leanings: (K,), of each label.
        shares: (K,).
        resampled: those of the resamples, (B, K).
        names: how many distinct names the list has.
    """
    together = np.arange(len(labels))  # (K,), the first label of those to which each leans
    for label, leaning in zip(range(len(labels)), leanings, strict=True):
        if leaning is not None:
            pair = together[[label, labels.index(leaning.origin)]]
            together[np.isin(together, pair)] = pair.min()
    found = []
    for first in np.flatnonzero(np.bincount(together) > 1).tolist():
        members = np.flatnonzero(together == first)
        members = members[np.argsort(-shares[members], kind="stable")]
        total = shares[members].sum(keepdims=True)  # (1,)
        low, high = _interval(total, resampled[:, members].sum(axis=1, keepdims=True), names)
        of = tuple(labels[member] for member in members.tolist())
        found.append(JointShare(of, float(total[0]), float(low[0]), float(high[0])))
    return tuple(sorted(found, key=lambda each: -each.share))


def _interval(shares: Floats, resampled: Floats, names: int) -> tuple[Floats, Floats]:
    """The lower and upper ends of the intervals of shares (K,), from those of the resamples (B, K)."""
    low, high = np.quantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)  # (K,), (K,)
    unseen = 1 - (1 - LEVEL) ** (1 / names)  # a share that none of the names would show with probability 0.05
    low = np.minimum(np.minimum(low, shares), 1 - unseen)
    high = np.maximum(np.maximum(high, shares), unseen)
    return low, np.minimum(high, 1)

"""Classification metrics, in NumPy.

Dimension letters: N names, C origins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.errors import InputError
from cognomen.text.row_values import weights_of

CALIBRATION_BINS = 15
LEAST_PROBABILITY = 1e-15  # log loss: smaller probabilities of true origins count as this one (34.5 nats)


@dataclass(frozen=True)
class OriginScores:
    """The scores of one origin. A ratio with denominator 0 (no rows, no answers) counts as 0."""

    origin: str
    precision: float
    recall: float
    f1: float
    support: float  # weight of the rows of this origin
    predicted: float  # weight of the rows answered with this origin


@dataclass(frozen=True)
class ReliabilityBin:
    """Rows of similar confidence: the mean confidence, the accuracy, and their weight."""

    confidence: float
    accuracy: float
    count: float


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The result of `evaluate`.

    `confusion[i, j]` is the weight of the rows of origin i that were answered with origin j: their number
    where all weights are 1. Weights that are whole numbers add up to whole numbers, of type int.

    `count` is the number of rows, `weight` their total weight. `effective_count` is (Σ w)² / Σ w², the number
    of rows of equal weight that would tell as much (Kish 1965, "Survey Sampling", 11.7).
    """

    origins: tuple[str, ...]
    count: int
    weight: float
    effective_count: float
    accuracy: float
    macro_f1: float
    top3: float
    log_loss: float
    ece: float
    per_origin: tuple[OriginScores, ...]
    confusion: NDArray[np.int64] | NDArray[np.float64]  # (C, C)
    reliability: tuple[ReliabilityBin, ...]

    def __repr__(self) -> str:
        return (
            f"<Evaluation: {self.count:,} names, {len(self.origins)} origins; accuracy {self.accuracy:.3f}, "
            f"macro-F1 {self.macro_f1:.3f}, log loss {self.log_loss:.3f}>"
        )

    @property
    def absent(self) -> tuple[str, ...]:
        """Origins without rows: each counts 0 in macro-F1, and so lowers it."""
        return tuple(scores.origin for scores in self.per_origin if scores.support == 0)

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values, unrounded."""
        return {
            "names": self.count,
            "weight": self.weight,
            "accuracy": self.accuracy,
            "macro_f1": self.macro_f1,
            "top3": self.top3,
            "log_loss": self.log_loss,
            "ece": self.ece,
            "origins": [dict(vars(scores)) for scores in self.per_origin],
            "absent_origins": list(self.absent),
            "confusion": self.confusion.tolist(),
            "reliability": [dict(vars(one_bin)) for one_bin in self.reliability],
        }


def evaluate(
    probabilities: ArrayLike,
    labels: ArrayLike,
    origins: Sequence[str],
    *,
    weights: ArrayLike | None = None,
) -> Evaluation:
    """Score the answers to N names.

    Args:
        probabilities: (N, C); each row sums to 1.
        labels: (N,) integers, the indices of the true origins; or (N, C), the share of each origin among the
            bearers of a name, which sum to 1. A name with several origins may also have a row for each.
        origins: the C origins, in column order.
        weights: (N,), how much each row counts; 1 each if None.

    Every figure is a weighted mean. A row with shares counts as a row for each origin with the weight times
    its share: accuracy is then that of drawing a bearer, and log loss the cross-entropy with the shares.

    The answer is the most probable origin, the first if several are equal. Macro-F1 is the unweighted mean
    of F1 over all C origins; one without rows and answers counts 0 (see `Evaluation.absent`). Log loss is in
    nats; a true origin's probability below 1e-15 counts as 1e-15. The expected calibration error (ECE) is
    the mean distance between confidence and accuracy over 15 bins of equal weight, sorted by top
    probability; rows of equal top probability share a bin, so the order of rows does not matter.

    Raises:
        InputError: the shapes do not match, a row is not a distribution (leave unanswered names out, and
            report how many), a label is out of range, or a weight is not a finite number of at least 0, or
            all are 0.
    """
    given, truth = _checked(probabilities, labels, origins)  # (N, C), (N,) or (N, C)
    of_rows = _checked_weights(weights, len(given))  # (N,)
    p, y, w = (given, truth, of_rows) if truth.ndim == 1 else _row_per_origin(given, truth, of_rows)
    total, whole = w.sum(), bool((w % 1 == 0).all())
    ranked = np.argsort(-p, axis=1, kind="stable")  # (N, C)
    answer = ranked[:, 0]  # (N,)
    right = answer == y  # (N,)
    cells = np.bincount(y * len(origins) + answer, w, minlength=len(origins) ** 2)
    confusion: NDArray[Any] = cells.astype(np.int64 if whole else np.float64).reshape(
        len(origins), len(origins)
    )
    per_origin = _origin_scores(confusion, origins)
    bins = _reliability(p.max(axis=1), right, w, whole=whole)
    of_truth = np.maximum(p[np.arange(len(p)), y], LEAST_PROBABILITY)  # (N,)
    return Evaluation(
        origins=tuple(origins),
        count=len(given),
        weight=int(total) if whole else float(total),
        effective_count=float(of_rows.sum() ** 2 / (of_rows**2).sum()),
        accuracy=float(w[right].sum() / total),
        macro_f1=float(np.mean([scores.f1 for scores in per_origin])),
        top3=float(w[(ranked[:, :3] == y[:, None]).any(axis=1)].sum() / total),
        log_loss=float(-(w * np.log(of_truth)).sum() / total),
        ece=float(sum(one.count * abs(one.confidence - one.accuracy) for one in bins) / total),
        per_origin=per_origin,
        confusion=confusion,
        reliability=bins,
    )


@dataclass(frozen=True)
class Misses:
    """How far the wrong answers are from the right ones in a tree of origins, as shares of the errors.

    The three shares sum to 1, or are 0 where nothing is wrong.

    Attributes:
        near: another origin of the same group.
        region: another group of the same region.
        far: another region, or an origin that is not in the tree.
        errors: the weight of the errors: their number where all weights are 1.
    """

    near: float
    region: float
    far: float
    errors: float

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return dict(vars(self))


def misses(confusion: ArrayLike, groups: ArrayLike, regions: ArrayLike) -> Misses:
    """Tell near misses from others.

    Args:
        confusion: (C, C), see `Evaluation`.
        groups: the group of each origin, (C,), as any numbers; -1 for an origin that is not in the tree.
        regions: its region, likewise.
    """
    wrong = np.array(confusion)  # (C, C)
    np.fill_diagonal(wrong, 0)
    group, region = (
        np.equal.outer(each, each) & (np.asarray(each) >= 0) for each in (groups, regions)
    )  # (C, C)
    near, within, far = (wrong[where].sum().item() for where in (group, region & ~group, ~region))
    errors = near + within + far
    total = errors or 1
    return Misses(near / total, within / total, far / total, errors)


def _checked(
    probabilities: ArrayLike, labels: ArrayLike, origins: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[Any]]:
    p, y = np.asarray(probabilities, np.float64), np.asarray(labels)
    if p.ndim != 2 or len(p) == 0 or p.shape[1] != len(origins) or y.shape not in (p.shape[:1], p.shape):
        raise InputError(
            f"expected probabilities (N, {len(origins)}), a column per origin, and labels (N,) or shares "
            f"(N, {len(origins)}) with N of at least 1; got {p.shape} and {y.shape}"
        )
    _check_distributions(
        p, "the probabilities", "Logits need a softmax first; names without an answer (NaN) must be left out"
    )
    if y.ndim == 2:
        _check_distributions(y, "the labels", "The shares of a name's origins must sum to 1")
        return p, y.astype(np.float64)
    if y.dtype.kind not in "iu" or y.min() < 0 or y.max() >= len(origins):
        raise InputError(
            f"expected integer labels from 0 to {len(origins) - 1} (indices of origins), got {y.dtype} "
            f"from {y.min()} to {y.max()}"
        )
    return p, y.astype(np.int64)


def _check_distributions(p: NDArray[Any], what: str, remedy: str) -> None:
    is_distribution = (p >= 0).all(axis=1) & (abs(p.sum(axis=1) - 1) < 1e-3)  # (N,); False for NaN
    if not is_distribution.all():
        row = int(np.argmin(is_distribution))
        raise InputError(
            f"row {row} of {what} is not a distribution over origins: {p[row].tolist()}. {remedy}"
        )


def _checked_weights(weights: ArrayLike | None, count: int) -> NDArray[np.float64]:
    """The weights as floats, (N,); ones if there are none."""
    w = np.ones(count) if weights is None else weights_of(weights, count)
    if not w.any():
        raise InputError(f"expected a weight above 0, but all {count} are 0")
    return w


def _row_per_origin(
    p: NDArray[np.float64], shares: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """A row for each origin of a name, with its part of the weight: (N', C), (N',) and (N',)."""
    rows, y = shares.nonzero()
    return p[rows], y, weights[rows] * shares[rows, y]


def _ratio(cases: NDArray[Any], total: NDArray[Any]) -> NDArray[np.float64]:
    """cases / total, and 0 where the total is 0."""
    ratio: NDArray[np.float64] = np.divide(cases, total, out=np.zeros(total.shape), where=total > 0)
    return ratio


def precision_recall_f1(confusion: NDArray[Any]) -> NDArray[np.float64]:
    """Precision, recall and F1 from confusion matrices (..., C, C): (3, ..., C)."""
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)  # (..., C)
    support, predicted = confusion.sum(axis=-1), confusion.sum(axis=-2)  # (..., C) each
    return np.stack([_ratio(hits, predicted), _ratio(hits, support), _ratio(2 * hits, support + predicted)])


def _origin_scores(confusion: NDArray[Any], origins: Sequence[str]) -> tuple[OriginScores, ...]:
    precision, recall, f1 = precision_recall_f1(confusion).tolist()  # C numbers each
    support, predicted = confusion.sum(axis=1).tolist(), confusion.sum(axis=0).tolist()
    columns = zip(origins, precision, recall, f1, support, predicted, strict=True)
    return tuple(OriginScores(*column) for column in columns)


def _reliability(
    confidence: NDArray[np.float64],
    right: NDArray[np.bool_],
    weights: NDArray[np.float64],
    *,
    whole: bool,
) -> tuple[ReliabilityBin, ...]:
    """Equal-mass bins in order of confidence. A row's bin follows from the weight of less confident rows."""
    levels, level_of_row = np.unique(confidence, return_inverse=True)  # (K,), (N,)
    masses = np.bincount(level_of_row, weights, len(levels))  # (K,)
    below = np.concatenate([[0.0], masses.cumsum()[:-1]])  # (K,)
    bin_of_row = (below * CALIBRATION_BINS // masses.sum())[level_of_row]  # (N,)
    bins = []
    for number in np.unique(bin_of_row[weights > 0]):
        w = np.where(bin_of_row == number, weights, 0)  # (N,)
        rows = w.nonzero()
        mass = w[rows].sum()
        mean = (w[rows] * confidence[rows]).sum() / mass
        count = int(mass) if whole else float(mass)
        bins.append(ReliabilityBin(float(mean), float(w[right].sum() / mass), count))
    return tuple(bins)

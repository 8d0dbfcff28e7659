"""Classification metrics with bootstrap intervals, in NumPy.

Dimension letters: N names, C origins, B bootstrap resamples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.errors import InputError

CALIBRATION_BINS = 15
LEAST_PROBABILITY = 1e-15  # log loss: smaller probabilities of true origins count as this one (34.5 nats)

Span = tuple[float, float]


@dataclass(frozen=True)
class OriginScores:
    """The scores of one origin. A ratio with denominator 0 (no rows, no answers) counts as 0."""

    origin: str
    precision: float
    recall: float
    f1: float
    support: int  # rows of this origin
    predicted: int  # rows answered with this origin


@dataclass(frozen=True)
class ReliabilityBin:
    """Rows of similar confidence: the mean confidence, and the accuracy."""

    confidence: float
    accuracy: float
    count: int


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The result of `evaluate`. `confusion[i, j]` counts the rows of origin i answered with origin j."""

    origins: tuple[str, ...]
    count: int
    accuracy: float
    macro_f1: float
    top3: float
    log_loss: float
    ece: float
    per_origin: tuple[OriginScores, ...]
    confusion: NDArray[np.int64]  # (C, C)
    reliability: tuple[ReliabilityBin, ...]

    @property
    def absent(self) -> tuple[str, ...]:
        """Origins without rows: each counts 0 in macro-F1, and so lowers it."""
        return tuple(scores.origin for scores in self.per_origin if scores.support == 0)

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values, unrounded."""
        return {
            "names": self.count,
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


def evaluate(probabilities: ArrayLike, labels: ArrayLike, origins: Sequence[str]) -> Evaluation:
    """Score the answers to N names.

    Args:
        probabilities: (N, C); each row sums to 1.
        labels: (N,) integers, the indices of the true origins.
        origins: the C origins, in column order.

    The answer is the most probable origin, the first if several are equal. Macro-F1 is the unweighted mean
    of F1 over all C origins; one without rows and answers counts 0 (see `Evaluation.absent`). Log loss is in
    nats; a true origin's probability below 1e-15 counts as 1e-15. The expected calibration error (ECE) is
    the mean distance between confidence and accuracy over 15 bins of equally many rows, sorted by top
    probability; rows of equal top probability share a bin, so the order of rows does not matter.

    Raises:
        InputError: the shapes do not match, a row is not a distribution (leave unanswered names out, and
            report how many), or a label is out of range.
    """
    p, y = _checked(probabilities, labels, origins)  # (N, C), (N,)
    count = len(p)
    ranked = np.argsort(-p, axis=1, kind="stable")  # (N, C)
    answer = ranked[:, 0]  # (N,)
    right = answer == y  # (N,)
    cells = np.bincount(y * len(origins) + answer, minlength=len(origins) ** 2)
    confusion = cells.reshape(len(origins), len(origins))
    per_origin = _origin_scores(confusion, origins)
    bins = _reliability(p.max(axis=1), right)
    truth = np.maximum(p[np.arange(count), y], LEAST_PROBABILITY)  # (N,)
    return Evaluation(
        origins=tuple(origins),
        count=count,
        accuracy=float(right.mean()),
        macro_f1=float(np.mean([scores.f1 for scores in per_origin])),
        top3=float((ranked[:, :3] == y[:, None]).any(axis=1).mean()),
        log_loss=float(-np.log(truth).mean()),
        ece=sum(one.count * abs(one.confidence - one.accuracy) for one in bins) / count,
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
        errors: the number of errors.
    """

    near: float
    region: float
    far: float
    errors: int

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
    alike = [np.equal.outer(each, each) & (np.asarray(each) >= 0) for each in (groups, regions)]  # (C, C)
    near, within, errors = (int(wrong[where].sum()) for where in (*alike, ...))
    total = max(errors, 1)
    return Misses(near / total, (within - near) / total, (errors - within) / total, errors)


def _checked(
    probabilities: ArrayLike, labels: ArrayLike, origins: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    p, y = np.asarray(probabilities, np.float64), np.asarray(labels)
    if p.ndim != 2 or len(p) == 0 or p.shape[1] != len(origins) or y.shape != (len(p),):
        raise InputError(
            f"expected probabilities (N, {len(origins)}), a column per origin, and labels (N,) with N of at "
            f"least 1; got {p.shape} and {y.shape}"
        )
    is_distribution = (p >= 0).all(axis=1) & (abs(p.sum(axis=1) - 1) < 1e-3)  # (N,); False for NaN
    if not is_distribution.all():
        row = int(np.argmin(is_distribution))
        raise InputError(
            f"row {row} of the probabilities is no distribution over origins: {p[row].tolist()}. Logits need "
            "a softmax first; names without an answer (NaN) must be left out"
        )
    if y.dtype.kind not in "iu" or y.min() < 0 or y.max() >= len(origins):
        raise InputError(
            f"expected integer labels from 0 to {len(origins) - 1} (indices of origins), got {y.dtype} "
            f"from {y.min()} to {y.max()}"
        )
    return p, y.astype(np.int64)


def _ratio(cases: NDArray[Any], total: NDArray[Any]) -> NDArray[np.float64]:
    """cases / total, and 0 where the total is 0."""
    ratio: NDArray[np.float64] = np.divide(cases, total, out=np.zeros(total.shape), where=total > 0)
    return ratio


def _precision_recall_f1(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """Precision, recall and F1 from confusion matrices (..., C, C): (3, ..., C)."""
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)  # (..., C)
    support, predicted = confusion.sum(axis=-1), confusion.sum(axis=-2)  # (..., C) each
    return np.stack([_ratio(hits, predicted), _ratio(hits, support), _ratio(2 * hits, support + predicted)])


def _origin_scores(confusion: NDArray[np.int64], origins: Sequence[str]) -> tuple[OriginScores, ...]:
    precision, recall, f1 = _precision_recall_f1(confusion).tolist()  # C numbers each
    support, predicted = confusion.sum(axis=1).tolist(), confusion.sum(axis=0).tolist()
    columns = zip(origins, precision, recall, f1, support, predicted, strict=True)
    return tuple(OriginScores(*column) for column in columns)


def _reliability(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[ReliabilityBin, ...]:
    """Equal-mass bins in order of confidence. A row's bin follows from the number of less confident rows."""
    below = np.searchsorted(np.sort(confidence), confidence, side="left")  # (N,)
    bin_of_row = below * CALIBRATION_BINS // len(confidence)  # (N,)
    return tuple(
        ReliabilityBin(float(confidence[rows].mean()), float(right[rows].mean()), int(rows.sum()))
        for rows in (bin_of_row == number for number in np.unique(bin_of_row))
    )


# --- intervals --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Intervals:
    """Bootstrap intervals, (low, high) each; `per_origin[origin]` has those of precision, recall and f1."""

    level: float
    samples: int
    seed: int
    accuracy: Span
    macro_f1: Span
    per_origin: dict[str, dict[str, Span]]

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values, unrounded."""
        return {
            "level": self.level,
            "samples": self.samples,
            "seed": self.seed,
            "accuracy": list(self.accuracy),
            "macro_f1": list(self.macro_f1),
            "origins": {
                origin: {score: list(span) for score, span in spans.items()}
                for origin, spans in self.per_origin.items()
            },
        }


def bootstrap_intervals(
    evaluation: Evaluation, *, seed: int = 0, samples: int = 1000, level: float = 0.95
) -> Intervals:
    """Percentile bootstrap over rows (Efron & Tibshirani 1993, chapter 13).

    Drawing N rows with replacement and counting them by (true, answered) origin gives a multinomial
    sample of the confusion matrix with probabilities confusion / N. Accuracy, precision, recall and F1
    depend on the rows through these counts only, so drawing the counts is the same bootstrap, not an
    approximation. As in `evaluate`, a ratio with denominator 0 in a resample counts 0.
    Rows are taken as independent: the intervals cover the choice of test rows, not that of training rows.

    Raises:
        InputError: fewer than one sample, or a level that is not between 0 and 1.
    """
    if samples < 1 or not 0 < level < 1:
        raise InputError(f"expected samples >= 1 and 0 < level < 1, got samples={samples}, level={level}")
    confusion, c = evaluation.confusion, len(evaluation.origins)
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(evaluation.count, confusion.ravel() / evaluation.count, size=samples)  # (B, C*C)
    resamples = counts.reshape(samples, c, c)  # (B, C, C)
    scores = _precision_recall_f1(resamples)  # (3, B, C)
    accuracy = np.trace(resamples, axis1=1, axis2=2) / evaluation.count  # (B,)
    tails = [(1 - level) / 2, (1 + level) / 2]
    spans = np.quantile(scores, tails, axis=1).transpose(2, 1, 0).tolist()  # C origins, 3 scores, 2 ends
    return Intervals(
        level,
        samples,
        seed,
        accuracy=tuple(np.quantile(accuracy, tails).tolist()),
        macro_f1=tuple(np.quantile(scores[2].mean(axis=-1), tails).tolist()),
        per_origin={
            origin: dict(zip(("precision", "recall", "f1"), map(tuple, ends), strict=True))
            for origin, ends in zip(evaluation.origins, spans, strict=True)
        },
    )

"""Bootstrap intervals of classification metrics.

Dimension letters: N names, C origins, B bootstrap resamples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cognomen.errors import InputError
from cognomen.evaluation.metrics import Evaluation, precision_recall_f1

Span = tuple[float, float]


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
    approximation. Where rows differ in weight, the effective number of rows of equal weight is drawn instead,
    which is one. As in `evaluate`, a ratio with denominator 0 in a resample counts 0.
    Rows are taken as independent: the intervals cover the choice of test rows, not that of training rows.

    Raises:
        InputError: fewer than one sample, or a level that is not between 0 and 1.
    """
    if samples < 1 or not 0 < level < 1:
        raise InputError(f"expected samples >= 1 and 0 < level < 1, got samples={samples}, level={level}")
    confusion, c = evaluation.confusion, len(evaluation.origins)
    rng = np.random.default_rng(seed)
    drawn = max(1, round(evaluation.effective_count))
    counts = rng.multinomial(drawn, confusion.ravel() / evaluation.weight, size=samples)  # (B, C*C)
    resamples = counts.reshape(samples, c, c)  # (B, C, C)
    scores = precision_recall_f1(resamples)  # (3, B, C)
    accuracy = np.trace(resamples, axis1=1, axis2=2) / drawn  # (B,)
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

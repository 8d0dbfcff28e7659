"""Metrics of a classifier, and splits to measure them on."""

from cognomen.evaluation.metrics import (
    Evaluation,
    Intervals,
    OriginScores,
    ReliabilityBin,
    bootstrap_intervals,
    evaluate,
)
from cognomen.evaluation.splits import fold_number, split_by_fold, stratified_split, validation_mask

__all__ = [
    "Evaluation",
    "Intervals",
    "OriginScores",
    "ReliabilityBin",
    "bootstrap_intervals",
    "evaluate",
    "fold_number",
    "split_by_fold",
    "stratified_split",
    "validation_mask",
]

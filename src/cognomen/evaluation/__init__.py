"""How good a classifier is, and on which names that is measured."""

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

"""Metrics of a classifier, and splits to measure them on."""

from cognomen.evaluation.intervals import Intervals, bootstrap_intervals
from cognomen.evaluation.metrics import (
    Evaluation,
    OriginScores,
    ReliabilityBin,
    evaluate,
)
from cognomen.evaluation.outcomes import OutcomeRate, OutcomeRates, outcome_rates
from cognomen.evaluation.splits import fold_number, split_by_fold

__all__ = [
    "Evaluation",
    "Intervals",
    "OriginScores",
    "OutcomeRate",
    "OutcomeRates",
    "ReliabilityBin",
    "bootstrap_intervals",
    "evaluate",
    "fold_number",
    "outcome_rates",
    "split_by_fold",
]

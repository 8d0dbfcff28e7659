"""The answers to a whole column as `Scores`, in arrays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.decisions import REASONS, ScoredBlock, decide
from cognomen.classifier.origins import Level, Tree
from cognomen.text.columns import Indices


@dataclass(frozen=True, slots=True)
class Scores:
    """The answers to N names, in arrays.

    Attributes:
        origins: (N,), the most likely origin, an index among the classifier's `origins`; -1 where no origin
            is answered.
        probabilities: (N,), the calibrated probability of the answer, at whichever level it is; NaN where
            unknown.
        reasons: (N,), why it is unknown, an index into `REASONS`; -1 where it is known.
        groups: (N,), the most likely group, an index among the classifier's `groups`; -1 where no group is
            answered, and everywhere without a tree of origins.
        regions: (N,), likewise among its `regions`.
        evidence: (N,), what the answer rests on: 0 the whole name is known, 1 its spelling; -1 if the name
            could not be read, or the model cannot tell.
    """

    origins: NDArray[np.int16]
    probabilities: NDArray[np.float32]
    reasons: NDArray[np.int8]
    groups: NDArray[np.int16]
    regions: NDArray[np.int16]
    evidence: NDArray[np.int8]

    @property
    def levels(self) -> NDArray[np.int8]:
        """The level of each answer, (N,): 0 an origin, 1 a group, 2 a region; -1 where unknown."""
        answered = np.stack([self.origins, self.groups, self.regions]) >= 0  # (3, N)
        return np.where(answered.any(axis=0), answered.argmax(axis=0), -1).astype(np.int8)

    def at(self, level: Level) -> NDArray[np.int16]:
        """The answer at one level, (N,): `origins`, `groups` or `regions`."""
        return {"origin": self.origins, "group": self.groups, "region": self.regions}[level]

    def take(self, rows: Indices) -> Scores:
        """The scores of some rows, in their order; a row may occur more than once."""
        return Scores(*(getattr(self, field.name)[rows] for field in fields(self)))


def score_rows(
    blocks: Iterable[ScoredBlock],
    tree: Tree,
    count: int,
    inverse: Indices,
    *,
    level: Level = "origin",
    abstain_below: float = 0.0,
) -> Scores:
    """The scores of N rows.

    Args:
        blocks: the distinct texts, read and scored.
        tree: of the origins.
        count: the number of distinct texts, U.
        inverse: (N,), the index of each row's text; -1 for what is not a text.
        level, abstain_below: as in `decide`.
    """
    scores = _unread(count + 1)  # the last is for the index -1
    for block in blocks:
        found, reading = decide(block, tree, level, abstain_below), block.reading
        known = np.flatnonzero(reading.inverse >= 0)
        rows, spelling = block.start + known, reading.inverse[known]
        for each, (labels, _) in zip(tree.levels, found.best, strict=True):
            scores.at(each)[rows] = labels[spelling]
        scores.probabilities[rows] = found.probabilities[spelling]
        scores.reasons[rows], scores.evidence[rows] = found.reasons[spelling], block.evidence[spelling]
        for row in np.flatnonzero(reading.inverse < 0).tolist():
            scores.reasons[block.start + row] = REASONS.index(reading.unusual[row].reason or "")
    return scores.take(inverse)


def _unread(count: int) -> Scores:
    """The scores of rows that are not text."""
    labels, evidence = np.full(count, -1, np.int16), np.full(count, -1, np.int8)
    reasons = np.full(count, REASONS.index("not-text"), np.int8)
    probabilities = np.full(count, np.nan, np.float32)
    return Scores(labels, probabilities, reasons, labels.copy(), labels.copy(), evidence)

"""What is answered: the deepest level that is sure enough, or "unknown" with a reason.

An origin is answered if its probability is as high as asked for; if not, a group may be, and then a region.
Each level is judged alone: the group that is answered is the most probable group, and need not be that of the
most probable origin. (With English at .3 and three Scandinavian origins at .2, the most probable origin is
English, and the most probable group Scandinavian.)

S counts spellings, K the labels of a level.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.origins import LEVELS, Level, Tree
from cognomen.text.column_reading import ColumnReading, Parts
from cognomen.text.reading import REASONS as UNREADABLE

REASONS: Final = (*UNREADABLE, "unlike-training", "low-confidence")
EVIDENCE: Final = ("known", "spelling")


class ScoredBlock(NamedTuple):
    """Consecutive texts, read and scored.

    Attributes:
        start: the index of the first among all texts.
        texts: the texts, U.
        reading: their spellings, S, or why they have none.
        probabilities: of the spellings, (S, C).
        out_of_distribution: (S,), whether the spellings are unlike the training names.
        evidence: (S,), an index into `EVIDENCE`: whether the network knows the whole name, or has only its
            spelling to go by; -1 if it cannot tell.
        parts: the spellings of surnames in two parts whose answers are pooled, and those of their parts.
    """

    start: int
    texts: Sequence[str]
    reading: ColumnReading
    probabilities: NDArray[np.float32]
    out_of_distribution: NDArray[np.bool_]
    evidence: NDArray[np.int8]
    parts: Parts

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which spellings are names that the network knows by heart, (S,)."""
        return np.asarray(self.evidence == EVIDENCE.index("known"))


class Decision(NamedTuple):
    """What is answered to S spellings.

    Attributes:
        levels: (S,), the level of each answer, an index into `LEVELS`; -1 where unknown.
        probabilities: (S,), that of the answer at its level; NaN where unknown.
        best: for each of the tree's levels the most probable label of each spelling, (S,), and its
            probability, (S,): -1 and NaN where that level is not answered.
        reasons: (S,), why it is unknown, an index into `REASONS`; -1 where it is not.
    """

    levels: NDArray[np.int8]
    probabilities: NDArray[np.float32]
    best: tuple[tuple[NDArray[np.int16], NDArray[np.float32]], ...]
    reasons: NDArray[np.int8]


def decide(block: ScoredBlock, tree: Tree, level: Level = "origin", abstain_below: float = 0.0) -> Decision:
    """Decide what is answered to each spelling of a block.

    Args:
        block: texts, read and scored.
        tree: of the origins whose probabilities the block has.
        level: the most specific level of an answer.
        abstain_below: the probability that an answer needs.
    """
    odd = block.out_of_distribution
    rows, count = np.arange(len(odd)), len(tree.levels)
    labels, highest = np.empty((count, len(odd)), np.int16), np.empty((count, len(odd)), np.float32)  # (L, S)
    for number, p in enumerate(tree.all_sums(block.probabilities, tree.levels[-1])):  # (S, K)
        labels[number] = label = p.argmax(axis=1)
        highest[number] = p[rows, label]
    # As Python compares the probability that is reported: as a double.
    unsure = ~(highest.astype(np.float64) >= abstain_below) | odd  # (L, S)
    unsure[: LEVELS.index(level)] = True
    labels[unsure], highest[unsure] = -1, np.nan
    levels = np.where(unsure.all(axis=0), -1, unsure.argmin(axis=0))  # (S,)
    reasons = np.where(levels < 0, REASONS.index("low-confidence"), -1)
    reasons[odd] = REASONS.index("unlike-training")
    best = tuple(zip(labels, highest, strict=True))
    # Where none is sure, all are NaN.
    return Decision(levels.astype(np.int8), highest[levels, rows], best, reasons.astype(np.int8))


def unread_rows(reading: ColumnReading, counts: NDArray[Any]) -> Counter[str]:
    """How many rows could not be read, by reason.

    Args:
        reading: of U texts.
        counts: (U,), the number of rows of each text, or their weight.
    """
    unread: Counter[str] = Counter()
    for row in np.flatnonzero(reading.inverse < 0).tolist():
        unread[reading.readings[reading.which[row]].reason or ""] += counts[row].item()
    return unread

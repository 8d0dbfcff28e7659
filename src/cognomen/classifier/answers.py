"""The answer to each name, an `Answer`; or for a whole column `Scores`, in arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.conformal import set_sizes
from cognomen.text.columns import Indices
from cognomen.text.reading import REASONS as UNREADABLE
from cognomen.text.reading import ColumnReading

REASONS: Final = (*UNREADABLE, "unlike-training", "low-confidence")


class ScoredBlock(NamedTuple):
    """Consecutive texts, read and scored.

    Attributes:
        start: the index of the first among all texts.
        texts: the texts, U.
        reading: their spellings, S, or why they have none.
        probabilities: of the spellings, (S, C).
        out_of_distribution: (S,), whether the spellings are unlike the training names.
    """

    start: int
    texts: Sequence[str]
    reading: ColumnReading
    probabilities: NDArray[np.float32]
    out_of_distribution: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class OriginProbability:
    """An origin and its probability."""

    origin: str
    probability: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What the classifier says about one name.

    Attributes:
        name: the text as given; None if it was not a text.
        origin: the most likely origin; None if unknown.
        probability: the calibrated probability of `origin`; None if unknown.
        origins: the most likely origins, highest first; () if the name could not be read.
        status: "ok" or "unknown".
        reason: why it is unknown: "not-text", "empty", "no-letters", "too-long" or "unknown-script" if it
            could not be read; "unlike-training" if it is out of distribution: its letters follow one another
            as in hardly any training name; "low-confidence" if no origin was likely enough.
        surname: the part of `name` that was classified; None if it could not be read.
        note: "surname-of-full-name" if `surname` was found in a full name.
        origin_set: the set of origins, most likely first, that contains the right one with the coverage
            asked for; None if none was, or the name could not be read.
    """

    name: str | None
    origin: str | None
    probability: float | None
    origins: tuple[OriginProbability, ...]
    status: str
    reason: str | None
    surname: str | None
    note: str | None
    origin_set: tuple[str, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values, always all of them and in this order."""
        return {
            "name": self.name,
            "origin": self.origin,
            "probability": self.probability,
            "origins": [{"origin": o.origin, "probability": o.probability} for o in self.origins],
            "status": self.status,
            "reason": self.reason,
            "surname": self.surname,
            "note": self.note,
            "origin_set": None if self.origin_set is None else list(self.origin_set),
        }


NOT_TEXT: Final = Answer(None, None, None, (), "unknown", "not-text", None, None)


def answer_block(
    block: ScoredBlock,
    origins: NDArray[np.object_],
    top_k: int,
    *,
    abstain_below: float = 0.0,
    threshold: float | None = None,
) -> list[Answer]:
    """The answer to each text of a block.

    Args:
        block: texts, read and scored.
        origins: the names of the columns of its probabilities, (C,).
        top_k: how many origins an answer lists.
        abstain_below: the probability that the most likely origin needs.
        threshold: of the sets of origins (see `conformal`); None for no sets.
    """
    tops, sets = _most_likely(block.probabilities, origins, top_k, threshold)
    answers: list[Answer] = []
    for row, (text, spelling) in enumerate(zip(block.texts, block.reading.inverse.tolist(), strict=True)):
        read = block.reading.unusual.get(row)
        if spelling < 0 and read is not None:
            answers.append(Answer(text, None, None, (), "unknown", read.reason, None, None))
            continue
        top = tops[spelling]
        surname, note = (text, None) if read is None else (read.surname, read.note)
        best, p_best, status, reason = top[0].origin, top[0].probability, "ok", None
        odd = block.out_of_distribution[spelling]
        if odd or p_best < abstain_below:
            reason = "unlike-training" if odd else "low-confidence"
            best, p_best, status = None, None, "unknown"
        answers.append(Answer(text, best, p_best, top, status, reason, surname, note, sets[spelling]))
    return answers


def _most_likely(
    p: NDArray[np.float32], origins: NDArray[np.object_], top_k: int, threshold: float | None
) -> tuple[list[tuple[OriginProbability, ...]], list[tuple[str, ...] | None]]:
    """The most likely origins of each spelling, highest first; and its set, None without a threshold."""
    ranked = np.argsort(-p, axis=1, kind="stable")  # (S, C)
    best = ranked[:, :top_k]  # (S, K)
    highest = p[np.arange(len(p))[:, None], best]  # (S, K)
    named = origins[best]  # (S, K)
    by_rank = (
        map(OriginProbability, named[:, k].tolist(), highest[:, k].tolist()) for k in range(best.shape[1])
    )
    tops = list(zip(*by_rank, strict=True))
    if threshold is None:
        return tops, [None] * len(p)
    sizes = set_sizes(p, threshold).tolist()
    return tops, [tuple(row[:size]) for row, size in zip(origins[ranked].tolist(), sizes, strict=True)]


@dataclass(frozen=True, slots=True)
class Scores:
    """The most likely origin of each of N names, in arrays.

    Attributes:
        origins: (N,), the index among the classifier's `origins`; -1 where unknown.
        probabilities: (N,), its calibrated probability; NaN where unknown.
        reasons: (N,), why it is unknown, an index into `REASONS`; -1 where it is known.
    """

    origins: NDArray[np.int16]
    probabilities: NDArray[np.float32]
    reasons: NDArray[np.int8]


def score_rows(
    blocks: Iterable[ScoredBlock], count: int, inverse: Indices, abstain_below: float = 0.0
) -> Scores:
    """The scores of N rows.

    Args:
        blocks: the distinct texts, read and scored.
        count: the number of distinct texts, U.
        inverse: (N,), the index of each row's text; -1 for what is not a text.
        abstain_below: the probability that the most likely origin needs.
    """
    origins = np.full(count + 1, -1, np.int16)  # the last of each is for the index -1
    probabilities = np.full(count + 1, np.nan, np.float32)
    reasons = np.full(count + 1, REASONS.index("not-text"), np.int8)
    for start, _, reading, p, ood in blocks:
        known = np.flatnonzero(reading.inverse >= 0)
        spelling = reading.inverse[known]
        best = p.argmax(axis=1)  # (S,)
        origins[start + known] = best[spelling]
        highest = p[np.arange(len(p)), best]  # (S,)
        probabilities[start + known] = highest[spelling]
        reasons[start + known] = -1
        # The second reason overwrites the first, as an `Answer` names it.
        for reason, where in [("low-confidence", highest < abstain_below), ("unlike-training", ood)]:
            rows = start + known[where[spelling]]
            origins[rows], probabilities[rows], reasons[rows] = -1, np.nan, REASONS.index(reason)
        for row in np.flatnonzero(reading.inverse < 0).tolist():
            reasons[start + row] = REASONS.index(reading.unusual[row].reason or "")
    return Scores(origins[inverse], probabilities[inverse], reasons[inverse])


def unread_rows(reading: ColumnReading, counts: NDArray[Any]) -> Counter[str]:
    """How many rows could not be read, by reason.

    Args:
        reading: of U texts.
        counts: (U,), the number of rows of each text, or their weight.
    """
    unread: Counter[str] = Counter()
    for row in np.flatnonzero(reading.inverse < 0).tolist():
        unread[reading.unusual[row].reason or ""] += counts[row].item()
    return unread

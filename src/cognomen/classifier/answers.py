"""What is said of names: an `Answer` of each, or `Scores` of a whole column in arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.conformal import set_sizes
from cognomen.text.columns import Places
from cognomen.text.reading import REASONS as UNREADABLE
from cognomen.text.reading import ColumnReading

__all__ = [
    "NOT_TEXT",
    "REASONS",
    "Answer",
    "OriginProbability",
    "ScoredBlock",
    "Scores",
    "answer_texts",
    "score_rows",
    "unread_rows",
]

REASONS: Final = (*UNREADABLE, "unlike-training", "low-confidence")


class ScoredBlock(NamedTuple):
    """What was made of texts that stand in a row.

    Attributes:
        start: the place of the first.
        reading: their spellings, S, or why they have none.
        p: the spellings' probabilities, (S, C).
        unlike: (S,), whether they look like nothing in the training.
    """

    start: int
    reading: ColumnReading
    p: NDArray[np.float32]
    unlike: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class OriginProbability:
    """An origin, and how likely it is by the model."""

    origin: str
    probability: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What the classifier says about one name.

    Attributes:
        name: the text as it was given; None where something else was given.
        origin: the most likely origin; None if unknown.
        probability: the calibrated probability of `origin`; None if unknown.
        origins: the most likely origins, highest first; () if the name could not be read.
        status: "ok" or "unknown".
        reason: why it is unknown: "not-text", "empty", "no-letters", "too-long" or "unknown-script", which
            mean that it could not be read; "unlike-training", if its letters follow each other as in hardly a
            training name; or "low-confidence", if no origin was likely enough.
        surname: the part of `name` that was classified; None if it could not be read.
        note: "surname-of-full-name" if `surname` was found in a full name.
        origin_set: the set of origins that holds the right one as often as was asked for, most likely first;
            None if no coverage was asked for, or the name could not be read.
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


def answer_texts(
    texts: Sequence[str],
    reading: ColumnReading,
    p: NDArray[np.float32],
    unlike: NDArray[np.bool_],
    origins: Sequence[str],
    top_k: int,
    *,
    abstain_below: float = 0.0,
    limit: float | None = None,
) -> list[Answer]:
    """The answer for each of U texts.

    Args:
        texts: the texts, U.
        reading: what was made of them.
        p: the probabilities of its spellings, (S, C).
        unlike: (S,), whether they look like nothing in the training.
        origins: what the columns of `p` are called, C.
        top_k: how many origins an answer lists.
        abstain_below: the probability that the most likely origin needs.
        limit: the threshold of the sets of origins (see `conformal`); None for no sets.
    """
    tops, sets = _most_likely(p, origins, top_k, limit)
    answers: list[Answer] = []
    for row, (text, place) in enumerate(zip(texts, reading.places.tolist(), strict=True)):
        read = reading.unusual.get(row)
        if place < 0 and read is not None:
            answers.append(Answer(text, None, None, (), "unknown", read.reason, None, None))
            continue
        top = tops[place]
        surname, note = (text, None) if read is None else (read.surname, read.note)
        best, p_best, status, reason = top[0].origin, top[0].probability, "ok", None
        if unlike[place] or p_best < abstain_below:
            reason = "unlike-training" if unlike[place] else "low-confidence"
            best, p_best, status = None, None, "unknown"
        answers.append(Answer(text, best, p_best, top, status, reason, surname, note, sets[place]))
    return answers


def _most_likely(
    p: NDArray[np.float32], origins: Sequence[str], top_k: int, limit: float | None
) -> tuple[list[tuple[OriginProbability, ...]], list[tuple[str, ...] | None]]:
    """The most likely origins of each spelling, highest first; and the sets, if there are to be any."""
    ranked = np.argsort(-p, axis=1, kind="stable")  # (S, C)
    best = ranked[:, :top_k]  # (S, K)
    highest = np.take_along_axis(p, best, axis=1)  # (S, K)
    names = np.array(origins, dtype=object)
    named = names[best]  # (S, K)
    by_rank = (
        map(OriginProbability, named[:, k].tolist(), highest[:, k].tolist()) for k in range(best.shape[1])
    )
    tops = list(zip(*by_rank, strict=True))
    if limit is None:
        return tops, [None] * len(p)
    sizes = set_sizes(p, limit).tolist()
    return tops, [tuple(row[:size]) for row, size in zip(names[ranked].tolist(), sizes, strict=True)]


@dataclass(frozen=True, slots=True)
class Scores:
    """The most likely origin of each of N names, in arrays.

    Attributes:
        origins: (N,), its place among the classifier's `origins`; -1 where unknown.
        probabilities: (N,), its calibrated probability; NaN where unknown.
        reasons: (N,), why it is unknown, a place in `REASONS`; -1 where it is known.
    """

    origins: NDArray[np.int16]
    probabilities: NDArray[np.float32]
    reasons: NDArray[np.int8]


def score_rows(
    blocks: Iterable[ScoredBlock], count: int, places: Places, abstain_below: float = 0.0
) -> Scores:
    """The scores of N rows.

    Args:
        blocks: what was made of each block of the different texts.
        count: how many different texts there are, U.
        places: (N,), which of them stands in each row; -1 for what is no text.
        abstain_below: the probability that the most likely origin needs.
    """
    origins = np.full(count + 1, -1, np.int16)  # the last of each for the place -1
    probabilities = np.full(count + 1, np.nan, np.float32)
    reasons = np.full(count + 1, REASONS.index("not-text"), np.int8)
    for start, reading, p, unlike in blocks:
        known = np.flatnonzero(reading.places >= 0)
        spelt = reading.places[known]
        best = p.argmax(axis=1)  # (S,)
        origins[start + known] = best[spelt]
        highest = p[np.arange(len(p)), best]  # (S,)
        probabilities[start + known] = highest[spelt]
        reasons[start + known] = -1
        for reason, where in [("low-confidence", highest < abstain_below), ("unlike-training", unlike)]:
            rows = start + known[where[spelt]]
            origins[rows], probabilities[rows], reasons[rows] = -1, np.nan, REASONS.index(reason)
        for row in np.flatnonzero(reading.places < 0).tolist():
            reasons[start + row] = REASONS.index(reading.unusual[row].reason or "")
    return Scores(origins[places], probabilities[places], reasons[places])


def unread_rows(reading: ColumnReading, counts: Places) -> Counter[str]:
    """How many rows could not be read, for each reason.

    Args:
        reading: what was made of U texts.
        counts: (U,), in how many rows each of them stands.
    """
    unread: Counter[str] = Counter()
    for row in np.flatnonzero(reading.places < 0).tolist():
        unread[reading.unusual[row].reason or ""] += int(counts[row])
    return unread

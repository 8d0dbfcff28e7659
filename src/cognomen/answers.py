"""What is said of names: an `Answer` of each, or `Scores` of a whole column in arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cognomen.columns import Places
from cognomen.reading import REASONS, ColumnReading

__all__ = ["NOT_TEXT", "Answer", "OriginProbability", "ScoredBlock", "Scores", "answer_texts", "score_rows"]

# Of texts in a row: the place of the first, what was made of them, their spellings' probabilities (S, C).
ScoredBlock = tuple[int, ColumnReading, NDArray[np.float32]]


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
        origins: the most likely origins, highest first; () if unknown.
        status: "ok" or "unknown".
        reason: why it is unknown: "not-text", "empty", "no-letters", "too-long" or "unknown-script".
        surname: the part of `name` that was classified; None if unknown.
        note: "surname-of-full-name" if `surname` was found in a full name.
    """

    name: str | None
    origin: str | None
    probability: float | None
    origins: tuple[OriginProbability, ...]
    status: str
    reason: str | None
    surname: str | None
    note: str | None

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
        }


NOT_TEXT: Final = Answer(None, None, None, (), "unknown", "not-text", None, None)


def answer_texts(
    texts: Sequence[str], reading: ColumnReading, p: NDArray[np.float32], origins: Sequence[str], top_k: int
) -> list[Answer]:
    """The answer for each of U texts.

    Args:
        texts: the texts, U.
        reading: what was made of them.
        p: the probabilities of its spellings, (S, C).
        origins: what the columns of `p` are called, C.
        top_k: how many origins an answer lists.
    """
    tops = _most_likely(p, origins, top_k)
    answers: list[Answer] = []
    for row, (text, place) in enumerate(zip(texts, reading.places.tolist(), strict=True)):
        read = reading.unusual.get(row)
        if place < 0 and read is not None:
            answers.append(Answer(text, None, None, (), "unknown", read.reason, None, None))
        else:
            top = tops[place]
            surname, note = (text, None) if read is None else (read.surname, read.note)
            answers.append(Answer(text, top[0].origin, top[0].probability, top, "ok", None, surname, note))
    return answers


def _most_likely(
    p: NDArray[np.float32], origins: Sequence[str], top_k: int
) -> list[tuple[OriginProbability, ...]]:
    """The most likely origins of each spelling, highest first."""
    best = np.argsort(-p, axis=1, kind="stable")[:, :top_k]  # (S, K)
    highest = np.take_along_axis(p, best, axis=1)  # (S, K)
    named = np.array(origins, dtype=object)[best]  # (S, K)
    by_rank = (
        map(OriginProbability, named[:, k].tolist(), highest[:, k].tolist()) for k in range(best.shape[1])
    )
    return list(zip(*by_rank, strict=True))


@dataclass(frozen=True, slots=True)
class Scores:
    """The most likely origin of each of N names, in arrays.

    Attributes:
        origins: (N,), its place among the classifier's `origins`; -1 where unknown.
        probabilities: (N,), its calibrated probability; NaN where unknown.
        reasons: (N,), why it is unknown, a place in `reading.REASONS`; -1 where it is known.
    """

    origins: NDArray[np.int16]
    probabilities: NDArray[np.float32]
    reasons: NDArray[np.int8]


def score_rows(blocks: Iterable[ScoredBlock], count: int, places: Places) -> Scores:
    """The scores of N rows.

    Args:
        blocks: what was made of each block of the different texts.
        count: how many different texts there are, U.
        places: (N,), which of them stands in each row; -1 for what is no text.
    """
    origins = np.full(count + 1, -1, np.int16)  # the last of each for the place -1
    probabilities = np.full(count + 1, np.nan, np.float32)
    reasons = np.full(count + 1, REASONS.index("not-text"), np.int8)
    for start, reading, p in blocks:
        known = np.flatnonzero(reading.places >= 0)
        spelt = reading.places[known]
        best = p.argmax(axis=1)  # (S,)
        origins[start + known] = best[spelt]
        probabilities[start + known] = p[np.arange(len(p)), best][spelt]
        reasons[start + known] = -1
        for row in np.flatnonzero(reading.places < 0).tolist():
            reasons[start + row] = REASONS.index(reading.unusual[row].reason or "")
    return Scores(origins[places], probabilities[places], reasons[places])

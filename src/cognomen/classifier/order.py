"""The order of the words in a column of full names: given names first, or surnames first.

A single name rarely shows its order ("Kim Minjun", "Anna Martin"); a column does. Every cell is read in both
orders, and the resulting surnames are compared:

1. A surname is answered more surely than a given name, with a group of origins that suits the column
   better, is more often known as a whole, and has other letters (`given_names`). For a word with the
   probabilities p (G,) of the groups, in a column whose words have the mean m (G,), its likeness to a surname
   is max(p) + p.m, `KNOWN` more if it is known, and less the probability that it is a given name.
   (Neighbours share surnames: origins would count a Norwegian one as unsure.)
2. Where capitals mark the surname in some cells, it has the same place in the others.
3. A surname that some cells mark (by a comma or capitals) is a surname in the others as well.
4. Where the words of most cells show that these begin with the surname ("Park Jisung"), the others do too.
5. One word at the same end of nearly all cells is a title ("Minister Anna Berg") or the surname of a family.
   It is no evidence by itself: only the letters of the other words show whether these are given names.

The likeness of both ends is averaged over distinct words, not over cells, so that no common name dominates.
The difference D of the means has a standard error, and lists differ by `SPREAD` besides. Given names are
first with the probability Phi(D / sqrt(error**2 + SPREAD**2)); capitals and marked surnames add log odds. If
neither order is `SURE`, names are read as single names are. How often words repeat is not used: given names
repeat more often, but not among Chinese and Korean names, nor in lists of few people.

The weights were chosen on columns made of other names than those they are measured on: benchmarks/order.py.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.given_names import given_name_probabilities
from cognomen.classifier.second_surnames import Score, SecondSurnames
from cognomen.text.alphabet import Alphabet
from cognomen.text.column_reading import Column, ColumnReading

Order = Literal["given-first", "surname-first"]

ORDERED: Final = {"given-first": "given name first", "surname-first": "surname first"}  # in words
SAMPLE: Final = 1000  # different cells of several words that are looked at
ALIKE: Final = 0.9  # of the cells begin or end in one word, which tells nothing
FEWEST: Final = 10  # cells that the order changes; fewer tell nothing
KNOWN: Final = 0.6
SPREAD: Final = 0.1  # of D between lists
LARGEST_VOTE: Final = 4.0  # log odds
SURE: Final = 0.9


@dataclass(frozen=True, slots=True)
class ColumnOrder:
    """The order in which the names of a column are written.

    Attributes:
        order: "given-first" or "surname-first". Cells that show their own order are read in that order.
        probability: of this order, from what the column shows; None if nothing was asked of the column,
            because the caller said the order, or because too few cells depend on it.
        cells: how many different cells that depend on the order were looked at.
        decided: whether the column decides: if not, names are read as they are alone.
        said: whether the caller said the order.
        second_surnames: what the column shows of people with two surnames; None if it has too few of them.
    """

    order: Order = "given-first"
    probability: float | None = None
    cells: int = 0
    decided: bool = False
    said: bool = False
    second_surnames: SecondSurnames | None = None

    @classmethod
    def alone(cls, asked: str) -> Self:
        """How names are read one by one: as they are asked to be, with "auto" given name first."""
        return cls("surname-first" if asked == "surname-first" else "given-first", said=asked != "auto")

    def in_words(self) -> str:
        """How names are read, and how sure that is, for people; "" if nothing was asked of the column."""
        if self.probability is None:
            return ""
        names = f"{self.cells:,} different full name{'s' * (self.cells != 1)}"
        if self.decided:
            return f"{ORDERED[self.order]} (probability {self.probability:.3f}, from {names})"
        return f"{ORDERED[self.order]}: {names} do not tell the order (probability {self.probability:.2f})"

    def to_json(self) -> dict[str, Any]:
        """The fields that are reported to users, as JSON values."""
        return {
            "order": self.order,
            "probability": self.probability,
            "cells": self.cells,
            "decided": self.decided,
        }


def order_of_column(column: Column, score: Score) -> ColumnOrder:
    """Find the order of a column.

    Args:
        column: a sample of it (see `sample_of`).
        score: the probabilities of the groups of S spellings, (S, G), of their origins without groups; and
            which are known, (S,), None if it cannot tell.
    """
    sample = column.unusual
    if len(sample) < FEWEST:
        return ColumnOrder()
    last, first = (column.in_order(surname_first=each).read() for each in (False, True))
    rows = np.flatnonzero((last.inverse >= 0) & (first.inverse >= 0) & _differ(last, first))
    told = _told_by_words(sample, last, rows)
    most_told = 2 * told > len(sample)
    if not len(rows) or (len(rows) + told < FEWEST and not most_told):
        return ColumnOrder(cells=len(rows))
    odds = _log_odds_of_words(last, first, rows, column.alphabet, score)
    odds += _vote_of_capitals(sample, last)
    odds += _vote_of_told_surnames(sample, last, first, rows) + most_told * _vote(0, told)
    p = 1 / (1 + math.exp(-odds))
    if max(p, 1 - p) < SURE:
        return ColumnOrder("given-first", p, len(rows))
    return ColumnOrder("given-first" if p > 0.5 else "surname-first", max(p, 1 - p), len(rows), decided=True)


def sample_of(texts: Sequence[str]) -> list[str]:
    """Up to `SAMPLE` texts of several words, from all over the column."""
    several = [text for text in texts if " " in text]
    return several[:: -(-len(several) // SAMPLE)] if several else []


def _differ(last: ColumnReading, first: ColumnReading) -> NDArray[np.bool_]:
    """Which texts have another surname in the other order, (U,)."""
    return np.array([read.surname != first.unusual[row].surname for row, read in last.unusual.items()])


def _log_odds_of_words(
    last: ColumnReading, first: ColumnReading, rows: NDArray[np.intp], alphabet: Alphabet, score: Score
) -> float:
    """The log odds that given names are first, from what the words at both ends are like."""
    words = [_spellings(reading, rows) for reading in (last, first)]
    of_last, of_first = map(given_name_probabilities, words)
    if _are_alike(first, rows):
        return _log_odds_of(0.5 - of_last)
    if _are_alike(last, rows):
        return _log_odds_of(of_first - 0.5)
    (p_last, known_last), (p_first, known_first) = (score(alphabet.encode_all(each)) for each in words)
    mean = (p_last.mean(axis=0) + p_first.mean(axis=0)) / 2  # (G,)
    return _log_odds_of(
        _likeness(p_last, known_last, mean) - of_last, _likeness(p_first, known_first, mean) - of_first
    )


def _log_odds_of(of_last: NDArray[np.float64], *of_first: NDArray[np.float64]) -> float:
    """The log odds that given names are first, from the likeness of the words at both ends to surnames."""
    difference = of_last.mean() - sum(each.mean() for each in of_first)
    error = math.hypot(*((each.std() + 0.1) / math.sqrt(len(each)) for each in (of_last, *of_first)), SPREAD)
    p = min(max(0.5 * math.erfc(-difference / error / math.sqrt(2)), 1e-9), 1 - 1e-9)
    return math.log(p / (1 - p))


def _are_alike(reading: ColumnReading, rows: NDArray[np.intp]) -> bool:
    """Whether nearly all of some texts have one surname, as they are read."""
    words = Counter(reading.unusual[row].spelling for row in rows.tolist())
    return max(words.values()) >= ALIKE * len(rows)


def _spellings(reading: ColumnReading, rows: NDArray[np.intp]) -> list[str]:
    """The different surnames of some texts of several words, (S,)."""
    return sorted({reading.unusual[row].spelling or "" for row in rows.tolist()})


def _likeness(
    p: NDArray[np.float32], known: NDArray[np.bool_] | None, mean: NDArray[np.float32]
) -> NDArray[np.float64]:
    """How much words look like surnames, (S,), by their probabilities (S, G) and the mean (G,)."""
    share_known = 0.0 if known is None else KNOWN * known
    return np.asarray(p.max(axis=1) + p @ mean + share_known, np.float64)


def _told_by_words(texts: Sequence[str], reading: ColumnReading, rows: NDArray[np.intp]) -> int:
    """How many cells begin with the surname by their words: "Park Jisung", "Попов Иван"."""
    depend = set(rows.tolist())
    return sum(
        row not in depend and bool(read.surname) and "," not in text and text.startswith(f"{read.surname} ")
        for row, read in reading.unusual.items()
        for text in [texts[row]]
    )


def _vote_of_capitals(texts: Sequence[str], reading: ColumnReading) -> float:
    """The log odds that given names are first, from the cells whose surname alone is in capitals."""
    first = last = 0
    for row, read in reading.unusual.items():
        if read.surname and _is_told_by_capitals(texts[row], read.surname) and "," not in texts[row]:
            first += texts[row].startswith(read.surname)
            last += texts[row].endswith(read.surname)
    return _vote(last, first)


def _vote_of_told_surnames(
    texts: Sequence[str], last: ColumnReading, first: ColumnReading, rows: NDArray[np.intp]
) -> float:
    """The log odds that given names are first, from the words that commas or capitals mark as surnames."""
    told = {
        read.spelling
        for row, read in last.unusual.items()
        if read.surname and ("," in texts[row] or _is_told_by_capitals(texts[row], read.surname))
    }
    if not told:
        return 0.0
    pairs = [
        (last.unusual[row].spelling in told, first.unusual[row].spelling in told) for row in rows.tolist()
    ]
    return _vote(pairs.count((True, False)), pairs.count((False, True)))


def _is_told_by_capitals(text: str, surname: str) -> bool:
    return surname.isupper() and not text.isupper()


def _vote(for_last: int, for_first: int) -> float:
    return max(-LARGEST_VOTE, min(LARGEST_VOTE, math.log((for_last + 1) / (for_first + 1))))

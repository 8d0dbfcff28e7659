"""A column of full names by the kinds of their words: what rules say of one name, they say of all like it.

Which words are the surname is found only once for each sequence of kinds ("Anna van der Berg" is read as "Jan
van der Meer").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, count, repeat
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cognomen.text.affixes import bare_key
from cognomen.text.columns import Indices, distinct, used_numbers
from cognomen.text.ragged import Ragged
from cognomen.text.word_kinds import ASKS, kind_beside_syllables, kind_of_word

MOST_WORDS: Final = 5  # of a name that is read by the kinds of its words
KIND_BITS: Final = 12  # of the number of a kind
EXAMPLES: Final = 20  # names of a sequence of kinds, of which one has words that all differ

Found = tuple[str, str | None]  # a surname, and how it was found (see `FoundSurname`)


class Place(NamedTuple):
    """Where the surname stands among the words of a text, and how it was found (see `FoundSurname`)."""

    start: int
    stop: int
    note: str | None


@dataclass(frozen=True)
class Words:
    """The words of U texts, between single spaces.

    Attributes:
        of_texts: the numbers of the words of each text, U sequences.
        different: (W,), the words.
    """

    of_texts: Ragged
    different: list[str]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Words:
        """Tell the words apart."""
        words = " ".join(texts).split(" ") if texts else []  # (M,)
        spaces = np.fromiter(map(str.count, texts, repeat(" ")), np.int64, len(texts))
        different, numbers = distinct(words, len(words))
        return cls(Ragged(numbers, spaces + 1), different)

    def any_word(self, predicate: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Whether the predicate is true of some word of each text, (U,)."""
        are_so = np.array(list(map(predicate, self.different)), np.bool_)
        return np.logical_or.reduceat(are_so[self.of_texts.data], self.of_texts.starts)

    def words_at(self, places: Indices, predicate: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Whether it is true of the words at some places of `of_texts.data`, (K,)."""
        used, inverse = used_numbers(self.of_texts.data[places], len(self.different))
        are_so = [predicate(self.different[number]) for number in used.tolist()]
        return np.array(are_so, np.bool_)[inverse]

    def __getitem__(self, which: NDArray[np.bool_]) -> Words:
        """Those of some of the texts, (U,)."""
        return self if which.all() else Words(self.of_texts[which], self.different)


@dataclass(frozen=True)
class NamesByKinds:
    """U texts, those with words of the same kinds together: what rules say of one, they say of all of these.

    Attributes:
        texts: of any kind.
        words: theirs.
        apart: more words with rules of their own, in lower case and without dots.
        alone: the texts of which none tells how another is read.
    """

    texts: Sequence[str]
    words: Words
    apart: frozenset[str] = frozenset()
    alone: Container[str] = ()

    @cached_property
    def groups(self) -> list[Indices]:
        """The rows of texts of one sequence of kinds, of each that occurs; other texts are in none."""
        are_alone = np.zeros(len(self.texts), np.bool_)
        if self.alone:
            are_alone[:] = list(map(self.alone.__contains__, self.texts))
        kinds = _kinds_of_words(self.words.of_texts, self.words.different, self.apart)
        return _rows_by_kinds(kinds, are_alone)

    def place(self, group: int, read: Callable[[str], Found | None]) -> Place | None:
        """Where the surname stands in the texts of a group; None if each is to be read alone.

        Args:
            group: its number.
            read: the surname in a text, by all rules; None if there is none, or more is said of it.
        """
        return _place([self.texts[row] for row in self.groups[group][:EXAMPLES].tolist()], read)

    def surnames(self, placed: Iterable[tuple[Indices, Place]]) -> tuple[list[Found], Indices]:
        """The different surnames of some rows, and which each has, (U,); -1 in other rows."""
        alike = defaultdict[tuple[int, str | None], list[tuple[Indices, Indices]]](list)
        for rows, (start, stop, note) in placed:
            alike[stop - start, note].append((rows, self.words.of_texts.starts[rows] + start))
        surnames, which = dict[Found, int](), np.full(len(self.texts), -1, np.intp)
        for (length, note), some in alike.items():
            rows, first = map(np.concatenate, zip(*some, strict=True))
            found, inverse = self._phrases(first, length)
            known = [surnames.setdefault((each.rstrip(","), note), len(surnames)) for each in found]
            which[rows] = np.array(known, np.intp)[inverse]
        return list(surnames), which

    def _phrases(self, first: Indices, count: int) -> tuple[list[str], Indices]:
        """The different surnames of so many words, of which the first are given, and which each has."""
        of_texts, different = self.words.of_texts.data, self.words.different
        if count == 1:
            used, inverse = used_numbers(of_texts[first], len(different))
            return [different[number] for number in used.tolist()], inverse
        numbers = zip(*(of_texts[first + i].tolist() for i in range(count)), strict=True)
        places, inverse = distinct(numbers, len(first))
        return [" ".join(map(different.__getitem__, words)) for words in places], inverse


def _rows_by_kinds(kinds: Ragged, alone: NDArray[np.bool_]) -> list[Indices]:
    """The rows of texts of several words, those of one sequence of kinds together.

    Args:
        kinds: of U texts, the number of the kind of each word, -1 for a word of its own kind.
        alone: (U,), which texts are like no other.
    """
    lengths = kinds.lengths
    codes = np.zeros(len(kinds), np.int64)  # (U,)
    of_words = kinds.data + 1  # from 1 on: 0 is for no word
    for place in range(MOST_WORDS):
        rows = np.flatnonzero(lengths > place)
        codes[rows] |= of_words[kinds.starts[rows] + place] << (KIND_BITS * place)
    codes[(lengths < 2) | (lengths > MOST_WORDS) | alone] = 0
    codes[kinds.rows[of_words == 0]] = 0
    order = np.argsort(codes, kind="stable")
    bounds = np.flatnonzero(np.diff(codes[order], prepend=-1))
    groups = np.split(order, bounds[1:])
    return [rows for rows in groups if len(rows) and codes[rows[0]]]


def _place(examples: Sequence[str], read: Callable[[str], Found | None]) -> Place | None:
    """Where the surname stands in texts of one sequence of kinds; one with different words tells."""
    for text in examples:
        words = text.split()
        if len({word.rstrip(",") for word in words}) < len(
            words
        ):  # it does not tell which of two equal words was read
            continue
        if (found := read(text)) is None:
            return None
        for start, stop in combinations(range(len(words) + 1), 2):
            if " ".join(words[start:stop]).rstrip(",") == found[0]:
                return Place(start, stop, found[1])
        return None
    return None


def _kinds_of_words(words: Ragged, different: Sequence[str], apart: frozenset[str]) -> Ragged:
    """The number of the kind of each word of U texts; -1 for a word that no other is like."""
    numbers: defaultdict[Hashable, int] = defaultdict(count().__next__, {None: -1})
    found = _numbers(map(kind_of_word, different), numbers, len(different))  # (W,)
    kinds = found[words.data]
    if ASKS in numbers:
        asks = kinds == numbers[ASKS]
        beside = np.repeat(np.add.reduceat(asks, words.starts) > 0, words.lengths)
        used, inverse = used_numbers(words.data[beside], len(different))
        of_used = map(kind_beside_syllables, map(different.__getitem__, used.tolist()))
        kinds[beside] = _numbers(of_used, numbers, len(used))[inverse]
    if apart:
        are_apart = np.array([bare_key(word) in apart for word in different], np.bool_)
        kinds[are_apart[words.data]] = -1
    return words.with_data(np.where(kinds < (1 << KIND_BITS) - 1, kinds, -1))


def _numbers(kinds: Iterable[Hashable], numbers: defaultdict[Hashable, int], length: int) -> Indices:
    return np.fromiter(map(numbers.__getitem__, kinds), np.intp, length)

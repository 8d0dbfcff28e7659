"""A column of texts to surnames that a network can read, with the results of `read_surname`.

The ids of plain words are found with one lookup table, and the surnames of most full names once for each
sequence of kinds of words; only the others are read one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import chain, compress, count, starmap
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cognomen.text.alphabet import Alphabet
from cognomen.text.columns import Indices
from cognomen.text.names_by_kinds import Found, NamesByKinds, Place, Words
from cognomen.text.parts import are_joined_by_hyphen
from cognomen.text.plain_words import plain_words
from cognomen.text.ragged import Ragged, joined
from cognomen.text.reading import Rules, SurnameReading, read_surname, spelled

FEW_TEXTS = 8  # for fewer, tables cost more than they save
NO_WORDS: Final = Ragged(np.empty(0, np.int64), np.empty(0, np.int64))


@dataclass(frozen=True)
class Parts:
    """Which spellings of a column are those of K surnames in two parts or more.

    Attributes:
        wholes: (K,), the index of each whole surname's spelling.
        each: the indices of those of its parts.
        alike: (K,), whether no part counts more than another, since hyphens join them.
    """

    wholes: Indices
    each: Ragged
    alike: NDArray[np.bool_]

    @classmethod
    def of(cls, found: Sequence[tuple[int, Sequence[int], bool]]) -> Parts:
        """Those of K surnames, one by one."""
        numbers = np.array([number for _, parts, _ in found for number in parts], np.intp)
        lengths = np.array([len(parts) for _, parts, _ in found], np.int64)
        wholes = np.array([whole for whole, _, _ in found], np.intp)
        return cls(wholes, Ragged(numbers, lengths), np.array([alike for *_, alike in found], np.bool_))

    def __len__(self) -> int:
        """K."""
        return len(self.wholes)

    def __getitem__(self, which: NDArray[np.bool_]) -> Parts:
        """Those of some of the surnames, (K,)."""
        return Parts(self.wholes[which], self.each[which], self.alike[which])

    def after(self, count: int) -> Parts:
        """The same with other spellings before all."""
        return Parts(self.wholes + count, self.each.with_data(self.each.data + count), self.alike)


NO_PARTS: Final = Parts.of([])


@dataclass(frozen=True)
class Readings:
    """The readings of R surnames of full names, and of texts that are read alone.

    Attributes:
        plain: the surnames that are plain words. Most are, and their readings are made when asked for.
        others: the readings of the other ones, which come after those.
        read: makes the reading of a plain one.
    """

    plain: Sequence[Found]
    others: Sequence[SurnameReading]
    read: Callable[[str, str | None], SurnameReading]

    def __getitem__(self, which: int) -> SurnameReading:
        """The reading with this number."""
        count = len(self.plain)
        return self.others[which - count] if which >= count else self.read(*self.plain[which])

    def __iter__(self) -> Iterator[SurnameReading]:
        """All of them."""
        return chain(starmap(self.read, self.plain), self.others)


@dataclass(frozen=True)
class ColumnReading:
    """The surnames of U texts, with S spellings, not necessarily distinct.

    Attributes:
        spellings: the ids of the S spellings; those of parts of surnames are among them.
        inverse: (U,), the index of each text's spelling; -1 for a text without one.
        readings: those of the texts that were not read as plain words; texts with one surname share theirs.
        which: (U,), the index of each text's reading; -1 for a plain word, a surname as it is.
        parts: the spellings that have parts.
    """

    spellings: Ragged
    inverse: Indices
    readings: Readings
    which: Indices
    parts: Parts

    @cached_property
    def unusual(self) -> dict[int, SurnameReading]:
        """By index, the reading of each text that was not read as a plain word."""
        rows, readings = np.flatnonzero(self.which >= 0).tolist(), [*self.readings]
        return dict(zip(rows, map(readings.__getitem__, self.which[rows].tolist()), strict=True))


@dataclass(frozen=True)
class Column:
    """U texts whose words are told apart once, to be read in any order of names.

    Attributes:
        alphabet: of the network.
        lower: whether it reads names in lower case.
        rules: how texts are read.
        plain: (U,), which are plain words.
        words: the ids of these.
        unusual: the other texts, V.
        names: these by the kinds of their words; None if there are few, or no full names.
        places: where the surname stands in each group of names, by rules; what was asked before.
    """

    alphabet: Alphabet
    lower: bool
    rules: Rules
    plain: NDArray[np.bool_]
    words: Ragged
    unusual: Sequence[str]
    names: NamesByKinds | None
    places: dict[tuple[bool, bool, int], Place | None] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Sequence[str], alphabet: Alphabet, *, lower: bool, rules: Rules) -> Column:
        """Tell the words of U texts apart."""
        if len(texts) < FEW_TEXTS:
            return cls(alphabet, lower, rules, np.zeros(len(texts), np.bool_), NO_WORDS, texts, None)
        plain = np.array([" " not in text for text in texts], np.bool_)
        plain[plain], words = plain_words(list(compress(texts, plain)), alphabet, lower=lower, na=rules.na)
        unusual = list(compress(texts, ~plain))
        names = None
        if rules.full_names and len(unusual) >= FEW_TEXTS:
            names = NamesByKinds(unusual, Words.of(unusual), rules.suffixes, rules.reworded)
        return cls(alphabet, lower, rules, plain, words, unusual, names)

    def reworded(self, rules: Rules) -> Column:
        """The same texts, with what is read in place of some, and how long their surnames are."""
        names = self.names and replace(self.names, alone=rules.reworded)
        return replace(self, rules=rules, names=names, places={})

    def in_order(self, *, surname_first: bool) -> Column:
        """The same texts, of which those that do not tell by themselves are read in this order."""
        return replace(self, rules=replace(self.rules, surname_first=surname_first))

    def read(self, two_surnames: NDArray[np.bool_] | None = None) -> ColumnReading:
        """Read each text as `read_surname` does; some of the unusual ones, (V,), as with two surnames."""
        two = np.zeros(len(self.unusual), np.bool_) if two_surnames is None else two_surnames
        readings, plain, which = self._read_unusual(two)
        spelled_alone, spelling_of, parts = _distinct_spellings(readings.others)
        others = self.alphabet.encode_all(spelled_alone)
        if self.names is None and self.words is NO_WORDS:
            return ColumnReading(others, spelling_of[which], readings, which, parts)
        count, before = len(self.words), len(self.words) + len(plain)
        spelling_of = np.where(spelling_of < 0, -1, before + spelling_of)
        spelling_of = np.concatenate([np.arange(count, before), spelling_of])  # (R,)
        inverse, which_of_all = np.empty(len(self.plain), np.intp), np.full(len(self.plain), -1, np.intp)
        inverse[self.plain] = np.arange(count)
        inverse[~self.plain], which_of_all[~self.plain] = spelling_of[which], which
        return ColumnReading(
            joined([self.words, plain, others]), inverse, readings, which_of_all, parts.after(before)
        )

    def _read_unusual(self, two: NDArray[np.bool_]) -> tuple[Readings, Ragged, Indices]:
        """Read the V texts that are no plain words.

        Full names are read by the kinds of their words where these decide; one surname has one reading.

        Returns:
            The readings; the ids of those that are plain words; and which reading each text has, (V,).
        """
        read = partial(spelled, alphabet=self.alphabet, lower=self.lower, rules=self.rules)
        if self.names is None:
            alone = list(map(self.read_one, self.unusual, two.tolist()))
            return Readings([], alone, read), NO_WORDS, np.arange(len(two))
        found, which = self.names.surnames(self._placed(two))
        if self.rules.na:
            which[[" ".join(text.split()) in self.rules.na for text in self.unusual]] = -1
        are_plain, ids = np.zeros(0, np.bool_), NO_WORDS
        if found:
            surnames = [surname for surname, _ in found]
            are_plain, ids = plain_words(surnames, self.alphabet, lower=self.lower, na=self.rules.na)
        plain = list(compress(found, are_plain))
        others = [read(*each) for each in compress(found, ~are_plain)]
        places = np.where(are_plain, np.cumsum(are_plain), len(plain) + np.cumsum(~are_plain)) - 1
        which = np.append(places, -1)[which]
        rows = np.flatnonzero(which < 0)  # to be read alone
        which[rows] = len(found) + np.arange(len(rows))
        others += [self.read_one(self.unusual[row], bool(two[row])) for row in rows.tolist()]
        return Readings(plain, others, read), ids, which

    def _placed(self, two: NDArray[np.bool_]) -> Iterator[tuple[Indices, Place]]:
        """The rows of names of one kind that are read alike, and where their surname stands."""
        groups, some = self.names.groups if self.names else [], bool(two.any())
        for are_two in (False, True)[: 1 + some]:
            for number, group in enumerate(groups):
                rows = group[two[group] == are_two] if some else group
                if len(rows) and (place := self.place(number, are_two)):
                    yield rows, place

    def place(self, number: int, two: bool) -> Place | None:
        """Where the surname stands in a group of `names`, if it tells."""
        key = self.rules.surname_first, two, number
        if key not in self.places and self.names:
            self.places[key] = self.names.place(number, partial(self._found, two=two))
        return self.places.get(key)

    def _found(self, text: str, *, two: bool) -> Found | None:
        reading = self.read_one(text, two)
        return None if reading.surname is None else (reading.surname, reading.note)

    def read_one(self, text: str, two: bool) -> SurnameReading:
        """The reading of one of the texts, as of people with two surnames or not."""
        rules = replace(self.rules, two_surnames=True) if two else self.rules
        return read_surname(text, self.alphabet, lower=self.lower, rules=rules)


def read_column(texts: Sequence[str], alphabet: Alphabet, *, lower: bool, rules: Rules) -> ColumnReading:
    """Read each text as `read_surname` does."""
    return Column.of(texts, alphabet, lower=lower, rules=rules).read()


def _distinct_spellings(readings: Sequence[SurnameReading]) -> tuple[list[str], Indices, Parts]:
    """The distinct spellings of readings and of their parts; that of each reading, (R,); which have parts.

    One spelling may be that of a surname in two parts, and of another in one: Smith-Jones, Smith-jones.
    """
    number = count()
    plain = defaultdict[str | None, int](number.__next__, {None: -1})
    wholes = defaultdict[str | None, int](number.__next__)
    spelling_of = [(wholes if reading.parts else plain)[reading.spelling] for reading in readings]
    in_parts = {wholes[reading.spelling]: reading for reading in readings if reading.parts}
    found = [
        (whole, [plain[each] for each in reading.part_spellings], are_joined_by_hyphen(reading.surname or ""))
        for whole, reading in in_parts.items()
    ]
    spellings = [""] * next(number)
    del plain[None]
    for spelling, place in chain(plain.items(), wholes.items()):
        spellings[place] = spelling or ""
    return spellings, np.array(spelling_of, np.intp), Parts.of(found) if found else NO_PARTS

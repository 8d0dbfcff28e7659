"""Texts to surnames that a network can read, or to the reason why not.

`read_surname` reads one text. `read_column` reads a column with the same results: nearly all of its texts
are plain words, whose ids are found with one lookup table; only the others are read one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cognomen.text.alphabet import Alphabet
from cognomen.text.columns import Indices
from cognomen.text.full_names import bare_key
from cognomen.text.names import (
    REPAIRED_ENCODING,
    SEVERAL_PEOPLE,
    SURNAME_OF_FULL_NAME,
    FoundSurname,
    find_surname,
)
from cognomen.text.parts import are_joined_by_hyphen
from cognomen.text.placeholders import NOBODY, NOT_A_NAME, PLACEHOLDER, has_few_letters, reason_for_no_name
from cognomen.text.plain_words import LONGEST_SURNAME, plain_words
from cognomen.text.ragged import Ragged
from cognomen.text.repair import is_garbled, repair
from cognomen.text.spelling import normalise
from cognomen.text.word_kinds import Found, find_by_kinds

REASONS: Final = (
    "not-text", "empty", "no-letters", "too-long", "unknown-script", "placeholder", "not-a-name", "garbled"
)  # fmt: skip
LONGEST_TEXT = 1000  # characters; no full name is longer, and searching it for the surname takes time
FEW_TEXTS = 8  # for fewer, the lookup table costs more than it saves


@dataclass(frozen=True, slots=True)
class Rules:
    """How surnames are read from texts.

    Attributes:
        full_names: find the surname in a full name. False takes each text as a surname.
        na: more placeholders, spelled as given; None for no placeholders at all, so that NULL is a name.
        suffixes: more words that are no part of a name (`find_surname`).
        surname_first: full names that do not tell by themselves begin with the surname (`find_surname`).
        two_surnames: the texts of which the surname is two words (`find_surname`).
        lengths: how many characters of a text are the surname, of names in Chinese characters.
    """

    full_names: bool = True
    na: frozenset[str] | None = frozenset()
    suffixes: frozenset[str] = frozenset()
    surname_first: bool = False
    two_surnames: frozenset[str] = frozenset()
    lengths: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        full_names: bool,
        na: Iterable[str] | None = (),
        suffixes: Iterable[str] = (),
        *,
        surname_first: bool = False,
    ) -> Rules:
        """The rules with words as a user gives them."""
        words = None if na is None else frozenset(map(" ".join, map(str.split, na)))
        return cls(full_names, words, frozenset(map(bare_key, suffixes)), surname_first)


class SurnameReading(NamedTuple):
    """The surname of one text.

    Attributes:
        spelling: the surname as the network reads it; None if there is none.
        reason: why there is none, one of REASONS.
        surname: the part of the text that is the surname.
        note: how it was found, as in `FoundSurname`.
        maiden_name: the surname from birth, if the text says so.
        parts: the parts of a surname in two (`parts_of`); () of a surname in one.
        part_spellings: the spellings of these.
    """

    spelling: str | None = None
    reason: str | None = None
    surname: str | None = None
    note: str | None = None
    maiden_name: str | None = None
    parts: tuple[str, ...] = ()
    part_spellings: tuple[str, ...] = ()


def read_surname(text: str, alphabet: Alphabet, *, lower: bool, rules: Rules) -> SurnameReading:
    """Find the surname in a text, or the reason why it cannot be read."""
    stripped = text.strip()
    if not stripped:
        return SurnameReading(reason="empty")
    if len(stripped) > LONGEST_TEXT:
        return SurnameReading(reason="too-long")
    whole = repair(text)
    reason = None if rules.na is None else reason_for_no_name(whole, rules.na)
    if reason or is_garbled(whole):
        return SurnameReading(reason=reason or "garbled")
    if length := rules.lengths.get(stripped):
        found = FoundSurname(stripped[:length], SURNAME_OF_FULL_NAME if length < len(stripped) else None)
    elif rules.full_names:
        found = find_surname(
            whole,
            suffixes=rules.suffixes,
            surname_first=rules.surname_first,
            two_surnames=text in rules.two_surnames,
        )
    else:
        found = FoundSurname(whole)
    if rules.na is not None and found.note and found.surname in NOBODY:  # "Mr. Unknown"
        return SurnameReading(reason=PLACEHOLDER)
    is_first = found.note == SEVERAL_PEOPLE or whole == text
    note = found.note if is_first else REPAIRED_ENCODING
    return _spelled(found, note, alphabet, lower=lower, rules=rules)


def _spelled(
    found: FoundSurname, note: str | None, alphabet: Alphabet, *, lower: bool, rules: Rules
) -> SurnameReading:
    """A surname as the network reads it, or the reason why it cannot."""
    word = found.surname
    if word.isascii() and word.isalpha() and len(word) <= LONGEST_SURNAME:  # as most are
        plain = word.lower() if lower else word
        if alphabet.has_all(plain):
            return SurnameReading(plain, None, word, note, found.maiden_name)
    spelling, reason = _spelling(found.surname, alphabet, lower=lower)
    few = rules.na is not None and not found.surname.isalpha() and has_few_letters(found.surname)
    if spelling is not None and few:
        spelling, reason = None, NOT_A_NAME
    if spelling is None:
        return SurnameReading(reason=reason)
    reading = SurnameReading(spelling, None, found.surname, note, found.maiden_name)
    parts = found.parts if " " in spelling or "-" in spelling else ()
    spellings = [_spelling(part, alphabet, lower=lower)[0] for part in parts]
    if len(parts) < 2 or None in spellings:
        return reading
    return reading._replace(parts=parts, part_spellings=tuple(filter(None, spellings)))


def _spelling(surname: str, alphabet: Alphabet, *, lower: bool) -> tuple[str | None, str | None]:
    """The letters of a surname, or the reason why it cannot be read."""
    spelling = normalise(surname, lower=lower)
    if not spelling:
        return None, "no-letters"
    if len(spelling) > LONGEST_SURNAME:
        return None, "too-long"
    if not alphabet.has_all(spelling):
        if alphabet.unknown_share(spelling) > 0.5:
            return None, "unknown-script"
        spelling = alphabet.without_unknown_marks(spelling)
    return spelling, None


# --- a column of texts, all at once -----------------------------------------------------------------------


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
    readings: Sequence[SurnameReading]
    which: Indices
    parts: Parts

    @cached_property
    def unusual(self) -> dict[int, SurnameReading]:
        """By index, the reading of each text that was not read as a plain word."""
        rows = np.flatnonzero(self.which >= 0).tolist()
        return dict(zip(rows, map(self.readings.__getitem__, self.which[rows].tolist()), strict=True))


def read_column(texts: Sequence[str], alphabet: Alphabet, *, lower: bool, rules: Rules) -> ColumnReading:
    """Read each text as `read_surname` does."""
    few = len(texts) < FEW_TEXTS
    plain, words = (None, None) if few else plain_words(texts, alphabet, lower=lower, na=rules.na)
    unusual = texts if plain is None else list(map(texts.__getitem__, np.flatnonzero(~plain).tolist()))
    readings, which = _read_others(unusual, alphabet, lower, rules)
    spellings, spelling_of, parts = _distinct_spellings(readings)
    others, inverse_of_unusual = alphabet.encode_all(spellings), spelling_of[which]
    if plain is None or words is None:
        return ColumnReading(others, inverse_of_unusual, readings, which, parts)
    inverse, before = np.empty(len(texts), dtype=np.intp), len(words)
    inverse[plain] = np.arange(before)
    inverse[~plain] = np.where(inverse_of_unusual < 0, -1, before + inverse_of_unusual)
    which_of_all = np.full(len(texts), -1, np.intp)
    which_of_all[~plain] = which
    ids = np.concatenate([words.data, others.data.astype(words.data.dtype)])
    return ColumnReading(
        Ragged(ids, np.concatenate([words.lengths, others.lengths])),
        inverse,
        readings,
        which_of_all,
        parts.after(before),
    )


def _distinct_spellings(readings: Sequence[SurnameReading]) -> tuple[list[str], Indices, Parts]:
    """The distinct spellings of readings and of their parts; that of each reading, (R,); which have parts.

    One spelling may be that of a surname in two parts, and of another in one: Smith-Jones, Smith-jones.
    """
    numbers: dict[tuple[str, bool], int] = {}
    spelling_of = np.full(len(readings), -1, np.intp)
    for row, reading in enumerate(readings):
        if reading.spelling is not None:
            spelling_of[row] = numbers.setdefault((reading.spelling, bool(reading.parts)), len(numbers))
    parts: dict[int, tuple[list[int], bool]] = {}
    for row, reading in enumerate(readings):
        if reading.parts and reading.surname:
            of_whole = [numbers.setdefault((each, False), len(numbers)) for each in reading.part_spellings]
            parts[int(spelling_of[row])] = of_whole, are_joined_by_hyphen(reading.surname)
    found = Parts.of([(whole, *of_whole) for whole, of_whole in parts.items()])
    return [spelling for spelling, _ in numbers], spelling_of, found


def _read_others(
    texts: Sequence[str], alphabet: Alphabet, lower: bool, rules: Rules
) -> tuple[list[SurnameReading], Indices]:
    """The readings of texts that are no plain words, and which of them each text has, (U,).

    Full names are read by the kinds of their words where these decide; those with one surname share theirs.
    """

    def read(text: str) -> Found | None:
        reading = read_surname(text, alphabet, lower=lower, rules=rules)
        return None if reading.surname is None else (reading.surname, reading.note)

    if len(texts) < FEW_TEXTS or not rules.full_names:
        every = [read_surname(text, alphabet, lower=lower, rules=rules) for text in texts]
        return every, np.arange(len(every))
    found, which = find_by_kinds(texts, read, rules.suffixes, rules.two_surnames)
    readings = [
        _spelled(FoundSurname(surname), note, alphabet, lower=lower, rules=rules) for surname, note in found
    ]
    if rules.na:
        which[[row for row, text in enumerate(texts) if " ".join(text.split()) in rules.na]] = -1
    others = np.flatnonzero(which < 0)
    which[others] = len(readings) + np.arange(len(others))
    readings += [read_surname(texts[row], alphabet, lower=lower, rules=rules) for row in others.tolist()]
    return readings, which

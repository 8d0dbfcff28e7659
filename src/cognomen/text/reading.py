"""Texts to surnames that a network can read, or to the reason why not.

`read_surname` reads one text. `read_column` reads a column with the same results: nearly all of its texts
are plain words, whose ids are found with one lookup table; only the others are read one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cognomen.text.alphabet import Alphabet, code_points
from cognomen.text.columns import Indices, distinct_texts
from cognomen.text.full_names import bare_key
from cognomen.text.names import REPAIRED_ENCODING, SEVERAL_PEOPLE, FoundSurname, find_surname
from cognomen.text.placeholders import (
    NOBODY,
    NOT_A_NAME,
    PLACEHOLDER,
    PLACEHOLDERS,
    has_few_letters,
    reason_for_no_name,
)
from cognomen.text.ragged import Ragged
from cognomen.text.repair import FOLLOWING_LETTERS, FOLLOWING_MARKS, is_garbled, repair
from cognomen.text.spelling import normalise, plain_spelling
from cognomen.text.word_kinds import Found, find_by_kinds
from cognomen.text.words import HAN_OF_ONE

REASONS: Final = (
    "not-text", "empty", "no-letters", "too-long", "unknown-script", "placeholder", "not-a-name", "garbled"
)  # fmt: skip
LONGEST_SURNAME = 100  # letters, after normalising; the longest in the 18 files has 20
LONGEST_TEXT = 1000  # characters; no full name is longer, and searching it for the surname takes time
IDEOGRAPHS = ((0x3005, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
FEW_TEXTS = 8  # for fewer, the lookup table costs more than it saves


@dataclass(frozen=True, slots=True)
class Rules:
    """How surnames are read from texts.

    Attributes:
        full_names: find the surname in a full name. False takes each text as a surname.
        na: more placeholders, spelled as given; None for no placeholders at all, so that NULL is a name.
        suffixes: more words that are no part of a name (`find_surname`).
        surname_first: full names that do not tell by themselves begin with the surname (`find_surname`).
    """

    full_names: bool = True
    na: frozenset[str] | None = frozenset()
    suffixes: frozenset[str] = frozenset()
    surname_first: bool = False

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

    def find(self, text: str) -> FoundSurname:
        """The surname in a text that is a name."""
        if not self.full_names:
            return FoundSurname(text)
        return find_surname(text, suffixes=self.suffixes, surname_first=self.surname_first)


@dataclass(frozen=True, slots=True)
class SurnameReading:
    """The surname of one text.

    Attributes:
        spelling: the surname as the network reads it; None if there is none.
        reason: why there is none, one of REASONS.
        surname: the part of the text that is the surname.
        note: how it was found, as in `FoundSurname`.
    """

    spelling: str | None = None
    reason: str | None = None
    surname: str | None = None
    note: str | None = None


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
    found = rules.find(whole)
    if rules.na is not None and found.note and found.surname in NOBODY:  # "Mr. Unknown"
        return SurnameReading(reason=PLACEHOLDER)
    is_first = found.note == SEVERAL_PEOPLE or whole == text
    note = found.note if is_first else REPAIRED_ENCODING
    return _spelled(found.surname, note, alphabet, lower=lower, rules=rules)


def _spelled(
    surname: str, note: str | None, alphabet: Alphabet, *, lower: bool, rules: Rules
) -> SurnameReading:
    """A surname as the network reads it, or the reason why it cannot."""
    spelling = normalise(surname, lower=lower)
    if not spelling:
        return SurnameReading(reason="no-letters")
    if len(spelling) > LONGEST_SURNAME:
        return SurnameReading(reason="too-long")
    if rules.na is not None and not surname.isalpha() and has_few_letters(surname):
        return SurnameReading(reason=NOT_A_NAME)
    if not alphabet.has_all(spelling):
        if alphabet.unknown_share(spelling) > 0.5:
            return SurnameReading(reason="unknown-script")
        spelling = alphabet.without_unknown_marks(spelling)
    return SurnameReading(spelling, None, surname, note)


# --- a column of texts, all at once -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """The surnames of U texts, with S spellings, not necessarily distinct.

    Attributes:
        spellings: the ids of the S spellings.
        inverse: (U,), the index of each text's spelling; -1 for a text without one.
        unusual: by index, the reading of each text that was not read as a plain word. A plain word is a
            surname as it is.
    """

    spellings: Ragged
    inverse: Indices
    unusual: dict[int, SurnameReading]


def read_column(texts: Sequence[str], alphabet: Alphabet, *, lower: bool, rules: Rules) -> ColumnReading:
    """Read each text as `read_surname` does."""
    few = len(texts) < FEW_TEXTS
    plain, words = (None, None) if few else _plain_words(texts, alphabet, lower=lower, rules=rules)
    rows = range(len(texts)) if plain is None else np.flatnonzero(~plain).tolist()
    readings, which = _read_others([texts[row] for row in rows], alphabet, lower, rules)
    unusual = dict(zip(rows, map(readings.__getitem__, which.tolist()), strict=True))
    spellings, spelling_of = distinct_texts([reading.spelling for reading in readings])
    others, inverse_of_unusual = alphabet.encode_all(spellings), spelling_of[which]
    if plain is None or words is None:
        return ColumnReading(others, inverse_of_unusual, unusual)
    inverse = np.empty(len(texts), dtype=np.intp)
    inverse[plain] = np.arange(len(words))
    inverse[~plain] = np.where(inverse_of_unusual < 0, -1, len(words) + inverse_of_unusual)
    ids = np.concatenate([words.data, others.data.astype(words.data.dtype)])
    return ColumnReading(
        Ragged(ids, np.concatenate([words.lengths, others.lengths])),
        inverse,
        unusual,
    )


def _read_others(
    texts: Sequence[str], alphabet: Alphabet, lower: bool, rules: Rules
) -> tuple[list[SurnameReading], Indices]:
    """The readings of texts that are no plain words, and which of them each text has, (U,).

    Full names are read by the kinds of their words where these decide; those with one surname share theirs.
    """

    def read(text: str) -> Found | None:
        reading = read_surname(text, alphabet, lower=lower, rules=rules)
        return None if reading.surname is None else (reading.surname, reading.note)

    if rules.full_names and len(texts) >= FEW_TEXTS:
        found, which = find_by_kinds(texts, read, rules.suffixes)
    else:
        found, which = [], np.full(len(texts), -1, np.intp)
    readings = [_spelled(*each, alphabet, lower=lower, rules=rules) for each in found]
    if rules.na:
        which[[row for row, text in enumerate(texts) if " ".join(text.split()) in rules.na]] = -1
    others = np.flatnonzero(which < 0)
    which[others] = len(readings) + np.arange(len(others))
    readings += [read_surname(texts[row], alphabet, lower=lower, rules=rules) for row in others.tolist()]
    return readings, which


def _plain_words(
    texts: Sequence[str], alphabet: Alphabet, *, lower: bool, rules: Rules
) -> tuple[NDArray[np.bool_], Ragged]:
    """Which of U texts are plain words, (U,); and the ids of these."""
    lengths = np.fromiter(map(len, texts), np.int64, count=len(texts))  # (U,)
    words = texts
    if lengths.max(initial=0) > LONGEST_SURNAME:  # so that a column of books is not copied
        words = ["" if len(text) > LONGEST_SURNAME else text for text in texts]
        lengths = np.where(lengths > LONGEST_SURNAME, 0, lengths)
    codes = Ragged(code_points("".join(words)), lengths)
    letters = _PlainLetters.among(codes.data, alphabet, lower=lower)
    plain = letters.plain_words(codes) & ~_with_rules_of_their_own(codes)
    if rules.na is not None and (found := (PLACEHOLDERS | rules.na).intersection(words)):
        plain[[row for row, word in enumerate(words) if word in found]] = False
    return plain, letters.encode(codes[plain])


def _with_rules_of_their_own(codes: Ragged) -> NDArray[np.bool_]:
    """Which words may be more than a surname though all their letters are plain, (U,)."""
    found = np.zeros(len(codes), np.bool_)
    for words in (_in_native_script(codes), _misread(codes)):
        found[words] = True
    return found


def _in_native_script(codes: Ragged) -> Indices:
    """The words that may be East Asian full names, but not two ideographs, of which most are a surname."""
    some = np.flatnonzero(codes.lengths > 1)
    first = codes.data[codes.starts[some]]
    is_hangul = (first >= 0xAC00) & (first <= 0xD7A3)
    is_han = np.logical_or.reduce([(first >= low) & (first <= high) for low, high in IDEOGRAPHS])
    is_long = (codes.lengths[some] > 2) | np.isin(first, list(map(ord, HAN_OF_ONE)))
    words: Indices = some[is_hangul | (is_han & is_long)]
    return words


def _misread(codes: Ragged) -> Indices:
    """The words that may be UTF-8 read as Latin-1: a letter from Â to ô stands before another byte's."""
    lead = np.flatnonzero((codes.data[:-1] >= ord("Â")) & (codes.data[:-1] <= ord("ô")))
    following = list(map(ord, FOLLOWING_LETTERS + FOLLOWING_MARKS))
    lost = np.flatnonzero((codes.data == ord("Ã")) | (codes.data == ord("Â")))  # the other byte is
    places = np.concatenate([lead[np.isin(codes.data[lead + 1], following)], lost])
    words: Indices = np.searchsorted(codes.ends, places, side="right")
    return words


@dataclass(frozen=True, slots=True)
class _PlainLetters:
    """The characters whose spelling does not depend on their neighbours, by code point.

    Attributes:
        table: (highest code point + 1, K), the ids of each character's spelling, padded with `end`; all `end`
            for a character that is not plain.
        end: an id that no letter has.
        widths: (highest code point + 1,), the number of ids of each character's spelling.
        begins: (highest code point + 1,), whether a plain word may begin with it: whether it is a letter.
        longest: the most letters that one character becomes.
    """

    table: NDArray[np.unsignedinteger[Any]]
    end: int
    widths: NDArray[np.uint8]
    begins: NDArray[np.bool_]
    longest: int

    @classmethod
    def among(cls, codes: NDArray[np.uint32], alphabet: Alphabet, *, lower: bool) -> _PlainLetters:
        """Those that occur in a column and that the alphabet can spell."""
        occurs = np.zeros(int(codes.max(initial=0)) + 1, dtype=np.bool_)
        occurs[codes] = True
        seen = np.flatnonzero(occurs)
        full = [plain_spelling(chr(code), lower=lower) for code in seen.tolist()]
        known = [
            s if alphabet.unknown_share(s) == 0 else "" for s in map(alphabet.without_unknown_marks, full)
        ]
        ids = alphabet.encode_all(known)
        end = len(alphabet)
        table = np.full((len(occurs), ids.lengths.max(initial=1)), end, dtype=np.min_scalar_type(end))
        table[seen[ids.rows], ids.positions] = ids.data
        widths = np.zeros(len(occurs), dtype=np.uint8)
        widths[seen] = ids.lengths
        begins = np.zeros(len(occurs), dtype=np.bool_)
        begins[seen] = [spelling[:1].isalpha() for spelling in known]
        return cls(table, end, widths, begins, max(map(len, full), default=1))

    def plain_words(self, codes: Ragged) -> NDArray[np.bool_]:
        """Which texts, given by their code points, consist of plain characters and begin with a letter, (U,).

        A word that might be too long when spelled is not counted as plain.
        """
        plain = np.zeros(len(codes), dtype=np.bool_)
        some = np.flatnonzero((codes.lengths > 0) & (codes.lengths * self.longest <= LONGEST_SURNAME))
        plain[some] = self.begins[codes.data[codes.starts[some]]]
        others = np.flatnonzero(self.widths.take(codes.data) == 0)
        plain[np.searchsorted(codes.ends, others, side="right")] = False
        return plain

    def encode(self, codes: Ragged) -> Ragged:
        """The ids of plain words, given by their code points."""
        first = self.table[:, 0].take(codes.data)
        wide = np.flatnonzero(self.widths.take(codes.data) > 1)  # letters with marks, few in most columns
        if not len(wide):
            return Ragged(first, codes.lengths)
        rest = self.table.take(codes.data[wide], axis=0)[:, 1:]
        more = self.widths[codes.data[wide]].astype(np.intp) - 1
        word = np.searchsorted(codes.ends, np.repeat(wide, more), side="right")
        ids = np.insert(first, np.repeat(wide + 1, more), rest[rest != self.end])
        return Ragged(ids, codes.lengths + np.bincount(word, minlength=len(codes)))

"""Texts to surnames that a network can read, or to the reason why not.

`read_text` says what becomes of one text. A column is read all at once by `read_column`, with the same
results: nearly all of its texts are plain words, whose letters' numbers are found in one table; only the
others are read one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cognomen.text.alphabet import Alphabet, code_points
from cognomen.text.columns import Places, distinct_texts
from cognomen.text.names import NameReading, read_name
from cognomen.text.spelling import normalise, plain_spelling

__all__ = ["REASONS", "ColumnReading", "Reading", "read_column", "read_text"]

REASONS: Final = ("not-text", "empty", "no-letters", "too-long", "unknown-script")
LONGEST_SURNAME = 100  # letters, after normalising; the longest in the 18 files has 20
LONGEST_TEXT = 1000  # characters; no name in full is longer, and looking for the surname takes its time


@dataclass(frozen=True, slots=True)
class Reading:
    """What was made of one text.

    Attributes:
        spelling: the surname as the network reads it, None if there is none.
        reason: why there is none, one of REASONS.
        surname: the part of the text that is the surname.
        note: "surname-of-full-name" if it was found in a full name.
    """

    spelling: str | None = None
    reason: str | None = None
    surname: str | None = None
    note: str | None = None


def read_text(text: str, alphabet: Alphabet, *, lower: bool, full_names: bool) -> Reading:
    """Find the surname in a text, or the reason why it cannot be answered."""
    stripped = text.strip()
    if not stripped:
        return Reading(reason="empty")
    if len(stripped) > LONGEST_TEXT:
        return Reading(reason="too-long")
    found = read_name(text) if full_names else NameReading(text)
    spelling = normalise(found.surname, lower=lower)
    if not spelling:
        return Reading(reason="no-letters")
    if len(spelling) > LONGEST_SURNAME:
        return Reading(reason="too-long")
    if alphabet.unknown_share(spelling) > 0.5:
        return Reading(reason="unknown-script")
    return Reading(alphabet.without_unknown_marks(spelling), None, found.surname, found.note)


# --- a column of texts, all at once -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """What was made of U texts: S spellings, not all of them different.

    Attributes:
        ids: (M,), the numbers of the spellings' letters, laid end to end.
        lengths: (S,), how many letters each spelling has.
        places: (U,), which of the spellings is each text's; -1 where a text has none.
        unusual: the reading of each text that is more than a plain word, by its place among the texts. Each
            of the others is the surname as it stands.
    """

    ids: NDArray[np.unsignedinteger[Any]]
    lengths: NDArray[np.intp]
    places: Places
    unusual: dict[int, Reading]


def read_column(texts: Sequence[str], alphabet: Alphabet, *, lower: bool, full_names: bool) -> ColumnReading:
    """As `read_text` reads every single one."""
    lengths, words = np.fromiter(map(len, texts), np.intp, count=len(texts)), texts  # (U,)
    if lengths.max(initial=0) > LONGEST_SURNAME:  # whole books are not laid out
        words = ["" if len(text) > LONGEST_SURNAME else text for text in texts]
        lengths = np.where(lengths > LONGEST_SURNAME, 0, lengths)
    codes = code_points("".join(words))  # (M,)
    letters = _PlainLetters.among(codes, alphabet, lower=lower)
    plain = letters.plain_words(codes, lengths)  # (U,)
    ids, spelt = letters.spell(codes[np.repeat(plain, lengths)], lengths[plain])
    unusual = {
        row: read_text(texts[row], alphabet, lower=lower, full_names=full_names)
        for row in np.flatnonzero(~plain).tolist()
    }
    others, others_spelt, others_places = _spell_unusual(unusual.values(), alphabet)
    places = np.empty(len(texts), dtype=np.intp)
    places[plain] = np.arange(len(spelt))
    places[~plain] = np.where(others_places < 0, -1, len(spelt) + others_places)
    return ColumnReading(
        np.concatenate([ids, others.astype(ids.dtype)]),
        np.concatenate([spelt, others_spelt]),
        places,
        unusual,
    )


def _spell_unusual(
    readings: Iterable[Reading], alphabet: Alphabet
) -> tuple[NDArray[np.int64], NDArray[np.int64], Places]:
    """The different spellings as numbers and lengths, and which of them is each reading's; -1 for none."""
    spellings, places = distinct_texts([reading.spelling for reading in readings])
    return *alphabet.encode_all(spellings), places


@dataclass(frozen=True, slots=True)
class _PlainLetters:
    """The characters whose spelling depends on no neighbour, looked up by their code point.

    Attributes:
        table: (highest code point + 1, K), the numbers of each character's spelling, filled up with `end`;
            nothing but `end` for what is not plain.
        widths: as many, how many numbers that are.
        begins: as many, whether a plain word may begin with it: whether it is a letter.
        longest: how many letters a character can become.
    """

    table: NDArray[np.unsignedinteger[Any]]
    end: int
    widths: NDArray[np.uint8]
    begins: NDArray[np.bool_]
    longest: int

    @classmethod
    def among(cls, codes: NDArray[np.uint32], alphabet: Alphabet, *, lower: bool) -> _PlainLetters:
        """Those that occur in a column, and whose letters the alphabet holds."""
        occurs = np.zeros(int(codes.max(initial=0)) + 1, dtype=np.bool_)
        occurs[codes] = True
        seen = np.flatnonzero(occurs)
        full = [plain_spelling(chr(code), lower=lower) for code in seen.tolist()]
        known = [
            s if alphabet.unknown_share(s) == 0 else "" for s in map(alphabet.without_unknown_marks, full)
        ]
        ids, widths = alphabet.encode_all(known)
        end = len(alphabet)
        table = np.full((len(occurs), widths.max(initial=1)), end, dtype=np.min_scalar_type(end))
        within = np.arange(len(ids)) - np.repeat(np.cumsum(widths) - widths, widths)
        table[np.repeat(seen, widths), within] = ids
        widths_of = np.zeros(len(occurs), dtype=np.uint8)
        widths_of[seen] = widths
        begins = np.zeros(len(occurs), dtype=np.bool_)
        begins[seen] = [spelling[:1].isalpha() for spelling in known]
        return cls(table, end, widths_of, begins, max(map(len, full), default=1))

    def plain_words(self, codes: NDArray[np.uint32], lengths: Places) -> NDArray[np.bool_]:
        """Which of the texts laid end to end hold plain characters only, a letter first, (U,).

        A word that might be too long is left out too.
        """
        ends = np.cumsum(lengths)
        plain = np.zeros(len(lengths), dtype=np.bool_)
        some = np.flatnonzero((lengths > 0) & (lengths * self.longest <= LONGEST_SURNAME))
        plain[some] = self.begins[codes[(ends - lengths)[some]]]
        others = np.flatnonzero(self.widths.take(codes) == 0)
        plain[np.searchsorted(ends, others, side="right")] = False
        return plain

    def spell(self, codes: NDArray[np.uint32], lengths: Places) -> tuple[NDArray[Any], Places]:
        """The numbers and the lengths of plain words laid end to end."""
        first = self.table[:, 0].take(codes)
        wide = np.flatnonzero(self.widths.take(codes) > 1)  # letters with marks, few in most columns
        if not len(wide):
            return first, lengths
        rest = self.table.take(codes[wide], axis=0)[:, 1:]
        more = self.widths[codes[wide]].astype(np.intp) - 1
        word = np.searchsorted(np.cumsum(lengths), np.repeat(wide, more), side="right")
        ids = np.insert(first, np.repeat(wide + 1, more), rest[rest != self.end])
        return ids, lengths + np.bincount(word, minlength=len(lengths))

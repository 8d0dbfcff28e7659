"""The plain words of a column, whose ids are found with one lookup table.

A plain word is a surname as it is: characters that are spelled alike beside any others, no hyphens, and no
East Asian full name or text that was decoded wrongly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cognomen.text.alphabet import Alphabet, code_points
from cognomen.text.columns import Indices
from cognomen.text.placeholders import PLACEHOLDERS, has_company
from cognomen.text.ragged import Ragged
from cognomen.text.repair import FOLLOWING_LETTERS, FOLLOWING_MARKS
from cognomen.text.spelling import plain_spelling
from cognomen.text.words import HAN_OF_ONE

LONGEST_SURNAME: Final = 100  # letters, after normalising; the longest in the 18 files has 20
IDEOGRAPHS: Final = ((0x3005, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))


def plain_words(
    texts: Sequence[str], alphabet: Alphabet, *, lower: bool, na: frozenset[str] | None
) -> tuple[NDArray[np.bool_], Ragged]:
    """Which of U texts are plain words, (U,); and the ids of these.

    Args:
        texts: of any kind.
        alphabet: of the network.
        lower: whether it reads names in lower case.
        na: more words that are no names, spelled as given; None if all words are names.
    """
    lengths = np.fromiter(map(len, texts), np.int64, count=len(texts))  # (U,)
    words = texts
    if lengths.max(initial=0) > LONGEST_SURNAME:  # so that a column of books is not copied
        words = ["" if len(text) > LONGEST_SURNAME else text for text in texts]
        lengths = np.where(lengths > LONGEST_SURNAME, 0, lengths)
    joined = "".join(words)
    codes = Ragged(code_points(joined), lengths)
    letters = _PlainLetters.among(codes.data, alphabet, lower=lower)
    plain = letters.plain_words(codes) & ~_with_rules_of_their_own(codes)
    plain[np.searchsorted(codes.ends, np.flatnonzero(letters.is_hyphen[codes.data]), side="right")] = False
    if na is not None and has_company(joined):
        plain[[row for row, word in enumerate(words) if has_company(word)]] = False
    if na is not None and (found := (PLACEHOLDERS | na).intersection(words)):
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
        is_hyphen: (highest code point + 1,), whether it is one: a word with hyphens may have parts.
    """

    table: NDArray[np.unsignedinteger[Any]]
    end: int
    widths: NDArray[np.uint8]
    begins: NDArray[np.bool_]
    longest: int
    is_hyphen: NDArray[np.bool_]

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
        is_hyphen = np.zeros(len(occurs), dtype=np.bool_)
        is_hyphen[seen] = [spelling == "-" for spelling in full]
        return cls(table, end, widths, begins, max(map(len, full), default=1), is_hyphen)

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

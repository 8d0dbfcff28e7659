"""Texts to surnames that a network can read, or to the reason why not.

`read_surname` reads one text, `column_reading.read_column` a column with the same results.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from cognomen.text.affixes import bare_key
from cognomen.text.alphabet import Alphabet
from cognomen.text.names import (
    REPAIRED_ENCODING,
    SEVERAL_PEOPLE,
    SURNAME_OF_FULL_NAME,
    FoundSurname,
    find_surname,
)
from cognomen.text.parts import parts_of
from cognomen.text.placeholders import NOBODY, NOT_A_NAME, PLACEHOLDER, has_few_letters, reason_for_no_name
from cognomen.text.plain_words import LONGEST_SURNAME
from cognomen.text.repair import composed, is_garbled, repair
from cognomen.text.spelling import normalise

REASONS: Final = (
    "not-text", "empty", "no-letters", "too-long", "unknown-script", "placeholder", "not-a-name", "garbled"
)  # fmt: skip
LONGEST_TEXT = 1000  # characters; no full name is longer, and searching it for the surname takes time


@dataclass(frozen=True, slots=True)
class Rules:
    """How surnames are read from texts.

    Attributes:
        full_names: find the surname in a full name. False takes each text as a surname.
        na: more placeholders, spelled as given; None for no placeholders at all, so that NULL is a name.
        suffixes: more words that are no part of a name (`find_surname`).
        surname_first: full names that do not tell by themselves begin with the surname (`find_surname`).
        two_surnames: their surname is two words (`find_surname`).
        lengths: how many characters of a text are the surname, of names in Chinese characters; 0 for no name.
        reworded: what is read in place of a text whose surname is told by more than rules.
    """

    full_names: bool = True
    na: frozenset[str] | None = frozenset()
    suffixes: frozenset[str] = frozenset()
    surname_first: bool = False
    two_surnames: bool = False
    lengths: Mapping[str, int] = field(default_factory=dict)
    reworded: Mapping[str, str] = field(default_factory=dict)

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
    repaired = repair(text)
    whole = composed(repaired)
    reason = None if rules.na is None else reason_for_no_name(whole, rules.na)
    if reason or is_garbled(whole):
        return SurnameReading(reason=reason or "garbled")
    length = rules.lengths.get(stripped)
    if length == 0 and rules.na is not None:
        return SurnameReading(reason=NOT_A_NAME)
    if length:
        found = FoundSurname(stripped[:length], SURNAME_OF_FULL_NAME if length < len(stripped) else None)
    elif rules.full_names:
        found = find_surname(
            rules.reworded.get(text, whole),
            suffixes=rules.suffixes,
            surname_first=rules.surname_first,
            two_surnames=rules.two_surnames,
        )
    else:
        found = FoundSurname(whole)
    if rules.na is not None and found.surname in NOBODY:  # "Mr. Unknown"
        return SurnameReading(reason=PLACEHOLDER)
    is_first = found.note == SEVERAL_PEOPLE or repaired == text
    note = found.note if is_first else REPAIRED_ENCODING
    return spelled(found.surname, note, alphabet, lower, rules, found.maiden_name)


def spelled(
    word: str, note: str | None, alphabet: Alphabet, lower: bool, rules: Rules, maiden_name: str | None = None
) -> SurnameReading:
    """A surname as the network reads it, or the reason why it cannot."""
    if word.isascii() and word.isalpha() and len(word) <= LONGEST_SURNAME:  # as most are
        plain = word.lower() if lower else word
        if (lower and alphabet.has_latin) or alphabet.has_all(plain):
            return SurnameReading(plain, None, word, note, maiden_name)
    spelling, reason = _spelling(word, alphabet, lower=lower)
    few = rules.na is not None and not word.isalpha() and has_few_letters(word)
    if spelling is not None and few:
        spelling, reason = None, NOT_A_NAME
    if spelling is None:
        return SurnameReading(reason=reason)
    parts = parts_of(word) if " " in spelling or "-" in spelling else ()
    spellings = tuple(filter(None, (_spelling_of_part(part, alphabet, lower=lower)[0] for part in parts)))
    if len(parts) < 2 or len(spellings) < len(parts):
        parts = spellings = ()
    return SurnameReading(spelling, None, word, note, maiden_name, parts, spellings)


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


_spelling_of_part: Final = lru_cache(maxsize=1 << 14)(_spelling)  # few are in many surnames of a column

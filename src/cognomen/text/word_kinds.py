"""The kinds of words in full names, on which it depends which of them are the surname.

Nearly all words of a column of full names are usual: no rule names them, and rules ask them no more than a
few questions. So usual names are read at once, and which words are the surname is found only once for each
sequence of kinds ("Anna van der Berg" is read as "Jan van der Meer").
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Final
from unicodedata import category

from cognomen.text import words as lists
from cognomen.text.affixes import ACRONYM, bare_key, is_unspoken
from cognomen.text.forms import NAMED
from cognomen.text.full_names import is_capital
from cognomen.text.particles import is_particle_anywhere
from cognomen.text.placeholders import WORDS_OF_NO_NAME
from cognomen.text.repair import may_be_misread
from cognomen.text.spelling import key, kind_of
from cognomen.text.surname_first import (
    ONE_SYLLABLE,
    TWO_SYLLABLES,
    begins_by_ending,
    cached_key,
    ends_as_surname,
    is_common_in_spanish,
    is_vietnamese_syllable,
    names_wife,
    syllables,
)

# Words that rules name, and of which they ask nothing else …
_NAMED: Final = (
    lists.PARTICLES | lists.SMALL_PARTICLES | lists.INNER_PARTICLES | lists.TITLES | lists.SUFFIXES
    | lists.SECOND_WORDS | lists.SUFFIXES_OF_PORTUGUESE | lists.VIETNAMESE_MIDDLE | lists.OCCUPATIONS
)  # fmt: skip
# … and those of rules that ask more of the words around them.
_SPECIAL: Final = (
    _NAMED | lists.VIETNAMESE | lists.JOINERS | lists.AND | set(" ".join(lists.BORN).split())
    | {"al", "alii", "others", "an", "ni"} | set(map(str.casefold, lists.RELATIONS))
    | WORDS_OF_NO_NAME | lists.SON_OR_DAUGHTER | lists.VIETNAMESE_BEFORE_MIDDLE
    | lists.AND_OF_FULL_NAMES | lists.ALIASES | lists.AFTER_NAMES
    | lists.AT_COURT | lists.BEGIN_PLACES | lists.COUNTRIES
    | {bare_key(word) for word in NAMED}
)  # fmt: skip
_EAST_ASIAN: Final = lists.CHINESE | lists.CHINESE_OF_TWO | lists.CHINESE_TOO | lists.KOREAN
_BEFORE_SYLLABLES: Final = _EAST_ASIAN | lists.VIETNAMESE_BEFORE_MIDDLE
_WITH_RULES: Final = _SPECIAL | _EAST_ASIAN | lists.SPANISH
_ENDINGS: Final = lists.PATRONYMICS + lists.PATRONYMICS_OR_SURNAMES + lists.ENDS_OF_NOUNS
_ALL_ENDINGS: Final = _ENDINGS + lists.ENDINGS_OF_SURNAMES
# … and the last two letters of words that end so, or as surnames do.
_ENDS: Final = frozenset(ending[-2:] for ending in _ALL_ENDINGS)
_VIETNAMESE: Final = lists.VIETNAMESE | lists.VIETNAMESE_BEFORE_MIDDLE
_RARE: Final = frozenset({"of", "ni", "Ni", "an"})  # which rules name together with the words beside them
_CAPITALS: Final = lists.CAPITAL_SUFFIXES | lists.SUFFIXES_AFTER_COMMA | lists.COUNTRY_CODES


def usual_surname(text: str) -> str | None:
    """The surname in "John F. Smith" or "Smith, John" if no other rule applies to any word; else None."""
    *before, last = text.split() or [""]
    if not before or not _is_usual(last):
        return None
    surname = last
    if before[0].endswith(","):
        before[0] = surname = before[0][:-1]
    elif any(map(is_common_in_spanish, before)) or not _EAST_ASIAN.isdisjoint(map(_key, before)):
        return None
    if surname == last and begins_by_ending([*before, last]):
        return None
    are_usual = _is_usual(surname) and all(_is_usual(word) or _is_initial(word) for word in before)
    return surname if are_usual else None


def _is_initial(word: str) -> bool:
    return len(word) == 2 and word[1] == "." and word[0].isupper()


@lru_cache(maxsize=1 << 16)
def _is_usual(word: str) -> bool:
    """Whether no rule of `names`, `full_names`, `repair` or `placeholders` applies to a word."""
    if word[-2:].isupper() or (not word.isascii() and is_capital(word)):  # "FRS성명" is in capitals too
        return False
    if word in _CAPITALS or not _is_of_letters(word) or TWO_SYLLABLES.fullmatch(word):
        return False
    return not _is_special(word)


def _is_of_letters(word: str) -> bool:
    """Whether a word has two letters or more, with apostrophes and hyphens between them, none East Asian."""
    if word.isascii():
        return len(word) > 1 and (word[0] + word.replace("'", "").replace("-", "") + word[-1]).isalpha()
    bare = word.replace("'", "").replace("’", "").replace("-", "")
    if not bare.isalpha():
        bare = "".join(each for each in bare if not category(each).startswith("M"))
    if len(bare) < 2 or word[0] >= "\u3005" or "Ã" in word or "Â" in word or kind_of(word[-1]) not in "LM":
        return False
    return bare.isalpha() and kind_of(word[0]) == "L" and not may_be_misread(word)


def _is_special(word: str) -> bool:
    """Whether a rule names a word, one of its parts, or its ending."""
    spellings = {word.casefold(), _key(word)}
    if not word.isalpha():
        parts = word.replace("'", "-").replace("’", "-").split("-")
        parts = parts[1:] if word[1] in "'’" else parts  # D'Angelo
        spellings.update(map(str.casefold, parts), map(_key, parts))
    return not _SPECIAL.isdisjoint(spellings) or word.casefold().endswith(_ENDINGS) or names_wife(word)


def _key(word: str) -> str:
    return word.lower() if word.isascii() and word.isalpha() else cached_key(word)


ASKS: Final = (
    "asks",
)  # the kind of words beside which rules ask more of all words (`kind_beside_syllables`)


def kind_of_word(word: str) -> Hashable:
    """What rules ask of a word: words of one kind are interchangeable. None if no other word is like it.

    What a word is in Chinese, Korean or Vietnamese is asked only beside a surname of these languages, or
    beside two syllables: those are `ASKS`.
    """
    if word.isascii() and word.isalpha() and len(word) > 2:  # as most are
        lower = word.lower()
        if word.istitle():
            kind: Hashable = _TITLE
        elif word.isupper() and word not in _CAPITALS and not is_unspoken(word):
            kind = _UPPER if len(word) > 5 else _SHORT_UPPER
        else:
            return _kind_of_rare_word(word)
        if lower in _WITH_RULES or (lower[-2:] in _ENDS and lower.endswith(_ALL_ENDINGS)):
            return _kind_of_rare_word(word)
        return kind
    return _kind_of_rare_word(word)


@lru_cache(maxsize=1 << 16)
def _kind_of_rare_word(word: str) -> Hashable:
    bare = word.removesuffix(",")
    if _key(bare) in _BEFORE_SYLLABLES or TWO_SYLLABLES.fullmatch(bare):
        return ASKS
    return _kind_of_any_word(word)


@lru_cache(maxsize=1 << 16)
def kind_beside_syllables(word: str) -> Hashable:
    """The same of a word beside one that `ASKS`."""
    kind, bare = _kind_of_any_word(word), word.removesuffix(",")
    if kind is None:
        return None
    asked = is_vietnamese_syllable(bare), bool(ONE_SYLLABLE.fullmatch(bare))
    return kind, *asked, tuple(map(syllables, bare.split("-", 1)))


def _kind_of_any_word(word: str) -> Hashable:
    bare = word.removesuffix(",")
    if _is_initial(word):
        return None if is_particle_anywhere(word) else "initial"
    if len(bare) < 2:
        return _kind_of_letter(word)
    if (len(bare) == 2 and bare.isupper()) or bare in _CAPITALS or is_unspoken(bare) or bare in _RARE:
        return None
    if not _is_of_letters(bare) or _is_special(bare):
        return word if _is_named(bare) else None
    return _kind(
        bare,
        comma=bare != word,
        two_syllables=bool(TWO_SYLLABLES.fullmatch(bare)),
        ends=(is_common_in_spanish(bare), ends_as_surname(bare)),
    )


def _kind(
    word: str,
    *,
    comma: bool = False,
    two_syllables: bool = False,
    ends: tuple[bool, bool] = (False, False),
) -> Hashable:
    is_acronym = ACRONYM.fullmatch(word) is not None
    case = word.isupper(), is_capital(word), word[0].isupper(), word.islower(), word == word.upper()
    return len(word) > 2, is_acronym, case, comma, two_syllables, ends


_TITLE: Final = _kind("Kimura")
_UPPER: Final = _kind("KIMURA")
_SHORT_UPPER: Final = _kind("SILVA")


def _kind_of_letter(word: str) -> Hashable:
    if word == "z":  # of "z d. Nowak"
        return None
    # Y, and I and E where there are two, join surnames.
    if word.lower() in lists.JOINERS or word in lists.AND_OF_FULL_NAMES or word.casefold() == "ó":
        return word
    return ("letter", word.isupper()) if word.isalpha() and not is_particle_anywhere(word) else None


def _is_named(word: str) -> bool:
    """Whether rules name a word, and ask nothing else of it or of the words around it."""
    spelling = key(word)
    if spelling in lists.BEGIN_PLACES:
        return False
    return bare_key(word) in _NAMED or spelling in _VIETNAMESE

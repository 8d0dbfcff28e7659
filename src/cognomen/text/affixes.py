"""What stands before and after a name and is no part of it: titles, initials, degrees, offices."""

from __future__ import annotations

from typing import Final

from cognomen.text import words as lists
from cognomen.text.particles import is_dash, is_particle_anywhere
from cognomen.text.patterns import lazy_pattern
from cognomen.text.spelling import key
from cognomen.text.things import COMPANY

INVISIBLE: Final = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
PUNCTUATION: Final = f' \t\r\n.,;:!?"“”„«»()[]{{}}<>|/\\*_-†‡§¶®™¹²³⁰⁴⁵⁶⁷⁸⁹{INVISIBLE}'

OFFICES: Final = COMPANY | lists.NOUNS  # after a comma, of the person before it
# … where nothing else is, and no given names.
ROLES: Final = (OFFICES | lists.OCCUPATIONS | lists.COUNTRIES) - {"america"}
_INITIALS: Final = lazy_pattern(r"[^\W\d_]\.?|([^\W\d_](\.-?|-))+[^\W\d_]?")
# Capitals that nobody can speak, and so no name: VVS, KCB, but NG, and SRB and VLK, whose r and l are vowels.
_UNSPOKEN: Final = lazy_pattern("(?!NG$|.[RL][^RL])[B-DF-HJ-NP-TV-XZ]{2,5}")
# Syllables of names in Chinese, Korean or Vietnamese; surnames of two letters: XU, but not the initials JA.
_SYLLABLES: Final = lazy_pattern(
    r"(?:(?:zh|ch|sh|th|ng|kh|[bcdfghjklmnpqrstvwxyz]?[yw]?)[aeiouü]{1,3}(?:ng|n|r)?[-']?)+"
)
_ABBREVIATED: Final = lazy_pattern(r"(?:[^\W\d_]{1,4}\.-?)+[^\W\d_]{1,4}\.?")  # P.Eng., S.Kom., Dipl.-Inf.
ACRONYM: Final = lazy_pattern("[A-Z]{3,5}|[A-Z]{1,5}-[A-Z]{2,4}")  # CFA, SHRM-CP, R-TX
_SHORT: Final = lazy_pattern("[bcdfghklmnprstvwyz][aeiouy]|[jqx][iu]|an|oh|ng|ou")


def bare_key(word: str) -> str:
    """A word in lower case without dots and other punctuation around it."""
    return word.strip(PUNCTUATION).replace(".", "").casefold()


def is_title(word: str) -> bool:
    """Whether a word is a title before names."""
    return bare_key(word) in lists.TITLES or word.strip(PUNCTUATION) in lists.CAPITAL_TITLES


def comes_before_names(word: str) -> bool:
    """Whether a word before a name is a title: a known one, an abbreviation (Avv., Sig.ra), or WGM."""
    is_short = ("." in word and not is_initials(word) and not word.startswith("v.")) or is_unspoken(word)
    return is_title(word) or (is_short and not is_particle_anywhere(word))


def without_titles(words: list[str]) -> list[str]:
    """The words without titles before them."""
    while len(words) > 1 and comes_before_names(words[0]):
        words = words[1:]
    return words


def without_suffixes(words: list[str]) -> list[str]:
    """The words without suffixes, initials and dashes at the end."""
    while len(words) > 1 and _is_no_surname(words[-1], words[:-1]):
        words = words[:-1]
    return words


def _is_no_surname(word: str, before: list[str]) -> bool:
    """Whether the last word of a name is a suffix, a title, an initial or a dash."""
    if is_dash(word) or _is_suffix(word) or ("." in word and is_title(word)):
        return True
    if word == "O" and len(before) == 1 and len(before[0]) > 1:  # as surname of Koreans; O'Brien O. is not
        return False
    if len(before) > 1 and word.casefold() in lists.SUFFIXES_OF_PORTUGUESE:
        return True
    if len(before) > 1 and word in lists.OCCUPATIONS and before[-1][:1].isupper():  # "John Smith plumber"
        return True
    if 2 < len(word) < 6 and word[:-1].islower() and word[-1] == "." and before[-1][:1].isupper():  # "geom."
        return True
    if _are_two_capitals(word, before):  # "Doe JA", but "Xin XU"
        return not is_short_surname(word, before)
    return is_initials(word)


def _are_two_capitals(word: str, before: list[str]) -> bool:
    """Whether a word is two capitals after a name that is not in capitals."""
    after_name = before[-1][:1].isupper() and not before[-1].isupper()
    return len(word) == 2 and word.isalpha() and word.isupper() and after_name


def ends_in_initials(words: list[str]) -> bool:
    """Whether a name is cited: "Doe J", "Doe J. A.", "Doe JA"."""
    is_one = len(words) == 2 and _are_two_capitals(words[-1], words[:-1])
    return is_initials(words[-1]) or (is_one and not is_short_surname(words[-1], words[:-1]))


def _is_suffix(word: str) -> bool:
    bare = word.strip(PUNCTUATION)
    return bare_key(word) in lists.SUFFIXES or bare in lists.CAPITAL_SUFFIXES


def is_initials(word: str) -> bool:
    """Whether a word is initials: J., J.-P., J-P, JRR."""
    if len(word) == 1 or not word.isalpha():
        return bool(_INITIALS.fullmatch(word))
    return is_unspoken(word)


def is_unspoken(word: str) -> bool:
    """Whether a word is capitals that nobody can speak: initials, or a degree that no list has."""
    return word.isupper() and word.isascii() and bool(_UNSPOKEN.fullmatch(word))


def is_short_surname(word: str, others: list[str]) -> bool:
    """Whether two capitals are a surname among East Asian given names: LI Ming, HE Bingjiao."""
    if not may_be_short_surname(word):
        return False
    if any(map(is_particle_anywhere, filter(str.islower, others))):  # "de Souza MA"
        return False
    return all(len(other) <= 12 and _SYLLABLES.fullmatch(key(other)) for other in others)


def may_be_short_surname(word: str) -> bool:
    """Whether a word is two capitals that are a syllable, and so perhaps a surname: LI, but not JA."""
    return len(word) == 2 and word.isupper() and bool(_SHORT.fullmatch(key(word)))


def describes(word: str) -> bool:
    """Whether a word after a comma is a suffix or a title: "Jan Novák, Ing."."""
    is_degree = bool(_ABBREVIATED.fullmatch(word)) and not is_initials(word)
    is_known = _is_suffix(word) or is_title(word) or word.strip(PUNCTUATION) in lists.SUFFIXES_AFTER_COMMA
    return is_known or is_degree

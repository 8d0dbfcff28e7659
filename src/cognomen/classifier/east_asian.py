"""East Asian names in Latin letters whose surname the network tells: "Wong Kar-Wai", "Lee Hsien Loong"."""

from __future__ import annotations

from typing import Final

from cognomen.classifier.described import LETTER, WORD, FeaturesOf, Reworded, WordFeatures
from cognomen.text import words as lists
from cognomen.text.particles import is_particle_anywhere
from cognomen.text.patterns import lazy_pattern
from cognomen.text.spelling import key
from cognomen.text.surname_first import ANY_SURNAME, syllables

ORIGINS: Final = ("Chinese", "Korean", "Vietnamese")  # of surnames before given names of one or two syllables
SURNAME: Final = 0.9  # the probability of these origins that a surname has
GIVEN: Final = 0.5  # that a given name has
# The log odds of a given name that a surname has at most after a common surname, and before what is not known
# to be East Asian.
SURNAME_AFTER_COMMON: Final = -2.0
NO_GIVEN_NAME: Final = -1.0

# A syllable of Chinese, Korean or Vietnamese, however it is romanised: its beginning, vowels and end.
_BEGINNING: Final = "(?:[bcdfghjklmnpqrstvwxyz]|[kgs]w|[cgknpstz]h|hs|ngh?|t[rsz]|sz|kk|tt|pp|ss|jj)?"
_END: Final = "(?:ng|ck|[mnptkhrwl])?"
_SYLLABLE: Final = lazy_pattern(f"{_BEGINNING}[wy]?[aeiou]{{1,3}}{_END}|tsz")
# … or perhaps, if other Latin letters may be vowels (but for ſ, which is an s if case is ignored).
PERHAPS: Final = rf"(?:{_BEGINNING}['’]?[wy]?[aeiou\xc0-\u017e\u0180-\u024f\u1e00-\u1eff]{{1,4}}{_END}|tsz)"
BEFORE_HYPHEN: Final = rf"(?:{WORD} )*{LETTER}{{2,6}} {PERHAPS}-{PERHAPS}"
APART: Final = rf"(?:{WORD} )?{LETTER}{{2,6}}(?: {PERHAPS}){{2}}"


def surname_before_syllables(words: list[str], of: FeaturesOf) -> Reworded | None:
    """An East Asian surname before the two syllables of a given name: "Wong Kar-Wai", "Lee Kuan Yew"."""
    have_hyphen = "-" in words[-1]
    *names, surname = words[:-1] if have_hyphen else words[:-2]
    parts = words[-1].split("-") if have_hyphen else words[-2:]
    is_common = key(surname) in lists.CHINESE | lists.KOREAN
    if not (names or have_hyphen) and _begins_as_abroad(words):
        return Reworded(f"{surname}, {' '.join(parts)}")
    if not (is_common or is_surname(of(surname))) or not are_syllables(parts):
        return None
    if have_hyphen:
        are_given = not all(map(_is_common, parts)) or of(surname).given < NO_GIVEN_NAME  # "Kim Lee-Park"
    else:
        ends_in_surname = _may_end(of(surname), of(parts[-1]), is_common=is_common)
        are_given = not (ends_in_surname or _is_common(parts[-1]) or is_particle_anywhere(parts[0]))
    return Reworded(f"{surname}, {' '.join([*names, *words[len(names) + 1 :]])}") if are_given else None


def _begins_as_abroad(words: list[str]) -> bool:
    """Whether a Hokkien or Cantonese surname comes first: in "Goh Chok Tong", not in "Lee Min Ho"."""
    if is_particle_anywhere(words[1]):  # "Wong de Hoon"
        return False
    first, middle, last = map(key, words)
    others = lists.CHINESE_ABROAD | lists.KOREAN | lists.VIETNAMESE
    if syllables(middle).of_pinyin == 1:  # else the last is no surname in pinyin: "Lim Chee Meng"
        others = others | lists.CHINESE | lists.CHINESE_TOO
    return first in lists.CHINESE_ABROAD and last not in others and are_syllables(words[1:])


def _may_end(first: WordFeatures, last: WordFeatures, *, is_common: bool) -> bool:
    """Whether the last of three words may be the surname: not in "Lee Kuan Yew", but in "Kuan Yew Lee".

    Args:
        first: the first word, an East Asian surname.
        last: the last word, a syllable.
        is_common: whether the first is one of the most common surnames.
    """
    if is_common:
        return last.east_asian < GIVEN or last.given < SURNAME_AFTER_COMMON
    return is_surname(last) or (last.east_asian < GIVEN and first.given > NO_GIVEN_NAME)


def are_syllables(words: list[str]) -> bool:
    """Whether all words are syllables of Chinese, Korean or Vietnamese."""
    return all(_SYLLABLE.fullmatch(key(word).replace("'", "")) for word in words)


def _is_common(word: str) -> bool:
    return key(word) in ANY_SURNAME


def is_surname(word: WordFeatures) -> bool:
    """Whether a word is known as an East Asian surname."""
    return word.known and word.east_asian >= SURNAME

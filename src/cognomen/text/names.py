"""The surname in a name as people write it.

find_surname("SMITH, John")       ->  surname "SMITH"
find_surname("Vincent van Gogh")  ->  surname "van Gogh"
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cognomen.text.spelling import kind_of, normalise

SURNAME_OF_FULL_NAME: Final = "surname-of-full-name"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that belong to the surname after them, in upper and lower case …
_PARTICLES: Final = _words(
    "abu bin bint d' da dal dall' dalla das de degli dei del della delle dell' dello den der di do dos du el "
    "ibn l' la las le les lo los mc o' san santa st 't ten ter van vande vanden vander von vom zum zur"
)
# … in lower case or before another particle only, because they are given names or surnames too.
_SMALL_PARTICLES: Final = _words("aan af al am ap auf aus av des het im in op te uit zu")
_SUFFIXES: Final = _words(
    "jr sr junior senior iii phd md dds dmd esq msc bsc mba cpa jd obe mbe cbe mr mrs ms miss dr prof"
)
_CAPITAL_SUFFIXES: Final = frozenset({"II", "IV", "VI", "VII", "VIII"})  # Ii and Vi are surnames
_COMMA: Final = re.compile("[,،，、]")
_INITIALS: Final = re.compile(r"[^\W\d_]\.?|([^\W\d_]\.-?)+")
_OUTER_PUNCTUATION: Final = ' \t\r\n.,;:!?"“”„«»()[]{}<>|/\\*_'


@dataclass(frozen=True, slots=True)
class FoundSurname:
    """The surname found in a text.

    Attributes:
        surname: the surname as spelled in the text.
        note: None if the whole text is the surname, else "surname-of-full-name".
    """

    surname: str
    note: str | None = None


def find_surname(text: str) -> FoundSurname:
    """Find the surname in a name as people write it.

    The surname comes before a comma ("SMITH, John"), else it is the word in capitals among others that are
    not ("Marie DUPONT"), else the last word. Particles before it belong to it ("van der Berg", "De La
    Cruz"); titles, initials and suffixes ("Jr.", "III", "PhD") do not. It never raises, and the surname of a
    surname is itself. Names written surname first without a comma ("Wang Wei") are misread: pass the
    surname alone.
    """
    words = text.split()
    if len(words) > 1 and all(map(_is_usual, words)):
        return FoundSurname(words[-1], SURNAME_OF_FULL_NAME)
    surname = text = " ".join(words)
    while not surname.isalpha() and (shorter := _read_once(surname)) != surname:  # it can only get shorter
        surname = shorter
    whole = surname == text or normalise(surname, lower=False) == normalise(text, lower=False)
    return FoundSurname(surname, None if whole else SURNAME_OF_FULL_NAME)


@lru_cache(maxsize=16384)  # a column of full names has few distinct words
def _is_usual(word: str) -> bool:
    """Whether no rule below applies to a word; the last of several such words is the surname."""
    key = word.casefold()
    known = key in _PARTICLES or key in _SMALL_PARTICLES or key in _SUFFIXES
    is_name = len(word) > 1 and word.isalpha() and not word.isupper() and normalise(word) != ""
    return is_name and not known


def _read_once(text: str) -> str:
    """The surname in the text; the text itself if none is found."""
    parts = [part for part in _COMMA.split(text) if _has_letter(part)]
    if not parts:
        return text
    words = _surname_of_words(_outside_brackets(parts[0].split()))
    if len(parts) > 1:  # "Gogh, Vincent van"
        given = parts[1].split()
        words = given[_start_of_particles(given, len(given)) :] + words
    surname = " ".join(words).strip(_OUTER_PUNCTUATION)
    return surname if _has_letter(surname) else text


def _surname_of_words(words: list[str]) -> list[str]:
    words = [word for word in words if _has_letter(word) or _is_dash(word)]
    while len(words) > 1 and _is_no_surname(words[-1]):
        words.pop()
    words = words[: _end_of_capitals(words)]
    return words[_start_of_surname(words) :]


def _start_of_surname(words: list[str]) -> int:
    start = _start_of_particles(words, len(words) - 1)
    while start >= 2 and _is_dash(words[start - 1]):  # "Smith - Jones"
        start = _start_of_particles(words, start - 2)
    return start


def _start_of_particles(words: list[str], end: int) -> int:
    """The start of the run of particles before `end`; `end` if there is none."""
    start = end
    while start > 0 and _is_particle(
        words[start - 1], words[start] if start < len(words) else "", start < end
    ):
        start -= 1
    return start


def _is_particle(word: str, following: str, before_particle: bool) -> bool:
    key = word.casefold().replace("’", "'")
    if key in ("d", "o"):  # not "D. Smith"; "D arcy", "O Brien"
        return key == "o" or following[:1] in tuple("aeiou")
    key = key.removesuffix(".")
    return key in _PARTICLES or (key in _SMALL_PARTICLES and (word == key or before_particle))


def _is_no_surname(word: str) -> bool:
    """Whether a word at the end of a name is a suffix, a title, an initial or a dash."""
    bare = word.strip(_OUTER_PUNCTUATION)
    key = bare.replace(".", "").casefold()
    if key in _SUFFIXES or bare in _CAPITAL_SUFFIXES:
        return True
    return (len(word) == 1 or not word.isalpha()) and (bool(_INITIALS.fullmatch(word)) or _is_dash(word))


def _end_of_capitals(words: list[str]) -> int:
    """The end of the last word in capitals, if other words are not: "Marie DUPONT", "KIM Min-jun"."""
    capitals = [
        index
        for index, word in enumerate(words)
        if word.isupper() and sum(map(str.isalpha, word)) > 2  # not the initials of "JR Smith"
    ]
    others = any(word != word.upper() for word in words)
    return capitals[-1] + 1 if capitals and others else len(words)


def _outside_brackets(words: list[str]) -> list[str]:
    """The words outside brackets, "John (Jack) Smith"; all words if there are none outside."""
    kept: list[str] = []
    inside = False
    for word in words:
        inside = inside or word.startswith("(")
        if not inside:
            kept.append(word)
        inside = inside and not word.rstrip(".,;:").endswith(")")
    return kept if any(map(_has_letter, kept)) else words


def _is_dash(word: str) -> bool:
    return bool(word) and all(kind_of(character) == "-" for character in word)


def _has_letter(text: str) -> bool:
    return any(map(str.isalpha, text))

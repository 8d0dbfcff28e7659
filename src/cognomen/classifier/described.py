"""People and what describes them in one cell: "Jane Doe, London", but "Cortes Ortiz, Ana".

Whether a given name and a surname stand before the comma, or a surname in two parts, is told by what the
network says of the words: a given name begins the former, its groups of origins are not those of the last
word, and what follows is neither like a given name nor known as a surname. In a column, most of such cells
tell for all of them. The weights were chosen on Faker's given names and cities and the surnames of the corpus
world's lists (benchmarks/NOTES.md).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cognomen.text import words as lists
from cognomen.text.affixes import ROLES, bare_key, is_title
from cognomen.text.particles import is_particle_anywhere
from cognomen.text.spelling import normalise
from cognomen.text.surname_first import is_common_in_spanish

MANY: Final = 10  # texts of one kind, that tell of each other
# The log odds that what follows a comma describes the person before it: they begin with the first of these
# where it is words, with the second where it is initials, with the third where these may be a degree; least
# odds that tell alone, and beside others of whom most tell.
BEGIN_WITH: Final = (3.0, -1.5, 1.5)
LEAST: Final = (1.5, -4.0)
IS_SURNAME: Final = 2.5  # log odds that a word known as a surname, and words of one group, take from these

SURNAME_FIRST: Final = ("Hungarian", "Japanese")  # in whose languages the surname comes first
GERMANIC: Final = ("German", "Dutch", "Afrikaans", "Luxembourgish", "Danish", "Norwegian", "Swedish")

_OF_FIELDS: Final = ROLES | lists.OF_NO_NAME  # last words of what is no person before a colon
LETTER: Final = r"[^\W\d_]"
WORD: Final = rf"{LETTER}{{2,}}(?:['’-]{LETTER}+)*"
INITIALS: Final = rf"(?:{LETTER}\. ?)+"
DESCRIBED: Final = rf"(?P<name>{WORD}(?: {WORD}){{1,3}}), ?(?P<rest>(?:{WORD}\.? ?)+|{INITIALS})(?:,.*)?"
DASHED: Final = rf"(?P<name>{WORD}(?: {WORD}){{1,3}})(?: [-–—]|:) (?P<rest>{WORD})"


class About(NamedTuple):
    """What the network says of a word.

    Attributes:
        given: the log odds of a given name rather than a surname (`given_name_odds`).
        groups: the probabilities of the groups of origins, (G,).
        east_asian: the probability of `east_asian.ORIGINS`.
        known: whether the network knows it as a surname.
        in_order: the probability of `SURNAME_FIRST`.
        iberian: that of the origins whose bearers have two surnames.
        germanic: that of `GERMANIC`.
    """

    given: float
    groups: NDArray[np.float32]
    east_asian: float
    known: bool
    in_order: float = 0.0
    iberian: float = 0.0
    germanic: float = 0.0


class Reworded(NamedTuple):
    """A text in other words, and the log odds that it is to be read so."""

    text: str
    odds: float = math.inf


Of = Callable[[str], About]


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern for either case, compiled when it is first used."""
    return re.compile(pattern, re.IGNORECASE)


def description(text: str) -> re.Match[str] | None:
    """The name in a text, and the rest that may describe who bears it; None if it is of no such kind."""
    return compiled(DESCRIBED).fullmatch(text) or compiled(DASHED).fullmatch(text)


def those_described(
    texts: Sequence[str], about: dict[str, About], of_column: int, *, surname_first: bool = False
) -> dict[str, str]:
    """The people in texts that tell of a person: "Jane Doe, London", but "Cortes Ortiz, Ana".

    Args:
        texts: those of some kinds.
        about: what the network says of their words.
        of_column: how many texts of several words the column has. Where most have a dash or a colon, and
            other names before it, it is no part of a surname, and they are no names of fields.
        surname_first: the column begins with surnames: "Berg Anna, Bäcker".
    """
    matches = {text: compiled(DASHED).fullmatch(text) for text in texts}
    signed = {text: match["name"] for text, match in matches.items() if match}
    found = signed if len(set(signed.values())) >= max(MANY, of_column / 2) else {}
    pairs = [
        (text, each)
        for text in texts
        if text not in found and (each := _person_described(text, about, surname_first))
    ]
    least = LEAST[0]
    if len(pairs) >= MANY:
        is_field = 2 * len({each.text for _, each in pairs}) < len(pairs)  # "Best Man: Doe"
        most_tell = not is_field and np.median([each.odds for _, each in pairs]) > 0
        least = LEAST[1] if most_tell else math.inf
    return found | {text: each.text for text, each in pairs if each.odds > least}


def mostly_surnames_before_commas(texts: Sequence[str]) -> bool:
    """Whether many texts with commas, and most, have one word before it: two are a surname in two parts."""
    words = [text.partition(",")[0].count(" ") for text in texts if "," in text]
    return words.count(0) >= max(MANY, len(words) / 2)


def _person_described(text: str, about: dict[str, About], surname_first: bool) -> Reworded | None:
    """The person before a comma, with the odds that what follows is no given name, before a dash or a colon.

    What follows a dash may be the second part of a surname, what is before a colon the name of a field.
    """
    found = description(text)
    if not found:
        return None
    name, rest = found["name"].split(), found["rest"].split()
    are_told = any(map(str.isupper, name)) and not text.isupper()  # capitals tell
    are_told |= not lists.JOINERS.isdisjoint(name)
    if are_told or is_common_in_spanish(name[0]) or any(map(_is_no_name, (name[0], name[-1], rest[0]))):
        return None
    ends = name[::-1] if surname_first else name
    first, last = (about[normalise(word)] for word in (ends[0], ends[-1]))
    odds = first.given - IS_SURNAME * float(first.groups @ last.groups)
    if compiled(INITIALS).fullmatch(found["rest"]):
        is_degree = re.sub("[. ]", "", found["rest"]) in lists.DEGREES
        return Reworded(found["name"], odds + BEGIN_WITH[1 + is_degree])
    asked = [about[normalise(word)] for word in rest]
    if ":" in text and (not last.known or bare_key(name[-1]) in _OF_FIELDS):  # "Photo Credit: Doe"
        return None
    if "," not in text and ":" not in text and asked[0].known:  # "Anna Smith - Jones"
        return None
    given, known = (np.mean(each) for each in zip(*((word.given, word.known) for word in asked), strict=True))
    return Reworded(found["name"], float(odds + BEGIN_WITH[0] - given / 2 - IS_SURNAME * known))


def _is_no_name(word: str) -> bool:
    return is_particle_anywhere(word) or is_title(word)

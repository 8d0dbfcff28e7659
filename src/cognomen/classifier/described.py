"""People and what describes them in one cell: "Jane Doe, London", but "Cortes Ortiz, Ana".

Whether the words before the comma are a given name and a surname, or a surname in two parts, is decided by
a score of the features of the words. It is higher if the first word is like a given name, if its groups of
origins differ from those of the last word, and if what follows is neither like a given name nor known as a
surname. In a column, the median score of such cells decides for all of them. The weights were chosen on
Faker's given names and cities and the surnames of the corpus world's lists (benchmarks/NOTES.md).
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

MIN_TEXTS: Final = 10  # texts of one kind that are decided together
# The biases of the log odds that what follows a comma is a description: where it is words, where it is
# initials, and where these may be a degree. The thresholds: for a text alone, and for one of a column in
# which most are descriptions.
BIASES: Final = (3.0, -1.5, 1.5)
THRESHOLDS: Final = (1.5, -4.0)
SURNAME_WEIGHT: Final = 2.5  # subtracted for a word known as a surname, and for words of one group of origins

SURNAME_FIRST: Final = ("Hungarian", "Japanese")  # in whose languages the surname comes first
GERMANIC: Final = ("German", "Dutch", "Afrikaans", "Luxembourgish", "Danish", "Norwegian", "Swedish")

_OF_FIELDS: Final = ROLES | lists.OF_NO_NAME  # last words of what is no person before a colon
LETTER: Final = r"[^\W\d_]"
WORD: Final = rf"{LETTER}{{2,}}(?:['’-]{LETTER}+)*"
INITIALS: Final = rf"(?:{LETTER}\. ?)+"
DESCRIBED: Final = rf"(?P<name>{WORD}(?: {WORD}){{1,3}}), ?(?P<rest>(?:{WORD}\.? ?)+|{INITIALS})(?:,.*)?"
DASHED: Final = rf"(?P<name>{WORD}(?: {WORD}){{1,3}})(?: [-–—]|:) (?P<rest>{WORD})"


class WordFeatures(NamedTuple):
    """What the model computes for a word, to decide whether it is a given name or a surname.

    Attributes:
        given: the log odds of a given name rather than a surname (`given_name_odds`).
        groups: the probabilities of the groups of origins, (G,).
        east_asian: the probability of `east_asian.ORIGINS`.
        known: whether the network knows it as a whole, as a surname.
        in_order: the probability of the origins `SURNAME_FIRST`.
        iberian: the probability of the origins whose bearers have two surnames.
        germanic: the probability of `GERMANIC`.
    """

    given: float
    groups: NDArray[np.float32]
    east_asian: float
    known: bool
    in_order: float = 0.0
    iberian: float = 0.0
    germanic: float = 0.0


class Reworded(NamedTuple):
    """A rewording of a text, and the log odds that it is right."""

    text: str
    odds: float = math.inf


FeaturesOf = Callable[[str], WordFeatures]
FeaturesOfAll = Callable[[list[str]], dict[str, WordFeatures]]  # of several words at once


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern for either case, compiled when it is first used."""
    return re.compile(pattern, re.IGNORECASE)


def description(text: str) -> re.Match[str] | None:
    """Match a name and a possible description after it; None if the text has another form."""
    return compiled(DESCRIBED).fullmatch(text) or compiled(DASHED).fullmatch(text)


def reword_descriptions(
    texts: Sequence[str], features: dict[str, WordFeatures], of_column: int, *, surname_first: bool = False
) -> dict[str, str]:
    """The people in texts that tell of a person: "Jane Doe, London", but "Cortes Ortiz, Ana".

    Args:
        texts: those of some kinds.
        features: what the network says of their words.
        of_column: how many texts of several words the column has. Where most have a dash or a colon, and
            other names before it, it is no part of a surname, and they are no names of fields.
        surname_first: the column begins with surnames: "Berg Anna, Bäcker".
    """
    matches = {text: compiled(DASHED).fullmatch(text) for text in texts}
    signed = {text: match["name"] for text, match in matches.items() if match}
    found = signed if len(set(signed.values())) >= max(MIN_TEXTS, of_column / 2) else {}
    pairs = [
        (text, each)
        for text in texts
        if text not in found and (each := _person_described(text, features, surname_first))
    ]
    least = THRESHOLDS[0]
    if len(pairs) >= MIN_TEXTS:
        is_field = 2 * len({each.text for _, each in pairs}) < len(pairs)  # "Best Man: Doe"
        most_tell = not is_field and np.median([each.odds for _, each in pairs]) > 0
        least = THRESHOLDS[1] if most_tell else math.inf
    return found | {text: each.text for text, each in pairs if each.odds > least}


def surnames_precede_commas(texts: Sequence[str]) -> bool:
    """Whether most texts with commas, and many, have one word before the comma.

    In such a column two words before a comma are a surname in two parts.
    """
    words = [text.partition(",")[0].count(" ") for text in texts if "," in text]
    return words.count(0) >= max(MIN_TEXTS, len(words) / 2)


def _person_described(text: str, features: dict[str, WordFeatures], surname_first: bool) -> Reworded | None:
    """The name before a comma, dash or colon, with the log odds that what follows describes the person.

    What follows a dash may also be part of a surname, and what precedes a colon the name of a field.
    """
    found = description(text)
    if not found:
        return None
    name, rest = found["name"].split(), found["rest"].split()
    are_told = any(map(str.isupper, name)) and not text.isupper()  # capitals show the surname
    are_told |= not lists.JOINERS.isdisjoint(name)
    if are_told or is_common_in_spanish(name[0]) or any(map(_is_no_name, (name[0], name[-1], rest[0]))):
        return None
    ends = name[::-1] if surname_first else name
    first, last = (features[normalise(word)] for word in (ends[0], ends[-1]))
    odds = first.given - SURNAME_WEIGHT * float(first.groups @ last.groups)
    if compiled(INITIALS).fullmatch(found["rest"]):
        is_degree = re.sub("[. ]", "", found["rest"]) in lists.DEGREES
        return Reworded(found["name"], odds + BIASES[1 + is_degree])
    asked = [features[normalise(word)] for word in rest]
    if ":" in text and (not last.known or bare_key(name[-1]) in _OF_FIELDS):  # "Photo Credit: Doe"
        return None
    if "," not in text and ":" not in text and asked[0].known:  # "Anna Smith - Jones"
        return None
    given, known = (np.mean(each) for each in zip(*((word.given, word.known) for word in asked), strict=True))
    return Reworded(found["name"], float(odds + BIASES[0] - given / 2 - SURNAME_WEIGHT * known))


def _is_no_name(word: str) -> bool:
    return is_particle_anywhere(word) or is_title(word)

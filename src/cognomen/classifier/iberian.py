"""Single cells that end in two surnames: "Mario Vargas Llosa".

    Mario Vargas Llosa       ->  Vargas Llosa, Mario
    Marcelo Rebelo de Sousa  ->  Rebelo de Sousa, Marcelo

A cell is read so if the word before the last is known as a surname and unlike a given name, if both are of
languages in which people have two surnames, and if the first word may be a given name. A column is better
evidence (`second_surnames`). The thresholds were chosen on Faker's names (benchmarks/NOTES.md).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Final

from cognomen.classifier.described import WORD, FeaturesOfAll, WordFeatures, compiled
from cognomen.classifier.given_names import KNOWN, log_odds_by_letters
from cognomen.text.affixes import describes
from cognomen.text.particles import is_particle_anywhere
from cognomen.text.spelling import normalise

IBERIAN: Final = 0.5  # least probability of these languages, for both surnames
SURNAME: Final = -0.5  # greatest log odds of a given name, for the first surname
GIVEN: Final = -1.0  # least log odds of a given name, for the first word
_BY_LETTERS: Final = SURNAME + math.log(KNOWN[0] / KNOWN[1])  # of the letters alone, as the word is known
_PARTICLE: Final = "(?:d[aeo]|d[ao]s|del|de l(?:a|as|os)) "
TWO: Final = (
    rf"(?P<given>{WORD}(?: {WORD})?) (?!{_PARTICLE})(?P<first>{WORD}) (?P<last>(?:{_PARTICLE})?{WORD})"
)


def reword_two_surnames(
    texts: Sequence[str], plain: Callable[[str], str], features_of: FeaturesOfAll
) -> dict[str, str]:
    """Reword the texts that end in two surnames, with a comma after these.

    Args:
        texts: texts of several words.
        plain: gives the plain form of a text without its titles.
        features_of: computes the features of words.
    """
    cells = {text: cell for text in texts if text.count(" ") > 1 and (cell := _cell(plain(text)))}
    firsts = sorted({normalise(cell["first"]) for cell in cells.values()})
    odds = dict(zip(firsts, log_odds_by_letters(firsts), strict=True)) if firsts else {}
    cells = {text: cell for text, cell in cells.items() if odds[normalise(cell["first"])] < _BY_LETTERS}
    first = features_of(sorted({normalise(cell["first"]) for cell in cells.values()})) if cells else {}
    cells = {text: cell for text, cell in cells.items() if _is_first_surname(first[normalise(cell["first"])])}
    if not cells:
        return {}
    features = features_of(sorted({word for cell in cells.values() for word in _others(cell)}))
    return {
        text: f"{cell['first']} {cell['last']}, {cell['given']}"
        for text, cell in cells.items()
        if _surround(*(features[word] for word in _others(cell)))
    }


def _cell(text: str) -> re.Match[str] | None:
    found = compiled(TWO).fullmatch(text)
    if not found or len(set(map(str.isupper, text.split()))) > 1:  # capitals tell
        return None
    words = [*found["given"].split(), found["first"], found["last"].split()[-1]]
    is_none = any(is_particle_anywhere(word) or describes(word) for word in words)
    return None if is_none or not all(map(normalise, words)) else found


def _others(cell: re.Match[str]) -> list[str]:
    """The first given name and the last surname, as the network reads them."""
    return list(map(normalise, (cell["given"].split()[0], cell["last"].split()[-1])))


def _is_first_surname(surname: WordFeatures) -> bool:
    return surname.known and surname.iberian > IBERIAN and surname.given < SURNAME


def _surround(given: WordFeatures, last: WordFeatures) -> bool:
    return given.given > GIVEN and last.iberian > IBERIAN

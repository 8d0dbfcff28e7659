"""Two surnames at the end of a cell alone, as letters and the network tell: "Mario Vargas Llosa".

    Mario Vargas Llosa       ->  Vargas Llosa, Mario
    Marcelo Rebelo de Sousa  ->  Rebelo de Sousa, Marcelo

The word before the last is known as a surname and unlike a given name, both are of languages whose bearers
have two surnames, and a given name may begin the cell. A column tells more (`second_surnames`). The limits
were chosen on Faker's names (benchmarks/NOTES.md).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Final

from cognomen.classifier.described import WORD, About, compiled
from cognomen.classifier.given_names import KNOWN, log_odds_by_letters
from cognomen.text.affixes import describes
from cognomen.text.particles import is_particle_anywhere
from cognomen.text.spelling import normalise

IBERIAN: Final = 0.5  # the probability of these languages that both surnames have
SURNAME: Final = -0.5  # the log odds of a given name that the first surname has at most
GIVEN: Final = -1.0  # … and that a given name has at least
_BY_LETTERS: Final = SURNAME + math.log(KNOWN[0] / KNOWN[1])  # as the network knows it
_PARTICLE: Final = "(?:d[aeo]|d[ao]s|del|de l(?:a|as|os)) "
TWO: Final = (
    rf"(?P<given>{WORD}(?: {WORD})?) (?!{_PARTICLE})(?P<first>{WORD}) (?P<last>(?:{_PARTICLE})?{WORD})"
)


def those_with_two_surnames(
    texts: Sequence[str], plain: Callable[[str], str], ask: Callable[[list[str]], dict[str, About]]
) -> dict[str, str]:
    """Clearer wordings of those texts that end in two surnames.

    Args:
        texts: of several words.
        plain: a text as it is written plainly, without titles.
        ask: what the network says of words.
    """
    cells = {text: cell for text in texts if text.count(" ") > 1 and (cell := _cell(plain(text)))}
    firsts = sorted({normalise(cell["first"]) for cell in cells.values()})
    odds = dict(zip(firsts, log_odds_by_letters(firsts), strict=True)) if firsts else {}
    cells = {text: cell for text, cell in cells.items() if odds[normalise(cell["first"])] < _BY_LETTERS}
    first = ask(sorted({normalise(cell["first"]) for cell in cells.values()})) if cells else {}
    cells = {text: cell for text, cell in cells.items() if _is_first(first[normalise(cell["first"])])}
    if not cells:
        return {}
    about = ask(sorted({word for cell in cells.values() for word in _others(cell)}))
    return {
        text: f"{cell['first']} {cell['last']}, {cell['given']}"
        for text, cell in cells.items()
        if _surround(*(about[word] for word in _others(cell)))
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


def _is_first(surname: About) -> bool:
    return surname.known and surname.iberian > IBERIAN and surname.given < SURNAME


def _surround(given: About, last: About) -> bool:
    return given.given > GIVEN and last.iberian > IBERIAN

"""Cells that begin with the surname, as letters and the network tell: "Kovács János", "Berg: Anna".

A plain cell is told if its words differ as given names hardly ever do from the surname after them; one with a
sign between the words, or with two people of one surname, if they differ less:

    Kovács János, Nowak Anna Maria       ->  Kovács, János
    Berg. Anna, Berg: Anna, Berg - Anna  ->  Berg, Anna
    SMITH JOHN & MARY                    ->  SMITH, JOHN & MARY

Many cells of one kind tell for all of them. The limits were chosen on Faker's names of 30 languages and on
well-known people (benchmarks/NOTES.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np

from cognomen.classifier.described import LETTER, MANY, WORD, About, compiled
from cognomen.classifier.given_names import KNOWN, given_name_probabilities
from cognomen.text import words as lists
from cognomen.text.affixes import ROLES, bare_key, describes, without_titles
from cognomen.text.particles import is_particle_anywhere
from cognomen.text.spelling import normalise
from cognomen.text.surname_first import is_common_in_spanish

_JOINTS: Final = str.maketrans("", "", " '’-")
_AND: Final = " (?:&|and|und|et|y|e) "
BEGINS: Final = (
    rf"(?P<surname>{WORD})(?P<sign>[.:]? | [-–—] )(?P<given>{WORD}(?: {WORD})?)"
    rf"(?P<more>(?: {LETTER}\.?)?{_AND}(?P<other>{WORD})(?: {LETTER}\.?)?)?"
)
# By how much the log odds of a given name of the other words must exceed those of the first, by kind: one
# or two words, and those with a sign. What they count beyond these words' own at most: "Smith - Jones" is a
# surname. And by how much most cells of a column must exceed, to tell for all.
LEAST: Final = {"": 6.0, " ": 6.0, ".": 2.0, ":": 2.0, "-": 3.0, "&": -1.0}
MOST_BEYOND: Final = {"": 5.0, " ": 3.0, "-": 1.0}
MOSTLY: Final = 1.0
# By how much that a surname is known, and a given name is not, adds to the letters' odds.
BY_KNOWN: Final = math.log(KNOWN[0] / KNOWN[1] * (1 - KNOWN[1]) / (1 - KNOWN[0]))
SHORTEST: Final = 4  # letters before a dot: not "Gen. Anna"


class Cell(NamedTuple):
    """A cell that may begin with the surname.

    Attributes:
        kind: what stands between its words, one of `LEAST`.
        surname: the word that may be the surname.
        given: those that may be given names.
        more: "& MARY" and its like.
        other: the name in it.
    """

    kind: str
    surname: str
    given: tuple[str, ...]
    more: str
    other: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Cell | None:
        """The cell in a text with single spaces, without titles; None if it is of no such kind."""
        return cls._of(text) or cls._of(" ".join(without_titles(text.split())))  # "Berg." is no title

    @classmethod
    def _of(cls, text: str) -> Cell | None:
        found = compiled(BEGINS).fullmatch(text)
        if not found:
            return None
        given, sign = found["given"].split(), found["sign"].strip().replace("–", "-").replace("—", "-")
        kind = "&" if found["more"] else sign or " " * (len(given) - 1)
        other = filter(None, [found["other"]])
        cell = cls(kind, found["surname"], tuple(given), found["more"] or "", tuple(other))
        capitals_tell = any(map(str.isupper, cell.words)) and not text.isupper()
        is_short = cell.kind == "." and len(cell.surname) < SHORTEST
        is_spanish = kind == "" and is_common_in_spanish(cell.surname)  # before another surname
        is_none = capitals_tell or is_short or is_spanish or any(map(_is_no_name, cell.words))
        return None if is_none else cell

    @property
    def words(self) -> list[str]:
        """All words, the first of them the surname."""
        return [self.surname, *self.given, *self.other]

    @property
    def reworded(self) -> str:
        """The cell with a comma after the surname."""
        return f"{self.surname}, {' '.join(self.given)}{self.more}"

    def odds(self, given_odds: Callable[[str], float]) -> float:
        """By how much the log odds of a given name of the other words exceed those of the surname."""
        surname, *given = (given_odds(normalise(word)) for word in self.words)
        return min(given) + min(-surname, MOST_BEYOND.get(self.kind, math.inf))


def those_that_begin_with_surname(
    texts: Sequence[str], plain: Callable[[str], str], ask: Callable[[list[str]], dict[str, About]]
) -> dict[str, str]:
    """Clearer wordings of those texts that begin with the surname.

    Args:
        texts: of several words.
        plain: a text as it is written plainly.
        ask: what the network says of words.
    """
    cells = {text: cell for text in _not_ruled_out(texts) if (cell := Cell.of(plain(text)))}
    cells = {text: cell for text, cell in cells.items() if all(map(normalise, cell.words))}
    if not cells:
        return {}
    about = ask(sorted({normalise(word) for cell in cells.values() for word in cell.words}))
    found = dict[str, str]()
    for kind, least in LEAST.items():
        pairs = [
            (text, cell, cell.odds(lambda word: about[word].given))
            for text, cell in cells.items()
            if cell.kind == kind and about[normalise(cell.surname)].known
        ]
        if kind.strip() and len(pairs) >= MANY:
            least = -math.inf if np.median([odds for *_, odds in pairs]) > MOSTLY else math.inf
        found |= {text: cell.reworded for text, cell, odds in pairs if odds > least}
    return found


def _not_ruled_out(texts: Sequence[str]) -> list[str]:
    """The texts but those of plain words whose letters rule it out, so that the network is asked of few."""
    plain = [text for text in texts if text.translate(_JOINTS).isalpha()]
    spelled = {word: normalise(word) for word in set(" ".join(plain).split())}
    known = sorted(set(spelled.values()) - {""})
    if not known:
        return list(texts)
    p = given_name_probabilities(known)
    of_spelling = {"": 0.0} | dict(zip(known, np.log(p / (1 - p)).tolist(), strict=True))
    odds = {word: of_spelling[spelling] for word, spelling in spelled.items()}
    ruled_out = set[str]()
    for text in plain:
        *words, last = text.split()
        if words and odds[last] - min(odds[word] for word in words) < LEAST[""] - BY_KNOWN:
            ruled_out |= set() if compiled(f"{_AND}| - ").search(text) else {text}
    return [text for text in texts if text not in ruled_out]


def _is_no_name(word: str) -> bool:
    """Whether a word is no name in such a cell: a particle, a degree, a title, a job, an "and"."""
    is_joined = word in lists.AND or word in lists.AND_OF_FULL_NAMES or word in lists.JOINERS
    return is_joined or is_particle_anywhere(word) or describes(word) or bare_key(word) in ROLES

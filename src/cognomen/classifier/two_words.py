"""Single cells that begin with the surname: "Kovács János", "Berg: Anna".

A cell is read so if the log odds of a given name of its other words exceed those of its first word by a
threshold. The threshold is high for words alone, and lower for words with a sign between them, or with two
people of one surname:

    Kovács János, Nowak Anna Maria       ->  Kovács, János
    De Luca Marco, McDonald James        ->  De Luca, Marco
    Smith v. Jones                       ->  Smith & Jones
    Berg. Anna, Berg: Anna, Berg - Anna  ->  Berg, Anna
    SMITH JOHN & MARY                    ->  SMITH, JOHN & MARY

It is lowest for Hungarian and Japanese names, which are written so as often as not. In a column, the median
of the cells of one kind decides for all of them. The thresholds were chosen on Faker's names of 30 languages
and on well-known people (benchmarks/NOTES.md).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from cognomen.classifier.described import LETTER, MIN_TEXTS, WORD, FeaturesOfAll, WordFeatures, compiled
from cognomen.classifier.given_names import KNOWN, log_odds_by_letters
from cognomen.text import words as lists
from cognomen.text.affixes import ROLES, bare_key, describes, without_titles
from cognomen.text.particles import is_particle_anywhere
from cognomen.text.patterns import lazy_pattern
from cognomen.text.spelling import normalise
from cognomen.text.surname_first import is_common_in_spanish, is_short_surname_of_vietnamese

_JOINTS: Final = str.maketrans("", "", " '’-")
_AND: Final = r" (?P<and>&|and|und|u\.|et|og|och|ja|en|y|e) "
_PARTICLES: Final = (
    f"(?:(?:de l(?:a|as|os)|l[aeo]|el|{'|'.join(sorted(lists.PARTICLES_LAST))}) )*"  # Le Goff, El Idrissi
)
BEGINS: Final = (
    rf"(?P<particles>{_PARTICLES})(?P<surname>(?:[DO]['’])?{WORD})"
    rf"(?P<sign>[.:]? | [-–—] | v\.? )(?P<given>{WORD}(?: {WORD})?)"
    rf"(?P<more>(?: {LETTER}\.?)?{_AND}(?P<other>{WORD})(?: {LETTER}\.?)?)?"
)
_SIGNS: Final = {"": "", ".": ".", ":": ":", "-": "-", "–": "-", "—": "-", "v": "v", "v.": "v"}
_PREFIX: Final = lazy_pattern(r"(?:Ma?c|[OD]['’])[A-Z]")  # McDonald, O'Brien
# The thresholds by kind: one or two other words; a sign between them; two people; a surname with a particle,
# or with a prefix; given names with hyphens; a case at court, whose log odds are others.
THRESHOLDS: Final = {
    "": 6.0, " ": 6.0, ".": 2.0, ":": 2.0, "-": 3.0, "&": -1.0, "y": 2.0,
    "de": 1.0, "Mc": 3.0, "Jean-": 3.0, "v": 2.0,
}  # fmt: skip
# The largest term of the first word, by kind, since "Smith - Jones" may be one surname; the threshold of
# plain words in languages that begin with the surname; that of the median of a column's cells.
SURNAME_TERM_CAPS: Final = {"": 5.0, " ": 3.0, "-": 1.0, "de": 5.0, "Mc": 5.0, "Jean-": 5.0}
SURNAME_FIRST_THRESHOLD: Final = 0.5
NOT_VON: Final = 3.0  # log odds of "versus" rather than "von", if what follows is not Germanic
MEDIAN_THRESHOLD: Final = 1.0
# The most that can be added to the odds of the letters: for a known surname and an unknown given name.
KNOWN_TERM: Final = math.log(KNOWN[0] / KNOWN[1] * (1 - KNOWN[1]) / (1 - KNOWN[0]))
SHORTEST: Final = 4  # letters before a dot: not "Gen. Anna"


class Cell(NamedTuple):
    """A cell that may begin with the surname.

    Attributes:
        kind: what stands between its words or begins the surname, one of `THRESHOLDS`.
        particles: those before the surname.
        surname: the word that may be the surname.
        given: those that may be given names.
        more: "& MARY" and its like.
        other: the name in it.
    """

    kind: str
    particles: str
    surname: str
    given: tuple[str, ...]
    more: str
    other: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Cell | None:
        """Parse a text with single spaces, as it is or without its titles; None if it has another form."""
        return cls._of(text) or cls._of(" ".join(without_titles(text.split())))  # "Berg." is not a title

    @classmethod
    def _of(cls, text: str) -> Cell | None:
        found = compiled(BEGINS).fullmatch(text)
        if not found:
            return None
        given = found["given"].split()
        kind = (
            _kind_of_and(found["and"])
            if found["more"]
            else _SIGNS[found["sign"].strip().lower()] or _kind_of_words(found)
        )
        kind = kind or " " * (len(given) - 1)
        other = filter(None, [found["other"]])
        cell = cls(
            kind, found["particles"], found["surname"], tuple(given), found["more"] or "", tuple(other)
        )
        capitals_tell = len(set(map(str.isupper, cell.words))) > 1
        is_short = cell.kind == "." and len(cell.surname) < SHORTEST
        is_spanish = kind == "" and is_common_in_spanish(cell.surname)  # before another surname
        is_none = (
            is_short_surname_of_vietnamese(text.split())
            or capitals_tell
            or is_short
            or is_spanish
            or any(map(_is_no_name, cell.parts))
        )
        return None if is_none else cell

    @property
    def words(self) -> list[str]:
        """All words, the first of them the surname."""
        return [self.surname, *self.given, *self.other]

    @property
    def parts(self) -> list[str]:
        """The surname, and what hyphens join in the other words: "Jean-Pierre", but "El-Din"."""
        return [self.surname, *" ".join(self.words[1:]).replace("-", " ").split()]

    @property
    def asked(self) -> list[str]:
        """The parts as the network reads them."""
        return list(map(normalise, self.parts))

    @property
    def reworded(self) -> str:
        """The cell with a comma after the surname; a case at court becomes two people."""
        if self.kind == "v":
            return f"{self.surname} & {self.given[-1]}"
        return f"{self.particles}{self.surname}, {' '.join(self.given)}{self.more}"

    def odds(self, features: Mapping[str, WordFeatures]) -> float:
        """The log odds of a given name of the other words, minus those of the surname."""
        surname, *given = (features[word].given for word in self.asked)
        if self.kind == "v":
            return NOT_VON * (1 - features[self.asked[-1]].germanic) - surname
        return min(given) + min(-surname, SURNAME_TERM_CAPS.get(self.kind, math.inf))

    def threshold(self, surname: WordFeatures) -> float:
        """The threshold of these odds."""
        in_order = not self.kind.strip() and surname.in_order > 0.5
        return SURNAME_FIRST_THRESHOLD if in_order else THRESHOLDS[self.kind]

    def may_pass(self, by_letters: float, surname: WordFeatures) -> bool:
        """Whether the odds may exceed the threshold, by those of the letters and the surname's features."""
        return surname.known and (
            bool(self.kind.strip()) or by_letters >= self.threshold(surname) - KNOWN_TERM
        )


def reword_surname_first(
    texts: Sequence[str], plain: Callable[[str], str], features_of: FeaturesOfAll
) -> dict[str, str]:
    """Reword the texts that begin with the surname, with a comma after it.

    Args:
        texts: texts of several words.
        plain: gives the plain form of a text (see `text.forms`).
        features_of: computes the features of words.
    """
    by_letters = _differences(texts)
    cells = {text: cell for text in by_letters if (cell := Cell.of(plain(text)))}
    cells = {text: cell for text, cell in cells.items() if all(cell.asked)}
    first = features_of(sorted({cell.asked[0] for cell in cells.values()})) if cells else {}
    cells = {
        text: cell for text, cell in cells.items() if cell.may_pass(by_letters[text], first[cell.asked[0]])
    }
    if not cells:
        return {}
    features = first | features_of(sorted({word for cell in cells.values() for word in cell.asked[1:]}))
    found = dict[str, str]()
    for kind in THRESHOLDS:
        of_kind = {text: cell for text, cell in cells.items() if cell.kind == kind}
        odds = {
            text: cell.odds(features) - cell.threshold(features[cell.asked[0]])
            for text, cell in of_kind.items()
        }
        if kind.strip() and len(odds) >= MIN_TEXTS:
            most_tell = np.median(list(odds.values())) + THRESHOLDS[kind] > MEDIAN_THRESHOLD
            odds = dict.fromkeys(odds, math.inf if most_tell else -math.inf)
        found |= {text: of_kind[text].reworded for text, more in odds.items() if more > 0}
    return found


def _kind_of_and(word: str) -> str:
    return "y" if word.lower() in lists.JOINERS else "&"  # which joins surnames too


def _kind_of_words(found: re.Match[str]) -> str:
    of_surname = "de" if found["particles"] else "Mc" if _PREFIX.match(found["surname"]) else ""
    return of_surname or ("Jean-" if "-" in found["given"] else "")


def _differences(texts: Sequence[str]) -> dict[str, float]:
    """An upper bound of `Cell.odds` from the letters alone, for the texts that it does not rule out.

    It saves most calls of the network. It is infinite for texts with other than plain words.
    """
    found = dict.fromkeys(texts, math.inf)
    plain = [text for text in texts if text.translate(_JOINTS).isalpha()]
    spelled = {word: normalise(word) for word in set(" ".join(plain).split())}
    known = sorted(set(spelled.values()) - {""})
    of_spelling = {"": 0.0} | (dict(zip(known, log_odds_by_letters(known), strict=True)) if known else {})
    odds = {word: of_spelling[spelling] for word, spelling in spelled.items()}
    for text in plain:
        *words, last = text.split()
        if words and not compiled(f"{_AND}| - | v ").search(text):
            found[text] = odds[last] - min(odds[word] for word in words)
    return {text: odds for text, odds in found.items() if odds >= SURNAME_FIRST_THRESHOLD - KNOWN_TERM}


def _is_no_name(word: str) -> bool:
    """Whether a word is a particle, degree, title, job or "and", and so not a name in such a cell."""
    is_joined = word in lists.AND or word in lists.AND_OF_FULL_NAMES or word in lists.JOINERS
    return is_joined or is_particle_anywhere(word) or describes(word) or bare_key(word) in ROLES

"""The kinds of words in full names, on which it depends which of them are the surname.

Nearly all words of a column of full names are usual: no rule names them, and rules ask them no more than a few
questions. So usual names are read at once, and which words are the surname is found only once for each
sequence of kinds ("Anna van der Berg" is read as "Jan van der Meer").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from functools import lru_cache
from itertools import combinations, count
from typing import Final

from cognomen.text import words as lists
from cognomen.text.full_names import bare_key, is_capital, is_particle_anywhere
from cognomen.text.placeholders import WORDS_OF_NO_NAME
from cognomen.text.repair import repair
from cognomen.text.spelling import key, normalise
from cognomen.text.surname_first import ONE_SYLLABLE, TWO_SYLLABLES

# Words that rules name, and of which they ask nothing else …
_NAMED: Final = (
    lists.PARTICLES | lists.SMALL_PARTICLES | lists.INNER_PARTICLES | lists.TITLES | lists.SUFFIXES
    | lists.SECOND_WORDS
)  # fmt: skip
_NAMED_BY_KEY: Final = lists.VIETNAMESE | lists.VIETNAMESE_MIDDLE
# … and those of rules that ask more of the words around them.
_SPECIAL: Final = (
    _NAMED | lists.VIETNAMESE | lists.JOINERS | lists.AND | set(lists.BORN) | {"al", "alii", "others"} | WORDS_OF_NO_NAME
    | lists.SON_OR_DAUGHTER
)  # fmt: skip
OF_ITS_OWN: Final = -1  # the kind of a word that no other is like
_NEW: Final = (-1, -1, None)
_CAPITALS: Final = lists.CAPITAL_SUFFIXES | lists.SUFFIXES_AFTER_COMMA


def usual_surname(text: str) -> str | None:
    """The surname in "John F. Smith" or "Smith, John" if no other rule applies to any word; else None."""
    *before, last = text.split() or [""]
    if not before or not _is_usual(last):
        return None
    surname = last
    if before[0].endswith(","):
        before[0] = surname = before[0][:-1]
    are_usual = _is_usual(surname) and all(_is_usual(word) or _is_initial(word) for word in before)
    return surname if are_usual else None


def _is_initial(word: str) -> bool:
    return len(word) == 2 and word[1] == "." and word[0].isupper()


@lru_cache(maxsize=1 << 16)
def _is_usual(word: str) -> bool:
    """Whether no rule of `names`, `full_names`, `repair` or `placeholders` applies to a word."""
    if word[-2:].isupper() or not _is_of_letters(word) or TWO_SYLLABLES.fullmatch(word):
        return False
    return not _is_special(word)


def _is_of_letters(word: str) -> bool:
    """Whether a word has two letters or more, with apostrophes and hyphens between them, none East Asian."""
    letters = word[:1] + word.replace("'", "").replace("-", "") + word[-1:]
    if len(word) < 2 or word[0] >= "\u3005" or "Ã" in word or "Â" in word or not letters.isalpha():
        return False
    return bool(normalise(word)) and repair(word) == word


def _is_special(word: str) -> bool:
    """Whether a rule names a word, one of its parts, or its ending."""
    parts = (word, *word.replace("'", "-").split("-"))
    if any(each in _SPECIAL for part in parts for each in (part.casefold(), key(part))):
        return True
    endings = lists.PATRONYMICS + lists.PATRONYMICS_OR_SURNAMES
    return word.casefold().endswith(endings) or key(word) in lists.VIETNAMESE_BEFORE_MIDDLE


# --- names by the kinds of their words ----------------------------------------------------------------------


class SurnamesByKind:
    """Where the surname stands in names of several words, found once for each sequence of kinds.

    Args:
        read: the surname in a text and how it was found (see `FoundSurname`), by all rules; None if there is
            none, or more is said of the text.
        apart: more words that have rules of their own, in lower case and without dots.
    """

    def __init__(
        self, read: Callable[[str], tuple[str, str | None] | None], apart: frozenset[str] = frozenset()
    ) -> None:
        self._read = read
        self._kinds = _Kinds(apart)
        self._places: dict[tuple[int, ...], tuple[int, int, str | None] | None] = {}

    def find(self, text: str) -> tuple[str, str | None] | None:
        """The surname in a text and its note; None if the text has to be read on its own."""
        words = text.split()
        kinds = tuple(map(self._kinds.__getitem__, words))
        place = self._places.get(kinds, _NEW)
        if place is _NEW:
            place = self._place(text, words, kinds)
        if place is None:
            return None
        start, end, note = place
        return (words[start] if end == start + 1 else " ".join(words[start:end])).rstrip(","), note

    def _place(
        self, text: str, words: list[str], kinds: tuple[int, ...]
    ) -> tuple[int, int, str | None] | None:
        """Where the surname begins and ends among the words, and its note."""
        if len(words) < 2 or OF_ITS_OWN in kinds:
            self._places[kinds] = None
            return None
        if len(set(words)) < len(words):  # which of two equal words is read, the text does not tell
            return None
        found = self._read(text)
        spans = combinations(range(len(words) + 1), 2)
        places = [span for span in spans if found and " ".join(words[slice(*span)]).rstrip(",") == found[0]]
        place = (*places[0], found[1]) if found and places else None
        self._places[kinds] = place
        return place


class _Kinds(dict[str, int]):
    """The number of each word's kind, found when it is first asked for."""

    def __init__(self, apart: frozenset[str]) -> None:
        super().__init__()
        self._apart = apart
        self._numbers: defaultdict[Hashable, int] = defaultdict(count().__next__, {None: OF_ITS_OWN})

    def __missing__(self, word: str) -> int:
        kind = None if barekey(word) in self._apart else _kind_of_word(word)
        self[word] = number = self._numbers[kind]
        return number


def _kind_of_word(word: str) -> Hashable:
    """What rules ask of a word: words of one kind are interchangeable. None if no other word is like it."""
    bare = word.removesuffix(",")
    if _is_initial(word):
        return None if is_particle_anywhere(word) else "initial"
    is_short_capital = len(bare) < 2 or (len(bare) == 2 and bare.isupper()) or bare in _CAPITALS
    if is_short_capital or key(bare) in lists.VIETNAMESE_BEFORE_MIDDLE:
        return None
    if barekey(bare) in _NAMED or key(bare) in _NAMED_BY_KEY:
        return word
    if not _is_of_letters(bare) or _is_special(bare):
        return None
    case = bare.isupper(), is_capital(bare), bare[0].isupper(), bare.islower(), bare == bare.upper()
    syllables = bool(ONE_SYLLABLE.fullmatch(bare)), bool(TWO_SYLLABLES.fullmatch(bare))
    return bare != word, len(bare) > 2, case, syllables

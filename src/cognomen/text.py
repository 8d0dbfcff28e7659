"""Any text to the letters that a network reads.

`normalise` gives the spelling that is read, `fold` the plainer one that names are compared by, and
`read_name` finds the surname in a name written in full:

    normalise("  O’Brien ")        ->  "o'brien"
    normalise("Müller")            ->  "mu\\u0308ller": the two dots stay, as a letter of their own
    fold("Müller")                 ->  "muller"
    read_name("SMITH, John")       ->  surname "SMITH"
    read_name("Vincent van Gogh")  ->  surname "van Gogh"
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

__all__ = ["SURNAME_OF_FULL_NAME", "NameReading", "fold", "normalise", "plain_spelling", "read_name"]

# --- one spelling -----------------------------------------------------------------------------------------

# Quotation marks, primes, accents standing alone and the half rings of romanised Arabic, all written for '.
_APOSTROPHES: Final = frozenset("'`´ʹʻʼʽʾʿˈˊˋ՚׳ߴߵ‘’‛′‵＇\ua78b\ua78c\u1fbd\u1fbf\u1fef\u1ffd\uff40")
# Dash punctuation is found by its class; these are hyphens of other classes.
_HYPHENS: Final = frozenset("-−⁃˗")
# Letters and marks that nobody sees: joiners, fillers, variation selectors.
_INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_FOLDED_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz '-")


def normalise(text: str, *, lower: bool = True) -> str:
    """The text in the spelling that the network reads.

    Letters and their marks stay, each a character of its own (Unicode NFKD: ü becomes u and U+0308); the many
    apostrophes and hyphens become ' and -; every kind of white space becomes one space, none at the ends. The
    rest is dropped: digits, punctuation, symbols, emoji, control and invisible characters, and a mark that
    has lost its letter. Without any letter nothing is left but "". Normalising twice changes nothing more.

    Args:
        text: any string.
        lower: False keeps capital letters, and ß, which lower case writes ss.
    """
    kept = text.translate(_KEPT_OF_ASCII) if text.isascii() else _letters_and_marks(text)
    kept = kept.casefold() if lower else kept  # GROSS, Groß and gross are one
    kept = " ".join(kept.split())
    return kept if any(map(str.isalpha, kept)) else ""


def _letters_and_marks(text: str) -> str:
    kept = _keep(unicodedata.normalize("NFD", text))  # before symbols such as ™ come apart into letters
    apart = unicodedata.normalize("NFKD", kept)
    return kept if apart == kept else _keep(apart)  # a letter came apart, maybe into a space or an apostrophe


def _keep(text: str) -> str:
    """Keep letters, their marks, spaces, ' and -, and drop the rest."""
    kept: list[str] = []
    after_letter = False
    for character in text:
        kind = _kind(character)
        if kind == "M":
            if after_letter:
                kept.append(character)
        elif kind != "invisible":
            after_letter = kind == "L"
            kept.append(character if after_letter else kind)
    return "".join(kept)


@lru_cache(maxsize=4096)
def _kind(character: str) -> str:
    """Tell "L" a letter, "M" a mark, "invisible", or what stands for the rest: a space, ', - or nothing."""
    if character in _APOSTROPHES:
        return "'"
    category = unicodedata.category(character)
    if character in _HYPHENS or category == "Pd":
        return "-"
    if character.isspace():
        return " "
    if category in ("Cf", "Cc") or _INVISIBLE.match(character):
        return "invisible"
    return category[0] if category[0] in "LM" else ""


# What `_keep` makes of ASCII, where nothing comes apart and no mark can follow.
_KEPT_OF_ASCII: Final = {code: _keep(chr(code)) for code in range(128)}


@lru_cache(maxsize=4096)
def plain_spelling(character: str, *, lower: bool = True) -> str:
    """What `normalise` writes for this character anywhere among other such characters, or "".

    It is plain when its spelling depends on no neighbour: a letter that becomes a letter and maybe marks, an
    apostrophe or a hyphen. A word of plain characters is spelt by writing one after the other, and a plain
    letter at its beginning makes it a surname as it stands, by `read_name` too. A mark, a space, a comma,
    a digit, an invisible letter are not plain.
    """
    spelling = normalise(f"a{character}a", lower=lower)[1:-1]  # where no space is trimmed and no mark is lost
    if not character.isalpha():
        return spelling if spelling in ("'", "-") else ""
    return spelling if spelling[:1].isalpha() and all(_kind(each) in "LM" for each in spelling) else ""


def fold(text: str) -> str:
    """The folded name, by which spellings are compared and folds are cut: ASCII letters, space, ' and -.

    Source: protocol L, step 1: ß becomes ss and a no-break space a space; Unicode NFKD; marks dropped; lower
    case; only a-z, space, ' and - kept; spaces collapsed. It may be empty.
    """
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).lower()  # makes all its spaces plain, too
    return " ".join("".join(letter for letter in plain if letter in _FOLDED_LETTERS).split())


# --- the surname in a full name ---------------------------------------------------------------------------

SURNAME_OF_FULL_NAME: Final = "surname-of-full-name"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that belong to the surname after them, in any case of letters …
_PARTICLES: Final = _words(
    "abu bin bint d' da dal dall' dalla das de degli dei del della delle dell' dello den der di do dos du el "
    "ibn l' la las le les lo los mc o' san santa st 't ten ter van vande vanden vander von vom zum zur"
)
# … only in small letters, because they are given names or surnames too, or else before another particle.
_SMALL_PARTICLES: Final = _words("aan af al am ap auf aus av des het im in op te uit zu")
_SUFFIXES: Final = _words(
    "jr sr junior senior iii phd md dds dmd esq msc bsc mba cpa jd obe mbe cbe mr mrs ms miss dr prof"
)
_CAPITAL_SUFFIXES: Final = frozenset({"II", "IV", "VI", "VII", "VIII"})  # Ii and Vi are surnames
_COMMA: Final = re.compile("[,،，、]")
_INITIALS: Final = re.compile(r"[^\W\d_]\.?|([^\W\d_]\.-?)+")
_OUTER_PUNCTUATION: Final = ' \t\r\n.,;:!?"“”„«»()[]{}<>|/\\*_'


@dataclass(frozen=True, slots=True)
class NameReading:
    """What was read as the surname.

    Attributes:
        surname: the surname as it is spelt in the text.
        note: None when the text is a surname as it stands, else "surname-of-full-name".
    """

    surname: str
    note: str | None = None


def read_name(text: str) -> NameReading:
    """Find the surname in a name as people write it.

    The surname comes before a comma ("SMITH, John"), else it is the word in capitals among others that are
    not ("Marie DUPONT"), else the last word. Particles before it belong to it ("van der Berg", "De La
    Cruz"); titles, initials and suffixes ("Jr.", "III", "PhD") do not. Never raises; a surname read again
    gives itself. In languages that write the surname first without a comma ("Wang Wei") it errs: give the
    surname alone.
    """
    words = text.split()
    if len(words) > 1 and all(map(_is_usual, words)):
        return NameReading(words[-1], SURNAME_OF_FULL_NAME)
    surname = stands = " ".join(words)
    while not surname.isalpha() and (shorter := _read_once(surname)) != surname:  # it only gets shorter
        surname = shorter
    whole = surname == stands or normalise(surname, lower=False) == normalise(stands, lower=False)
    return NameReading(surname, None if whole else SURNAME_OF_FULL_NAME)


@lru_cache(maxsize=16384)  # columns of full names hold few different words
def _is_usual(word: str) -> bool:
    """Tell a word that no rule below knows: of several such words the last is the surname."""
    key = word.casefold()
    known = key in _PARTICLES or key in _SMALL_PARTICLES or key in _SUFFIXES
    is_name = len(word) > 1 and word.isalpha() and not word.isupper() and normalise(word) != ""
    return is_name and not known


def _read_once(text: str) -> str:
    """The surname in the text; the text itself when there is none."""
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
    """Where the run of particles begins that reaches up to `end`; `end` itself without any."""
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
    """Tell a suffix, a title, an initial or a dash at the end of a name."""
    bare = word.strip(_OUTER_PUNCTUATION)
    key = bare.replace(".", "").casefold()
    if key in _SUFFIXES or bare in _CAPITAL_SUFFIXES:
        return True
    return (len(word) == 1 or not word.isalpha()) and (bool(_INITIALS.fullmatch(word)) or _is_dash(word))


def _end_of_capitals(words: list[str]) -> int:
    """Where the last word in capitals ends, if there are others, as in "Marie DUPONT" and "KIM Min-jun"."""
    capitals = [
        place
        for place, word in enumerate(words)
        if word.isupper() and sum(map(str.isalpha, word)) > 2  # not the initials of "JR Smith"
    ]
    others = any(word != word.upper() for word in words)
    return capitals[-1] + 1 if capitals and others else len(words)


def _outside_brackets(words: list[str]) -> list[str]:
    """Leave out what stands in brackets: "John (Jack) Smith". All words, if nothing else is there."""
    kept: list[str] = []
    inside = False
    for word in words:
        inside = inside or word.startswith("(")
        if not inside:
            kept.append(word)
        inside = inside and not word.rstrip(".,;:").endswith(")")
    return kept if any(map(_has_letter, kept)) else words


def _is_dash(word: str) -> bool:
    return bool(word) and all(_kind(character) == "-" for character in word)


def _has_letter(text: str) -> bool:
    return any(map(str.isalpha, text))

"""Any text to the letters that a network reads.

`normalise` gives the spelling that is read, `fold` the plainer one that names are compared by:

    normalise("  O’Brien ")        ->  "o'brien"
    normalise("Müller")            ->  "mu\\u0308ller": the two dots stay, as a letter of their own
    fold("Müller")                 ->  "muller"
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

__all__ = ["fold", "kind_of", "normalise", "plain_spelling"]

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
        kind = kind_of(character)
        if kind == "M":
            if after_letter:
                kept.append(character)
        elif kind != "invisible":
            after_letter = kind == "L"
            kept.append(character if after_letter else kind)
    return "".join(kept)


@lru_cache(maxsize=4096)
def kind_of(character: str) -> str:
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
    letter at its beginning makes it a surname as it stands, by `find_surname` too. A mark, a space, a comma,
    a digit, an invisible letter are not plain.
    """
    spelling = normalise(f"a{character}a", lower=lower)[1:-1]  # where no space is trimmed and no mark is lost
    if not character.isalpha():
        return spelling if spelling in ("'", "-") else ""
    return spelling if spelling[:1].isalpha() and all(kind_of(each) in "LM" for each in spelling) else ""


def fold(text: str) -> str:
    """The folded name, by which spellings are compared and folds are cut: ASCII letters, space, ' and -.

    Source: protocol L, step 1: ß becomes ss and a no-break space a space; Unicode NFKD; marks dropped; lower
    case; only a-z, space, ' and - kept; spaces collapsed. It may be empty.
    """
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).lower()  # makes all its spaces plain, too
    return " ".join("".join(letter for letter in plain if letter in _FOLDED_LETTERS).split())

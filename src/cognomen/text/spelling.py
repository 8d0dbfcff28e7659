"""Any text to the letters that a network reads.

`normalise` gives the spelling that is read, `fold` a plainer one for comparing names:

    normalise("  O’Brien ")        ->  "o'brien"
    normalise("Müller")            ->  "mu\\u0308ller": the two dots are kept, as a character of their own
    fold("Müller")                 ->  "muller"
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Quotation marks, primes, spacing accents and the half rings of romanised Arabic, all used as apostrophes.
_APOSTROPHES: Final = frozenset("'`´ʹʻʼʽʾʿˈˊˋ՚׳ߴߵ‘’‛′‵＇\ua78b\ua78c\u1fbd\u1fbf\u1fef\u1ffd\uff40")
# Dashes are found by their Unicode class; these hyphens are of other classes.
_HYPHENS: Final = frozenset("-−⁃˗")
# Invisible letters and marks: joiners, fillers, variation selectors.
_INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_FOLDED_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz '-")


def normalise(text: str, *, lower: bool = True) -> str:
    """The text as the network reads it.

    Letters and their marks are kept, each as a character of its own (Unicode NFKD: ü becomes u and U+0308);
    all apostrophes become ', all hyphens -; runs of white space become one space, none at the ends. All else
    is dropped: digits, punctuation, symbols, emoji, control and invisible characters, and marks without a
    letter. The result is "" if no letter is left. Normalising is idempotent.

    Args:
        text: any string.
        lower: fold case, so that ß becomes ss. False keeps capital letters.
    """
    kept = text.translate(_KEPT_OF_ASCII) if text.isascii() else _letters_and_marks(text)
    kept = kept.casefold() if lower else kept  # GROSS, Groß and gross are one
    kept = " ".join(kept.split())
    return kept if any(map(str.isalpha, kept)) else ""


def _letters_and_marks(text: str) -> str:
    kept = _keep(unicodedata.normalize("NFD", text))  # NFKD at once would turn ™ and its like into letters
    apart = unicodedata.normalize("NFKD", kept)
    return kept if apart == kept else _keep(apart)  # a letter may have become a space or an apostrophe


def _keep(text: str) -> str:
    """Keep letters, their marks, spaces, ' and -; drop the rest."""
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
    """The kind of a character: "L" (letter), "M" (mark), "invisible", or what replaces it."""
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


# `_keep` for ASCII, where no character decomposes.
_KEPT_OF_ASCII: Final = {code: _keep(chr(code)) for code in range(128)}


@lru_cache(maxsize=4096)
def plain_spelling(character: str, *, lower: bool = True) -> str:
    """What `normalise` makes of this character in any word of such characters, or "" if it is not plain.

    A character is plain if its spelling does not depend on its neighbours: a letter that becomes a letter and
    possibly marks, an apostrophe or a hyphen. A word of plain characters is spelled by concatenation, and is
    a surname as it is if it begins with a letter, by `find_surname` too. Marks, spaces, commas,
    digits and invisible letters are not plain.
    """
    spelling = normalise(f"a{character}a", lower=lower)[1:-1]  # inside a word, where nothing is trimmed
    if not character.isalpha():
        return spelling if spelling in ("'", "-") else ""
    return spelling if spelling[:1].isalpha() and all(kind_of(each) in "LM" for each in spelling) else ""


def fold(text: str) -> str:
    """The folded name, for comparing spellings and for splits: ASCII letters, space, ' and -.

    Source: protocol L, step 1. ß becomes ss and a no-break space a space; Unicode NFKD; marks dropped; lower
    case; only a-z, space, ' and - kept; spaces collapsed. The result may be empty.
    """
    plain = unicodedata.normalize(
        "NFKD", text.replace("ß", "ss")
    ).lower()  # which also turns every space into " "
    return " ".join("".join(letter for letter in plain if letter in _FOLDED_LETTERS).split())


def lowercase(name: str) -> str:
    """As `normalise`, but lower case rather than case-folded: ß is kept."""
    return normalise(name, lower=False).lower()


def capitalise(name: str) -> str:
    """A lower-case name with the usual capitals, composed: "o'brien" is O'Brien, "ou-yang" is Ou-Yang."""
    capitals = re.sub(r"(^|[ '\-])(\w)", lambda found: found[1] + found[2].title(), name)
    return unicodedata.normalize("NFC", re.sub(r"\bMc(\w)", lambda found: f"Mc{found[1].upper()}", capitals))

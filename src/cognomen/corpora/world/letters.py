"""How the sources' tables write a name: spaces, capitals, and the same name in plain Latin letters."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Letters that Unicode does not decompose, as the tables write them in plain letters.
_PLAIN: Final = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ı": "i", "ə": "a", "Ə": "A"}
    | {"æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ß": "ss", "þ": "th", "Þ": "Th", "ð": "d", "Ð": "D"}
    | {"‘": "'", "’": "'"}
)

LONGEST_JOINED: Final = 4  # letters of a word such as van, dela, abd


def tidy(name: str) -> str:
    """The name in NFC, with single spaces and none at its ends."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def plain(name: str) -> str:
    """The name in plain Latin letters if it has others: "Nováková" becomes "Novakova", "Novak" becomes ""."""
    letters = (c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    bare = unicodedata.normalize("NFC", "".join(letters)).translate(_PLAIN)
    return "" if bare == name else bare


def in_title_case(name: str, particles: re.Pattern[str] | None = None) -> str:
    """Capitalise a name of one case: "LE GALL-D'ANGELO" becomes "Le Gall-D'Angelo".

    After an apostrophe only d' and o' are followed by a capital: Prud'homme, Floc'h.

    Args:
        name: a name in capitals or in lower case.
        particles: what matches the words that stay in lower case, such as "de" and "la" in Spanish.
    """
    words = name.lower().split(" ")
    return " ".join(word if particles and particles.fullmatch(word) else _capitalised(word) for word in words)


def _capitalised(word: str) -> str:
    capitals = re.sub(r"(^|-)\w", lambda found: found[0].upper(), word)
    return re.sub(r"\b([DO]')(\w)", lambda found: found[1] + found[2].upper(), capitals)


def is_latin(name: str) -> bool:
    """Whether all letters of the name are Latin ones."""
    return all(unicodedata.name(c, "").startswith("LATIN") for c in name if c.isalpha())


def in_digraphs(spelling: str, *, letters: str) -> set[str]:
    """A name in lower case as it is typed where letters are lacking: müller with "ü=ue" is mueller."""
    typed: dict[str, str] = dict(pair.split("=") for pair in letters.split())
    return {"".join(typed.get(letter, letter) for letter in unicodedata.normalize("NFC", spelling))}


def in_emigration(spelling: str) -> set[str]:
    """A name in lower case as emigrants wrote it, by French spelling: rachmaninov is rachmaninoff."""
    return {re.sub("(?<=[oe])v$", "ff", spelling)}


def without_apostrophes(spelling: str) -> str:
    """A name as files that have no apostrophes write it: o'brien is obrien."""
    return re.sub("['’]", "", spelling)


def in_one_word(spelling: str) -> str:
    """A name in lower case with what stands before it written together: de luca is deluca, le-pen lepen.

    Only words of few letters are joined to the next one.
    """
    return re.sub(rf"\b(\w{{1,{LONGEST_JOINED}}})[ '’-]+(?=\w)", r"\1", spelling)


def with_mac_apart(spelling: str) -> set[str]:
    """A name in lower case with a space after Mac or Mc: macdonald is mac donald."""
    return {re.sub(r"^(ma?c)(?=\w{3})", r"\1 ", spelling)}


def with_short_saint(spelling: str) -> set[str]:
    """A name in lower case with a short Saint: saint-denis is st-denis."""
    return {re.sub(r"^saint(?=e?[ -])", "st", spelling)}

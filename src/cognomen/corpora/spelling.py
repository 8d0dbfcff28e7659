"""How the 18 files would spell a surname from another list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final

from cognomen.corpora.romanise import from_greek, from_russian, strip_marks
from cognomen.text.spelling import fold

# Letters that Unicode does not decompose, so that folding drops them.
_WHOLE_LETTERS: Final = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ı": "i", "æ": "ae", "Æ": "Ae"}
    | {"œ": "oe", "Œ": "Oe", "ß": "ss", "þ": "th", "Þ": "Th", "ð": "d", "Ð": "D"}
)
_QUOTES: Final = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})
_NO_NAMES: Final = frozenset({"name", "doe"})
_ODD_WORDS: Final = frozenset({"ii", "iii", "iv", "auch", "und", "et", "y"})

# The share of the names with diacritics in other lists that have them in the files, too; elsewhere none.
_MARKS_KEPT: Final[Mapping[str, float]] = {
    "French": 0.6,
    "German": 0.6,
    "Italian": 1.0,
    "Polish": 0.35,
    "Portuguese": 1.0,
    "Spanish": 0.7,
}
_DUTCH_ARTICLES: Final = re.compile(
    r"^(('s|'t|aan|an|auf|de|den|der|do|het|in|la|le|op|te|ten|ter|tho|to|tot|uit|van|vande|vanden|vander|von|zu"
    r"|zum|zur) )+",
    re.IGNORECASE,
)
_PORTUGUESE_ARTICLES: Final = re.compile(r"^(da|das|de|do|dos|e) ", re.IGNORECASE)


def without_diacritics(name: str) -> str:
    """The name without diacritics, including those that are part of a letter: Łódź becomes Lodz."""
    return strip_marks(name.translate(_WHOLE_LETTERS))


def all_spellings(name: str) -> frozenset[str]:
    """The folded name, and the folded name without diacritics."""
    return frozenset({fold(name), fold(without_diacritics(name))})


def looks_like_a_name(text: str) -> bool:
    """Whether a text is a surname, in any script; lists also contain "Bena?", "Koch II" and "X, van"."""
    words = text.translate(_QUOTES).casefold().split()
    letters = "".join(words).replace("'", "").replace("-", "")
    return (
        all(letter.isalpha() or unicodedata.combining(letter) for letter in letters)
        and len(letters) > 1
        and 0 < len(words) <= 4
        and not _ODD_WORDS.intersection(words)
        and " ".join(words) not in _NO_NAMES
    )


def spelt_as_in_files(name: str, origin: str, locale: str) -> str:
    """The spelling of a name in the files; "" if they have no names of this form."""
    name = " ".join(unicodedata.normalize("NFC", name).translate(_QUOTES).split())
    habit = _HABITS.get(locale) or _HABITS.get(origin)
    spelt = habit(name) if habit else name
    spelt = spelt if _keeps_marks(spelt, origin) else without_diacritics(spelt)
    return spelt if len(fold(spelt)) > 1 and _is_latin(spelt) else ""


def _keeps_marks(name: str, origin: str) -> bool:
    """Whether this name is in the share that keeps its diacritics; a function of the name alone."""
    draw = int(sha256(without_diacritics(name).casefold().encode()).hexdigest(), 16) % 1000 / 1000
    return draw < _MARKS_KEPT.get(origin, 0.0)


def _is_latin(name: str) -> bool:
    return all(unicodedata.name(letter, "").startswith("LATIN") for letter in name if letter.isalpha())


# --- habits -----------------------------------------------------------------------------------------------


def _dutch(name: str) -> str:
    return _capital(_DUTCH_ARTICLES.sub("", name))


def _portuguese(name: str) -> str:
    return _capital(_PORTUGUESE_ARTICLES.sub("", name))


def _greek(name: str) -> str:
    spelt = from_greek(name)
    return "" if spelt.endswith(("idou", "adou")) else spelt  # feminine forms of -idis and -adis


def _french(name: str) -> str:
    return re.sub("^(Saint|St)-", "St ", name)


def _gaelic(name: str) -> str:
    """Ó Catháin becomes Cathain, Ó hÉidhní Eidhni, Mac Eoin Maceoin; names with de or a are dropped."""
    first, _, rest = name.partition(" ")
    if not rest:
        return name
    if first == "Ó":
        return _capital(re.sub("^[hH](?=[aeiouáéíóúAEIOUÁÉÍÓÚ])", "", rest))
    return f"Mac{rest.replace(' ', '').lower()}" if first == "Mac" else ""


def _of_o(name: str) -> str:
    return name if name.startswith("O'") else ""


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


_HABITS: Final[Mapping[str, Callable[[str], str]]] = {
    "Chinese": str.title,
    "Dutch": _dutch,
    "French": _french,
    "Greek": _greek,
    "Portuguese": _portuguese,
    "Russian": from_russian,
    "en_IE": _of_o,
    "ga_IE": _gaelic,
}

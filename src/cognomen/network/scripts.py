"""The scripts of generated names: of which letters they are made, and how they may begin."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final
from unicodedata import category, combining
from unicodedata import name as unicode_name

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError
from cognomen.text.alphabet import Alphabet
from cognomen.text.spelling import lowercase

MAX_LETTERS: Final = 30  # of a name
MOST_SHOWN: Final = 60  # letters in a message
# Beside letters of its own, as `Alphabet.scripts` calls them; "" is the end of a name.
ANY_SCRIPT: Final = ("", "SPACE", "APOSTROPHE", "HYPHEN-MINUS", "COMBINING")
WITH_IDEOGRAPHS: Final = ("IDEOGRAPHIC", "KATAKANA", "HIRAGANA")
NUMBERS_AND_SYMBOLS: Final = ("Nd", "Nl", "No", "Sm", "Sc", "So")  # Unicode categories


def script_of(name: str) -> str | None:
    """The script of the first letter: "Latin", "Cyrillic", "Cjk" …; None if there is none."""
    letter = next((c for c in name if c.isalpha()), None)
    return letter and unicode_name(letter, "Unknown").split()[0].capitalize()


def is_written_in(alphabet: Alphabet, script: str) -> NDArray[np.bool_]:
    """Which letters of an alphabet may stand in a name in a script, (V,)."""
    others = WITH_IDEOGRAPHS if script.upper() == "CJK" else ()
    return np.isin(alphabet.scripts, [script.upper(), *ANY_SCRIPT, *others])


def first_tokens(alphabet: Alphabet, start: str, script: str) -> list[int]:
    """The tokens of the first letters of names in a script.

    Raises:
        InputError: there are letters of another script, none at all, or too many.
    """
    letters = lowercase(start)
    known = [c for c, its in zip(alphabet.letters, is_written_in(alphabet, script)[1:], strict=True) if its]
    # `lowercase` drops numbers and symbols, which would go unnoticed.
    wrong = set(letters) - set(known) | {c for c in start if category(c) in NUMBERS_AND_SYMBOLS}
    if wrong or (start.strip() and not letters):
        raise InputError(
            f"start: {start!r} has {_shown(sorted(wrong)) or 'no letters'}; expected letters among "
            f"{_shown(filter(str.isalpha, known))}, and the marks {_shown(filter(combining, known))}"
        )
    if len(letters) >= MAX_LETTERS:
        raise InputError(f"start: expected less than {MAX_LETTERS} letters and marks, got {len(letters)}")
    return [int(token) for token in alphabet.encode(letters)]


def _shown(letters: Iterable[str]) -> str:
    """The first letters side by side, marks on a dotted circle."""
    first = [f"\u25cc{letter}" if combining(letter) else letter for letter in islice(letters, MOST_SHOWN + 1)]
    return " ".join([*first[:MOST_SHOWN], "…"] if len(first) > MOST_SHOWN else first)

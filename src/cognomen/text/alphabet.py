"""Letters to ids and back.

The network reads a name as a sequence of ids. Id 0 is the unknown letter: any letter that is not in the
alphabet. The letter `letters[i]` has the id i + 1. Columns are encoded by `column_reading`.

    Alphabet("abc").encode("cab?")  ->  [3, 1, 2, 0]

There are too many Chinese characters for lists of names to have them all. In an alphabet with `STAND_IN`,
that letter stands for each one that the alphabet lacks.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain
from string import ascii_lowercase
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError
from cognomen.text.ragged import Ragged
from cognomen.text.spelling import on_russian_keyboards, without_diacritics

UNKNOWN: Final = 0
UNKNOWN_LETTER: Final = "\ufffd"
STAND_IN: Final = "〓"  # the geta mark, which printers set for a character that they lack
IDEOGRAPHS: Final = range(0x3400, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x33480)  # code points


def is_ideograph(letter: str) -> bool:
    """Whether a letter is a Chinese character."""
    code = ord(letter)
    return code >= IDEOGRAPHS[0].start and any(code in its for its in IDEOGRAPHS)


class Alphabet:
    """The letters a network knows, in the order of their ids.

    Made with `Alphabet("abc")` or `Alphabet.from_names(names)`; alphabets with the same letters are equal.

    Args:
        letters: the known letters, each once. V = len(letters) + 1 counts the unknown letter as well.

    Raises:
        InputError: a letter occurs twice.
    """

    def __init__(self, letters: str) -> None:
        if len(set(letters)) < len(letters):
            twice = sorted(letter for letter, count in Counter(letters).items() if count > 1)
            raise InputError(f"letters: expected each letter once, got {twice} more than once in {letters!r}")
        self._letters = letters
        self._ids = {letter: number for number, letter in enumerate(letters, start=1)}
        self._known = frozenset(letters)
        self._stand_in = self._ids.get(STAND_IN, UNKNOWN)
        self._table = _id_of_code_point(letters, self._stand_in)

    @classmethod
    def from_names(cls, names: Iterable[str], *, min_count: int = 1) -> Alphabet:
        """The letters that occur at least `min_count` times in these (normalised) names, sorted.

        Ideographs are kept however rare they are: each is a word of its own, and often a whole surname.
        """
        counts = Counter(chain.from_iterable(names))
        kept = (each for each, count in counts.items() if count >= min_count or is_ideograph(each))
        return cls("".join(sorted(kept)))

    @property
    def letters(self) -> str:
        """The known letters; `letters[i]` has the id i + 1."""
        return self._letters

    @cached_property
    def is_mark(self) -> NDArray[np.bool_]:
        """Whether each id is that of a combining mark, (V,)."""
        return np.array([False, *(unicodedata.category(letter).startswith("M") for letter in self._letters)])

    @cached_property
    def without_strokes(self) -> NDArray[np.int64]:
        """The id of each letter as people type it, (V,): l for ł, у for ү, but ß or æ itself."""
        typed = (on_russian_keyboards(without_diacritics(letter)) for letter in self._letters)
        plain = np.array([0, *(self._letters.find(each) + 1 if len(each) == 1 else 0 for each in typed)])
        return np.where(plain > 0, plain, np.arange(len(plain)))

    @cached_property
    def scripts(self) -> NDArray[np.str_]:
        """The script of each id, (V,): "LATIN", "CYRILLIC", "CJK" …; "" for the unknown letter."""
        names = ("CJK" if each == STAND_IN else unicodedata.name(each, "") for each in self._letters)
        return np.array(["", *(name.split(" ")[0] for name in names)])

    def __len__(self) -> int:
        """V, including the unknown letter."""
        return len(self._letters) + 1

    def without_unknown_marks(self, name: str) -> str:
        """The (normalised) name without the combining marks that are not in the alphabet.

        Unknown letters are kept. A network that has never seen the marks of "Nguyễn" reads "nguyen".
        """
        return "".join(c for c in name if c in self._ids or not unicodedata.category(c).startswith("M"))

    def id_of(self, letter: str) -> int:
        """The id of a letter, 0 for an unknown one."""
        return self._ids.get(letter) or (self._stand_in if is_ideograph(letter) else UNKNOWN)

    def encode(self, name: str) -> NDArray[np.int64]:
        """The id of each letter, 0 for an unknown one, (T,)."""
        return np.array([self.id_of(letter) for letter in name], dtype=np.int64)  # (T,)

    def encode_all(self, names: Sequence[str]) -> Ragged:
        """The ids of N names, each as `encode` gives it, found with one lookup for all letters."""
        codes = code_points("".join(names))  # (M,)
        ids = self._table.take(codes, mode="clip")  # (M,)
        return Ragged(ids, np.fromiter(map(len, names), np.int64, len(names)))

    def decode(self, ids: Iterable[int]) -> str:
        """The letters of these ids; U+FFFD for the unknown letter.

        Raises:
            InputError: an id is not in 0 to V - 1.
        """
        shown = UNKNOWN_LETTER + self._letters
        numbers = [int(number) for number in ids]
        for index, number in enumerate(numbers):
            if not 0 <= number < len(shown):
                raise InputError(f"ids: expected 0 to {len(shown) - 1}, got {number} at [{index}]")
        return "".join(shown[number] for number in numbers)

    def one_hot(self, name: str) -> NDArray[np.float32]:
        """One-hot vectors of the letters, (T, V)."""
        return np.eye(len(self), dtype=np.float32)[self.encode(name)]  # (T, V)

    def unknown_share(self, name: str) -> float:
        """The share of the letters (Unicode class L, without marks) that are unknown; 0 if there are none."""
        letters = [letter for letter in name if unicodedata.category(letter).startswith("L")]
        unknown = sum(self.id_of(letter) == UNKNOWN for letter in letters)
        return unknown / len(letters) if letters else 0.0

    @cached_property
    def has_latin(self) -> bool:
        """Whether every letter from a to z has an id."""
        return self._known.issuperset(ascii_lowercase)

    def has_all(self, name: str) -> bool:
        """Whether every letter and mark of the name has an id."""
        return self._known.issuperset(name) or (self._stand_in > 0 and all(map(self.id_of, name)))

    def __eq__(self, other: object) -> bool:
        """Alphabets are equal when their letters are, in the same order."""
        return self._letters == other._letters if isinstance(other, Alphabet) else NotImplemented

    def __hash__(self) -> int:
        """The hash of the letters."""
        return hash(self._letters)

    def __repr__(self) -> str:
        """The call that makes it: Alphabet('abc')."""
        return f"Alphabet({self._letters!r})"


def code_points(text: str) -> NDArray[np.uint32]:
    """The code point of each character, (M,)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _id_of_code_point(letters: str, stand_in: int) -> NDArray[np.int64]:
    """The id by code point; the last entry, 0, serves every code point beyond the table."""
    codes = [ord(letter) for letter in letters]
    ideographs = IDEOGRAPHS if stand_in else ()
    table = np.zeros(max([-1, *codes, *(its.stop - 1 for its in ideographs)]) + 2, dtype=np.int64)
    for its in ideographs:
        table[its.start : its.stop] = stand_in
    table[codes] = np.arange(1, len(letters) + 1)
    return table

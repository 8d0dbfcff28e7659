"""Letters to numbers and back.

The network reads a name as a row of numbers. Number 0 stands for every letter that the alphabet does not
hold, so an unknown letter is never mistaken for a known one; the letter `letters[i]` has the number i + 1.

    Alphabet("abc").encode("cab?")  ->  [3, 1, 2, 0]
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError

__all__ = ["UNKNOWN", "UNKNOWN_LETTER", "Alphabet", "code_points"]

UNKNOWN: Final = 0
UNKNOWN_LETTER: Final = "\ufffd"


class Alphabet:
    """The letters a network knows, in the order of their numbers.

    Made with `Alphabet("abc")` or `Alphabet.from_names(names)`; alphabets with the same letters are equal.

    Args:
        letters: the known letters, each once. V = len(letters) + 1 counts the unknown letter too.

    Raises:
        InputError: a letter stands twice.
    """

    def __init__(self, letters: str) -> None:
        twice = sorted({letter for letter in letters if letters.count(letter) > 1})
        if twice:
            raise InputError(f"an alphabet holds each letter once; more than once in {letters!r}: {twice}")
        self._letters = letters
        self._ids = {letter: number for number, letter in enumerate(letters, start=1)}
        self._table = _number_of_code_point(letters)

    @classmethod
    def from_names(cls, names: Iterable[str], *, min_count: int = 1) -> Alphabet:
        """The letters that stand `min_count` times or more in these (normalised) names, by code point."""
        counts = Counter(chain.from_iterable(names))
        return cls("".join(sorted(letter for letter, count in counts.items() if count >= min_count)))

    @property
    def letters(self) -> str:
        """The known letters; `letters[i]` has the number i + 1."""
        return self._letters

    @cached_property
    def is_mark(self) -> NDArray[np.bool_]:
        """Whether a number is that of a mark, which belongs to the letter before it, (V,)."""
        return np.array([False, *(unicodedata.category(letter).startswith("M") for letter in self._letters)])

    def __len__(self) -> int:
        """V, the unknown letter included."""
        return len(self._letters) + 1

    def without_unknown_marks(self, name: str) -> str:
        """The (normalised) name less the marks that this alphabet lacks; unknown letters stay.

        A mark's letter can be read without it: "Nguyễn" is "nguyen" to a network that never saw its marks.
        """
        if self._knows(name):
            return name
        return "".join(c for c in name if c in self._ids or not unicodedata.category(c).startswith("M"))

    def encode(self, name: str) -> NDArray[np.int64]:
        """The number of each letter, 0 where the letter is unknown, (T,)."""
        return np.array([self._ids.get(letter, UNKNOWN) for letter in name], dtype=np.int64)  # (T,)

    def encode_all(self, names: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """All letters laid end to end, (M,), and the length of each name, (N,).

        The same numbers as `encode` gives name by name, found for all letters at once.
        """
        lengths = np.fromiter(map(len, names), dtype=np.int64, count=len(names))  # (N,)
        codes = code_points("".join(names))  # (M,)
        beyond = len(self._table) - 1
        return self._table[np.minimum(codes, beyond)], lengths

    def decode(self, ids: Iterable[int]) -> str:
        """The letters of these numbers; U+FFFD stands for the unknown letter.

        Raises:
            InputError: a number is none of 0 to V - 1.
        """
        shown = UNKNOWN_LETTER + self._letters
        numbers = [int(number) for number in ids]
        for place, number in enumerate(numbers):
            if not 0 <= number < len(shown):
                raise InputError(f"expected letter numbers from 0 to {len(shown) - 1}; [{place}] is {number}")
        return "".join(shown[number] for number in numbers)

    def one_hot(self, name: str) -> NDArray[np.float32]:
        """A row for each letter with a single 1 in the column of its number, (T, V)."""
        return np.eye(len(self), dtype=np.float32)[self.encode(name)]  # (T, V)

    def unknown_share(self, name: str) -> float:
        """The share of unknown ones among the letters (Unicode class L, no marks); 0 without any."""
        if self._knows(name):
            return 0.0
        letters = [letter for letter in name if unicodedata.category(letter).startswith("L")]
        unknown = sum(letter not in self._ids for letter in letters)
        return unknown / len(letters) if letters else 0.0

    def _knows(self, name: str) -> bool:
        return all(map(self._ids.__contains__, name))

    def __eq__(self, other: object) -> bool:
        """Alphabets are equal when their letters are, in the same order."""
        return self._letters == other._letters if isinstance(other, Alphabet) else NotImplemented

    def __hash__(self) -> int:
        """The hash of the letters."""
        return hash(self._letters)

    def __repr__(self) -> str:
        """As it is made: Alphabet('abc')."""
        return f"Alphabet({self._letters!r})"


def code_points(text: str) -> NDArray[np.uint32]:
    """The code point of each character, (M,)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _number_of_code_point(letters: str) -> NDArray[np.int64]:
    """A look-up table by code point; its last entry is 0 and serves all code points beyond it."""
    codes = [ord(letter) for letter in letters]
    table = np.zeros(max(codes, default=-1) + 2, dtype=np.int64)
    table[codes] = np.arange(1, len(letters) + 1)
    return table

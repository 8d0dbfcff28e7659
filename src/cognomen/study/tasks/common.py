"""What the tasks share: tokens and their numbers, and packages that are imported when they are needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np

from cognomen.errors import MissingExtraError
from cognomen.rnn import Array, Ids, Packed, pack


def needed(module: str, package: str, purpose: str) -> Any:
    """A module of a package that comes with the extra "study".

    Raises:
        MissingExtraError: it is not installed; the message says how to.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(package, "study", purpose) from error


class Vocabulary:
    """Tokens and their numbers, from 1 on: 0 is the boundary of what a decoder writes.

    Args:
        texts: sequences of tokens; every token in them gets a number.
    """

    def __init__(self, texts: Iterable[Sequence[str]]) -> None:
        self.tokens = sorted({token for text in texts for token in text})

    def __len__(self) -> int:
        """V, the boundary included."""
        return len(self.tokens) + 1

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each token."""
        return {token: number for number, token in enumerate(self.tokens, start=1)}

    def encode(self, text: Sequence[str], unknown: int | None = None) -> Ids:
        """The numbers of a text's tokens, (T,); a token without one gives `unknown`, or KeyError."""
        found = [
            self.numbers[token] if unknown is None else self.numbers.get(token, unknown) for token in text
        ]
        return np.array(found, np.int64)

    def pack(self, texts: Iterable[Sequence[str]], unknown: int | None = None) -> Packed:
        """Several texts, packed."""
        return pack([self.encode(text, unknown) for text in texts])

    def decode(self, ids: Iterable[int]) -> list[str]:
        """The tokens of these numbers."""
        return [self.tokens[number - 1] for number in ids]


def digits(purpose: str) -> tuple[Array, Ids]:
    """The 1,797 handwritten digits of scikit-learn: images (N, 64), from 0 to 1, and what they show (N,).

    Source: E. Alpaydin & C. Kaynak, Optical Recognition of Handwritten Digits, UCI repository 1998.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    images, labels = needed("sklearn.datasets", "scikit-learn", purpose).load_digits(return_X_y=True)
    return (images / 16).astype(np.float32), labels.astype(np.int64)


def split(labels: Ids, seed: int, share: float = 0.2) -> tuple[Ids, Ids]:
    """The rows for training and for the test, a share of each class being held out."""
    rng = np.random.default_rng(seed)
    held_out: list[int] = []
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        held_out += rows[: round(share * len(rows))].tolist()
    test = rng.permutation(held_out)
    return np.setdiff1d(np.arange(len(labels)), test), test


def edit_distance(one: Sequence[str], other: Sequence[str]) -> int:
    """How many tokens must be put in, left out or replaced to make one text the other (Levenshtein 1966)."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]

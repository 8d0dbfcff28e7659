"""What the tasks share: vocabularies, data sets, and optional packages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from cognomen.io.extras import require
from cognomen.rnn import Array, Ids, Packed, pack


class Vocabulary:
    """Tokens and their ids, from 1 on: 0 is the decoder's boundary.

    Args:
        texts: sequences of tokens; all tokens in them are included.
    """

    def __init__(self, texts: Iterable[Sequence[str]]) -> None:
        self.tokens = sorted({token for text in texts for token in text})

    def __len__(self) -> int:
        """V, including the boundary."""
        return len(self.tokens) + 1

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The id of each token."""
        return {token: number for number, token in enumerate(self.tokens, start=1)}

    def encode(self, text: Sequence[str], unknown: int | None = None) -> Ids:
        """The ids of a text's tokens, (T,); `unknown` for other tokens, or KeyError if it is None."""
        found = [
            self.numbers[token] if unknown is None else self.numbers.get(token, unknown) for token in text
        ]
        return np.array(found, np.int64)

    def pack(self, texts: Iterable[Sequence[str]], unknown: int | None = None) -> Packed:
        """Several texts, packed."""
        return pack([self.encode(text, unknown) for text in texts])

    def decode(self, ids: Iterable[int]) -> list[str]:
        """The tokens with these ids."""
        return [self.tokens[number - 1] for number in ids]


def digits() -> tuple[Array, Ids]:
    """The 1,797 handwritten digits of scikit-learn: images (N, 64), 0 to 1, and their classes (N,).

    Source: E. Alpaydin & C. Kaynak, Optical Recognition of Handwritten Digits, UCI repository 1998.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    datasets = require("sklearn.datasets", "study", "this task", "scikit-learn")
    images, labels = datasets.load_digits(return_X_y=True)
    return (images / 16).astype(np.float32), labels.astype(np.int64)


def split(labels: Ids, seed: int, share: float = 0.2) -> tuple[Ids, Ids]:
    """The rows for training and for testing, (M,) and (N - M,), stratified by class; `share` is held out."""
    rng = np.random.default_rng(seed)
    held_out: list[int] = []
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        held_out += rows[: round(share * len(rows))].tolist()
    test = rng.permutation(held_out)
    return np.setdiff1d(np.arange(len(labels)), test), test


def edit_distance(one: Sequence[str], other: Sequence[str]) -> int:
    """The number of insertions, deletions and replacements between two texts (Levenshtein 1966)."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]

"""Sequences of unequal lengths in one batch, without padding.

Rows are ordered by time step, and within a step by sequence, the longest sequence first:

    ab          step 0   step 1   step 2
    cde   ->    c a f    d b      e           batch_sizes = [3, 2, 1], sorted_indices = [1, 0, 2]
    f

At step t the sequences that have not ended are the first `batch_sizes[t]` rows of the state, so there is no
padding to compute or to mask. This is the layout of torch's PackedSequence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError
from cognomen.text.ragged import Ragged


@dataclass(frozen=True)
class Packed:
    """A packed batch of N sequences, M steps in all.

    Attributes:
        data: (M, ...), one row per step of each sequence.
        batch_sizes: (T,), the number of sequences that have a step t; non-increasing.
        sorted_indices: (N,), the index in the input of the sequence that is row i of each step.
    """

    data: NDArray[Any]
    batch_sizes: NDArray[np.int64]
    sorted_indices: NDArray[np.int64]

    def __len__(self) -> int:
        """The number of sequences, N."""
        return len(self.sorted_indices)

    def with_data(self, data: NDArray[Any]) -> Packed:
        """The same batch with other data."""
        return replace(self, data=data)

    def steps(self) -> Iterator[slice]:
        """The rows of `data` that belong to each step."""
        for start, size in zip(self.starts.tolist(), self.batch_sizes.tolist(), strict=True):
            yield slice(start, start + size)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """The first row of each step, (T,)."""
        return np.asarray(np.cumsum(self.batch_sizes) - self.batch_sizes)

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """The length of each sequence, the longest first, (N,)."""
        running = np.arange(len(self)) < self.batch_sizes[:, None]  # (T, N)
        return np.asarray(running.sum(axis=0))

    @cached_property
    def last(self) -> NDArray[np.int64]:
        """The row of each sequence's last step, the longest sequence first, (N,)."""
        return np.asarray(self.starts[self.lengths - 1] + np.arange(len(self)))

    @cached_property
    def reverse(self) -> NDArray[np.int64]:
        """The permutation of rows that reverses each sequence in time, (M,); its own inverse."""
        step = np.repeat(np.arange(len(self.batch_sizes)), self.batch_sizes)  # (M,)
        row = np.arange(len(self.data)) - self.starts[step]  # (M,)
        return np.asarray(self.starts[self.lengths[row] - 1 - step] + row)

    def unpack(self) -> list[NDArray[Any]]:
        """The sequences (T_i, ...), in the order of the input."""
        rows = [self.starts[:length] + i for i, length in enumerate(self.lengths)]
        given = np.argsort(self.sorted_indices)
        return [self.data[rows[i]] for i in given]


def pack(sequences: Ragged | Sequence[NDArray[Any]] | NDArray[Any]) -> Packed:
    """Pack N sequences (T_i, ...): a list of arrays, an array (N, T, ...) of equal ones, or a `Ragged`.

    Raises:
        InputError: there is no sequence, or one is empty.
    """
    if not isinstance(sequences, Ragged):
        arrays = [np.asarray(s) for s in sequences]
        lengths = np.array([len(a) for a in arrays], dtype=np.int64)
        sequences = Ragged(np.concatenate(arrays) if arrays else np.empty(0), lengths)
    lengths = sequences.lengths
    if len(lengths) == 0 or lengths.min() < 1:
        raise InputError(
            "pack: expected one or more sequences of at least one step, got "
            + ("none" if len(lengths) == 0 else f"an empty one, [{lengths.argmin()}]")
        )
    order = np.argsort(-lengths, kind="stable")  # (N,)
    step = np.arange(lengths.max())[:, None]  # (T, 1)
    running = step < lengths[order]  # (T, N)
    items = (sequences.starts[order] + step)[running]  # (M,)
    return Packed(sequences.data[items], running.sum(axis=1), order)

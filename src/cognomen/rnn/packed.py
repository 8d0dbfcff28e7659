"""Sequences of unequal lengths in one batch, without padding.

The letters are laid step after step, and within a step by sequence, the longest sequence first:

    ab          step 0   step 1   step 2
    cde   ->    c a f    d b      e           sizes = [3, 2, 1], order = [1, 0, 2]
    f

At each step the sequences still running are the first `sizes[t]` rows, so a network never sees a letter
that is not there. This is the layout of torch's PackedSequence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError

__all__ = ["Packed", "pack"]


@dataclass(frozen=True)
class Packed:
    """A packed batch.

    Attributes:
        data: (M, ...), one row for each letter of each sequence.
        sizes: (T,), how many sequences are still running at each step; never grows.
        order: (N,), row i of every step belongs to sequence `order[i]` as it was given.
    """

    data: NDArray[Any]
    sizes: NDArray[np.int64]
    order: NDArray[np.int64]

    def with_data(self, data: NDArray[Any]) -> Packed:
        """Other data for the same letters."""
        return replace(self, data=data)

    def steps(self) -> Iterator[slice]:
        """For each step, the rows of `data` that belong to it."""
        for start, size in zip(self.starts.tolist(), self.sizes.tolist(), strict=True):
            yield slice(start, start + size)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where in `data` each step begins, (T,)."""
        return np.asarray(np.cumsum(self.sizes) - self.sizes)

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """The length of each sequence, the longest first, (N,)."""
        running = np.arange(len(self.order)) < self.sizes[:, None]  # (T, N)
        return np.asarray(running.sum(axis=0))

    @cached_property
    def last(self) -> NDArray[np.int64]:
        """Where in `data` each sequence's last letter stands, the longest sequence first, (N,)."""
        return np.asarray(self.starts[self.lengths - 1] + np.arange(len(self.order)))

    @cached_property
    def reverse(self) -> NDArray[np.int64]:
        """The order of `data` in which each sequence is read from its end, (M,); its own inverse."""
        step = np.repeat(np.arange(len(self.sizes)), self.sizes)  # (M,)
        row = np.arange(len(self.data)) - self.starts[step]  # (M,)
        return np.asarray(self.starts[self.lengths[row] - 1 - step] + row)

    def unpack(self) -> list[NDArray[Any]]:
        """The sequences (T_i, ...) in the order in which they were given."""
        rows = [self.starts[:length] + i for i, length in enumerate(self.lengths)]
        given = np.argsort(self.order)
        return [self.data[rows[i]] for i in given]


def pack(
    data: NDArray[Any] | Sequence[NDArray[Any]], lengths: NDArray[np.integer[Any]] | None = None
) -> Packed:
    """Pack sequences: a list of arrays (T_i, ...), or all laid end to end (M, ...) with their lengths (N,).

    Raises:
        InputError: a sequence is empty, or the lengths do not add up to M.
    """
    if lengths is None:
        sequences = [np.asarray(s) for s in data]
        lengths = np.array([len(s) for s in sequences], dtype=np.int64)
        data = np.concatenate(sequences) if sequences else np.empty(0)
    flat = np.asarray(data)
    if len(lengths) == 0 or lengths.min() < 1 or lengths.sum() != len(flat):
        raise InputError(
            f"pack: expected one or more sequences of at least one step that fill {len(flat)} rows, "
            f"got the lengths {lengths.tolist()[:10]}"
        )
    order = np.argsort(-lengths, kind="stable")  # (N,)
    step = np.arange(lengths.max())[:, None]  # (T, 1)
    running = step < lengths[order]  # (T, N)
    first = (np.cumsum(lengths) - lengths)[order]  # (N,)
    return Packed(flat[(first + step)[running]], running.sum(axis=1), order)

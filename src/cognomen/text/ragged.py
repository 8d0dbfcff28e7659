"""Sequences of unequal lengths in two arrays, without padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError


@dataclass(frozen=True, eq=False)
class Ragged:
    """N sequences laid end to end: "ab" and "c" are data [a, b, c] with the lengths [2, 1].

    Indexing selects sequences, as in NumPy: an integer gives one of them; a slice, a mask or an array of
    indices gives a `Ragged` of those selected. A slice with step 1 is a view.

    Attributes:
        data: (M, ...), the items of all sequences.
        lengths: (N,), the length of each sequence, int64.

    Raises:
        InputError: the lengths are not integers of 0 or more that sum to M.
    """

    data: NDArray[Any]
    lengths: NDArray[np.int64]

    def __post_init__(self) -> None:
        lengths = self.lengths
        if lengths.ndim != 1 or lengths.dtype.kind not in "iu":
            raise InputError(f"lengths: expected integers (N,), got {lengths.dtype} {lengths.shape}")
        if lengths.dtype != np.int64:
            object.__setattr__(self, "lengths", lengths.astype(np.int64))
        if np.add.reduce(lengths) != len(self.data) or np.minimum.reduce(lengths, initial=0) < 0:
            raise InputError(
                f"lengths: expected numbers of 0 or more that sum to {len(self.data)}, got {_shown(lengths)}"
            )

    def __len__(self) -> int:
        """N, the number of sequences."""
        return len(self.lengths)

    def with_data(self, data: NDArray[Any]) -> Ragged:
        """Other data (M, ...) for the same items.

        Raises:
            InputError: it has another number of items.
        """
        if len(data) != len(self.data):
            raise InputError(f"data: expected {len(self.data)} items, got {len(data)}")
        other = object.__new__(Ragged)  # the lengths are valid, and what was derived from them is kept
        other.__dict__.update(self.__dict__, data=data)
        return other

    @cached_property
    def ends(self) -> NDArray[np.int64]:
        """Where in `data` each sequence ends, (N,)."""
        return np.add.accumulate(self.lengths)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where in `data` each sequence starts, (N,)."""
        return self.ends - self.lengths

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """Which sequence each item belongs to, (M,)."""
        return np.repeat(np.arange(len(self)), self.lengths)

    @cached_property
    def positions(self) -> NDArray[np.int64]:
        """The position of each item in its sequence, counted from 0, (M,)."""
        return np.arange(len(self.data)) - np.repeat(self.starts, self.lengths)

    @overload
    def __getitem__(self, which: int | np.integer[Any]) -> NDArray[Any]: ...

    @overload
    def __getitem__(self, which: slice | NDArray[Any] | Sequence[int]) -> Ragged: ...

    def __getitem__(
        self, which: int | np.integer[Any] | slice | NDArray[Any] | Sequence[int]
    ) -> NDArray[Any] | Ragged:
        """One sequence (an array) for an integer, else a `Ragged` of the sequences selected."""
        if isinstance(which, (int, np.integer)):
            end = self.ends[which]
            return self.data[end - self.lengths[which] : end]
        if not isinstance(which, slice) and len(which) == 0:
            which = np.empty(0, np.int64)
        lengths = self.lengths[which]
        if isinstance(which, slice) and which.step in (None, 1):
            if len(lengths) == len(self):
                return self
            last = which.indices(len(self))[1] - 1
            end = self.ends[last] if len(lengths) else 0
            return Ragged(self.data[end - lengths.sum() : end], lengths)
        which = np.arange(len(self))[which] if isinstance(which, slice) else np.asarray(which)
        if which.dtype == bool:
            return Ragged(self.data[np.repeat(which, self.lengths)], lengths)
        ends = np.cumsum(lengths)
        items = np.arange(lengths.sum()) + np.repeat(self.starts[which] - (ends - lengths), lengths)
        return Ragged(self.data[items], lengths)

    def __iter__(self) -> Iterator[NDArray[Any]]:
        """The sequences, one after another."""
        return (self.data[start:end] for start, end in zip(self.starts, self.ends, strict=True))


def _shown(lengths: NDArray[Any]) -> str:
    shown = ", ".join(map(str, lengths[:10].tolist()))
    return f"[{shown}{', ...' if len(lengths) > 10 else ''}]"


def joined(parts: Sequence[Ragged]) -> Ragged:
    """The sequences of several, one after another; of the items, the first decides on the kind of number."""
    data = np.concatenate([part.data.astype(parts[0].data.dtype, copy=False) for part in parts])
    return Ragged(data, np.concatenate([part.lengths for part in parts]))


def pieces(ends: NDArray[np.integer[Any]], most_sequences: int, most_items: int) -> Iterator[slice]:
    """Cut sequences into consecutive pieces of limited and similar size.

    Args:
        ends: where each sequence ends, (N,), as `Ragged.ends`.
        most_sequences: of a piece.
        most_items: of a piece; a single sequence that is longer is a piece of its own.
    """
    even = -(-len(ends) // max(1, -(-len(ends) // most_sequences)))
    start = 0
    while start < len(ends):
        before = ends[start - 1] if start else 0
        limit = int(np.searchsorted(ends, before + most_items, side="right"))
        stop = min(start + even, max(start + 1, limit))
        yield slice(start, stop)
        start = stop

"""Sequences of unequal lengths in one batch, without padding.

Rows are ordered by time step, and within a step by sequence, the longest sequence first:

    ab          step 0   step 1   step 2
    cde   ->    c a f    d b      e           batch_sizes = [3, 2, 1], sorted_indices = [1, 0, 2]
    f

At step t the sequences that have not ended are the first `batch_sizes[t]` rows of the state, so there is no
padding to compute or to mask. This is the layout of torch's PackedSequence.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

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

    def __repr__(self) -> str:
        return f"<Packed: {len(self):,} sequences, data {self.data.shape} {self.data.dtype}>"

    def with_data(self, data: NDArray[Any]) -> Packed:
        """The same batch with other data (M, ...)."""
        other = object.__new__(Packed)  # what was derived from the lengths is kept
        other.__dict__.update(self.__dict__, data=data)
        return other

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

    @cached_property
    def places(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The row of each step of each sequence, (N, T) in the order of the input, and which steps exist."""
        rank = np.argsort(self.sorted_indices)[:, None]  # (N, 1)
        exists = np.arange(len(self.batch_sizes)) < self.lengths[rank]
        return np.where(exists, self.starts + rank, 0), exists

    def pad(self, value: float = 0) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The sequences as an array (N, T, ...), filled up with a value, and their lengths (N,)."""
        rows, exists = self.places
        padded = np.full((*exists.shape, *self.data.shape[1:]), value, self.data.dtype)
        padded[exists] = self.data[rows[exists]]
        return padded, exists.sum(axis=1)

    def unpack(self) -> list[NDArray[Any]]:
        """The sequences (T_i, ...), in the order of the input."""
        rows = [self.starts[:length] + i for i, length in enumerate(self.lengths)]
        given = np.argsort(self.sorted_indices)
        return [self.data[rows[i]] for i in given]


def pack(
    sequences: Ragged | Sequence[NDArray[Any]] | NDArray[Any], lengths: ArrayLike | None = None
) -> Packed:
    """Pack N sequences (T_i, ...): a list of arrays, a `Ragged`, or an array (N, T, ...).

    Args:
        sequences: those of an array are of equal length, or padded.
        lengths: of padded sequences: the number of steps of each, (N,), or a mask (N, T) that is true where
            there is a step.

    Raises:
        InputError: there is no sequence, one is empty, their steps differ in shape, or the lengths do not
            fit.
    """
    if isinstance(sequences, np.ndarray) or lengths is not None:
        sequences = _without_padding(np.asarray(sequences), lengths)
    if not isinstance(sequences, Ragged):
        sequences = _end_to_end([np.asarray(s) for s in sequences])
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


def _end_to_end(arrays: list[NDArray[Any]]) -> Ragged:
    shapes = {a.shape[1:] if a.ndim else None for a in arrays}
    if len(shapes) > 1 or None in shapes:
        raise InputError(
            "pack: expected sequences (T_i, ...) whose steps have one shape, got arrays of the shapes "
            f"{sorted({str(a.shape) for a in arrays})}"
        )
    lengths = np.array([len(a) for a in arrays], dtype=np.int64)
    return Ragged(np.concatenate(arrays) if arrays else np.empty(0), lengths)


def _without_padding(padded: NDArray[Any], lengths: ArrayLike | None) -> Ragged:
    """The sequences of an array (N, T, ...)."""
    if padded.ndim < 2:
        raise InputError(f"pack: expected sequences (N, T, ...), got an array {padded.shape}")
    exists = _mask(padded.shape[:2], lengths)  # (N, T)
    steps = padded.reshape(-1, *padded.shape[2:])  # (N * T, ...)
    return Ragged(steps if lengths is None else steps[exists.ravel()], exists.sum(axis=1))


def _mask(shape: tuple[int, ...], lengths: ArrayLike | None) -> NDArray[np.bool_]:
    """Which steps exist, (N, T), given lengths (N,), such a mask, or nothing if all do."""
    count, steps = shape
    given = np.full(count, steps) if lengths is None else np.asarray(lengths)
    if given.dtype == bool and given.shape == shape:
        return given
    fit = given.dtype.kind in "iu" and given.shape == (count,)
    if not fit or given.max(initial=0) > steps or given.min(initial=0) < 0:
        raise InputError(
            f"lengths: expected {count} integers from 1 to {steps}, or a mask of booleans {shape}, got "
            + (f"{given.dtype} {given.shape}" if not fit else f"{given.min()} to {given.max()}")
        )
    return np.asarray(np.arange(steps) < given[:, None])


@dataclass(frozen=True)
class Layout:
    """How a batch was given: packed, padded, or as a single sequence; results are returned alike.

    Attributes:
        packed: the steps that exist; its data are their places in an array (N * T, ...), (M,).
        shape: (N, T) of a padded batch, (T,) of a single sequence, None of a packed batch.
    """

    packed: Packed
    shape: tuple[int, ...] | None

    @classmethod
    def of(cls, x: NDArray[Any] | Packed, lengths: ArrayLike | None, step_ndim: int) -> Layout:
        """The layout of x, whose steps have `step_ndim` axes: 1 for vectors, 0 for ids.

        Raises:
            InputError: x is no batch of sequences, or the lengths do not fit it.
        """
        if isinstance(x, Packed):
            if lengths is not None:
                raise InputError("lengths: a packed batch has its own; pass them with a padded array")
            return cls(x, None)
        if not isinstance(x, np.ndarray) or x.ndim not in (step_ndim + 1, step_ndim + 2):
            step = ", X" * step_ndim
            got = f"an array {x.shape}" if isinstance(x, np.ndarray) else type(x).__name__
            raise InputError(
                f"x: expected a packed batch (see pack), a padded one (N, T{step}), or a single sequence "
                f"(T{step},), got {got}"
            )
        shape = x.shape[: x.ndim - step_ndim]
        if len(shape) == 1 and lengths is not None:
            raise InputError("lengths: a single sequence has its own; pass them with a padded batch")
        count, steps = shape if len(shape) == 2 else (1, *shape)
        places = np.arange(count * steps).reshape(count, steps)
        if lengths is None and places.size:  # all run from the first step to the last: in no need of sorting
            return cls(Packed(places.T.ravel(), np.full(steps, count), np.arange(count)), shape)
        return cls(pack(places, lengths), shape)

    @property
    def single(self) -> bool:
        """Whether this is one sequence, without an axis for the batch."""
        return self.shape is not None and len(self.shape) == 1

    def rows(self, x: NDArray[Any] | Packed) -> NDArray[Any]:
        """The steps (M, ...) of a batch of this layout; of a packed one its data, or rows as they are."""
        if isinstance(x, Packed):
            return x.data
        if self.shape is None:
            return x
        steps: NDArray[Any] = np.asarray(x).reshape(-1, *x.shape[len(self.shape) :])  # (N * T, ...)
        return np.asarray(steps[self.packed.data])

    def restore(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Steps (M, ...) in this layout, zeros where there is none; those of a packed batch as they are."""
        if self.shape is None:
            return rows
        whole = np.zeros((math.prod(self.shape), *rows.shape[1:]), rows.dtype)
        whole[self.packed.data] = rows
        return whole.reshape(*self.shape, *rows.shape[1:])

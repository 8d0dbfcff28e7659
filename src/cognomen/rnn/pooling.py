"""From one output for each letter to one vector for the whole name.

Pooling is carried along while letters are read: a value so far, and one letter's outputs joined to it. So it
works on packed sequences (`pool`) and along the tree of prefixes (`sharing.read_names`) alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Backward, Ids
from cognomen.rnn.packed import Packed

__all__ = ["POOLINGS", "Pooling", "Way", "kinds_of", "pool"]


class Way(NamedTuple):
    """One way of pooling.

    Attributes:
        start: the value before the first letter.
        join: puts the value so far (N, Y) and a letter's outputs (N, Y) together into a third array, the next
            value. Its backward turns the gradient by that, in place, into the gradient by the value so far,
            and returns the gradient by the outputs.
        divide: whether the last value is divided by the sequence's length.
    """

    start: float
    join: Callable[[Array, Array, Array], Backward]
    divide: bool = False


def _join_last(before: Array, y: Array, after: Array) -> Backward:
    after[...] = y

    def backward(d: Array) -> Array:
        dy = d.copy()
        d.fill(0)
        return dy

    return backward


def _join_sum(before: Array, y: Array, after: Array) -> Backward:
    np.add(before, y, out=after)
    return lambda d: d


def _join_max(before: Array, y: Array, after: Array) -> Backward:
    np.maximum(before, y, out=after)

    def backward(d: Array) -> Array:
        dy = d * (y > before)  # among equals the first letter counts, and the gradient goes to it alone
        d -= dy
        return dy

    return backward


POOLINGS = {
    "last": Way(0.0, _join_last),
    "max": Way(-np.inf, _join_max),
    "mean": Way(0.0, _join_sum, divide=True),
}


def kinds_of(which: str) -> list[str]:
    """The poolings that a word such as "max+mean" names.

    Raises:
        InputError: one of them does not exist.
    """
    kinds = which.split("+")
    if unknown := set(kinds) - POOLINGS.keys():
        raise InputError(
            f"pooling: expected {', '.join(POOLINGS)} or several joined by '+', got {sorted(unknown)}"
        )
    return kinds


class Pooling:
    """K ways of pooling, carried side by side.

    Args:
        which: one or several ways, as in "max+mean".

    Attributes:
        start: the values before the first letter, (K, 1, 1).

    Raises:
        InputError: there is no such way.
    """

    def __init__(self, which: str) -> None:
        self.ways = [POOLINGS[kind] for kind in kinds_of(which)]
        self.start = np.array([way.start for way in self.ways])[:, None, None]

    def __len__(self) -> int:
        return len(self.ways)

    def join(self, before: Array, y: Array) -> tuple[Array, Backward]:
        """Join outputs y (N, Y) to the values so far (K, N, Y).

        Returns:
            The next values (K, N, Y), and backward, which turns the gradient by these, in place, into the
            gradient by those before, and returns the gradient by y.
        """
        after = np.empty_like(before)
        backs = [way.join(before[k], y, after[k]) for k, way in enumerate(self.ways)]

        def backward(d: Array) -> Array:
            dys = [back(d[k]) for k, back in enumerate(backs)]
            return sum(dys[1:], dys[0])

        return after, backward

    def finish(self, values: Array, lengths: Ids) -> None:
        """Divide, in place, what is divided by the lengths (N,); the last values (K, N, Y), or a gradient."""
        for k, way in enumerate(self.ways):
            if way.divide:
                values[k] /= lengths.astype(values.dtype)[:, None]


def pool(y: Packed, which: str, direction: str = "forward") -> tuple[Array, Backward]:
    """Pool outputs (M, Y) in one or several ways side by side, as in "max+mean": (N, K * Y).

    Each direction pools in the order in which it reads: the last value of the reverse one, the second half of
    "both", stands at the FIRST letter, as `output[-1]` of a bidirectional network is not its last state. The
    rows come in the order in which the sequences were given.

    Raises:
        InputError: `which` names a pooling that does not exist.
    """
    pooling, width = Pooling(which), y.data.shape[1]
    split = {"forward": width, "reverse": 0, "both": width // 2}[direction]
    parts = [
        (slice(split), None),
        (slice(split, width), y.reverse),
    ]  # columns, the order in which they are read
    found = np.empty((len(pooling), len(y.order), width), y.data.dtype)  # (K, N, Y)
    backs = []
    for part, order in parts:
        data = y.data[:, part] if order is None else y.data[order, part]  # (M, Y / D), or nothing
        found[..., part], back = _pool_as_read(pooling, y.with_data(data))
        backs.append(back)
    pooled = np.empty((len(y.order), len(pooling), width), y.data.dtype)  # (N, K, Y)
    pooled[y.order] = found.swapaxes(0, 1)

    def backward(d: Array) -> Array:
        d = d.reshape(pooled.shape)[y.order].swapaxes(0, 1)  # (K, N, Y)
        dy = np.empty_like(y.data)  # (M, Y)
        for (part, order), back in zip(parts, backs, strict=True):
            read = back(d[..., part])  # (M, Y)
            dy[:, part] = read if order is None else read[order]
        return dy

    return pooled.reshape(len(pooled), -1), backward


def _pool_as_read(pooling: Pooling, y: Packed) -> tuple[Array, Backward]:
    """Join the outputs (M, Y) step after step: the last values (K, N, Y) in the packed order."""
    values = np.empty((len(pooling), len(y.order), y.data.shape[1]), y.data.dtype)  # (K, N, Y)
    values[...] = pooling.start
    backs = []
    for rows in y.steps():
        running = slice(rows.stop - rows.start)
        after, back = pooling.join(values[:, running].copy(), y.data[rows])
        values[:, running] = after
        backs.append((rows, back))
    pooling.finish(values, y.lengths)

    def backward(d: Array) -> Array:
        d = d.copy()  # (K, N, Y)
        pooling.finish(d, y.lengths)
        dy = np.empty_like(y.data)  # (M, Y)
        for rows, back in reversed(backs):
            dy[rows] = back(d[:, : rows.stop - rows.start])
        return dy

    return values, backward

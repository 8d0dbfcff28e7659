"""From one output for each letter to one vector for the whole name.

There are two ways to do it: over the outputs for all letters, packed (`pool`), or carried along while the
letters are read (`CARRIED`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cognomen.errors import InputError
from cognomen.rnn.layers import Array, Backward
from cognomen.rnn.packed import Packed

__all__ = ["CARRIED", "POOLINGS", "Carried", "kinds_of", "pool", "pool_last", "pool_max", "pool_mean"]


def pool_last(y: Packed, direction: str = "forward") -> tuple[Array, Backward]:
    """What each direction holds when it has read everything: outputs (M, Y) -> (N, Y).

    That is the last letter's output for the forward direction but the FIRST letter's for the reverse one:
    `output[-1]` of a bidirectional network is not its last state.
    """
    first, last, width = np.arange(len(y.order)), y.last, y.data.shape[1]
    ends = {
        "forward": [(last, width)],
        "reverse": [(first, width)],
        "both": [(last, width // 2), (first, width - width // 2)],
    }[direction]
    where = np.concatenate([np.repeat(row[:, None], size, axis=1) for row, size in ends], axis=1)  # (N, Y)
    column = np.arange(width)

    def backward(d: Array) -> Array:
        dy = np.zeros_like(y.data)  # (M, Y)
        dy[where, column] = d
        return dy

    return y.data[where, column], backward


def pool_mean(y: Packed, direction: str = "forward") -> tuple[Array, Backward]:
    """The mean over each sequence's letters: outputs (M, Y) -> (N, Y)."""
    lengths = y.lengths[:, None].astype(y.data.dtype)  # (N, 1)
    total = np.zeros((len(y.order), y.data.shape[1]), dtype=y.data.dtype)
    for rows in y.steps():
        total[: rows.stop - rows.start] += y.data[rows]

    def backward(d: Array) -> Array:
        share = d / lengths  # (N, Y)
        return np.concatenate([share[: rows.stop - rows.start] for rows in y.steps()])

    return total / lengths, backward


def pool_max(y: Packed, direction: str = "forward") -> tuple[Array, Backward]:
    """The largest value of each feature over a sequence's letters: outputs (M, Y) -> (N, Y).

    Among equals the first letter counts, and the gradient goes to it alone.
    """
    best = y.data[: len(y.order)].copy()  # (N, Y)
    for rows in y.steps():
        running = best[: rows.stop - rows.start]
        np.maximum(running, y.data[rows], out=running)

    def backward(d: Array) -> Array:
        dy = np.zeros_like(y.data)  # (M, Y)
        unclaimed = np.ones(best.shape, bool)  # whose letter has not come yet, (N, Y)
        for rows in y.steps():
            size = rows.stop - rows.start
            first = unclaimed[:size] & (y.data[rows] == best[:size])
            np.copyto(dy[rows], d[:size], where=first)
            unclaimed[:size] &= ~first
        return dy

    return best, backward


POOLINGS: dict[str, Callable[[Packed, str], tuple[Array, Backward]]] = {
    "last": pool_last,
    "max": pool_max,
    "mean": pool_mean,
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


def pool(y: Packed, which: str, direction: str = "forward") -> tuple[Array, Backward]:
    """Pool outputs (M, Y) in one or several ways side by side, as in "max+mean": (N, K * Y).

    The rows come in the order in which the sequences were given.

    Raises:
        InputError: `which` names a pooling that does not exist.
    """
    kinds = kinds_of(which)
    parts, backwards = zip(*(POOLINGS[kind](y, direction) for kind in kinds), strict=True)
    pooled = np.empty((len(y.order), sum(p.shape[1] for p in parts)), dtype=y.data.dtype)
    pooled[y.order] = np.concatenate(parts, axis=1)

    def backward(d: Array) -> Array:
        pieces = np.split(d[y.order], len(kinds), axis=1)
        dy = np.zeros_like(y.data)  # (M, Y)
        for back, piece in zip(backwards, pieces, strict=True):
            dy += back(piece)
        return dy

    return pooled, backward


class Carried(NamedTuple):
    """A pooling that is carried from letter to letter.

    Attributes:
        start: its value before the first letter.
        join: takes the value so far (N, Y) and a letter's outputs (N, Y) to the next value and `backward`,
            from the gradient by that to the gradients by these two.
        divide: whether the last value is divided by the sequence's length.
    """

    start: float
    join: Callable[[Array, Array], tuple[Array, Callable[[Array], tuple[Array, Array]]]]
    divide: bool = False


def _carry_last(before: Array, y: Array) -> tuple[Array, Callable[[Array], tuple[Array, Array]]]:
    return y, lambda d: (np.zeros_like(d), d)


def _carry_sum(before: Array, y: Array) -> tuple[Array, Callable[[Array], tuple[Array, Array]]]:
    return before + y, lambda d: (d, d)


def _carry_max(before: Array, y: Array) -> tuple[Array, Callable[[Array], tuple[Array, Array]]]:
    def backward(d: Array) -> tuple[Array, Array]:
        dy = d * (y > before)  # among equals the first letter counts
        return d - dy, dy

    return np.maximum(before, y), backward


CARRIED = {
    "last": Carried(0.0, _carry_last),
    "max": Carried(-np.inf, _carry_max),
    "mean": Carried(0.0, _carry_sum, divide=True),
}

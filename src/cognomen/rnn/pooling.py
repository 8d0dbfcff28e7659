"""Pooling: from one output per step to one vector per sequence.

Each kind of pooling is a reduction that is updated step by step, like `numpy.ufunc.accumulate`: an initial
value, and a function of the value so far and the next output. Written so, and not as one maximum over all
steps, it works along packed sequences (`pool`) and along the tree of prefixes (`engine.shared_reading`),
where the value after a prefix is the starting point of all names that begin with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Backward, Ids
from cognomen.rnn.packed import Packed


class Reduction(NamedTuple):
    """One kind of pooling.

    Attributes:
        initial: the value before the first step.
        update: writes the next value into its third argument, given the value so far and a step's outputs,
            all (N, Y). Its backward gets the gradient by the next value, changes it in place into the
            gradient by the value so far, and returns the gradient by the outputs.
        whole: the result for a whole sequence at once, (T, ...) -> (...).
        divide: whether the final value is divided by the length of the sequence.
    """

    initial: float
    update: Callable[[Array, Array, Array], Backward]
    whole: Callable[[Array], Array]
    divide: bool = False


def _update_last(before: Array, y: Array, after: Array) -> Backward:
    after[...] = y

    def backward(d: Array) -> Array:
        dy = d.copy()
        d.fill(0)
        return dy

    return backward


def _update_sum(before: Array, y: Array, after: Array) -> Backward:
    np.add(before, y, out=after)
    return lambda d: d


def _update_max(before: Array, y: Array, after: Array) -> Backward:
    np.maximum(before, y, out=after)

    def backward(d: Array) -> Array:
        dy = d * (y > before)  # of equal values the first is the maximum, and gets the whole gradient
        d -= dy
        return dy

    return backward


POOLINGS = {
    "last": Reduction(0.0, _update_last, lambda y: y[-1]),
    "max": Reduction(-np.inf, _update_max, np.maximum.reduce),
    "mean": Reduction(0.0, _update_sum, lambda y: np.add.reduce(y) / y.dtype.type(len(y)), divide=True),
}


def kinds_of(which: str) -> list[str]:
    """The kinds of pooling in a name such as "max+mean".

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
    """K kinds of pooling at once.

    Args:
        which: one or several kinds, as in "max+mean".

    Attributes:
        initial: the values before the first step, (K, 1, 1).

    Raises:
        InputError: a kind does not exist.
    """

    def __init__(self, which: str) -> None:
        self.kinds = [POOLINGS[kind] for kind in kinds_of(which)]
        self.initial = np.array([kind.initial for kind in self.kinds])[:, None, None]

    def __len__(self) -> int:
        return len(self.kinds)

    def update(self, before: Array, y: Array, *, learn: bool = True) -> tuple[Array, Backward]:
        """The next values (K, N, Y), given those so far (K, N, Y) and a step's outputs (N, Y).

        Backward gets the gradient by the next values, changes it in place into the gradient by those so far,
        and returns the gradient by y. Without `learn` the next values take the place of those so far, in the
        same memory, and backward must not be called.
        """
        after = np.empty_like(before) if learn else before
        backs = [kind.update(before[k], y, after[k]) for k, kind in enumerate(self.kinds)]

        def backward(d: Array) -> Array:
            dys = [back(d[k]) for k, back in enumerate(backs)]
            return sum(dys[1:], dys[0])

        return after, backward

    def finish(self, values: Array, lengths: Ids) -> None:
        """Divide means by the lengths (N,), in place: the final values (K, N, Y) or their gradient."""
        for k, kind in enumerate(self.kinds):
            if kind.divide:
                values[k] /= lengths.astype(values.dtype)[:, None]


def pool(y: Packed, which: str, direction: str = "forward") -> tuple[Array, Backward]:
    """Pool outputs (M, Y) over time, with one or several kinds of pooling as in "max+mean": (N, K * Y).

    Each direction pools in the order in which it reads. So the last output of the reverse direction, the
    second half of the columns for "both", is the one at the FIRST step; `output[-1]` of a bidirectional
    network would be wrong. The rows are in the order of the input.

    Raises:
        InputError: `which` names a pooling that does not exist.
    """
    pooling, width = Pooling(which), y.data.shape[1]
    split = {"forward": width, "reverse": 0, "both": width // 2}[direction]
    parts = [(slice(split), None), (slice(split, width), y.reverse)]  # columns, and their order in time
    found = np.empty((len(pooling), len(y), width), y.data.dtype)  # (K, N, Y)
    backs = []
    for part, order in parts:
        data = y.data[:, part] if order is None else y.data[order, part]  # (M, Y / D), or no columns
        found[..., part], back = _pool_in_order(pooling, y.with_data(data))
        backs.append(back)
    pooled = np.empty((len(y), len(pooling), width), y.data.dtype)  # (N, K, Y)
    pooled[y.sorted_indices] = found.swapaxes(0, 1)

    def backward(d: Array) -> Array:
        d = d.reshape(pooled.shape)[y.sorted_indices].swapaxes(0, 1)  # (K, N, Y)
        dy = np.empty_like(y.data)  # (M, Y)
        for (part, order), back in zip(parts, backs, strict=True):
            read = back(d[..., part])  # (M, Y)
            dy[:, part] = read if order is None else read[order]
        return dy

    return pooled.reshape(len(pooled), -1), backward


def pool_sequence(y: Array, which: str) -> Array:
    """Pool the outputs (T, ...) of one sequence, in the order in which they were read: (K, ...)."""
    kinds = kinds_of(which)
    pooled = np.empty((len(kinds), *y.shape[1:]), y.dtype)
    for k, kind in enumerate(kinds):
        pooled[k] = POOLINGS[kind].whole(y)
    return pooled


def _pool_in_order(pooling: Pooling, y: Packed) -> tuple[Array, Backward]:
    """Pool outputs (M, Y) step by step: the final values (K, N, Y), in the packed order."""
    values = np.empty((len(pooling), len(y), y.data.shape[1]), y.data.dtype)  # (K, N, Y)
    values[...] = pooling.initial
    backs = []
    for rows in y.steps():
        running = slice(rows.stop - rows.start)
        after, back = pooling.update(values[:, running].copy(), y.data[rows])
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

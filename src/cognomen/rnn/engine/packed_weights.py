"""Weights laid out for many steps, and gradients of many steps added at once.

The textbook's `Linear` multiplies by its weights wherever they stand. Where a cell takes many steps with the
same weights, three things make that faster without changing what is computed:

- a copy of the weights in the order in which a product reads them; biases that every step would add to each
  other are added to each other once;
- rows that have the same state, as siblings in a prefix tree have, are multiplied once;
- in backpropagation through time, one product for the weights' gradient of all steps, not one for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy

import numpy as np

from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.cells import Cell, GatedCell
from cognomen.rnn.layers import Linear

__all__ = ["deferred_gradients", "prepack", "repeat_states"]


class _PackedLinear(Linear):
    """A linear map with its weights as they are now. It has the parameters and gradients of the original.

    Attributes:
        repeats: (r,), the rows that the last r rows of the next x repeat; None if there are none.
    """

    def __init__(self, linear: Linear) -> None:
        self.params, self.grads, self.shape = linear.params, linear.grads, linear.shape
        weight = self.params["weight"]
        self.columns = weight.T.copy()  # (X, G * Y)
        blocks = self.columns.reshape(len(self.columns), *self.shape)  # (X, ..., Y)
        self.map = blocks if blocks.ndim == 2 else blocks.swapaxes(0, 1)  # (..., X, Y)
        self.weight = weight.reshape(*self.shape, -1)  # (..., Y, X)
        bias = self.params.get("bias")
        self.bias = None if bias is None else bias.reshape(*self.shape[:-1], 1, -1).copy()  # (..., 1, Y)
        self.unbiased = 0  # the blocks before those that have a bias
        self.repeats: Ids | None = None

    def apply(self, x: Array) -> Array:
        """See `Linear.apply`."""
        if len(x) == 1:  # the blocks of a single row lie one after the other anyway: one product, not G
            y: Array = x.dot(self.columns)  # (1, G * Y)
            if len(self.shape) > 1:
                y = y.reshape(self.shape[0], 1, -1)  # (G, 1, Y)
        elif self.repeats is None or not len(self.repeats):
            y = x @ self.map  # (..., N, Y)
        else:
            y = np.empty((*self.shape[:-1], len(x), self.shape[-1]), self.map.dtype)  # (..., N, Y)
            own = len(x) - len(self.repeats)
            np.matmul(x[:own], self.map, out=y[..., :own, :])
            y[..., own:, :] = y.take(self.repeats, axis=-2)
        if self.bias is not None:
            biased = y[self.unbiased :] if self.unbiased else y
            biased += self.bias
        return y

    def back(self, dy: Array, x: Array) -> Array:
        """See `Linear.back`."""
        self.add_grads(dy, x)
        dx: Array = dy @ self.weight  # (..., N, X)
        return dx if dx.ndim == 2 else dx.sum(axis=0)

    def move_bias(self, other: _PackedLinear, blocks: int | None) -> None:
        """Let `other` add the bias of the first blocks (None: of all) in place of this one."""
        if self.bias is None or other.bias is None:
            return
        other.bias[:blocks] += self.bias[:blocks]  # (..., 1, Y)
        self.bias, self.unbiased = (None, 0) if blocks is None else (self.bias[blocks:], blocks)


def prepack(cell: Cell) -> Cell:
    """A copy of the cell for many steps with its weights as they are now.

    It has the parameters and gradients of the original, but does not see the parameters change. One copy
    serves one thread at a time (see `repeat_states`).
    """
    packed = copy(cell)
    packed.__dict__.update({name: _PackedLinear(linear) for name, linear in _linears(cell).items()})
    if isinstance(packed, GatedCell):
        inputs, states = packed.input, packed.recurrent
        assert isinstance(inputs, _PackedLinear)
        assert isinstance(states, _PackedLinear)
        states.move_bias(inputs, packed.summed)
    return packed


def repeat_states(cell: Cell, repeats: Ids) -> None:
    """Tell a prepacked cell that in its next step the last r states are those of the rows `repeats`, (r,).

    What such a cell makes of a state alone is then made once. Nothing checks that it is true.
    """
    if isinstance(cell, GatedCell) and isinstance(cell.recurrent, _PackedLinear):
        cell.recurrent.repeats = repeats


@contextmanager
def deferred_gradients(cell: Cell) -> Iterator[None]:
    """Inside, backward steps collect the factors of the weights' gradients, added at the end.

    One product of many rows is faster than many of a few. The arrays that `Linear.back` is given must stay as
    they are until then.
    """
    kept: dict[str, list[tuple[Array, Array]]] = {name: [] for name in _linears(cell)}
    for name, linear in _linears(cell).items():
        linear.add_grads = _remember(kept[name])  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        for linear in _linears(cell).values():
            del linear.add_grads  # the method of the class again
    for name, linear in _linears(cell).items():
        if kept[name]:
            dys, xs = zip(*kept[name], strict=True)
            linear.add_grads(np.concatenate(dys, axis=-2), np.concatenate(xs))


def _remember(kept: list[tuple[Array, Array]]) -> Callable[[Array, Array], None]:
    return lambda dy, x: kept.append((dy, x))


def _linears(cell: Cell) -> dict[str, Linear]:
    return {name: part for name, part in vars(cell).items() if isinstance(part, Linear)}

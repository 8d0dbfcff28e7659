"""Packed weights for many steps, and gradients of many steps in one product.

Where a cell takes many steps with the same weights, three things make it faster than plain `Linear` layers,
without changing what is computed:

- a contiguous copy of the transposed weights, and biases that would be added at every step, added to each
  other once (`prepack`);
- one product for rows with the same state, as siblings in a prefix tree have (`repeat_states`);
- in backpropagation through time, one product for the weight gradients of all steps (`deferred_gradients`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy

import numpy as np

from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.cell import Cell, GatedCell
from cognomen.rnn.layers import Linear


class _PackedLinear(Linear):
    """A linear map with a packed copy of its weights; parameters and gradients are shared with the original.

    Attributes:
        repeats: (r,), the rows of the next x that its last r rows are equal to; None if there are none.
    """

    def __init__(self, linear: Linear) -> None:
        self.params, self.grads = linear.params, linear.grads
        self.shape, self.input_size = linear.shape, linear.input_size
        self.requires_grad = linear.requires_grad
        weight = self.params["weight"]
        self.columns = weight.T.copy()  # (X, G * Y)
        blocks = self.columns.reshape(len(self.columns), *self.shape)  # (X, ..., Y)
        self.map = blocks if blocks.ndim == 2 else blocks.swapaxes(0, 1)  # (..., X, Y)
        self.weight = weight.reshape(*self.shape, -1)  # (..., Y, X)
        bias = self.params.get("bias")
        self.bias = None if bias is None else bias.reshape(*self.shape[:-1], 1, -1).copy()  # (..., 1, Y)
        self.unbiased = 0  # the number of leading blocks without a bias
        self.repeats: Ids | None = None

    def apply(self, x: Array) -> Array:
        """See `Linear.apply`."""
        if len(x) == 1:  # one product, not G: the blocks of a single row are contiguous either way
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
        if self.requires_grad:
            self.add_grads(dy, x)
        dx: Array = dy @ self.weight  # (..., N, X)
        return dx if dx.ndim == 2 else dx.sum(axis=0)


def prepack(cell: Cell) -> Cell:
    """A copy of the cell with packed weights, for many steps.

    Parameters and gradients are shared with the original, but later changes of the parameters have no effect
    on the packed weights. Not thread-safe: use one copy per thread (see `repeat_states`).
    """
    packed = copy(cell)
    packed.__dict__.update({name: _PackedLinear(linear) for name, linear in linears(cell).items()})
    if isinstance(packed, GatedCell):
        inputs, states = packed.input, packed.recurrent
        assert isinstance(inputs, _PackedLinear)
        assert isinstance(states, _PackedLinear)
        if inputs.bias is not None and states.bias is not None:
            inputs.bias[: packed.summed] += states.bias[: packed.summed]  # (..., 1, Y)
            states.bias = None if packed.summed is None else states.bias[packed.summed :]
            states.unbiased = packed.summed or 0
    return packed


def repeat_states(cell: Cell, repeats: Ids) -> None:
    """Declare that in the next step the last r states equal those of the rows `repeats`, (r,).

    A prepacked cell then multiplies them by its weights only once. This is not checked.
    """
    if isinstance(cell, GatedCell) and isinstance(cell.recurrent, _PackedLinear):
        cell.recurrent.repeats = repeats


@contextmanager
def deferred_gradients(cell: Cell) -> Iterator[None]:
    """Within the context, weight gradients are not computed; at its end one product adds those of all steps.

    One product of many rows is faster than many products of a few. The arrays passed to `Linear.back` must
    not be changed until then.
    """
    kept: dict[str, list[tuple[Array, Array]]] = {name: [] for name in linears(cell)}
    for name, linear in linears(cell).items():
        # Replaces the method: `back` calls it with the factors, which are kept in place of their product.
        linear.add_grads = lambda dy, x, kept=kept[name]: kept.append((dy, x))  # type: ignore[method-assign, misc]
    try:
        yield
    finally:
        for linear in linears(cell).values():
            del linear.add_grads  # restores the method of the class
    for name, linear in linears(cell).items():
        if kept[name]:
            dys, xs = zip(*kept[name], strict=True)
            linear.add_grads(np.concatenate(dys, axis=-2), np.concatenate(xs))


def linears(cell: Cell) -> dict[str, Linear]:
    """The linear maps of a cell, by attribute."""
    return {name: part for name, part in vars(cell).items() if isinstance(part, Linear)}

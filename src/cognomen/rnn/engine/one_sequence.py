"""One sequence, read in all directions of a layer at once.

A step of one row is a matrix-vector product among a dozen NumPy calls that cost more than the product does.
The cells of a layer, one for each direction, therefore take their steps together: row d of a step belongs to
cell d, and is multiplied by the weights of cell d. All else is the `step` of the cells' class.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter, itemgetter

import numpy as np

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Backward
from cognomen.rnn.cell import Cell
from cognomen.rnn.layers import Linear


class _RowwiseLinear(Linear):
    """D linear maps of one shape; row d of x is mapped by linear map d. It has no backward."""

    weights: list[Array]
    bias: Array | None  # (D, G * Y)

    def __init__(self, linears: Sequence[Linear]) -> None:
        weights: list[Array] = []
        biases: list[Array] = []
        for linear in linears:  # a comprehension is a call of its own before Python 3.12
            weights.append(linear.params["weight"].T)
            if "bias" in linear.params:
                biases.append(linear.params["bias"])
        bias = np.array(biases) if biases else None
        vars(self).update(shape=linears[0].shape, params=linears[0].params, weights=weights, bias=bias)

    def forward(self, x: Array) -> tuple[Array, Backward]:
        """See `Linear.forward`: a cell may call it in place of `apply`."""
        return self.apply(x), self._no_backward

    def _no_backward(self, dy: Array) -> Array:
        raise InputError("these maps are for inference: there is no gradient")

    def apply(self, x: Array) -> Array:
        """y = W_d x_d + b_d: (..., D, X) -> (..., D, Y), or (G, ..., D, Y) with blocks."""
        y = np.empty((len(self.weights), *x.shape[:-2], self.weights[0].shape[1]), x.dtype)  # (D, ..., G * Y)
        for d, weight in enumerate(self.weights):
            np.dot(x[..., d, :], weight, out=y[d])
        if self.bias is not None:
            y += self.bias if y.ndim == 2 else self.bias[:, None]
        # Contiguous, because the gates that follow are then computed in half the time.
        return np.ascontiguousarray(y.reshape(*y.shape[:-1], *self.shape).swapaxes(0, -2))


def read_sequence(cells: Sequence[tuple[Cell, bool]], x: Array) -> Array:
    """Read one sequence with each cell of a layer, for inference.

    Args:
        cells: D cells of one class, each with whether it reads the sequence from its end.
        x: the sequence, (T, X).

    Returns:
        The outputs of each cell, (T, D, Y), in the order in which the cell reads: those of a reverse cell
        begin at the end of the sequence.
    """
    first, _ = cells[0]
    joined = object.__new__(type(first))  # a shallow copy; copy.copy takes ten times as long
    joined.__dict__.update(vars(first))
    of_linears = 0
    for name, part in vars(first).items():
        if isinstance(part, Linear):
            of_linears += len(part.params)
            joined.__dict__[name] = _RowwiseLinear(list(map(attrgetter(name), map(itemgetter(0), cells))))
    if len(cells) > 1 and of_linears < len(first.params):
        # Other parameters than those of linear maps cannot be joined: each cell reads on its own.
        return np.concatenate([read_sequence([each], x) for each in cells], axis=1)
    in_order = np.empty((len(x), len(cells), x.shape[1]), x.dtype)  # (T, D, X)
    for d, (_, reverse) in enumerate(cells):
        in_order[:, d] = x[::-1] if reverse else x
    a, _ = joined.project(in_order)  # (..., T, D, A)
    state = joined.initial_state(len(cells))  # (S, D, H)
    outputs = np.empty((len(x), len(cells), joined.output_size), joined.dtype)
    for t in range(len(x)):
        outputs[t], state, _ = joined.step(a[..., t, :, :], state)
    return outputs

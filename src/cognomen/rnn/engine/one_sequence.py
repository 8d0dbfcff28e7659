"""One sequence, read in all directions of a layer at once.

A step of one row is a matrix-vector product among a dozen NumPy calls that cost more than the product does.
The cells of a layer, one for each direction, therefore take their steps together: row d of a step belongs to
cell d, and is multiplied by the weights of cell d. All else is the `step` of the cells' class.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Backward, Ids
from cognomen.rnn.cell import Cell
from cognomen.rnn.layers import Linear


class _RowwiseLinear(Linear):
    """D linear maps of one shape; row d of x is mapped by linear map d. It has no backward."""

    linears: Sequence[Linear]
    bias: Array | None  # (..., D, Y)

    def __init__(self, linears: Sequence[Linear]) -> None:
        shape = linears[0].shape  # (..., Y)
        biases = [linear.params["bias"].reshape(shape) for linear in linears if "bias" in linear.params]
        bias = np.stack(biases, axis=-2) if biases else None
        vars(self).update(shape=shape, params=linears[0].params, linears=linears, bias=bias)

    @cached_property
    def columns(self) -> Array:
        """The weights, (..., D, X, Y), map by map: one call multiplies all, and each gate is contiguous."""
        weights = [linear.params["weight"].reshape(*self.shape, -1) for linear in self.linears]
        return np.stack(weights, axis=-3).swapaxes(-1, -2)

    def forward(self, x: Array) -> tuple[Array, Backward]:
        """See `Linear.forward`: a cell may call it in place of `apply`."""
        return self.apply(x), self._no_backward

    def _no_backward(self, dy: Array) -> Array:
        raise InputError("these maps are for inference: there is no gradient")

    def apply(self, x: Array) -> Array:
        """y = W_d x_d + b_d: (D, X) -> (..., D, Y)."""
        y: Array = np.matmul(x[:, None], self.columns)[..., 0, :]  # (..., D, Y)
        if self.bias is not None:
            y += self.bias
        return y


class SequenceReader:
    """The cells of a layer, to read sequences of V inputs one by one, for inference.

    Later changes of the weights have no effect on it.

    Args:
        cells: D cells of one class, each with whether it reads sequences from their end.
        x: the inputs, (V, X). Each is projected once, here.
    """

    def __init__(self, cells: Sequence[tuple[Cell, bool]], x: Array) -> None:
        joined = _joined([cell for cell, _ in cells])
        self._parts = []  # one reader for each direction, if the cells cannot be joined
        if joined is None:
            self._parts = [SequenceReader([each], x) for each in cells]
            return
        self._cell, self._reverses = joined, [reverse for _, reverse in cells]
        projected = [cell.project(x)[0] for cell, _ in cells]  # (..., V, A) each
        # The first step of any sequence depends on its first input alone.
        steps = [
            cell.step(a, cell.initial_state(len(x)))[:2]
            for (cell, _), a in zip(cells, projected, strict=True)
        ]
        self._y = _side_by_side([y for y, _ in steps])  # (V * D, Y)
        self._state = _side_by_side([state for _, state in steps])  # (S, V * D, H)
        self._a = _side_by_side(projected)  # (..., V * D, A)

    def read(self, ids: Ids) -> Array:
        """Read one sequence, given which of the inputs its T steps have.

        Returns:
            The outputs of each cell, (T, D, Y), in the order in which the cell reads: those of a reverse cell
            begin at the end of the sequence.
        """
        if self._parts:
            return np.concatenate([each.read(ids) for each in self._parts], axis=1)
        cell, count = self._cell, len(self._reverses)
        rows = np.empty((len(ids), count), np.int64)  # (T, D)
        for d, reverse in enumerate(self._reverses):
            rows[:, d] = ids[::-1] if reverse else ids
        rows *= count  # not the ids, whose type may be too narrow
        rows += np.arange(count)
        a = self._a.take(rows, axis=-2)  # (..., T, D, A)
        outputs = np.empty((len(ids), count, cell.output_size), cell.dtype)
        outputs[0], state = self._y.take(rows[0], axis=0), self._state.take(rows[0], axis=1)  # (S, D, H)
        for t in range(1, len(ids)):
            outputs[t], state, _ = cell.step(a[..., t, :, :], state)
        return outputs


def read_sequence(cells: Sequence[tuple[Cell, bool]], x: Array) -> Array:
    """Read one sequence (T, X) with each cell of a layer; see `SequenceReader`."""
    return SequenceReader(cells, x).read(np.arange(len(x)))


def _side_by_side(arrays: Sequence[Array]) -> Array:
    """D arrays (..., V, A) as one (..., V * D, A), in which a row of each follows the other."""
    stacked = np.stack(arrays, axis=-2)  # (..., V, D, A)
    return stacked.reshape(*stacked.shape[:-3], -1, stacked.shape[-1])


def _joined(cells: Sequence[Cell]) -> Cell | None:
    """A cell of which row d is cell d; None if they have other parameters than those of linear maps."""
    first = cells[0]
    joined: Cell = object.__new__(type(first))
    vars(joined).update(vars(first))
    of_linears = 0
    for name, part in vars(first).items():
        if isinstance(part, Linear):
            of_linears += len(part.params)
            vars(joined)[name] = _RowwiseLinear([getattr(cell, name) for cell in cells])
    return joined if len(cells) == 1 or of_linears == len(first.params) else None

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
        x: the inputs, (V, X), each of which is projected once.
        lazily: whether that is when a sequence has it for the first time, as a few names have few letters of
            an alphabet, and not now.
    """

    def __init__(self, cells: Sequence[tuple[Cell, bool]], x: Array, *, lazily: bool = False) -> None:
        joined = _joined([cell for cell, _ in cells])
        self._parts = []  # one reader for each direction, if the cells cannot be joined
        if joined is None:
            self._parts = [SequenceReader([each], x, lazily=lazily) for each in cells]
            return
        self._cell, self._reverses = joined, [reverse for _, reverse in cells]
        self._cells, self._x = [cell for cell, _ in cells], x
        self._lacking = np.full(len(x), lazily)
        prepared = self._prepared(x[:1] if lazily else x)
        if lazily:  # room for all
            prepared = [
                np.empty((*each.shape[:-2], len(x) * len(cells), each.shape[-1]), each.dtype)
                for each in prepared
            ]
        self._a, self._y, self._state = prepared

    def _prepared(self, x: Array) -> list[Array]:
        """The projected inputs, (..., V * D, A); the first outputs, (V * D, Y), and states, (S, V * D, H).

        The first step of any sequence depends on its first input alone.
        """
        projected = [cell.project(x)[0] for cell in self._cells]  # (..., V, A) each
        pairs = zip(self._cells, projected, strict=True)
        steps = [cell.step(a, cell.initial_state(len(x)))[:2] for cell, a in pairs]
        return [_side_by_side(each) for each in (projected, *zip(*steps, strict=True))]

    def _prepare(self, ids: Ids) -> None:
        """Prepare what is lacking, input by input, so that rounding does not depend on what came together."""
        count = len(self._reverses)
        for number in sorted(set(ids[self._lacking[ids]].tolist())):
            rows = slice(number * count, (number + 1) * count)
            found = self._prepared(self._x[number : number + 1])
            for place, each in zip((self._a, self._y, self._state), found, strict=True):
                place[..., rows, :] = each
            self._lacking[number] = False

    def read(self, ids: Ids) -> Array:
        """Read one sequence, given which of the inputs its T steps have.

        Returns:
            The outputs of each cell, (T, D, Y), in the order in which the cell reads: those of a reverse cell
            begin at the end of the sequence.
        """
        if self._parts:
            return np.concatenate([each.read(ids) for each in self._parts], axis=1)
        if self._lacking[ids].any():
            self._prepare(ids)
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

"""Cells applied to whole sequences: in both directions, and in stacked layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Backward
from cognomen.rnn.cell import Cell, state_like
from cognomen.rnn.cells import find_cell
from cognomen.rnn.engine.packed_weights import deferred_gradients
from cognomen.rnn.initializers import Initializer
from cognomen.rnn.layer import Layer, check_sizes, gradient_of, rows_of
from cognomen.rnn.layers import Dropout
from cognomen.rnn.packed import Layout, Packed
from cognomen.rnn.stateful import Stateful, StatefulBackward

DIRECTIONS = ("forward", "reverse", "both")


def scan(cell: Cell, a: Array, batch: Packed) -> tuple[Array, Backward]:
    """Apply a cell step by step to the projected inputs (..., M, A) of a packed batch: outputs (M, Y)."""
    outputs, _, backward = scan_from(cell, a, batch, cell.initial_state(len(batch)))
    return outputs, lambda dy: backward(dy)[0]


def scan_from(
    cell: Cell, a: Array, batch: Packed, state: Array
) -> tuple[Array, Array, Callable[..., tuple[Array, Array]]]:
    """As `scan`, from an initial state (S, N, H) in the packed order.

    Returns:
        The outputs (M, Y), the state after the last step of each sequence (S, N, H), and backward:
        backpropagation through time, the same steps in reverse. It takes the gradient by the outputs, and by
        the last state if there is one, and returns those by `a` and by the initial state.
    """
    outputs, backwards = [], []
    last = np.empty_like(state)  # (S, N, H)
    for rows in batch.steps():
        size = rows.stop - rows.start
        if size < state.shape[1]:  # some sequences have ended
            last[:, size : state.shape[1]] = state[:, size:]
        y, state, back = cell.step(a[..., rows, :], state[:, :size])
        outputs.append(y)
        backwards.append((rows, back))
    last[:, :size] = state

    def backward(dy: Array, dlast: Array | None = None) -> tuple[Array, Array]:
        da = np.empty_like(a)  # (..., M, A)
        # (S, N, H): a sequence gets no gradient from the steps after its end.
        dstate = np.zeros_like(last) if dlast is None else dlast.copy()
        with deferred_gradients(cell):
            for rows, back in reversed(backwards):
                size = rows.stop - rows.start
                da[..., rows, :], dstate[:, :size] = back(dy[rows], dstate[:, :size])
        return da, dstate

    return np.concatenate(outputs), last, backward


class Recurrent(Stateful):
    """A stack of recurrent layers.

    Args:
        cell: "rnn", "combined", "gru" or "lstm", or a `Cell` of your own: a class, or another function that
            makes one given X, H and the keywords rng, bias and dtype.
        input_size: X.
        hidden_size: H, of each direction.
        num_layers: the number of layers; each reads the outputs of the one below.
        direction: "forward", "reverse" (each sequence read from its end), or "both", which concatenates the
            two outputs.
        dropout: the dropout rate of the outputs of every layer. Unlike in torch.nn the last layer is
            included, so that a single layer is not silently left without dropout.
        bias: whether the cells have bias terms.
        rng: of the initial values.
        cell_options: passed to every cell, for instance `{"nonlinearity": "relu"}`.

    A state is an array (S, L, N, H): S slots of a cell, and L cells, layer by layer, in each the forward one
    first. So for an LSTM `h, c = state` are torch's, and a pair (h, c) is a state. That of a single sequence
    is (S, L, H).

    Parameters have torch.nn's names, `weight_ih_l0`, `weight_hh_l0`, ..., `weight_ih_l0_reverse`, ..., and
    shapes: `layer.load(torch.nn.GRU(...).state_dict())` works.

    Raises:
        InputError: there is no such cell or direction, a size is not 1 or more, or the dropout not in [0, 1).
    """

    def __init__(
        self,
        cell: str | Callable[..., Cell],
        input_size: int,
        hidden_size: int,
        *,
        num_layers: int = 1,
        direction: str = "forward",
        dropout: float = 0.0,
        bias: bool = True,
        rng: Initializer | None = None,
        dtype: DTypeLike = np.float32,
        cell_options: Mapping[str, Any] | None = None,
    ) -> None:
        make, self.cell = find_cell(cell)
        if direction not in DIRECTIONS:
            raise InputError(f"direction: expected one of {', '.join(DIRECTIONS)}, got {direction!r}")
        check_sizes(input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
        self.dropout = Dropout(dropout)
        self.input_size, self.direction = input_size, direction
        reverses = {"forward": [False], "reverse": [True], "both": [False, True]}[direction]
        self.levels: list[list[tuple[Cell, bool]]] = []
        parts: dict[str, Layer] = {}
        for level in range(num_layers):
            cells = []
            for reverse in reverses:
                made = make(input_size, hidden_size, rng=rng, bias=bias, dtype=dtype, **(cell_options or {}))
                parts[f"{{}}_l{level}{'_reverse' if reverse and direction == 'both' else ''}"] = made
                cells.append((made, reverse))
            self.levels.append(cells)
            input_size = sum(made.output_size for made, _ in cells)
        self.output_size = input_size
        super().__init__(*self.collect(parts))

    def initial_state(self, count: int) -> Array:
        """The state before the first step of N sequences, (S, L, N, H)."""
        return np.stack([cell.initial_state(count) for cells in self.levels for cell, _ in cells], axis=1)

    def forward(
        self,
        x: Array | Packed,
        state: ArrayLike | None = None,
        *,
        lengths: ArrayLike | None = None,
        rng: np.random.Generator | None = None,
    ) -> tuple[Any, Array, StatefulBackward]:
        """See `Stateful.forward`; the state is (S, L, N, H), in the order of the input."""
        layout = Layout.of(x, lengths, 1)
        batch = layout.packed
        rows = rows_of(layout.rows(x), self.input_size).astype(self.levels[0][0][0].dtype, copy=False)
        order = batch.sorted_indices
        first = self._checked(state, len(batch), layout.single)[:, :, order]  # (S, L, N, H), packed order
        rows, last, backward_packed = self._read_all(batch.with_data(rows), first, rng)
        y = layout.restore(rows)

        def in_given_order(packed: Array) -> Array:
            states = np.empty_like(packed)
            states[:, :, order] = packed
            return states[:, :, 0] if layout.single else states

        def backward(dy: Array, dlast: Array | None = None) -> tuple[Array, Array]:
            if dlast is not None:
                dlast = self._checked(dlast, len(batch), layout.single)[:, :, order]
            dx, dfirst = backward_packed(layout.rows(gradient_of(y, dy)), dlast)
            return layout.restore(dx), in_given_order(dfirst)

        return (batch.with_data(y) if layout.shape is None else y), in_given_order(last), backward

    def _checked(self, state: ArrayLike | None, count: int, single: bool) -> Array:
        """A state of this stack, (S, L, N, H); the initial one if not given."""
        if state is None:
            return self.initial_state(count)
        cell, _ = self.levels[0][0]
        cells = sum(map(len, self.levels))
        batch = () if single else (count,)
        found = state_like(state, (cell.slots, cells, *batch, cell.hidden_size), cell.dtype)
        return found.reshape(cell.slots, cells, count, cell.hidden_size)

    def _read_all(
        self, x: Packed, first: Array, rng: np.random.Generator | None
    ) -> tuple[Array, Array, Callable[[Array, Array | None], tuple[Array, Array]]]:
        """All layers, one after another: outputs (M, Y), last state (S, L, N, H), and backward."""
        backwards, lasts, width = [], [], len(self.levels[0])
        for level, cells in enumerate(self.levels):
            data, last, back = self._read(cells, x, first[:, level * width : (level + 1) * width])
            data, back_dropout = self.dropout.forward(data, rng)
            x = x.with_data(data)
            lasts.append(last)
            backwards.append((back, back_dropout))

        def backward(dy: Array, dlast: Array | None) -> tuple[Array, Array]:
            dfirst = np.empty_like(first)
            for level, (back, back_dropout) in reversed(list(enumerate(backwards))):
                part = slice(level * width, (level + 1) * width)
                dy, dfirst[:, part] = back(back_dropout(dy), None if dlast is None else dlast[:, part])
            return dy, dfirst

        return x.data, np.concatenate(lasts, axis=1), backward

    def _read(
        self, cells: list[tuple[Cell, bool]], x: Packed, first: Array
    ) -> tuple[Array, Array, Callable[[Array, Array | None], tuple[Array, Array]]]:
        """One layer: all directions read the same inputs, and their outputs are concatenated."""
        outputs, lasts, backwards = [], [], []
        for d, (cell, reverse) in enumerate(cells):
            a, back_project = cell.project(x.data[x.reverse] if reverse else x.data)
            y, last, back_scan = scan_from(cell, a, x, first[:, d])
            outputs.append(y[x.reverse] if reverse else y)
            lasts.append(last)
            backwards.append((back_project, back_scan, reverse))

        def backward(dy: Array, dlast: Array | None) -> tuple[Array, Array]:
            dx, dfirst = np.zeros_like(x.data), np.empty_like(first)  # (M, X), (S, D, N, H)
            parts = np.split(dy, len(cells), axis=1)
            for d, (back_project, back_scan, reverse) in enumerate(backwards):
                part = parts[d][x.reverse] if reverse else parts[d]
                da, dfirst[:, d] = back_scan(part, None if dlast is None else dlast[:, d])
                dpart = back_project(da)
                dx += dpart[x.reverse] if reverse else dpart
            return dx, dfirst

        return np.concatenate(outputs, axis=1), np.stack(lasts, axis=1), backward

    def sublayers(self) -> dict[str, Layer]:
        """See `Layer.sublayers`."""
        return {
            f"l{level}.{d}": cell
            for level, cells in enumerate(self.levels)
            for d, (cell, _) in enumerate(cells)
        }

    @property
    def reads_ahead(self) -> bool:
        """See `Stateful.reads_ahead`."""
        return self.direction != "forward"

    def describe(self) -> str:
        """See `Layer.describe`."""
        layers = f", {len(self.levels)} layers" if len(self.levels) > 1 else ""
        turned = f", {self.direction}" if self.reads_ahead else ""
        return f"{self.cell}, {self.input_size} -> {self.output_size}{layers}{turned}"

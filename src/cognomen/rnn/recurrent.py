"""Cells applied to whole sequences: in both directions, and in stacked layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Backward
from cognomen.rnn.cells import CELLS, Cell
from cognomen.rnn.engine.packed_weights import deferred_gradients
from cognomen.rnn.initializers import Initializer
from cognomen.rnn.layers import Dropout, Layer
from cognomen.rnn.packed import Packed, pack

DIRECTIONS = ("forward", "reverse", "both")


def scan(cell: Cell, a: Array, batch: Packed) -> tuple[Array, Backward]:
    """Apply a cell step by step to the projected inputs (..., M, A) of a packed batch: outputs (M, Y)."""
    outputs, backward = scan_from(cell, a, batch, cell.initial_state(len(batch)))
    return outputs, lambda dy: backward(dy)[0]


def scan_from(
    cell: Cell, a: Array, batch: Packed, state: Array
) -> tuple[Array, Callable[[Array], tuple[Array, Array]]]:
    """As `scan`, from an initial state (S, N, H) in the packed order; backward also returns its gradient.

    Backward is backpropagation through time: the same steps in reverse.
    """
    outputs, backwards = [], []
    for rows in batch.steps():
        size = rows.stop - rows.start
        y, state, back = cell.step(a[..., rows, :], state[:, :size])
        outputs.append(y)
        backwards.append((rows, back))

    def backward(dy: Array) -> tuple[Array, Array]:
        da = np.empty_like(a)  # (..., M, A)
        # (S, N, H), zeros: a sequence gets no gradient from the steps after its end.
        dstate = cell.initial_state(len(batch))
        with deferred_gradients(cell):
            for rows, back in reversed(backwards):
                size = rows.stop - rows.start
                da[..., rows, :], dstate[:, :size] = back(dy[rows], dstate[:, :size])
        return da, dstate

    return np.concatenate(outputs), backward


class Recurrent(Layer):
    """A stack of recurrent layers over packed sequences.

    Args:
        cell: "rnn", "combined", "gru" or "lstm".
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

    Parameters have torch.nn's names: `weight_ih_l0`, `weight_hh_l0`, ..., `weight_ih_l0_reverse`, ...
    """

    def __init__(
        self,
        cell: str,
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
        if cell not in CELLS:
            raise InputError(f"cell: expected one of {', '.join(CELLS)}, got {cell!r}")
        if direction not in DIRECTIONS:
            raise InputError(f"direction: expected one of {', '.join(DIRECTIONS)}, got {direction!r}")
        if min(input_size, hidden_size, num_layers) < 1:
            raise InputError(
                f"expected sizes of 1 or more, got input_size {input_size}, hidden_size {hidden_size}, "
                f"num_layers {num_layers}"
            )
        self.dropout = Dropout(dropout)
        reverses = {"forward": [False], "reverse": [True], "both": [False, True]}[direction]
        self.levels: list[list[tuple[Cell, bool]]] = []
        parts: dict[str, Layer] = {}
        for level in range(num_layers):
            cells = []
            for reverse in reverses:
                made = CELLS[cell](
                    input_size, hidden_size, rng=rng, bias=bias, dtype=dtype, **(cell_options or {})
                )
                parts[f"{{}}_l{level}{'_reverse' if reverse and direction == 'both' else ''}"] = made
                cells.append((made, reverse))
            self.levels.append(cells)
            input_size = sum(made.output_size for made, _ in cells)
        self.output_size = input_size
        super().__init__(*self.collect(parts))

    def forward(self, x: Packed, rng: np.random.Generator | None = None) -> tuple[Packed, Backward]:
        """Map packed inputs (M, X) to packed outputs (M, Y), row by row.

        `rng` is for dropout, in training only.
        """
        backwards = []
        for cells in self.levels:
            data, back = self._read(cells, x)
            data, back_dropout = self.dropout.forward(data, rng)
            x = x.with_data(data)
            backwards += [back, back_dropout]

        def backward(dy: Array) -> Array:
            for back in reversed(backwards):
                dy = back(dy)
            return dy

        return x, backward

    def _read(self, cells: list[tuple[Cell, bool]], x: Packed) -> tuple[Array, Backward]:
        """One layer: all directions read the same inputs, and their outputs are concatenated."""
        outputs, backwards = [], []
        for cell, reverse in cells:
            a, back_project = cell.project(x.data[x.reverse] if reverse else x.data)
            y, back_scan = scan(cell, a, x)
            outputs.append(y[x.reverse] if reverse else y)
            backwards.append((back_project, back_scan, reverse))

        def backward(dy: Array) -> Array:
            dx = np.zeros_like(x.data)  # (M, X)
            for part, (back_project, back_scan, reverse) in zip(
                np.split(dy, len(cells), axis=1), backwards, strict=True
            ):
                d = back_project(back_scan(part[x.reverse] if reverse else part))
                dx += d[x.reverse] if reverse else d
            return dx

        return np.concatenate(outputs, axis=1), backward

    def run(self, sequence: Array) -> Array:
        """Map one sequence (T, X) to its outputs (T, Y)."""
        outputs, _ = self.forward(pack([np.asarray(sequence)]))
        return outputs.data

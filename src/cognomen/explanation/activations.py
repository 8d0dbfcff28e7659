"""What happens inside a recurrent network while it reads one name: states, gates, Jacobian norms.

How a state depends on an earlier letter is a matrix of derivatives, d state_t / d x_s. It is carried forward
along with the state, by the chain rule (forward-mode differentiation, as in real-time recurrent learning):

    d state_t / d x_s  =  (d state_t / d state_{t-1}) (d state_{t-1} / d x_s)  +  [t = s] d state_t / d x_t

The two Jacobians of a step on the right come from the cell's own backward pass, which is given one row of the
identity for each number of the state, all rows as one batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cognomen.errors import InputError
from cognomen.explanation.attribution import in_double_precision
from cognomen.network.network import Network
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.cell import Cell
from cognomen.rnn.cells import GRU, LSTM
from cognomen.rnn.engine.blas import one_blas_thread
from cognomen.rnn.nonlinearities import sigmoid


@dataclass(frozen=True)
class Activations:
    """What the last recurrent layer computed at each letter of a name, in D directions.

    Attributes:
        directions: "forward", "reverse" or both, D of them. "reverse" reads from the end of the name.
        states: (D, T, H), the hidden state after reading the letter.
        gates: by name, (D, T, H), the gate's values, 0 to 1, when the letter was read. For a GRU "reset" and
            "update"; for an LSTM "input", "forget", "output", and "candidate", which is -1 to 1; else empty.
        jacobian_norms: (D, T, T), at [d, t, s] the Frobenius norm of d state_t / d x_s, where x_s is the
            embedding of letter s: how strongly the state after letter t depends on letter s.
    """

    directions: tuple[str, ...]
    states: Array
    gates: dict[str, Array]
    jacobian_norms: Array

    def norms_by_lag(self) -> Array:
        """The mean Jacobian norm over all states and the letters read L steps earlier, (D, T), L from 0.

        Lag 0 is the letter just read.
        """
        # What was read earlier stands below the diagonal of a forward direction, above it of a reverse one.
        offsets = [1 if direction == "reverse" else -1 for direction in self.directions]
        return np.array(
            [
                [np.diagonal(norms, lag * offset).mean() for lag in range(len(norms))]
                for norms, offset in zip(self.jacobian_norms, offsets, strict=True)
            ]
        )

    def merged(self, groups: Sequence[slice]) -> Activations:
        """The same for L groups of adjacent letters, such as a letter and its combining marks.

        A group's state and gates are those after the last of its letters in reading order; its Jacobian norm
        is that of the derivative by all its letters together.
        """
        last = {"forward": [g.stop - 1 for g in groups], "reverse": [g.start for g in groups]}
        rows = np.array([last[direction] for direction in self.directions])  # (D, L)
        squares = _take_rows(self.jacobian_norms, rows) ** 2  # (D, L, T)
        norms = np.sqrt(np.stack([squares[..., g].sum(axis=-1) for g in groups], axis=-1))  # (D, L, L)
        gates = {name: _take_rows(gate, rows) for name, gate in self.gates.items()}
        return Activations(self.directions, _take_rows(self.states, rows), gates, norms)


def _take_rows(values: Array, rows: Ids) -> Array:
    """The rows (D, L) of values (D, T, ...): (D, L, ...)."""
    return values[np.arange(len(rows))[:, None], rows]


def record_activations(network: Network, ids: Ids) -> Activations:
    """Read the letters of one name, (T,), and record the last layer's activations.

    The network is left unchanged.

    Raises:
        InputError: there are no letters, or an id is outside the alphabet.
    """
    if len(ids) == 0:
        raise InputError("expected the letters of a name, got none")
    with one_blas_thread():
        return _record(in_double_precision(network), ids)


def _record(double: Network, ids: Ids) -> Activations:
    x, _ = double.embedding.forward(ids)  # (T, E)
    dx: Array | None = None  # (T, X, T, E), d x_t / d letter s; None is the identity, in the first layer
    *lower, top = double.recurrent.levels
    for cells in lower:
        reads = [_read(cell, x, dx, reverse=reverse, with_outputs=True) for cell, reverse in cells]
        x = np.concatenate([read.outputs for read in reads], axis=1)  # (T, D * H)
        dx = np.concatenate([read.output_jacobians for read in reads], axis=1)  # (T, D * H, T, E)
    reads = [_read(cell, x, dx, reverse=reverse) for cell, reverse in top]
    return Activations(
        tuple("reverse" if reverse else "forward" for _, reverse in top),
        np.stack([read.states for read in reads]),
        {name: np.stack([read.gates[name] for read in reads]) for name in reads[0].gates},
        np.stack([read.jacobian_norms for read in reads]),
    )


class _Read(NamedTuple):
    """What one direction of a layer computed, by letter in the order of the name."""

    outputs: Array  # (T, Y)
    states: Array  # (T, H)
    gates: dict[str, Array]  # (T, H) each
    jacobian_norms: Array  # (T, T)
    output_jacobians: Array  # (T, Y, T, E), d output_t / d letter s; (T, 0, T, E) without outputs


def _read(cell: Cell, x: Array, dx: Array | None, *, reverse: bool, with_outputs: bool = False) -> _Read:
    """Read inputs (T, X) with a cell, carrying the derivative of its state by the letters along."""
    steps = len(x)
    embedding_size = x.shape[1] if dx is None else dx.shape[-1]  # E
    state = cell.initial_state(1)  # (S, 1, H)
    carry = np.zeros((state.size, steps, embedding_size))  # (S * H, T, E), d state / d letter s
    found = []
    for t in reversed(range(steps)) if reverse else range(steps):
        gates = _gates(cell, x[t : t + 1], state)
        by_state, by_input = _step_jacobians(cell, x[t : t + 1], state, with_outputs=with_outputs)
        jacobians = np.tensordot(by_state, carry, 1)  # (rows, T, E)
        if dx is None:
            jacobians[:, t] += by_input
        else:
            jacobians += np.tensordot(by_input, dx[t], 1)
        of_output, carry = np.split(jacobians, [len(jacobians) - len(carry)])
        y, state = cell.read(x[t : t + 1], state)
        norms = np.linalg.norm(carry[: cell.hidden_size], axis=(0, 2))  # (T,)
        found.append((y[0], state[0, 0], gates, norms, of_output))
    outputs, states, gates_at, norms_at, jacobians_at = zip(*found[:: -1 if reverse else 1], strict=True)
    by_gate = {name: np.array([each[name] for each in gates_at]) for name in gates_at[0]}
    return _Read(np.array(outputs), np.array(states), by_gate, np.array(norms_at), np.array(jacobians_at))


def _step_jacobians(cell: Cell, x: Array, state: Array, *, with_outputs: bool) -> tuple[Array, Array]:
    """The Jacobians of one step.

    Args:
        cell: it reads the input x (1, X) in the state (S, 1, H).
        with_outputs: whether the Y rows of the output come before the S * H of the next state.

    Returns:
        The derivatives by the previous state, (rows, S * H), and by the input, (rows, X).
    """
    width = cell.output_size
    seeds = np.eye(width + state.size)[0 if with_outputs else width :]  # (rows, Y + S * H)
    a, back_project = cell.project(np.repeat(x, len(seeds), axis=0))
    _, _, back = cell.step(a, np.repeat(state, len(seeds), axis=1))
    by_slot = seeds[:, width:].reshape(len(seeds), len(state), -1)  # (rows, S, H)
    da, dstate = back(seeds[:, :width], by_slot.swapaxes(0, 1))
    return dstate.swapaxes(0, 1).reshape(len(seeds), -1), back_project(da)


def _gates(cell: Cell, x: Array, state: Array) -> dict[str, Array]:
    """The gates with which a cell reads the input x (1, X) in the state (S, 1, H): (H,) each."""
    if not isinstance(cell, GRU | LSTM):
        return {}
    a, b = cell.input.apply(x)[:, 0], cell.recurrent.apply(state[0])[:, 0]  # (G, H) each
    if isinstance(cell, GRU):
        reset, update = sigmoid(a[:2] + b[:2])
        return {"reset": reset, "update": update}
    i, f, g, o = a + b
    return {"input": sigmoid(i), "forget": sigmoid(f), "candidate": np.tanh(g), "output": sigmoid(o)}

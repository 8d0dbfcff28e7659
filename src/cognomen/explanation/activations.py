"""What happens inside a recurrent network while it reads one name: states, gates, how far letters reach.

How a state hangs on an earlier letter is a matrix of derivatives, d state_t / d x_s. It is carried forward
with the state, by the chain rule:

    d state_t / d x_s  =  (d state_t / d state_{t-1}) (d state_{t-1} / d x_s)  +  [t = s] d state_t / d x_t

The two factors on the right come from the cell's own backward, asked for each number of the state at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cognomen.errors import InputError
from cognomen.explanation.attribution import in_double
from cognomen.network.network import Network
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.cells import GRU, LSTM, Cell
from cognomen.rnn.nonlinearities import sigmoid

__all__ = ["Workings", "look_inside"]


@dataclass(frozen=True)
class Workings:
    """What the last recurrent layer did at each letter of a name, D directions side by side.

    Attributes:
        directions: "forward", "reverse" or both, D of them. The reverse one reads from the end.
        states: (D, T, H), the hidden state after reading the letter.
        gates: by name, (D, T, H): how far each gate was open, 0 to 1, when it read the letter. Of a GRU
            "reset" and "update"; of an LSTM "input", "forget", "output", and "candidate", -1 to 1; else none.
        reach: (D, T, T), at [d, t, s] how strongly the state after letter t hangs on letter s: the
            (Frobenius) norm of d state_t / d x_s, x being the letter's embedding.
    """

    directions: tuple[str, ...]
    states: Array
    gates: dict[str, Array]
    reach: Array

    def by_lag(self) -> Array:
        """How strongly a state hangs on the letter read so many steps before, the mean over states, (D, T).

        Lag 0 is the letter just read.
        """
        offsets = [1 if way == "reverse" else -1 for way in self.directions]
        steps = range(self.reach.shape[1])
        return np.array(
            [
                [np.diagonal(reach, lag * offset).mean() for lag in steps]
                for reach, offset in zip(self.reach, offsets, strict=True)
            ]
        )

    def merged(self, groups: Sequence[slice]) -> Workings:
        """The same for L groups of neighbouring letters, such as a letter and its marks.

        A group's state and gates are those after the last of its letters that is read; its reach is that of
        all of them together.
        """
        last = {"forward": [g.stop - 1 for g in groups], "reverse": [g.start for g in groups]}
        rows = np.array([last[way] for way in self.directions])  # (D, L)
        squares = _rows(self.reach, rows) ** 2  # (D, L, T)
        reach = np.sqrt(np.stack([squares[..., g].sum(axis=-1) for g in groups], axis=-1))  # (D, L, L)
        gates = {name: _rows(gate, rows) for name, gate in self.gates.items()}
        return Workings(self.directions, _rows(self.states, rows), gates, reach)


def _rows(values: Array, rows: Ids) -> Array:
    """Of values (D, T, ...) the rows (D, L)."""
    return values[np.arange(len(rows))[:, None], rows]


def look_inside(network: Network, ids: Ids) -> Workings:
    """Read the letters of one name, (T,), and keep what happens. The network is not touched.

    Raises:
        InputError: there is no letter, or an id is no letter's.
    """
    if len(ids) == 0:
        raise InputError("expected the letters of a name, got none")
    exact = in_double(network)
    x, _ = exact.embedding.forward(ids)  # (T, E)
    dx: Array | None = (
        None  # (T, X, T, E): how the layer's inputs follow the letters; at first, they are these
    )
    *lower, top = exact.recurrent.levels
    for cells in lower:
        reads = [_read(cell, x, dx, reverse=reverse, keep=True) for cell, reverse in cells]
        x = np.concatenate([read.outputs for read in reads], axis=1)  # (T, D * H)
        dx = np.concatenate([read.slopes for read in reads], axis=1)  # (T, D * H, T, E)
    reads = [_read(cell, x, dx, reverse=reverse) for cell, reverse in top]
    return Workings(
        tuple("reverse" if reverse else "forward" for _, reverse in top),
        np.stack([read.states for read in reads]),
        {name: np.stack([read.gates[name] for read in reads]) for name in reads[0].gates},
        np.stack([read.reach for read in reads]),
    )


class _Read(NamedTuple):
    """What one direction of a layer did, letter by letter in the order of the name."""

    outputs: Array  # (T, Y)
    states: Array  # (T, H)
    gates: dict[str, Array]  # (T, H) each
    reach: Array  # (T, T)
    slopes: Array  # (T, Y, T, E), how the outputs follow the letters; (T, 0, T, E) unless they are to be kept


def _read(cell: Cell, x: Array, dx: Array | None, *, reverse: bool, keep: bool = False) -> _Read:
    """Read inputs (T, X) with a cell, and carry along how its state follows the letters."""
    steps = len(x)
    letter_size = x.shape[1] if dx is None else dx.shape[-1]  # E
    state = cell.start(1)  # (S, 1, H)
    carry = np.zeros((state.size, steps, letter_size))  # (S * H, T, E)
    found = []
    for t in reversed(range(steps)) if reverse else range(steps):
        gates = _gates(cell, x[t : t + 1], state)
        past, local = _step_slopes(cell, x[t : t + 1], state, keep=keep)
        slopes = np.tensordot(past, carry, 1)  # (rows, T, E)
        if dx is None:
            slopes[:, t] += local
        else:
            slopes += np.tensordot(local, dx[t], 1)
        kept, carry = np.split(slopes, [len(slopes) - len(carry)])
        y, state = cell.read(x[t : t + 1], state)
        reach = np.linalg.norm(carry[: cell.hidden_size], axis=(0, 2))  # (T,)
        found.append((y[0], state[0, 0], gates, reach, kept))
    by_letter = found[::-1] if reverse else found
    outs, states, opened, reached, slopes_of = zip(*by_letter, strict=True)
    by_gate = {name: np.array([each[name] for each in opened]) for name in opened[0]}
    return _Read(np.array(outs), np.array(states), by_gate, np.array(reached), np.array(slopes_of))


def _step_slopes(cell: Cell, x: Array, state: Array, *, keep: bool) -> tuple[Array, Array]:
    """How one step's output and next state follow the state before and its input.

    Args:
        cell: it reads the input x (1, X) in the state (S, 1, H).
        keep: whether the output's rows, Y of them, come before the state's, S * H.

    Returns:
        The derivatives by the state, (rows, S * H), and by the input, (rows, X).
    """
    width = cell.output_size
    seeds = np.eye(width + state.size)[0 if keep else width :]  # (rows, Y + S * H)
    a, back_project = cell.project(np.repeat(x, len(seeds), axis=0))
    _, _, back = cell.step(a, np.repeat(state, len(seeds), axis=1))
    by_slot = seeds[:, width:].reshape(len(seeds), len(state), -1)  # (rows, S, H)
    da, dstate = back(seeds[:, :width], by_slot.swapaxes(0, 1))
    return dstate.swapaxes(0, 1).reshape(len(seeds), -1), back_project(da)


def _gates(cell: Cell, x: Array, state: Array) -> dict[str, Array]:
    """The gates with which a cell reads the input x (1, X) in the state (S, 1, H): (H,) each."""
    if not isinstance(cell, GRU | LSTM):
        return {}
    a, b = cell.input.forward(x)[0][:, 0], cell.recurrent.forward(state[0])[0][:, 0]  # (G, H) each
    if isinstance(cell, GRU):
        reset, update = sigmoid(a[:2] + b[:2])
        return {"reset": reset, "update": update}
    i, f, g, o = a + b
    return {"input": sigmoid(i), "forget": sigmoid(f), "candidate": np.tanh(g), "output": sigmoid(o)}

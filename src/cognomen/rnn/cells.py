"""Recurrent cells: how one input changes the hidden state.

A cell has two halves. `project` depends on the inputs alone, so all steps of a batch go through it in one
matrix product. `step` combines one projected input `a` with the state:

    a, back_a = cell.project(x)                 # (M, X) -> (..., M, A)
    y, state, back = cell.step(a_t, state)      # (..., N, A), (S, N, H) -> (N, Y), (S, N, H)
    da_t, dstate = back(dy, dstate)             # one step back in time

A state is an array (S, N, H): one slot for most cells, two for the LSTM, the hidden state always first. In
cells with gates `a` is (G, N, H), one gate after the other, so that each gate is contiguous in memory.
Gate order, parameter names and initial values of the gated cells and of `Elman` are those of torch.nn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import DTypeLike

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Backward
from cognomen.rnn.initializers import Initializer
from cognomen.rnn.layers import Layer, Linear, check_sizes, gradient_of, rows_of
from cognomen.rnn.nonlinearities import NonlinearityLike, find_nonlinearity, sigmoid

StepBackward = Callable[[Array, Array], tuple[Array, Array]]


class Cell(Layer):
    """The interface of all cells: the sizes X, H and Y, an initial state, `project` and `step`."""

    slots = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        dtype: DTypeLike,
        parts: Mapping[str, Layer],
    ) -> None:
        self.input_size, self.hidden_size, self.output_size = input_size, hidden_size, output_size
        self.dtype = np.dtype(dtype)
        super().__init__(*self.collect(parts))

    def initial_state(self, count: int) -> Array:
        """The state before the first step: zeros, (S, N, H)."""
        return np.zeros((self.slots, count, self.hidden_size), dtype=self.dtype)

    def project(self, x: Array) -> tuple[Array, Backward]:
        """The part of a step that depends on the inputs alone, (M, X) -> (..., M, A)."""
        raise NotImplementedError

    def step(self, a: Array, state: Array) -> tuple[Array, Array, StepBackward]:
        """One step from a projected input (..., N, A) and a state (S, N, H).

        Returns:
            The output (N, Y), the next state, and backward: from the gradients by these to those by `a` and
            `state`. The next state may share memory with the output; neither shares it with `a` or `state`.
        """
        raise NotImplementedError

    def forward(
        self, x: Array, state: Array | None = None
    ) -> tuple[Array, Array, Callable[..., tuple[Array, Array]]]:
        """Both halves: one step from an input (N, X) and a state (S, N, H), the initial one if not given.

        Returns:
            The output (N, Y), the next state, and backward: from the gradients by these, the second of which
            may be left out, to those by `x` and `state`.

        Raises:
            InputError: the shape of `x` or of `state` is wrong.
        """
        x, state = self.checked(x, state)
        a, back_project = self.project(x)
        y, after, back = self.step(a, state)

        def backward(dy: Array, dafter: Array | None = None) -> tuple[Array, Array]:
            dafter = np.zeros_like(after) if dafter is None else gradient_of(after, dafter)
            da, dstate = back(gradient_of(y, dy), dafter)
            return back_project(da), dstate

        return y, after, backward

    def read(self, x: Array, state: Array) -> tuple[Array, Array]:
        """As `forward`, for inference: from x (N, X) and state (S, N, H) to output (N, Y) and next state."""
        if x.shape != (len(x), self.input_size) or state.shape != (self.slots, len(x), self.hidden_size):
            x, state = self.checked(x, state)
        y, state, _ = self.step(self.project(x)[0], state)
        return y, state

    def checked(self, x: Array, state: Array | None) -> tuple[Array, Array]:
        """An input (N, X) and a state (S, N, H), the initial one if not given.

        Raises:
            InputError: one has another shape. NumPy would repeat the state of one sequence for all.
        """
        if np.ndim(x) != 2:
            raise InputError(f"x: expected one step of a batch (N, {self.input_size}), got {np.shape(x)}")
        x = rows_of(x, self.input_size).astype(self.dtype, copy=False)
        if state is None:
            return x, self.initial_state(len(x))
        return x, state_like(state, (self.slots, len(x), self.hidden_size), self.dtype)

    def describe(self) -> str:
        """See `Layer.describe`."""
        sizes = [self.input_size, self.hidden_size]
        return " -> ".join(
            map(str, sizes if self.output_size == self.hidden_size else [*sizes, self.output_size])
        )


class GatedCell(Cell):
    """A cell with a linear map of the input and one of the hidden state for each of G gates.

        a = W_ih x + bias_ih,   b = W_hh h + bias_hh,   both (G, N, H), or (N, H) for a cell without gates

    Parameters: `weight_ih` (G * H, X), `weight_hh` (G * H, H), `bias_ih` (G * H,), `bias_hh` (G * H,), all
    initialised uniformly on [-1 / sqrt(H), 1 / sqrt(H)).
    """

    gates: int | None = None
    # The number of leading gates that use only the sum a + b (None: all gates): there the engine adds bias_hh
    # to a, once for all steps. 0 is right for any cell.
    summed: int | None = 0

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        rng: Initializer | None = None,
        bias: bool = True,
        dtype: DTypeLike = np.float32,
    ) -> None:
        check_sizes(input_size=input_size, hidden_size=hidden_size)
        bound = hidden_size**-0.5
        self.input, self.recurrent = (
            Linear(size, hidden_size, rng=rng, bias=bias, bound=bound, dtype=dtype, blocks=self.gates)
            for size in (input_size, hidden_size)
        )
        parts = {"{}_ih": self.input, "{}_hh": self.recurrent}
        super().__init__(input_size, hidden_size, hidden_size, dtype, parts)

    def project(self, x: Array) -> tuple[Array, Backward]:
        """W_ih x + bias_ih, for all steps at once, (M, X) -> (G, M, H)."""
        return self.input.apply(x), lambda da: self.input.back(da, x)

    def read(self, x: Array, state: Array) -> tuple[Array, Array]:
        """See `Cell.read`; without the backward function of `project`."""
        if x.shape != (len(x), self.input_size) or state.shape != (self.slots, len(x), self.hidden_size):
            x, state = self.checked(x, state)
        y, state, _ = self.step(self.input.apply(x), state)
        return y, state


class Elman(GatedCell):
    """h <- phi(V h + U x), the network of Elman (1990); U is `weight_ih`, V is `weight_hh`."""

    summed = None

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        nonlinearity: NonlinearityLike = "tanh",
        rng: Initializer | None = None,
        bias: bool = True,
        dtype: DTypeLike = np.float32,
    ) -> None:
        super().__init__(input_size, hidden_size, rng=rng, bias=bias, dtype=dtype)
        self.phi = find_nonlinearity(nonlinearity)

    def step(self, a: Array, state: Array) -> tuple[Array, Array, StepBackward]:
        """See `Cell.step`."""
        h = state[0]  # (N, H)
        z = self.recurrent.apply(h)  # (N, H)
        z += a
        h_next = self.phi.function(z)  # (N, H)

        def backward(dy: Array, dstate: Array) -> tuple[Array, Array]:
            dz = (dy + dstate[0]) * self.phi.slope(z, h_next)  # (N, H)
            return dz, self.recurrent.back(dz, h)[None]

        return h_next, h_next[None], backward


class Combined(Cell):
    """The cell of the PyTorch name tutorial: two linear maps of input and hidden state, concatenated.

        h <- phi(i2h [x, h]),   y = i2o [x, h]       phi: the identity, as in the tutorial, or tanh

    y has `output_size` units (H by default). The tutorial's log-softmax is left to the loss.
    Parameters: `i2h.weight` (H, X+H), `i2h.bias` (H,), `i2o.weight` (Y, X+H), `i2o.bias` (Y,).
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int | None = None,
        *,
        nonlinearity: NonlinearityLike = "identity",
        rng: Initializer | None = None,
        bias: bool = True,
        dtype: DTypeLike = np.float32,
    ) -> None:
        output_size = hidden_size if output_size is None else output_size
        check_sizes(input_size=input_size, hidden_size=hidden_size, output_size=output_size)
        self.phi = find_nonlinearity(nonlinearity)
        width = input_size + hidden_size
        self.i2h = Linear(width, hidden_size, rng=rng, bias=bias, dtype=dtype)
        self.i2o = Linear(width, output_size, rng=rng, bias=bias, dtype=dtype)
        parts = {"i2h.{}": self.i2h, "i2o.{}": self.i2o}
        super().__init__(input_size, hidden_size, output_size, dtype, parts)

    def project(self, x: Array) -> tuple[Array, Backward]:
        """The identity: this cell uses the input together with the hidden state only."""
        return x, lambda dx: dx

    def step(self, a: Array, state: Array) -> tuple[Array, Array, StepBackward]:
        """See `Cell.step`; here `a` is the input itself, (N, X)."""
        h = state[0]  # (N, H)
        combined = np.concatenate([a, h], axis=1)  # (N, X+H)
        z = self.i2h.apply(combined)  # (N, H)
        h_next = self.phi.function(z)  # (N, H)
        y = self.i2o.apply(combined)  # (N, Y)

        def backward(dy: Array, dstate: Array) -> tuple[Array, Array]:
            dz = dstate[0] * self.phi.slope(z, h_next)  # (N, H)
            dcombined = self.i2h.back(dz, combined) + self.i2o.back(dy, combined)  # (N, X+H)
            return dcombined[:, : self.input_size], dcombined[None, :, self.input_size :]

        return y, h_next[None], backward


class GRU(GatedCell):
    """The gated recurrent unit (Cho et al. 2014), as in torch.nn: gates r, z, n in this order.

    r = sigmoid(a_r + b_r)         reset: how much of the past the candidate uses
    z = sigmoid(a_z + b_z)         update: how much of the past is kept
    n = tanh(a_n + r * b_n)        candidate
    h <- (1 - z) * n + z * h
    """

    gates = 3
    summed = 2  # n uses b_n alone, multiplied by r

    def step(self, a: Array, state: Array) -> tuple[Array, Array, StepBackward]:
        """See `Cell.step`."""
        h = state[0]  # (N, H)
        b = self.recurrent.apply(h)  # (3, N, H)
        rz = b[:2]
        rz += a[:2]
        sigmoid(rz)  # in place
        r, z, b_n = b[0], b[1], b[2]  # (N, H) each
        n = r * b_n  # (N, H)
        n += a[2]
        np.tanh(n, n)
        h_next = h - n  # (N, H)
        h_next *= z
        h_next += n  # n + z (h - n)

        def backward(dy: Array, dstate: Array) -> tuple[Array, Array]:
            dh = dy + dstate[0]  # (N, H)
            dh_z = dh * z
            da = np.empty_like(b)  # (3, N, H)
            dr, dz, dn = da
            np.multiply(dh - dh_z, 1 - n * n, out=dn)
            np.multiply(dh_z * (h - n), 1 - z, out=dz)
            db_n = dn * r
            np.multiply(db_n * b_n, 1 - r, out=dr)
            db = da.copy()  # (3, N, H)
            db[2] = db_n
            dh_z += self.recurrent.back(db, h)
            return da, dh_z[None]

        return h_next, h_next[None], backward


class LSTM(GatedCell):
    """Long short-term memory (Hochreiter & Schmidhuber 1997) with a forget gate (Gers et al. 2000).

        i, f, o = sigmoid(a + b), each with its own weights    input, forget and output gate
        g = tanh(a_g + b_g)                                    candidate
        c <- f * c + i * g
        h <- o * tanh(c)                                       gates in the order of torch.nn: i, f, g, o

    The state has two slots: h and c.
    """

    gates = 4
    summed = None
    slots = 2

    def step(self, a: Array, state: Array) -> tuple[Array, Array, StepBackward]:
        """See `Cell.step`."""
        h, c = state  # (N, H) each
        gates = self.recurrent.apply(h)  # (4, N, H)
        gates += a
        (i, f), o = sigmoid(gates[:2]), sigmoid(gates[3])  # (N, H) each
        g = np.tanh(gates[2], out=gates[2])  # (N, H)
        after = np.empty_like(state)  # (2, N, H)
        h_next, c_next = after
        np.multiply(f, c, out=c_next)
        c_next += i * g
        tanh_c = np.tanh(c_next)
        np.multiply(o, tanh_c, out=h_next)

        def backward(dy: Array, dstate: Array) -> tuple[Array, Array]:
            dh = dy + dstate[0]  # (N, H)
            dc = dstate[1] + dh * o * (1 - tanh_c * tanh_c)
            da = np.stack(
                [
                    dc * g * i * (1 - i),
                    dc * c * f * (1 - f),
                    dc * i * (1 - g * g),
                    dh * tanh_c * o * (1 - o),
                ]
            )  # (4, N, H)
            return da, np.stack([self.recurrent.back(da, h), dc * f])

        return h_next, after, backward


CELLS: dict[str, Callable[..., Cell]] = {"rnn": Elman, "combined": Combined, "gru": GRU, "lstm": LSTM}
# Of these, the cells without gates, whose nonlinearity is an option.
WITH_NONLINEARITY = ("rnn", "combined")


def find_cell(cell: str | Callable[..., Cell]) -> tuple[Callable[..., Cell], str]:
    """What makes a cell, given its name or that itself; and its name.

    Raises:
        InputError: there is no cell of this name.
    """
    if callable(cell):
        return cell, getattr(cell, "__name__", repr(cell))
    if cell not in CELLS:
        raise InputError(
            f"cell: expected one of {', '.join(CELLS)}, or a Cell of your own (a class), got {cell!r}"
        )
    return CELLS[cell], cell


def state_like(state: object, wanted: tuple[int, ...], dtype: DTypeLike) -> Array:
    """A given state as an array of the shape `wanted`.

    Raises:
        InputError: it has another shape. NumPy would repeat the state of one sequence for all.
    """
    try:
        found: Array = np.asarray(state, dtype)
    except (TypeError, ValueError) as error:
        raise InputError(f"state: expected numbers of the shape {wanted}: {error}") from error
    if found.shape != wanted:
        raise InputError(
            f"state: expected the shape {wanted} (slots, cells of a stack, sequences of a batch, hidden "
            f"units), got {found.shape}; None is the initial state"
        )
    return found

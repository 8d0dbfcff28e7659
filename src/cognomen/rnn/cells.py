"""The cells: Elman's network, the tutorial's, the GRU and the LSTM. Their interface is in `cell`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import tanh
from numpy.typing import DTypeLike

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Backward
from cognomen.rnn.cell import Cell, GatedCell, StepBackward
from cognomen.rnn.initializers import Initializer
from cognomen.rnn.layer import check_sizes
from cognomen.rnn.layers import Linear
from cognomen.rnn.nonlinearities import NonlinearityLike, find_nonlinearity, sigmoid


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


def gru(rz: Any, a_n: Any, b_n: Any, h: Any) -> tuple[Any, Any, Any, Any]:
    """The equations of the GRU after its products, of arrays or of single numbers: see `GRU`.

    The engine compiles this very function for single numbers (`engine.compiled`), with a `sigmoid` and a
    `tanh` of its own.

    Args:
        rz: a_r + b_r and a_z + b_z; an array of both is overwritten.
        a_n: of the candidate, from the input.
        b_n: of the candidate, from the state.
        h: the state before.

    Returns:
        The next state, r, z and n.
    """
    rz = sigmoid(rz)
    r, z = rz[0], rz[1]
    n = r * b_n
    n += a_n
    n = tanh(n, n)  # an array in place
    h_next = h - n
    h_next *= z
    h_next += n  # (1 - z) n + z h
    return h_next, r, z, n


def gru_back(dh: Any, r: Any, z: Any, n: Any, b_n: Any, h: Any) -> tuple[Any, Any, Any, Any, Any]:
    """The way back through `gru`, of arrays or of single numbers.

    Returns:
        From the gradient by the next state, those by a_r + b_r, a_z + b_z, a_n and b_n; and that by h but for
        its part through the products.
    """
    dh_z = dh * z
    dn = dh - dh_z
    dn -= dn * n * n  # by 1 - n^2
    dz = dh_z * (h - n)
    dz -= dz * z  # by 1 - z
    db_n = dn * r
    dr = db_n * b_n
    dr -= dr * r  # by 1 - r
    return dr, dz, dn, db_n, dh_z


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
        rz, b_n = b[:2], b[2]
        rz += a[:2]
        h_next, r, z, n = gru(rz, a[2], b_n, h)  # (N, H) each

        def backward(dy: Array, dstate: Array) -> tuple[Array, Array]:
            da = np.empty_like(b)  # (3, N, H)
            da[0], da[1], da[2], db_n, dh_before = gru_back(dy + dstate[0], r, z, n, b_n, h)
            db = da.copy()  # (3, N, H)
            db[2] = db_n
            dh_before += self.recurrent.back(db, h)
            return da, dh_before[None]

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

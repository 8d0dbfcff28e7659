"""The recurrent network of the textbook: three matrices and a hidden state.

h <- phi(V h + U x)
y = W h
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from cognomen.errors import InputError, check_whole_number
from cognomen.rnn.arrays import Array, Backward
from cognomen.rnn.cells import Elman
from cognomen.rnn.layer import Layer
from cognomen.rnn.layers import Linear
from cognomen.rnn.nonlinearities import NonlinearityLike, find_nonlinearity
from cognomen.rnn.packed import Packed
from cognomen.rnn.recurrent import scan_from


class RNN(Layer):
    """A recurrent network that keeps its hidden state: `y = rnn.step(x)`.

    Args:
        input_size: X; taken from the first input if not given.
        hidden_size: H.
        output_size: Y; X if not given.
        nonlinearity: phi: "tanh", "relu", "identity", or a pair (phi, its derivative), both functions of
            the array z = V h + U x.
        bias: whether both equations have a bias term; not in the textbook.
        dtype: of all arrays.
        seed: of the initial weights; random if not given.

    Attributes:
        h: the hidden state, (H,), or (N, H) for a batch; None, for zeros, before the first step. Each step
            replaces the array. It may be set.
        U, V, W: the three matrices; assigning to one copies the values into it.
        params: `weight_ih` (U), `weight_hh` (V), `output.weight` (W), and the bias terms if there are any.
    """

    def __init__(
        self,
        input_size: int | None = None,
        hidden_size: int = 128,
        output_size: int | None = None,
        nonlinearity: NonlinearityLike = "tanh",
        bias: bool = False,
        dtype: DTypeLike = np.float32,
        seed: int | None = None,
    ) -> None:
        super().__init__({})
        for name, size in [("input", input_size), ("hidden", hidden_size), ("output", output_size)]:
            if size is not None:
                check_whole_number(f"{name}_size", size)
        self.input_size, self.hidden_size, self.output_size = input_size, hidden_size, output_size
        self.phi = find_nonlinearity(nonlinearity)
        self.bias, self.dtype = bias, np.dtype(dtype)
        if self.dtype.kind != "f":
            raise InputError(f"dtype: expected floating-point numbers such as float32, got {self.dtype}")
        self._h: Array | None = None
        self._rng = np.random.default_rng(seed)
        if input_size is not None:
            self._build(input_size)

    def _build(self, input_size: int) -> None:
        self.input_size = input_size
        self.output_size = self.output_size or input_size
        self._cell = Elman(
            input_size,
            self.hidden_size,
            nonlinearity=self.phi,
            rng=self._rng,
            bias=self.bias,
            dtype=self.dtype,
        )
        self._output = Linear(
            self.hidden_size, self.output_size, rng=self._rng, bias=self.bias, dtype=self.dtype
        )
        self._hold(*self.collect({"{}": self._cell, "output.{}": self._output}))

    def reset(self) -> None:
        """Reset the hidden state: the next step starts from h = 0."""
        self.h = None

    def step(self, x: ArrayLike) -> Array:
        """One time step: h <- phi(V h + U x), y = W h.

        Args:
            x: (X,), or (N, X) for a batch of N sequences.

        Returns:
            y, (Y,) or (N, Y).

        Raises:
            InputError: the shape of x does not fit the network or its hidden state.
        """
        x = self._numbers(x)
        self._check(x[None])
        h, state = self._cell.read(x.reshape(-1, x.shape[-1]), self._state(x.shape[:-1]))  # (N, H)
        y, _ = self._output.forward(h)  # (N, Y)
        self._h = state[0].reshape(*x.shape[:-1], self.hidden_size)
        return y.reshape(*x.shape[:-1], self.output_size or 0)

    def _state(self, batch: tuple[int, ...]) -> Array:
        """The hidden state as the cell expects it, (1, N, H); zeros before the first step."""
        if self.h is None:
            return self._cell.initial_state(*batch or (1,))
        return self.h.reshape(1, -1, self.hidden_size)

    def run(self, xs: ArrayLike) -> Array:
        """The outputs (T, Y) or (T, N, Y) of a whole sequence (T, X) or (T, N, X)."""
        return self.forward(xs)[0]

    def forward(self, xs: ArrayLike) -> tuple[Array, Backward]:
        """As `run`, with backward for backpropagation through time.

        Returns:
            The outputs ys, and backward: from the gradient by ys to the gradient by xs, of the same
            shapes. It adds to `grads`. No gradient flows to the state before this call (truncated
            backpropagation).

        Raises:
            InputError: as for `run`.
        """
        xs = self._numbers(xs)
        self._check(xs)
        steps, count = len(xs), math.prod(xs.shape[1:-1])  # T, N
        batch = Packed(xs.reshape(steps * count, -1), np.full(steps, count), np.arange(count))  # (T * N, X)
        a, back_project = self._cell.project(batch.data)  # U x for all steps at once, (T * N, H)
        h, state, back_scan = scan_from(self._cell, a, batch, self._state(xs.shape[1:-1]))  # phi(V h + U x)
        y, back_output = self._output.forward(h)  # W h, (T * N, Y)
        self._h = state[0].reshape(*xs.shape[1:-1], self.hidden_size)
        ys = y.reshape(*xs.shape[:-1], -1)

        def backward(dys: ArrayLike) -> Array:
            dys = np.asarray(dys, self.dtype)
            if dys.shape != ys.shape:
                raise InputError(f"backward: expected a gradient of the shape {ys.shape}, got {dys.shape}")
            da, _ = back_scan(back_output(dys.reshape(y.shape)))
            return back_project(da).reshape(xs.shape)

        return ys, backward

    def _numbers(self, x: ArrayLike) -> Array:
        try:
            return np.asarray(x, dtype=self.dtype)
        except (TypeError, ValueError) as error:
            raise InputError(f"expected x to be an array of numbers: {error}") from error

    def _check(self, xs: Array) -> None:
        """Create the weights on the first input; raise InputError if xs does not fit them or the state."""
        if xs.ndim not in (2, 3) or 0 in xs.shape:
            raise InputError(f"expected x of shape (X,) or (N, X), not empty, got {xs.shape[1:]}")
        if self.input_size is None:
            self._build(xs.shape[-1])
        if xs.shape[-1] != self.input_size:
            raise InputError(f"expected x with {self.input_size} features, got {xs.shape[-1]}")
        if self.h is not None and self.h.shape[:-1] != xs.shape[1:-1]:
            raise InputError(
                f"the hidden state has the shape {self.h.shape}, x has {xs.shape[1:]}: "
                "call reset() before changing the number of sequences"
            )

    def __repr__(self) -> str:
        sizes = [self.input_size or "any", self.hidden_size, self.output_size or "as many"]
        return f"<{type(self).__name__}: {' -> '.join(map(str, sizes))}, {self.dtype}, {self.size:,} weights>"

    @property
    def h(self) -> Array | None:
        """The hidden state, (H,) or (N, H); None before the first step."""
        return self._h

    @h.setter
    def h(self, h: ArrayLike | None) -> None:
        if h is None:
            self._h = None
            return
        h = self._numbers(h)
        if h.ndim not in (1, 2) or h.shape[-1] != self.hidden_size:
            raise InputError(
                f"h: expected ({self.hidden_size},), or (N, {self.hidden_size}) for a batch, got {h.shape}"
            )
        self._h = h

    @property
    def U(self) -> Array:
        """The input-to-hidden matrix, (H, X)."""
        return self._matrix("weight_ih")

    @U.setter
    def U(self, values: ArrayLike) -> None:
        self._matrix("weight_ih")
        self.params["weight_ih"] = values

    @property
    def V(self) -> Array:
        """The hidden-to-hidden matrix, (H, H)."""
        return self._matrix("weight_hh")

    @V.setter
    def V(self, values: ArrayLike) -> None:
        self._matrix("weight_hh")
        self.params["weight_hh"] = values

    @property
    def W(self) -> Array:
        """The hidden-to-output matrix, (Y, H)."""
        return self._matrix("output.weight")

    @W.setter
    def W(self, values: ArrayLike) -> None:
        self._matrix("output.weight")
        self.params["output.weight"] = values

    def _matrix(self, name: str) -> Array:
        if self.input_size is None:
            raise InputError("U, V and W do not exist before the first input: call step, or give input_size")
        return self.params[name]

"""The recurrent network of the textbook: three matrices and a hidden state.

h <- phi(V h + U x)
y = W h
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from cognomen.errors import InputError, check_whole_number
from cognomen.rnn.arrays import Array, Backward
from cognomen.rnn.cells import Elman
from cognomen.rnn.layers import Layer, Linear
from cognomen.rnn.nonlinearities import NonlinearityLike, find_nonlinearity


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
            replaces the array.
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
        self.h: Array | None = None
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
        self.params, self.grads = self.collect({"{}": self._cell, "output.{}": self._output})

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
        self.h = state[0].reshape(*x.shape[:-1], self.hidden_size)
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
        """
        xs = self._numbers(xs)
        self._check(xs)
        steps = xs.reshape(len(xs), -1, xs.shape[-1])  # (T, N, X)
        state = self._state(xs.shape[1:-1])
        ys, backwards = [], []
        for x in steps:
            a, back_x = self._cell.project(x)  # U x, (N, H)
            h, state, back_h = self._cell.step(a, state)  # phi(V h + U x), (N, H)
            y, back_y = self._output.forward(h)  # W h, (N, Y)
            ys.append(y)
            backwards.append((back_x, back_h, back_y))
        self.h = state[0].reshape(*xs.shape[1:-1], self.hidden_size)

        def backward(dys: Array) -> Array:
            dys = dys.reshape(len(xs), -1, dys.shape[-1])  # (T, N, Y)
            dstate, dxs = np.zeros_like(state), np.empty_like(steps)
            for t in reversed(range(len(xs))):
                back_x, back_h, back_y = backwards[t]
                da, dstate = back_h(back_y(dys[t]), dstate)
                dxs[t] = back_x(da)
            return dxs.reshape(xs.shape)

        return np.stack(ys).reshape(*xs.shape[:-1], self.output_size or 0), backward

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
    def U(self) -> Array:
        """The input-to-hidden matrix, (H, X)."""
        return self._matrix("weight_ih")

    @property
    def V(self) -> Array:
        """The hidden-to-hidden matrix, (H, H)."""
        return self._matrix("weight_hh")

    @property
    def W(self) -> Array:
        """The hidden-to-output matrix, (Y, H)."""
        return self._matrix("output.weight")

    def _matrix(self, name: str) -> Array:
        if self.input_size is None:
            raise InputError("U, V and W do not exist before the first input: call step, or give input_size")
        return self.params[name]

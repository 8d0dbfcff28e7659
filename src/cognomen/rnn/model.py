"""The network of the textbook, as three matrices and a memory.

h <- phi(V h + U x)
y = W h
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Backward
from cognomen.rnn.cells import Elman
from cognomen.rnn.layers import Layer, Linear
from cognomen.rnn.nonlinearities import NonlinearityLike, find_nonlinearity

__all__ = ["RNN"]


class RNN(Layer):
    """A recurrent network that keeps its own memory: `y = rnn.step(x)`.

    Args:
        input_size: numbers in x, X; taken from the first input when not given.
        hidden_size: numbers in the memory h, H.
        output_size: numbers in y, Y; as many as in x when not given.
        nonlinearity: phi: "tanh", "relu", "identity", or a pair (phi, its derivative), both functions of
            the array z = V h + U x.
        bias: add bias terms to both lines; the equations have none.
        dtype: of all numbers.
        seed: of the starting values; drawn anew each time when not given.

    Attributes:
        h: the memory, (H,), or (N, H) for a batch; None before the first step, which starts from zeros.
            Each step puts a new array in its place.
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
            if size is not None and (not isinstance(size, (int, np.integer)) or size < 1):
                raise InputError(f"{name}_size: expected a whole number, at least 1, got {size!r}")
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
        """Forget everything: the next step starts from h = 0."""
        self.h = None

    def step(self, x: ArrayLike) -> Array:
        """Read one input: h <- phi(V h + U x), and answer y = W h.

        Args:
            x: (X,), or (N, X) for a batch of N sequences read side by side.

        Returns:
            y, (Y,) or (N, Y).

        Raises:
            InputError: x has another shape than the network or its memory expects.
        """
        x = self._numbers(x)
        self._check(x[None])
        h, state = self._cell.read(x.reshape(-1, x.shape[-1]), self._state(x.shape[:-1]))  # (N, H)
        y, _ = self._output.forward(h)  # (N, Y)
        self.h = state[0].reshape(*x.shape[:-1], self.hidden_size)
        return y.reshape(*x.shape[:-1], self.output_size or 0)

    def _state(self, batch: tuple[int, ...]) -> Array:
        """The memory as the cell takes it, (1, N, H); zeros before the first step."""
        if self.h is None:
            return self._cell.start(*batch or (1,))
        return self.h.reshape(1, -1, self.hidden_size)

    def run(self, xs: ArrayLike) -> Array:
        """Read a whole sequence, (T, X) or (T, N, X), and give every answer, (T, Y) or (T, N, Y)."""
        return self.forward(xs)[0]

    def forward(self, xs: ArrayLike) -> tuple[Array, Backward]:
        """As `run`, with the function that carries gradients back through time.

        Returns:
            The answers ys, and backward: from the gradient by ys to the gradient by xs, of the same
            shapes. It adds to `grads`. The memory from before this call is taken as given (truncated
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
            raise InputError(f"expected x of numbers, in rows of one length: {error}") from error

    def _check(self, xs: Array) -> None:
        """Build on the first input; refuse inputs that do not fit what is built or remembered."""
        if xs.ndim not in (2, 3) or 0 in xs.shape:
            raise InputError(f"expected x of shape (X,) or (N, X), with nothing empty; got {xs.shape[1:]}")
        if self.input_size is None:
            self._build(xs.shape[-1])
        if xs.shape[-1] != self.input_size:
            raise InputError(f"expected x with {self.input_size} numbers, got {xs.shape[-1]}")
        if self.h is not None and self.h.shape[:-1] != xs.shape[1:-1]:
            raise InputError(
                f"the memory h has the shape {self.h.shape}, x has {xs.shape[1:]}: "
                "call reset() before reading another number of sequences"
            )

    def __repr__(self) -> str:
        sizes = [self.input_size or "any", self.hidden_size, self.output_size or "as many"]
        return f"<{type(self).__name__}: {' -> '.join(map(str, sizes))}, {self.dtype}, {self.size:,} weights>"

    @property
    def U(self) -> Array:
        """How the input enters the memory, (H, X)."""
        return self._matrix("weight_ih")

    @property
    def V(self) -> Array:
        """How the memory passes into the next, (H, H)."""
        return self._matrix("weight_hh")

    @property
    def W(self) -> Array:
        """How the answer is read from the memory, (Y, H)."""
        return self._matrix("output.weight")

    def _matrix(self, name: str) -> Array:
        if self.input_size is None:
            raise InputError("U, V and W have no sizes before the first input: call step, or give input_size")
        return self.params[name]

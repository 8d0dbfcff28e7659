"""The layers without memory: linear, embedding, dropout.

These layers follow one rule: `forward` returns the output together with its own `backward`, a function from
the gradient of the loss by the output to the gradient by the input, which also adds the gradients of the
layer's parameters to `layer.grads`. So forward and backward are next to each other, and `backward` is a
closure over whatever it needs.

Dimension letters in this package: N sequences or names, T time steps, V letters, E embedding, X input,
H hidden units, Y output, C classes, S slots of a state, G gates, M steps of all sequences of a batch; with
shared prefixes: P prefixes, U distinct names, n rows of a level; K kinds of pooling, D directions.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import DTypeLike

from cognomen.errors import InputError, check_number
from cognomen.rnn.arrays import Array, Backward, Ids
from cognomen.rnn.engine.segments import segment_sum
from cognomen.rnn.initializers import Initializer, normal, uniform
from cognomen.rnn.layer import Layer, check_sizes, gradient_of, rows_of
from cognomen.rnn.nonlinearities import NonlinearityLike, find_nonlinearity


class Linear(Layer):
    """y = W x + b, for every row of a batch.

    `weight` is (Y, X), `bias` (Y,) or absent. Both are initialised uniformly on [-bound, bound), where
    `bound` is 1 / sqrt(X) by default, as in torch.nn.

    With `blocks=G` there are G such maps of the same x, as the gates of a recurrent cell need them. Their
    weights are stacked as in torch.nn, `weight` (G * Y, X) and `bias` (G * Y,); the output is (G, N, Y).
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        rng: Initializer | None = None,
        bias: bool = True,
        bound: float | None = None,
        dtype: DTypeLike = np.float32,
        blocks: int | None = None,
    ) -> None:
        check_sizes(input_size=input_size, output_size=output_size, blocks=blocks or 1)
        bound = input_size**-0.5 if bound is None else bound
        self.input_size = input_size
        self.shape = (output_size,) if blocks is None else (blocks, output_size)  # (..., Y)
        sizes = {"weight": (math.prod(self.shape), input_size), "bias": (math.prod(self.shape),)}
        super().__init__(
            {k: uniform(rng, bound, size, dtype) for k, size in sizes.items() if bias or k == "weight"}
        )

    def apply(self, x: Array) -> Array:
        """y = W x + b: (N, X) -> (N, Y), or (G, N, Y) with blocks."""
        y: Array = x @ self.params["weight"].reshape(*self.shape, -1).swapaxes(-1, -2)  # (..., N, Y)
        if "bias" in self.params:
            y += self.params["bias"].reshape(*self.shape[:-1], 1, -1)
        return y

    def back(self, dy: Array, x: Array) -> Array:
        """The gradient by x (N, X), given that by y = `apply(x)`; adds to the gradients of the parameters."""
        if self.requires_grad:
            self.add_grads(dy, x)
        dx: Array = dy @ self.params["weight"].reshape(*self.shape, -1)  # (..., N, X)
        return dx if dx.ndim == 2 else dx.sum(axis=0)

    def add_grads(self, dy: Array, x: Array) -> None:
        """Add dy^T x to the gradient of the weight, and dy summed over the batch to that of the bias.

        Args:
            dy: the gradient by the output, (N, Y), or (G, N, Y) with blocks.
            x: the input, (N, X).
        """
        self.grads["weight"] += (dy.swapaxes(-1, -2) @ x).reshape(-1, x.shape[-1])
        if "bias" in self.grads:
            self.grads["bias"] += dy.sum(axis=-2).ravel()

    def forward(self, x: Array) -> tuple[Array, Backward]:
        """`apply`, and `back` for this x, which may also be (..., X) without blocks: (..., Y).

        Raises:
            InputError: x is not an array of rows of X numbers.
        """
        rows = rows_of(x, self.input_size)  # (N, X)
        if len(self.shape) > 1 and x.ndim != 2:
            raise InputError(f"x: expected rows (N, {self.input_size}) for a map with blocks, got {x.shape}")
        applied = self.apply(rows)  # (N, Y)
        y = applied if x.ndim == 2 else applied.reshape(*x.shape[:-1], -1)
        return y, lambda dy: self.back(gradient_of(y, dy).reshape(applied.shape), rows).reshape(x.shape)

    def describe(self) -> str:
        """See `Layer.describe`."""
        return f"{self.input_size} -> {' x '.join(map(str, self.shape))}"


class Embedding(Layer):
    """A vector for each letter: row `id` of `weight` (V, E), initialised from N(0, 1)."""

    step_ndim = 0

    def __init__(
        self, count: int, size: int, *, rng: Initializer | None = None, dtype: DTypeLike = np.float32
    ) -> None:
        check_sizes(count=count, size=size)
        super().__init__({"weight": normal(rng, (count, size), dtype)})

    def forward(self, ids: Ids) -> tuple[Array, Callable[[Array], None]]:
        """The vectors (..., E) of ids (...). Ids have no gradient, so backward returns None.

        Raises:
            InputError: an id is not an integer in [0, V).
        """
        ids = np.asarray(ids)
        self.check(ids)
        weight = self.params["weight"]  # (V, E)

        def backward(dy: Array) -> None:
            self.grads["weight"] += segment_sum(dy.reshape(-1, weight.shape[1]), ids.ravel(), len(weight))

        return weight[ids], backward

    def check(self, ids: Ids) -> None:
        """Raise InputError unless all ids are integers in [0, V): NumPy would take -1 for the last row."""
        count = len(self.params["weight"])
        if ids.dtype.kind not in "iu":
            raise InputError(f"ids: expected integers from 0 to {count - 1}, got {ids.dtype}")
        if ids.size and not 0 <= ids.min() <= ids.max() < count:
            raise InputError(f"ids: expected numbers from 0 to {count - 1}, got {ids.min()} to {ids.max()}")

    def describe(self) -> str:
        """See `Layer.describe`."""
        return " x ".join(map(str, self.params["weight"].shape))


class Dropout(Layer):
    """In training, set a share `rate` of the values to zero and scale up the rest (Srivastava et al. 2014).

    With `rng=None`, outside training, the input passes unchanged.

    Raises:
        InputError: the rate is not from 0 to 1, excluding 1.
    """

    noisy = True

    def __init__(self, rate: float) -> None:
        super().__init__({})
        self.rate = check_number("dropout", rate, below=1)

    def forward(self, x: Array, rng: np.random.Generator | None = None) -> tuple[Array, Backward]:
        """Map x, of any shape, to an array of that shape."""
        if rng is None or self.rate == 0:
            return x, lambda dy: dy
        keep = rng.random(x.shape, dtype=np.float32) >= self.rate
        scale = keep * x.dtype.type(1 / (1 - self.rate))
        return x * scale, lambda dy: dy * scale

    def describe(self) -> str:
        """See `Layer.describe`."""
        return f"rate {self.rate:g}"


class Activation(Layer):
    """A nonlinearity by itself, element by element: "tanh", "relu", or a pair (phi, its derivative)."""

    def __init__(self, nonlinearity: NonlinearityLike) -> None:
        super().__init__({})
        self.name, self.phi = nonlinearity, find_nonlinearity(nonlinearity)

    def forward(self, x: Array) -> tuple[Array, Backward]:
        """phi(x), of the shape of x."""
        y = self.phi.function(x)
        return y, lambda dy: dy * self.phi.slope(x, y)

    def describe(self) -> str:
        """See `Layer.describe`."""
        return self.name if isinstance(self.name, str) else "a pair"

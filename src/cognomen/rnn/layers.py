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
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import DTypeLike

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array, Backward, Ids
from cognomen.rnn.engine.segments import segment_sum
from cognomen.rnn.initializers import Initializer, uniform


class Layer:
    """Parameters and their gradients, by name.

    `params[name]` and `grads[name]` have the same shape. They are only changed in place, so a layer made of
    layers holds the arrays of its parts, under longer names.
    """

    def __init__(self, params: Mapping[str, Array], grads: Mapping[str, Array] | None = None) -> None:
        self.params = dict(params)
        self.grads = (
            dict(grads) if grads is not None else {k: np.zeros(p.shape, p.dtype) for k, p in params.items()}
        )

    @classmethod
    def collect(cls, parts: Mapping[str, Layer]) -> tuple[dict[str, Array], dict[str, Array]]:
        """Parameters and gradients of several layers.

        The keys of `parts` are templates for the names, such as `"{}_l0"` or `"output.{}"`.
        """
        params = {key.format(name): p for key, part in parts.items() for name, p in part.params.items()}
        grads = {key.format(name): g for key, part in parts.items() for name, g in part.grads.items()}
        return params, grads

    def zero_grad(self) -> None:
        """Set all gradients to zero."""
        for grad in self.grads.values():
            grad.fill(0)

    def load(self, values: Mapping[str, Array]) -> None:
        """Copy `values` into the parameters of the same names.

        Raises:
            InputError: a name is missing or unknown, or a shape is wrong.
        """
        if differing := self.params.keys() ^ values.keys():
            raise InputError(
                f"expected the parameters {sorted(self.params)}; these differ: {sorted(differing)}"
            )
        for name, param in self.params.items():
            if values[name].shape != param.shape:
                raise InputError(f"{name}: expected the shape {param.shape}, got {values[name].shape}")
        for name, param in self.params.items():
            if param is not values[name]:
                param[...] = values[name]

    @property
    def size(self) -> int:
        """The number of weights."""
        return sum(p.size for p in self.params.values())


class Linear(Layer):
    """y = W x + b, for every row of a batch.

    `weight` is (Y, X), `bias` (Y,) or absent. Both are initialised uniformly on [-bound, bound), where
    `bound` is 1 / sqrt(X) by default, as in torch.nn.

    With `blocks=G` there are G such maps of the same x, as the gates of a recurrent cell need them. Their
    weights are stacked as in torch.nn, `weight` (G * Y, X) and `bias` (G * Y,); the output is (G, N, Y).

    Attributes:
        requires_grad: whether `back` adds to the gradients of the parameters, as in torch.
    """

    requires_grad = True

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
        bound = input_size**-0.5 if bound is None else bound
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
        """The gradient by x, given that by y = `apply(x)`; adds to the gradients of the parameters."""
        if self.requires_grad:
            self.add_grads(dy, x)
        dx: Array = dy @ self.params["weight"].reshape(*self.shape, -1)  # (..., N, X)
        return dx if dx.ndim == 2 else dx.sum(axis=0)

    def add_grads(self, dy: Array, x: Array) -> None:
        """Add dy^T x to the gradient of the weight, and dy summed over the batch to that of the bias."""
        self.grads["weight"] += (dy.swapaxes(-1, -2) @ x).reshape(-1, x.shape[-1])
        if "bias" in self.grads:
            self.grads["bias"] += dy.sum(axis=-2).ravel()

    def forward(self, x: Array) -> tuple[Array, Backward]:
        """`apply`, and `back` for this x."""
        return self.apply(x), lambda dy: self.back(dy, x)


class Embedding(Layer):
    """A vector for each letter: row `id` of `weight` (V, E), initialised from N(0, 1)."""

    def __init__(
        self, count: int, size: int, *, rng: Initializer | None = None, dtype: DTypeLike = np.float32
    ) -> None:
        values = (rng or np.random.default_rng()).standard_normal((count, size))
        super().__init__({"weight": values.astype(dtype, copy=False)})

    def forward(self, ids: Ids) -> tuple[Array, Callable[[Array], None]]:
        """The vectors (M, E) of ids (M,). Ids have no gradient, so backward returns None.

        Raises:
            InputError: an id is not in [0, V).
        """
        self.check(ids)
        weight = self.params["weight"]  # (V, E)

        def backward(dy: Array) -> None:
            self.grads["weight"] += segment_sum(dy, ids, len(weight))

        return weight[ids], backward

    def check(self, ids: Ids) -> None:
        """Raise InputError unless all ids are in [0, V): NumPy would take -1 for the last row."""
        count = len(self.params["weight"])
        if ids.size and not 0 <= ids.min() <= ids.max() < count:
            raise InputError(f"ids: expected numbers from 0 to {count - 1}, got {ids.min()} to {ids.max()}")


class Dropout(Layer):
    """In training, set a share `rate` of the values to zero and scale up the rest (Srivastava et al. 2014).

    With `rng=None`, outside training, the input passes unchanged.
    """

    def __init__(self, rate: float) -> None:
        if not 0 <= rate < 1:
            raise InputError(f"dropout: expected a rate in [0, 1), got {rate}")
        super().__init__({})
        self.rate = rate

    def forward(self, x: Array, rng: np.random.Generator | None = None) -> tuple[Array, Backward]:
        """Map x to an array of the same shape."""
        if rng is None or self.rate == 0:
            return x, lambda dy: dy
        keep = rng.random(x.shape, dtype=np.float32) >= self.rate
        scale = keep * x.dtype.type(1 / (1 - self.rate))
        return x * scale, lambda dy: dy * scale

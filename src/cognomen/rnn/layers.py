"""The layers without memory: linear, embedding, dropout.

Every layer follows one rule: `forward` returns its output together with its own `backward`, a function
from the gradient of the loss by the output to the gradient by the input. On its way `backward` adds the
gradients of the layer's parameters to `layer.grads`. Forward and backward so stand side by side, and
whatever backward needs it simply remembers.

Dimension letters of the whole library: N names, T steps, V letters, E embedding, X input, H hidden,
C origins, S slots of a state, M all letters of a batch laid end to end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cognomen.errors import InputError

__all__ = ["Array", "Backward", "Dropout", "Embedding", "Ids", "Layer", "Linear"]

Array = NDArray[np.floating[Any]]
Ids = NDArray[np.integer[Any]]
Backward = Callable[[Array], Array]


class Layer:
    """Parameters and their gradients, both by name.

    `params[name]` and `grads[name]` are arrays of one shape; both are only ever changed in place, so
    a layer made of layers can show its parts' arrays under longer names.
    """

    def __init__(self, params: Mapping[str, Array], grads: Mapping[str, Array] | None = None) -> None:
        self.params = dict(params)
        self.grads = dict(grads) if grads is not None else {k: np.zeros_like(p) for k, p in params.items()}

    @classmethod
    def collect(cls, parts: Mapping[str, Layer]) -> tuple[dict[str, Array], dict[str, Array]]:
        """Parameters and gradients of several layers, under names made by `parts`' keys.

        A key such as `"{}_l0"` or `"output.{}"` says where the part's own name goes.
        """
        params = {key.format(name): p for key, part in parts.items() for name, p in part.params.items()}
        grads = {key.format(name): g for key, part in parts.items() for name, g in part.grads.items()}
        return params, grads

    def zero_grad(self) -> None:
        """Set every gradient to zero, before the next batch adds to it."""
        for grad in self.grads.values():
            grad.fill(0)

    def load(self, values: Mapping[str, Array]) -> None:
        """Copy `values` into the parameters of the same names.

        Raises:
            InputError: a name is missing or unknown, or a shape differs.
        """
        if missing := self.params.keys() ^ values.keys():
            raise InputError(
                f"expected the parameters {sorted(self.params)}; these differ: {sorted(missing)}"
            )
        for name, param in self.params.items():
            if values[name].shape != param.shape:
                raise InputError(f"{name}: expected the shape {param.shape}, got {values[name].shape}")
        for name, param in self.params.items():
            param[...] = values[name]

    @property
    def size(self) -> int:
        """How many numbers the parameters hold."""
        return sum(p.size for p in self.params.values())


def uniform(rng: np.random.Generator, bound: float, shape: tuple[int, ...], dtype: DTypeLike) -> Array:
    """Values drawn evenly from [-bound, bound)."""
    return rng.uniform(-bound, bound, shape).astype(dtype)


class Linear(Layer):
    """y = W x + b, for every row of a batch.

    `weight` is (Y, X), `bias` (Y,) or absent. Both start evenly spread within 1 / sqrt(X), or within
    `bound` where one is given, as in torch.nn.
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        rng: np.random.Generator,
        bias: bool = True,
        bound: float | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        bound = input_size**-0.5 if bound is None else bound
        params = {"weight": uniform(rng, bound, (output_size, input_size), dtype)}
        if bias:
            params["bias"] = uniform(rng, bound, (output_size,), dtype)
        super().__init__(params)

    def forward(self, x: Array) -> tuple[Array, Backward]:
        """Map x (N, X) to y (N, Y)."""
        weight = self.params["weight"]  # (Y, X)
        y = x @ weight.T  # (N, Y)
        if "bias" in self.params:
            y += self.params["bias"]

        def backward(dy: Array) -> Array:
            self.grads["weight"] += dy.T @ x
            if "bias" in self.grads:
                self.grads["bias"] += dy.sum(axis=0)
            return dy @ weight  # (N, X)

        return y, backward


class Embedding(Layer):
    """A learned vector for each letter: row `id` of `weight` (V, E), drawn from N(0, 1)."""

    def __init__(
        self, count: int, size: int, *, rng: np.random.Generator, dtype: DTypeLike = np.float32
    ) -> None:
        super().__init__({"weight": rng.standard_normal((count, size)).astype(dtype)})

    def forward(self, ids: Ids) -> tuple[Array, Callable[[Array], None]]:
        """Look up ids (M,) and give their vectors (M, E); an id has no gradient of its own.

        Raises:
            InputError: an id is no row of the table; -1 is not the last one.
        """
        weight = self.params["weight"]  # (V, E)
        if ids.size and not 0 <= ids.min() <= ids.max() < len(weight):
            raise InputError(
                f"ids: expected numbers from 0 to {len(weight) - 1}, got {ids.min()} to {ids.max()}"
            )

        def backward(dy: Array) -> None:
            one_hot = (ids[:, None] == np.arange(len(weight))).astype(dy.dtype)  # (M, V)
            self.grads["weight"] += one_hot.T @ dy

        return weight[ids], backward


class Dropout(Layer):
    """In training, zero a share `rate` of all numbers and scale up the rest (Srivastava et al. 2014).

    Noise needs a source: with `rng=None`, outside training, the input passes unchanged.
    """

    def __init__(self, rate: float) -> None:
        if not 0 <= rate < 1:
            raise InputError(f"dropout: expected a share in [0, 1), got {rate}")
        super().__init__({})
        self.rate = rate

    def forward(self, x: Array, rng: np.random.Generator | None = None) -> tuple[Array, Backward]:
        """Map x to an array of its shape."""
        if rng is None or self.rate == 0:
            return x, lambda dy: dy
        keep = rng.random(x.shape, dtype=np.float32) >= self.rate
        scale = (keep / (1 - self.rate)).astype(x.dtype)
        return x * scale, lambda dy: dy * scale

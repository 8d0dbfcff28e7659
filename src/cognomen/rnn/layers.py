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
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from cognomen.errors import InputError, check_number, check_whole_number
from cognomen.rnn.arrays import Array, Backward, Ids
from cognomen.rnn.engine.segments import segment_sum
from cognomen.rnn.initializers import Initializer, normal, uniform
from cognomen.rnn.nonlinearities import NonlinearityLike, find_nonlinearity
from cognomen.rnn.packed import Packed
from cognomen.rnn.parameters import Parameters, numbers_like


class Layer:
    """Parameters and their gradients, by name.

    `params[name]` and `grads[name]` have the same shape. They are only changed in place (see `Parameters`),
    so a layer made of layers holds the arrays of its parts, under longer names.

    A network of your own is a subclass that assigns its parts to attributes and calls `super().__init__()`
    last: its parameters are then those of the parts, as "attribute.name".

    Raises:
        InputError: two parameters would have the same name.
    """

    forward: Callable[..., Any]  # each layer's own

    def __init__(
        self, params: Mapping[str, Array] | None = None, grads: Mapping[str, Array] | None = None
    ) -> None:
        if params is None:
            parts = {name: part for name, part in vars(self).items() if isinstance(part, Layer)}
            params, grads = self.collect({f"{name}.{{}}": part for name, part in parts.items()})
        if grads is None:
            grads = {name: np.zeros(p.shape, p.dtype) for name, p in params.items()}
        self.params, self.grads = Parameters(params), Parameters(grads)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute; parameters and parts stay: a larger net and an optimiser hold their arrays.

        Raises:
            InputError: it would replace them.
        """
        before = vars(self).get(name)
        held = isinstance(before, Parameters) or (isinstance(before, Layer) and "params" in vars(self))
        if held and value is not before:
            raise InputError(
                f"{name}: expected to stay as it is, since others hold its arrays: assign to an entry, as in "
                "layer.params['weight'] = values, load values into it, or make another layer"
            )
        super().__setattr__(name, value)

    @classmethod
    def collect(cls, parts: Mapping[str, Layer]) -> tuple[dict[str, Array], dict[str, Array]]:
        """Parameters and gradients of several layers; an array that several parts share has its first name.

        The keys of `parts` are templates for the names, such as `"{}_l0"` or `"output.{}"`.

        Raises:
            InputError: two parameters would have the same name.
        """
        params: dict[str, Array] = {}
        grads: dict[str, Array] = {}
        seen: set[int] = set()
        for key, part in parts.items():
            for own, param in part.params.items():
                name = key.format(own)
                if id(param) in seen:
                    continue
                if name in params:
                    raise InputError(f"two parameters have the name {name!r}: give one of the parts another")
                seen.add(id(param))
                params[name], grads[name] = param, part.grads[own]
        return params, grads

    def add(self, name: str, values: Array) -> None:
        """Add a parameter, for a layer of your own that is not made of layers alone; in its `__init__`."""
        self._hold({**self.params, name: values}, {**self.grads, name: np.zeros_like(values)})

    def _hold(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        vars(self).update(params=Parameters(params), grads=Parameters(grads))

    def zero_grad(self) -> None:
        """Set all gradients to zero."""
        for grad in self.grads.values():
            grad.fill(0)

    def load(self, values: Mapping[str, Any]) -> None:
        """Copy `values` into the parameters of the same names: all of them, or none where one does not fit.

        Args:
            values: arrays, or whatever NumPy converts to them, such as the `state_dict` of a torch module.

        Raises:
            InputError: a name is missing or unknown, or a shape is wrong.
        """
        if not isinstance(values, Mapping):
            raise InputError(f"expected arrays by name, as layer.params, got {type(values).__name__}")
        if differing := self.params.keys() ^ values.keys():
            raise InputError(
                f"expected the parameters {sorted(self.params)}; these differ: {sorted(differing)}"
            )
        arrays = {name: numbers_like(param, values[name], name) for name, param in self.params.items()}
        self.params.update(arrays)

    @property
    def size(self) -> int:
        """The number of weights."""
        return sum(p.size for p in self.params.values())

    def chain(self, x: Array | Packed, state: Any, rng: np.random.Generator | None) -> tuple[Any, Any, Any]:
        """`forward` as a part of `Sequential`, which has the signature of layers with memory.

        Args:
            x: rows (M, ...), or a packed batch.
            state: what this part returned as the next state in the step before; a layer without memory has
                none.
            rng: for dropout.
        """
        y, back = self.forward(x.data if isinstance(x, Packed) else x)
        return (x.with_data(y) if isinstance(x, Packed) else y), None, lambda dy, dstate: (back(dy), None)

    def describe(self) -> str:
        """What `repr` says of the layer besides its kind and the number of its weights."""
        return ""

    def __repr__(self) -> str:
        dtypes = sorted({str(p.dtype) for p in self.params.values()})
        weights = [f"{self.size:,} weights"] if self.params else []
        facts = ", ".join(filter(None, [self.describe(), *dtypes, *weights]))
        return f"<{type(self).__name__}: {facts}>"


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
    """

    def __init__(self, rate: float) -> None:
        super().__init__({})
        self.rate = check_number("dropout", rate, below=1)

    def forward(self, x: Array, rng: np.random.Generator | None = None) -> tuple[Array, Backward]:
        """Map x to an array of the same shape."""
        if rng is None or self.rate == 0:
            return x, lambda dy: dy
        keep = rng.random(x.shape, dtype=np.float32) >= self.rate
        scale = keep * x.dtype.type(1 / (1 - self.rate))
        return x * scale, lambda dy: dy * scale

    def chain(self, x: Array | Packed, state: Any, rng: np.random.Generator | None) -> tuple[Any, Any, Any]:
        """See `Layer.chain`."""
        y, back = self.forward(x.data if isinstance(x, Packed) else x, rng)
        return (x.with_data(y) if isinstance(x, Packed) else y), None, lambda dy, dstate: (back(dy), None)

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


def rows_of(x: Array, width: int) -> Array:
    """An array (..., X) as rows (M, X).

    Raises:
        InputError: it is no array, or its last axis has not the width X.
    """
    if not isinstance(x, np.ndarray) or x.dtype.kind not in "fiub" or x.ndim < 1 or x.shape[-1] != width:
        got = f"{x.dtype} {x.shape}" if isinstance(x, np.ndarray) else type(x).__name__
        raise InputError(f"x: expected an array of real numbers whose last axis has {width}, got {got}")
    return x if x.ndim == 2 else x.reshape(-1, width)


def gradient_of(y: Array, dy: Array) -> Array:
    """The gradient by y, if it has the shape of y.

    Raises:
        InputError: it has another.
    """
    if np.shape(dy) != y.shape:
        raise InputError(
            f"backward: expected the gradient by outputs {y.shape}, got the shape {np.shape(dy)}"
        )
    return dy


def check_sizes(**sizes: object) -> None:
    """Raise InputError unless all are whole numbers of 1 or more."""
    for name, size in sizes.items():
        check_whole_number(name, size)

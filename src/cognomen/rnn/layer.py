"""What all layers are: parameters and their gradients, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cognomen.errors import InputError, check_whole_number
from cognomen.rnn.arrays import Array
from cognomen.rnn.packed import Packed
from cognomen.rnn.parameters import Parameters, numbers_like


class Layer:
    """Parameters and their gradients, by name.

    `params[name]` and `grads[name]` have the same shape. They are only changed in place (see `Parameters`),
    so a layer made of layers holds the arrays of its parts, under longer names.

    A network of your own is a subclass that assigns its parts, or lists or dictionaries of them, to
    attributes, and calls `super().__init__()` last: its parameters are then those of the parts, as
    "attribute.name", "attribute.0.name" or "attribute.key.name".

    Attributes:
        step_ndim: the number of axes of one step of the input: 1 for vectors, 0 for ids.
        requires_grad: False freezes the layer, with all its parts: `take_step` leaves its parameters alone,
            weight decay included.
        noisy: whether `forward` takes a random generator as well, which it uses in training only.

    Raises:
        InputError: two parameters would have the same name.
    """

    forward: Callable[..., Any]  # each layer's own
    step_ndim = 1
    requires_grad = True
    noisy = False

    def __init__(
        self, params: Mapping[str, Array] | None = None, grads: Mapping[str, Array] | None = None
    ) -> None:
        if params is None:
            params, grads = self.collect({f"{name}.{{}}": part for name, part in self.sublayers().items()})
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

    def sublayers(self) -> dict[str, Layer]:
        """The layers that this one is made of, by name."""
        found: dict[str, Any] = {}
        for name, value in vars(self).items():
            if isinstance(value, Mapping):
                found |= {f"{name}.{key}": part for key, part in value.items()}
            elif isinstance(value, list | tuple):
                found |= {f"{name}.{number}": part for number, part in enumerate(value)}
            else:
                found[name] = value
        return {name: part for name, part in found.items() if isinstance(part, Layer)}

    def frozen(self) -> set[int]:
        """The `id` of each parameter that is frozen, here or in a part."""
        if not self.requires_grad:
            return {id(param) for param in self.params.values()}
        return set().union(*(part.frozen() for part in self.sublayers().values()))

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
        rows = x.data if isinstance(x, Packed) else x
        y, back = self.forward(rows, rng) if self.noisy else self.forward(rows)
        return (x.with_data(y) if isinstance(x, Packed) else y), None, lambda dy, dstate: (back(dy), None)

    def describe(self) -> str:
        """What `repr` says of the layer besides its kind and the number of its weights."""
        return ""

    def __repr__(self) -> str:
        dtypes = sorted({str(p.dtype) for p in self.params.values()})
        weights = [f"{self.size:,} weights"] if self.params else []
        described = self.describe()
        facts = ", ".join(filter(None, [described, *dtypes, *weights]))
        parts = {} if described else self.sublayers()
        lines = [f"\n{name}: {part!r}".replace("\n", "\n  ") for name, part in parts.items()]
        return f"<{type(self).__name__}: {facts}{''.join(lines)}" + ("\n>" if lines else ">")


def rows_of(x: Array, width: int) -> Array:
    """An array (..., X) as rows (M, X).

    Raises:
        InputError: it is not an array, or its last axis is not of size X.
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

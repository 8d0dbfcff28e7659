"""Layers one after another, as one layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array
from cognomen.rnn.cell import Cell
from cognomen.rnn.layer import Layer, gradient_of
from cognomen.rnn.layers import Activation, Dropout
from cognomen.rnn.packed import Layout, Packed
from cognomen.rnn.pooling import Pooling, kinds_of, pool
from cognomen.rnn.recurrent import DIRECTIONS, Recurrent
from cognomen.rnn.stateful import Stateful, StatefulBackward


class Pool(Layer):
    """One vector per sequence instead of one per step, as a part of `Sequential`.

    Args:
        which: "last", "max", "mean", or several joined by "+"; see `pool`.
        direction: of the recurrent layer before: "last" is the last output of each direction, of the reverse
            one that at the first step. `Sequential` refuses another.

    Raises:
        InputError: a kind of pooling, or the direction, does not exist.
    """

    def __init__(self, which: str = "last", direction: str = "forward") -> None:
        super().__init__({})
        self.which, self.direction = which, direction
        Pooling(which)
        if direction not in DIRECTIONS:
            raise InputError(f"direction: expected one of {', '.join(DIRECTIONS)}, got {direction!r}")

    def forward(self, y: Packed) -> tuple[Array, Callable[[Array], Array]]:
        """The pooled outputs (N, K * Y) of a packed batch (M, Y), in the order of the input."""
        return pool(y, self.which, self.direction)

    def chain(self, x: Array | Packed, state: Any, rng: np.random.Generator | None) -> tuple[Any, Any, Any]:
        """See `Layer.chain`.

        Raises:
            InputError: x is no batch of sequences.
        """
        if not isinstance(x, Packed):
            raise InputError(f"{self!r}: expected sequences to pool; they have been pooled before")
        y, back = self.forward(x)
        return y, None, lambda dy, dstate: (back(dy), None)

    def describe(self) -> str:
        """See `Layer.describe`."""
        return self.which if self.direction == "forward" else f"{self.which}, {self.direction}"


class Sequential(Stateful):
    """Layers one after another: each reads the outputs of the one before.

        Sequential(Embedding(V, E), Recurrent("lstm", E, H), Linear(H, V))
        Sequential(embedding=Embedding(V, E), lstm=Recurrent("lstm", E, H), output=Linear(H, V))

    Parameters are called "0.weight", "1.weight_ih_l0", ..., or by the names given. The state is that of each
    part with memory, by the name of the part.

    Args:
        parts: the layers, in order.
        named: more of them, with names.

    Raises:
        InputError: there is no part, one is not a layer or is a cell, which reads one step only, or
            `Pool("last")` has another direction than the recurrent layer before it.
    """

    def __init__(self, *parts: Layer, **named: Layer) -> None:
        self.parts: dict[str, Layer] = {str(number): part for number, part in enumerate(parts)} | named
        wrong = [name for name, part in self.parts.items() if not isinstance(part, Layer)]
        if wrong or not self.parts:
            got = f"{self.parts[wrong[0]]!r}" if wrong else "none"
            raise InputError(f"expected one or more layers, got {got}")
        _check_parts(self.parts.values())
        self.step_ndim = next(iter(self.parts.values())).step_ndim
        super().__init__()

    def forward(
        self,
        x: NDArray[Any] | Packed,
        state: Mapping[str, Any] | None = None,
        *,
        lengths: ArrayLike | None = None,
        rng: np.random.Generator | None = None,
    ) -> tuple[Any, dict[str, Any], StatefulBackward]:
        """See `Stateful.forward`. After a `Pool` there is one output per sequence, (N, Y), or (Y,) of one.

        Ids instead of vectors are (N, T), or (T,): the gradient by them is None.
        """
        layout = Layout.of(x, lengths, self.step_ndim)
        y: Any = layout.packed.with_data(layout.rows(x))
        firsts = self._checked(state)
        lasts: dict[str, Any] = {}
        backwards: list[tuple[str, Callable[..., tuple[Any, Any]]]] = []
        for name, part in self.parts.items():
            y, last, back = part.chain(y, firsts.get(name), rng)
            backwards.append((name, back))
            if last is not None:
                lasts[name] = last
        pooled = not isinstance(y, Packed)
        out = (y[0] if layout.single else y) if pooled else layout.restore(y.data)

        def backward(dy: Array, dlasts: Mapping[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
            d = gradient_of(out, dy)
            d = d.reshape(y.shape) if pooled else layout.rows(d)
            dfirsts: dict[str, Any] = {}
            for name, back in reversed(backwards):
                d, dfirst = back(d, (dlasts or {}).get(name))
                if dfirst is not None:
                    dfirsts[name] = dfirst
            return None if d is None else layout.restore(d), dfirsts

        return (y if layout.shape is None else out), lasts, backward

    def _checked(self, state: Mapping[str, Any] | None) -> Mapping[str, Any]:
        if state is None:
            return {}
        names = [name for name, part in self.parts.items() if isinstance(part, Stateful)]
        if not isinstance(state, Mapping) or state.keys() - set(names):
            got = sorted(state) if isinstance(state, Mapping) else type(state).__name__
            raise InputError(
                f"state: expected the state of each part with memory by name, {names}, got {got}"
            )
        return state

    @property
    def reads_ahead(self) -> bool:
        """See `Stateful.reads_ahead`."""
        return any(
            isinstance(part, Pool) or getattr(part, "reads_ahead", False) for part in self.parts.values()
        )

    def sublayers(self) -> dict[str, Layer]:
        """See `Layer.sublayers`."""
        return self.parts


def _check_parts(parts: Iterable[Layer]) -> None:
    """Raise InputError for a cell, and for a "last" that would not be the last output of a direction."""
    direction = None  # of the outputs, where that is known
    for part in _flat(parts):
        if isinstance(part, Cell):
            raise InputError(f"expected layers, got a cell, {part!r}; {part.of_sequences}")
        if (
            isinstance(part, Pool)
            and "last" in kinds_of(part.which)
            and direction not in (None, part.direction)
        ):
            raise InputError(
                f'expected Pool("{part.which}", direction="{direction}") after a recurrent layer of this '
                f'direction, got direction="{part.direction}": the last output of the reverse direction is '
                "that at the first step"
            )
        if isinstance(part, Recurrent):
            direction = part.direction
        elif not isinstance(part, Dropout | Activation):  # these two leave each column where it is
            direction = None


def _flat(parts: Iterable[Layer]) -> Iterator[Layer]:
    """The parts, with those of a `Sequential` in its place."""
    for part in parts:
        if isinstance(part, Sequential):
            yield from _flat(part.parts.values())
        else:
            yield part

"""Arrays by name that are only changed in place."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array


class Parameters(dict[str, Array]):
    """The parameters of a layer, or their gradients, by name.

    A layer made of layers, and an optimiser, hold the same arrays as the layer that uses them. So assigning
    to a name copies the values into the array, where all of them see it; names cannot be added or removed.
    """

    def __setitem__(self, name: str, values: Any) -> None:
        """Copy `values` into the array of this name.

        Raises:
            InputError: there is no such name, or the values are not numbers of the array's shape.
        """
        if name not in self:
            raise InputError(f"expected one of the names {sorted(self)}, got {name!r}")
        array = self[name]
        if values is array:  # as after grads[name] *= 2
            return
        if not isinstance(array, np.ndarray):
            raise InputError(f"{name}: expected no assignment: a gradient of some rows has add and fill")
        array[...] = numbers_like(array, values, name)

    def update(self, *others: Any, **more: Any) -> None:
        """Copy several arrays, see `__setitem__`."""
        for name, values in dict(*others, **more).items():
            self[name] = values

    def __ior__(self, others: Any) -> Parameters:  # type: ignore[override, misc]
        self.update(others)
        return self

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise InputError("parameters cannot be added or removed: make another layer")

    __delitem__ = pop = popitem = clear = setdefault = _refuse

    def __reduce__(self) -> tuple[type[Parameters], tuple[dict[str, Array]]]:
        """Copies and pickles are made of all arrays at once."""
        return type(self), (dict(self),)


def numbers_like(array: Array, values: Any, name: str) -> Array:
    """The values as an array of numbers with the shape of `array`.

    Raises:
        InputError: they are not; the message begins with `name`.
    """
    try:
        found = np.asarray(values)
        if found.dtype.kind not in "fiu":
            raise TypeError(f"{found.dtype} is not a type of real numbers")
    except (TypeError, ValueError, RuntimeError) as error:  # RuntimeError: a torch tensor that requires grad
        raise InputError(f"{name}: expected numbers of the shape {array.shape}: {error}") from error
    if found.shape != array.shape:
        raise InputError(f"{name}: expected the shape {array.shape}, got {found.shape}")
    return found

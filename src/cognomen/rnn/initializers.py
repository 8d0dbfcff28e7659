"""The initial values of parameters."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import DTypeLike

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array


class Initializer(Protocol):
    """What draws initial values: a NumPy random generator, or `Zeros`."""

    def uniform(self, low: float, high: float, size: tuple[int, ...]) -> Array:
        """Values from the uniform distribution on [low, high)."""

    def standard_normal(self, size: tuple[int, ...]) -> Array:
        """Values from N(0, 1)."""


class Zeros:
    """Zero initialisation, for parameters that are about to be loaded.

    Nothing is drawn, so `numpy.random`, 3 MB of memory, is never imported.
    """

    def uniform(self, low: float, high: float, size: tuple[int, ...]) -> Array:
        """Zeros."""
        return np.zeros(size, np.float32)

    def standard_normal(self, size: tuple[int, ...]) -> Array:
        """Zeros."""
        return np.zeros(size, np.float32)


def uniform(rng: Initializer | None, bound: float, shape: tuple[int, ...], dtype: DTypeLike) -> Array:
    """Values from the uniform distribution on [-bound, bound); random ones without a generator.

    Raises:
        InputError: the type is not one of floating-point numbers, or `rng` is no generator.
    """
    return _of_type(_generator(rng).uniform(-bound, bound, shape), dtype)


def normal(rng: Initializer | None, shape: tuple[int, ...], dtype: DTypeLike) -> Array:
    """As `uniform`, from N(0, 1)."""
    return _of_type(_generator(rng).standard_normal(shape), dtype)


def _generator(rng: Initializer | None) -> Initializer:
    if rng is None:
        return np.random.default_rng()
    if not hasattr(rng, "uniform") or not hasattr(rng, "standard_normal"):
        raise InputError(f"rng: expected a generator such as numpy.random.default_rng(0), got {rng!r}")
    return rng


def _of_type(values: Array, dtype: DTypeLike) -> Array:
    if np.dtype(dtype).kind != "f":
        raise InputError(f"dtype: expected floating-point numbers such as float32, got {np.dtype(dtype)}")
    return values.astype(dtype, copy=False)

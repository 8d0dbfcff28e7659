"""The initial values of parameters."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import DTypeLike

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
    """Values from the uniform distribution on [-bound, bound); random ones without a generator."""
    return (rng or np.random.default_rng()).uniform(-bound, bound, shape).astype(dtype, copy=False)

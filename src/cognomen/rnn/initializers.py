"""Where the initial values of parameters come from."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import DTypeLike

from cognomen.rnn.arrays import Array

__all__ = ["Blank", "Source", "uniform"]


class Source(Protocol):
    """Where starting values come from: NumPy's generators, or `Blank`."""

    def uniform(self, low: float, high: float, size: tuple[int, ...]) -> Array:
        """Values drawn evenly from [low, high)."""

    def standard_normal(self, size: tuple[int, ...]) -> Array:
        """Values drawn from N(0, 1)."""


class Blank:
    """A source of zeros, for layers whose values are loaded right after.

    Nothing is drawn, and NumPy's random numbers, 3 MB of memory, are never loaded.
    """

    def uniform(self, low: float, high: float, size: tuple[int, ...]) -> Array:
        """Zeros."""
        return np.zeros(size, np.float32)

    def standard_normal(self, size: tuple[int, ...]) -> Array:
        """Zeros."""
        return np.zeros(size, np.float32)


def uniform(rng: Source, bound: float, shape: tuple[int, ...], dtype: DTypeLike) -> Array:
    """Values drawn evenly from [-bound, bound)."""
    return rng.uniform(-bound, bound, shape).astype(dtype, copy=False)

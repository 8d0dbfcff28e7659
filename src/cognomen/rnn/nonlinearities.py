"""Nonlinearities and their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array

HALF = np.array(0.5, np.float32)  # an array: NumPy would convert a Python float at each call


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)) of an array of any shape, in place; written with tanh, which does not overflow."""
    x *= HALF
    np.tanh(x, out=x)
    x *= HALF
    x += HALF
    return x


class Nonlinearity(NamedTuple):
    """A function phi and its derivative; `slope(z, h)` may use both z and h = phi(z)."""

    function: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]


def _tanh_slope(z: Array, h: Array) -> Array:
    return 1 - h * h


def _relu(z: Array) -> Array:
    return np.maximum(z, 0)


def _relu_slope(z: Array, h: Array) -> Array:
    return (z > 0).astype(z.dtype)


def _identity(z: Array) -> Array:
    return z


def _identity_slope(z: Array, h: Array) -> Array:
    return np.ones_like(z)


NONLINEARITIES = {  # module functions, not lambdas: so networks can be pickled
    "tanh": Nonlinearity(np.tanh, _tanh_slope),
    "relu": Nonlinearity(_relu, _relu_slope),
    "identity": Nonlinearity(_identity, _identity_slope),
}

NonlinearityLike = str | Nonlinearity | tuple[Callable[[Array], Array], Callable[[Array], Array]]


def find_nonlinearity(which: NonlinearityLike) -> Nonlinearity:
    """The nonlinearity of that name, or of a pair (phi, its derivative), both functions of z.

    Raises:
        InputError: there is none of that name.
    """
    if isinstance(which, str):
        if which not in NONLINEARITIES:
            raise InputError(
                f"nonlinearity: expected one of {sorted(NONLINEARITIES)} or a pair, got {which!r}"
            )
        return NONLINEARITIES[which]
    if isinstance(which, Nonlinearity):
        return which
    if not isinstance(which, tuple) or len(which) != 2 or not all(map(callable, which)):
        raise InputError(
            f"nonlinearity: expected a name or a pair of functions (phi, its derivative), got {which!r}"
        )
    phi, derivative = which
    return Nonlinearity(phi, lambda z, h: derivative(z))

"""Gradient checks: a backward function compared with central differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cognomen.errors import InputError
from cognomen.rnn.arrays import Array
from cognomen.rnn.layer import Layer


def numerical_gradient(loss: Callable[[], float], values: Array, *, step: float = 1e-5) -> Array:
    """The gradient of `loss()` by an array that it depends on, by central differences.

    (f(v + step) - f(v - step)) / (2 step) for each element v of `values`, which is changed in place and
    restored. The error is of the order of step^2 plus rounding / step: use float64, and avoid kinks.
    """
    gradient = np.zeros_like(values)
    for index in np.ndindex(values.shape):
        kept = values[index]
        values[index] = kept + step
        above = loss()
        values[index] = kept - step
        below = loss()
        values[index] = kept
        gradient[index] = (above - below) / (2 * step)
    return gradient


def relative_error(one: Array, other: Array) -> float:
    """The largest difference between two gradients of one shape, relative to the largest absolute value."""
    scale = max(float(np.abs(one).max(initial=0)), float(np.abs(other).max(initial=0)))
    return 0.0 if scale == 0 else float(np.abs(one - other).max()) / scale


def gradcheck(layer: Layer, forward: Callable[[Array], tuple[Any, ...]], x: Array) -> dict[str, float]:
    """Check a layer's backward function at the input x; all arrays must be float64.

    The loss is a fixed random combination of all outputs, so that errors do not cancel.

    Args:
        layer: its parameters are checked.
        forward: from x to (output, backward): `layer.forward`, or a function that calls it. That of a layer
            with memory also returns the last state, and its backward takes a gradient for each.
        x: the input, of any shape; it is checked too, unless backward returns None, as for ids.

    Returns:
        The relative error of each parameter by name, and of "input". Below 1e-6 is right; 1e-2 is a mistake.

    Raises:
        InputError: an array is not float64.
    """
    for name, values in {**layer.params, "input": x}.items():
        if values.dtype != np.float64 and not np.issubdtype(values.dtype, np.integer):
            raise InputError(
                f"gradcheck: expected float64, as float32 rounds too much; {name} is {values.dtype}"
            )
    rng = np.random.default_rng(0)
    *outputs, _ = forward(x)
    weights = [rng.standard_normal(output.shape) for output in outputs]

    def loss() -> float:
        *outputs, _ = forward(x)
        return float(sum((output * w).sum() for output, w in zip(outputs, weights, strict=True)))

    layer.zero_grad()
    found = forward(x)[-1](*weights)
    dx = found[0] if len(outputs) > 1 else found
    errors = {
        name: relative_error(layer.grads[name], numerical_gradient(loss, param))
        for name, param in layer.params.items()
    }
    if dx is not None:
        errors["input"] = relative_error(dx, numerical_gradient(loss, x))
    return errors

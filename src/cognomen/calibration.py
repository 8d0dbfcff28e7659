"""From logits to probabilities that mean what they say.

A network is often surer than it is right. Dividing all its logits by one number, the temperature, moves
every answer nearer to "cannot tell" (above 1) or further from it (below 1), and never changes which origin
comes first (Guo et al. 2017, "On Calibration of Modern Neural Networks").
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.errors import InputError
from cognomen.rnn.layers import Array, Ids
from cognomen.rnn.losses import log_softmax, softmax

__all__ = ["fit_temperature", "softmax_with_temperature"]

LOWEST, HIGHEST = 0.05, 20.0  # a fit stays in here; where every name is right, less and less is better
ROWS = 1 << 11  # rows at a time: what lies in between stays in the cache
HALVINGS = 60  # of the range above: more than float64 can tell apart


def softmax_with_temperature(logits: ArrayLike, temperature: float) -> Array:
    """Probabilities: exp(logit / temperature), scaled so that every row sums to 1.

    Args:
        logits: (N, C), finite.
        temperature: above 0; 1 changes nothing.

    Returns:
        (N, C), of the logits' own precision.

    Raises:
        InputError: the logits are not a finite table, or the temperature is not above 0.
    """
    z = _checked_logits(logits)  # (N, C)
    if not 0 < temperature < math.inf:
        raise InputError(f"temperature: expected a finite number above 0, got {temperature}")
    result = np.empty_like(z)
    for start in range(0, len(z), ROWS):
        rows = slice(start, start + ROWS)
        result[rows] = softmax(z[rows] / z.dtype.type(temperature))
    return result


def fit_temperature(logits: ArrayLike, labels: ArrayLike) -> float:
    """The temperature, from 0.05 to 20, at which the mean log loss of the labels is least.

    In the inverse b = 1 / T the loss is convex, and its slope is the mean over the names of what the logits
    are expected to be at b, less the label's logit. So the range is halved around the slope's zero.

    Fit it on names that the network was not trained on: on its training names every network seems right.

    Args:
        logits: (N, C), finite, one or more rows.
        labels: (N,), whole numbers from 0 to C - 1.

    Returns:
        The temperature; 1.0 where no other is better.

    Raises:
        InputError: the logits are not a finite table, or the labels do not fit them.
    """
    z = _checked_logits(logits).astype(np.float64)  # (N, C)
    y = _checked_labels(labels, z)  # (N,)
    low, high = math.log(1 / HIGHEST), math.log(1 / LOWEST)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _slope(z, y, math.exp(middle)) < 0 else (low, middle)
    temperature = math.exp(-(low + high) / 2)
    return temperature if _log_loss(z, y, 1 / temperature) < _log_loss(z, y, 1.0) else 1.0


def _log_loss(z: Array, y: Ids, b: float) -> float:
    return -float(log_softmax(b * z)[np.arange(len(y)), y].mean())


def _slope(z: Array, y: Ids, b: float) -> float:
    """The derivative of the mean log loss by b: sum over C of p z, less the label's z."""
    expected = (softmax(b * z) * z).sum(axis=1)  # (N,)
    return float((expected - z[np.arange(len(y)), y]).mean())


def _checked_logits(logits: ArrayLike) -> Array:
    z: NDArray[Any] = np.asarray(logits)
    if not np.issubdtype(z.dtype, np.floating):
        raise InputError(f"logits: expected floating-point numbers, got {z.dtype}")
    if z.ndim != 2 or z.shape[1] == 0:
        raise InputError(f"logits: expected the shape (N, C), a row a name, got {z.shape}")
    if not np.isfinite(z).all():
        row, column = np.argwhere(~np.isfinite(z))[0]
        raise InputError(f"logits: expected finite numbers, got {z[row, column]} at [{row}, {column}]")
    return z


def _checked_labels(labels: ArrayLike, z: Array) -> Ids:
    y: NDArray[Any] = np.asarray(labels)
    if len(z) == 0:
        raise InputError("logits: expected one or more names to fit a temperature to, got none")
    if y.shape != z.shape[:1] or not np.issubdtype(y.dtype, np.integer):
        raise InputError(f"labels: expected {len(z)} whole numbers, got {y.dtype} of shape {y.shape}")
    if y.min() < 0 or y.max() >= z.shape[1]:
        raise InputError(f"labels: expected 0 to {z.shape[1] - 1}, got {y.min()} to {y.max()}")
    return y

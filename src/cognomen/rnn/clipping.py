"""Limits on gradients."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from cognomen.errors import check_number
from cognomen.rnn.arrays import Array
from cognomen.rnn.engine.row_gradient import RowGradient


def clip_grad_norm(grads: Mapping[str, Array], max_norm: float) -> float:
    """Scale all gradients by one factor, so that their Euclidean norm is at most `max_norm`, in place.

    Returns the norm before clipping (Pascanu et al. 2013). If it is NaN or infinite, training has diverged,
    and the gradients are left as they are.

    Raises:
        InputError: `max_norm` is not a number of 0 or more.
    """
    if max_norm != math.inf:
        check_number("max_norm", max_norm)
    norm = math.sqrt(sum(map(squared_norm, grads.values())))
    if max_norm < norm < math.inf:
        for grad in grads.values():
            grad *= max_norm / norm
    return norm


def clip_grad_value(grads: Mapping[str, Array], largest: float) -> None:
    """Limit each element of all gradients, of any shape, to the range from -largest to largest, in place.

    Raises:
        InputError: `largest` is not a number of 0 or more.
    """
    check_number("largest", largest)
    for grad in grads.values():
        values = grad.values if isinstance(grad, RowGradient) else grad
        np.clip(values, -largest, largest, out=values)


def squared_norm(grad: Array | RowGradient) -> float:
    """The sum of the squares of all elements."""
    return grad.squared_norm() if isinstance(grad, RowGradient) else float(np.vdot(grad, grad))

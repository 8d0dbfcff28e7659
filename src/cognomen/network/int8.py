"""Parameters in a byte each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cognomen.rnn.arrays import Array

SCALE: Final = ".scale"  # ends the name of the tensor by which the rows of an int8 tensor are multiplied


def compact_tensors(params: Mapping[str, Array]) -> dict[str, NDArray[Any]]:
    """Parameters in few bytes: matrices (X, Y) as int8 with a scale for each row, vectors (X,) as float16."""
    tensors: dict[str, NDArray[Any]] = {}
    for name, param in params.items():
        if param.ndim == 1:
            tensors[name] = param.astype(np.float16)
            continue
        scale = (np.abs(param).max(axis=1) / 127).astype(np.float16)
        tensors[name + SCALE] = scale = np.maximum(scale, np.finfo(np.float16).tiny)
        tensors[name] = np.rint(param / scale[:, None].astype(np.float32)).clip(-127, 127).astype(np.int8)
    return tensors


def full_tensors(tensors: Mapping[str, NDArray[Any]]) -> dict[str, Array]:
    """The parameters whose `compact_tensors` these are: rounded, in float32 and of the same shapes."""
    found = {name: each.astype(np.float32) for name, each in tensors.items()}
    for name in [name for name in found if name.endswith(SCALE)]:
        found[name.removesuffix(SCALE)] *= found.pop(name)[:, None]
    return found

"""Tensors in the safetensors format, seen where they lie: nothing is copied.

    8 bytes         the length n of the header, the lowest byte first
    n bytes         the header, JSON: {"bias": {"dtype": "F16", "shape": [3], "data_offsets": [0, 6]}, ...}
    the others      the numbers themselves, the lowest byte first; offsets count from here

Source of the format: https://github.com/huggingface/safetensors. What writes it is that library.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["view_tensors"]

LENGTH = 8  # bytes
TYPES = {f"{kind}{8 * size}": f"<{kind.lower()}{size}" for kind in "FIU" for size in (1, 2, 4, 8)}


def view_tensors(data: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
    """The tensors in a file's bytes (B,), by name: views of `data`.

    Raises:
        ValueError: these bytes are not in the format, or hold numbers of a type that NumPy lacks.
    """
    start = LENGTH + int.from_bytes(data[:LENGTH].tobytes(), "little")
    if len(data) < start:
        raise ValueError(f"a header of {start - LENGTH} bytes in a file of {len(data)}")
    numbers = data[start:]
    try:
        header = json.loads(data[LENGTH:start].tobytes())
        tensors = {name: facts for name, facts in header.items() if name != "__metadata__"}
        views = {name: _view(numbers, **facts) for name, facts in tensors.items()}
        _check_filled(sorted(facts["data_offsets"] for facts in tensors.values()), len(numbers))
    except (AttributeError, KeyError, RecursionError, TypeError) as error:
        raise ValueError(f"a header of another kind: {error}") from error
    return views


def _view(numbers: NDArray[np.uint8], dtype: str, shape: list[int], data_offsets: list[int]) -> NDArray[Any]:
    kind, (begin, end) = np.dtype(TYPES[dtype]), data_offsets
    if not 0 <= begin <= end <= len(numbers) or end - begin != math.prod(shape) * kind.itemsize:
        raise ValueError(f"{dtype} of shape {shape} at bytes {begin} to {end} of {len(numbers)}")
    return numbers[begin:end].view(kind).reshape(shape)


def _check_filled(offsets: list[list[int]], size: int) -> None:
    """The tensors must lie end to end: no byte belongs to two of them, and none to nobody."""
    place = 0
    for begin, end in [*offsets, [size, size]]:
        if begin != place:
            raise ValueError(f"a tensor, or the file's end, at byte {begin}; the one before ends at {place}")
        place = end

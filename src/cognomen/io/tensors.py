"""Arrays by name in one file, in the safetensors format: the parameters of any network.

save_tensors("net.safetensors", net.params)
net.load(load_tensors("net.safetensors"))
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError
from cognomen.io.files import write_atomically

__all__ = ["load_tensors", "save_tensors"]


def save_tensors(
    path: str | os.PathLike[str], tensors: Mapping[str, NDArray[Any]], facts: Mapping[str, str] | None = None
) -> None:
    """Write arrays to a file, whole or not at all.

    Args:
        path: of the file, by custom ending in .safetensors.
        tensors: the arrays by name, of any shapes, such as `layer.params`.
        facts: strings by name that the file holds besides, such as sizes.

    Raises:
        InputError: something is not an array of numbers.
        OSError: the file cannot be written.
    """
    from safetensors.numpy import save

    for name, tensor in tensors.items():
        if not isinstance(tensor, np.ndarray) or tensor.dtype.kind not in "fiub":
            got = tensor.dtype if isinstance(tensor, np.ndarray) else type(tensor).__name__
            raise InputError(f"{name}: expected an array of numbers to save, got {got}")
    arrays = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    write_atomically(Path(path), save(arrays, metadata=None if facts is None else dict(facts)))


def load_tensors(path: str | os.PathLike[str]) -> dict[str, NDArray[Any]]:
    """The arrays of a safetensors file, by name: for `layer.load`, which checks names and shapes.

    Raises:
        InputError: there is no such file, or it is not in this format.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: expected a file of tensors, {error.strerror}") from error
    try:
        return load(data)
    except (SafetensorError, KeyError) as error:
        raise InputError(
            f"{path}: expected tensors in the safetensors format, in types that NumPy has ({error})"
        ) from error

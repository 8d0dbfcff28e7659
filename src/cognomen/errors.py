"""Every error that Cognomen raises on purpose.

    CognomenError
    ├── InputError          a value does not fit what a function asks for (is a ValueError too)
    ├── DataError           names for training cannot be read; says which file and line
    │   └── DownloadError   a corpus could not be fetched whole
    ├── ModelError          a model folder is missing, damaged or foreign
    ├── TrainingError       training cannot start, cannot go on, or has diverged
    └── MissingExtraError   an optional package is needed (is an ImportError too)

Each message says what was expected, what came, where, and what to do about it.
"""

from __future__ import annotations

import math
from numbers import Integral, Real

__all__ = [
    "CognomenError",
    "DataError",
    "DownloadError",
    "InputError",
    "MissingExtraError",
    "ModelError",
    "TrainingError",
]


class CognomenError(Exception):
    """The root of the tree: catch this to catch all of them."""


class InputError(CognomenError, ValueError):
    """A value does not fit what a function asks for."""


class DataError(CognomenError):
    """Names for training cannot be read."""


class DownloadError(DataError):
    """A corpus could not be fetched whole; nothing half-fetched is left behind."""


class ModelError(CognomenError):
    """A model folder is missing, damaged, of another version, or not a model at all."""


class TrainingError(CognomenError):
    """Training cannot start, cannot go on, or has diverged."""


class MissingExtraError(CognomenError, ImportError):
    """An optional package is needed; the message holds the command that installs it."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package!r}, which is not installed. "
            f"Install it with: pip install 'cognomen[{extra}]' "
            f"(from a clone: pip install '.[{extra}]')"
        )


def shortened(value: object) -> str:
    """A value as an error message shows it, in 60 characters: one from a damaged file may have thousands."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def check_whole_number(name: str, value: object, least: int = 1) -> None:
    """Raise InputError unless the argument `name` is a whole number (not a bool) of `least` or more."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise InputError(f"{name}: expected a whole number, {least} or more, got {value!r}")


def check_number(name: str, value: object, *, below: float = math.inf) -> float:
    """The value of the argument `name`; raise InputError unless it is a number in [0, below)."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= float(value) < below:
        most = "" if below == math.inf else f", less than {below:g}"
        raise InputError(f"{name}: expected a finite number, 0 or more{most}, got {value!r}")
    return value  # type: ignore[return-value]

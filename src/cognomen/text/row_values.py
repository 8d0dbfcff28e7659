"""What a caller gives beside each of several texts: how often it counts, what it is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.errors import InputError


def weights_of(given: ArrayLike, rows: int, what: str = "weights") -> NDArray[np.float64]:
    """The weights of N rows, (N,).

    Args:
        given: a number for each row.
        rows: N.
        what: the argument's name, for the error message.

    Raises:
        InputError: there is not one for each row, or one is not a finite number of at least 0.
    """
    try:
        weights = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        weights = np.array([_number(cell) for cell in np.asarray(given, object).tolist()])
    if weights.shape != (rows,):
        raise InputError(f"{what}: expected one for each of the {rows:,} names, got {weights.shape}")
    good = np.isfinite(weights) & (weights >= 0)  # (N,)
    if not good.all():
        row = int(np.argmin(good))
        found = np.asarray(given, object).tolist()[row]
        raise InputError(f"{what}[{row}]: expected a finite number of at least 0, got {found!r}")
    return weights


def check_none_missing(values: ArrayLike, what: str) -> None:
    """Raise InputError if one of the values (N,) is None, NaN, or pandas' NA."""
    cells = np.ravel(np.asarray(values, object)).tolist()  # as they are: NaN among texts would be "nan"
    missing = [row for row, cell in enumerate(cells) if is_missing(cell)]
    if missing:
        raise InputError(
            f"{what}[{missing[0]}]: expected a value, got {cells[missing[0]]!r}. Leave out rows without one "
            f"({len(missing):,} of {len(cells):,}), everywhere alike."
        )


def is_missing(value: Any) -> bool:
    """Whether this is None, NaN, or pandas' NA or NaT."""
    return value is None or type(value).__name__ == "NAType" or bool(np.ndim(value) == 0 and value != value)


def _number(cell: Any) -> float:
    """The number in a cell; NaN if there is none."""
    try:
        return float(cell)
    except (TypeError, ValueError):
        return np.nan

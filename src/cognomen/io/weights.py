"""The weight of a table's rows: how often a name occurs, or how large its share is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import DataError
from cognomen.io.tables import ParquetTable, TableFile, column_at

WEIGHT_COLUMNS: Final = ("count", "weight", "share")


def find_weights(path: Path, headings: Sequence[str]) -> int | None:
    """The index of the column of weights, headed count, weight or share in any case; None if there is none.

    Raises:
        DataError: there are several.
    """
    found = [i for i, heading in enumerate(headings) if heading.strip().casefold() in WEIGHT_COLUMNS]
    if len(found) > 1:
        listed = ", ".join(repr(headings[i].strip()) for i in found)
        raise DataError(
            f"{path}: expected one column of weights ({', '.join(WEIGHT_COLUMNS)}), found {len(found)}: "
            f"{listed}. Say which it is (--count-column), or keep one of them."
        )
    return found[0] if found else None


def to_weight(cell: object, where: str, heading: str) -> float:
    """The weight in a cell, a number or its text.

    Args:
        cell: what the table holds.
        where: file and line, for the error message.
        heading: the column's, for the error message.

    Raises:
        DataError: it is not a finite number of at least 0.
    """
    try:
        weight = math.nan if isinstance(cell, bool) else float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        weight = math.nan
    if not 0 <= weight < math.inf:
        found = "an empty cell" if cell in (None, "") else repr(cell)
        raise DataError(
            f"{where}: expected a number of at least 0 in the column {heading.strip()!r}, got {found}. "
            "Correct the row (numbers are written 1500 or 0.5), or name another column (--count-column)."
        )
    return weight


def weighted_column(table: TableFile, index: int, weights_at: int) -> tuple[Any, NDArray[np.float64]]:
    """A whole column of strings, as `column_at` gives it or as a list, and the weights of its N rows, (N,).

    A row with neither, as spreadsheets have them, counts for nothing.

    Raises:
        DataError: the column does not hold strings, a weight is not a finite number of at least 0, or the
            table cannot be read.
    """
    if isinstance(table, ParquetTable):
        texts, cells = column_at(table, index), table.column(weights_at).to_pylist()
        rows = list(zip(range(1, len(cells) + 1), texts.to_pylist(), cells, strict=True))
    else:
        rows = [(line, row[index], row[weights_at].strip()) for line, row in table.filled_rows()]
        texts = [text for _, text, _ in rows]
    heading = table.headings[weights_at]
    weights = [
        to_weight(cell, f"{table.path}, {table.counted} {line}", heading)
        if text or cell not in (None, "")
        else 0
        for line, text, cell in rows
    ]
    return texts, np.array(weights, np.float64)

"""Names from a table with the columns `name` and `origin`, or others that are named.

A column `count`, `weight` or `share`, or one that is named, gives the weight of each row. The columns may be
in any order, their headings in upper or lower case; other columns are ignored.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from typing import Any, Final, NamedTuple

from cognomen.corpora.rows import DroppedRow, Row, SourceRows
from cognomen.errors import DataError
from cognomen.io.delimited import find_column
from cognomen.io.tables import ParquetTable, TableFile, column_at, open_table
from cognomen.io.weights import find_weights, to_weight

Columns = tuple[str, str] | tuple[str, str, str]  # of the names, the origins, and perhaps the weights
COLUMNS: Final = ("name", "origin")
REMEDY: Final = (
    " Say which it is: --name-column, --origin-column and --count-column, in Python "
    "columns=(name, origin, count)."
)


class _Cells(NamedTuple):
    """What a row holds: `weight` is its cell, None without such a column."""

    line: int
    name: str
    origin: str
    weight: Any
    whole: bool  # whether it has as many cells as there are headings


def read_table(path: Path, encoding: str | None = None, columns: Columns = COLUMNS) -> SourceRows:
    """Read a table (see `io.tables`).

    `columns` are those of the names, the origins, and perhaps the weights: headings, ignoring case, or
    numbers, counted from 1. A row without a name or an origin, or with more cells than there are headings, is
    reported as unusable: "empty-cell" or "ragged".

    Raises:
        DataError: the table cannot be read, lacks these columns, has no usable row, or has weights that are
            not finite numbers of at least 0, or all 0.
        MissingExtraError: what reads such a table is not installed.
    """
    table = open_table(path, encoding)
    places = [find_column(path, column, table.headings, REMEDY) for column in columns]
    weights_at = places.pop() if len(columns) > len(COLUMNS) else find_weights(path, table.headings)
    found = SourceRows(weighted=weights_at is not None)
    found.shares = weights_at is not None and table.headings[weights_at].strip().casefold() == "share"
    for line, name, origin, weight, whole in _rows(table, places, weights_at):
        name, origin = name.strip(), sys.intern(origin.strip())  # a few origins are in a million rows
        if not (whole and name and origin):
            reason = "empty-cell" if whole else "ragged"
            found.unusable.append(DroppedRow(name, origin, path.name, line, reason))
            continue
        if weights_at is not None:
            weight = to_weight(weight, f"{path}, {table.counted} {line}", table.headings[weights_at])
        found.rows.append(Row(name, origin, path.name, line, weight))
    _check(found, path)
    return found


def _check(found: SourceRows, path: Path) -> None:
    if not found.rows:
        raise DataError(
            f"expected rows with a name and an origin in {path}; it has {len(found.unusable)} rows below "
            "its headings, and none has both."
        )
    if not any(row.weight for row in found.rows):
        raise DataError(f"expected a weight above 0 in some row of {path}, but all are 0.")


def _rows(table: TableFile, places: list[int], weights_at: int | None) -> Iterator[_Cells]:
    places = [*places, *([] if weights_at is None else [weights_at])]
    if isinstance(table, ParquetTable):
        columns = [column_at(table, place).to_pylist() for place in places[:2]]
        weights = repeat(1.0) if weights_at is None else table.column(weights_at).to_pylist()
        for number, (name, origin, weight) in enumerate(zip(*columns, weights, strict=False), start=1):
            yield _Cells(number, name or "", origin or "", weight, True)
        return
    width = len(table.headings)
    for line, cells in table.numbered_rows():
        if any(cell.strip() for cell in cells):
            # Spreadsheets append empty cells; one with text comes from a delimiter that is not quoted.
            whole = len(cells) > max(places) and not any(cell.strip() for cell in cells[width:])
            filled = cells + [""] * width
            weight = 1.0 if weights_at is None else filled[weights_at].strip()
            yield _Cells(line, filled[places[0]], filled[places[1]], weight, whole)

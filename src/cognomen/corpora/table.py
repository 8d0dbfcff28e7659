"""Names from a table with the columns `name` and `origin`: CSV, TSV or Parquet.

The columns stand in any order, their headings in any case of letters; other columns are ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from cognomen.corpora.rows import DroppedRow, Reading, Row
from cognomen.errors import DataError
from cognomen.io.delimited import CsvTable, close_heading, heading_problem
from cognomen.io.tables import ParquetTable

__all__ = ["read_table"]

COLUMNS: Final = ("name", "origin")

# A cell is None where its row has no such cell.
_Cells = tuple[str | None, str | None]


def read_table(path: Path, encoding: str | None = None) -> Reading:
    """Read a CSV, TSV or Parquet table.

    A row that lacks its name or its origin, or has more cells than there are headings, is not read but
    reported as "empty-cell" or "ragged".

    Raises:
        DataError: the table cannot be read, has no such columns, or has no usable row.
        MissingExtraError: it is a Parquet table and pyarrow is not installed.
    """
    reading = Reading()
    for line, (name, origin), whole in _rows(path, encoding):
        trimmed_name, trimmed_origin = (name or "").strip(), (origin or "").strip()
        if not whole or not trimmed_name or not trimmed_origin:
            reason = "empty-cell" if whole else "ragged"
            reading.unusable.append(DroppedRow(trimmed_name, trimmed_origin, path.name, line, reason))
        else:
            reading.rows.append(Row(trimmed_name, trimmed_origin, path.name, line))
    if not reading.rows:
        raise DataError(
            f"expected rows with a name and an origin in {path}; it has {len(reading.unusable)} rows below "
            "its headings, and none has both."
        )
    return reading


def _rows(path: Path, encoding: str | None) -> Iterator[tuple[int, _Cells, bool]]:
    return _parquet_rows(path) if path.suffix.lower() == ".parquet" else _csv_rows(path, encoding)


def _csv_rows(path: Path, encoding: str | None) -> Iterator[tuple[int, _Cells, bool]]:
    sheet = CsvTable(path, encoding)
    if not sheet.headings:
        raise DataError(f"expected a table with the headings name and origin, but {path} is empty.")
    places = _find_columns(path, sheet.headings)
    for line, cells in sheet.numbered_rows():
        if not any(cell.strip() for cell in cells):
            continue
        found = tuple(cells[place] if place < len(cells) else None for place in places)
        # An empty cell too many is a habit of spreadsheets; a full one comes from a comma without quotes.
        whole = None not in found and not any(cell.strip() for cell in cells[len(sheet.headings) :])
        yield line, (found[0], found[1]), whole


def _find_columns(path: Path, headings: Sequence[str]) -> tuple[int, int]:
    keys = [heading.strip().casefold() for heading in headings]
    for column in COLUMNS:
        if keys.count(column) != 1:
            free = [heading for heading in headings if heading.strip().casefold() not in COLUMNS]
            close = close_heading(column, free) if column not in keys else None
            hint = f" Did you mean {close!r}? Then call it {column!r}." if close else ""
            hint = " Keep only one of them." if column in keys else hint
            raise DataError(heading_problem(path, column, headings) + hint)
    return keys.index("name"), keys.index("origin")


def _parquet_rows(path: Path) -> Iterator[tuple[int, _Cells, bool]]:
    table = ParquetTable(path)
    columns = [
        _strings(path, table.column(index), table.headings[index])
        for index in _find_columns(path, table.headings)
    ]
    for number, cells in enumerate(zip(*columns, strict=True), start=1):
        yield number, (cells[0], cells[1]), True


def _strings(path: Path, column: Any, heading: str) -> list[str | None]:
    """The cells of a column as strings, None for null."""
    cells: list[Any] = column.to_pylist()
    for number, cell in enumerate(cells, start=1):
        if cell is not None and not isinstance(cell, str):
            raise DataError(
                f"{path}, row {number}: expected text in the column {heading!r}, got {cell!r} "
                f"({column.type}). Write that column as strings."
            )
    return cells

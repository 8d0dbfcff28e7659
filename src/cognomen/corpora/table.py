"""Names from a table with the columns `name` and `origin`: CSV, TSV or Parquet.

The columns may be in any order, their headings in upper or lower case; other columns are ignored.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cognomen.corpora.rows import DroppedRow, Row, SourceRows
from cognomen.errors import DataError
from cognomen.io.delimited import find_column
from cognomen.io.tables import ParquetTable, TableFile, column_at, open_table

COLUMNS: Final = ("name", "origin")


def read_table(path: Path, encoding: str | None = None) -> SourceRows:
    """Read a CSV, TSV or Parquet table.

    A row without a name or an origin, or with more cells than there are headings, is reported as unusable:
    "empty-cell" or "ragged".

    Raises:
        DataError: the table cannot be read, lacks these columns, or has no usable row.
        MissingExtraError: it is a Parquet table and pyarrow is not installed.
    """
    found = SourceRows()
    for line, name, origin, whole in _rows(open_table(path, encoding)):
        row = Row(name.strip(), origin.strip(), path.name, line)
        if whole and row.name and row.origin:
            found.rows.append(row)
        else:
            found.unusable.append(DroppedRow(*row, "empty-cell" if whole else "ragged"))
    if not found.rows:
        raise DataError(
            f"expected rows with a name and an origin in {path}; it has {len(found.unusable)} rows below "
            "its headings, and none has both."
        )
    return found


def _rows(table: TableFile) -> Iterator[tuple[int, str, str, bool]]:
    """Yield line, name and origin of each row, and whether it has as many cells as there are headings."""
    places = [find_column(table.path, column, table.headings, by_number=False) for column in COLUMNS]
    if isinstance(table, ParquetTable):
        names, origins = (column_at(table, place).to_pylist() for place in places)
        for number, (name, origin) in enumerate(zip(names, origins, strict=True), start=1):
            yield number, name or "", origin or "", True
        return
    width = len(table.headings)
    for line, cells in table.numbered_rows():
        if any(cell.strip() for cell in cells):
            # Spreadsheets append empty cells; one with text comes from a delimiter that is not quoted.
            whole = len(cells) > max(places) and not any(cell.strip() for cell in cells[width:])
            name, origin = ((cells + [""] * width)[place] for place in places)
            yield line, name, origin, whole

"""Workbooks of spreadsheet programs: .xlsx, .xls and .ods, whose first sheet is read as a table.

The cells are texts, as if the sheet had been saved as CSV. The sheet is in memory as long as it is read; it
has at most 1,048,576 rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from itertools import chain
from pathlib import Path
from typing import Any, Final

from cognomen.errors import DataError
from cognomen.io.extras import require
from cognomen.io.misnamed import hint_if_text
from cognomen.io.row_table import NumberedRow, RowTable

SUFFIXES: Final = (".xlsx", ".xls", ".ods")
EXACT: Final = 1e15  # spreadsheets keep 15 digits


class WorkbookTable(RowTable):
    """The first sheet of a workbook."""

    encoding = "utf-8-sig"  # so that a spreadsheet program reads what is written

    def __init__(self, path: Path, *, headings: bool = True) -> None:
        """Read the sheet.

        Args:
            path: the file.
            headings: whether it has any, in its first row that is not blank.

        Raises:
            DataError: the file cannot be read, or has no sheet.
            MissingExtraError: python-calamine is not installed.
        """
        rows = _rows_of_sheet(path)
        first = next(rows, None)
        cells = [] if first is None else first[1]
        if headings or first is None:
            super().__init__(path, cells, rows)
        else:
            super().__init__(path, [str(place) for place in range(1, len(cells) + 1)], chain([first], rows))


def _rows_of_sheet(path: Path) -> Iterator[NumberedRow]:
    """The rows of the first sheet that are not blank, with their numbers, from 1."""
    calamine = require("python_calamine", "excel", "Reading a workbook", "python-calamine")
    try:
        workbook = calamine.CalamineWorkbook.from_path(path)
        sheets = [
            each.name for each in workbook.sheets_metadata if each.typ == calamine.SheetTypeEnum.WorkSheet
        ]
        if not sheets:
            raise DataError(f"{path}: expected a workbook with a sheet of cells, found none.")
        rows = workbook.get_sheet_by_name(sheets[0]).iter_rows()
    except (calamine.CalamineError, OSError) as error:
        raise DataError(
            f"cannot read {path} as a workbook: {error}. Open it in a spreadsheet program and save it anew, "
            f"without a password.{hint_if_text(path)}"
        ) from error
    numbered = enumerate(([_text(value) for value in row] for row in rows), start=1)
    return ((number, cells) for number, cells in numbered if any(map(str.strip, cells)))


def _text(value: Any) -> str:
    """A cell as spreadsheet programs write it in CSV, but for dates, which are those of ISO 8601."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return str(value.date())
    return str(value)

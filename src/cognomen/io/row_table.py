"""A table whose rows come one after another, as lists of texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cognomen.errors import DataError
from cognomen.io.arrow import find_pyarrow
from cognomen.text.columns import item_blocks

NumberedRow = tuple[int, list[str]]


class RowTable:
    """A file whose headings have been read; its rows can be taken once.

    Attributes:
        path: the file.
        headings: the cells of the first row that is not blank, or their numbers, counted from 1, if the table
            has no headings; [] if there is no such row.
        delimiter: for writing a CSV table like this one.
        encoding: for writing a CSV table like this one: "utf-8" or, with a byte-order mark, "utf-8-sig".
        counted: what the numbers of its rows count, for messages.
    """

    delimiter, encoding, counted = ",", "utf-8", "row"

    def __init__(self, path: Path, headings: list[str], rows: Iterator[NumberedRow]) -> None:
        self.path, self.headings, self._rows = path, headings, rows

    def numbered_rows(self) -> Iterator[NumberedRow]:
        """Yield the rows with the number or line that each begins in, from 1. Empty lines are not rows.

        Raises:
            DataError: the file cannot be read any further.
        """
        return self._rows

    def filled_rows(self) -> Iterator[NumberedRow]:
        """Yield the rows with the number or line that each begins in, each with a cell for every heading.

        Raises:
            DataError: as `blocks`.
        """
        return self._filled(self._rows)

    def blocks(self) -> Iterator[Any]:
        """Yield the rows, each with a cell for every heading: missing cells at the end are "".

        A block is a pyarrow.Table of strings; without pyarrow a list of rows. Without rows there is one
        empty block.

        Raises:
            DataError: as `numbered_rows`, or a row has more cells than there are headings.
        """
        blocks = self._in_blocks(self._rows)
        yield next(blocks, self._block([]))
        yield from blocks

    def _in_blocks(self, rows: Iterable[NumberedRow]) -> Iterator[Any]:
        return map(self._block, item_blocks(cells for _, cells in self._filled(rows)))

    def _block(self, rows: list[list[str]]) -> Any:
        pa = find_pyarrow()
        if pa is None:
            return rows
        columns = zip(*rows, strict=True) if rows else [()] * len(self.headings)
        return pa.Table.from_arrays([pa.array(cells, pa.string()) for cells in columns], self.headings)

    def _filled(self, rows: Iterable[NumberedRow]) -> Iterator[NumberedRow]:
        width = len(self.headings)
        for number, cells in rows:
            if any(cell.strip() for cell in cells[width:]):  # spreadsheets append empty ones
                raise DataError(
                    f"{self.path}, {self.counted} {number}: the row has {len(cells)} cells, but the table "
                    f"has {width} heading{'s' * (width != 1)}. Look for a cell with {self.delimiter!r} in it "
                    "that is not in quotation marks."
                )
            yield number, [*cells[:width], *[""] * (width - len(cells))]

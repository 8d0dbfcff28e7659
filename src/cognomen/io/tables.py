"""Table files block by block: CSV and TSV (rows of texts) and Parquet (pyarrow tables).

No file is in memory as a whole. What is written is there whole at the end, or not at all.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cognomen.errors import DataError, InputError
from cognomen.io.arrow import parquet_errors, require_pyarrow
from cognomen.io.delimited import TABLE_SUFFIXES, find_column, open_csv
from cognomen.io.files import atomic_write
from cognomen.text.columns import is_string_column, item_blocks

__all__ = [
    "CsvTable",
    "ParquetTable",
    "check_suffix",
    "csv_writer",
    "open_table",
    "parquet_writer",
]

BLOCK = 1 << 17  # rows


class CsvTable:
    """A CSV or TSV file: its blocks are lists of rows, and each row has a text for each heading.

    Attributes:
        path: the file.
        headings: its columns.
        delimiter: what stands between its cells.
        encoding: "utf-8", or "utf-8-sig" where it begins with a byte-order mark.
    """

    def __init__(self, path: Path) -> None:
        sheet = open_csv(path)
        if not sheet.headings:
            raise DataError(f"expected a table with headings in its first line, but {path} is empty.")
        self.path, self.headings, self.delimiter = path, sheet.headings, sheet.delimiter
        with path.open("rb") as file:
            self.encoding = "utf-8-sig" if file.read(3) == codecs.BOM_UTF8 else "utf-8"
        self._rows = sheet.rows

    def blocks(self) -> Iterator[list[list[str]]]:
        """The rows; one empty block if there are none."""
        blocks = item_blocks(self._whole_rows(), BLOCK)
        yield next(blocks, [])
        yield from blocks

    def names(self, column: str) -> Iterable[str]:
        """The cells of a column, one after the other."""
        place = find_column(self.path, column, self.headings)
        return (row[place] for row in self._whole_rows())

    def texts(self, block: list[list[str]], column: str) -> list[str]:
        """The cells of a column in a block."""
        place = find_column(self.path, column, self.headings)
        return [row[place] for row in block]

    def as_rows(self, block: list[list[str]]) -> list[list[str]]:
        """The block itself."""
        return block

    def as_arrow(self, block: list[list[str]]) -> Any:
        """The block as a pyarrow.Table of strings."""
        pa = require_pyarrow("Writing a Parquet table")
        columns = zip(*block, strict=True) if block else ([] for _ in self.headings)
        return pa.Table.from_arrays([pa.array(cells, pa.string()) for cells in columns], self.headings)

    def _whole_rows(self) -> Iterator[list[str]]:
        """Rows as long as the headings: short ones are filled up with "", long ones have an error in them."""
        width = len(self.headings)
        for line, cells in self._rows:
            if any(cell.strip() for cell in cells[width:]):
                raise DataError(
                    f"{self.path}, line {line}: the row has {len(cells)} cells, but there are {width} "
                    "headings. Look for a cell with a comma in it that is not in quotation marks."
                )
            yield [*cells[:width], *[""] * (width - len(cells))]


class ParquetTable:
    """A Parquet file: its blocks are pyarrow tables. The attributes are those of a CsvTable."""

    delimiter, encoding = ",", "utf-8"

    def __init__(self, path: Path) -> None:
        pa = require_pyarrow("Reading a Parquet table")
        with parquet_errors(path):
            self._file = pa.parquet.ParquetFile(path)
        self.path, self.headings = path, list(self._file.schema_arrow.names)

    def blocks(self) -> Iterator[Any]:
        """The rows; one empty block if there are none."""
        pa = require_pyarrow("Reading a Parquet table")
        with parquet_errors(self.path):
            if self._file.metadata.num_rows == 0:
                yield self._file.schema_arrow.empty_table()
            for batch in self._file.iter_batches(BLOCK):
                yield pa.Table.from_batches([batch])

    def names(self, column: str) -> Any:
        """A column."""
        return self._strings(self.column(find_column(self.path, column, self.headings)))

    def column(self, index: int) -> Any:
        """A whole column, a pyarrow.ChunkedArray of any type."""
        heading = self.headings[index]
        with parquet_errors(self.path):
            alike = self._file.read(columns=[heading])  # all columns of this name
        return alike.column(self.headings[:index].count(heading))

    def texts(self, block: Any, column: str) -> Any:
        """A column of a block."""
        return self._strings(block.column(find_column(self.path, column, self.headings)))

    def as_rows(self, block: Any) -> list[list[str]]:
        """The cells of a block as texts; null is ""."""
        columns = [["" if cell is None else str(cell) for cell in c.to_pylist()] for c in block.columns]
        return [list(row) for row in zip(*columns, strict=True)]

    def as_arrow(self, block: Any) -> Any:
        """The block itself."""
        return block

    def _strings(self, column: Any) -> Any:
        if not is_string_column(column):
            raise DataError(
                f"{self.path}: expected a column of strings, got values of the type {column.type}. Write "
                "that column as strings."
            )
        return column


def open_table(path: Path) -> CsvTable | ParquetTable:
    """Open a table by its extension and read its headings.

    Raises:
        DataError: it is not there, has another extension, or cannot be read.
        MissingExtraError: it is a Parquet table and pyarrow is not installed.
    """
    if not path.is_file():
        raise DataError(f"expected a table ({', '.join(TABLE_SUFFIXES)}), found no file {str(path)!r}.")
    check_suffix(path)
    return ParquetTable(path) if path.suffix.lower() == ".parquet" else CsvTable(path)


def check_suffix(path: Path) -> None:
    """Raise InputError where an extension is not that of a table."""
    if path.suffix.lower() not in TABLE_SUFFIXES:
        raise InputError(f"expected a table ({', '.join(TABLE_SUFFIXES)}), got {str(path)!r}.")


@contextmanager
def csv_writer(path: Path, like: CsvTable | ParquetTable) -> Iterator[Any]:
    """A writer of rows into a CSV or TSV file with the delimiter and encoding of another where they fit."""
    separator = like.delimiter if like.delimiter != "\t" else ","
    delimiter = "\t" if path.suffix.lower() == ".tsv" else separator
    with atomic_write(path) as file:
        text = io.TextIOWrapper(file, encoding=like.encoding, newline="")
        yield csv.writer(_LineFeeds(text), delimiter=delimiter)
        text.detach()  # which flushes it, and leaves the file open


class _LineFeeds:
    """Rows of a csv.writer, which end in CRLF, written with LF.

    csv.writer quotes a cell for the characters of its own line end only (before Python 3.13), so it must
    know of both, or a carriage return in a cell would stand unquoted and cut the row in two.
    """

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text

    def write(self, row: str) -> int:
        return self._text.write(row.removesuffix("\r\n") + "\n")


@contextmanager
def parquet_writer(path: Path, schema: Any) -> Iterator[Any]:
    """A writer of pyarrow tables into a Parquet file."""
    pa = require_pyarrow("Writing a Parquet table")
    repeated = sorted(name for name, count in Counter(schema.names).items() if count > 1)
    if repeated:  # pyarrow writes such a file, but neither it nor pandas reads it again
        raise DataError(
            f"{path}: a Parquet table cannot have several columns of one name: "
            f"{', '.join(map(repr, repeated))}. Write a CSV table, or rename the columns first."
        )
    with atomic_write(path) as file, pa.parquet.ParquetWriter(file, schema) as writer:
        yield writer

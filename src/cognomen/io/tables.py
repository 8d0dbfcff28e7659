"""Tables in files, read in blocks of rows: CSV, TSV, Parquet and workbooks. `table_writers` writes them.

A block is a pyarrow.Table; without pyarrow, which CSV does not need, it is a list of rows. Files are never in
memory as a whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from cognomen.errors import DataError, InputError
from cognomen.io.arrow import find_pyarrow, parquet_errors, require_pyarrow
from cognomen.io.compressed import COMPRESSED, suffix_within
from cognomen.io.delimited import CsvTable, VerbatimRows
from cognomen.io.files import found_instead
from cognomen.io.row_table import RowTable
from cognomen.io.text_files import check_signature
from cognomen.io.workbook import SUFFIXES as WORKBOOKS
from cognomen.io.workbook import WorkbookTable
from cognomen.text.columns import is_string_column

DELIMITED = (".csv", ".tsv")
KINDS = ", ".join([*DELIMITED, ".parquet", *WORKBOOKS])
EXPECTED = f"a table ({KINDS}; .csv and .tsv also as {', '.join(COMPRESSED)})"
ROW_FORMATS = (*DELIMITED, ".jsonl")
WRITTEN_SUFFIXES = (*DELIMITED, ".parquet", ".jsonl")
ROWS = 1 << 17  # of a block of Parquet


class ParquetTable:
    """A Parquet file. The attributes are those of a `CsvTable`."""

    delimiter, encoding, counted = ",", "utf-8", "row"

    def __init__(self, path: Path) -> None:
        pa = require_pyarrow("Reading a Parquet table")
        with parquet_errors(path):
            self._file = pa.parquet.ParquetFile(path)
        self.path, self.headings = path, list(self._file.schema_arrow.names)

    def blocks(self) -> Iterator[Any]:
        """Yield the rows as pyarrow tables; without rows one empty table."""
        pa = require_pyarrow("Reading a Parquet table")
        with parquet_errors(self.path):
            if self._file.metadata.num_rows == 0:
                yield self._file.schema_arrow.empty_table()
            for batch in self._file.iter_batches(ROWS):
                yield pa.Table.from_batches([batch])

    def column(self, index: int) -> Any:
        """A whole column, a pyarrow.ChunkedArray of any type."""
        heading = self.headings[index]
        with parquet_errors(self.path):
            alike = self._file.read(columns=[heading])  # all columns of this name
        return alike.column(self.headings[:index].count(heading))


TableFile = RowTable | ParquetTable


def is_table(path: Path) -> bool:
    """Whether a file is a table by its extension; of the compressed ones those of CSV and TSV are."""
    return suffix_within(path) in DELIMITED or path.suffix.lower() in (".parquet", *WORKBOOKS)


def open_table(path: Path, encoding: str | None = None, *, headings: bool = True) -> TableFile:
    """Open a table by its extension and read its headings.

    Args:
        path: the file.
        encoding: of a CSV or TSV file; UTF-8 if None.
        headings: whether a CSV or TSV file or a workbook has any in its first line; if not, they are "1",
            "2", ...

    Raises:
        DataError: there is no such file, its extension is not that of a table, or it cannot be read.
        InputError: there is no such encoding.
        MissingExtraError: what reads such a table is not installed: pyarrow for Parquet and Zstandard,
            python-calamine for workbooks.
    """
    if not path.is_file():
        raise DataError(f"expected {EXPECTED}, {found_instead(path)}.")
    if not is_table(path):
        check_signature(path)
        raise DataError(
            f"expected {EXPECTED}, got {str(path)!r}. If it is text, rename it to .csv, or .tsv if tabs "
            f"separate its cells. A list of names, one a line, is for cognomen predict --file {path}."
        )
    if path.suffix.lower() == ".parquet":
        return ParquetTable(path)
    workbook = path.suffix.lower() in WORKBOOKS
    table = (
        WorkbookTable(path, headings=headings) if workbook else CsvTable(path, encoding, headings=headings)
    )
    if not table.headings:
        raise DataError(f"expected a table with headings in its first line, but {path} is empty.")
    return table


def check_suffix(path: Path) -> None:
    """Raise InputError unless the extension is that of a table that can be written."""
    if path.suffix.lower() not in WRITTEN_SUFFIXES:
        raise InputError(f"expected a table ({', '.join(WRITTEN_SUFFIXES)}), got {str(path)!r}.")


def delimiter_for(path: Path, like: TableFile) -> str:
    """The delimiter of a new CSV or TSV file: that of another table where it fits."""
    if path.suffix.lower() == ".tsv":
        return "\t"
    return like.delimiter if like.delimiter != "\t" else ","


def blocks_to_copy(table: TableFile, columns: Collection[int], target: Path) -> Iterator[Any]:
    """The blocks of a table whose rows go into another file, with only some columns parsed where possible.

    Args:
        table: the table.
        columns: the indices of the columns that are needed.
        target: the other file. `VerbatimRows` are among the blocks if it has the same delimiter.
    """
    is_delimited = target.suffix.lower() in DELIMITED
    if is_delimited and isinstance(table, CsvTable) and delimiter_for(target, table) == table.delimiter:
        return table.blocks(columns)
    return table.blocks()


def column_at(table: TableFile, index: int) -> Any:
    """A whole column of strings: a pyarrow.ChunkedArray, or an iterator without pyarrow.

    Raises:
        DataError: the column does not hold strings, or the table cannot be read.
    """
    if isinstance(table, ParquetTable):
        return _strings(table, table.column(index), index)
    pa = find_pyarrow()
    if pa is None:
        return chain.from_iterable(cells_of(table, block, index) for block in table.blocks())
    chunks = [block.column(index).dictionary_encode() for block in table.blocks()]  # most names repeat
    return pa.chunked_array(chain.from_iterable(each.chunks for each in chunks), chunks[0].type)


def cells_of(table: TableFile, block: Any, index: int) -> Any:
    """The strings of a column in a block.

    Raises:
        DataError: the column holds something else.
    """
    if isinstance(block, list):
        return [row[index] for row in block]
    if isinstance(block, VerbatimRows):
        return block.columns[index]
    return _strings(table, block.column(index), index)


def _strings(table: TableFile, column: Any, index: int) -> Any:
    if not is_string_column(column):
        raise DataError(
            f"{table.path}: expected a column of strings, got values of the type {column.type} in the column "
            f"{table.headings[index]!r}. Write it as strings."
        )
    return column

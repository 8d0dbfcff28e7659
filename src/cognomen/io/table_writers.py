"""Writing tables into files: CSV and TSV, JSON lines, Parquet. Files are written atomically."""

from __future__ import annotations

import codecs
import csv
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import DataError
from cognomen.io.arrow import require_pyarrow
from cognomen.io.delimited import positions
from cognomen.io.files import atomic_write
from cognomen.io.tables import TableFile, delimiter_for
from cognomen.text.columns import is_string_column

ROWS_JOINED = 1 << 15
HEADING_TO_QUOTE = re.compile('[,;\\t"\\r\\n]|^\ufeff')


class CsvWriter:
    """Writes rows in UTF-8 as `csv.writer` does: cells are quoted where they need it; lines end in LF.

    Its methods raise DataError for a zero byte, which nothing that reads CSV accepts.
    """

    def __init__(self, file: BinaryIO, delimiter: str, path: Path) -> None:
        self._file, self.delimiter, self.path = file, delimiter, path

    def write_headings(self, headings: Iterable[str]) -> None:
        """Write the first row, with quotes around whatever could be taken for a delimiter or a mark."""
        quoted = [
            '"' + each.replace('"', '""') + '"' if HEADING_TO_QUOTE.search(each) else each
            for each in headings
        ]
        self._write(f"{self.delimiter.join(quoted)}\n".encode())

    def _write(self, data: bytes) -> None:
        at = data.find(0)
        if at >= 0:
            near = data[max(at - 20, 0) : at + 20].decode(errors="ignore")
            raise DataError(
                f"{self.path}: CSV cannot hold a zero byte, but there is one in {near!r}. Write a .parquet "
                "or .jsonl table instead."
            )
        self._file.write(data)

    def write_rows(self, rows: Iterable[Sequence[str]]) -> None:
        """Write rows of cells."""
        lines: list[str] = []
        # Before Python 3.13, csv.writer quotes a cell for the characters of its own line end only. With LF
        # for a line end, a carriage return would remain unquoted and break the row.
        writer = csv.writer(_Sink(lines.append), delimiter=self.delimiter, lineterminator="\r\n")
        writer.writerows(rows)
        self._write("".join([line.removesuffix("\r\n") + "\n" for line in lines]).encode())

    def write_table(self, table: Any, more: Sequence[Sequence[str]], indices: NDArray[np.intp]) -> None:
        """Write a pyarrow.Table with more columns.

        Args:
            table: N rows. Null is written as "", lists and structures as JSON, and other values that are not
                strings as Python's `str` has them.
            more: further columns, each of U cells.
            indices: (N,), which of these U cells are in each row.
        """
        pa = require_pyarrow("Writing an Arrow table")
        self._write_joined(pa, [self._quoted(pa, column) for column in table.columns], more, indices, "\n")

    def write_lines(self, lines: Any, more: Sequence[Sequence[str]], indices: NDArray[np.intp]) -> None:
        """Write rows as they are written in another file (see `VerbatimRows`), with more columns.

        Args:
            lines: N rows with this delimiter.
            more, indices: as in `write_table`.
        """
        self._write_joined(require_pyarrow("Writing an Arrow table"), [lines], more, indices, "")
        self._write(b"\n")

    def _write_joined(
        self, pa: Any, columns: list[Any], more: Sequence[Sequence[str]], indices: NDArray[np.intp], end: str
    ) -> None:
        """Write columns of quoted cells, with more columns, and an end after each row."""
        pc, kind = pa.compute, pa.large_string()
        *ends, last = (self._quoted(pa, pa.chunked_array([column], kind)) for column in more)
        last = pc.binary_join_element_wise(last, pa.scalar(end, kind), pa.scalar("", kind))
        delimiter = pa.scalar(self.delimiter, kind)
        ends = pc.binary_join_element_wise(*ends, last, delimiter)
        columns = [*columns, ends.take(pa.array(indices))]
        for start in range(0, len(indices), ROWS_JOINED):  # in parts, which use the same memory again
            parts = [column.slice(start, ROWS_JOINED) for column in columns]
            lines = pc.binary_join_element_wise(*parts, delimiter)
            size = pc.sum(pc.binary_length(lines)).as_py()
            self._write(lines.buffers()[2].slice(0, size).to_pybytes())  # one line after the other

    def _quoted(self, pa: Any, column: Any) -> Any:
        """The cells of a column as an array of large_string, quoted where they need it."""
        pc, kind = pa.compute, pa.large_string()
        if is_string_column(column):
            cells = pc.fill_null(column.cast(kind), "").combine_chunks()
        else:
            cells = pa.array(list(map(_cell, column.to_pylist())), kind)
        needed = self._need_quotes(cells)
        if needed is None:
            return cells
        mask, quote, nothing = pa.array(needed), pa.scalar('"', kind), pa.scalar("", kind)
        doubled = pc.replace_substring(cells.filter(mask), '"', '""')
        quoted = pc.binary_join_element_wise(quote, doubled, quote, nothing)
        return pc.replace_with_mask(cells, mask, quoted)

    def _need_quotes(self, cells: Any) -> NDArray[np.bool_] | None:
        """Which cells need quotes, (N,); None if none does. It looks at the bytes of all cells at once."""
        _, offsets, data = cells.buffers()
        codes = np.frombuffer(data or b"", np.uint8)
        where = positions(codes, f'{self.delimiter}"\n\r'.encode())
        if not len(where):
            return None
        starts = np.frombuffer(offsets, np.int64)[cells.offset :][: len(cells) + 1]
        needed = np.zeros(len(cells) + 1, np.bool_)  # the last for bytes outside of these cells
        needed[np.searchsorted(starts, where, side="right") - 1] = True
        return needed[:-1]


class _Sink:
    """What csv.writer takes for a file."""

    def __init__(self, write: Callable[[str], Any]) -> None:
        self.write = write


@contextmanager
def csv_writer(path: Path, like: TableFile) -> Iterator[CsvWriter]:
    """A writer into a CSV or TSV file, with the delimiter and byte-order mark of another where they fit."""
    with atomic_write(path) as file:
        if like.encoding == "utf-8-sig":
            file.write(codecs.BOM_UTF8)
        yield CsvWriter(file, delimiter_for(path, like), path)


@contextmanager
def json_lines_writer(
    path: Path, headings: Sequence[str]
) -> Iterator[Callable[[Iterable[Sequence[Any]]], None]]:
    """A function that writes rows of values into a file, each as a JSON object in a line of its own.

    What JSON lacks is written as Python's `str` has it, and NaN and infinities as null.
    """
    _check_distinct(path, headings, "an object of JSON")
    encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, allow_nan=False).encode
    with atomic_write(path) as file:

        def write(rows: Iterable[Sequence[Any]]) -> None:
            objects = (dict(zip(headings, map(_json_value, row), strict=True)) for row in rows)
            file.write("".join([f"{encode(each)}\n" for each in objects]).encode())

        yield write


def _cell(value: Any) -> str:
    if isinstance(value, (list, dict)):
        return json.dumps(_json_value(value), ensure_ascii=False)
    return "" if value is None else str(value)


def _json_value(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _json_value(each) for key, each in value.items()}
    return list(map(_json_value, value)) if isinstance(value, (list, tuple)) else str(value)


@contextmanager
def parquet_writer(path: Path, schema: Any) -> Iterator[Any]:
    """A writer of pyarrow tables into a Parquet file."""
    pa = require_pyarrow("Writing a Parquet table")
    _check_distinct(path, schema.names, "a Parquet table")  # neither pyarrow nor pandas would read it again
    with atomic_write(path) as file, pa.parquet.ParquetWriter(file, schema) as writer:
        yield writer


def _check_distinct(path: Path, headings: Sequence[str], kind: str) -> None:
    """Raise DataError if two columns have one name, which this kind of table cannot hold."""
    repeated = sorted(name for name, count in Counter(headings).items() if count > 1)
    if repeated:
        raise DataError(
            f"{path}: {kind} cannot have several columns of one name: "
            f"{', '.join(map(repr, repeated))}. Write a CSV table, or rename the columns first."
        )

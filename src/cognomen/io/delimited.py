"""CSV and TSV files row by row, however long they are."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

from cognomen.errors import DataError
from cognomen.io.text_files import read_utf8
from cognomen.text.matching import closest

__all__ = ["TABLE_SUFFIXES", "CsvSheet", "close_heading", "find_column", "heading_problem", "open_csv"]

TABLE_SUFFIXES: Final = (".csv", ".tsv", ".parquet")


@dataclass(frozen=True)
class CsvSheet:
    """A CSV or TSV file of which the headings have been read.

    Attributes:
        path: the file.
        delimiter: what stands between its cells.
        headings: the first row that is not blank; [] if there is none.
        rows: the others, each with the line (from 1) that it begins in; lines with nothing are no rows.
            Taking them raises DataError where the file is not UTF-8 or a quoted cell does not end.
    """

    path: Path
    delimiter: str
    headings: list[str]
    rows: Iterator[tuple[int, list[str]]]


def open_csv(path: Path) -> CsvSheet:
    """Read the headings of a CSV or TSV file; its rows are read when they are taken.

    Raises:
        DataError: the file cannot be read, or not as far as its headings.
    """
    lines = _lines(path)
    before: list[str] = []
    for line in lines:
        before.append(line)
        if line.strip():
            break
    delimiter = _delimiter(path, before[-1] if before else "")
    rows = _rows(path, csv.reader(chain(before, lines), delimiter=delimiter, strict=True))
    headings = next((cells for _, cells in rows if any(cell.strip() for cell in cells)), [])
    return CsvSheet(path, delimiter, headings, rows)


def find_column(path: Path, column: str, headings: Sequence[str]) -> int:
    """The index of a column, given its heading in any case of letters or its number, counted from 1.

    A heading that is itself a number takes precedence.

    Raises:
        DataError: no column matches, or more than one; the message lists the columns.
    """
    key, keys = column.strip().casefold(), [heading.strip().casefold() for heading in headings]
    if keys.count(key) == 1:
        return keys.index(key)
    if key in keys:
        numbers = " or ".join(str(number) for number, each in enumerate(keys, start=1) if each == key)
        raise DataError(f"{heading_problem(path, column, headings)} Choose one by its number: {numbers}.")
    if key.isascii() and key.isdecimal() and 1 <= int(key) <= len(keys):
        return int(key) - 1
    close = close_heading(column, headings)
    hint = f" Did you mean {close!r}?" if close else ""
    raise DataError(heading_problem(path, column, headings) + hint)


def heading_problem(path: Path, column: str, headings: Sequence[str]) -> str:
    """Describe why a heading selects no column: it is missing, or not unique."""
    count = [heading.strip().casefold() for heading in headings].count(column.strip().casefold())
    listed = ", ".join(repr(heading.strip()) for heading in headings)
    if count:
        return f"{path} has {count} columns called {column!r}: {listed}."
    return f"{path} has no column {column!r}; its columns are: {listed}."


def close_heading(column: str, headings: Sequence[str]) -> str | None:
    """The heading most similar to `column`, if any is similar enough."""
    return closest(column.strip(), (heading.strip() for heading in headings))


def _lines(path: Path) -> Iterator[str]:
    """Yield the lines with their ends, LF, CRLF or CR; UTF-8 with or without a byte-order mark."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line in file:
                if "\0" in line:
                    read_utf8(path)  # which says in what line, and what to do
                yield line
    except UnicodeDecodeError:
        read_utf8(path)
        raise
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error


def _rows(path: Path, reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that have cells, with the line each begins in."""
    begin = 1
    try:
        for cells in reader:
            if cells:
                yield begin, cells
            begin = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"{path}, line {begin}: not a row of a table ({error}). Look for a quotation mark that is not "
            'closed, or stands in a quoted cell without being doubled ("").'
        ) from error


def _delimiter(path: Path, first_line: str) -> str:
    """A tab for .tsv; for .csv whichever of comma, semicolon and tab is most frequent in the first line."""
    return "\t" if path.suffix.lower() == ".tsv" else max(",;\t", key=first_line.count)

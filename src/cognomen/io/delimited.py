"""CSV and TSV files, in blocks of rows.

The cells are those that `csv.reader` finds. Where pyarrow is installed, it parses the blocks of bytes that
leave no doubt, several times as fast. From the first other block on (a short row, a stray quotation mark,
bytes that are not UTF-8), `csv.reader` takes over: it defines what such rows mean, and knows the line of an
error.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import chain
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import DataError
from cognomen.io.arrow import find_pyarrow
from cognomen.io.compressed import opened, suffix_within
from cognomen.io.row_table import NumberedRow, RowTable
from cognomen.io.text_files import decode_utf8, text_codec, utf8_blocks
from cognomen.text.matching import did_you_mean

BLANK: Final = re.compile(rb"[\r\n]*\Z")
PIECE: Final = 1 << 16  # bytes
# A quoted cell of a line, of any of the delimiters; `end` is empty if the line does not close it.
QUOTED: Final = re.compile(r'(?<![^,;\t])"(?:[^"]|"")*+(?P<end>"?)')


class VerbatimRows(NamedTuple):
    """Rows of a file to be copied verbatim, without parsing and quoting all cells again.

    Attributes:
        lines: N rows, a pyarrow array of large_string; all but the first begin with the line end before them.
        columns: some of the columns, each a pyarrow column of N strings, by their indices.
    """

    lines: Any
    columns: Mapping[int, Any]


class CsvTable(RowTable):
    """A CSV or TSV file, perhaps compressed.

    Attributes:
        delimiter: a tab in .tsv; in .csv the most frequent of comma, semicolon and tab in the first row,
            outside of quoted cells.
        encoding: for writing a table like this one: "utf-8-sig" if this one begins with a byte-order mark or
            is not UTF-8, as spreadsheet programs expect, else "utf-8".
    """

    counted = "line"

    def __init__(self, path: Path, encoding: str | None = None, *, headings: bool = True) -> None:
        """Read the headings.

        Args:
            path: the file.
            encoding: of the file; UTF-8 if None.
            headings: whether it has any.

        Raises:
            DataError: the file cannot be read, or not as far as its headings.
            InputError: there is no such encoding.
            MissingExtraError: it is compressed with Zstandard, and pyarrow is not installed.
        """
        converted = text_codec(encoding) is not None
        self._lines = _Lines(path, utf8_blocks(path, encoding))
        before, first = _first_row(self._lines)
        self.delimiter = "\t" if suffix_within(path) == ".tsv" else max(",;\t", key=first.count)
        super().__init__(path, [], self._numbered(chain(before, self._lines)))
        self.headings = next((cells for _, cells in self._rows if any(map(str.strip, cells))), [])
        if not headings:
            self.headings = [str(number) for number, _ in enumerate(self.headings, start=1)]
            self._lines = _Lines(path, utf8_blocks(path, encoding))  # again from the beginning
            self._rows = self._numbered(self._lines)
        with opened(path) as file:
            marked = file.read(3) == codecs.BOM_UTF8
        self.encoding = "utf-8-sig" if converted or marked else "utf-8"

    def blocks(self, needed: Collection[int] = ()) -> Iterator[Any]:
        """Yield the rows, as every `RowTable` does.

        Args:
            needed: the indices of the columns that are needed, if rows are to be copied: those that can be
                copied verbatim are then `VerbatimRows`.
        """
        pa = find_pyarrow()
        if pa is None:
            yield from super().blocks()
            return
        blocks = self._arrow_blocks(pa, needed)
        yield next(blocks, self._block([]))
        yield from blocks

    def _arrow_blocks(self, pa: Any, needed: Collection[int]) -> Iterator[Any]:
        carry, line = b"", self._lines.taken + 1
        start, rest = self._lines.rest()  # of the first block; copying it would cost more than parsing it
        for block in chain(rest, [b""]):
            data = carry + block
            end = len(data)
            if not BLANK.match(data, start):
                end, quotes = _plain_rows(data, self.delimiter, start)
                lines = _lines(pa, data, start, end, quotes) if needed and end > start else None
                rows = self._parse(pa, memoryview(data)[start:end], lines, needed)
                if rows is None:
                    lines = _Lines(self.path, chain([data[start:]], rest), line - 1)
                    yield from self._in_blocks(self._numbered(lines, line))
                    return
                yield rows
            line += int(np.count_nonzero(np.frombuffer(data, np.uint8)[start:end] == ord("\n")))
            start, carry = 0, data[end:]

    def _parse(self, pa: Any, data: memoryview, lines: Any, needed: Collection[int]) -> Any:
        """Whole rows, a block of `blocks`; None where pyarrow cannot parse them as `csv.reader` does."""
        if not data:
            return None
        indices = range(len(self.headings)) if lines is None else sorted(set(needed))
        names = [str(number) for number in range(len(self.headings))]  # headings may occur twice
        wanted = [names[index] for index in indices]
        read = pa.csv.ReadOptions(use_threads=False, block_size=len(data), column_names=names)
        parse = pa.csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True)
        convert = pa.csv.ConvertOptions(
            column_types=dict.fromkeys(wanted, pa.string()), include_columns=wanted
        )
        try:
            table = pa.csv.read_csv(pa.BufferReader(data), read, parse, convert)
        except pa.ArrowInvalid:
            return None
        if lines is not None:
            if len(table) != len(lines):  # empty lines are no rows
                return self._parse(pa, data, None, ())
            return VerbatimRows(lines, dict(zip(indices, table.columns, strict=True)))
        longest = max(pa.compute.max(pa.compute.binary_length(column)).as_py() for column in table.columns)
        return None if longest > csv.field_size_limit() else table.rename_columns(self.headings)

    def _numbered(self, lines: Iterable[str], first_line: int = 1) -> Iterator[NumberedRow]:
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        begin = first_line
        try:
            for cells in reader:
                if cells:
                    yield begin, cells
                begin = first_line + reader.line_num
        except csv.Error as error:
            raise DataError(
                f"{self.path}, line {begin}: not a row of a table ({error}). Look for a quotation mark that "
                'is not closed, or is part of a quoted cell and not doubled ("").'
            ) from error


class _Lines:
    """The lines of a file with their ends, from blocks of UTF-8 that end with a line.

    Attributes:
        taken: how many lines have been taken.
    """

    def __init__(self, path: Path, blocks: Iterator[bytes], taken: int = 0) -> None:
        self.path, self.taken = path, taken
        self._blocks, self._block, self._end = blocks, b"", 0
        self._text = io.StringIO()  # what is decoded of the block: up to `_end`

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while not (line := self._text.readline()):
            if self._end == len(self._block):
                self._block, self._end = next(self._blocks), 0
            end = self._block.find(b"\n", self._end + PIECE) + 1 or len(self._block)
            text = decode_utf8(self._block[self._end : end], self.path, self.taken + 1)
            self._text, self._end = io.StringIO(text, newline=""), end  # LF, CRLF or CR end a line, and stay
        self.taken += 1
        return line

    def rest(self) -> tuple[int, Iterator[bytes]]:
        """The blocks of the lines that have not been taken, and where these begin in the first."""
        return self._end - len(self._text.read().encode()), chain([self._block], self._blocks)


def _first_row(lines: Iterator[str]) -> tuple[list[str], str]:
    """The lines up to the end of the first row that is not blank, and what of it is outside of quoted cells.

    The row ends where no quoted cell is open, whatever the delimiter is; or where a cell is too long.
    """
    before: list[str] = []
    outside, is_open, size = "", False, 0
    for line in lines:
        before.append(line)
        text, size = f'"{line}' if is_open else line, size + len(line)
        quoted = list(QUOTED.finditer(text))
        is_open = bool(quoted) and not quoted[-1]["end"]
        outside += QUOTED.sub("", text)
        if (line.strip() and not is_open) or size > csv.field_size_limit():
            break
    return before, outside


# --- which bytes leave no doubt ---------------------------------------------------------------------------


def _plain_rows(data: bytes, delimiter: str, start: int) -> tuple[int, NDArray[np.intp]]:
    """The end of the whole rows from `start` on that every reader of CSV splits alike; `start` if in doubt.

    Also the positions of the quotation marks in them, which open and close cells in turn. Doubtful are zero
    bytes, carriage returns that stand alone, a byte-order mark, which pyarrow would drop, and quotation marks
    that neither begin nor end a cell nor are doubled.
    """
    doubtful = data.find(b"\0", start) >= 0 or data.startswith(codecs.BOM_UTF8, start)
    if doubtful or (data.find(b"\r", start) >= 0 and data.count(b"\r", start) != data.count(b"\r\n", start)):
        return start, np.empty(0, np.intp)
    codes = np.frombuffer(data, np.uint8)
    quotes = positions(codes[start:], b'"') + start
    end = _end_of_rows(data, quotes, start) if len(quotes) % 2 else len(data)
    quotes = quotes[: np.searchsorted(quotes, end)]
    before = codes[np.maximum(quotes[::2] - 1, start)]  # the bytes outside of each cell; where there is
    after = codes[np.minimum(quotes[1::2] + 1, end - 1)]  # none, the quotation mark itself
    edges = [ord(delimiter), *b'\n"']  # a quotation mark beside a quotation mark: they are doubled
    is_plain = np.isin(before, edges).all() and np.isin(after, [*edges, *b"\r"]).all()
    return end if is_plain else start, quotes


def _lines(pa: Any, data: bytes, start: int, end: int, quotes: NDArray[np.intp]) -> Any:
    """The lines of plain rows as `VerbatimRows` has them; None if they cannot be copied.

    Carriage returns would stay, and faults in cells that are not parsed would not be found: bytes that are
    not UTF-8, and cells that are too long for `csv.reader`, as they may be in lines of that length.
    """
    if data.find(b"\r", start, end) >= 0:
        return None
    codes = np.frombuffer(data, np.uint8)
    ends = positions(codes[start:end], b"\n") + start
    if len(quotes):
        ends = ends[np.searchsorted(quotes, ends) % 2 == 0]  # the others are in quoted cells
    if codes[end - 1] != ord("\n"):
        ends = np.append(ends, end)
    bounds = np.append(start, ends).astype(np.int64)  # (N + 1,)
    if np.diff(bounds).max() > csv.field_size_limit():
        return None
    buffers = [None, pa.py_buffer(bounds), pa.py_buffer(data)]
    lines = pa.Array.from_buffers(pa.large_string(), len(ends), buffers)
    try:
        lines.validate(full=True)
    except pa.ArrowInvalid:
        return None
    return lines


def positions(codes: NDArray[np.uint8], wanted: bytes) -> NDArray[np.intp]:
    """The positions of some byte values among N bytes, ascending, (M,). They are compared in pieces that fit
    the cache."""
    found = [np.empty(0, np.intp)]
    for start in range(0, len(codes), PIECE):
        piece = codes[start : start + PIECE]
        found.append(np.flatnonzero(reduce(np.logical_or, (piece == code for code in wanted))) + start)
    return np.concatenate(found)


def _end_of_rows(data: bytes, quotes: NDArray[np.intp], start: int) -> int:
    """Where the last whole row ends, if the last quotation mark opens a cell that `data` does not close."""
    end = len(data)
    while True:
        end = data.rfind(b"\n", start, end)
        earlier = int(np.searchsorted(quotes, end))
        if earlier % 2 == 0:  # not inside of a quoted cell
            return max(end + 1, start)
        end = int(quotes[earlier - 1])


# --- headings ---------------------------------------------------------------------------------------------


def find_column(path: Path, column: str, headings: Sequence[str], remedy: str = "") -> int:
    """The index of a column, given its heading (ignoring case) or its number, counted from 1.

    A heading that is itself a number takes precedence.

    Args:
        path: the table, for the error message.
        column: heading or number.
        headings: those of the table.
        remedy: what to do if no column matches, for the error message.

    Raises:
        DataError: no column matches, or more than one; the message lists the columns.
    """
    key, keys = column.strip().casefold(), [heading.strip().casefold() for heading in headings]
    if keys.count(key) == 1:
        return keys.index(key)
    listed = ", ".join(repr(heading.strip()) for heading in headings)
    if key in keys:
        numbers = " or ".join(str(number) for number, each in enumerate(keys, start=1) if each == key)
        choose = f"Choose one by its number: {numbers}."
        raise DataError(f"{path} has {keys.count(key)} columns called {column!r}: {listed}. {choose}")
    if key.isascii() and key.isdecimal() and 1 <= int(key) <= len(keys):
        return int(key) - 1
    hint = did_you_mean(column.strip(), (heading.strip() for heading in headings))
    if len(headings) == 1 and "|" in headings[0]:
        hint = " If '|' separates its cells, write commas, semicolons or tabs in its place."
    raise DataError(f"{path} has no column {column!r}; its columns are: {listed}.{hint}{remedy}")

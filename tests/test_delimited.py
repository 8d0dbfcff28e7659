"""CSV files in and out: what goes in comes out to the letter, with pyarrow and without."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cognomen.errors import DataError
from cognomen.io import delimited, row_table, table_writers, text_files
from cognomen.io import tables as tables_module
from cognomen.io.arrow import find_pyarrow
from cognomen.io.delimited import CsvTable, VerbatimRows
from cognomen.io.table_writers import CsvWriter
from cognomen.io.tables import column_at, open_table

CELLS = st.text(st.sampled_from("ab ,;\t\"\n\r'éßあ\ufeff\u2028\0x01-NULL".replace("\0", "")), max_size=6)
BLOCKS = st.sampled_from([4, 7, 64, 1 << 20])  # bytes; a mark and a character are not larger


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables") / "t.csv"


def rows_of(path: Path, *, arrow: bool, block: int = 1 << 20, encoding: str | None = None) -> Any:
    """The headings and rows of a table, or the message why it cannot be read."""
    with mock.patch.object(text_files, "BLOCK", block), as_if_installed(arrow):
        try:
            table = CsvTable(path, encoding)
            rows = [row for each in table.blocks() for row in as_rows(each)] if table.headings else []
        except DataError as error:
            return str(error)
        return [table.headings, *rows]


@contextmanager
def as_if_installed(arrow: bool) -> Iterator[None]:
    """Hide pyarrow, or not."""
    found = find_pyarrow() if arrow else None
    with ExitStack() as patches:
        for module in (delimited, row_table, tables_module):
            patches.enter_context(mock.patch.object(module, "find_pyarrow", return_value=found))
        yield


def as_rows(block: Any) -> list[list[str]]:
    if isinstance(block, list):
        return block
    return [list(row) for row in zip(*(column.to_pylist() for column in block.columns), strict=True)]


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Rows of equal length below different headings."""
    width = draw(st.integers(1, 4))
    row = st.lists(CELLS, min_size=width, max_size=width)
    return [[f"h{number}" for number in range(width)], *draw(st.lists(row, max_size=6))]


@given(
    rows=tables(),
    delimiter=st.sampled_from(",;\t"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    start=st.sampled_from(["", "\ufeff", "\n", "\r\n\n"]),
    last=st.booleans(),
    block=BLOCKS,
)
def test_what_a_program_writes_is_read_to_the_letter(
    path: Path,
    rows: list[list[str]],
    delimiter: str,
    end: str,
    quoting: Any,
    start: str,
    last: bool,
    block: int,
) -> None:
    if len(rows[0]) == 1:  # then the headings do not tell which delimiter it is
        delimiter = ","
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n", quoting=quoting).writerows(rows)
    written = text.getvalue()
    if end == "\n" and not any("\r" in cell for row in rows for cell in row):
        written = written.replace("\r\n", "\n")
    if not last:
        written = written.removesuffix("\n").removesuffix("\r")
    path.write_bytes((start + written).encode())
    for arrow in (True, False):
        assert rows_of(path, arrow=arrow, block=block) == rows


@given(text=st.text(st.sampled_from('ab,"\n\r\t; é\ufeff\0'), max_size=60), block=BLOCKS)
@example('a,b\n"1\n', 4)
@example('a,b\n1,"2"x\n', 1 << 20)
@example("a,b\n1,2\n\n3,4\n5\n6,7", 4)
@example('a,b\n1,x"y"z\n2,""""\n', 7)
@example("a,b\n\ufeff1,2\n\ufeff3,4\n", 7)
@example("a,b\r1,2\r3,4\r", 4)
def test_any_text_is_the_same_with_pyarrow_and_without(path: Path, text: str, block: int) -> None:
    path.write_bytes(text.encode())
    found = rows_of(path, arrow=False)
    assert rows_of(path, arrow=True, block=block) == found
    assert rows_of(path, arrow=False, block=block) == found


@given(
    start=st.text(st.sampled_from('ab,"\n'), max_size=30),
    bad=st.binary(min_size=1, max_size=3),
    end=st.text(st.sampled_from('ab,"\n'), max_size=30),
    block=BLOCKS,
)
def test_any_bytes_are_the_same_with_pyarrow_and_without(
    path: Path, start: str, bad: bytes, end: str, block: int
) -> None:
    path.write_bytes(b"a,b\n" + start.encode() + bad + end.encode())
    found, expected = rows_of(path, arrow=True, block=block), rows_of(path, arrow=False)
    # Of several faults either may be met first.
    assert found == expected or (isinstance(found, str) and isinstance(expected, str))


@given(
    rows=tables(), encoding=st.sampled_from(["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"]), block=BLOCKS
)
def test_an_encoding_is_read_to_the_letter(
    path: Path, rows: list[list[str]], encoding: str, block: int
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([*rows, ["x"] * len(rows[0])])
    path.write_text(text.getvalue(), encoding, newline="")
    for arrow in (True, False):
        assert rows_of(path, arrow=arrow, block=block, encoding=encoding) == [*rows, ["x"] * len(rows[0])]


@given(rows=tables(), delimiter=st.sampled_from(",;\t"), sliced=st.booleans())
def test_what_is_written_is_what_csv_writes(rows: list[list[str]], delimiter: str, sliced: bool) -> None:
    more, indices = (["", "é", "x"], ["a,;\t\nb", "", '"']), np.arange(len(rows)) * 2 % 3
    whole = [[*row, *(column[index] for column in more)] for row, index in zip(rows, indices, strict=True)]
    expected = io.StringIO(newline="")
    csv.writer(expected, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(whole)

    plain, arrow = io.BytesIO(), io.BytesIO()
    CsvWriter(plain, delimiter, Path("t.csv")).write_rows(whole)
    writer = CsvWriter(arrow, delimiter, Path("t.csv"))
    columns = [
        pa.array(["odd,", *column]).slice(1) if sliced else pa.array(column)
        for column in zip(*rows, strict=True)
    ]
    table = pa.table(columns, [str(number) for number in range(len(columns))])
    with mock.patch.object(table_writers, "ROWS_JOINED", 4):
        writer.write_table(table, more, indices)
    assert arrow.getvalue() == plain.getvalue()
    read = list(
        csv.reader(io.StringIO(plain.getvalue().decode(), newline=""), delimiter=delimiter, strict=True)
    )
    assert (
        read == list(csv.reader(io.StringIO(expected.getvalue(), newline=""), delimiter=delimiter)) == whole
    )
    assert b'"ab"' not in plain.getvalue()  # nothing is quoted without need


def copied(path: Path, columns: list[int], block: int = 1 << 20) -> bytes | str:
    """A copy of a table's rows with two more columns, or the message why it cannot be read."""
    out = io.BytesIO()
    with mock.patch.object(text_files, "BLOCK", block), mock.patch.object(table_writers, "ROWS_JOINED", 2):
        try:
            table = CsvTable(path)
            writer = CsvWriter(out, table.delimiter, path)
            for rows in table.blocks(columns):
                if isinstance(rows, VerbatimRows):
                    cells = list(zip(*(rows.columns[each].to_pylist() for each in columns), strict=True))
                    writer.write_lines(rows.lines, [["1", "a,b"], ["", "é"]], np.arange(len(cells)) % 2)
                else:
                    cells = [tuple(row[each] for each in columns) for row in as_rows(rows)]
                    writer.write_table(rows, [["1", "a,b"], ["", "é"]], np.arange(len(cells)) % 2)
                assert all(isinstance(cell, str) for row in cells for cell in row)
        except DataError as error:
            return str(error)
    return out.getvalue()


def test_rows_are_copied_as_they_are_written(path: Path) -> None:
    path.write_bytes('n,"x"\n"Smith","1"\n"two\nlines, ""é""",\nDoe,"2"'.encode())
    expected = '"Smith","1",1,\n"two\nlines, ""é""",,"a,b",é\nDoe,"2",1,\n'
    assert copied(path, [0]) == copied(path, [0, 1]) == expected.encode()


@pytest.mark.parametrize("written", [b"n,x\r\nSmith,1\r\n", b"n,x\nSmith,1\n\nDoe,2\n", b"n,x\nSmith\n"])
def test_line_ends_and_rows_of_other_lengths_are_not_copied(path: Path, written: bytes) -> None:
    path.write_bytes(written)
    found = copied(path, [0])
    assert isinstance(found, bytes)
    assert b"\r" not in found
    assert b"\n\n" not in found
    assert {line.count(b",") for line in found.replace(b'"a,b"', b"").splitlines()} == {3}


@pytest.mark.parametrize(
    ("cell", "message"),
    [(b"\xff", "expected UTF-8 text"), (b"x" * (csv.field_size_limit() + 1), "larger than field limit")],
)
def test_faults_in_columns_that_are_not_read_are_found(path: Path, cell: bytes, message: str) -> None:
    path.write_bytes(b"n,x\nSmith,1\nDoe," + cell + b"\n")
    with mock.patch.object(delimited, "PIECE", 4):  # of the headings' lines, which are decoded
        found = copied(path, [0])
    assert isinstance(found, str)
    assert "line 3" in found
    assert message in found


@given(text=st.text(st.sampled_from('ab,"\n\r\t; é\ufeff\0'), max_size=60), block=BLOCKS)
@example('"1","2,\n"\n3,"4"', 7)
def test_a_copy_has_the_cells_of_the_table(path: Path, text: str, block: int) -> None:
    path.write_bytes(b"a,b\n" + text.encode())
    found, copy = rows_of(path, arrow=True), copied(path, [1, 0], block)
    if isinstance(found, str):
        assert isinstance(copy, str)
        return
    assert isinstance(copy, bytes)
    rows = list(csv.reader(io.StringIO(copy.decode(), newline=""), strict=True))
    assert [row[:2] for row in rows] == found[1:]
    assert {tuple(row[2:]) for row in rows} <= {("1", ""), ("a,b", "é")}


def test_the_quick_way_is_taken_where_nothing_is_in_doubt(path: Path) -> None:
    """Otherwise all that is said above of pyarrow would hold of csv.reader only."""
    path.write_bytes(b'a,b\r\n1,"x, y"\r\n\r\n"2\r\n3","""q"""\r\n4,\xc3\xa9')
    with mock.patch.object(CsvTable, "_filled", side_effect=AssertionError):
        assert rows_of(path, arrow=True) == [["a", "b"], ["1", "x, y"], ["2\r\n3", '"q"'], ["4", "é"]]


def test_a_huge_cell_is_refused_alike(path: Path) -> None:
    limit = csv.field_size_limit()
    path.write_text(f"a,b\n1,{'x' * limit}\n2,{'é' * limit}\n")
    assert rows_of(path, arrow=True) == rows_of(path, arrow=False) != []
    path.write_text(f"a,b\n1,2\n3,{'x' * (limit + 1)}\n")
    assert rows_of(path, arrow=True) == rows_of(path, arrow=False)
    assert "line 3: not a row of a table (field larger than field limit" in rows_of(path, arrow=True)


@pytest.mark.parametrize("arrow", [True, False])
def test_a_column_is_read_block_by_block(path: Path, arrow: bool) -> None:
    names = ["Smith", "", "Nguyễn", "O'Brien, x"] * 50
    path.write_text("n,x\n" + "".join(f'"{name}",1\n' for name in names), encoding="utf-8")
    with mock.patch.object(text_files, "BLOCK", 100), as_if_installed(arrow):
        column = column_at(open_table(path), 0)
        assert (column.to_pylist() if arrow else list(column)) == names

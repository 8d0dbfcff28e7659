"""Compressed tables and workbooks: read as what they hold, by all that reads tables."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from cli_running import failure, inside, lines, tiny_classifier

from cognomen.corpora import load_corpus
from cognomen.errors import DataError, MissingExtraError
from cognomen.io import text_files
from cognomen.io.tables import open_table

ROWS = [["id", "Name", "note"], ["1", "Smith", "a, b"], ["2", "Nguyễn", 'say "hi"'], ["3", "", "two\nlines"]]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    tiny_classifier().save(folder)
    return str(folder)


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def csv_of(rows: list[list[str]], delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()


def zstandard(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return bytes(sink.getvalue())


COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard,
}


def rows_of(path: Path, **options: Any) -> list[list[str]]:
    table = open_table(path, **options)
    return [table.headings, *(cells for _, cells in table.filled_rows())]


# --- compressed tables ------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", COMPRESS)
def test_a_compressed_table_is_read_as_what_it_holds(
    suffix: str, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = work / f"people.CSV{suffix.upper()}"
    path.write_bytes(COMPRESS[suffix](csv_of(ROWS)))
    assert rows_of(path) == ROWS
    monkeypatch.setattr(text_files, "BLOCK", 10)  # the file is read on and on
    assert [row for block in open_table(path).blocks() for row in block["Name"].to_pylist()] == [
        "Smith",
        "Nguyễn",
        "",
    ]


def test_delimiters_encodings_and_marks_are_those_within(work: Path) -> None:
    for name, data, encoding, written in (
        ("a.tsv.gz", csv_of(ROWS, "\t"), None, "utf-8"),
        ("b.csv.gz", csv_of(ROWS, ";").decode().encode("utf-16"), "utf-16", "utf-8-sig"),
        ("c.csv.gz", b"\xef\xbb\xbf" + csv_of(ROWS), None, "utf-8-sig"),
    ):
        (work / name).write_bytes(gzip.compress(data))
        assert rows_of(work / name, encoding=encoding) == ROWS
        assert open_table(work / name, encoding).encoding == written
    assert open_table(work / "a.tsv.gz").delimiter == "\t"


def test_score_composition_and_corpora_read_them(model: str, work: Path) -> None:
    (work / "people.csv").write_bytes(csv_of(ROWS))
    (work / "people.csv.gz").write_bytes(gzip.compress(csv_of(ROWS)))
    found = []
    for table in ("people.csv", "people.csv.gz"):
        asked = [table, "--column", "name", "--model", model]
        lines(inside("score", *asked, "--out", "out.csv", "--force"))
        found.append([(work / "out.csv").read_bytes(), *lines(inside("composition", *asked))])
    assert found[0] == found[1]
    corpus = b"name,origin\nSmith,English\nRossi,Italian\n"
    (work / "corpus.csv.bz2").write_bytes(bz2.compress(corpus))
    assert load_corpus("corpus.csv.bz2").names == ("Smith", "Rossi")


@pytest.mark.parametrize("suffix", COMPRESS)
@pytest.mark.parametrize("damage", ["cut", "changed", "other"])
def test_a_damaged_file_is_an_error_that_names_it(model: str, suffix: str, damage: str, work: Path) -> None:
    data = COMPRESS[suffix](csv_of([ROWS[0], *([str(n), f"Smith{n * n}", ""] for n in range(9999))]))
    bad = {
        "cut": data[: len(data) // 2],
        "changed": data[:20] + b"\xff\0\xff\0" + data[24:],
        "other": b"name\n",
    }
    (work / f"people.csv{suffix}").write_bytes(bad[damage])
    (work / "out.csv").write_bytes(b"before")
    asked = (f"people.csv{suffix}", "--column", "name", "--model", model, "--out", "out.csv", "--force")
    assert f"cannot read people.csv{suffix}: " in failure(inside("score", *asked), 1)
    assert (work / "out.csv").read_bytes() == b"before"
    assert len(list(work.iterdir())) == 2


def test_what_cannot_be_unpacked_says_what_is_missing(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for suffix in (".xz", ".zst"):
        (work / f"people.csv{suffix}").write_bytes(COMPRESS[suffix](csv_of(ROWS)))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "lzma", None)
    with pytest.raises(MissingExtraError, match="Zstandard needs the package 'pyarrow'"):
        open_table(work / "people.csv.zst")
    with pytest.raises(DataError, match=r"people\.csv\.xz: this Python was built without lzma; unpack it"):
        open_table(work / "people.csv.xz")


@pytest.mark.parametrize("suffix", COMPRESS)
def test_a_compressed_file_of_another_name_is_told_how_to_call_it(suffix: str, work: Path) -> None:
    for name in ("people.csv", f"people{suffix}", f"people.parquet{suffix}"):
        (work / name).write_bytes(COMPRESS[suffix](csv_of(ROWS)))
        with pytest.raises(DataError, match=rf'{name}": .* name it \.csv\{suffix}'):
            open_table(work / name)


def test_no_compressed_table_is_written(model: str, work: Path) -> None:
    (work / "people.csv").write_bytes(csv_of(ROWS))
    asked = ["people.csv", "--column", "name", "--model", model, "--out", "out.csv.gz"]
    assert "expected a table (.csv, .tsv, .parquet, .jsonl), got 'out.csv.gz'" in failure(
        inside("score", *asked), 1
    )


# --- workbooks --------------------------------------------------------------------------------------------


def write_workbook(path: Path, *sheets: list[list[Any]]) -> None:
    book = pytest.importorskip("openpyxl").Workbook()
    for rows, sheet in zip(sheets, [book.active, *(book.create_sheet() for _ in sheets[1:])], strict=True):
        for row in rows:
            sheet.append(row)
    book.save(path)


def write_opendocument(path: Path, rows: list[list[str]]) -> None:
    """The least that is an .ods file."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    body = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
        f'<office:spreadsheet><table:table table:name="people">{body}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")


@pytest.fixture
def calamine() -> Any:
    return pytest.importorskip("python_calamine")


@pytest.mark.usefixtures("calamine")
def test_the_first_sheet_is_a_table_of_texts(work: Path) -> None:
    rows = [
        [],
        ["id", "name", None, "when", "ok"],
        [1, "Smith", 2.5, date(2024, 1, 31), True],
        [],
        [20240131, "00123", -0.5, datetime(2024, 1, 31, 5, 6, 7), False],
        [10**20, " x ", None, None, None],
    ]
    write_workbook(work / "people.xlsx", rows, [["other"]])
    table = open_table(work / "people.xlsx")
    assert table.headings == ["id", "name", "", "when", "ok"]
    assert list(table.numbered_rows()) == [
        (3, ["1", "Smith", "2.5", "2024-01-31", "TRUE"]),
        (5, ["20240131", "00123", "-0.5", "2024-01-31 05:06:07", "FALSE"]),
        (6, ["1e+20", " x ", "", "", ""]),
    ]
    bare = open_table(work / "people.xlsx", headings=False)
    assert bare.headings == ["1", "2", "3", "4", "5"]
    assert next(bare.numbered_rows()) == (2, ["id", "name", "", "when", "ok"])


@pytest.mark.usefixtures("calamine")
@pytest.mark.parametrize("pyarrow", [True, False])
@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_a_workbook_is_scored_as_its_csv(
    model: str, suffix: str, pyarrow: bool, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = work / f"people{suffix}"
    rows = [[cell.replace("\n", " ") for cell in row] for row in ROWS]
    (write_workbook if suffix == ".xlsx" else write_opendocument)(path, rows)
    (work / "people.csv").write_bytes(b"\xef\xbb\xbf" + csv_of(rows))
    if not pyarrow:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
    found = []
    for table in (f"people{suffix}", "people.csv"):
        asked = [table, "--column", "name", "--model", model]
        lines(inside("score", *asked, "--out", "out.csv", "--force"))
        found.append([(work / "out.csv").read_bytes(), *lines(inside("composition", *asked))])
    assert found[0] == found[1]
    assert found[0][0].startswith(b"\xef\xbb\xbf"), "for spreadsheet programs"


@pytest.mark.usefixtures("calamine")
def test_a_workbook_of_names_with_origins_and_counts_is_a_corpus(work: Path) -> None:
    write_workbook(
        work / "names.xlsx", [["Origin", "Name", "count"], ["English", "Smith", 3], ["Italian", "Rossi", 2]]
    )
    corpus = load_corpus("names.xlsx")
    assert corpus.names == ("Smith", "Rossi")
    assert corpus.weights.tolist() == [3, 2]
    write_workbook(work / "names.xlsx", [["origin", "name", "count"], ["English", "Smith", "many"]])
    with pytest.raises(DataError, match=r"names\.xlsx, row 2: expected a number"):
        load_corpus("names.xlsx")


@pytest.mark.usefixtures("calamine")
@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".ods"])
def test_what_is_no_workbook_is_told_so(model: str, suffix: str, work: Path) -> None:
    path = work / f"people{suffix}"
    for data in (
        b"",
        b"name\nSmith\n",
        b"PK\x03\x04" + bytes(99),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999),
    ):
        path.write_bytes(data)
        asked = (path.name, "--column", "name", "--model", model, "--out", "out.csv")
        assert f"cannot read people{suffix} as a workbook: " in failure(inside("score", *asked), 1)
    assert list(work.iterdir()) == [path]


@pytest.mark.usefixtures("calamine")
def test_an_empty_sheet_has_no_headings(work: Path) -> None:
    write_workbook(work / "people.xlsx", [])
    for headings in (True, False):
        with pytest.raises(DataError, match=r"expected a table with headings.*people\.xlsx is empty"):
            open_table(work / "people.xlsx", headings=headings)


def test_a_workbook_without_its_reader_says_how_to_install_it(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / "people.xlsx").write_bytes(b"PK\x03\x04")
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(MissingExtraError, match=r"workbook needs .*pip install 'cognomen\[excel\]'"):
        open_table(work / "people.xlsx")

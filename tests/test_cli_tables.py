"""`cognomen score` and `cognomen composition` as people use them: files in, files and shares out."""

from __future__ import annotations

import csv
import datetime
import io
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cli_running import failure, inside, lines, run, tiny_classifier
from counting import count_calls
from mixtures import ORIGINS, PRIORS
from test_delimited import as_if_installed

from cognomen.apps import memory, score_file
from cognomen.apps.cli.composition import report
from cognomen.apps.score_file import score_table
from cognomen.classifier import Classifier
from cognomen.classifier.calibration import Calibration
from cognomen.classifier.composition import compose
from cognomen.errors import DataError, InputError
from cognomen.io import tables, text_files

ROWS = [
    ("1", "Smith", "a, b"),
    ("2", "", 'say "hi"'),
    ("3", "Nguyễn", "two\nlines"),
    ("4", "123", ""),
    ("5", "Smith", "x"),
    ("6", "John Smith", "y"),
]
NAMES = [row[1] for row in ROWS]
NEW = ["origin", "probability", "status", "reason", "read_surname", "maiden_name", "read_note"]


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with one table in three formats."""
    monkeypatch.chdir(tmp_path)
    for name, delimiter in [("people.csv", ","), ("people.tsv", "\t"), ("excel.csv", ";")]:
        with Path(name).open("w", newline="", encoding="utf-8-sig" if "excel" in name else "utf-8") as file:
            csv.writer(file, delimiter=delimiter).writerows([("id", "Surname", "note"), *ROWS])
    columns = dict(zip(("id", "Surname", "note"), zip(*ROWS, strict=True), strict=True))
    pq.write_table(pa.table({k: list(v) for k, v in columns.items()}), "people.parquet")
    return tmp_path


def read(path: str) -> list[list[str]]:
    if path.endswith(".parquet"):
        table = pq.read_table(path)
        rows = [["" if cell is None else cell for cell in row.values()] for row in table.to_pylist()]
        return [table.column_names, *rows]
    text = Path(path).read_bytes().decode("utf-8-sig")
    delimiter = "\t" if path.endswith(".tsv") else ";" if path.startswith("excel") else ","
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _texts(*values: str | None) -> list[str]:
    return [value or "" for value in values]


def expected(model: str, **asked: Any) -> list[list[Any]]:
    return [
        [a.origin or "", a.probability, a.status, *_texts(a.reason, a.surname, a.maiden_name, a.note)]
        for a in Classifier.load(model)(NAMES, **asked)
    ]


def check(found: list[list[Any]], answers: list[list[Any]]) -> None:
    heads, *rows = found
    assert heads[:3] == ["id", "Surname", "note"]
    assert [tuple(row[:3]) for row in rows] == ROWS
    for row, answer in zip(rows, answers, strict=True):
        assert [row[3], *row[5:10]] == [answer[0], *answer[2:7]]
        assert (float(row[4]) if row[4] != "" else None) == pytest.approx(answer[1], abs=1e-6)


# --- score ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("out", ["out.csv", "out.tsv", "out.parquet"])
@pytest.mark.parametrize("table", ["people.csv", "people.tsv", "people.parquet"])
def test_answers_stand_beside_the_names_in_any_format(model, table, out):
    said = lines(inside("score", table, "--column", "surname", "--out", out, "--model", model))
    assert said == [f"{out}: 6 rows, 4 answered, 2 unknown (1 empty, 1 no-letters)."]
    found = read(out)
    assert found[0][3:] == NEW
    check(found, expected(model))


def test_in_a_process_of_its_own(model):
    result = run("score", "people.csv", "--column", "Surname", "--out", "out.csv", "--model", model)
    assert lines(result) == ["out.csv: 6 rows, 4 answered, 2 unknown (1 empty, 1 no-letters)."]
    assert result.stderr == b""
    check(read("out.csv"), expected(model))


def test_semicolons_and_a_byte_order_mark_are_kept(model):
    lines(inside("score", "excel.csv", "--column", "surname", "--out", "excel-out.csv", "--model", model))
    assert Path("excel-out.csv").read_bytes().startswith("\ufeffid;Surname;note;origin;".encode())
    check(read("excel-out.csv"), expected(model))


def test_cells_are_quoted_as_they_were(model):
    written = ['"1","Smith",', '2,"O\'Brien, Jr.",']
    Path("quoted.csv").write_text("\n".join(['"id","surname"', *(line[:-1] for line in written)]), "utf-8")
    lines(inside("score", "quoted.csv", "--column", "surname", "--out", "out.csv", "--model", model))
    found = Path("out.csv").read_text("utf-8").splitlines()
    assert all(line.startswith(each) for line, each in zip(found[1:], written, strict=True))


def test_a_scored_table_can_be_scored_again_with_a_prefix(model):
    arguments = ["--column", "surname", "--model", model]
    lines(inside("score", "people.csv", *arguments, "--out", "out.csv"))
    message = failure(inside("score", "out.csv", *arguments, "--out", "again.csv"), 1)
    assert f"has the columns {NEW} already" in message
    assert not Path("again.csv").exists()
    lines(inside("score", "out.csv", *arguments, "--out", "out.csv", "--prefix", "b_", "--force"))
    assert read("out.csv")[0] == ["id", "Surname", "note", *NEW, *(f"b_{name}" for name in NEW)]


def test_what_is_known_reaches_the_classifier(model):
    Path("prior.json").write_text('{"Czech": 1, "Japanese": 2}', "utf-8")
    arguments = ["--prior", "prior.json", "--restrict", "Czech, Japanese", "--abstain", "0.9", "--as-is"]
    lines(
        inside("score", "people.csv", "--column", "surname", "--out", "o.csv", "--model", model, *arguments)
    )
    asked = {"prior": {"Czech": 1, "Japanese": 2}, "abstain_below": 0.9, "full_names": False}
    check(read("o.csv"), expected(model, **asked))
    assert "low-confidence" in {row[6] for row in read("o.csv")}


def test_a_sum_as_json(model):
    arguments = ["--column", "surname", "--out", "out.csv", "--model", model, "--json"]
    assert json.loads(lines(inside("score", "people.csv", *arguments))[0]) == {
        "out": "out.csv",
        "rows": 6,
        "answered": 4,
        "unknown": {"empty": 1, "no-letters": 1},
        "order": {"order": "given-first", "probability": None, "cells": 0, "decided": False},
    }


@pytest.mark.parametrize("table", ["people.csv", "people.parquet"])
@pytest.mark.parametrize("out", ["out.csv", "out.parquet"])
def test_many_blocks_are_one_table(model, table, out, monkeypatch):
    monkeypatch.setattr(tables, "ROWS", 4)
    monkeypatch.setattr(text_files, "BLOCK", 70)
    rows: list[int] = []
    scored = score_table(Classifier.load(model), table, "surname", out, on_rows=rows.append)
    assert (scored.rows, scored.answered, len(rows), rows[-1]) == (6, 4, 2, 6)
    check(read(out), expected(model))


@pytest.mark.parametrize(("remembered", "scored"), [(1 << 20, 3), (1, 5)])
def test_a_text_is_scored_once_in_all_blocks(model, remembered, scored, monkeypatch):
    """If not too many are to be remembered: then all are forgotten, and the answers stay the same."""
    names = ["Smith", "Nakamura", "Smith", "Dvorak", "Nakamura"] * 3
    Path("many.csv").write_text("name\n" + "".join(f"{name}\n" for name in names), "utf-8")
    monkeypatch.setattr(text_files, "BLOCK", 40)
    monkeypatch.setattr(memory, "REMEMBERED", remembered)
    clf = Classifier.load(model)
    calls = count_calls(clf, monkeypatch)
    score_table(clf, "many.csv", "name", "out.csv", full_names=False)
    assert [row[1] for row in read("out.csv")[1:]] == clf.predict(names, full_names=False)
    assert sum(count for count, _ in calls[:-1]) >= scored
    assert remembered == 1 or sum(count for count, _ in calls[:-1]) == scored


@pytest.mark.parametrize("arrow", [True, False])
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_as_many_rows_tell_the_order_whatever_reads_them(model, suffix, arrow, monkeypatch):
    """So that a table is answered alike as CSV and as Parquet, with pyarrow and without it."""
    names = [f"Nagy {chr(65 + n)}" for n in range(20)]
    Path("many.csv").write_text("name\n" + "".join(f"{name}\n" for name in names), "utf-8")
    pq.write_table(pa.table({"name": names}), "many.parquet")
    monkeypatch.setattr(tables, "ROWS", 6)
    monkeypatch.setattr(text_files, "BLOCK", 60)
    for module in (memory, score_file):
        monkeypatch.setattr(module, "ROWS_LOOKED_AT", 10, raising=False)
    seen: list[Any] = []
    found = memory.Memory.order_of
    monkeypatch.setattr(memory.Memory, "order_of", lambda self, rows: seen.append(rows) or found(self, rows))
    with as_if_installed(arrow or suffix == "parquet"):
        scored = score_table(Classifier.load(model), f"many.{suffix}", "name", "out.csv")
    assert scored.rows == 20
    assert seen == [names[:10]]


@pytest.mark.parametrize("out", ["out.csv", "out.parquet"])
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_table_without_rows(model, suffix, out):
    Path("none.csv").write_text("name,x\n", "utf-8")
    pq.write_table(
        pa.table({"name": pa.array([], pa.string()), "x": pa.array([], pa.int8())}), "none.parquet"
    )
    said = lines(inside("score", f"none.{suffix}", "--column", "name", "--out", out, "--model", model))
    assert said == [f"{out}: 0 rows, 0 answered."]
    assert read(out) == [["name", "x", *NEW]]


def test_parquet_columns_keep_their_types_and_nulls(model):
    table = pa.table({"n": pa.array(["Smith", None]).dictionary_encode(), "x": [1.5, None], "y": [[1], []]})
    pq.write_table(table, "typed.parquet")
    said = lines(inside("score", "typed.parquet", "--column", "n", "--out", "o.parquet", "--model", model))
    assert said == ["o.parquet: 2 rows, 1 answered, 1 unknown (1 not-text)."]
    assert pq.read_table("o.parquet").select(["x", "y"]) == table.select(["x", "y"])
    lines(inside("score", "typed.parquet", "--column", "n", "--out", "o.csv", "--model", model))
    assert read("o.csv")[2] == ["", "", "[]", "", "", "unknown", "not-text", "", "", ""]


def test_short_rows_are_filled_up_and_blank_lines_left_out(model):
    Path("short.csv").write_text("id,name,note\n\n1,Smith\n2\n\n3,Smith,x,,\n", "utf-8")
    lines(inside("score", "short.csv", "--column", "name", "--out", "out.csv", "--model", model))
    assert [row[:3] for row in read("out.csv")[1:]] == [
        ["1", "Smith", ""],
        ["2", "", ""],
        ["3", "Smith", "x"],
    ]


BAD = {
    "long.csv": (b"name,x\nSmith,a\nSmith,a,b\n", "long.csv, line 3: the row has 3 cells, but the table has"),
    "latin.csv": (b"name,x\nSmith,a\nM\xfcller,b\n", "latin.csv, line 3: expected UTF-8 text"),
    "wide.csv": (
        "name,x\nSmith,a\n".encode("utf-16"),
        "expected UTF-8 text, but it holds zero bytes, as UTF-16",
    ),
    "narrow.csv": (
        "name,x\nSmith,a\n".encode("utf-16-le"),
        "line 1: expected UTF-8 text, but it holds zero bytes",
    ),
    "program.csv": (
        b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\0>\0\x01\0\0\0" + bytes(40),
        "program.csv, line 1: expected text, but it holds a zero byte",
    ),
    "database.csv": (
        b"SQLite format 3\0\x10\0\x01\x01\0@  " + bytes(40),
        "database.csv, line 1: expected text, but it holds a zero byte",
    ),
    "quote.csv": (b'name,x\nSmith,a\n"Mu,b\n', "quote.csv, line 3: not a row of a table"),
    "empty.csv": (b"", "expected a table with headings in its first line, but empty.csv is empty"),
    "other.csv": (b"surname,x\nSmith,a\n", "no column 'name'; its columns are: 'surname', 'x'. Did you mean"),
    "bare.csv": (b"Smith\nMuir\n", "its columns are: 'Smith'. If its first line is a row: --no-headings (in"),
    "twice.csv": (b"name,Name\nSmith,a\n", "twice.csv has 2 columns called 'name'"),
    "no.parquet": (b"PAR1", "cannot read no.parquet as a Parquet table"),
    "few.parquet": (b"name\nSmith\n", "this is not a parquet file. It begins as text does"),
    "x.txt": (
        b"Smith\n",
        "got 'x.txt'. If it is text, rename it to .csv, or .tsv if tabs separate its cells. A list of names, "
        "one a line, is for cognomen predict --file x.txt.",
    ),
    "one.csv": (b"name\nSmith,a\n", "line 2: the row has 2 cells, but the table has 1 heading. Look"),
    "bar.csv": (b"id|name\n1|Smith\n", "its columns are: 'id|name'. If '|' separates its cells"),
    "book.xlsx": (b"PK\x03\x04", "cannot read book.xlsx as a workbook"),
    "text.xlsx": (b"name\nSmith\n", "if it is a table as text, rename it to text.csv."),
    "text.parquet": (b"name\nSmith\n", "if it is a table as text, rename it to text.csv."),
    "text.csv.gz": (b"name\nSmith\n", "if it is a table as text, rename it to text.csv."),
    "x.csv.gz": (b"\x1f\x8b\x08", "cannot read x.csv.gz: Compressed file ended before"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_leaves_nothing_behind(model, name, work):
    data, message = BAD[name]
    (work / name).write_bytes(data)
    (work / "out.csv").write_bytes(b"before")
    there = sorted(os.listdir(work))
    arguments = [name, "--column", "name", "--model", model]
    assert message in failure(inside("score", *arguments, "--out", "out.csv", "--force"), 1)
    assert sorted(os.listdir(work)) == there
    assert (work / "out.csv").read_bytes() == b"before"
    assert message in failure(inside("composition", *arguments), 1)


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        (
            ["people.csv", "--column", "surname", "--out", "people.csv"],
            "is there already. Replace it with",
            1,
        ),
        (["people.csv", "--column", "surname", "--out", "out.xlsx"], "expected a table (.csv", 1),
        (
            ["people.csv", "--column", "surname", "--out", "no/out.csv"],
            "(there is no folder no)",
            1,
        ),
        (["-", "--column", "surname", "--out", "out.csv"], "Standard input is not a file", 1),
        (["nobody.csv", "--column", "surname", "--out", "out.csv"], "found no file 'nobody.csv'", 1),
        (["people.csv", "--out", "out.csv"], "Missing option '--column'", 2),
        (["people.csv", "--column", "surname"], "Missing option '--out'", 2),
        (["people.csv", "--column", "s", "--out", "o.csv", "--abstain", "2"], "'--abstain'", 2),
        (["people.csv", "--column", "surname", "--out", "o.csv", "--restrict", "Zulu"], "'Zulu'", 1),
    ],
)
def test_what_cannot_be_done_is_explained(model, work, arguments, message, code):
    there = sorted(os.listdir(work))
    assert message in failure(inside("score", *arguments, "--model", model), code)
    assert sorted(os.listdir(work)) == there


@pytest.mark.parametrize("pyarrow", [True, False])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_without_headings(model, pyarrow, end, monkeypatch):
    Path("bare.csv").write_text(end.join(["\ufeff7;Smith", "8;123", "9;Nguyễn", ""]), "utf-8", newline="")
    if not pyarrow:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
    arguments = ["bare.csv", "--column", "2", "--no-headings", "--model", model]
    said = lines(inside("score", *arguments, "--out", "excel.csv", "--force"))
    assert said == ["excel.csv: 3 rows, 2 answered, 1 unknown (1 no-letters)."]
    found = read("excel.csv")
    assert found[0] == ["1", "2", *NEW]
    assert [row[:2] for row in found[1:]] == [["7", "Smith"], ["8", "123"], ["9", "Nguyễn"]]
    arguments += ["--given", "1"]
    assert lines(inside("composition", *arguments))[0].startswith("3 rows, 2 read")


def test_the_first_row_of_a_table_without_headings_has_its_line():
    Path("bare.csv").write_bytes(b"a,b\nc,d,e\n")
    table = tables.open_table(Path("bare.csv"), headings=False)
    assert table.headings == ["1", "2"]
    assert next(table.numbered_rows()) == (1, ["a", "b"])
    with pytest.raises(DataError, match=r"bare\.csv, line 2: the row has 3 cells"):
        list(tables.open_table(Path("bare.csv"), headings=False).blocks())


def test_lists_and_structures_of_parquet_are_json_in_csv(model):
    columns = {"name": ["Smith", "Smith"], "tags": [["a", 'b"'], None], "at": [{"x": 1.5}, {"x": None}]}
    pq.write_table(pa.table(columns), "nested.parquet")
    lines(inside("score", "nested.parquet", "--column", "name", "--out", "out.csv", "--model", model))
    cells = [row[1:3] for row in read("out.csv")[1:]]
    assert [[cell and json.loads(cell) for cell in row] for row in cells] == [
        [["a", 'b"'], {"x": 1.5}],
        ["", {"x": None}],
    ]


def test_numbers_are_no_names(model):
    pq.write_table(pa.table({"name": [1, 2]}), "numbers.parquet")
    for command in (["score", "--out", "o.parquet"], ["composition"]):
        message = failure(inside(*command, "numbers.parquet", "--column", "name", "--model", model), 1)
        assert "expected a column of strings, got values of the type int64" in message


@pytest.mark.parametrize(("table", "out"), [("people.parquet", "o.csv"), ("people.csv", "o.parquet")])
def test_parquet_without_pyarrow_says_how_to_install_it(model, table, out, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    message = failure(inside("score", table, "--column", "surname", "--out", out, "--model", model), 1)
    assert "needs the package 'pyarrow'" in message
    assert "pip install 'cognomen[tables]'" in message


def test_csv_needs_no_pyarrow(model, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    lines(inside("score", "people.csv", "--column", "surname", "--out", "o.csv", "--model", model))
    lines(inside("composition", "people.csv", "--column", "surname", "--model", model))


@pytest.mark.parametrize("pyarrow", [True, False])
def test_a_carriage_return_in_a_cell_stays_in_its_cell(model, pyarrow, monkeypatch):
    rows = [["name", "note"], ["Smith", "a\rb"], ["Smith", "c\r\nd"], ["Smith", "e\nf"], ["Smith", ""]]
    with Path("returns.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    if not pyarrow:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
    said = lines(inside("score", "returns.csv", "--column", "name", "--out", "out.csv", "--model", model))
    assert said == ["out.csv: 4 rows, 4 answered."]
    assert [row[:2] for row in read("out.csv")] == rows


TWICE = b"name,x,Name,x,7\nSmith,a,123,b,Smith\nNguyen,c,456,d,123\n"


@pytest.mark.parametrize("table", ["twice.csv", "twice.parquet"])
@pytest.mark.parametrize(("column", "answered"), [("1", 2), (" 3", 0), ("7", 1), ("5", 1)])
def test_a_column_may_be_chosen_by_its_number(model, table, column, answered):
    Path("twice.csv").write_bytes(TWICE)
    columns = [pa.array(cells) for cells in zip(*read("twice.csv")[1:], strict=True)]
    pq.write_table(pa.Table.from_arrays(columns, read("twice.csv")[0]), "twice.parquet")
    said = lines(inside("score", table, "--column", column, "--out", "out.csv", "--model", model))
    assert said[0].startswith(f"out.csv: 2 rows, {answered} answered")
    assert read("out.csv")[0] == ["name", "x", "Name", "x", "7", *NEW]
    assert [row[:5] for row in read("out.csv")] == read("twice.csv")
    said = lines(inside("composition", table, "--column", column, "--model", model))
    assert said[0].startswith(f"2 rows, {answered} read")


@pytest.mark.parametrize(
    ("column", "message"),
    [("name", "Choose one by its number: 1 or 3."), ("0", "no column '0'"), ("6", "no column '6'")],
)
def test_a_number_resolves_what_a_heading_does_not(model, column, message):
    Path("twice.csv").write_bytes(TWICE)
    arguments = ["score", "twice.csv", "--column", column, "--out", "out.csv", "--model", model]
    assert message in failure(inside(*arguments), 1)


@pytest.mark.parametrize("table", ["twice.csv", "twice.parquet"])
def test_parquet_with_two_columns_of_one_name_is_refused(model, table, work):
    Path("twice.csv").write_bytes(TWICE)
    columns = [pa.array(cells) for cells in zip(*read("twice.csv")[1:], strict=True)]
    pq.write_table(pa.Table.from_arrays(columns, read("twice.csv")[0]), "twice.parquet")
    message = failure(inside("score", table, "--column", "1", "--out", "out.parquet", "--model", model), 1)
    assert "out.parquet: a Parquet table cannot have several columns of one name: 'x'" in message
    assert not (work / "out.parquet").exists()


@pytest.mark.parametrize("out", ["folder.csv", "folder.parquet"])
def test_a_folder_in_the_place_of_the_new_table_is_named(model, out, work):
    (work / out).mkdir()
    there = sorted(os.listdir(work))
    arguments = ["score", "people.csv", "--column", "surname", "--out", out, "--force", "--model", model]
    assert f"Error: {out}: Is a directory" in failure(inside(*arguments), 1)
    assert sorted(os.listdir(work)) == there


def test_ctrl_c_in_the_middle_leaves_nothing_behind(model, work, monkeypatch):
    monkeypatch.setattr(text_files, "BLOCK", 40)
    there = sorted(os.listdir(work))

    def stop(rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_table(Classifier.load(model), "people.csv", "surname", "out.csv", on_rows=stop)
    assert sorted(os.listdir(work)) == there


def test_the_library_refuses_alike(model):
    clf = Classifier.load(model)
    with pytest.raises(DataError, match="no column 'x'"):
        score_table(clf, "people.csv", "x", "out.csv")
    with pytest.raises(InputError, match="expected a table"):
        score_table(clf, "people.csv", "surname", "out")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_a_table_in_another_encoding(model, encoding, work):
    """As Excel saves one; the new table is UTF-8 with the mark that Excel looks for."""
    folder = work / "my data"
    folder.mkdir()
    (folder / "people.csv").write_bytes('name;x\r\nMüller;é\r\nSmith;"a;b"\r\n'.encode(encoding))
    arguments = ["my data/people.csv", "--column", "name", "--model", model]
    message = failure(inside("score", *arguments, "--out", "out.csv"), 1)
    assert f"my data/people.csv, line {1 if encoding == 'utf-16' else 2}: expected UTF-8" in message
    assert f"--encoding {encoding}" in message
    said = lines(inside("score", *arguments, "--out", "out.csv", "--encoding", encoding))
    assert said == ["out.csv: 2 rows, 2 answered."]
    assert Path("out.csv").read_bytes().startswith("\ufeffname;x;origin;".encode())
    text = Path("out.csv").read_text("utf-8-sig").splitlines()
    assert [
        line[: len(start)] for line, start in zip(text[1:], ["Müller;é;", 'Smith;"a;b";'], strict=True)
    ] == [
        "Müller;é;",
        'Smith;"a;b";',
    ]
    found = json.loads(lines(inside("composition", *arguments, "--encoding", encoding, "--json"))[0])
    assert found["read"] == 2


def test_a_workbook_called_csv_is_named_with_its_folder(model, work):
    (work / "my data").mkdir()
    (work / "my data" / "people.csv").write_bytes(b"PK\x03\x04" + bytes(range(256)))
    for command in (["score", "--out", "out.csv"], ["composition"]):
        message = failure(inside(*command, "my data/people.csv", "--column", "name", "--model", model), 1)
        assert '"my data/people.csv": expected text, but this file is a workbook' in message
        assert "CSV UTF-8" in message
    for command in (["data", "check"], ["evaluate", model]):
        assert "is a workbook" in failure(inside(*command, "my data/people.csv"), 1)


@pytest.fixture(scope="module")
def model_with_sets(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder, tiny = tmp_path_factory.mktemp("models") / "sets", tiny_classifier()
    calibration = Calibration(1.0, set_levels=tuple(np.linspace(0, 1, 201)))
    Classifier(tiny.network, tiny.alphabet, tiny.origins, tiny.priors, calibration).save(folder)
    return str(folder)


ASKED = ["--top", "2", "--coverage", "0.7", "--all", "--json"]


@pytest.mark.parametrize("table", ["people.csv", "people.parquet"])
@pytest.mark.parametrize("arrow", [True, False])
def test_json_csv_and_parquet_say_the_same(model_with_sets, table, arrow, monkeypatch):
    model = model_with_sets
    if not arrow and table == "people.parquet":
        return
    if not arrow:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
    for out in ("out.jsonl", "out.csv", *(["out.parquet"] if arrow else [])):
        lines(inside("score", table, "--column", "surname", "--out", out, "--model", model, *ASKED))
    objects = [json.loads(line) for line in Path("out.jsonl").read_text("utf-8").splitlines()]
    for row, answer in zip(objects, Classifier.load(model)(NAMES, top_k=2, coverage=0.7), strict=True):
        assert [row["top_1"], row["top_2"]] == ([each.origin for each in answer.origins] or [None, None])
        assert (row["read_surname"], row["read_note"]) == (answer.surname, answer.note)
        assert row["maiden_name"] == answer.maiden_name
        assert (row["origin_set"] is None) == (answer.origin_set is None)
        assert set(row["origin_set"] or ()) == set(answer.origin_set or ())
        assert row["status"] == answer.status
        total = sum(p or 0 for name, p in row.items() if name.startswith("p_"))
        assert total == pytest.approx(1 if answer.surname else 0, abs=1e-5)
    cells = [
        ["" if cell is None else ",".join(cell) if isinstance(cell, list) else cell for cell in row]
        for row in map(dict.values, objects)
    ]
    heads, *rows = read("out.csv")
    assert heads == list(objects[0])
    for row, of_json in zip(rows, cells, strict=True):
        assert row == [f"{cell:.6f}" if isinstance(cell, float) else cell for cell in of_json]
    if arrow:
        assert pq.read_table("out.parquet").to_pylist() == objects


def test_what_json_lacks_is_written_all_the_same(model):
    """Dates and decimals as text, what is no number as null; two columns of one name are refused."""
    day = datetime.date(1980, 2, 29)
    columns = {"name": ["Smith"], "day": [day], "x": [float("nan")], "list": [[1.5, float("inf")]]}
    pq.write_table(pa.table(columns), "kinds.parquet")
    lines(inside("score", "kinds.parquet", "--column", "name", "--out", "o.jsonl", "--model", model))
    found = json.loads(Path("o.jsonl").read_text("utf-8"))
    assert (found["day"], found["x"], found["list"]) == ("1980-02-29", None, [1.5, None])
    Path("twice.csv").write_text("name,a,a\nSmith,1,2\n", "utf-8")
    message = failure(
        inside("score", "twice.csv", "--column", "name", "--out", "t.jsonl", "--model", model), 1
    )
    assert "t.jsonl: an object of JSON cannot have several columns of one name: 'a'" in message
    assert not Path("t.jsonl").exists()


# --- composition ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["people.csv", "people.tsv", "excel.csv", "people.parquet"])
def test_the_shares_are_those_of_the_classifier(model, table):
    found = json.loads(
        lines(inside("composition", table, "--column", "SURNAME", "--json", "--model", model))[0]
    )
    assert found == {
        "table": table,
        "column": "SURNAME",
        **Classifier.load(model).composition(NAMES).to_json(),
    }
    assert (found["rows"], found["read"], found["unknown"]) == (6, 4, {"empty": 1, "no-letters": 1})


def test_the_report_for_people(model):
    said = lines(run("composition", "people.csv", "--column", "surname", "--model", model))
    found = Classifier.load(model).composition(NAMES)
    assert said[0] == "6 rows, 4 read, 2 unknown (1 empty, 1 no-letters)."
    assert said[2].split() == ["origin", "share", "95", "%", "interval", "counted"]
    first = found.shares[0]
    assert said[3].split()[0] == first.origin
    interval = [f"{first.low:.1%}", "to", f"{first.high:.1%}"]
    assert said[3].split()[2:] == [f"{first.share:.1%}", *interval, f"{first.counted:.1%}"]
    assert max(map(len, said)) <= 80


def test_what_cannot_be_told_apart_is_one_row_and_then_each():
    p = np.tile(np.array([0.6, 0.02, 0.02, 0.36], np.float32), (40, 1))
    found = compose(p, np.ones(40, np.intp), PRIORS, ORIGINS, unknown={})
    said = report(found).splitlines()
    (joint,) = found.joint
    assert said[3].startswith("D + A ")
    assert said[3].split()[-4:] == ["100.0%", f"{joint.low:.1%}", "to", "100.0%"]
    assert [line[:3] for line in said[4:6]] == ["  D", "  A"]
    assert "cannot be told apart" in "\n".join(said)
    assert max(map(len, said)) <= 80


def test_rows_that_say_nothing_are_left_out():
    many = compose(
        np.eye(4, dtype=np.float32), np.array([99_500, 400, 100, 0]), [0.25] * 4, [*"ABCD"], unknown={}
    )
    said = report(many).splitlines()
    assert [line.split()[0] for line in said[3:5]] == ["A", "B"]
    tiny = report(
        replace(
            many, shares=tuple(replace(each, share=0.0, high=0.01, counted=0.004) for each in many.shares)
        )
    )
    assert "None or next to none: A, B, C, D (each at most" in " ".join(tiny.split())
    counted = tuple(replace(each, share=0.0, high=0.01, counted=0.01) for each in many.shares)
    assert len(report(replace(many, shares=counted)).splitlines()) == 3 + 4  # counting would find them
    single = compose(np.eye(4, dtype=np.float32)[:1], np.array([1]), [0.25] * 4, [*"ABCD"], unknown={})
    assert "No sign of 3 other origins (each at most 95.0%)." in report(single)
    assert report(replace(single, read=0, shares=(), joint=())) == "0 rows, 0 read."


def test_what_a_column_counts_is_not_called_rows(model):
    Path("counts.csv").write_text("name,bearers\nSmith,1200000\nNguyen,34567\n")
    arguments = ["counts.csv", "--column", "name", "--count-column", "bearers", "--model", model]
    assert lines(inside("composition", *arguments))[0] == "1,234,567 names, 1,234,567 read."


def test_options_reach_the_composition(model):
    arguments = ["--restrict", "Czech,English", "--seed", "5", "--as-is", "--json"]
    found = json.loads(
        lines(inside("composition", "people.csv", "--column", "surname", *arguments, "--model", model))[0]
    )
    asked = Classifier.load(model).composition(NAMES, restrict=["Czech", "English"], seed=5, full_names=False)
    assert found["shares"] == asked.to_json()["shares"]
    assert found["seed"] == 5


@pytest.mark.parametrize("command", ["score", "composition"])
def test_what_is_no_name_is_counted_apart(model, command):
    Path("na.csv").write_text("name\nNULL\nunknown\njane@doe.org\nBerg\nAnna Berg MVP\npending\n", "utf-8")
    arguments = [command, "na.csv", "--column", "name", "--json", "--model", model]
    arguments += ["--out", "out.csv", "--force"] if command == "score" else []

    def counts(*options):
        return json.loads(lines(inside(*arguments, *options))[0])["unknown"]

    apart = {"placeholder": 2, "not-a-name": 1}
    assert counts("--suffixes", "MVP").items() >= apart.items()
    assert counts("--na", "pending,Anna Berg MVP").items() >= {**apart, "placeholder": 4}.items()
    assert not counts("--keep-na").keys() & apart.keys()


def test_a_column_without_surnames(model):
    Path("bad.csv").write_text("name,x\n123,\n,a\n", "utf-8")
    said = lines(inside("composition", "bad.csv", "--column", "name", "--model", model))
    assert said[0] == "2 rows, 0 read, 2 unknown (1 empty, 1 no-letters)."
    assert "there are no shares" in said[1]


def test_a_composition_is_drawn(model):
    arguments = ["--column", "surname", "--model", model, "--plot"]
    result = inside("composition", "people.csv", *arguments, "shares.svg")
    assert result.stderr == b"drawn: shares.svg\n"
    picture = Path("shares.svg").read_text("utf-8")
    assert picture.startswith("<?xml")
    assert picture.count("<path") > 8  # a bar and an interval for each origin, at least
    assert "expected a picture's path" in failure(
        inside("composition", "people.csv", *arguments, "shares.doc"), 1
    )
    Path("none.csv").write_text("surname\n123\n", "utf-8")
    result = inside("composition", "none.csv", *arguments, "none.svg")
    assert b"not drawn: none.svg: there are no shares" in result.stderr
    assert not Path("none.svg").exists()

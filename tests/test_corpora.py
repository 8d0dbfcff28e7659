"""Where names come from: folders, tables, known corpora; and the report of what was left out."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cognomen.corpora import Corpus, DroppedRow, load_corpus
from cognomen.errors import DataError, InputError, MissingExtraError
from cognomen.text import fold, key
from cognomen.training import train


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def pairs(corpus: Corpus) -> list[tuple[str, str]]:
    return list(zip(corpus.names, corpus.labels, strict=True))


# --- the real data ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(names_folder: Path) -> Corpus:
    return load_corpus(names_folder)


def test_the_18_files_clean_to_the_pairs_of_protocol_l(real: Corpus) -> None:
    assert (len(real), len(real.origins), real.report.names_kept) == (17_985, 18, 17_411)
    assert (real.report.rows_read, real.report.rows_kept) == (20_074, 17_985)
    assert real.report.counts == {"junk": 24, "duplicate": 20_074 - 17_985 - 24}
    assert len(real.report.shared) == 477
    assert real.origins == tuple(sorted(real.origins))
    assert {"English", "Vietnamese"} < set(real.origins)


def test_the_junk_rows_are_named_with_their_places(real: Corpus) -> None:
    junk = [row for row in real.report.dropped if row.reason == "junk"]
    assert [row.place for row in junk] == [f"Russian.txt:{line}" for line in range(7941, 7965)]


def test_the_18_files_as_they_stand(names_folder: Path) -> None:
    corpus = load_corpus(names_folder, clean=False)
    assert len(corpus) == 20_074
    assert corpus.report.dropped == ()
    assert corpus.labels.count("Russian") == 9408
    assert {"Park", "Lysansky,", "Maxa/B", "To The First Page"} < set(corpus.names)
    assert all(name == name.strip() for name in corpus.names)


def test_the_variable_names_the_known_corpus(
    names_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COGNOMEN_NAMES", str(names_folder))
    assert load_corpus("tutorial").source == "tutorial"
    changed = write(tmp_path / "mine", {"Irish.txt": b"Byrne\n"})
    monkeypatch.setenv("COGNOMEN_NAMES", str(changed))
    corpus = load_corpus("tutorial")
    assert (corpus.source, pairs(corpus)) == ("mine", [("Byrne", "Irish")])


def test_the_variable_must_name_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COGNOMEN_NAMES", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match=r"COGNOMEN_NAMES.*nowhere.*not a folder.*unset"):
        load_corpus("tutorial")


# --- folders ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        "Müller\nVoß\n".encode(),
        "Müller\nVoß".encode(),
        b"\xef\xbb\xbf" + "Müller\nVoß\n".encode(),
        "Müller\r\nVoß\r\n".encode(),
        "Müller\rVoß".encode(),
        "\n\n  Müller \n\t\n\nVoß\n\n".encode(),
    ],
    ids=["plain", "no last newline", "byte-order mark", "CRLF", "CR", "blank lines"],
)
def test_files_as_editors_write_them(tmp_path: Path, data: bytes) -> None:
    corpus = load_corpus(write(tmp_path, {"German.txt": data}))
    assert pairs(corpus) == [("Müller", "German"), ("Voß", "German")]
    assert corpus.report.rows_read == 2


def test_only_txt_files_are_read(tmp_path: Path) -> None:
    files = {"B.txt": b"beta", "A.TXT": b"alpha", "notes.md": b"x", "._A.txt": b"\0\xff", ".txt": b"hidden"}
    (tmp_path / "C.txt").mkdir()
    assert pairs(load_corpus(write(tmp_path, files))) == [("alpha", "A"), ("beta", "B")]


def test_a_single_origin_is_read(tmp_path: Path) -> None:
    assert load_corpus(write(tmp_path, {"A.txt": b"alpha\nbeta"})).origins == ("A",)


def test_source_is_the_last_part_of_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "mine", {"A.txt": b"alpha"})
    assert load_corpus(folder).source == load_corpus(str(folder) + os.sep).source == "mine"
    monkeypatch.chdir(folder)
    assert load_corpus(".").source == "mine"


def test_a_folder_with_the_name_of_a_known_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "tutorial", {"A.txt": b"alpha"})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COGNOMEN_NAMES", str(tmp_path / "nowhere"))
    assert load_corpus("./tutorial").names == load_corpus(Path("tutorial")).names == ("alpha",)
    with pytest.raises(DataError, match="COGNOMEN_NAMES"):
        load_corpus("tutorial")


def test_home_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "mine", {"A.txt": b"alpha"})
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert load_corpus("~/mine").names == ("alpha",)


@pytest.mark.parametrize(
    ("data", "line", "what", "encoding"),
    [
        ("Bauer\nMüller\n".encode("latin-1"), 2, "0xfc", "cp1252"),
        ("Bauer\r\n\r\nMüller\n".encode("latin-1"), 3, "0xfc", "cp1252"),
        (b"\xef\xbb\xbfBauer\nM\xfcller\n", 2, "0xfc", "cp1252"),
        ("Bauer\nIvanov\nИванов\n".encode("koi8-r"), 3, "0xe9", "cp1252"),
        ("Bauer\nM\u00fcller\n".encode("utf-16"), 1, "zero bytes, as UTF-16 does", "utf-16"),
        ("Bauer\nMeyer\n".encode("utf-16-le"), 1, "zero bytes", "utf-16-le"),
        ("Bauer\nMeyer\n".encode("utf-16-be"), 1, "zero bytes", "utf-16-be"),
        ("\ufeff北京\n".encode("utf-16-le"), 1, "begins as UTF-16 does|zero bytes", "utf-16"),
        ("Bauer\nM\u00fc".encode()[:-1], 2, "0xc3", "cp1252"),
    ],
)  # fmt: skip
def test_another_encoding_is_named_with_file_line_and_remedy(
    tmp_path: Path, data: bytes, line: int, what: str, encoding: str
) -> None:
    with pytest.raises(
        DataError,
        match=rf"{tmp_path}/German\.txt, line {line}: expected UTF-8.*({what}).*\. .*--encoding {encoding} .*"
        "save it as UTF-8",
    ):
        load_corpus(write(tmp_path, {"Dutch.txt": b"Bakker\n", "German.txt": data}))


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("Müller\r\nVoß\r\n".encode("cp1252"), "cp1252"),
        ("Müller\nVoß\n".encode("utf-16"), "utf-16"),
        ("Müller\nVoß\n".encode("utf-16-be"), "utf-16-be"),
        ("\ufeffMüller\nVoß\n".encode("utf-16-le"), "UTF-16LE"),
        ("Müller\nVoß\n".encode(), "utf8"),
        (b"\xef\xbb\xbf" + "Müller\nVoß\n".encode(), "utf-8-sig"),
    ],
)
def test_an_encoding_may_be_given(tmp_path: Path, data: bytes, encoding: str) -> None:
    folder = write(tmp_path / "names", {"German.txt": data})
    assert pairs(load_corpus(folder, encoding=encoding)) == [("Müller", "German"), ("Voß", "German")]
    rows = "name,origin\nMüller,German\nVoß,German"
    (tmp_path / "t.csv").write_bytes(rows.encode(encoding))
    assert load_corpus(tmp_path / "t.csv", encoding=encoding).names == ("Müller", "Voß")


def test_text_that_is_not_in_the_given_encoding(tmp_path: Path) -> None:
    folder = write(tmp_path, {"A.txt": b"alpha\nbeta\n\x81\n"})
    with pytest.raises(DataError, match=r"A\.txt, line 3: expected cp1252 text, but .*own encoding"):
        load_corpus(folder, encoding="cp1252")
    with pytest.raises(DataError, match=r"A\.txt, line 1: expected utf-16 text"):
        load_corpus(folder, encoding="utf-16")
    for unknown in ("utf-99", "zip", "a\0b", ""):
        with pytest.raises(InputError, match="encoding: expected a text encoding such as"):
            load_corpus(folder, encoding=unknown)


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"PK\x03\x04\x14\0\6\0", r"a workbook \(\.xlsx.*save the sheet as CSV.*CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", r"old Excel workbook \(\.xls\).*CSV UTF-8"),
        (b"\x1f\x8b\x08\0", r"gzip\. If a table is in it, name it \.csv\.gz"),
        (b"PAR1\x15", r"a Parquet table\. Name it \.parquet"),
    ],
)
@pytest.mark.parametrize("encoding", [None, "cp1252"])
def test_a_workbook_called_a_table_is_recognised(
    tmp_path: Path, start: bytes, kind: str, encoding: str | None
) -> None:
    path = write(tmp_path / "my data", {"t.csv": start + bytes(range(256)) * 9}) / "t.csv"
    with pytest.raises(DataError, match=rf'"{path}": expected text, but this file is .*{kind}'):
        load_corpus(path, encoding=encoding)


def test_a_single_zero_byte_is_no_utf_16(tmp_path: Path) -> None:
    """To convert such a file from UTF-16 would destroy it."""
    folder = write(tmp_path / "my names", {"German.txt": b"Bauer\nMe\0yer\n"})
    with pytest.raises(DataError, match=r"German\.txt, line 2: .* zero byte\. Write a copy") as error:
        load_corpus(folder)
    assert "--encoding" not in str(error.value)
    command = re.search(r'for example with:\n  python -c "([^"]*)"$', str(error.value))
    assert command is not None
    subprocess.run([sys.executable, "-c", command[1]], check=True)
    assert (folder / "clean-German.txt").read_bytes() == b"Bauer\nMeyer\n"


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"<Origin>\.txt.*the folder is empty"):
        load_corpus(tmp_path)


def test_a_folder_of_other_files(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": b"", "b.csv": b""})
    with pytest.raises(DataError, match=r"holds only: a\.md, b\.csv.*To read a table.*b\.csv"):
        load_corpus(tmp_path)


def test_the_folder_above_the_files(tmp_path: Path) -> None:
    write(tmp_path / "names", {"A.txt": b"alpha"})
    with pytest.raises(DataError, match=r"holds only: names\. Did you mean '.*names'\?"):
        load_corpus(tmp_path)


def test_a_folder_of_many_other_files_is_not_listed_whole(tmp_path: Path) -> None:
    write(tmp_path, {f"{number}.md": b"" for number in range(9)})
    with pytest.raises(DataError, match=r"0\.md, 1\.md, 2\.md, 3\.md, 4\.md and 4 more"):
        load_corpus(tmp_path)


def test_empty_files(tmp_path: Path) -> None:
    write(tmp_path, {"A.txt": b"", "B.txt": b" \n\n"})
    with pytest.raises(DataError, match=r"all 2 \.txt files.*are empty: A\.txt, B\.txt"):
        load_corpus(tmp_path)
    report = load_corpus(write(tmp_path, {"C.txt": b"gamma"})).report
    assert report.empty_files == ("A.txt", "B.txt")
    assert "files without names: A.txt, B.txt" in report.summary()


def test_nothing_left_after_cleaning(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no name is left(.|\n)*2 dropped as no-letters.*A\.txt:1"):
        load_corpus(write(tmp_path, {"A.txt": b"--\n123\n"}))


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    write(tmp_path / "surnames", {"A.txt": b"alpha"})
    with pytest.raises(
        DataError, match=r"no folder or table '.*surname'\. Did you mean '.*surnames'\?.*tutorial"
    ):
        load_corpus(tmp_path / "surname")
    with pytest.raises(DataError, match=r"no folder or table '.*x/y'\. Give a folder"):
        load_corpus(tmp_path / "x" / "y")
    with pytest.raises(DataError, match=r"Did you mean 'tutorial'\?"):
        load_corpus("tutorail")


@pytest.mark.parametrize("data", ["", None, 3, b"names"])
def test_no_path_at_all(data: object) -> None:
    with pytest.raises(InputError, match="expected the path of a folder or table"):
        load_corpus(data)  # type: ignore[arg-type]


@pytest.mark.parametrize("data", ["a\0b", "x" * 5000])
def test_impossible_paths(data: str) -> None:
    with pytest.raises(DataError):
        load_corpus(data)


def test_a_file_that_is_neither(tmp_path: Path) -> None:
    write(tmp_path, {"A.txt": b"alpha", "model.json": b"{}"})
    with pytest.raises(DataError, match=r"got the file '.*A\.txt'.*give their folder: "):
        load_corpus(tmp_path / "A.txt")
    with pytest.raises(DataError, match=r"got the file '.*model\.json', which is neither"):
        load_corpus(tmp_path / "model.json")


def test_an_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, *_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    folder = write(tmp_path, {"A.txt": b"alpha"})
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=r"cannot read .*A\.txt: Permission denied"):
        load_corpus(folder)


# --- cleaning ---------------------------------------------------------------------------------------------


def test_cleaning_keeps_the_first_of_each_name_and_origin(tmp_path: Path) -> None:
    files = {
        "German.txt": "Müller\nMuller\nMaier\n123\nTo The First\u00a0 Page\n".encode(),
        "English.txt": b"MULLER\nSmith\nsmith \n",
    }
    corpus = load_corpus(write(tmp_path, files))
    assert pairs(corpus) == [
        ("MULLER", "English"),
        ("Smith", "English"),
        ("Müller", "German"),
        ("Maier", "German"),
    ]
    assert corpus.report.dropped == (
        DroppedRow("smith", "English", "English.txt", 3, "duplicate"),
        DroppedRow("Muller", "German", "German.txt", 2, "duplicate"),
        DroppedRow("123", "German", "German.txt", 4, "no-letters"),
        DroppedRow("To The First\u00a0 Page", "German", "German.txt", 5, "junk"),
    )
    assert corpus.report.shared == {"muller": ("English", "German")}
    assert (corpus.report.rows_read, corpus.report.rows_kept, corpus.report.names_kept) == (8, 4, 3)


def test_the_report_reads_well_and_is_json(tmp_path: Path) -> None:
    files = {"A.txt": b"x\nx\nx\nx\nTo The First Page", "B.txt": b"X"}
    report = load_corpus(write(tmp_path, files)).report
    assert report.summary().splitlines() == [
        "6 rows read, 2 kept: 1 distinct names, 1 of them with several origins",
        "  1 dropped as junk: text of a web page, not a name ('To The First Page' A.txt:5)",
        "  3 dropped as duplicate: an earlier row has the same name and origin ('x' A.txt:2, 'x' A.txt:3, …)",
    ]
    facts = json.loads(json.dumps(report.to_json()))
    assert facts["dropped"] == {"junk": 1, "duplicate": 3}
    assert facts["dropped_rows"][0] == {
        "name": "x",
        "origin": "A",
        "file": "A.txt",
        "line": 2,
        "reason": "duplicate",
    }
    assert facts["names_under_several_origins"] == {"x": ["A", "B"]}
    assert (facts["rows_read"], facts["rows_kept"], facts["names_kept"]) == (6, 2, 1)


def test_names_in_every_script_are_kept(tmp_path: Path) -> None:
    files = {
        "Russian.txt": "Иванов\nИВАНОВ\nПетров\n".encode(),
        "Arabic.txt": "أحمد\nاحمد\nخالد\n".encode(),
        "Chinese.txt": "王\n李\n".encode(),
    }
    corpus = load_corpus(write(tmp_path, files))
    assert corpus.names == ("أحمد", "خالد", "王", "李", "Иванов", "Петров")
    assert corpus.report.counts == {"duplicate": 2}


def protocol_l_rows(folder: Path) -> list[tuple[str, str]]:
    """Protocol L, steps 1 to 3, written out: the first row of each folded name and origin."""
    kept: dict[tuple[str, str], str] = {}
    for path in sorted(folder.glob("*.txt")):
        for line in path.read_text("utf-8").splitlines():
            folded = fold(line)
            if folded and folded != "to the first page":
                kept.setdefault((folded, path.stem), line.strip())
    return [(name, origin) for (_, origin), name in kept.items()]


def test_cleaning_by_key_is_protocol_l_for_the_18_files(real: Corpus, names_folder: Path) -> None:
    assert pairs(real) == protocol_l_rows(names_folder)
    assert {fold(name) for name in real.names} - {"marszaek"} == {key(n) for n in real.names} - {"marszalek"}
    by_fold = Counter(fold(name) for name in real.names)
    assert set(real.report.shared) == {name for name, count in by_fold.items() if count > 1}


# --- tables -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("t.csv", b"name,origin\nSmith,English\nVo\xc3\x9f,German\n"),
        ("t.csv", b"\xef\xbb\xbfname,origin\r\nSmith,English\r\nVo\xc3\x9f,German"),
        ("t.csv", b"Origin , id, NAME\nEnglish,1,Smith\nGerman,2,Vo\xc3\x9f\n"),
        ("t.csv", b'"name","origin"\n"Smith","English"\n"Vo\xc3\x9f","German"\n'),
        ("t.csv", b"name;origin;note\nSmith;English;a,b\nVo\xc3\x9f;German\n"),
        ("t.csv", b"name\torigin\nSmith\tEnglish\nVo\xc3\x9f\tGerman\n"),
        ("t.csv", b"name,origin\n\nSmith,English,\n,\nVo\xc3\x9f,German,,\n\n"),
        ("t.tsv", b"name\torigin\nSmith\tEnglish\nVo\xc3\x9f\tGerman\n"),
        ("T.CSV", b"name,origin\nSmith, English \n Vo\xc3\x9f ,German\n"),
    ],
    ids=[
        "csv",
        "byte-order mark, CRLF",
        "order, case, extra",
        "quoted",
        "semicolons",
        "tabs",
        "blanks",
        "tsv",
        "trimmed",
    ],
)
def test_tables_as_programs_write_them(tmp_path: Path, name: str, data: bytes) -> None:
    corpus = load_corpus(write(tmp_path, {name: data}) / name)
    assert pairs(corpus) == [("Smith", "English"), ("Voß", "German")]
    assert (corpus.source, corpus.report.dropped) == (name, ())


def test_quoted_cells_hold_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    data = b'name,origin\n"Smith, Jr.",English\n"a ""b"" c",X\n"two\nlines",Y\nlast,Z\nlast,Z\n'
    corpus = load_corpus(write(tmp_path, {"t.csv": data}) / "t.csv")
    assert corpus.names == ("Smith, Jr.", 'a "b" c', "two\nlines", "last")
    assert [row.line for row in corpus.report.dropped] == [7]


@pytest.mark.parametrize("clean", [True, False])
def test_ragged_rows_and_empty_cells_are_reported(tmp_path: Path, clean: bool) -> None:
    data = b'name,origin\nSmith,English\nSmith, John,English\nOnlyname\n,German\nVoss,\n"",x\n'
    corpus = load_corpus(write(tmp_path, {"t.csv": data}) / "t.csv", clean=clean)
    assert pairs(corpus) == [("Smith", "English")]
    assert [(row.line, row.reason) for row in corpus.report.dropped] == [
        (3, "ragged"),
        (4, "ragged"),
        (5, "empty-cell"),
        (6, "empty-cell"),
        (7, "empty-cell"),
    ]
    assert corpus.report.rows_read == 6
    assert "2 dropped as ragged: the row has more or fewer cells" in corpus.report.summary()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"name,origin\n", r"0 rows below"),
        (b"name,origin\n,x\n", r"1 rows below"),
        (b"surname,country\na,b\n", r"no column 'name'.*'surname', 'country'.*mean 'surname'\? Say which"),
        (b"name,Origins\na,b\n", r"no column 'origin'.*'name', 'Origins'.*Did you mean 'Origins'\?"),
        (b"name,language\na,b\n", r"no column 'origin'; its columns are: 'name', 'language'\. Say which"),
        (b"Smith,English\na,b\n", r"no column 'name'"),
        (b"name,origin,Name\na,b,c\n", r"2 columns called 'name'"),
        (b'name,origin\nSmith,English\n"Voss,German\nMaier,German\n', r"t\.csv, line 3.*quotation mark"),
        (b'name,origin\n"Sm"ith,English\n', r"t\.csv, line 2.*quotation mark"),
        (b"name,origin\nM\xfcller,German\n", r"t\.csv, line 2: expected UTF-8"),
        (b"name,origin\n" + b"x" * 200_000 + b",y\n", r"t\.csv, line 2"),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_read(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        load_corpus(write(tmp_path, {"t.csv": data}) / "t.csv")


# --- Parquet ----------------------------------------------------------------------------------------------


def parquet(folder: Path, **columns: object) -> Path:
    path = folder / "t.parquet"
    pq.write_table(pa.table(columns), path)
    return path


def test_parquet(tmp_path: Path) -> None:
    origins = pa.array(["English", "German", None]).dictionary_encode()
    path = parquet(tmp_path, id=[1, 2, 3], Origin=origins, Name=["Smith", " Voß", "lost"])
    corpus = load_corpus(path)
    assert pairs(corpus) == [("Smith", "English"), ("Voß", "German")]
    assert corpus.report.dropped == (DroppedRow("lost", "", "t.parquet", 3, "empty-cell"),)


def test_parquet_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no column 'origin'.*'name', 'origins'.*Did you mean 'origins'"):
        load_corpus(parquet(tmp_path, name=["a"], origins=["b"]))
    with pytest.raises(
        DataError, match=r"expected a column of strings, got values of the type int64 in the column 'origin'"
    ):
        load_corpus(parquet(tmp_path, name=["a", "b"], origin=[None, 7]))
    whole = parquet(tmp_path, name=["a"] * 100, origin=["b"] * 100).read_bytes()
    for damaged in (b"", b"PAR1", b"name,origin\na,b\n", whole[:-20], whole[:10] + whole[40:]):
        (tmp_path / "t.parquet").write_bytes(damaged)
        with pytest.raises(DataError, match="as a Parquet table"):
            load_corpus(tmp_path / "t.parquet")


def test_parquet_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = parquet(tmp_path, name=["a"], origin=["b"])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"pyarrow.*pip install 'cognomen\[tables\]'"):
        load_corpus(path)


def test_reading_a_folder_loads_nothing_heavy(tmp_path: Path) -> None:
    write(tmp_path, {"A.txt": b"alpha", "t.csv": b"name,origin\na,b\n"})
    program = (
        "import sys; from cognomen.corpora import load_corpus; load_corpus('.'); load_corpus('t.csv');"
        "heavy = {'pooch', 'requests', 'pyarrow', 'pandas', 'torch', 'click'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


# --- other headings --------------------------------------------------------------------------------------


def test_the_columns_may_have_other_headings(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Country,name,Surname,count\nFrench,x,Dupont,2\nItalian,y,Rossi,1\n", "utf-8")
    for columns in (("surname", "country"), ("3", "1"), ("Surname", "1")):
        corpus = load_corpus(path, columns=columns)
        assert pairs(corpus) == [("Dupont", "French"), ("Rossi", "Italian")]
        assert corpus.weights.tolist() == [2, 1]
    found = load_corpus(parquet(tmp_path, last=["Rossi"], land=["Italian"]), columns=("last", "land"))
    assert pairs(found) == [("Rossi", "Italian")]


def test_a_missing_column_says_how_to_name_it(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("names,origin\nRossi,Italian\n", "utf-8")
    with pytest.raises(DataError, match=r"no column 'name'.*mean 'names'\? .*--name-column.*columns="):
        load_corpus(path)
    with pytest.raises(DataError, match=r"no column 'land'; its columns are: 'names', 'origin'"):
        load_corpus(path, columns=("names", "land"))


@pytest.mark.parametrize("data", ["tutorial", "world", "folder"])
def test_columns_are_those_of_a_table(data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "folder", {"A.txt": b"alpha\n"})
    expected = rf"columns: expected \('name', 'origin'\), as '{data}' is not a table"
    with pytest.raises(InputError, match=expected):
        load_corpus(data, columns=("surname", "origin"))


@pytest.mark.parametrize("columns", [("name",), ("name", "origin", "count", "x"), "name"])
def test_columns_are_two_or_three(tmp_path: Path, columns: object) -> None:
    with pytest.raises(InputError, match=r"columns: expected \(name, origin\) or \(name, origin, count\)"):
        load_corpus(tmp_path / "t.csv", columns=columns)  # type: ignore[arg-type]


def test_a_path_is_no_corpus() -> None:
    with pytest.raises(InputError, match=r"expected a Corpus, got an object of type 'str'\. .*load_corpus"):
        train("names.csv")  # type: ignore[arg-type]


def test_from_names_takes_columns_of_any_kind() -> None:
    names, labels = ["Smith", "Rossi", None], ["English", "Italian", "Italian"]
    plain = Corpus.from_names(names, labels, [1, 2, 3])
    assert Corpus.from_names(pa.array(names), pa.chunked_array([labels]), np.array([1, 2, 3])) == plain
    assert plain.names == ("Smith", "Rossi")
    with pytest.raises(InputError, match="one column of texts, got an object of type 'Table'"):
        Corpus.from_names(pa.table({"name": names}), labels)
    with pytest.raises(InputError, match="a label for each of 3 names, got 2"):
        Corpus.from_names(names, labels[:2])
    with pytest.raises(InputError, match=r"weights\[1\]: expected a finite number .* got '1.500,5'"):
        Corpus.from_names(names, labels, ["1", "1.500,5", "2"])


def test_repr_is_a_line_however_long_the_list() -> None:
    corpus = Corpus.from_names(
        [f"Name{k}" for k in range(1000)], ["A", "B"] * 500, clean=False, source="mine"
    )
    assert repr(corpus) == "<Corpus: mine, 1,000 names of 2 origins>"

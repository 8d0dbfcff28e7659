"""Where outputs go: links, loops, long names, what killed runs left, full disks, and cells of any kind."""

from __future__ import annotations

import csv
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cli_running import COMMAND, clean_environment, failure, inside, lines, run, tiny_classifier

from cognomen.apps.score_file import score_table
from cognomen.classifier import Classifier
from cognomen.io import files
from cognomen.io.files import atomic_write, write_atomically
from cognomen.io.folders import replace_folder

LEAVE = """
import os, sys
from pathlib import Path
from cognomen.io.files import atomic_write
with atomic_write(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("people.csv").write_text("surname\nSmith\nNakamura\n", "utf-8")
    return tmp_path


def score(model: str, out: str | Path, table: str = "people.csv") -> subprocess.CompletedProcess[bytes]:
    return inside("score", table, "--column", "1", "--out", str(out), "--model", model, "--force")


def writer(path: Path) -> subprocess.Popen[bytes]:
    """A process in the middle of writing a file."""
    process = subprocess.Popen(
        [sys.executable, "-c", LEAVE, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"writing\n"
    return process


# --- links ----------------------------------------------------------------------------------------------


def test_an_output_that_is_a_link_is_followed(model):
    Path("elsewhere").mkdir()
    Path("elsewhere/out.csv").write_text("old", "utf-8")
    Path("out.csv").symlink_to("elsewhere/out.csv")
    lines(score(model, "out.csv"))
    assert Path("out.csv").is_symlink()
    assert Path("elsewhere/out.csv").read_text("utf-8").startswith("surname,origin")
    assert sorted(os.listdir("elsewhere")) == ["out.csv"]


def test_a_link_to_nothing_yet_is_followed(model):
    Path("out.csv").symlink_to("new.csv")
    lines(score(model, "out.csv"))
    assert Path("out.csv").is_symlink()
    assert Path("new.csv").read_text("utf-8").startswith("surname,origin")


def test_loops_of_links_are_errors_that_name_them(model):
    Path("a.csv").symlink_to("b.csv")
    Path("b.csv").symlink_to("a.csv")
    Path("m").symlink_to("m")
    for result in (
        score(model, "a.csv"),
        score(model, "out.csv", table="a.csv"),
        inside("predict", "--file", "a.csv", "--model", model),
        inside("composition", "a.csv", "--column", "1", "--model", model),
        inside("train", "a.csv", "--out", "x"),
        inside("evaluate", model, "a.csv"),
        inside("explain", "Smith", "--model", model, "--plot", "m/x.svg"),
    ):
        message = failure(result, 1)
        assert "a.csv" in message or "m" in message
    for command in (
        ["predict", "Smith", "--model", "m"],
        ["predict", "Smith", "--model", "./m"],
        ["model", "info", "m"],
        ["model", "verify", "./m"],
        ["evaluate", "./m", "people.csv"],
        ["generate", "Irish", "--model", "./m"],
    ):
        assert "m" in failure(inside(*command), 1)
    Path("data").mkdir()
    for origin, names in {"A": ["Abel", "Carl"], "B": ["Bianco", "Conti"]}.items():
        Path(f"data/{origin}.txt").write_text("\n".join(names), "utf-8")
    small = ["--epochs", "1", "--hidden-size", "2", "--validation-share", "0"]
    assert "m" in failure(inside("train", "data", "--out", "m", *small), 1)
    assert Path("m").is_symlink()
    Path("data/C.txt").symlink_to("C.txt")
    assert "C.txt" in failure(inside("data", "check", "data"), 1)


# --- what killed runs left ------------------------------------------------------------------------------


def test_a_later_run_removes_what_killed_ones_left(work):
    both = [writer(work / "out.csv") for _ in range(2)]
    for process in both:
        process.kill()
        process.communicate()
    assert len(os.listdir(work)) == 3  # with people.csv
    write_atomically(work / "out.csv", b"whole")
    assert sorted(os.listdir(work)) == ["out.csv", "people.csv"]


def test_what_somebody_is_writing_is_left_alone(work):
    process = writer(work / "out.csv")
    write_atomically(work / "out.csv", b"ours")
    assert (work / "out.csv").read_bytes() == b"ours"
    process.communicate(b"")
    assert process.returncode == 0
    assert (work / "out.csv").read_bytes() == b"half"  # the last to end wins
    assert sorted(os.listdir(work)) == ["out.csv", "people.csv"]


def test_files_of_similar_names_are_not_ours_to_remove(work):
    others = {".out.csv.original", ".out.csv.abcd1234", ".out.csv", ".out.csv.backup.cognomen", "out.csv.tmp"}
    for name in others:
        (work / name).write_text("mine", "utf-8")
    write_atomically(work / "out.csv", b"whole")
    assert others <= set(os.listdir(work))


def test_folders_that_killed_runs_left_are_removed(work, monkeypatch):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        monkeypatch.setattr("cognomen.io.folders._swap", lambda *_: (os.write(write, b"x"), signal.pause()))
        replace_folder(work / "model", {"a": b"1"})
    os.read(read, 1)
    replace_folder(work / "model", {"a": b"2"})
    assert len(os.listdir(work)) == 3  # the child is still writing
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    replace_folder(work / "model", {"a": b"3"})
    assert sorted(os.listdir(work)) == ["model", "people.csv"]
    assert (work / "model" / "a").read_bytes() == b"3"


# --- names ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["x" * 246 + ".csv", "x" * 251 + ".csv", "é" * 123 + ".csv"])
def test_a_long_file_name(work, model, name):
    lines(score(model, name))
    assert sorted(os.listdir(work)) == sorted([name, "people.csv"])
    process = writer(work / name)
    process.kill()
    process.communicate()
    lines(score(model, name))
    assert sorted(os.listdir(work)) == sorted([name, "people.csv"])


def test_a_model_folder_of_a_long_name(work):
    for length in (200, 250, 255):
        tiny_classifier().save(work / ("m" * length))
        tiny_classifier().save(work / ("m" * length))
        assert Classifier.load(work / ("m" * length))("Smith").origin
    assert len(os.listdir(work)) == 4


# --- what is no file ------------------------------------------------------------------------------------


def test_names_are_read_from_a_pipe(model):
    os.mkfifo("names")
    with subprocess.Popen(["sh", "-c", "printf 'Smith\\nNakamura\\n' > names"]):
        assert [
            line.split("\t")[0] for line in lines(inside("predict", "--model", model, "--file", "names"))
        ] == [
            "Smith",
            "Nakamura",
        ]


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (os.mkfifo, "found the pipe or device 'x.csv': write what"),
        (lambda path: Path(path).symlink_to(path), "found the link 'x.csv', which leads nowhere"),
        (lambda path: Path(path).symlink_to("nothing"), "found the link 'x.csv', which leads nowhere"),
    ],
)
def test_what_is_no_table_is_called_what_it_is(model, make, found):
    make("x.csv")
    for command in (("score", "--out", "out.csv"), ("composition",)):
        assert found in failure(
            inside(command[0], "x.csv", "--column", "1", "--model", model, *command[1:]), 1
        )
    if "link" in found:
        assert found in failure(inside("train", "x.csv", "--out", "m"), 1)


def test_a_model_that_is_a_pipe_is_an_error(work, model):
    """It was waited for, for ever."""
    folder = work / "model"
    shutil.copytree(model, folder)
    (folder / "README.md").unlink()
    os.mkfifo(folder / "README.md")
    assert "expected a file, found the pipe" in failure(inside("predict", "--model", str(folder), "Smith"), 1)


# --- full disks -----------------------------------------------------------------------------------------


def test_a_file_that_grows_too_large_is_named(work, model):
    Path("many.csv").write_text("surname\n" + "Smith\n" * 5000, "utf-8")
    command = [COMMAND, "score", "many.csv", "--column", "1", "--model", model, "--out"]
    for out in ("out.csv", "out.parquet", "out.jsonl"):
        result = subprocess.run(
            [*command, out],
            capture_output=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
            check=False,
        )
        message = failure(result, 1)
        assert f"{out}: File too large" in message
    assert sorted(os.listdir(work)) == ["many.csv", "people.csv"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")
def test_a_full_disk_below_standard_output_is_named(model):
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [COMMAND, "predict", "--model", model, "Smith"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert result.returncode == 1
    assert b"standard output: No space left on device" in result.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_standard_output_that_is_cut_short_is_an_error(work, model, unbuffered):
    """The system takes a part of what is written, and only the rest is an error, which Python did not see."""
    Path("names.txt").write_text("Smith\n" * 500, "utf-8")
    with Path("out.txt").open("wb") as out:
        result = subprocess.run(
            [COMMAND, "predict", "--model", model, "--file", "names.txt"],
            stdout=out,
            stderr=subprocess.PIPE,
            env=clean_environment(PYTHONUNBUFFERED=unbuffered),
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
            check=False,
        )
    assert result.returncode == 1
    assert b"standard output: File too large" in result.stderr


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_pipe_or_a_device_as_output_is_written_to_and_not_replaced(work, model, ending):
    out = work / f"pipe.{ending}"
    os.mkfifo(out)
    with subprocess.Popen(["cat", str(out)], stdout=subprocess.PIPE) as reader:
        lines(score(model, out))
        assert reader.stdout is not None
        written = reader.stdout.read()
    assert out.is_fifo()
    lines(score(model, work / f"file.{ending}"))
    assert written == (work / f"file.{ending}").read_bytes()
    assert not list(work.glob(".*"))


def test_an_error_while_writing_names_the_file(work, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as caught, atomic_write(work / "out.csv") as file:
        file.write(b"x")
    assert caught.value.filename == str(work / "out.csv")


@pytest.mark.parametrize(
    "command", [["predict", "Smith"], ["model", "list"], ["--help"], ["predict", "--help"]]
)
def test_output_that_is_closed_is_an_error(model, command):
    script = f"'{COMMAND}' {' '.join(command)} >&-"
    result = subprocess.run(["sh", "-c", script], capture_output=True, check=False)
    message = failure(result, 1)
    assert "standard output" in message


def test_closed_output_does_not_reach_a_file(work, model):
    """The number of a closed output is given to the next file that is opened."""
    script = f"'{COMMAND}' score people.csv --column 1 --out out.csv --model '{model}' >&-"
    subprocess.run(["sh", "-c", script], capture_output=True, check=False)
    assert len((work / "out.csv").read_text("utf-8").splitlines()) == 3


def test_too_little_memory_is_an_error(work):
    Path("data").mkdir()
    for origin, names in {"A": ["Abel", "Carl"], "B": ["Bianco", "Conti"]}.items():
        Path(f"data/{origin}.txt").write_text("\n".join(names), "utf-8")
    result = subprocess.run(
        [COMMAND, "train", "data", "--out", "m", "--hidden-size", "65536"],
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30)),
        check=False,
    )
    assert "there is not enough memory" in failure(result, 1)
    assert not Path("m").exists()


# --- cells of any kind ----------------------------------------------------------------------------------

CELLS = [
    *(
        "a\rb",
        "a\nb",
        "a\r\nb",
        "\r",
        "\n",
        "\r\n",
        "x\r",
        "\rx",
        "\n\n",
        'say "hi"',
        '"',
        '""',
        "a,b",
        "a;b",
    ),
    *("a\tb", " x ", "", "\u2028", "\x85", "\x0b\x0c", "'", "\ufeff", "=1+1", "\\", "a\x00b", "\x00", "\x1a"),
]


def csv_rows(path: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(Path(path).read_bytes().decode("utf-8"), newline="")))


@pytest.mark.parametrize("out", ["out.csv", "out.jsonl", "out.parquet"])
def test_cells_and_headings_of_parquet_come_through(model, out):
    cells = [cell for cell in CELLS if out != "out.csv" or "\0" not in cell]
    headings = [f"h{cell}" for cell in cells]
    columns = {heading: [cell, cell[::-1]] for heading, cell in zip(headings, cells, strict=True)}
    pq.write_table(pa.table({"name": ["Smith", "Nakamura"], **columns}), "in.parquet")
    score_table(Classifier.load(model), "in.parquet", "name", out)
    if out == "out.csv":
        heads, *rows = csv_rows(out)
    elif out == "out.jsonl":
        objects = [json.loads(line) for line in Path(out).read_bytes().decode("utf-8").split("\n")[:-1]]
        heads, rows = list(objects[0]), [list(each.values()) for each in objects]
    else:
        table = pq.read_table(out)
        heads, rows = table.column_names, [list(each.values()) for each in table.to_pylist()]
    assert heads[1 : len(cells) + 1] == headings
    assert [row[1 : len(cells) + 1] for row in rows] == [cells, [cell[::-1] for cell in cells]]


@pytest.mark.parametrize("columns", [{"x": ["a\0", "b"]}, {"a\0b": ["x", "y"]}])
def test_a_zero_byte_of_parquet_is_not_written_into_csv(work, model, columns):
    """Neither a spreadsheet nor `score` itself would read it."""
    pq.write_table(pa.table({"name": ["Smith", "Nakamura"], **columns}), "in.parquet")
    for out in ("out.csv", "out.tsv"):
        message = failure(score(model, out, "in.parquet"), 1)
        assert f"{out}: CSV cannot hold a zero byte" in message
    assert sorted(os.listdir(work)) == ["in.parquet", "people.csv"]


@pytest.mark.parametrize("arrow", [True, False])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("out", ["out.csv", "out.jsonl", "out.parquet"])
def test_cells_and_headings_of_csv_come_through(model, out, end, arrow, monkeypatch):
    if not arrow:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        if out == "out.parquet":
            return
    cells = [cell for cell in CELLS if "\0" not in cell]
    with Path("in.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [["name", *(f"h{cell}" for cell in cells)], ["Smith", *cells], ["Nakamura", *reversed(cells)]]
        csv.writer(file, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    score_table(Classifier.load(model), "in.csv", "name", out)
    if out == "out.csv":
        found = csv_rows(out)
    elif out == "out.jsonl":
        objects = [json.loads(line) for line in Path(out).read_bytes().decode("utf-8").split("\n")[:-1]]
        found = [list(objects[0]), *(list(each.values()) for each in objects)]
    else:
        table = pq.read_table(out)
        found = [table.column_names, *(list(each.values()) for each in table.to_pylist())]
    assert [row[: len(cells) + 1] for row in found] == rows


def test_a_zero_byte_in_csv_is_an_error_with_its_line(model):
    Path("zero.csv").write_bytes(b"name,x\nSmith,1\nJones,a\0b\n")
    message = failure(score(model, "out.csv", table="zero.csv"), 1)
    assert "zero.csv, line 3: expected text, but it holds a zero byte" in message
    assert not Path("out.csv").exists()


def test_what_is_written_can_be_scored_again(model):
    """Cells with line ends, scored twice, are still one row each."""
    columns = {"name": ["Smith"] * len(CELLS), "x": [cell.replace("\0", "") for cell in CELLS]}
    pq.write_table(pa.table(columns), "in.parquet")
    clf = Classifier.load(model)
    score_table(clf, "in.parquet", "name", "one.csv")
    summary = score_table(clf, "one.csv", "name", "two.parquet", prefix="b_")
    assert summary.rows == len(CELLS)
    assert pq.read_table("two.parquet")["x"].to_pylist() == columns["x"]


def test_run_in_a_process_of_its_own(model):
    assert lines(run("score", "people.csv", "--column", "1", "--out", "o.csv", "--model", model))

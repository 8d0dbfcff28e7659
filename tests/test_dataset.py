"""`cognomen score` on a folder: partitions, processes, resuming, bad files, interruptions."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pandas
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from cli_running import (
    clean_environment,
    failure,
    inside,
    interruptible,
    lines,
    not_for_ever,
    run,
    tiny_classifier,
)

from cognomen.apps.dataset import dataset_files, score_dataset
from cognomen.apps.tables import score_column
from cognomen.classifier import Classifier
from cognomen.errors import DataError, InputError

NAMES = ["Smith", None, "Nguyễn", "123", "Dvorak", "Smith", "Nakamura"]


@pytest.fixture(autouse=True)
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset of four files in partitions, and what is no part of it."""
    monkeypatch.chdir(tmp_path)
    table = pa.table({"id": list(range(28)), "name": NAMES * 4, "country": ["FR", "DE"] * 14})
    folder = tmp_path / "people"
    pq.write_to_dataset(table, folder, partition_cols=["country"], basename_template="part-{i}.parquet")
    write(folder / "country=FR" / "more.parquet", table.slice(0, 7).drop_columns("country"))
    write(folder / "country=None" / "deep" / "x.PARQUET", table.slice(0, 1).drop_columns("country"))
    (folder / "_SUCCESS").write_text("")
    (folder / ".part.parquet.crc").write_text("x")
    (folder / "notes.txt").write_text("x")
    return folder


FILES = ["country=DE/part-0.parquet", "country=FR/more.parquet", "country=FR/part-0.parquet"]
FILES += ["country=None/deep/x.PARQUET"]


def write(path: Path, table: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)


def read(folder: str) -> Any:
    files = [f"{folder}/{file}" for file in dataset_files(Path(folder))]
    return ds.dataset(files, partitioning="hive", partition_base_dir=folder).to_table().sort_by("id")


def times(folder: str) -> dict[str, int]:
    return {file: (Path(folder) / file).stat().st_mtime_ns for file in dataset_files(Path(folder))}


def score(*more: str, model: str, out: str = "out") -> subprocess.CompletedProcess[bytes]:
    return inside("score", "people", "--column", "name", "--out", out, "--model", model, *more)


@pytest.mark.parametrize("processes", ["1", "2"])
def test_every_file_has_its_answers_and_keeps_its_place(model, people, processes):
    said = lines(score("--processes", processes, model=model))
    assert said == ["out: 4 files; 36 rows, 26 answered, 10 unknown (5 not-text, 5 no-letters)."]
    assert dataset_files(Path("out")) == FILES
    assert not [
        path for path in Path("out").rglob("*") if path.is_file() and path.suffix.lower() != ".parquet"
    ]
    scored, table = read("out"), read("people")
    assert scored.select(table.column_names) == table
    answers = score_column(Classifier.load(model), table["name"])
    for name in ("origin", "reason", "read_surname"):
        assert scored[name].to_pylist() == answers[name].to_pylist()


def test_it_says_in_which_order_the_names_of_files_are_read(tmp_path):
    surnames = ["Nagy", "Kovács", "Tóth", "Szabó", "Horváth", "Varga", "Kiss", "Molnár", "Németh", "Farkas"]
    given = ["Péter", "Anna", "László", "Katalin"]
    pairs = [(surname, name) for surname in surnames for name in given]
    for file, names in enumerate([[f"{a} {b}" for a, b in pairs], [f"{b} {a}" for a, b in pairs], surnames]):
        write(tmp_path / "squads" / f"{file}.parquet", pa.table({"name": names}))
    result = inside("score", "squads", "--column", "name", "--out", "out", "--model", "world", "--json")
    orders = json.loads(lines(result)[0])["orders"]
    assert {order: each["files"] for order, each in orders.items()} == {"given-first": 1, "surname-first": 1}
    assert all(0.9 <= each["probability"] <= 1 for each in orders.values())
    said = result.stderr.decode()
    assert "Read 1 file given name first (probability at least" in said
    assert "1 file surname first" in said


def test_it_goes_on_where_it_stopped(model, people):
    lines(score(model=model))
    before = times("out")
    (Path("out") / FILES[1]).unlink()
    write(people / FILES[3], pa.table({"id": [1], "name": ["Kim"]}))
    said = lines(score("--json", model=model))
    summary = json.loads(said[0])
    assert summary == {
        "out": "out", "files": 4, "kept": 2, "failed": {}, "rows": 8, "answered": 6,
        "unknown": {"no-letters": 1, "not-text": 1}, "orders": {},
    }  # fmt: skip
    after = times("out")
    assert [file for file in FILES if before[file] != after[file]] == [FILES[1], FILES[3]]
    assert pq.read_table(Path("out") / FILES[3], partitioning=None)["name"].to_pylist() == ["Kim"]


@pytest.mark.parametrize(
    "change", [["--prefix", "x_"], ["--abstain", "0.5"], ["--top", "2"], ["--na", "Smith"], ["--contract"]]
)
def test_other_settings_are_not_mixed_with_those_of_before(model, change):
    lines(score(model=model))
    before = times("out")
    message = failure(score(*change, model=model), 1)
    assert "out/country=DE/part-0.parquet is there already, and was not written with this model" in message
    assert times("out") == before
    lines(score(*change, "--force", model=model))
    assert not set(times("out").items()) & set(before.items())
    lines(score(*change, model=model))


@pytest.mark.parametrize("processes", ["1", "2"])
def test_the_columns_that_sister_packages_share(model, people, processes):
    lines(score("--contract", "--processes", processes, model=model))
    for file in FILES:
        alone = ("--column", "name", "--out", "one.parquet", "--force", "--model", model, "--contract")
        lines(inside("score", f"people/{file}", *alone))
        found, expected = (pq.read_table(path, partitioning=None) for path in (f"out/{file}", "one.parquet"))
        ours, theirs = found.to_pandas(), expected.to_pandas()
        pandas.testing.assert_frame_equal(ours, theirs, rtol=1e-5)  # probabilities vary a little with batches
        assert found["inference_contract_version"].to_pylist() == ["1.0"] * len(found)


def test_another_model_is_another_setting(model, tmp_path):
    lines(score(model=model))
    tiny_classifier(("Danish", "Irish", "Korean", "Thai")).save(tmp_path / "other")
    assert "is there already" in failure(score(model=str(tmp_path / "other")), 1)


def test_a_file_of_somebody_else_is_not_replaced(model, people):
    write(Path("out") / FILES[0], pa.table({"mine": [1]}))
    assert f"out/{FILES[0]} is there already" in failure(score(model=model), 1)
    assert dataset_files(Path("out")) == [FILES[0]]
    (Path("out") / FILES[0]).write_bytes(b"no parquet")
    assert f"out/{FILES[0]} is there already" in failure(score(model=model), 1)


@pytest.mark.parametrize("processes", ["1", "2"])
def test_bad_files_are_reported_and_do_not_stop_the_others(model, people, processes):
    whole = (people / FILES[0]).read_bytes()
    (people / FILES[0]).write_bytes(whole[: len(whole) // 2])
    (people / "a.parquet").write_bytes(b"")
    write(people / "b.parquet", pa.table({"surname": ["x"]}))
    write(people / "c.parquet", pa.table({"name": [1]}))
    write(people / "d.parquet", pa.table({"name": ["x"], "origin": ["y"]}))
    result = score("--processes", processes, model=model)
    message = failure(result, 1)
    assert result.stdout == b"out: 3 files; 22 rows, 16 answered, 6 unknown (3 not-text, 3 no-letters).\n"
    assert dataset_files(Path("out")) == FILES[1:]
    told = sorted(message.splitlines())
    assert told[0].startswith("Error: 5 files could not be scored. Run the command again when that is mended")
    bad = ["a.parquet", "b.parquet", "c.parquet", "d.parquet"]
    reasons = {file: line for file in [*bad, FILES[0]] for line in told[1:] if line.count(file) == 1}
    assert len(told) == 1 + len(set(reasons.values())) == 6, "each says once of which file it speaks"
    assert "no column 'name'" in reasons["b.parquet"]
    assert "expected a column of strings" in reasons["c.parquet"]
    assert "has the columns ['origin'] already" in reasons["d.parquet"]
    (people / FILES[0]).write_bytes(whole)
    again = score("--json", model=model)
    assert json.loads(failure(again, 1))["error"]["type"] == "DataError"
    summary = json.loads(again.stdout)
    assert (summary["kept"], sorted(summary["failed"])) == (3, bad)
    assert dataset_files(Path("out")) == FILES


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["people", "--out", "people"], 1, "expected a folder outside of the dataset people"),
        (["people", "--out", "people/scored"], 1, "expected a folder outside of the dataset people"),
        (["people/country=FR", "--out", "people"], 1, "expected a folder outside of the dataset"),
        (["people", "--out", "new.csv"], 1, "new.csv: expected a folder for the new files, as people is one"),
        (["people", "--out", "file.txt"], 1, "file.txt: expected a folder for the new files, found a file"),
        (["people", "--out", "o", "--encoding", "utf-8"], 2, "--encoding is for CSV"),
        (["people", "--out", "o", "--no-headings"], 2, "--no-headings is for CSV"),
        (["people", "--out", "o", "--processes", "0"], 2, "--processes"),
        (["empty", "--out", "o"], 1, "expected .parquet files in the folder 'empty', found none"),
        (["people/country=FR/more.parquet", "--out", "o.csv", "--processes", "2"], 2, "is for a folder"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_before_the_work(model, arguments, code, words):
    Path("empty").mkdir()
    Path("file.txt").write_text("")
    before = times("people")
    message = failure(inside("score", *arguments, "--column", "name", "--model", model), code)
    assert words in message
    assert times("people") == before
    assert not Path("o").exists()


def test_from_python(model):
    seen: list[int] = []
    few = iter(["Czech", "Japanese"])
    found = score_dataset("people", "name", "out", model, on_rows=seen.append, restrict=few)
    assert (found.files, found.kept, found.rows, found.failed) == (4, 0, 36, {})
    assert (len(seen), seen[-1]) == (4, 36)
    assert set(read("out")["origin"].to_pylist()) <= {"Czech", "Japanese", None}
    with pytest.raises(TypeError, match="unexpected keyword argument 'float64'"):
        score_dataset("people", "name", "out2", model, float64=True)  # type: ignore[call-arg]
    with pytest.raises(InputError, match="processes: expected a whole number"):
        score_dataset("people", "name", "out2", model, processes=0)
    with pytest.raises(InputError, match="does not know the origin"):
        score_dataset("people", "name", "out2", model, restrict=["Martian"])
    with pytest.raises(DataError, match="found no folder 'nowhere'"):
        score_dataset("nowhere", "name", "out2", model)


# --- processes that end before their work ---------------------------------------------------------------


def children(parent: int) -> list[int]:
    """The worker processes of a run (not the one that tracks its resources)."""
    pids = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(pid) for pid in pids if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def begin(model: str, *more: str) -> subprocess.Popen[bytes]:
    """Start to score a dataset in two processes, and wait until both are at work.

    On a busy machine one of them may have done all before the other is there: then again.
    """
    for number in range(4):
        names = [f"{a}{b}{c}{number}x" for a in "abcdefghijklmnop" for b in "abcdefghij" for c in "aeiou"]
        letters = [name.translate(str.maketrans("0123", "klmn")) for name in names]
        write(Path("large") / f"{number}.parquet", pa.table({"name": letters * 1000}))
    arguments = ["score", "large", "--column", "name", "--out", "out", "--model", model, "--processes", "2"]
    for _ in range(5):
        process = subprocess.Popen(
            interruptible(*arguments, *more),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            env=clean_environment(),
        )
        wait_for(partial(both_write_or_ended, process))
        if process.poll() is None:
            return process
        process.communicate()
        shutil.rmtree("out")
    pytest.fail("two processes never were at work at the same time")


def both_write_or_ended(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is not None or len(list(Path("out").glob(".*.parquet.*"))) == 2


def wait_for(condition: Any) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@linux
def test_a_worker_that_is_killed_costs_only_what_it_worked_on(model):
    process = begin(model)
    with not_for_ever(process):
        os.kill(children(process.pid)[0], signal.SIGKILL)
        out, err = process.communicate()
    assert process.returncode == 1
    assert b"Traceback" not in err
    assert b"a process was killed, with this file or another in work; is there enough memory?" in err
    assert out.startswith(b"out: 2 files; ")
    assert len(dataset_files(Path("out"))) == 2
    arguments = ["score", "large", "--column", "name", "--out", "out", "--model", model]
    said = lines(run(*arguments))
    assert said[0].startswith("out: 2 files, and 2 scored before; ")
    assert len(dataset_files(Path("out"))) == 4


@linux
def test_ctrl_c_leaves_whole_files_and_no_process(model):
    process = begin(model)
    with not_for_ever(process):
        workers = children(process.pid)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert process.returncode == 130
    assert err.decode() == "Interrupted. The files in out are whole; the same command goes on from there.\n"
    assert out == b""
    assert not list(Path("out").glob(".*"))
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))


@linux
def test_workers_end_with_their_parent(model):
    process = begin(model)
    with not_for_ever(process):
        workers = children(process.pid)
        assert len(workers) == 2
        process.kill()
        process.communicate()
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))

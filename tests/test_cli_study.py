"""`cognomen study`: list, run, all, check."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cli_running import failure, inside, lines

from cognomen.apps.cli.wide_tables import fitted
from cognomen.errors import DataError
from cognomen.study import EXPERIMENTS
from cognomen.study.record import read

STUDY = Path(__file__).parents[1] / "docs" / "study"


def test_list_names_each_experiment_under_its_group():
    text = lines(inside("study", "list"))
    assert "what recurrence gives" in text
    assert any(line.startswith("  digits ") and line.endswith("?") for line in text)
    listed = [json.loads(line) for line in lines(inside("study", "list", "--json"))]
    assert [each["name"] for each in listed] == list(EXPERIMENTS)
    assert listed[0].keys() == {"name", "group", "question", "needs_names"}


def test_list_fits_a_narrow_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    text = lines(inside("study", "list"))
    assert max(map(len, text)) <= 60
    at = text.index("  captions        One to many: can a network say, letter by")
    assert text[at + 1] == " " * 18 + "letter, what an image shows?"


WIDE = (
    ("network", "digits right at the end", "held out"),
    [("recurrent", "100.0% (99.1–100.0)", "7"), ("window", "50.0%", "3")],
)


@pytest.mark.parametrize(
    ("width", "table"),
    [
        (
            60,
            """\
network    digits right at the end  held out
recurrent      100.0% (99.1–100.0)         7
window                       50.0%         3""",
        ),
        (  # its headings alone need lines
            38,
            """\
           digits right at the  held
network                    end   out
recurrent  100.0% (99.1–100.0)     7
window                   50.0%     3""",
        ),
        (
            29,
            """\
           digits right  held
network      at the end   out
recurrent        100.0%     7
           (99.1–100.0)
window            50.0%     3""",
        ),
        (  # the words alone are wider: two tables
            24,
            """\
           digits right
network      at the end
recurrent        100.0%
           (99.1–100.0)
window            50.0%

network    held out
recurrent         7
window            3""",
        ),
        (  # narrower than any table of two columns
            3,
            """\
           digits right
network      at the end
recurrent        100.0%
           (99.1–100.0)
window            50.0%

           held
network     out
recurrent     7
window        3""",
        ),
    ],
)
def test_a_table_fits_the_terminal(width, table):
    assert fitted(*WIDE, width) == table


@pytest.mark.parametrize("width", [80, 40])
def test_the_tables_of_all_experiments_fit(width):
    for name in EXPERIMENTS:
        table = read(STUDY, name).table
        lines = fitted(table.heads, table.rows, width).split("\n")
        assert max(map(len, lines)) <= width, name


def test_run_says_what_it_measured_and_writes_it(tmp_path):
    result = inside("study", "run", "program", "--quick", "--out", str(tmp_path))
    text = "\n".join(lines(result))
    assert " ".join(text.split()).startswith(EXPERIMENTS["program"].question + " (quick")
    assert "digits in each number  digits right" in text
    assert "automaton of 2 states" in " ".join(text.split())
    assert all(len(line) <= 100 for line in text.split("\n"))
    assert result.stderr.decode().splitlines()[0].startswith("program: done in 0:")
    kept = json.loads((tmp_path / "results" / "program.json").read_text("utf-8"))
    assert kept["settings"] == {"quick": True, "seed": 0}
    assert (tmp_path / "figures" / "program.svg").read_text("utf-8").startswith("<?xml")


def test_where_nothing_can_be_written_is_said_before_the_experiment(tmp_path):
    (tmp_path / "file").touch()
    for place, status, said in (("file", 2, "is a file"), ("file/below", 1, "file/below")):
        message = failure(inside("study", "run", "program", "--out", str(tmp_path / place)), status)
        assert said in message
        assert "done in" not in message


def test_run_gives_one_json_object():
    (line,) = lines(inside("study", "run", "program", "--quick", "--seed", "2", "--json"))
    found = json.loads(line)
    assert found["settings"] == {"quick": True, "seed": 2}
    assert found.keys() == {"name", "question", "settings", "sentence", "table", "runs"}


def test_an_unknown_experiment_is_an_error():
    assert "Did you mean 'program'?" in failure(inside("study", "run", "porgram"), 1)
    error = json.loads(failure(inside("study", "run", "x", "--json"), 1))["error"]
    assert error["type"] == "InputError"


def test_names_that_cannot_be_had_are_an_error_of_run(tmp_path):
    message = failure(inside("study", "run", "history", "--quick", COGNOMEN_NAMES=str(tmp_path / "none")), 1)
    assert "none" in message


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two experiments, of which the first cannot be run."""

    def lacking(settings: object, on_progress: object) -> dict[str, object]:
        raise DataError("there are no names")

    program = EXPERIMENTS["program"]
    some = {"lacking": replace(program, name="lacking", measure=lacking), "program": program}
    monkeypatch.setattr("cognomen.study.EXPERIMENTS", some)


@pytest.mark.usefixtures("two")
def test_all_leaves_out_what_cannot_be_run():
    result = inside("study", "all", "--quick", "--json")
    assert [json.loads(line)["name"] for line in lines(result)] == ["program"]
    assert result.stderr.decode().splitlines()[0] == "lacking: skipped. there are no names"


@pytest.mark.usefixtures("two")
def test_all_needs_matplotlib_only_to_write(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert len(lines(inside("study", "all", "--quick", "--json"))) == 1
    message = failure(inside("study", "all", "--quick", "--out", str(tmp_path)), 1)
    assert "pip install 'cognomen[plots]'" in message
    assert "left out" not in message
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("two")
def test_check_finds_what_does_not_agree(tmp_path):
    lines(inside("study", "all", "--quick", "--out", str(tmp_path)))
    message = failure(inside("study", "check", str(tmp_path)), 1)
    assert "lacking: there are no results" in message
    assert "program: these are the results of a quick run" in message


def test_check_is_content_with_results_that_agree(tmp_path, monkeypatch):
    monkeypatch.setattr("cognomen.study.EXPERIMENTS", {"program": EXPERIMENTS["program"]})
    lines(inside("study", "all", "--out", str(tmp_path)))
    assert lines(inside("study", "check", str(tmp_path))) == [
        "1 experiments: numbers, sentences, tables and figures agree"
    ]

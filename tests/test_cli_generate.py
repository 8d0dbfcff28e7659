"""`cognomen generate`: names a line, and what is said of mistakes."""

from __future__ import annotations

import json
import subprocess

import pytest
from cli_running import COMMAND, clean_environment, failure, inside, lines, run

from cognomen.network.generator import Generator
from cognomen.network.scripts import script_of


def test_one_name_a_line_and_the_same_again():
    options = ("generate", "Japanese", "-n", "10", "--seed", "1", "--temperature", ".8", "--start", "Ta")
    names = lines(inside(*options))
    assert len(names) == 10
    assert all(name.startswith("Ta") for name in names)
    assert names == lines(run(*options))
    assert lines(inside(*options, "--seed", "2")) != names
    assert lines(inside(*options, "-n", "3")) == names[:3]


def test_marks_stay_and_are_composed():
    names = lines(inside("generate", "german", "--start", "mü", "-n", "5"))
    assert all(name.startswith("Mü") for name in names)


def test_json_lines():
    answers = [json.loads(line) for line in lines(inside("generate", "polish", "-n", "2", "--json"))]
    assert [set(answer) for answer in answers] == [{"name", "origin", "script", "seed", "temperature"}] * 2
    assert (answers[0]["origin"], answers[0]["script"]) == ("Polish", "Latin")


def test_names_are_in_the_native_script_or_that_which_is_asked_for():
    native, latin = (
        lines(inside("generate", "russian", "-n", "5", *more)) for more in ([], ["--script", "latin"])
    )
    assert [script_of(name) for name in native + latin] == ["Cyrillic"] * 5 + ["Latin"] * 5


def test_known_names_come_on_request():
    new, any_names = (lines(inside("generate", "polish", "-n", "40", *known)) for known in ([], ["--known"]))
    learned = Generator.load().training_names
    assert learned.contains(any_names).any()
    assert not learned.contains(new).any()
    assert [a == b for a, b in zip(new, any_names, strict=True)].count(True) > 5, "what is new stays"


def test_origins_are_listed():
    listed = lines(inside("generate", "--origins"))
    assert {"Vietnamese: Latin", "Greek: Greek, Latin"} <= set(listed)
    found = json.loads(lines(inside("generate", "--origins", "--json"))[0])
    assert found["origins"] == [line.split(":")[0] for line in listed]
    assert found["scripts"]["Greek"] == ["Greek", "Latin"]


def test_a_reader_that_leaves_ends_the_run_quietly():
    """A million names would take minutes; the first thousands are there after a second."""
    script = f"'{COMMAND}' generate Irish -n 1000000 | head -n 1; echo ${{PIPESTATUS[0]}} >&2"
    result = subprocess.run(
        ["bash", "-c", script], capture_output=True, env=clean_environment(), check=False, timeout=60
    )
    assert result.stdout.count(b"\n") == 1
    assert result.stderr == b"141\n"


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["Japanes"], 1, "Did you mean 'Japanese'?"),
        (
            ["Japanese", "--start", "Иван"],
            1,
            "start: expected Cjk or Latin letters for Japanese, got Cyrillic",
        ),
        (
            ["Japanese", "--script", "Runic"],
            1,
            "script: expected Cjk or Latin letters for Japanese, got Runic",
        ),
        (["Xyz"], 1, "cognomen generate --origins"),
        (["Japanese", "--temperature", "0"], 2, "--temperature"),
        (["Japanese", "--temperature", "-1"], 2, "--temperature"),
        (["Japanese", "--temperature", "nan"], 1, "temperature: expected a number above 0"),
        (["Japanese", "-n", "0"], 2, "-n"),
        (["Japanese", "--model", "nowhere/at-all"], 1, "expected a model's folder"),
        (["Japanese", "--model", "classic"], 1, "expected a generator"),
        ([], 2, "Missing argument 'ORIGIN'"),
    ],
)
def test_mistakes(options, code, said):
    assert said in failure(inside("generate", *options), code)

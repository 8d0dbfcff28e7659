"""`cognomen predict` as people use it: in a process of its own, with pipes, files and odd consoles."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_running import (
    COMMAND,
    ORIGINS,
    clean_environment,
    failure,
    inside,
    interruptible,
    lines,
    not_for_ever,
    peak_memory,
    run,
    tiny_classifier,
)

from cognomen.apps.cli.input import BLOCK
from cognomen.classifier import Classifier
from cognomen.classifier.calibration import Calibration

NAMES = ["Smith", "Nguyễn", "", "O'Brien", "123", "北京", "John Smith", "x" * 500]
REASONS = [None, None, "empty", None, "no-letters", "unknown-script", None, "too-long"]


@pytest.fixture(scope="module")
def expected(model: str) -> list[dict[str, object]]:
    return [answer.to_json() for answer in Classifier.load(model)(NAMES)]


def answers(result: subprocess.CompletedProcess[bytes]) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines(result)]


# --- what is written --------------------------------------------------------------------------------------


def test_json_lines_are_the_answers_of_the_classifier(model, expected):
    assert answers(run("predict", "--json", "--model", model, *NAMES)) == expected
    assert [answer["reason"] for answer in expected] == REASONS


def test_json_has_the_documented_keys_in_order(model):
    result = inside("predict", "--json", "--model", model, "Smith", "123")
    keys = ["name", "origin", "probability", "origins", "status", "reason", "surname", "note"]
    keys += ["origin_set", "level", "group", "group_probability", "region", "region_probability", "evidence"]
    keys += ["parts", "maiden_name"]
    assert [list(json.loads(line)) for line in lines(result)] == [keys, keys]


def test_piped_lines_hold_name_origin_probability(model, expected):
    for line, answer in zip(lines(run("predict", "--model", model, *NAMES)), expected, strict=True):
        if answer["origin"] is None:
            assert line == f"{answer['name']}\tunknown\t"
        else:
            assert line == f"{answer['name']}\t{answer['origin']}\t{answer['probability']:.4f}"


def test_top_gives_that_many_origins(model):
    [answer] = answers(inside("predict", "--json", "--top", "2", "--model", model, "Smith"))
    first, second = answer["origins"]
    assert lines(inside("predict", "--top", "2", "--model", model, "Smith", "123")) == [
        f"Smith\t{first['origin']}\t{first['probability']:.4f}\t{second['origin']}\t{second['probability']:.4f}",
        "123\tunknown\t\t\t",
    ]


def test_top_beyond_the_origins_gives_them_all(model):
    [answer] = answers(inside("predict", "--json", "--top", "99", "--model", model, "Smith"))
    assert sorted(pair["origin"] for pair in answer["origins"]) == sorted(ORIGINS)
    assert lines(inside("predict", "--top", "99", "--model", model, "Smith"))[0].count("\t") == 2 * len(
        ORIGINS
    )


def test_as_is_takes_a_full_name_for_a_surname(model):
    plain, as_is = (
        answers(inside("predict", "--json", *option, "--model", model, "John Smith"))[0]
        for option in ([], ["--as-is"])
    )
    assert (plain["surname"], plain["note"]) == ("Smith", "surname-of-full-name")
    assert (as_is["surname"], as_is["note"]) == ("John Smith", None)


@pytest.mark.parametrize(
    ("options", "reasons"),
    [
        ([], ["placeholder", "not-a-name", None]),
        (["--na", "pending, Berg"], ["placeholder", "not-a-name", "placeholder"]),
        (["--keep-na"], [None, None, None]),
    ],
)
def test_what_is_no_name_is_for_the_user_to_say(model, options, reasons):
    names = ["NULL", "Google Inc.", "Berg"]
    found = answers(inside("predict", "--json", *options, "--model", model, *names))
    assert [answer["reason"] for answer in found] == reasons


def test_more_words_after_a_name_can_be_named(model):
    [answer] = answers(
        inside("predict", "--json", "--suffixes", "MVP,GOAT", "--model", model, "Ann Berg MVP")
    )
    assert (answer["surname"], answer["note"]) == ("Berg", "surname-of-full-name")


def test_a_tab_or_line_end_in_a_name_does_not_break_the_line(model):
    [line] = lines(inside("predict", "--model", model, "van\tder\nBerg"))
    assert line.startswith("van der Berg\t")
    assert line.count("\t") == 2


def test_names_may_begin_with_a_dash_behind_two(model):
    assert lines(inside("predict", "--model", model, "--", "-Smith"))[0].startswith("-Smith\t")


# --- what is known of the names --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def knowing(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model that holds thresholds for sets: the right origin is among the first two half of the time."""
    folder = tmp_path_factory.mktemp("knowing") / "tiny"
    made = tiny_classifier()
    levels = tuple([-1.0] * 100 + [0.9] * 101)
    made.calibration = Calibration(1.0, levels)
    made.save(folder)
    return str(folder)


def test_sets_stand_in_a_field_of_their_own_and_in_json(knowing):
    sets = Classifier.load(knowing).predict_sets(NAMES, 0.9)
    found = lines(run("predict", "--coverage", "0.9", "--top", "2", "--model", knowing, *NAMES))
    assert [line.split("\t")[5] for line in found] == [",".join(each or ()) for each in sets]
    assert {line.count("\t") for line in found} == {5}
    as_json = answers(inside("predict", "--coverage", "0.9", "--json", "--model", knowing, *NAMES))
    assert [answer["origin_set"] for answer in as_json] == [each and list(each) for each in sets]


def test_sets_of_a_model_without_thresholds(model):
    message = failure(inside("predict", "--coverage", "0.9", "--model", model, "Smith"), 1)
    assert "has no thresholds for sets" in message
    assert "cognomen train" in message


@pytest.mark.parametrize("option", [["--prior", "uniform"], ["--restrict", "Czech"]])
def test_sets_of_another_mixture_are_not_promised(knowing, option):
    message = failure(inside("predict", "--coverage", "0.9", *option, "--model", knowing, "Smith"), 2)
    assert "cannot be combined with --restrict, or another --prior than default" in message


@pytest.mark.parametrize("coverage", ["0", "1", "90", "x"])
def test_a_coverage_is_a_share(knowing, coverage):
    assert "'--coverage'" in failure(inside("predict", "--coverage", coverage, "--model", knowing, "A"), 2)


def test_an_unsure_answer_is_unknown(model):
    arguments = ["--abstain", "1", "--top", "2", "--model", model, "Smith"]
    assert lines(inside("predict", *arguments)) == ["Smith\tunknown\t\t\t"]
    [answer] = answers(inside("predict", "--json", *arguments))
    assert (answer["origin"], answer["status"], answer["reason"]) == (None, "unknown", "low-confidence")
    assert len(answer["origins"]) == 2


def test_another_mixture_from_a_file_and_fewer_origins(model, tmp_path):
    (tmp_path / "prior.json").write_text('{"Czech": 3, "Japanese": 1.5}', "utf-8-sig")
    arguments = ["--prior", str(tmp_path / "prior.json"), "--restrict", "Czech, Vietnamese,Japanese"]
    found = answers(inside("predict", "--json", *arguments, "--model", model, "Smith"))
    asked = {"prior": {"Czech": 3, "Japanese": 1.5}, "restrict": ["Czech", "Vietnamese", "Japanese"]}
    assert found == [Classifier.load(model)("Smith", **asked).to_json()]
    assert {each["origin"] for each in found[0]["origins"]} == {"Czech", "Japanese"}
    [line] = lines(inside("predict", "--top", "9", *arguments, "--model", model, "Smith"))
    assert line.count("\t") == 2 * len(ORIGINS)
    uniform = answers(inside("predict", "--json", "--prior", "uniform", "--model", model, "Smith"))
    assert uniform == [Classifier.load(model)("Smith", prior="uniform").to_json()]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, 'expected default, training, uniform, shares such as \'{"Irish"'),
        ("{", "expected JSON in UTF-8"),
        ("[1, 2]", "expected an object with a share for each origin"),
        ('{"Chech": 1}', "Did you mean 'Czech'?"),
        ('{"Czech": "1"}', "expected shares of 0 or more, got '1' for 'Czech'"),
        ("{}", "expected a share above 0"),
    ],
)
def test_a_mixture_that_is_none(model, tmp_path, text, message):
    path = tmp_path / "prior.json"
    if text is not None:
        path.write_text(text, "utf-8")
    assert message in failure(inside("predict", "--prior", str(path), "--model", model, "Smith"), 1)
    if text is not None and text.startswith("{"):
        assert message in failure(inside("predict", "--prior", text, "--model", model, "Smith"), 1)


def test_a_mixture_may_stand_on_the_command_line(model):
    found = answers(inside("predict", "--json", "--prior", '{"Czech": 3}', "--model", model, "Smith"))
    assert found == [Classifier.load(model)("Smith", prior={"Czech": 3}).to_json()]


# --- where names come from --------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["file", "dash", "file-dash", "pipe"])
def test_lines_come_from_a_file_or_standard_input(model, expected, tmp_path, how):
    text = "".join(f"{name}\n" for name in NAMES).encode()
    path = tmp_path / "names.txt"
    path.write_bytes(text)
    arguments = {"file": ["--file", str(path)], "dash": ["-"], "file-dash": ["--file", "-"], "pipe": []}[how]
    result = run("predict", "--json", "--model", model, *arguments, stdin=None if how == "file" else text)
    assert answers(result) == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (b"\xef\xbb\xbfSmith\r\nM\xc3\xbcller\r\n", ["Smith", "Müller"]),
        (b"Smith\n\nNakamura", ["Smith", "", "Nakamura"]),
        (b"\n", [""]),
        (b"", []),
        (b"one\xe2\x80\xa8line\x0b\x0c\n", ["one\u2028line\x0b\x0c"]),
    ],
    ids=["BOM and CRLF", "blank line, no last line end", "one blank line", "nothing", "other separators"],
)
def test_every_line_gives_one_answer(model, text, names):
    assert [
        answer["name"] for answer in answers(inside("predict", "--json", "--model", model, stdin=text))
    ] == names


def test_names_are_answered_before_all_of_them_are_read(model):
    command = [COMMAND, "predict", "--model", model, "-"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=clean_environment()
    )
    with process, not_for_ever(process):
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"Smith\n" * 10_000)
        process.stdin.flush()
        assert process.stdout.readline().startswith(b"Smith\t")
        assert process.poll() is None
        process.stdin.close()
        assert len(process.stdout.readlines()) == 9_999


def test_a_name_typed_at_a_terminal_is_answered_at_once(model):
    ours, theirs = pty.openpty()
    command = [COMMAND, "predict", "--model", model, "-"]
    process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, env=clean_environment())
    os.close(theirs)
    with process, not_for_ever(process):
        assert process.stdout is not None
        for name in (b"Smith", b"Nakamura"):
            os.write(ours, name + b"\n")
            assert process.stdout.readline().startswith(name + b"\t")
        os.write(ours, b"\x04")  # Ctrl-D
        assert process.stdout.read() == b""
    os.close(ours)
    assert process.returncode == 0


def test_names_and_a_file_are_not_read_together(model):
    assert "not both" in failure(inside("predict", "--file", "names.txt", "Smith"), 2)


def test_nothing_to_read_is_a_usage_error_at_a_terminal():
    code, text = at_a_terminal("predict")
    assert code == 2
    assert "no names" in text


# --- encodings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "console",
    [
        {"LC_ALL": "C"},
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "latin-1:strict"},
    ],
    ids=str,
)
def test_text_is_utf8_whatever_the_console(model, console):
    names = ["Nguyễn", "北京", "Müller"]
    usual = [json.dumps(answer.to_json(), ensure_ascii=False) for answer in Classifier.load(model)(names)]
    command = ["predict", "--json", "--model", model]
    assert lines(run(*command, *names, **console)) == usual
    assert lines(run(*command, stdin="\n".join(names).encode(), **console)) == usual
    assert "Nguyễn" in usual[0]


def test_a_line_that_is_not_utf8_is_named(model, tmp_path):
    path = tmp_path / "names.txt"
    path.write_bytes(b"Smith\nM\xfcller\nNakamura\n")
    result = run("predict", "--model", model, "--file", str(path))
    message = failure(result, 1)
    assert f"{path}, line 2: expected UTF-8 text, but byte 2 of the line is 0xfc" in message
    assert "--encoding cp1252" in message
    assert result.stdout.startswith(b"Smith\t")  # what came before it is answered
    assert result.stdout.count(b"\n") == 1


def test_a_file_saved_as_utf16_is_recognised(model, tmp_path):
    path = tmp_path / "names.txt"
    path.write_text("Smith\nMüller\n", "utf-16")
    message = failure(run("predict", "--model", model, "--file", str(path)), 1)
    assert "line 1" in message
    assert "UTF-16" in message
    assert "--encoding utf-16" in message


@pytest.mark.parametrize("encoding", ["utf-32", "utf-32-le", "utf-32-be", "utf-16-be"])
@pytest.mark.parametrize("how", ["file", "pipe"])
@pytest.mark.parametrize("names", ["Smith\nMüller\n", "北京\n王\n", "Smith"])
def test_the_encoding_of_wide_characters_is_named(model, tmp_path, encoding, how, names):
    if encoding == "utf-16-be" and "王" in names:
        return  # nothing shows it: no byte is zero
    path = tmp_path / "names.txt"
    path.write_bytes(names.encode(encoding))
    given = {"stdin": path.read_bytes()} if how == "pipe" else {}
    result = inside("predict", "--model", model, *(["--file", str(path)] if how == "file" else []), **given)
    message = failure(result, 1) if how == "file" else result.stderr.decode()
    if how == "file" or result.returncode:
        assert f"--encoding {encoding}" in message
        assert encoding[:6].upper() in message


@pytest.mark.parametrize(
    ("name", "text", "column"),
    [
        ("people.csv", "id,Surname\n1,Smith\n", "Surname"),
        ("people.csv", '\ufeff"Last Name";x\nSmith;2\n', "'Last Name'"),
        ("people.tsv", "1\tSmith\n", "1"),
        ("one.csv", "name\nSmith\n", "name"),
        ("names.csv", "Smith\nJones\n", None),
        ("names.txt", "Smith, John\n", None),
    ],
)
def test_a_table_given_as_a_list_of_names_gets_a_hint(model, tmp_path, name, text, column):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    result = inside("predict", "--model", model, "--file", str(path))
    assert len(lines(result)) == text.count("\n")
    hint = result.stderr.decode()
    assert (f"cognomen score {path} --column {column} --out" in hint) == (column is not None)
    assert bool(hint) == (column is not None)


@pytest.mark.parametrize(("start", "kind"), [(b"PAR1", "a Parquet table"), (b"\x1f\x8b\x08", "gzip")])
def test_a_file_that_is_no_text_is_called_what_it_is(model, tmp_path, start, kind):
    path = tmp_path / "people.csv"
    path.write_bytes(start + bytes(range(200)))
    assert kind in failure(inside("predict", "--model", model, "--file", str(path)), 1)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "UTF8"])
@pytest.mark.parametrize("how", ["file", "pipe"])
def test_an_encoding_may_be_given(model, tmp_path, encoding, how):
    path = tmp_path / "names.txt"
    data = "Smith\r\nMüller\n".encode(encoding)
    path.write_bytes(data)
    command = ["predict", "--model", model, "--encoding", encoding]
    given = {"stdin": data} if how == "pipe" else {}
    said = lines(run(*command, *(["--file", str(path)] if how == "file" else []), **given))
    assert said == lines(inside("predict", "--model", model, stdin="Smith\nMüller\n".encode()))


def test_text_that_is_not_in_the_given_encoding(model):
    message = failure(inside("predict", "--model", model, "--encoding", "cp1252", stdin=b"\x81\n"), 1)
    assert "standard input: expected cp1252 text" in message
    message = failure(inside("predict", "--model", model, "--encoding", "utf-99", stdin=b"a\n"), 1)
    assert "expected a text encoding" in message


def test_an_argument_that_is_not_utf8_is_named(model):
    assert "not UTF-8" in failure(run("predict", "--model", model, b"M\xfcller"), 1)


# --- errors -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "kind", "words"),
    [
        (["--file", "no-such-file.txt"], 1, "OSError", "no-such-file.txt"),
        (["--file", "."], 1, "OSError", "directory"),
        (["--model", "no-such-model", "Smith"], 1, "ModelError", "no-such-model"),
        (["--model", "generator", "Smith"], 1, "ModelError", "expected a classifier, found a generator"),
        (["--top", "0", "Smith"], 2, "UsageError", "--top"),
        (["--bogus", "Smith"], 2, "UsageError", "--bogus"),
        (["--file"], 2, "UsageError", "--file"),
    ],
)
def test_errors_are_one_sentence_or_one_object(model, arguments, code, kind, words):
    options = [] if "no-such-model" in arguments else ["--model", model]
    assert words in failure(inside("predict", *options, *arguments), code)
    result = inside("predict", "--json", *options, *arguments)
    error = json.loads(failure(result, code))
    assert list(error) == ["error"]
    assert list(error["error"]) == ["type", "message"]
    assert error["error"]["type"] == kind
    assert words in error["error"]["message"]
    assert result.stdout == b""


def test_json_behind_two_dashes_is_a_name():
    message = failure(inside("predict", "--model", "no-such-model", "--", "--json"), 1)
    assert message.startswith("Error: ")


def test_a_reader_that_leaves_ends_the_run_quietly(model, tmp_path):
    path = tmp_path / "names.txt"
    path.write_text("Nakamura\n" * 100_000)
    script = f"'{COMMAND}' predict --model '{model}' --file '{path}' | head -n 1; echo ${{PIPESTATUS[0]}} >&2"
    result = subprocess.run(["bash", "-c", script], capture_output=True, env=clean_environment(), check=False)
    assert result.stdout.count(b"\n") == 1
    assert result.stderr == b"141\n"


def test_a_reader_that_leaves_before_the_first_line(model):
    script = f"'{COMMAND}' predict --model '{model}' --json Smith 2>&1 | true; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", script], capture_output=True, env=clean_environment(), check=False)
    assert result.stderr == b""
    assert result.stdout in (b"141\n", b"0\n")  # 0 where `true` lived long enough


def test_more_placeholders_and_none_at_all_contradict_each_other(model):
    result = inside("predict", "--model", model, "--keep-na", "--na", "XX", "Smith")
    assert "--na and --keep-na cannot be combined" in failure(result, 2)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_an_error_not_a_traceback(model):
    with Path("/dev/full").open("wb") as full:
        command = [COMMAND, "predict", "--model", model, "Smith"]
        result = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, env=clean_environment(), check=False
        )
    assert "No space left" in failure(result, 1)


def test_closed_output_is_no_traceback(model):
    script = f"'{COMMAND}' predict --model '{model}' Smith >&-"
    result = subprocess.run(["bash", "-c", script], capture_output=True, env=clean_environment(), check=False)
    assert "standard output: Bad file descriptor" in failure(result, 1)


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_ctrl_c_ends_the_run_with_130(model, options):
    command = interruptible("predict", "--model", model, *options, "-")
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=clean_environment())
    with process, not_for_ever(process):
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"Smith\n" * (BLOCK + 1_000))
        process.stdin.flush()
        process.stdout.readline()  # it is at work
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        message = process.stderr.read()
        assert process.wait() == 130
    assert b"Traceback" not in message
    if options:
        assert json.loads(message)["error"]["type"] == "Interrupted"


def test_no_time_goes_into_collecting_garbage(model):
    script = """
import atexit, gc
from cognomen.apps.cli import main
def report():  # after the command, before the interpreter is taken down
    print(gc.get_stats()[0]["collections"] - before, len(gc.get_objects()))
atexit.register(report)
before = gc.get_stats()[0]["collections"]
main()
"""
    command = [sys.executable, "-c", script, "predict", "--model", model, "Smith"]
    result = subprocess.run(command, capture_output=True, env=clean_environment(), check=True)
    name, report = lines(result)
    assert name.startswith("Smith\t")
    collections, left = map(int, report.split())
    assert collections == 0
    assert left < 1000  # the others are frozen: Python does not go through them while it exits


# --- on a terminal ----------------------------------------------------------------------------------------


def at_a_terminal(*args: str, width: int = 80, **environment: str) -> tuple[int, str]:
    """Run with a pseudo-terminal on all three sides; give the exit code and all that was shown."""
    ours, theirs = pty.openpty()
    env = clean_environment(TERM="xterm-256color", COLUMNS=str(width), **environment)
    process = subprocess.Popen([COMMAND, *args], stdin=theirs, stdout=theirs, stderr=theirs, env=env)
    os.close(theirs)
    shown = b""
    with process, not_for_ever(process):
        try:
            while chunk := os.read(ours, 65536):
                shown += chunk
        except OSError:  # how a terminal whose other side is closed says it is at its end
            pass
    os.close(ours)
    return process.returncode, shown.decode("utf-8").replace("\r\n", "\n")


COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def test_a_terminal_shows_a_table_with_bars(model, expected):
    code, shown = at_a_terminal("predict", "--model", model, *NAMES[:-1])
    assert code == 0
    plain = COLOUR.sub("", shown)
    rows = plain.split("\n")
    assert rows[0].split() == ["name", "origin", "probability", "also", "possible"]
    smith = next(row for row in rows if row.startswith("Smith "))
    assert smith.split()[1] == expected[0]["origin"]
    assert "█" in smith
    assert f"{100 * expected[0]['probability']:.1f}%" in smith
    assert "→ Smith" in plain  # of John Smith
    for reason in ("nothing to read", "holds no letters", "letters unknown to the model"):
        assert reason in plain


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_row_is_wider_than_the_terminal(model, width):
    _, shown = at_a_terminal("predict", "--model", model, *NAMES, width=width)
    assert max(len(row) for row in COLOUR.sub("", shown).split("\n")) <= width


def test_no_color_is_obeyed(model):
    assert COLOUR.search(at_a_terminal("predict", "--model", model, "Smith")[1])
    colours = re.compile(r"\x1b\[[0-9;]*3[0-7][0-9;]*m")
    assert not colours.search(at_a_terminal("predict", "--model", model, "Smith", NO_COLOR="1")[1])


def test_a_name_cannot_move_the_cursor_or_style_the_table(model):
    _, shown = at_a_terminal("predict", "--model", model, "\x1b[2Jevil", "[bold red]Smith[/]", ":smile:")
    assert "\x1b[2J" not in shown
    assert "[bold red]Smith[/]" in shown
    assert ":smile:" in shown


def test_json_on_a_terminal_is_json(model):
    _, shown = at_a_terminal("predict", "--json", "--model", model, "Smith")
    assert json.loads(shown)["name"] == "Smith"


# --- light on its feet ------------------------------------------------------------------------------------


def test_piped_answers_load_no_heavy_module(model):
    script = (
        "import sys\nfrom cognomen.apps.cli.commands import cli\n"
        f"try:\n    cli.main(['predict', '--model', {model!r}, 'Smith'])\nexcept SystemExit as leaving:\n"
        "    assert leaving.code == 0\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(result.stdout.splitlines()[-1].split())
    assert {"numpy", "click", "cognomen"} <= loaded
    heavy = {"torch", "pandas", "matplotlib", "pooch", "requests", "urllib3", "pyarrow", "pygments"}
    assert not heavy & loaded


@pytest.mark.skipif(os.name == "nt", reason="Windows does not tell a child's peak memory")
def test_many_lines_need_no_more_memory_than_few(model, tmp_path):
    def peak(count: int) -> float:
        path = tmp_path / f"{count}.txt"
        path.write_text("Nakamura-Smith\n" * count)
        return peak_memory("predict", "--json", "--model", model, "--file", str(path))

    assert peak(100_000) < peak(10_000) + 3

"""What the command line says of itself, on every command."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import shutil
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator

import click
import pytest
from cli_running import COMMAND, clean_environment, failure, inside, lines, run

from cognomen.apps.cli.commands import cli


def all_commands(
    group: click.Group, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    ctx = click.Context(group)
    for word in group.list_commands(ctx):
        command = group.get_command(ctx, word)
        assert command is not None
        yield (*words, word), command
        if isinstance(command, click.Group):
            yield from all_commands(command, (*words, word))


COMMANDS = dict(all_commands(cli))
MISUSE = "does not tell anyone's nationality, ethnicity or religion"


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_commands_of_the_design_are_there():
    assert [words[0] for words in COMMANDS if len(words) == 1] == [
        "predict",
        "score",
        "composition",
        "explain",
        "serve",
        "mcp",
        "generate",
        "train",
        "evaluate",
        "protocol",
        "export",
        "data",
        "model",
        "page",
        "study",
        "prompt",
        "completion",
    ]
    assert {words[1] for words in COMMANDS if words[0] == "data" and len(words) > 1} == {
        "list",
        "path",
        "fetch",
        "build",
        "check",
    }
    assert {words[1] for words in COMMANDS if words[0] == "model" and len(words) > 1} == {
        "list",
        "info",
        "verify",
        "origins",
    }
    assert {words[1] for words in COMMANDS if words[0] == "study" and len(words) > 1} == {
        "list",
        "run",
        "all",
        "check",
    }


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_examples(words):
    text = "\n".join(lines(inside(*words, "--help")))
    assert f"Usage: cognomen {' '.join(words)}" in text
    assert "Example" in text
    assert f"  cognomen {' '.join(words)}" in text.partition("Example")[2]
    assert all(len(line) <= 100 for line in text.split("\n"))
    for parameter in COMMANDS[words].params:
        if isinstance(parameter, click.Option):
            assert parameter.help


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_line_of_help_is_broken_by_a_terminal_of_80_columns(words):
    assert max(map(len, lines(inside(*words, "--help", COLUMNS="80")))) <= 80


def test_an_error_is_wrapped_to_the_terminal_that_shows_it():
    """At spaces: neither a word nor a path is broken."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 50, 0, 0))
    path = "a-folder-with-a-long-name/and-another-one/no-model-is-here"
    process = subprocess.Popen(
        [COMMAND, "predict", "--model", path, "x"], stderr=theirs, stdout=theirs, env=clean_environment()
    )
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # the end, on Linux
        while more := os.read(ours, 4096):
            shown += more
    os.close(ours)
    assert process.wait() == 1
    text = shown.decode().replace("\r\n", "\n").rstrip("\n").split("\n")
    assert any(line.startswith(path) or line.endswith(f"{path}:") for line in text)
    assert all(len(line) <= 50 for line in text if path not in line)
    assert len(text) > 2


@pytest.mark.parametrize("words", [(), ("predict",)])
def test_help_says_what_a_name_does_not_tell_and_the_exit_codes(words):
    text = flat("\n".join(lines(inside(*words, "--help"))))
    assert MISUSE in text
    for code in ("0", "1", "2", "130", "141"):
        assert f" {code} " in text.partition("Exit codes:")[2]


def test_version():
    from importlib.metadata import version

    assert lines(inside("--version")) == [f"cognomen {version('cognomen')}"]


CTRL_C_AT_AN_IMPORT = """
import runpy, sys
class Meanwhile:
    def __set_name__(self, *_):
        raise KeyboardInterrupt
class CtrlC:
    def find_spec(self, name, *_):
        if name == {meanwhile!r}:
            {raising}
sys.meta_path.insert(0, CtrlC())
sys.argv[1:] = ["predict", "Smith"]
runpy.run_module("cognomen", run_name="__main__")
"""
IN_A_CLASS_BODY = "type('Made', (), dict(of=Meanwhile()))"  # a RuntimeError before Python 3.12


@pytest.mark.parametrize(
    ("meanwhile", "raising", "said"),
    [
        ("cognomen.apps", "raise KeyboardInterrupt", ""),
        ("click", "raise KeyboardInterrupt", ""),
        ("click", IN_A_CLASS_BODY, ""),
        ("numpy", "raise KeyboardInterrupt", "Interrupted.\n"),
    ],
)
def test_ctrl_c_while_modules_load_leaves_with_130(meanwhile, raising, said):
    script = CTRL_C_AT_AN_IMPORT.format(meanwhile=meanwhile, raising=raising)
    command = [sys.executable, "-c", script]
    result = subprocess.run(command, capture_output=True, env=clean_environment(), check=False)
    assert failure(result, 130) == said


def test_no_command_prints_the_help_and_is_a_usage_error():
    assert "Usage: cognomen" in failure(inside(), 2)


def test_an_unknown_command_is_a_usage_error():
    assert "'predcit'" in failure(inside("predcit"), 2)


# --- completion -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_says_how_to_install_it(shell):
    script = "\n".join(lines(inside("completion", shell)))
    assert "_COGNOMEN_COMPLETE" in script
    assert "# To install" in script
    if shutil.which(shell):
        check = {"bash": ["bash", "-n"], "zsh": ["zsh", "-n"], "fish": ["fish", "--no-execute"]}[shell]
        subprocess.run(check, input=script.encode(), check=True)


def test_an_unknown_shell_is_a_usage_error():
    assert "'tcsh'" in failure(inside("completion", "tcsh"), 2)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("cognomen pre", "predict"),
        ("cognomen train --ce", "--cell"),
        ("cognomen model ver", "verify"),
        ("cognomen predict --model cl", "classic"),
        ("cognomen export wor", "world"),
        ("cognomen model verify ge", "generator"),
        ("cognomen evaluate my-model/ tut", "tutorial"),
        ("cognomen data check wo", "world"),
    ],
)
def test_the_shell_is_given_completions(typed, offered):
    words = typed.split()
    asked = {
        "_COGNOMEN_COMPLETE": "bash_complete",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
    }
    assert f"plain,{offered}" in lines(run(**asked))


def test_names_are_offered_beside_paths_where_they_can_be_used():
    asked = {
        "_COGNOMEN_COMPLETE": "bash_complete",
        "COMP_WORDS": "cognomen predict --model ",
        "COMP_CWORD": "3",
    }
    assert lines(run(**asked)) == ["file,", "plain,classic", "plain,world"]  # the generator answers nothing


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_after_the_line_of_the_instructions():
    script = (
        'eval "$(cognomen completion bash)"; COMP_WORDS=(cognomen ev); COMP_CWORD=1; '
        "_cognomen_completion cognomen; echo ${COMPREPLY[@]}"
    )
    path = f"{os.path.dirname(COMMAND)}{os.pathsep}{os.environ['PATH']}"  # noqa: PTH120
    result = subprocess.run(
        ["bash", "-c", script], capture_output=True, env=clean_environment(PATH=path), check=True
    )
    assert result.stdout.decode().split() == ["evaluate"]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["predct"], "predict"),
        (["model", "verfy"], "verify"),
        (["data", "biuld"], "build"),
        (["study", "runn"], "run"),
    ],
)
def test_a_misspelt_command_is_guessed(words, meant):
    assert f"No such command '{words[-1]}'. Did you mean '{meant}'?" in failure(inside(*words), 2)


def test_a_command_like_no_other_is_not_guessed():
    assert "No such command 'xyz'.\n" in failure(inside("xyz"), 2)

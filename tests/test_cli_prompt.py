"""`cognomen` alone on a terminal: a prompt; and the usual help where nobody types."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import time

import pytest
from cli_running import clean_environment, failure, inside, interruptible, lines, not_for_ever, run


class Terminal:
    """The command on a terminal of 80 columns, and somebody who types."""

    def __init__(self, *arguments: str) -> None:
        self.ours, theirs = pty.openpty()
        environment = clean_environment(COLUMNS="80", TERM="dumb", NO_COLOR="1")
        self.process = subprocess.Popen(
            interruptible(*arguments), stdin=theirs, stdout=theirs, stderr=theirs, env=environment
        )
        os.close(theirs)

    def read_until(self, ending: str, seconds: float = 60) -> str:
        """What is written until the ending comes, or the terminal closes."""
        text, end = "", time.monotonic() + seconds
        while not text.endswith(ending) and time.monotonic() < end:
            if not select.select([self.ours], [], [], 0.2)[0]:
                continue
            try:
                data = os.read(self.ours, 4096)
            except OSError:
                break
            text += data.decode()
        return text.replace("\r\n", "\n")

    def say(self, line: str) -> str:
        """Type a line; what is answered, up to the next prompt."""
        os.write(self.ours, f"{line}\n".encode())
        return self.read_until("name> ").removeprefix(f"{line}\n").removesuffix("name> ")

    def leave(self) -> int:
        """Type Ctrl-D, and wait for the end."""
        os.write(self.ours, b"\x04")
        return self.end()

    def end(self) -> int:
        with not_for_ever(self.process):
            self.rest = self.read_until("\0")
            return self.process.wait()


@pytest.fixture
def terminal() -> Terminal:
    terminal = Terminal()
    assert terminal.read_until("name> ").startswith("Type a name; ? explains")
    return terminal


def test_a_conversation(terminal: Terminal) -> None:
    assert re.match(r"Nakamura +Japanese +█", terminal.say("Nakamura"))
    explained = terminal.say("?")
    assert explained.startswith("Nakamura: Japanese")
    assert "for Japanese" in explained
    assert terminal.say("? Rossi").startswith("Rossi: Italian")
    assert terminal.say("?").startswith("Rossi: Italian"), "the last one"
    assert "unknown" in terminal.say("123")
    assert "→ O'Brien" in terminal.say("O'Brien, Conan")
    assert terminal.say("   ") == ""
    assert max(map(len, terminal.say("Papadopoulos").splitlines())) <= 80
    assert terminal.leave() == 0
    assert "Traceback" not in terminal.rest


def test_a_question_without_a_name_is_told_how_to_ask(terminal: Terminal) -> None:
    assert terminal.say("?").startswith("Type a name; ? explains")
    assert terminal.leave() == 0


@pytest.mark.parametrize("word", ["quit", "exit"])
def test_a_word_leaves_too(terminal: Terminal, word: str) -> None:
    assert terminal.say(f"? {word}").startswith(f"{word}: "), "it may be a name"
    os.write(terminal.ours, f"{word}\n".encode())
    assert terminal.end() == 0


def test_ctrl_c_leaves_as_everywhere(terminal: Terminal) -> None:
    time.sleep(1)  # readline writes the prompt before it listens
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == 130
    assert "Traceback" not in terminal.rest


def test_the_model_can_be_chosen() -> None:
    terminal = Terminal("prompt", "--model", "classic")
    terminal.read_until("name> ")
    assert re.match(r"Nakamura +Japanese", terminal.say("Nakamura"))
    assert terminal.leave() == 0


def test_an_error_on_a_terminal_without_a_size_is_told() -> None:
    terminal = Terminal("predict", "--model", "nothing", "Smith")
    assert terminal.end() == 1
    assert terminal.rest.startswith("Error: 'nothing'")


def test_without_a_terminal_it_asks_for_a_command() -> None:
    assert "Usage: cognomen" in failure(run(), 2)
    assert "Usage: cognomen" in failure(run(stdin=b"Smith\n"), 2)


def test_lines_that_are_piped_are_answered_too() -> None:
    found = lines(inside("prompt", stdin=b"Nakamura\n\n? \n"))
    assert any("Japanese" in line for line in found)

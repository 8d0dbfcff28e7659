"""What the tests of the command line share: the installed command in a process, and a tiny model."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from click.testing import CliRunner

from cognomen.apps.cli.commands import cli
from cognomen.classifier import Classifier, DefaultPrior
from cognomen.network import Architecture, Network
from cognomen.text import Alphabet

COMMAND = str(Path(sys.executable).with_name("cognomen"))
ORIGINS = ("Czech", "English", "Japanese", "Vietnamese")


def run(
    *args: str | bytes, stdin: bytes | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the installed `cognomen` as a shell would; without `stdin` there is none to read."""
    return subprocess.run(
        [COMMAND, *args],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        env=clean_environment(**environment),
        timeout=120,
        check=False,
    )


def interruptible(*args: str) -> list[str]:
    """Give the command line of a process that Ctrl-C reaches, also where the tests run in the background.

    A shell lets what it starts with `&` ignore SIGINT, and that is inherited.
    """
    restore = (
        "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
        "os.execv(sys.argv[1], sys.argv[1:])"
    )
    return [sys.executable, "-c", restore, COMMAND, *args]


def peak_memory(*args: str) -> float:
    """Run the command and give the most memory it ever held, in MB.

    The system counts in what its parent holds when it starts it. So a Python without anything starts it, not
    this process, which holds several times as much as the command.
    """
    small = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, "
        "stdout=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", small, COMMAND, *args]
    result = subprocess.run(command, capture_output=True, env=clean_environment(), text=True, check=True)
    return int(result.stdout) / (1 << 20 if sys.platform == "darwin" else 1 << 10)


@contextmanager
def not_for_ever(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End a process that waits for what never comes, so that a test fails and does not hang."""
    timer = threading.Timer(60, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def inside(*args: str, stdin: bytes | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in this process: quicker, where no pipe, signal or console matters."""
    result = CliRunner().invoke(cli, args, input=stdin, env=environment, prog_name="cognomen")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return subprocess.CompletedProcess(args, result.exit_code, result.stdout_bytes, result.stderr_bytes)


def clean_environment(**changes: str) -> dict[str, str]:
    """Give the environment of this process without what would change how text is written."""
    fixed = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM", "LC_ALL", "LANG")
    fixed += ("PYTHONIOENCODING", "PYTHONUTF8", "PYTHONUNBUFFERED")
    kept = {name: value for name, value in os.environ.items() if name not in fixed}
    return {**kept, "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8", **changes}


def lines(result: subprocess.CompletedProcess[bytes]) -> list[str]:
    """Give the lines of a successful run."""
    assert result.returncode == 0, result.stderr.decode()
    assert b"Traceback" not in result.stderr
    text = result.stdout.decode("utf-8")
    assert text.endswith("\n") or not text
    return text.split("\n")[:-1]


def failure(result: subprocess.CompletedProcess[bytes], code: int) -> str:
    """Check that a run ended as a user may expect, and give its message."""
    message = result.stderr.decode("utf-8")
    assert result.returncode == code, message
    assert "Traceback" not in message
    return message


def tiny_classifier(origins: tuple[str, ...] = ORIGINS, **facts: Any) -> Classifier:
    """Make a classifier of random weights: it knows a to z, marks, space, ' and -."""
    alphabet = Alphabet(" '-abcdefghijklmnopqrstuvwxyz\u0301\u0302\u0303\u0308")
    architecture = Architecture(len(alphabet), len(origins), embedding_size=4, hidden_size=4)
    network = Network(architecture, rng=np.random.default_rng(5))
    for value in network.params.values():
        value *= 3  # so that answers differ from each other
    priors = [1 / len(origins)] * len(origins)
    return Classifier(
        network, alphabet, origins, priors, facts=facts, card="# A model of chance, for tests\n"
    )


PLACES = {
    "English": ("British", "Europe"),
    "Swedish": ("Scandinavian", "Europe"),
    "Danish": ("Scandinavian", "Europe"),
    "Norwegian": ("Scandinavian", "Europe"),
    "Japanese": ("Japanese", "East Asia"),
    "Korean": ("Korean", "East Asia"),
}


def tree_classifier(p: dict[str, float] | None = None, **changes: Any) -> Classifier:
    """Make a tiny classifier with a tree of origins.

    Args:
        p: the probabilities of every name, of origins that all have the same share in training; None for
            random weights.
        changes: arguments of the classifier.
    """
    made = tiny_classifier(tuple(PLACES))
    if p is not None:
        made.network.params["output.weight"][:] = 0
        made.network.params["output.bias"][:] = np.log([p[origin] for origin in PLACES])
    arguments = {"places": list(PLACES.values()), "card": made.card, **changes}
    return Classifier(made.network, made.alphabet, made.origins, made.priors, **arguments)


POPULATIONS = DefaultPrior((64.0, 10.0, 6.0, 5.0, 125.0, 80.0), 0.5)

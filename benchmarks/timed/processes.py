"""Whole processes: their time and peak memory, and how many threads of linear algebra they may use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from timed.timing import Times

__all__ = ["Runs", "free_environment", "hold_to_one_thread", "run_module", "run_processes"]

HERE = Path(__file__).parent
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def hold_to_one_thread() -> None:
    """Let all linear algebra in this process be done in one thread, whoever is imported from now on."""
    if "numpy" in sys.modules:
        raise AssertionError("NumPy is loaded already, and has chosen its number of threads")
    os.environ.update(dict.fromkeys(THREADS, "1"))


def free_environment() -> dict[str, str]:
    """The environment of a user who says nothing about threads."""
    return {name: value for name, value in os.environ.items() if name not in THREADS}


@dataclass(frozen=True)
class Runs:
    """The times of a command's runs, and the median of their peak memory in MB."""

    times: Times
    peak: float


def run_processes(commands: Mapping[str, Sequence[str]], repetitions: int) -> dict[str, Runs]:
    """Run commands in turn, each in a process of its own.

    A small process between this one and them starts them: the system counts a parent's memory as its
    child's until the child has loaded its own program.
    """
    order = {"commands": commands, "repetitions": repetitions}
    go_between = [sys.executable, "-I", "-S", str(HERE / "go_between.py")]
    done = subprocess.run(
        go_between, input=json.dumps(order), env=free_environment(), check=True, stdout=-1, text=True
    )
    return {
        name: Runs(Times(tuple(run["seconds"])), sorted(run["peaks"])[len(run["peaks"]) // 2])
        for name, run in json.loads(done.stdout).items()
    }


def run_module(module: str, *words: str) -> Any:
    """What `python -m module` prints as JSON, with the folder of the benchmarks in its path."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    done = subprocess.run(
        [sys.executable, "-m", module, *words], env=environment, check=True, stdout=-1, text=True
    )
    return json.loads(done.stdout)

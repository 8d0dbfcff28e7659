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
TUNING = ("OPENBLAS_", "OMP_", "MKL_", "VECLIB_", "GOTO_", "KMP_", "ATEN_", "DNNL_", "ONEDNN_", "NPY_")


def hold_to_one_thread(keep_settings: bool = False) -> dict[str, str]:
    """Let all linear algebra in this process be done in one thread, whoever is imported from now on.

    Everything else that the environment says to one library or another is dropped: every side runs as it
    comes. (OPENBLAS_CORETYPE=Haswell, for one, halves the speed of NumPy's products on a newer processor, and
    leaves PyTorch's as they are.) `keep_settings` leaves it as it is. Returns what is left.
    """
    if "numpy" in sys.modules:
        raise AssertionError("NumPy is loaded already, and has chosen its number of threads")
    settings = [name for name in os.environ if name.startswith(TUNING) and name not in THREADS]
    kept = {name: os.environ[name] if keep_settings else os.environ.pop(name) for name in settings}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    return kept if keep_settings else {}


def free_environment() -> dict[str, str]:
    """This process' environment, but with nothing said about threads."""
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

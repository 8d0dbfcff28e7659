"""Commands that are killed, or stopped by Ctrl-C, at moments spread over their whole length."""

from __future__ import annotations

import csv
import hashlib
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

COGNOMEN = [sys.executable, "-m", "cognomen"]
FIRST = ("Ander", "Berg", "Carl", "Dahl", "Ek", "Fors", "Gran", "Holm", "Lind", "Sund")
SECOND = {"A": ("sen", "sson", "gren", "qvist", "mark"), "B": ("ini", "etti", "ucci", "aro", "ello")}
TRAIN = ["--epochs", "30", "--hidden-size", "32", "--embedding-size", "4"]
ROWS = 60_000
WAYS_TO_END = (0, 1, 130, -signal.SIGINT)


def names(origin: str) -> list[str]:
    """Names of an origin that nobody has."""
    return [f"{first}{middle}{second}" for first in FIRST for middle in "aeio" for second in SECOND[origin]]


def prepare(folder: Path) -> None:
    """Write the names to train on, a table to score, and a list."""
    (folder / "data").mkdir()
    for origin in SECOND:
        (folder / "data" / f"{origin}.txt").write_text("\n".join(names(origin)), "utf-8")
    rng = random.Random(1)
    several = names("A") + names("B")
    with (folder / "people.csv").open("w", encoding="utf-8", newline="") as file:
        rows = ([row, rng.choice(several) + rng.choice("aeiou"), "x"] for row in range(ROWS))
        csv.writer(file).writerows([["id", "surname", "note"], *rows])
    (folder / "names.txt").write_text("\n".join(several), "utf-8")


def run(folder: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end."""
    return subprocess.run([*COGNOMEN, *arguments], cwd=folder, capture_output=True, check=False)


def duration(folder: Path, arguments: Sequence[str]) -> float:
    """How many seconds a command takes now."""
    began = time.monotonic()
    run(folder, arguments)
    return time.monotonic() - began


def stopped(folder: Path, arguments: Sequence[str], after: float, how: int) -> tuple[int, bytes]:
    """Run a command, send it a signal after some seconds, and wait: its return code, and its errors."""
    process = subprocess.Popen(
        [*COGNOMEN, *arguments], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    time.sleep(after)
    process.send_signal(how)
    _, errors = process.communicate(timeout=600)
    return process.returncode, errors


def digest(path: Path) -> str:
    """The SHA-256 of a file, or of a folder's."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return hashlib.sha256(b"".join(each.read_bytes() for each in files)).hexdigest()


def leavings(folder: Path) -> list[str]:
    """What our runs have left behind."""
    return [path.name for path in folder.iterdir() if path.name.endswith((".cognomen", ".previous"))]


def kill_train(count: int) -> dict[str, Any]:
    """Kill a training, resume it until it is done, and compare its model with that of a run left in peace."""
    found: Counter[str] = Counter()
    with TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        command = ["train", "data", "--out", "model", *TRAIN]
        length = duration(folder, command)
        expected = digest(folder / "model" / "model.safetensors")
        shutil.rmtree(folder / "model")
        for number in range(count):
            stopped(folder, command, length * (number + 0.5) / count, signal.SIGKILL)
            resumed = (folder / "model.checkpoint").exists()
            found["had a checkpoint"] += resumed
            began = time.monotonic()
            result = run(folder, [*command, "--resume" if resumed else "--force"])
            if not resumed:  # how long it takes changes with what else the machine does
                length = time.monotonic() - began
            found["failed to go on"] += result.returncode != 0
            found["other models"] += (
                result.returncode == 0 and digest(folder / "model" / "model.safetensors") != expected
            )
            found["left behind"] += len(leavings(folder))
            shutil.rmtree(folder / "model", ignore_errors=True)
    return {"kills": count, **found}


def kill_score(count: int) -> dict[str, Any]:
    """Kill `score`; its output is whole or absent, and the next run leaves nothing else."""
    found: Counter[str] = Counter()
    with TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        command = ["score", "people.csv", "--column", "surname", "--out", "out.csv", "--force"]
        length = duration(folder, command)
        expected = digest(folder / "out.csv")
        for number in range(count):
            if number % 2:
                (folder / "out.csv").unlink()
            stopped(folder, command, length * (number + 0.5) / count, signal.SIGKILL)
            is_there = (folder / "out.csv").exists()
            found["outputs cut short"] += is_there and digest(folder / "out.csv") != expected
            found["killed while writing"] += bool(leavings(folder))
            began = time.monotonic()
            result = run(folder, command)
            length = time.monotonic() - began
            found["failed to go on"] += result.returncode != 0
            found["other outputs"] += digest(folder / "out.csv") != expected
            found["left behind"] += len(leavings(folder))
    return {"kills": count, **found}


def commands(folder: Path) -> Iterator[list[str]]:
    """Each command, with something to do."""
    run(folder, ["train", "data", "--out", "m", *TRAIN])
    yield ["predict", "--file", "names.txt"]
    yield ["score", "people.csv", "--column", "surname", "--out", "out.csv", "--force"]
    yield ["composition", "people.csv", "--column", "surname"]
    yield ["explain", "Wolfeschlegelsteinhausenbergerdorff", "--plot", "x.svg"]
    yield ["generate", "Irish", "-n", "300"]
    yield ["train", "data", "--out", "again", "--force", *TRAIN]
    yield ["evaluate", "m", "data"]
    yield ["protocol", "L", "data", "--epochs", "1", "--hidden-size", "4", "--embedding-size", "4"]
    yield ["data", "check", "data"]
    yield ["model", "info"]
    yield ["model", "verify", "m"]
    yield ["completion", "bash"]


def interrupt(count: int) -> dict[str, Any]:
    """Press Ctrl-C at moments spread over each command: no traceback, a documented exit code, no leavings."""
    found: Counter[str] = Counter()
    with TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        for command in commands(folder):
            length = duration(folder, command)
            found["commands"] += 1
            for number in range(count):
                code, errors = stopped(folder, command, length * (number + 0.5) / count, signal.SIGINT)
                found["interrupts"] += 1
                found["before the program began"] += code == -signal.SIGINT
                ours = b"/cognomen/" in errors or b"cognomen/apps" in errors
                found["tracebacks"] += b"Traceback" in errors and ours
                found["other exit codes"] += code not in WAYS_TO_END
                found["left behind"] += len(leavings(folder))
                if b"Traceback" in errors and ours:
                    sys.stderr.write(f"{' '.join(command)}: {errors.decode('utf-8', 'replace')[-2000:]}\n")
                if code not in WAYS_TO_END:
                    sys.stderr.write(f"{' '.join(command)}: exit code {code}\n")
    return dict(found)

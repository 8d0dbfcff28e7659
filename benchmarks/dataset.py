"""A dataset scored by `cognomen score FOLDER` in two processes, beside two that know nothing of each other.

Eight Parquet files with 2,000,000 rows together: surnames of the world, drawn by how common they are. Two
runs of `cognomen score` with half of the files each, at the same time, are what two processes can do on this
machine at best; one run with `--processes 2` on all of them is compared with that, in turn. Target: at least
.85 of their rows per second. From the rate of one process follows what a billion rows cost, on paper.

    python benchmarks/dataset.py                  writes results/dataset.json
    python benchmarks/dataset.py --rows 100000    quick, and writes nothing

Needs COGNOMEN_WORLD, the folder with the lists of surnames of the world.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from score_csv import surnames
from timed.tables import markdown
from timed.timing import machine

RESULTS = Path(__file__).parent / "results" / "dataset.json"
ROWS, FILES, REPEATS = 20_000_000, 8, 3
TARGET = 0.85


def write_people(folder: Path, world: Path, rows: int) -> int:
    """Write the dataset, and its halves in two more folders; return how many different names it holds."""
    names = surnames(world, rows, random.Random(0))
    part = rows // FILES
    for number in range(FILES):
        table = pa.table({"id": range(part), "surname": names[number * part : (number + 1) * part]})
        for name in ("all", f"half-{number % 2}"):
            path = folder / name / f"year={2000 + number}" / "part-0.parquet"
            path.parent.mkdir(parents=True)
            pq.write_table(table, path)
    return len(set(names))


def seconds(folder: Path, *runs: list[str]) -> tuple[float, float]:
    """How long some runs of `cognomen score` take, all at the same time, start, model and all; their CPU."""
    began, before = time.perf_counter(), cpu_seconds()
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "cognomen", "score", *run, "--column", "surname"],
            cwd=folder,
            stdout=subprocess.DEVNULL,
        )
        for run in runs
    ]
    codes = [each.wait() for each in started]
    taken = time.perf_counter() - began, cpu_seconds() - before
    if any(codes):
        sys.exit(f"a run ended with the exit codes {codes}")
    for path in folder.glob("out-*"):
        shutil.rmtree(path)
    return taken


def cpu_seconds() -> float:
    """Those of all processes that this one has started and that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(folder: Path) -> dict[str, list[tuple[float, float]]]:
    """The seconds of one process, of two that are apart, and of one run with two, in turn."""
    taken: dict[str, list[tuple[float, float]]] = {"one": [], "apart": [], "together": []}
    for _ in range(REPEATS):
        taken["one"].append(seconds(folder, ["all", "--out", "out-1"]))
        taken["apart"].append(seconds(folder, *([f"half-{n}", "--out", f"out-{n}"] for n in (0, 1))))
        taken["together"].append(seconds(folder, ["all", "--out", "out-2", "--processes", "2"]))
    return taken


def summary(taken: dict[str, list[tuple[float, float]]], rows: int, distinct: int) -> dict[str, Any]:
    """The figures of `measure`: rates from the quickest runs, as other work on the machine only adds."""
    rates = {name: round(rows / min(each)[0]) for name, each in taken.items()}
    share, cpu_share = (
        statistics.median(a[which] / t[which] for a, t in zip(taken["apart"], taken["together"], strict=True))
        for which in (0, 1)
    )
    return {
        "machine": machine(),
        "rows": rows,
        "distinct": distinct,
        "files": FILES,
        "rows_per_s": rates,
        "share_of_two_apart": round(share, 2),
        "share_in_cpu_seconds": round(cpu_share, 2),
        "target": TARGET,
        "hours_for_a_billion_rows": {name: round(1e9 / rate / 3600, 1) for name, rate in rates.items()},
        "seconds": {name: [round(s, 1) for s, _ in each] for name, each in taken.items()},
        "cpu_seconds": {name: [round(s, 1) for _, s in each] for name, each in taken.items()},
    }


def table(results: dict[str, Any]) -> str:
    """The table of docs/engines.md."""
    words = {"one": "one process", "apart": "two runs that are apart", "together": "`--processes 2`"}
    table = f"{results['rows']:,} rows in {results['files']} files, {results['distinct']:,} different names"
    rows = []
    for name, rate in results["rows_per_s"].items():
        hours = results["hours_for_a_billion_rows"][name]
        rows.append((words[name], f"{rate:,}", f"{hours:.1f}", f"{hours * (1 + (name != 'one')):.1f}"))
    told = markdown((table, "rows/s", "hours for 10^9 rows", "core-hours"), rows, left=1)
    share = f"{results['share_of_two_apart']:.2f} of that of two runs that are apart"
    return told + f"\nThe rate of `--processes 2` is {share} (target: {results['target']:.2f}).\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Score a dataset in one process and in two.")
    parser.add_argument("--rows", type=int, default=ROWS)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        distinct = write_people(folder, Path(os.environ["COGNOMEN_WORLD"]), rows)
        results = summary(measure(folder), rows, distinct)
    text = json.dumps(results, indent=1, ensure_ascii=False)
    print(text)
    if rows == ROWS:
        RESULTS.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""The engines of `cognomen.apps.engines`, each executed on real names: `make engines`.

Each engine scores three tables of 100,000 rows: surnames of the world drawn by the square root of how common
they are, with nulls and odd cells. No two tables share a name, as answers that are remembered cost nothing.
The answers are compared with those of `score_column`: every label, and probabilities within 1e-5. Each
engine runs in a process of its own, and is warm when it is timed: it has scored a fourth table, so that
models are loaded and Java has compiled itself. Engines with workers score one of 400,000 rows besides,
in as many partitions. Right before each, `score_column` scores the same rows in one process. *Cost*
compares the CPU seconds of both, with those of all processes that an engine starts; it is the median of the
three, and hardly depends on what else a machine does, as rows per second do. The *floor* of an engine with
workers is the cost of the same rows on the same way to a function that answers all of them alike: what is
left without Cognomen.

    python benchmarks/engines.py                all, into results/engines.json and engines.log
    python benchmarks/engines.py duckdb spark   only these; the others there stay

Each engine's figures are written when it is done. One that fails is named at the end, and stops no other.

Needs Linux, COGNOMEN_WORLD, the packages of the extra `clusters`, and for Spark Java 17 or later.
"""

from __future__ import annotations

import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from score_csv import bearers_of
from timed.engines import BY_ROW, ENGINES, LARGER, MANY_ROWS
from timed.tables import markdown
from timed.timing import machine

from cognomen import Classifier
from cognomen.apps.tables import score_column

RESULTS = Path(__file__).parent / "results"
ROWS = 100_000
ODD = (
    None,
    "",
    " ",
    "123",
    "N/A",
    "a" * 101,
    "Smith, John",
    "John Smith",
    "\x00",
    '"',
    "a\tb\nc",
    "x" * 1001,
    "🙂",
)
# Of so many that any thousands of rows show the order, with two words of surnames among them or not.
PEOPLE = tuple(
    f"{given} {surname}"
    for given in ("Anna", "Peter", "Giovanni", "Kateryna", "Wolfgang", "Henrik", "Margaret", "François")
    for surname in (
        "Schmidt",
        "Kowalski",
        "Esposito",
        "Jensen",
        "Nakamura",
        "Dubois",
        "Papadopoulos",
        "Wilson",
    )
)
ODD_SHARE = 0.05
REPEATS = 3
FEW_ROWS = 5_000  # of the engines that go row by row; some 4,200 different names
MOST_COST = 1.3  # the target


def people(bearers: Counter[str], rows: int, seed: int) -> Any:
    """A table of surnames, drawn with repetition, with odd cells among them."""
    rng = random.Random(seed)
    names: list[str | None] = [*rng.choices(list(bearers), [math.sqrt(n) for n in bearers.values()], k=rows)]
    for row in rng.sample(range(rows), int(rows * ODD_SHARE)):
        names[row] = rng.choice(rng.choice((ODD, PEOPLE)))
    return pa.table({"id": pa.array(range(rows), pa.int64()), "surname": pa.array(names, pa.string())})


def differences(found: Any, table: Any, answers: Any) -> int:
    """The number of rows whose names, labels or probabilities are not those of `score_column`."""
    found = found.sort_by("id")
    wrong = abs(len(found) - len(table))
    for name in found.column_names:
        ours = (table if name in table.column_names else answers)[name].to_pylist()
        wrong += sum(not alike(a, b) for a, b in zip(found[name].to_pylist(), ours, strict=False))
    return wrong


def alike(one: Any, other: Any) -> bool:
    if isinstance(other, float):
        return isinstance(one, float) and abs(one - other) <= 1e-5
    return one == other or (other is None and one != one)  # pandas has NaN for null


def cpu_seconds() -> NDArray[np.float64]:
    """The CPU seconds so far of this process and all that descend from it: all, and those of Java."""
    usage: dict[int, tuple[int, int, int]] = {}  # the parent of each process, and clock ticks
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            name, _, rest = path.read_text().rpartition(") ")
            fields = rest.split()
            ticks = sum(map(int, fields[11:15]))
            usage[int(path.parent.name)] = int(fields[1]), ticks, ticks * name.endswith("(java")
    family, found = {os.getpid()}, 1
    while found:
        new = {pid for pid, (parent, _, _) in usage.items() if parent in family} - family
        family, found = family | new, len(new)
    return np.sum([usage[pid][1:] for pid in family & usage.keys()], axis=0) / os.sysconf("SC_CLK_TCK")


def run_one(engine: str, workers: int, folder: Path) -> dict[str, Any]:
    """Open an engine, warm it, and time it beside `score_column`."""
    rows = FEW_ROWS if engine.endswith(BY_ROW) else MANY_ROWS if engine.endswith(LARGER) else ROWS
    paths = [folder / "larger.parquet"] if rows == MANY_ROWS else sorted(folder.glob("people-*.parquet"))
    warm, *tables = (pq.read_table(path).slice(0, rows) for path in [folder / "warm.parquet", *paths])
    classifier = Classifier.load()
    score, close, floor, order = ENGINES[engine][0](workers)
    for warming in (score, floor):
        if warming is not None:
            warming(warm)
    classifier.scores(warm["surname"])
    taken, alone, passed, different = [], [], [], 0
    least: list[NDArray[np.float64]] = []
    for table in tables:
        began = cpu_seconds()
        answers = score_column(classifier, table["surname"], order=order)
        alone.append((cpu_seconds() - began)[0])
        began, clock = cpu_seconds(), time.perf_counter()
        found = score(table)
        taken.append(cpu_seconds() - began)
        passed.append(time.perf_counter() - clock)
        if floor is not None:
            began = cpu_seconds()
            floor(table)
            least.append(cpu_seconds() - began)
        different += differences(found, table, answers)
    close()
    costs = np.median(np.array(taken) / np.array(alone)[:, None], axis=0)
    floors = np.median(np.array(least) / np.array(alone)[:, None], axis=0) if least else None
    package = ENGINES[engine][2]
    return {
        "engine": engine,
        "version": version(package) if package else version("cognomen"),
        "workers": workers,
        "rows": rows,
        "rows_per_s": round(rows / min(passed)),
        "rows_per_cpu_s": round(rows / min(all_of_it for all_of_it, _ in taken)),
        "score_column_rows_per_cpu_s": round(rows / min(alone)),
        "cost": round(costs[0], 2),  # of a row, in those of the whole column
        "cost_of_java": round(costs[1], 2),
        **({} if floors is None else {"floor": round(floors[0], 2), "floor_of_java": round(floors[1], 2)}),
        "compared": rows * len(tables),
        "different": different,
    }


def line(result: dict[str, Any]) -> str:
    """A result in words."""
    workers = f"{result['workers']} worker{'s' * (result['workers'] > 1)}"
    cost = f"{result['cost']:.2f} times the cost of score_column{java(result)}{floor_of(result)}"
    speed = f"{result['rows_per_cpu_s']:,} rows per CPU second, {result['rows_per_s']:,} rows/s"
    wrong = f"{result['different']} of {result['compared']:,} answers differ"
    return f"{result['engine']} {result['version']}, {workers}: {cost}, {speed}; {wrong}"


def java(result: dict[str, Any]) -> str:
    """What of the cost is Java's, where there is any."""
    return f", {result['cost_of_java']:.2f} of it Java's" if result.get("cost_of_java") else ""


def floor_of(result: dict[str, Any]) -> str:
    """What the engine costs without Cognomen, where it was measured."""
    return f" (floor {result['floor']:.2f})" if "floor" in result else ""


def write_tables(folder: Path) -> None:
    """Write the tables: one to warm with, whose names are in no other, some that share none, a larger one."""
    bearers = list(bearers_of(Path(os.environ["COGNOMEN_WORLD"])).items())
    parts = [Counter(dict(bearers[number :: 1 + REPEATS])) for number in range(1 + REPEATS)]
    names = ("warm", *(f"people-{number}" for number in range(REPEATS)))
    for seed, (name, part) in enumerate(zip(names, parts, strict=True)):
        pq.write_table(people(part, ROWS, seed), folder / f"{name}.parquet")
    pq.write_table(people(sum(parts[1:], Counter()), MANY_ROWS, seed=0), folder / "larger.parquet")


def run_all(chosen: list[str]) -> Iterator[dict[str, Any]]:
    """Run engines one after another, each in a process of its own; the figures of those that succeed."""
    here = str(Path(__file__).parent)  # where workers find `timed`
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([here, os.environ.get("PYTHONPATH", "")])}
    with tempfile.TemporaryDirectory() as folder:
        write_tables(Path(folder))
        for engine in chosen:
            for workers in ENGINES[engine][1]:
                command = [sys.executable, __file__, "--one", engine, str(workers), folder]
                done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment)
                if done.returncode == 0:
                    yield json.loads(done.stdout.splitlines()[-1])


def keep(result: dict[str, Any]) -> None:
    """Put the figures of an engine into the results, in place of those it had."""
    file = RESULTS / "engines.json"
    results = json.loads(file.read_text("utf-8"))["engines"] if file.exists() else []
    results = sorted([each for each in results if place(each) != place(result)] + [result], key=place)
    text = json.dumps({"machine": machine(), "engines": results}, indent=1, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")
    (RESULTS / "engines.log").write_text("\n".join(map(line, results)) + "\n", encoding="utf-8")


def place(result: dict[str, Any]) -> tuple[int, int]:
    """Where a result stands among the others."""
    return list(ENGINES).index(result["engine"]), result["workers"]


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(run_one(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))))
        return
    chosen, results = sys.argv[1:] or list(ENGINES), []
    for result in run_all(chosen):
        print(line(result), flush=True)
        keep(result)
        results.append(result)
    wanted = {(engine, workers) for engine in chosen for workers in ENGINES[engine][1]}
    if failed := wanted - {(each["engine"], each["workers"]) for each in results}:
        sys.exit(f"failed: {', '.join(f'{engine} ({workers})' for engine, workers in sorted(failed))}")
    if any(each["different"] for each in results):
        sys.exit("some answers differ from those of score_column")


def table(results: dict[str, Any]) -> str:
    """The table of docs/engines.md."""
    heads = (
        "engine",
        "version",
        "workers",
        "rows per CPU second",
        "core-hours for 10^9 rows",
        "cost of a row",
        "floor",
        "rows/s",
        "differ",
    )
    rows = (
        (
            each["engine"],
            each["version"],
            each["workers"],
            f"{each['rows_per_cpu_s']:,}",
            f"{1e9 / each['rows_per_cpu_s'] / 3600:,.1f}",
            f"{each['cost']:.2f}x{java(each)}",
            f"{each['floor']:.2f}x" if "floor" in each else "",
            f"{each['rows_per_s']:,}",
            f"{each['different']} of {each['compared']:,}",
        )
        for each in results["engines"]
    )
    return markdown(heads, rows, left=2) + f"\n{targets(results['engines'])}\n"


def targets(results: list[dict[str, Any]]) -> str:
    """Which engines miss the target, in words."""
    missed = [
        f"{each['engine']} ({each['workers']} worker{'s' * (each['workers'] > 1)})"
        for each in results
        if not each["engine"].endswith(BY_ROW) and each["cost"] > MOST_COST
    ]
    return (
        f"Target: a cost of at most {MOST_COST}, but for row by row; missed by {'; '.join(missed) or 'none'}."
    )


if __name__ == "__main__":
    main()

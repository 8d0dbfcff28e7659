"""How much `cognomen score` adds to the scoring itself: `python benchmarks/score_csv.py`.

Scores a CSV file of 300,000 rows (surnames of the world drawn by how common they are, five columns, about a
fifth of the rows with a quoted cell) with `score_table`, which the command calls, and the same column in
memory with `score_column`. Both run in one process, in turn; the start is not counted. Prints the CPU seconds
of each (the least of nine runs), their ratio, and the most memory that the process held. Target: a ratio of
at most 1.6. Other work on the machine raises it, as files and large tables wait for memory.

    python benchmarks/score_csv.py                   writes results/score_csv.json
    python benchmarks/score_csv.py --rows 20000      quick, and writes nothing

Needs COGNOMEN_WORLD, the folder with the lists of surnames of the world.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow.csv
from timed.timing import machine

from cognomen import Classifier
from cognomen.apps.score_file import score_table
from cognomen.apps.tables import score_column

RESULTS = Path(__file__).parent / "results" / "score_csv.json"
REPEATS = 9
CITIES = ("Berlin", "Paris", "São Paulo", "New York", "Washington, DC", "London", "東京", "Kraków", "Lagos")
NOTES = ("", "", "", "", "ok", "seen", "to be checked", 'he said "later"', "two\nlines", "old", "", "new")


def bearers_of(world: Path) -> Counter[str]:
    """How many people bear each surname of the world's lists; 1 where they do not say."""
    bearers: Counter[str] = Counter()
    for path in sorted((world / "sources").glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                bearers[row["roman"] or row["native"]] += max(round(float(row["count"] or 1)), 1)
    return bearers


def surnames(world: Path, count: int, rng: random.Random) -> list[str]:
    """Draw surnames with repetition, each as often as its lists say it is common."""
    bearers = bearers_of(world)
    return rng.choices(list(bearers), list(bearers.values()), k=count)


def write_people(path: Path, world: Path, rows: int) -> int:
    """Write the CSV file; return how many different surnames it holds."""
    rng = random.Random(0)
    names = surnames(world, rows, rng)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "surname", "city", "note", "amount"])
        for number, name in enumerate(names):
            cells = (rng.choice(CITIES), rng.choice(NOTES), f"{rng.random() * 1e4:.2f}")
            writer.writerow([100_000 + number, name, *cells])
    return len(set(names))


def cpu(work: Callable[[], object]) -> float:
    """The CPU seconds, of the system too, that this process needs for some work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare the scoring of a CSV file with that of its column.")
    parser.add_argument("--rows", type=int, default=300_000)
    rows = parser.parse_args().rows
    classifier = Classifier.load("classic")
    with tempfile.TemporaryDirectory() as folder:
        people, scored = Path(folder) / "people.csv", Path(folder) / "scored.csv"
        distinct = write_people(people, Path(os.environ["COGNOMEN_WORLD"]), rows)
        parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
        column = pyarrow.csv.read_csv(people, parse_options=parse)["surname"]
        pairs = [
            (
                cpu(lambda: score_table(classifier, people, "surname", scored, full_names=False)),
                cpu(lambda: score_column(classifier, column, full_names=False)),
            )
            for _ in range(REPEATS + 1)
        ][1:]  # the first is warm-up
        size = people.stat().st_size
    table, alone = (min(each) for each in zip(*pairs, strict=True))  # other work on the machine only adds
    results = {
        "machine": machine(),
        "rows": rows,
        "distinct": distinct,
        "bytes": size,
        "score_table_cpu_s": round(table, 3),
        "score_column_cpu_s": round(alone, 3),
        "ratio": round(table / alone, 2),
        "median_ratio": round(statistics.median(a / b for a, b in pairs), 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps(results, indent=1, ensure_ascii=False))
    if rows == 300_000:
        RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

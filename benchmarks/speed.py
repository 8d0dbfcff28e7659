"""Measure how fast Cognomen is, and how fast others are at the same: `python benchmarks/speed.py`.

Each row of the table is measured with both sides in one run, in turn, with the same weights and the same
number of threads; the figures are medians. A rival is run at its best: the row looks for its best batches
first, and names it. Writes `benchmarks/results/speed-<processor>.json`, one file for each processor and BLAS
kernel that a run has met, and prints the table, which `benchmarks/figures.py` puts into docs/speed.md.

    python benchmarks/speed.py                      all rows, about half an hour on two slow cores
    python benchmarks/speed.py --rows torch,onnx    these only; the others stay as measured last
    python benchmarks/speed.py --busy               those in one thread, in seconds of the processor: on a
                                                    machine that does other work as well
    python benchmarks/speed.py --quick              all rows in small form, under two minutes: to see that
                                                    it works, not to quote (results/…-quick.json)

Needs the 18 files (`cognomen data fetch`, or COGNOMEN_NAMES), COGNOMEN_WORLD for the row "world", and the
rivals: `make bench` installs them.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from timed.processes import hold_to_one_thread
from timed.tables import markdown
from timed.timing import Clock, Line, Setting, load, machine

from cognomen.errors import DataError, MissingExtraError

RESULTS = Path(__file__).parent / "results"
# The modules are imported after the number of threads is settled, and only where their row is asked for.
ROWS = {
    "torch": "timed.inference:torch_row",
    "onnx": "timed.inference:onnx_row",
    "sklearn": "timed.inference:sklearn_row",
    "million": "timed.large:million_row",
    "column": "timed.large:column_row",
    "threads": "timed.inference:threads_row",
    "ngrams": "timed.inference:ngrams_row",
    "product": "timed.inference:product_row",
    "step": "timed.training:step_row",
    "world": "timed.world_training:world_row",
    "video": "timed.training:video_row",
    "letter": "timed.small:letter_row",
    "sequence": "timed.small:sequence_row",
    "name": "timed.small:name_row",
    "process": "timed.small:process_row",
    "folds": "timed.training:folds_row",
}
BY_THE_WALL = ("column", "threads", "video", "process", "folds")  # they use several threads or processes
PACKAGES = {"sklearn": "scikit-learn"}  # where a package is not called as its module
HEAD = ("work", "against", "ours", "theirs", "ratio", "target", "met")


def measure(row: str, setting: Setting) -> dict[str, Any]:
    """One row's lines; what was needed and is not installed stands in place of them."""
    module, function = ROWS[row].split(":")
    before, began = load(), time.perf_counter()
    lines: list[Line] = []
    missing = None
    try:
        from timed.names import compiled

        with compiled(False):  # but where a row says otherwise
            lines = getattr(importlib.import_module(module), function)(setting)
    except ModuleNotFoundError as error:
        package = (error.name or str(error)).split(".")[0]
        if package in ("cognomen", "timed"):
            raise
        missing = f"not measured: install {PACKAGES.get(package, package)}"
    except (MissingExtraError, DataError) as error:
        missing = f"not measured: {error}"
    return {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "load": before,
        "seconds": round(time.perf_counter() - began, 1),
        "missing": missing,
        "lines": [line.to_json() for line in lines],
    }


def table(rows: Mapping[str, Any]) -> str:
    """Rows of the results as a Markdown table.

    The ratio is theirs / ours in time where the target is a minimum, and ours / theirs where it is a maximum.
    """
    shown = []
    for row in (row for row in ROWS if row in rows):
        measured = rows[row]
        if measured["missing"]:
            shown.append((row, *[""] * 5, measured["missing"]))
        for line in measured["lines"]:
            met = {True: "yes", False: "**no**", None: ""}[line["met"]]
            cells = [line["work"], line["against"], line["ours"], line["theirs"], line["shown"]]
            shown.append([*cells, line["target"] or "", met])
    return markdown(HEAD, shown)


def asked() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure every row of the speed table.")
    parser.add_argument("--quick", action="store_true", help="all rows in small form, under two minutes")
    parser.add_argument("--rows", help=f"some of: {','.join(ROWS)}")
    parser.add_argument(
        "--keep-settings", action="store_true", help="do not drop OPENBLAS_CORETYPE and the like"
    )
    parser.add_argument("--busy", action="store_true", help="count seconds of the processor")
    given = parser.parse_args()
    possible = [row for row in ROWS if not (given.busy and row in BY_THE_WALL)]
    given.rows = given.rows.split(",") if given.rows else possible
    if unknown := set(given.rows) - set(possible):
        parser.error(f"there are no rows {', '.join(sorted(unknown))}; there are {', '.join(possible)}")
    return given


def earlier_rows(path: Path, here: dict[str, Any]) -> dict[str, Any]:
    """The rows that were measured before on this processor with these libraries and settings."""
    if not path.exists():
        return {}
    results = json.loads(path.read_text(encoding="utf-8"))
    before = {"clock": "wall"} | results["machine"]
    differs = [key for key in here if key != "load" and before.get(key) != here[key]]
    if differs:
        print(f"not kept, as {', '.join(differs)} differ: all rows measured before", file=sys.stderr)
    return {} if differs else dict(results["rows"])


def results_path(here: Mapping[str, Any], quick: bool = False, *, kind: str = "speed") -> Path:
    """Where the results of a machine are kept, by its processor and the kernel of its linear algebra."""
    kernel = here["blas"][0].split()[-1] if here["blas"] else ""
    words = re.findall("[a-z0-9]+", f"{here['processor']} {kernel}".lower().replace("(r)", ""))
    return RESULTS / f"{kind}-{'-'.join(words)}{'-quick' if quick else ''}.json"


def all_results(kind: str = "speed") -> list[dict[str, Any]]:
    """What was measured in full, on every processor that a run has met."""
    paths = (path for path in sorted(RESULTS.glob(f"{kind}-*.json")) if not path.stem.endswith("-quick"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def main() -> None:
    given = asked()
    kept = hold_to_one_thread(given.keep_settings)
    import numpy  # noqa: F401  # so that the machine's description knows its BLAS

    here = machine() | {"settings_kept": kept, "clock": "processor" if given.busy else "wall"}
    if given.busy:
        Clock.now = staticmethod(time.process_time)
    path = results_path(here, given.quick)
    rows = earlier_rows(path, here)
    for row in given.rows:
        print(f"{row} ...", end=" ", file=sys.stderr, flush=True)
        rows[row] = measure(row, Setting(given.quick))
        print(f"{rows[row]['seconds']} s", file=sys.stderr, flush=True)
        results = {"machine": here, "quick": given.quick, "rows": {r: rows[r] for r in ROWS if r in rows}}
        path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(table({row: rows[row] for row in given.rows}))


if __name__ == "__main__":
    main()

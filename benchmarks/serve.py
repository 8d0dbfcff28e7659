"""How many calls `cognomen serve` answers, and how fast; beside the same server answering through PyTorch.

    python benchmarks/serve.py                            # ten seconds each, into results/serve.json
    python benchmarks/serve.py --minutes 30               # and half an hour, for errors and memory
    python benchmarks/serve.py --minutes 30 --seconds 0   # only that; the other figures stay

A real process serves over loopback, and clients in another one ask, each with a connection that it keeps:

    single    64 clients, one name a call
    batches   4 clients, 1,000 names a call

Names are those of the 18 files, in random order, so that most of a call's are new to it. Both processes share
the machine's cores.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from timed.tables import markdown
from timed.timing import machine

from cognomen.corpora import load_corpus

HERE = Path(__file__).parent
RESULT = HERE / "results" / "serve.json"
SIDES = {
    "cognomen": ["-m", "cognomen", "serve", "--port", "0"],
    "torch": [str(HERE / "timed" / "torch_server.py"), "serve", "--port", "0"],
}
LOADS = {"single": (64, 1), "batches": (4, 1000)}


@contextmanager
def served(side: str) -> Iterator[str]:
    """A server in a process of its own: its URL."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, *SIDES[side]], stderr=subprocess.PIPE, text=True, env=environment
    )
    assert process.stderr is not None
    try:
        found = re.search(r"http://\S+", process.stderr.readline())
        assert found, process.stderr.read()
        yield found.group()
    finally:
        process.terminate()
        process.communicate()
    assert process.returncode == 0, "it stops by itself"


def loaded(url: str, names: list[str], which: str, seconds: float) -> dict[str, Any]:
    """Figures of one load."""
    clients, per_call = LOADS[which]
    command = [sys.executable, str(HERE / "timed" / "http_load.py"), url, "--clients", str(clients)]
    command += ["--names", str(per_call), "--seconds", str(seconds)]
    done = subprocess.run(command, input="\n".join([*names, ""]), capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    times, calls = np.array(found["times"]), found["outcomes"].get("200", 0)
    return {
        "calls per second": round(calls / found["elapsed"], 1),
        "names per second": round(calls * per_call / found["elapsed"]),
        "p50 ms": round(1000 * float(np.quantile(times, 0.5)), 1),
        "p99 ms": round(1000 * float(np.quantile(times, 0.99)), 1),
        "calls": calls,
        "errors": sum(count for outcome, count in found["outcomes"].items() if outcome != "200"),
    }


def memory(url: str) -> float:
    """What the server holds, in MB."""
    with urllib.request.urlopen(f"{url}/metrics") as answer:
        found = re.search(rb"^process_resident_memory_bytes (\S+)", answer.read(), re.MULTILINE)
    assert found
    return round(float(found.group(1)) / 1e6, 1)


def soak(names: list[str], minutes: float) -> dict[str, Any]:
    """Minutes at saturation: errors, and memory after the first tenth and at the end."""
    with served("cognomen") as url:
        first = loaded(url, names, "single", minutes * 6)
        early = memory(url)
        second = loaded(url, names, "single", minutes * 54)
        return {
            "minutes": minutes,
            "calls": first["calls"] + second["calls"],
            "errors": first["errors"] + second["errors"],
            "calls per second": second["calls per second"],
            "p50 ms": second["p50 ms"],
            "p99 ms": second["p99 ms"],
            "MB after a tenth": early,
            "MB at the end": memory(url),
        }


def table(found: dict[str, Any]) -> str:
    """The table of docs/server.md, and what half an hour at saturation showed."""
    rows = []
    for side, which in product(SIDES, LOADS):
        f = found[side][which]
        calls, times = f"{f['calls per second']:,.0f}", (f"{f[p]:,.0f} ms" for p in ("p50 ms", "p99 ms"))
        rows.append((side, which, calls, f"{f['names per second']:,}", *times, f["errors"]))
    told = markdown(("server", "load", "calls/s", "names/s", "p50", "p99", "errors"), rows)
    if soaked := found.get("saturation"):
        early, late = soaked["MB after a tenth"], soaked["MB at the end"]
        where, rate = soaked["machine"]["processor"], soaked["calls per second"]
        told += (
            f"\n{soaked['minutes']:g} minutes with 64 clients on {where}: {soaked['calls']:,} calls, "
            f"{rate:,.0f} a second, {soaked['errors']} errors, p50 {soaked['p50 ms']:,.0f} ms, "
            f"p99 {soaked['p99 ms']:,.0f} ms; the server held {early:,.0f} MB after a tenth of the "
            f"time, and {late:,.0f} MB at the end.\n"
        )
    return told


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--seconds", type=float, default=10, help="of each load; 0 keeps the figures that are there"
    )
    parser.add_argument(
        "--minutes", type=float, default=0, help="at saturation, besides; 0 keeps what is there"
    )
    given = parser.parse_args()
    names = np.random.default_rng(0).permutation(np.array(load_corpus("tutorial").names)).tolist()
    found: dict[str, Any] = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
    if given.seconds:
        found |= {"machine": machine(), "seconds": given.seconds}
        for side in SIDES:
            with served(side) as url:
                loaded(url, names, "single", 1)  # warm
                found[side] = {which: loaded(url, names, which, given.seconds) for which in LOADS}
        keep(found)
    if given.minutes:
        found["saturation"] = {**soak(names, given.minutes), "machine": machine()}  # with its load
        keep(found)


def keep(found: dict[str, Any]) -> None:
    """Write the figures down."""
    RESULT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

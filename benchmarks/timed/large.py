"""The rows on much at once: a million names, and a column of ten million rows."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from timed.inference import FAST, torch_lines, ways_here
from timed.names import classifier, recombined_names, zipf_rows
from timed.processes import run_module
from timed.timing import Line, Setting, Target, Times, alternate

__all__ = ["column_row", "million_row"]

CHUNKS = 64


def million_row(setting: Setting) -> list[Line]:
    """A million made-up names (see `recombined_names`); torch is given the first 100,000 of them."""
    count, sample = setting.pick(1_000_000, 60_000), setting.pick(100_000, 10_000)
    names = recombined_names(count)
    work = f"{count:,} distinct names, text to probabilities, 1 thread"
    speed, *fast = torch_lines(work, names, setting, [Target(">=", 5), Target(">=", 5)], sample)
    memory = f"peak memory of those {count:,}"
    lines = [_memory_line(memory + FAST[way], names, by) for way, by in ways_here().items()]
    return [speed, lines[0], *fast, *lines[1:]]


def _memory_line(work: str, names: Sequence[str], compiled: bool) -> Line:
    """The memory of a process that does only this."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "names.txt"
        path.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
        measured = run_module("timed.memory", str(path), "fast" if compiled else "ours")
    without = measured["peak"] - measured["list"]
    return Line(
        work,
        "the whole process, its list of names and the answers among it",
        f"{measured['peak']:.0f} MB; {without:.0f} MB without the list",
        "",
        measured["peak"],
        Target("<=", 500, "MB"),
        "MB",
        measured | {"names": len(names)},
    )


def column_row(setting: Setting) -> list[Line]:
    """A long column, against its different values scored alone plus pyarrow's time to find them.

    The list is made anew for each repetition, a string object for each row, as a reader of a file makes it:
    no two rows share one, and none has its hash computed already.
    """
    import pyarrow as pa

    from cognomen.apps.tables import score_column

    rows, different = setting.pick(10_000_000, 1_000_000), setting.pick(500_000, 50_000)
    clf, names = classifier(), recombined_names(different, seed=1)
    column = _column(names, rows)
    as_list: list[Any] = []

    def make_list() -> None:
        as_list[:] = []
        as_list[:] = column.to_pylist()

    times = alternate(
        {
            "arrow": lambda: score_column(clf, column),
            "list": lambda: clf.predict(as_list),
            "names alone": lambda: clf.predict_proba(names, threads=1),
            "dictionary": lambda: column.dictionary_encode(),
        },
        setting.pick(5, 3),
        prepare={"list": make_list},
    )
    facts = {"rows": rows, "different": different, "chunks": CHUNKS, "pyarrow_threads": pa.cpu_count()}
    words = f"a column of {rows:,} rows, {different:,} distinct"
    return [
        _column_line(f"{words}, as pyarrow.ChunkedArray", times, "arrow", Target("<=", 1.2), rows, facts),
        _column_line(f"{words}, as a list", times, "list", Target("<=", 2.0), rows, facts),
    ]


def _column(names: Sequence[str], rows: int) -> Any:
    """A pyarrow.ChunkedArray with Zipf's shares."""
    import pyarrow as pa

    places, values = zipf_rows(rows, len(names)), pa.array(names)
    size = -(-rows // CHUNKS)
    return pa.chunked_array([values.take(pa.array(places[i : i + size])) for i in range(0, rows, size)])


def _column_line(
    work: str, times: dict[str, Times], ours: str, target: Target, rows: int, facts: dict[str, Any]
) -> Line:
    both = times["names alone"].median + times["dictionary"].median
    taken = times[ours].median
    return Line(
        work,
        "its distinct values alone, plus pyarrow's dictionary of the column",
        f"{taken:.2f} s ({rows / taken / 1e6:.1f} million rows/s)",
        f"{both:.2f} s",
        taken / both,
        target,
        details={name: t.to_json() for name, t in times.items()} | facts,
    )

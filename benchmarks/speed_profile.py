"""Where the time goes, from text to probabilities: `python benchmarks/speed_profile.py [--quick]`.

All different names of the 18 files, one thread, with NumPy alone and compiled. The functions that do the
phases are wrapped from outside while it is measured, nothing in the library knows of it; a phase's time is
its functions' own, without that of wrapped functions that they call, in seconds of the processor. The
wrapping's cost shows: the whole is timed with it and without. Of each phase the median of several runs
counts. Beside the matrix products stands what they would take at the best rate of this machine. Writes
`benchmarks/results/profile-<processor>.json`, one file for each processor as `speed.py` does, and prints the
table.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import wraps
from importlib.util import find_spec
from typing import Any
from unittest.mock import patch

from speed import results_path
from timed.processes import hold_to_one_thread
from timed.timing import Clock as TimeOf
from timed.timing import machine

# The phases: what they are called, and the functions that do them, as module:name.
PHASES = {
    "the list: distinct texts, answers back in order": [
        "cognomen.classifier.classifier:Classifier.predict_proba"
    ],
    "text to ids": ["cognomen.text.column_reading:Column.of", "cognomen.text.column_reading:Column.read"],
    "sharing: sorting, the prefix tree": [
        "cognomen.network.inference:sort_names",
        "cognomen.rnn.engine.choice:prefix_tree",
    ],
    "sharing: taking the states of parents": ["cognomen.rnn.engine.shared_reading:_from_parents"],
    "the letters' inputs to each row, output product": ["cognomen.network.trainable:read_names"],
    "matrix products of the steps": ["cognomen.rnn.engine.packed_weights:_PackedLinear.apply"],
    "gates": ["cognomen.rnn.cells:GRU.step"],
    "pooling": ["cognomen.rnn.pooling:Pooling.update"],
    "the rest of the network": ["cognomen.network.network:Network.evidence"],
    "softmax": ["cognomen.classifier.scoring:softmax_with_temperature"],
}
# The same of the compiled engine, where it does several in one.
COMPILED = "cognomen.rnn.engine.compiled"
COMPILED_PHASES = {
    **dict(list(PHASES.items())[:2]),
    "sharing: sorting, the prefix tree": ["cognomen.network.inference:sort_names", f"{COMPILED}:prefix_tree"],
    "matrix products of the steps, output product": [f"{COMPILED}:read_names"],
    "gates, the letters' inputs, the states of parents, pooling": [f"{COMPILED}:load_kernels"],
    **dict(list(PHASES.items())[-2:]),
}


class Clock:
    """The time that each phase takes itself; wrapped functions may call each other."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.running: list[str] = []
        self.since = 0.0

    def switch(self) -> None:
        """Book the time since the last switch to the phase that runs."""
        now = time.thread_time()
        if self.running:
            self.seconds[self.running[-1]] += now - self.since
        self.since = now

    def wrapped(self, function: Callable[..., Any], phase: str) -> Callable[..., Any]:
        """The function, its time booked to a phase."""

        @wraps(function)
        def call(*args: Any, **options: Any) -> Any:
            self.switch()
            self.running.append(phase)
            try:
                return function(*args, **options)
            finally:
                self.switch()
                self.running.pop()

        return call


@contextmanager
def watched(clock: Clock, phases: Mapping[str, Sequence[str]] = PHASES) -> Iterator[None]:
    """Inside, every phase's functions are wrapped."""
    with ExitStack() as stack:
        for phase, places in phases.items():
            for place in places:
                stack.enter_context(_watching(place, phase, clock))
        yield


def _watching(place: str, phase: str, clock: Clock) -> Any:
    from importlib import import_module

    module, _, path = place.partition(":")
    *owners, name = path.split(".")
    owner: Any = import_module(module)
    for step in owners:
        owner = getattr(owner, step)
    found = getattr(owner, name)
    if name == "load_kernels":  # it is the kernel that is watched
        kernels = found()._replace(step=clock.wrapped(found().step, phase))
        return patch.object(owner, name, lambda: kernels)
    return patch.object(owner, name, clock.wrapped(found, phase))


def measure(runs: int, by: bool) -> dict[str, Any]:
    """The milliseconds of each phase, of the whole, and of the whole unwatched; compiled or not."""
    from timed.inference import product_rates, useful_operations
    from timed.names import classifier, compiled, different_names

    clf, names = classifier(), different_names()
    limit = max(product_rates(clf.network.architecture.hidden_size).values())
    phases = COMPILED_PHASES if by else PHASES
    wholes, clocks, plain = [], [], []

    def seconds() -> float:
        began = time.thread_time()
        clf.predict_proba(names, threads=1)
        return time.thread_time() - began

    with compiled(by):
        for _ in range(runs + 1):  # the first does not count
            plain.append(seconds())
            clock = Clock()
            with watched(clock, phases):
                wholes.append(seconds())
            clocks.append(clock)
    return {
        "names": len(names),
        "phases_ms": {
            phase: statistics.median(clock.seconds[phase] for clock in clocks[1:]) * 1e3 for phase in phases
        },
        "products_at_best_ms": useful_operations(clf, names)[2] / limit * 1e3,
        "whole_ms": statistics.median(wholes[1:]) * 1e3,
        "unwatched_ms": statistics.median(plain[1:]) * 1e3,
    }


def table(results: dict[str, Any]) -> str:
    """The phases as Markdown tables."""
    return "\n".join(_table(words, results[way]) for way, words in WAYS.items() if way in results)


WAYS = {"numpy": "phase", "fast": "phase, with `[fast]`"}


def _table(words: str, measured: dict[str, Any]) -> str:
    lines = [f"| {words} | ms | share |\n| --- | --- | --- |\n"]
    for phase, ms in measured["phases_ms"].items():
        lines.append(f"| {phase} | {ms:.1f} | {ms / measured['whole_ms']:.0%} |\n")
    best = measured["products_at_best_ms"]
    lines.append(f"| (the products at this machine's best rate) | ({best:.1f}) | |\n")
    lines.append(f"| the whole | {measured['whole_ms']:.1f} | |\n")
    lines.append(f"| the whole, without the profiler | {measured['unwatched_ms']:.1f} | |\n")
    return "".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure where the time goes.")
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    quick = parser.parse_args().quick
    kept = hold_to_one_thread()
    import numpy  # noqa: F401  # so that the machine's description knows its BLAS

    TimeOf.now = staticmethod(time.thread_time)  # of the products' best rate as well

    results = {"machine": machine() | {"settings_kept": kept}}
    for way in WAYS:
        if way == "numpy" or find_spec("numba"):
            results[way] = measure(5 if quick else 31, way == "fast")
    path = results_path(results["machine"], quick, kind="profile")
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(table(results))


if __name__ == "__main__":
    main()

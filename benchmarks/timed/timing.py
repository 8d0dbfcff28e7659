"""Take times side by side, find a rival's best way, and say on what machine it was."""

from __future__ import annotations

import os
import platform
import re
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_info

__all__ = ["Line", "Setting", "Target", "Times", "alternate", "best_way", "machine", "seconds_of"]

Work = Callable[[], object]
PACKAGES = ("cognomen", "numpy", "numba", "torch", "onnxruntime", "scikit-learn", "pyarrow")


class Clock:
    """How time is taken: by the clock on the wall, or in seconds of the processor beside other work."""

    now = staticmethod(time.perf_counter)


def seconds_of(work: Work) -> float:
    """How long one call takes."""
    began = Clock.now()
    work()
    return Clock.now() - began


@dataclass(frozen=True)
class Times:
    """The seconds of each repetition of a work."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def to_json(self) -> dict[str, Any]:
        """The median and all of them."""
        return {"median": self.median, "all": [round(s, 6) for s in self.seconds]}


def alternate(
    works: Mapping[str, Work], repetitions: int, prepare: Mapping[str, Work] | None = None
) -> dict[str, Times]:
    """Time works in turn, forwards and backwards by turns, so that a machine that slows down slows all.

    Each has one call beforehand that does not count. What `prepare` has for a work goes before each of its
    calls, untimed.
    """
    prepare = prepare or {}
    taken: dict[str, list[float]] = {name: [] for name in works}
    for name, work in works.items():
        prepare.get(name, _nothing)()
        work()
    for repetition in range(repetitions):
        for name in list(works)[:: -1 if repetition % 2 else 1]:
            prepare.get(name, _nothing)()
            taken[name].append(seconds_of(works[name]))
    return {name: Times(tuple(seconds)) for name, seconds in taken.items()}


def _nothing() -> None:
    pass


def best_way(ways: Mapping[str, Work], repetitions: int = 2) -> tuple[str, dict[str, float]]:
    """The fastest of several ways to do the same, by the best of a few calls, and the seconds of all."""
    least = {way: min(seconds_of(work) for _ in range(repetitions)) for way, work in ways.items()}
    return min(least, key=lambda way: least[way]), {way: round(s, 6) for way, s in least.items()}


@dataclass(frozen=True)
class Setting:
    """How much to measure: all of it, or every row in small form."""

    quick: bool = False

    @property
    def repetitions(self) -> int:
        """How often each work is timed, in turn with the others."""
        return self.pick(7, 3)

    def pick(self, full: int, small: int) -> int:
        return small if self.quick else full


@dataclass(frozen=True)
class Target:
    """What a measured figure must be: at least or at most a value."""

    sign: str  # ">=" or "<="
    value: float
    unit: str = "x"

    def met_by(self, figure: float) -> bool:
        return figure >= self.value if self.sign == ">=" else figure <= self.value

    def __str__(self) -> str:
        return f"{'≥' if self.sign == '>=' else '≤'} {shown(self.value, self.unit)}"


@dataclass(frozen=True)
class Line:
    """One line of the table: what was done, by whom, how fast, and whether that reaches the target."""

    work: str
    against: str
    ours: str
    theirs: str
    figure: float
    target: Target | None = None
    unit: str = "x"
    details: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """What the results keep, and what the table shows."""
        return {
            "work": self.work,
            "against": self.against,
            "ours": self.ours,
            "theirs": self.theirs,
            "figure": self.figure,
            "shown": shown(self.figure, self.target.unit if self.target else self.unit),
            "target": str(self.target) if self.target else None,
            "met": self.target.met_by(self.figure) if self.target else None,
            "details": self.details,
        }


def shown(figure: float, unit: str) -> str:
    """A figure as the table shows it: a ratio "3.51x", a share "0.52", memory "312 MB", a pace "6,000/s"."""
    if unit in ("MB", "/s"):
        return f"{figure:,.0f}{unit.replace('MB', ' MB')}"
    digits = f"{figure:.4f}" if figure < 0.02 else f"{figure:.2f}"
    return digits + ("x" if unit == "x" else "")


def machine() -> dict[str, Any]:
    """The machine, the libraries and the load as they are now."""
    blas = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {package: _version(package) for package in PACKAGES},
        "blas": sorted(
            f"{pool['internal_api']} {pool['version']} {pool.get('architecture', '')}" for pool in blas
        ),
        "simd": _simd(),
        "load": load(),
    }


def load() -> list[float]:
    """How many processes wanted a core in the last 1, 5 and 15 minutes."""
    return [round(share, 2) for share in os.getloadavg()] if hasattr(os, "getloadavg") else []


def _processor() -> str:
    """Its name, with family and model on Linux: virtual machines call several generations by one name."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    told = dict(re.findall(r"^([^:]+?)\s*: (.*)$", text.split("\n\n")[0], re.MULTILINE))
    if "model name" not in told:
        return platform.machine()
    return f"{told['model name']}, family {told.get('cpu family')}, model {told.get('model')}"


def _simd() -> list[str]:
    """The vector instructions that NumPy found."""
    import numpy as np

    told: Any = np.show_config(mode="dicts")
    return list(told["SIMD Extensions"].get("found", []))


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None

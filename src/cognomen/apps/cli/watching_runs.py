"""Showing how the runs of a protocol go: one bar for all of them on a terminal, a line for each in a log."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Self

import click

from cognomen.apps.cli.watching import clock

if TYPE_CHECKING:
    from cognomen.protocols import RunProgress

__all__ = ["Runs"]


class Runs:
    """Is told how far each run is; shows how far all of them are, and how long it will take."""

    def __init__(self) -> None:
        self.shares: dict[int, float] = {}
        self.began = time.monotonic()
        self.on_terminal = sys.stderr is not None and sys.stderr.isatty()
        self.bar: Any = None
        self.task: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()

    def __call__(self, progress: RunProgress) -> None:
        """Show where the runs stand; a run that has ended is told of once."""
        ended = progress.share >= 1 and self.shares.get(progress.run, 0.0) < 1
        self.shares[progress.run] = progress.share
        done = sum(self.shares.values()) / progress.runs
        left = clock((time.monotonic() - self.began) * (1 - done) / max(done, 1e-9))
        line = f"run {progress.run + 1}/{progress.runs} trained · {progress.figures}"
        if not self.on_terminal:
            if ended:
                click.echo(f"{line} · {left} left", err=True)
            return
        if self.bar is None:
            self.bar, self.task = bar_of_runs()
        self.bar.update(self.task, completed=done, figures=f"{progress.figures} · {left} left")
        if ended:
            self.bar.console.print(line, markup=False)


def bar_of_runs() -> tuple[Any, Any]:
    """Start a bar from 0 to 1 with words behind it."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    words = (
        TextColumn(text, markup=False) for text in ("{task.percentage:>3.0f}%", "{task.fields[figures]}")
    )
    console = Console(stderr=True, highlight=False)
    bar = Progress(BarColumn(bar_width=None), *words, console=console, transient=True, expand=True)
    bar.start()
    return bar, bar.add_task("", total=1.0, figures="")

"""Showing how the runs of a protocol go: one bar for all of them on a terminal, a line for each in a log."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Self

import click

from cognomen.apps.cli.progress import BAR, bar_of, clock, move

if TYPE_CHECKING:
    from cognomen.training.protocols import RunProgress

__all__ = ["Runs"]


class Runs:
    """Is told how far each run is; shows how far all of them are, and how long it will take."""

    def __init__(self) -> None:
        self.shares: dict[int, float] = {}
        self.began = time.monotonic()
        self.on_terminal = sys.stderr is not None and sys.stderr.isatty()
        self.bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()

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
            self.bar = bar_of(1.0)
        figures = progress.figures.replace("{", "{{").replace("}", "}}")
        move(self.bar, done, f"{BAR} {figures} · {left} left")
        if ended:
            self.bar.write(line, file=sys.stderr)

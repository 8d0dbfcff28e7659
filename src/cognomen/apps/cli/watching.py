"""Showing how a training run goes: a bar on a terminal, a line for each epoch everywhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

import click

if TYPE_CHECKING:
    from rich.console import Console

    from cognomen.corpora import Corpus
    from cognomen.training import EpochRecord, Progress

__all__ = ["Download", "Watcher", "clock", "epoch_line", "read_corpus", "watcher"]

WIDE = 84  # cells that a bar and all its figures need


class Watcher(Protocol):
    """Something that is told of each step, between entering and leaving it."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def __call__(self, progress: Progress) -> None:
        """Show where the run stands."""


def watcher() -> Watcher:
    """Choose the bar for a person at a terminal, and plain lines for a log."""
    return Bar() if sys.stderr is not None and sys.stderr.isatty() else Lines()


class Lines:
    """One line on stderr after each epoch."""

    def __init__(self) -> None:
        self.pace = Pace()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, progress: Progress) -> None:
        """Write a line when an epoch has ended."""
        left = self.pace.seconds_left(progress)
        if progress.record is not None:
            line = epoch_line(progress.record, progress.epochs)
            click.echo(f"{line} · {progress.names_per_second:,.0f} names/s · {clock(left)} left", err=True)


class Bar:
    """A bar with loss, accuracy, names per second and time left; ended epochs move up as lines."""

    def __init__(self) -> None:
        from rich.console import Console

        console = Console(stderr=True, highlight=False)
        self.wide = console.width >= WIDE
        self.bar = training_bar(console, wide=self.wide)
        self.task: Any = None
        self.pace = Pace()

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def __call__(self, progress: Progress) -> None:
        """Move the bar; print the epoch that has ended above it."""
        epoch = f"{'epoch ' if self.wide else ''}{progress.epoch}/{progress.epochs}"
        figures = [
            f"loss {progress.loss:.3f}",
            f"right {progress.accuracy:.1%}",
            f"{progress.names_per_second:,.0f} names/s",
            f"{clock(self.pace.seconds_left(progress))} left",
        ]
        shown = {"epoch": epoch, "figures": (" · " if self.wide else "  ").join(figures)}
        if self.task is None:
            self.task = self.bar.add_task("", total=progress.epochs * progress.steps, **shown)
        self.bar.update(self.task, completed=steps_done(progress), **shown)
        if progress.record is not None:
            self.bar.console.print(epoch_line(progress.record, progress.epochs), markup=False)


def training_bar(console: Console, *, wide: bool) -> Any:
    """Make the row of columns; on a narrow terminal the figures need the room of the bar."""
    from rich.progress import BarColumn, ProgressColumn, TextColumn
    from rich.progress import Progress as RichProgress

    def text(template: str) -> TextColumn:
        return TextColumn(template, markup=False)

    middle: list[ProgressColumn] = (
        [BarColumn(bar_width=None), text("{task.percentage:>3.0f}%")] if wide else []
    )
    columns = [text("{task.fields[epoch]}"), *middle, text("{task.fields[figures]}")]
    return RichProgress(*columns, console=console, transient=True, expand=wide)


class Pace:
    """How long the rest will take, from the steps of this session (a resumed run began elsewhere)."""

    def __init__(self) -> None:
        self.first: int | None = None
        self.began = time.monotonic()

    def seconds_left(self, progress: Progress) -> float:
        """Guess the seconds to the end of the last epoch."""
        done = steps_done(progress)
        if self.first is None:
            self.first = done - 1
        spent = time.monotonic() - self.began
        return spent / (done - self.first) * (progress.epochs * progress.steps - done)


def steps_done(progress: Progress) -> int:
    """Count the steps from the first epoch on."""
    return (progress.epoch - 1) * progress.steps + progress.step


def clock(seconds: float) -> str:
    """Write a span of time as 0:09, 12:34 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def epoch_line(record: EpochRecord, epochs: int) -> str:
    """Sum an epoch up in one line."""
    line = f"epoch {record.epoch:>{len(str(epochs))}}/{epochs} · "
    line += f"loss {record.train_loss:.3f}, right {record.train_accuracy:.1%}"
    if record.validation_loss is not None and record.validation_accuracy is not None:
        line += f" · validation loss {record.validation_loss:.3f}, right {record.validation_accuracy:.1%}"
    return line


class Download:
    """Tells how a download goes: a bar on a terminal, else one line when it begins."""

    def __init__(self) -> None:
        self.bar: Any = None
        self.task: Any = None
        self.told = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()

    def __call__(self, done: int, total: int | None) -> None:
        """Take the bytes that have come, and all there will be if that is known."""
        if sys.stderr is None or not sys.stderr.isatty():
            if not self.told:
                click.echo("downloading the names of the tutorial, once ...", err=True)
            self.told = True
            return
        if self.bar is None:
            self.bar, self.task = download_bar()
        self.bar.update(self.task, completed=done, total=total)


def download_bar() -> tuple[Any, Any]:
    """Start a bar that counts bytes."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn("downloading"), BarColumn(), DownloadColumn())
    bar = RichProgress(*columns, console=Console(stderr=True), transient=True)
    bar.start()
    return bar, bar.add_task("", total=None)


def read_corpus(data: str) -> Corpus:
    """Read names, with a bar when they must be downloaded first."""
    from cognomen.corpora import load_corpus

    with Download() as on_bytes:
        return load_corpus(data, on_progress=on_bytes)

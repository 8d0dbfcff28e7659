"""Showing how a training run goes: a bar on a terminal, a line for each epoch everywhere."""

from __future__ import annotations

import shutil
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

import click

if TYPE_CHECKING:
    from cognomen.corpora import Corpus
    from cognomen.training.progress import EpochRecord, Progress

__all__ = ["BAR", "Download", "Watcher", "bar_of", "clock", "epoch_line", "move", "read_corpus", "watcher"]

WIDE = 84  # cells that a bar and all its figures need
BAR = "{bar} {percentage:3.0f}%"


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
        self.bar: Any = None
        self.wide = shutil.get_terminal_size().columns >= WIDE
        self.pace = Pace()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()

    def __call__(self, progress: Progress) -> None:
        """Move the bar; print the epoch that has ended above it."""
        figures = [
            f"loss {progress.loss:.3f}",
            f"right {progress.accuracy:.1%}",
            f"{progress.names_per_second:,.0f} names/s",
            f"{clock(self.pace.seconds_left(progress))} left",
        ]
        if self.bar is None:
            self.bar = bar_of(progress.epochs * progress.steps)
        epoch = f"{progress.epoch}/{progress.epochs}"
        form = f"epoch {epoch} {BAR} {' · '.join(figures)}" if self.wide else f"{epoch}  {'  '.join(figures)}"
        move(self.bar, steps_done(progress), form)
        if progress.record is not None:
            self.bar.write(epoch_line(progress.record, progress.epochs), file=sys.stderr)


def bar_of(total: float | None, **settings: Any) -> Any:
    """Start a bar on stderr that is gone when it is closed."""
    from tqdm import tqdm

    return tqdm(total=total, leave=False, dynamic_ncols=True, file=sys.stderr, **settings)


def move(bar: Any, done: float, form: str) -> None:
    """Set how far a bar is, and what its line shows: `BAR` stands for the bar itself."""
    bar.bar_format = form
    bar.update(done - bar.n)


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
        self.told = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()

    def __call__(self, done: int, total: int | None) -> None:
        """Take the bytes that have come, and all there will be if that is known."""
        if sys.stderr is None or not sys.stderr.isatty():
            if not self.told:
                click.echo("downloading the names of the tutorial, once ...", err=True)
            self.told = True
            return
        if self.bar is None:
            self.bar = bar_of(total, desc="downloading", unit="B", unit_scale=True)
        self.bar.update(done - self.bar.n)


def read_corpus(data: str) -> Corpus:
    """Read names, with a bar when they must be downloaded first."""
    from cognomen.corpora import load_corpus

    with Download() as on_bytes:
        return load_corpus(data, on_progress=on_bytes)

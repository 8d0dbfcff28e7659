"""Progress on stderr: a bar for a person at a terminal, lines for a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import click

if TYPE_CHECKING:
    from cognomen.training.protocols import RunProgress
    from cognomen.training.run import EpochRecord, Progress

SHORTEST_BAR = 10  # cells; with less room only the figures are shown


class ProgressBar:
    """A bar on stderr that disappears when it is closed; without a terminal only its lines are written.

    Attributes:
        on_terminal: whether a bar is shown.
    """

    def __init__(self, **settings: Any) -> None:
        """Take settings of tqdm, such as `unit`; the bar appears with the first update."""
        self.on_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._settings = settings
        self._began = time.monotonic()
        self._bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def update(self, done: float, total: float | None, before: str = "", after: str = "") -> None:
        """Move the bar.

        Args:
            done: how much is done.
            total: how much there is to do; None if unknown.
            before, after: text on either side of the bar; tqdm's own figures where both are empty.
        """
        if not self.on_terminal:
            return
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(total=total, leave=False, dynamic_ncols=True, file=sys.stderr, **self._settings)
        if before or after:
            from shutil import get_terminal_size

            room = get_terminal_size().columns - len(f"{before}  100% {after}")
            bar = "{bar} {percentage:3.0f}%" if room >= SHORTEST_BAR else ""
            before, after = (text.replace("{", "{{").replace("}", "}}") for text in (before, after))
            self._bar.bar_format = " ".join(filter(None, (before, bar, after)))
        self._bar.update(done - self._bar.n)

    def line(self, text: str) -> None:
        """Write a line that stays, above the bar."""
        if self._bar is None:
            click.echo(text, err=True)
        else:
            self._bar.write(text, file=sys.stderr)

    def time_left(self, done: float, total: float, start: float = 0) -> str:
        """Estimate the time left from the speed since the bar was made, when `start` was done."""
        seconds = self.seconds() / max(done - start, 1e-9) * (total - done)
        return f"{clock(seconds)} left"

    def seconds(self) -> float:
        """The seconds since the bar was made."""
        return time.monotonic() - self._began


def clock(seconds: float) -> str:
    """Format a duration as 0:09, 12:34 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def training_progress(bar: ProgressBar) -> Callable[[Progress], None]:
    """Show the progress of a training: figures beside the bar, and a line for each epoch."""
    start: int | None = None  # steps done in an earlier session

    def show(progress: Progress) -> None:
        nonlocal start
        done = (progress.epoch - 1) * progress.steps + progress.step
        total = progress.epochs * progress.steps
        start = done - 1 if start is None else start
        speed, left = f"{progress.names_per_second:,.0f} names/s", bar.time_left(done, total, start)
        figures = [f"loss {progress.loss:.3f}", f"right {progress.accuracy:.1%}", speed, left]
        bar.update(done, total, f"epoch {progress.epoch}/{progress.epochs}", " · ".join(figures))
        if progress.record is not None:
            line = epoch_line(progress.record, progress.epochs)
            bar.line(line if bar.on_terminal else f"{line} · {speed} · {left}")

    return show


def epoch_line(record: EpochRecord, epochs: int) -> str:
    """Summarise an epoch in one line."""
    line = f"epoch {record.epoch:>{len(str(epochs))}}/{epochs} · "
    line += f"loss {record.train_loss:.3f}, right {record.train_accuracy:.1%}"
    if record.validation_loss is not None and record.validation_accuracy is not None:
        line += f" · validation loss {record.validation_loss:.3f}, right {record.validation_accuracy:.1%}"
    return line


def protocol_progress(bar: ProgressBar) -> Callable[[RunProgress], None]:
    """Show the progress of a protocol: one bar for all runs, and a line for each that has ended."""
    shares: dict[int, float] = {}

    def show(progress: RunProgress) -> None:
        ended = progress.share >= 1 and shares.get(progress.run, 0.0) < 1
        shares[progress.run] = progress.share
        done = sum(shares.values()) / progress.runs
        left = bar.time_left(done, 1)
        bar.update(done, 1, after=f"{progress.figures} · {left}")
        if ended:
            line = f"run {progress.run + 1}/{progress.runs} trained · {progress.figures}"
            bar.line(line if bar.on_terminal else f"{line} · {left}")

    return show


@contextmanager
def experiment_progress(name: str) -> Iterator[Callable[[float, str], None]]:
    """Show the progress of an experiment, given as a share and a few words; in a log, only its duration."""
    with ProgressBar() as bar:
        yield lambda share, words: bar.update(share, 1, name, f"{words} · {bar.time_left(share, 1)}")
        if not bar.on_terminal:
            bar.line(f"{name}: done in {clock(bar.seconds())}")


@contextmanager
def downloading() -> Iterator[Callable[[int, int | None], None]]:
    """Show the progress of a download in bytes; in a log, a line when it begins."""
    with ProgressBar(desc="downloading", unit="B", unit_scale=True) as bar:
        begun = False

        def show(done: int, total: int | None) -> None:
            nonlocal begun
            if not begun and not bar.on_terminal:
                bar.line("downloading the names of the tutorial, once ...")
            begun = True
            bar.update(done, total)

        yield show

"""Progress on stderr: what a log and what a terminal shows, and an estimate of the time left that falls."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable
from contextlib import redirect_stderr

import pytest

from cognomen.apps.cli import progress as module
from cognomen.apps.cli.progress import (
    ProgressBar,
    clock,
    downloading,
    experiment_progress,
    protocol_progress,
    training_progress,
)
from cognomen.training import EpochRecord, Progress
from cognomen.training.protocols import RunProgress

Tick = Callable[[float], None]


@pytest.fixture
def tick(monkeypatch: pytest.MonkeyPatch) -> Tick:
    """A clock that stands still until it is moved by some seconds."""
    now = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])

    def move(seconds: float) -> None:
        now[0] += seconds

    return move


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def frames(self) -> list[str]:
        """Everything that was on a line of its own, one after the other."""
        texts = re.split(r"[\r\n]|\x1b\[\w", self.getvalue())
        return [text.rstrip() for text in texts if text.strip()]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("COLUMNS", "120")
    seconds = itertools.count()  # tqdm draws no two frames within a tenth of a second
    monkeypatch.setattr("tqdm.std.time", lambda: float(next(seconds)))
    return Terminal()


def seconds_left(text: str) -> int:
    minutes, seconds = re.findall(r"(\d+):(\d\d) left", text)[-1]
    return int(minutes) * 60 + int(seconds)


def step(epoch: int, step: int, *, epochs: int = 4, steps: int = 5) -> Progress:
    record = None
    if step == steps:
        record = EpochRecord(epoch, 0.25, 0.9, 0.3, 0.85)
    return Progress(epoch, epochs, step, steps, 0.5, 0.75, 12345.6, record)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0:00"),
        (0.4, "0:00"),
        (9.4, "0:09"),
        (59.6, "1:00"),
        (61, "1:01"),
        (754, "12:34"),
        (3599, "59:59"),
        (3723, "1:02:03"),
    ],
)
def test_a_duration(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown


@pytest.mark.parametrize(
    ("spent", "done", "total", "start", "left"),
    [
        (10, 5, 20, 0, 30),
        (10, 10, 20, 0, 10),
        (10, 20, 20, 0, 0),
        (10, 15, 20, 10, 10),
        (40, 0.25, 1, 0, 120),
    ],
)
def test_the_time_left_follows_from_the_speed_so_far(
    tick: Tick, spent: float, done: float, total: float, start: float, left: float
) -> None:
    bar = ProgressBar()
    tick(spent)
    assert bar.time_left(done, total, start) == f"{clock(left)} left"
    assert bar.seconds() == spent


def test_a_log_of_a_training_has_a_line_for_each_epoch(
    tick: Tick, capsys: pytest.CaptureFixture[str]
) -> None:
    with ProgressBar() as bar:
        show = training_progress(bar)
        for epoch in range(1, 5):
            for place in range(1, 6):
                tick(6)
                show(step(epoch, place))
    figures = "loss 0.250, right 90.0% · validation loss 0.300, right 85.0% · 12,346 names/s"
    assert capsys.readouterr().err.splitlines() == [
        f"epoch {epoch}/4 · {figures} · {left} left"
        for epoch, left in enumerate(("1:30", "1:00", "0:30", "0:00"), start=1)
    ]


def test_a_training_that_goes_on_counts_its_own_steps_only(
    tick: Tick, capsys: pytest.CaptureFixture[str]
) -> None:
    """Resumed after two of four epochs: ten steps are left, at six seconds each."""
    with ProgressBar() as bar:
        show = training_progress(bar)
        for epoch in (3, 4):
            for place in range(1, 6):
                tick(6)
                show(step(epoch, place))
    assert [line.rpartition(" · ")[2] for line in capsys.readouterr().err.splitlines()] == [
        "0:30 left",
        "0:00 left",
    ]


def test_a_training_at_a_terminal_shows_figures_and_a_time_that_falls(tick: Tick, terminal: Terminal) -> None:
    with redirect_stderr(terminal), ProgressBar() as bar:
        show = training_progress(bar)
        for epoch in range(1, 5):
            for place in range(1, 6):
                tick(6)
                show(step(epoch, place))
    frames = [frame for frame in terminal.frames() if "left" in frame]
    left = [seconds_left(frame) for frame in frames]
    assert left == sorted(left, reverse=True)
    assert len(set(left)) == 20
    assert (left[0], left[-1]) == (19 * 6, 0)
    assert any("epoch 2/4" in frame and "50%" in frame for frame in frames)
    assert all("loss 0.500 · right 75.0% · 12,346 names/s" in frame for frame in frames)
    kept = [frame for frame in terminal.frames() if "validation" in frame]
    assert [frame[:9] for frame in kept] == [f"epoch {epoch}/4" for epoch in range(1, 5)]


def test_an_epoch_without_validation_names_has_no_figures_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar() as bar:
        training_progress(bar)(Progress(1, 12, 5, 5, 0.5, 0.75, 10.0, EpochRecord(1, 0.25, 0.9, None, None)))
    assert capsys.readouterr().err.startswith("epoch  1/12 · loss 0.250, right 90.0% · 10 names/s · ")


def test_a_log_of_a_protocol_has_a_line_for_each_run(tick: Tick, capsys: pytest.CaptureFixture[str]) -> None:
    """Two runs side by side, four in all."""
    with ProgressBar() as bar:
        show = protocol_progress(bar)
        for run in (0, 2):
            for share in (0.5, 1.0):
                for each in (run, run + 1):
                    tick(10)
                    show(RunProgress(each, 4, share, "right 80%"))
            show(RunProgress(run, 4, 1.0, "right 80%"))  # told again: no second line
    assert capsys.readouterr().err.splitlines() == [
        "run 1/4 trained · right 80% · 0:50 left",
        "run 2/4 trained · right 80% · 0:40 left",
        "run 3/4 trained · right 80% · 0:10 left",
        "run 4/4 trained · right 80% · 0:00 left",
    ]


def test_a_protocol_at_a_terminal_shows_a_time_that_falls(tick: Tick, terminal: Terminal) -> None:
    with redirect_stderr(terminal), ProgressBar() as bar:
        show = protocol_progress(bar)
        for run in range(2):
            for share in (0.25, 0.5, 0.75, 1.0):
                tick(10)
                show(RunProgress(run, 2, share, "right 80%"))
    left = [seconds_left(frame) for frame in terminal.frames() if "left" in frame]
    assert left == sorted(left, reverse=True)
    assert sorted(set(left)) == list(range(0, 80, 10))
    assert [frame for frame in terminal.frames() if "trained" in frame] == [
        "run 1/2 trained · right 80%",
        "run 2/2 trained · right 80%",
    ]


def test_an_experiment_shows_a_time_that_falls(tick: Tick, terminal: Terminal) -> None:
    with redirect_stderr(terminal), experiment_progress("program") as show:
        for share in (0.25, 0.5, 0.75, 1.0):
            tick(30)
            show(share, "epoch 3")
    frames = [frame for frame in terminal.frames() if "left" in frame]
    assert all(frame.startswith("program") and "epoch 3" in frame for frame in frames)
    assert sorted({seconds_left(frame) for frame in frames}) == [0, 30, 60, 90]


def test_a_log_of_an_experiment_says_how_long_it_took(tick: Tick, capsys: pytest.CaptureFixture[str]) -> None:
    with experiment_progress("program") as show:
        tick(75)
        show(0.5, "epoch 3")
    assert capsys.readouterr().err == "program: done in 1:15\n"


def test_a_log_of_a_download_has_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with downloading() as show:
        show(10, 100)
        show(100, 100)
    assert capsys.readouterr().err == "downloading the names of the tutorial, once ...\n"


def test_a_download_at_a_terminal_shows_its_share(terminal: Terminal) -> None:
    with redirect_stderr(terminal), downloading() as show:
        show(25, 100)
        show(50, 100)
    assert any("50%" in frame and "50.0/100" in frame for frame in terminal.frames())
    assert not any("once" in frame for frame in terminal.frames())


def test_a_narrow_terminal_shows_the_figures_alone(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    with redirect_stderr(terminal), ProgressBar() as bar:
        bar.update(1, 2, "epoch 1/4", "loss {0.5} · 12 names/s · 0:01 left")
    assert any(frame.startswith("epoch 1/4 loss {0.5} · 12 names/s · ") for frame in terminal.frames())
    assert not any("50%" in frame for frame in terminal.frames())

"""What an experiment is: a question, numbers that answer it, and what is made of these numbers alone.

    measure(settings, on_progress) -> numbers       trains and measures; the only part that takes time
    table(numbers), sentence(numbers), draw(figure, numbers)    what people see, pure functions of the numbers

The numbers are JSON values. They are what is kept, so that a table, a sentence or a picture can be made
again, and compared with the one in a text, without training anything.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cognomen.errors import InputError
from cognomen.plots.canvas import Figure
from cognomen.rnn.engine.blas import one_blas_thread

Numbers = Mapping[str, Any]  # JSON values only: no NaN (None stands for it), no arrays
OnProgress = Callable[[float, str], None]  # the share that is done, 0 to 1, and what is being done

# What experiments are about, in the order in which they are listed.
GROUPS = ("the five shapes", "what recurrence gives", "what it costs, and the remedy", "what learners ask")


def silent(share: float, words: str) -> None:
    """Show no progress."""


def parts(on_progress: OnProgress, words: Sequence[str]) -> list[OnProgress]:
    """One progress of its own for each of several parts of equal length, each named by its words."""

    def part(place: int, name: str) -> OnProgress:
        def show(share: float, detail: str) -> None:
            on_progress((place + share) / len(words), f"{name} · {detail}" if detail else name)

        return show

    return [part(place, name) for place, name in enumerate(words)]


def rounded(value: float, digits: int = 3) -> float | None:
    """The value to so many significant digits, as it is kept; None if it is infinite or NaN."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None


@dataclass(frozen=True)
class Settings:
    """How an experiment is run.

    Attributes:
        quick: a few seconds' worth, to see that everything runs; its numbers show little.
        seed: of everything that chance decides.
    """

    quick: bool = False
    seed: int = 0


@dataclass(frozen=True)
class Table:
    """Heads, and rows of as many cells as they are shown; the first column names the row."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.heads) for row in self.rows):
            raise InputError(f"table: expected {len(self.heads)} cells in each row, as many as heads")

    def markdown(self) -> str:
        """The table as Markdown, figures to the right."""
        rule = ["---", *["---:"] * (len(self.heads) - 1)]
        lines = (self.heads, rule, *self.rows)
        return "".join(f"| {' | '.join(line)} |\n" for line in lines)


@dataclass(frozen=True)
class Experiment:
    """A question and how it is answered.

    Attributes:
        name: a word or two with hyphens, as in `cognomen study run NAME`.
        group: one of `GROUPS`.
        question: one sentence, with its question mark.
        measure: trains and measures; calls on_progress between 0 and 1.
        table: the numbers as people read them.
        sentence: what was measured, in words; every number in it comes from the numbers.
        draw: the picture, on an empty figure.
        size: width and height of the picture in inches.
        needs_names: whether it trains on the 18 files (`load_corpus("tutorial")`).

    Raises:
        InputError: there is no such group.
    """

    name: str
    group: str
    question: str
    measure: Callable[[Settings, OnProgress], Numbers]
    table: Callable[[Numbers], Table]
    sentence: Callable[[Numbers], str]
    draw: Callable[[Figure, Numbers], None]
    size: tuple[float, float] = (9.0, 4.2)
    needs_names: bool = False

    def __post_init__(self) -> None:
        if self.group not in GROUPS:
            raise InputError(f"group: expected one of {list(GROUPS)}, got {self.group!r}")

    def run(self, settings: Settings | None = None, on_progress: OnProgress = silent) -> Findings:
        """Measure, in one thread. Equal settings give equal numbers on one machine, but for times.

        Raises:
            DataError: the names it needs cannot be had.
        """
        settings = Settings() if settings is None else settings
        with one_blas_thread():
            return Findings(self, settings, self.measure(settings, on_progress))


@dataclass(frozen=True)
class Findings:
    """What an experiment measured under some settings."""

    experiment: Experiment
    settings: Settings
    numbers: Numbers

    @property
    def table(self) -> Table:
        """The numbers as people read them."""
        return self.experiment.table(self.numbers)

    @property
    def sentence(self) -> str:
        """What was measured, in words."""
        return self.experiment.sentence(self.numbers)

    def draw(self, figure: Figure) -> None:
        """Draw the picture on an empty figure."""
        self.experiment.draw(figure, self.numbers)

    def to_json(self) -> dict[str, Any]:
        """Everything, as JSON values; the table and the sentence stand there for readers without Python."""
        return {
            "name": self.experiment.name,
            "question": self.experiment.question,
            "settings": asdict(self.settings),
            "sentence": self.sentence,
            "table": {"heads": list(self.table.heads), "rows": [list(row) for row in self.table.rows]},
            "numbers": dict(self.numbers),
        }

"""Experiments: a question, measured numbers, and a table, a sentence and a figure made from the numbers.

    measure(settings, on_progress) -> numbers                   trains and measures; the only slow part
    table(numbers), sentence(numbers), draw(figure, numbers)    pure functions of the numbers

A full run measures several times, with a seed each; table, sentence and figure are made from all of it, each
number being the middle one with its range (`spread.summarise`). The numbers are JSON values. They are what is
stored, so that the table, the sentence and the figure can be made again, and compared with those in the
docs, without any training.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from cognomen.errors import InputError
from cognomen.plots.canvas import Figure
from cognomen.rnn.engine.blas import one_blas_thread
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.spread import Numbers as Numbers  # the experiments import the type from here
from cognomen.study.spread import summarise

Item = TypeVar("Item")
RUNS = 6  # of an experiment, with a seed each: their range holds the median of all seeds with 97 % confidence

# The topics of experiments, in the order in which they are listed.
GROUPS = ("the five shapes", "what recurrence gives", "what it costs, and the remedy", "what learners ask")


def silent(share: float, words: str) -> None:
    """Show no progress."""


def parts(on_progress: OnProgress, words: Sequence[str]) -> list[OnProgress]:
    """Progress callbacks for several parts of equal length, one for each of their names."""

    def part(place: int, name: str) -> OnProgress:
        def show(share: float, detail: str) -> None:
            on_progress((place + share) / len(words), " · ".join(filter(None, (name, detail))))

        return show

    return [part(place, name) for place, name in enumerate(words)]


def in_parts(
    on_progress: OnProgress, items: Iterable[Item], name: Callable[[Item], str] = str
) -> Iterator[tuple[Item, OnProgress]]:
    """Each item of a loop, with the progress callback of its part of the work (see `parts`)."""
    items = list(items)
    return zip(items, parts(on_progress, list(map(name, items))), strict=True)


def rounded(value: float, digits: int = 3) -> float | None:
    """The value rounded to significant digits; None if it is infinite or NaN."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None


@dataclass(frozen=True)
class Settings:
    """Options of a run.

    Attributes:
        quick: take a few seconds, to see that everything works; the numbers mean little.
        seed: of all random numbers. A full run takes several in its place: `Experiment.seeds`.
    """

    quick: bool = False
    seed: int = 0


@dataclass(frozen=True)
class Table:
    """Headings, and rows of as many formatted cells; the first column names the row."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.heads) for row in self.rows):
            raise InputError(f"table: expected {len(self.heads)} cells in each row, one per heading")

    def markdown(self) -> str:
        """The table in Markdown, numbers right-aligned."""
        rule = ["---", *["---:"] * (len(self.heads) - 1)]
        lines = (self.heads, rule, *self.rows)
        return "".join(f"| {' | '.join(line)} |\n" for line in lines)


@dataclass(frozen=True)
class Experiment:
    """A question and how it is answered.

    Attributes:
        name: as in `cognomen study run NAME`.
        group: one of `GROUPS`.
        question: one sentence.
        measure: trains and measures.
        table: the numbers in a table.
        sentence: the result in words; all figures in it come from the numbers.
        draw: draws on an empty figure.
        size: width and height of the figure in inches.
        needs_names: whether it trains on the 18 files (`load_corpus("tutorial")`).
        runs: how often a full run measures, with a seed each.
        first_run: the names of numbers that are those of the first run: examples, points of a picture.

    Raises:
        InputError: the group does not exist.
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
    runs: int = RUNS
    first_run: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.group not in GROUPS:
            raise InputError(f"group: expected one of {list(GROUPS)}, got {self.group!r}")

    def seeds(self, settings: Settings) -> Iterator[Settings]:
        """The settings of each measurement. No two values of `settings.seed` share a seed."""
        count = 1 if settings.quick else self.runs
        yield from (replace(settings, seed=settings.seed * count + k) for k in range(count))

    def run(self, settings: Settings | None = None, on_progress: OnProgress = silent) -> Findings:
        """Measure with each seed, in one thread.

        On one machine equal settings give equal numbers, except for times.

        Raises:
            DataError: names are needed and cannot be loaded.
        """
        settings = Settings() if settings is None else settings
        seeds = list(self.seeds(settings))
        reports = in_parts(on_progress, seeds, lambda each: f"seed {each.seed}" * (len(seeds) > 1))
        return Findings(self, settings, tuple(self.measured(*each) for each in reports))

    def measured(self, settings: Settings, on_progress: OnProgress = silent) -> Numbers:
        """The numbers of one seed, measured in one thread.

        Raises:
            DataError: names are needed and cannot be loaded.
        """
        with one_blas_thread():
            return self.measure(settings, on_progress)


@dataclass(frozen=True)
class Findings:
    """The numbers of an experiment, for each of its seeds, and the settings of its run."""

    experiment: Experiment
    settings: Settings
    runs: tuple[Numbers, ...]

    @cached_property
    def numbers(self) -> Numbers:
        """All runs in one: of each number the median and the range."""
        return summarise(self.runs, self.experiment.first_run)

    @property
    def table(self) -> Table:
        """The numbers in a table."""
        return self.experiment.table(self.numbers)

    @property
    def sentence(self) -> str:
        """The result in words."""
        text = self.experiment.sentence(self.numbers)
        if len(self.runs) == 1:
            return text
        return f"{text} (The median of {len(self.runs)} runs with a seed each; in parentheses, their range.)"

    def draw(self, figure: Figure) -> None:
        """Draw on an empty figure."""
        self.experiment.draw(figure, self.numbers)

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values; the table and the sentence are included for readers without Python."""
        first, *others = self.runs
        first_run = self.experiment.first_run
        kept = [first, *({key: run[key] for key in run if key not in first_run} for run in others)]
        return {
            "name": self.experiment.name,
            "question": self.experiment.question,
            "settings": asdict(self.settings),
            "sentence": self.sentence,
            "table": {"heads": list(self.table.heads), "rows": [list(row) for row in self.table.rows]},
            "runs": [dict(run) for run in kept],
        }

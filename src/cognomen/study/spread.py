"""Several runs of one experiment summarised: the median and the range of each number.

The range of n independent runs holds the median of all possible runs with a confidence of 1 - 2^(1-n),
whatever their distribution, since it misses the median only if all n fall on one side of it (97 % for n = 6).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median, median_low
from typing import Any, Self

from cognomen.plots.canvas import Axes

Numbers = Mapping[str, Any]  # JSON values only: no NaN (None stands for it), no arrays


class Spread(float):
    """One number in several runs. It counts as the median, and is formatted with the range.

    Attributes:
        values: the number in each run.
    """

    values: tuple[float, ...]

    def __new__(cls, values: Sequence[float]) -> Self:
        """From the number in each run."""
        made = super().__new__(cls, (median_low if _whole(values) else median)(values))
        made.values = tuple(values)
        return made

    def __format__(self, form: str) -> str:
        """Format all three: 95.5% (94.9–96.1); only the median where they look alike."""
        kind = int if _whole(self.values) else float
        middle, least, most = (
            format(kind(each), form) for each in (self, min(self.values), max(self.values))
        )
        return middle if least == most else f"{middle} ({least.removesuffix('%')}–{most.removesuffix('%')})"

    def __str__(self) -> str:
        return format(self, "")

    def __rmul__(self, factor: float) -> Spread:
        """The number in each run, times a factor; so that per cent keep their range."""
        return Spread([factor * value for value in self.values])


def _whole(values: Sequence[float]) -> bool:
    return all(isinstance(each, int) for each in values)


def summarise(runs: Sequence[Numbers], first_run: Sequence[str] = ()) -> Numbers:
    """The numbers of all runs in one, in the form of the first.

    What is equal in all runs stays as it is, and numbers become a `Spread`. A number that most of the runs
    lack (None) is lacking; else those that have it count. Words and lists of different lengths are those of
    the first run, as are the numbers named in `first_run`.
    """
    first = runs[0]
    return {key: first[key] if key in first_run else _one([run.get(key) for run in runs]) for key in first}


def _one(values: Sequence[Any]) -> Any:
    first = values[0]
    if all(each == first for each in values):
        return first
    if all(isinstance(each, Mapping) for each in values):
        return summarise(values)
    if all(isinstance(each, list | tuple) and len(each) == len(first) for each in values):
        return [_one(inner) for inner in zip(*values, strict=True)]
    given = [each for each in values if each is not None]
    if all(isinstance(each, int | float) for each in given):
        return Spread(given) if 2 * len(given) > len(values) else None
    return first


def values_of(number: float, runs: int = 1) -> tuple[float, ...]:
    """A number in each run; a number that is the same in all is repeated."""
    return number.values if isinstance(number, Spread) else (number,) * runs


def how_often_less(one: float, other: float) -> str:
    """In how many runs one number is below the other, seed by seed: "in 5 of 6 runs", "in 1 of 1"."""
    runs = max(len(values_of(each)) for each in (one, other))
    pairs = zip(values_of(one, runs), values_of(other, runs), strict=True)
    return f"in {sum(a < b for a, b in pairs)} of {runs}" + (" runs" if runs > 1 else "")


def lines(axes: Axes, x: Sequence[float], y: Sequence[float], **style: Any) -> None:
    """Draw a line through the medians, and a band over the range of the runs."""
    axes.plot(x, [float(each) for each in y], **style)
    least, most = ([end(values_of(each)) for each in y] for end in (min, max))
    axes.fill_between(x, least, most, color=style["color"], alpha=0.15, linewidth=0)

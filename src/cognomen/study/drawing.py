"""What the figures of the experiments share: markers, percentage axes, labelled bars and automata."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cognomen.plots.canvas import COLOURS, GREY, Axes, plain

__all__ = ["MARKERS", "bars", "draw_automaton", "percent_axis"]

# One marker for each colour, so that lines can be told apart without colour.
MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def percent_axis(axes: Axes, label: str, low: float = 0) -> None:
    """The y axis as per cent of something, the values given as shares."""
    axes.set_ylim(low, 1.03)
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}")
    axes.set_ylabel(label)


def bars(axes: Axes, names: Sequence[str], values: Sequence[float], form: str, **kind: Any) -> None:
    """Bars that lie, the first on top, each with its figure at its end."""
    places = np.arange(len(names))[::-1]
    axes.barh(places, values, height=0.7, **{"color": COLOURS[0], **kind})
    axes.set_yticks(places, names)
    for place, value in zip(places, values, strict=True):
        axes.annotate(
            form.format(value), (value, place), (4, 0), textcoords="offset points", va="center", fontsize=9
        )
    plain(axes)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)


def draw_automaton(
    axes: Axes, following: Sequence[Sequence[int]], labels: Sequence[Sequence[str]], names: Sequence[str]
) -> None:
    """States as circles in a row, transitions as arrows with their labels; the first state has an arrow in.

    Args:
        axes: empty ones.
        following: (S, K), the state after each symbol.
        labels: (S, K), what is written at the arrow.
        names: (S,), what is written into the circle.
    """
    for state, name in enumerate(names):
        x = 3.0 * state
        axes.add_patch(_circle(x, COLOURS[state % len(COLOURS)]))
        axes.text(x, 0, name, ha="center", va="center", color="white", fontsize=11, weight="bold")
        for other in sorted(set(following[state])):
            written = "\n".join(
                label for label, to in zip(labels[state], following[state], strict=True) if to == other
            )
            _arrow(axes, x, 3.0 * other, written)
    axes.annotate("", (-0.75, 0), (-1.5, 0), arrowprops={"arrowstyle": "-|>", "color": GREY})
    axes.text(-1.55, 0, "start", ha="right", va="center", color=GREY)
    axes.set(xlim=(-2.4, 3.0 * len(names) - 1.8), ylim=(-2.6, 2.6), aspect="equal")
    axes.axis("off")


def _circle(x: float, colour: str) -> Any:
    from matplotlib.patches import Circle

    return Circle((x, 0), 0.7, facecolor=colour, edgecolor="white", zorder=3)


def _arrow(axes: Axes, x: float, to: float, label: str) -> None:
    """An arrow between two circles, above when it goes right, below when left; or back to itself."""
    up = 1 if to >= x else -1
    if to == x:
        ends, bend, place, va = ((x - 0.35, 0.65), (x + 0.35, 0.65)), "arc3,rad=-1.6", (x, 1.5), "bottom"
    else:
        ends = ((x + 0.55 * up, 0.45 * up), (to - 0.55 * up, 0.45 * up))
        bend, place = "arc3,rad=-0.3", ((x + to) / 2, up * (0.8 + 0.1 * abs(to - x)))
        va = "bottom" if up > 0 else "top"
    axes.annotate(
        "",
        ends[1],
        ends[0],
        arrowprops={"arrowstyle": "-|>", "connectionstyle": bend, "color": GREY, "lw": 1.2},
    )
    axes.text(*place, label, ha="center", va=va, fontsize=9.5, linespacing=1.3)

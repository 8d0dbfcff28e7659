"""A picture of an explanation: what letters add, the belief after each, the network at work on the name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cognomen.errors import InputError
from cognomen.explanation.activations import Workings
from cognomen.explanation.explanation import Explanation
from cognomen.plots.canvas import BLUE, COLOURS, GREY, VERMILION, checked_path, empty_figure, plain, save
from cognomen.rnn.arrays import Array, Ids

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

__all__ = ["plot_explanation"]

ORDERED = (*COLOURS[:4], COLOURS[5])  # without sky blue, which resembles blue on thin lines
MARKERS = ("o", "s", "^", "D", "v")
WIDTH, WIDEST = 10.0, 40.0  # inches
SHARES_HEIGHT, BELIEF_HEIGHT, GRID_HEIGHT, REACH_HEIGHT, LAG_HEIGHT = 2.9, 2.7, 2.3, 3.4, 2.6  # inches


def plot_explanation(found: Explanation, inside: Workings | None, path: str | Path) -> None:
    """Draw an explanation, and below it, where `inside` is given, what happened in the network.

    Args:
        found: from `explain`.
        inside: from `workings`, of the same name.
        path: where to; the suffix `.png`, `.svg` or `.pdf` says what.

    Raises:
        InputError: the explanation has no letters, `inside` is another name's, or another suffix.
        MissingExtraError: matplotlib is not installed.
    """
    target = checked_path(path)
    if not found.letters:
        raise InputError(
            f"expected the explanation of a name that could be read, got {found.answer.reason!r}"
        )
    if inside is not None and inside.reach.shape[1] != len(found.letters):
        raise InputError(
            f"expected the workings of {len(found.letters)} letters, got {inside.reach.shape[1]}"
        )
    rows = [] if inside is None else ["states", *inside.gates]
    heights = [SHARES_HEIGHT, BELIEF_HEIGHT]
    if inside is not None:
        heights += [GRID_HEIGHT * len(rows), max(REACH_HEIGHT, 0.2 * len(found.letters)), LAG_HEIGHT]
    width = min(WIDEST, max(WIDTH, 1.5 + 0.25 * len(found.letters) * (1 if inside is None else 2)))
    figure = empty_figure(width, sum(heights))
    parts: Any = figure.subfigures(len(heights), 1, height_ratios=heights)
    letters = [_shown(each.letter) for each in found.letters]
    _draw_shares(parts[0].subplots(), found, letters)
    _draw_beliefs(parts[1].subplots(), found, letters)
    if inside is not None:
        _draw_units(parts[2], inside, letters)
        _draw_reach(parts[3], inside, letters)
        _draw_lags(parts[4].subplots(), inside)
    save(figure, target)


def _shown(letter: str) -> str:
    """The letter as a label: a space made visible, and what the font lacks as a question mark."""
    from matplotlib.font_manager import findfont, get_font

    if letter == " ":
        return "␣"
    font: Any = get_font(findfont("DejaVu Sans"))
    return letter if all(font.get_char_index(ord(each)) for each in letter) else "?"


def _draw_shares(axes: Axes, found: Explanation, letters: Sequence[str]) -> None:
    """What each letter adds, as bars; how it changes the lead, as diamonds."""
    places = np.arange(len(letters))
    shares = np.array([each.share for each in found.letters])
    for chosen, colour, label in [
        (shares >= 0, BLUE, "speaks for"),
        (shares < 0, VERMILION, "speaks against"),
    ]:
        if chosen.any():
            axes.bar(places[chosen], shares[chosen], 0.62, color=colour, label=f"{label} {found.origin}")
    if found.rival is not None:
        margins = [each.margin or 0.0 for each in found.letters]
        axes.plot(places, margins, "D", color="black", mfc="white", ms=5, label=f"lead over {found.rival}")
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set_ylabel("Added to the logit")
    _letters_below(axes, letters)
    name = "".join(each.letter for each in found.letters)
    axes.set_title(
        f"“{name}”: what each letter adds for {found.origin} "
        f"({_per_cent(found.probability or 0)})\nfrom {found.start:+.1f}, unknown letters alone, to "
        f"{found.logit:+.1f}",
        fontsize=11,
        loc="left",
    )
    _legend(axes)


def _draw_beliefs(axes: Axes, found: Explanation, letters: Sequence[str]) -> None:
    """How likely the origin and its strongest rivals were after each letter."""
    for origin, colour, marker in zip(_likeliest(found), ORDERED, MARKERS, strict=False):
        after = [100 * each.probability(origin) for each in found.letters]  # NaN leaves a gap
        explained = origin == found.origin
        axes.plot(after, color=colour, marker=marker, ms=5, lw=2.4 if explained else 1.2, label=origin)
    axes.set(ylim=(-3, 103), ylabel="Probability (%)")
    axes.set_title(
        "Belief after each letter: the letters so far taken as a whole name", fontsize=11, loc="left"
    )
    _letters_below(axes, letters)
    _legend(axes)


def _likeliest(found: Explanation) -> list[str]:
    """The origin that is explained, its rival, and those that were likeliest after some letter."""
    peaks: dict[str, float] = {}
    for letter in found.letters:
        for each in letter.belief:
            peaks[each.origin] = max(each.probability, peaks.get(each.origin, 0.0))
    first = [each for each in (found.origin, found.rival) if each is not None]
    others = sorted(peaks.keys() - set(first), key=lambda origin: -peaks[origin])
    return [*first, *others][: len(ORDERED)]


def _draw_units(part: SubFigure, inside: Workings, letters: Sequence[str]) -> None:
    """A heat map of the states, and one of each gate, for each direction."""
    maps = {"states": inside.states, **inside.gates}
    grid: Any = part.subplots(len(maps), len(inside.directions), squeeze=False)
    for row, (name, values) in enumerate(maps.items()):
        signed = name in ("states", "candidate")
        low, high = (-np.abs(values).max(), np.abs(values).max()) if signed else (0, 1)
        for column, way in enumerate(inside.directions):
            axes = grid[row, column]
            order = _by_turn(inside.states[column], way)  # (H,)
            image = axes.imshow(
                values[column][:, order].T, aspect="auto", cmap="PuOr" if signed else "cividis",
                vmin=low, vmax=high, interpolation="nearest",
            )  # fmt: skip
            what = "hidden state, units by the time of their peak" if name == "states" else _gate(name)
            axes.set_title(f"{way}: {what}", fontsize=10, loc="left")
            if not column:  # the other direction's units are numbered alike
                axes.set_ylabel("Unit")
            _letters_below(axes, letters, limits=False)
        part.colorbar(image, ax=list(grid[row]), aspect=18, pad=0.01)


def _gate(name: str) -> str:
    return name if name == "candidate" else f"{name} gate"


def _by_turn(states: Array, way: str) -> Ids:
    """The units in the order in which they reach their strongest value, the positive ones first, (H,)."""
    strongest = np.abs(states).argmax(axis=0)  # (H,)
    sign = np.sign(states[strongest, np.arange(len(strongest))])
    return np.lexsort((-sign, -strongest if way == "reverse" else strongest))


def _draw_reach(part: SubFigure, inside: Workings, letters: Sequence[str]) -> None:
    """Which letters each state depends on."""
    grid: Any = part.subplots(1, len(inside.directions), squeeze=False)
    highest = inside.reach.max() or 1.0
    for axes, way, reach in zip(grid[0], inside.directions, inside.reach, strict=True):
        image = axes.imshow(reach, cmap="cividis", vmin=0, vmax=highest, aspect="auto")
        axes.set_title(f"{way}: which letter each state depends on", fontsize=10, loc="left")
        axes.set_yticks(range(len(letters)), letters)
        axes.set(xlabel="this letter moves …", ylabel="… the state after this one")
        _letters_below(axes, letters, limits=False)
    part.colorbar(image, ax=list(grid[0]), aspect=25, pad=0.01, label="norm of the gradient")


def _draw_lags(axes: Axes, inside: Workings) -> None:
    """How the dependence fades with the distance."""
    for way, lags, colour, marker in zip(
        inside.directions, inside.by_lag(), (BLUE, VERMILION), MARKERS, strict=False
    ):
        axes.plot(lags, color=colour, marker=marker, ms=5, label=way, clip_on=False)
    axes.set_ylim(bottom=0)
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(10, integer=True, min_n_ticks=1))
    axes.set(xlabel="Steps since the letter was read", ylabel="Norm of the gradient")
    axes.set_title(
        "How strongly a state depends on a letter read before, the mean over states", fontsize=11, loc="left"
    )
    plain(axes)
    _legend(axes)


def _per_cent(share: float) -> str:
    """A probability to the tenth; never all when it is not."""
    return ">99.9 %" if 0.9995 <= share < 1 else f"{share:.1%}".replace("%", " %")


def _letters_below(axes: Axes, letters: Sequence[str], *, limits: bool = True) -> None:
    axes.set_xticks(range(len(letters)), letters)
    if limits:
        axes.set_xlim(-0.6, len(letters) - 0.4)
        plain(axes)
        axes.grid(axis="x", visible=False)


def _legend(axes: Axes) -> None:
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=9)

"""A figure of an explanation: attributions, the answer to each prefix, the network's activations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cognomen.errors import InputError
from cognomen.explanation.activations import Activations
from cognomen.explanation.explanation import Explanation
from cognomen.plots.canvas import BLUE, COLOURS, GREY, VERMILION, checked_path, empty_figure, plain, save
from cognomen.rnn.arrays import Array, Ids

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

__all__ = ["plot_explanation"]

ORDERED = (*COLOURS[:4], COLOURS[5])  # without sky blue, which looks like blue on thin lines
MARKERS = ("o", "s", "^", "D", "v")
WIDTH, WIDEST = 10.0, 40.0  # inches
LETTERS_HEIGHT, PREFIXES_HEIGHT, UNITS_HEIGHT, NORMS_HEIGHT, LAGS_HEIGHT = 2.9, 2.7, 2.3, 3.4, 2.6  # inches


def plot_explanation(found: Explanation, activations: Activations | None, path: str | Path) -> None:
    """Draw an explanation, and below it the network's activations if given.

    Args:
        found: from `explain`.
        activations: from `name_activations`, of the same name.
        path: of the file; the suffix `.png`, `.svg` or `.pdf` sets the format.

    Raises:
        InputError: the explanation has no letters, the activations are another name's, or another suffix.
        MissingExtraError: matplotlib is not installed.
    """
    target = checked_path(path)
    if not found.letters:
        raise InputError(
            f"expected the explanation of a name that could be read, got {found.answer.reason!r}"
        )
    if activations is not None and activations.states.shape[1] != len(found.letters):
        raise InputError(
            f"expected the activations of {len(found.letters)} letters, got {activations.states.shape[1]}"
        )
    heights = [LETTERS_HEIGHT, PREFIXES_HEIGHT]
    if activations is not None:
        grid_height = UNITS_HEIGHT * (1 + len(activations.gates))
        heights += [grid_height, max(NORMS_HEIGHT, 0.2 * len(found.letters)), LAGS_HEIGHT]
    width = min(WIDEST, max(WIDTH, 1.5 + 0.25 * len(found.letters) * (1 if activations is None else 2)))
    figure = empty_figure(width, sum(heights))
    parts: Any = figure.subfigures(len(heights), 1, height_ratios=heights)
    letters = [_shown(each.letter) for each in found.letters]
    _draw_attributions(parts[0].subplots(), found, letters)
    _draw_prefixes(parts[1].subplots(), found, letters)
    if activations is not None:
        _draw_units(parts[2], activations, letters)
        _draw_norms(parts[3], activations, letters)
        _draw_lags(parts[4].subplots(), activations)
    save(figure, target)


def _shown(letter: str) -> str:
    """The letter as a label: a space made visible, and a question mark for what the font lacks."""
    from matplotlib.font_manager import findfont, get_font

    if letter == " ":
        return "␣"
    font: Any = get_font(findfont("DejaVu Sans"))
    return letter if all(font.get_char_index(ord(each)) for each in letter) else "?"


def _draw_attributions(axes: Axes, found: Explanation, letters: Sequence[str]) -> None:
    """What each letter adds to the logit, as bars, and to the margin, as diamonds."""
    places = np.arange(len(letters))
    values = np.array([each.attribution for each in found.letters])
    for chosen, colour, label in [
        (values >= 0, BLUE, "speaks for"),
        (values < 0, VERMILION, "speaks against"),
    ]:
        if chosen.any():
            axes.bar(places[chosen], values[chosen], 0.62, color=colour, label=f"{label} {found.origin}")
    if found.rival is not None:
        margins = [each.margin or 0.0 for each in found.letters]
        axes.plot(places, margins, "D", color="black", mfc="white", ms=5, label=f"margin over {found.rival}")
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set_ylabel("Added to the logit")
    _letters_below(axes, letters)
    name = "".join(each.letter for each in found.letters)
    axes.set_title(
        f"“{name}”: what each letter adds to the logit of {found.origin} "
        f"({_per_cent(found.probability or 0)})\nfrom {found.baseline:+.1f}, unknown letters only, to "
        f"{found.logit:+.1f}",
        fontsize=11,
        loc="left",
    )
    _legend(axes)


def _draw_prefixes(axes: Axes, found: Explanation, letters: Sequence[str]) -> None:
    """The probability of the origin and its strongest rivals for each prefix."""
    for origin, colour, marker in zip(_likeliest(found), ORDERED, MARKERS, strict=False):
        after = [100 * each.prefix_probability(origin) for each in found.letters]  # NaN leaves a gap
        explained = origin == found.origin
        axes.plot(after, color=colour, marker=marker, ms=5, lw=2.4 if explained else 1.2, label=origin)
    axes.set(ylim=(-3, 103), ylabel="Probability (%)")
    axes.set_title(
        "Probability after each letter: each prefix classified as a whole name", fontsize=11, loc="left"
    )
    _letters_below(axes, letters)
    _legend(axes)


def _likeliest(found: Explanation) -> list[str]:
    """The explained origin, its rival, and those most probable after some letter."""
    peaks: dict[str, float] = {}
    for letter in found.letters:
        for each in letter.prefix_origins:
            peaks[each.origin] = max(each.probability, peaks.get(each.origin, 0.0))
    first = [each for each in (found.origin, found.rival) if each is not None]
    others = sorted(peaks.keys() - set(first), key=lambda origin: -peaks[origin])
    return [*first, *others][: len(ORDERED)]


def _draw_units(part: SubFigure, activations: Activations, letters: Sequence[str]) -> None:
    """A heat map of the states, and one of each gate, for each direction."""
    maps = {"states": activations.states, **activations.gates}
    grid: Any = part.subplots(len(maps), len(activations.directions), squeeze=False)
    for row, (name, values) in enumerate(maps.items()):
        signed = name in ("states", "candidate")
        low, high = (-np.abs(values).max(), np.abs(values).max()) if signed else (0, 1)
        for column, way in enumerate(activations.directions):
            axes = grid[row, column]
            order = _by_peak(activations.states[column], way)  # (H,)
            image = axes.imshow(
                values[column][:, order].T, aspect="auto", cmap="PuOr" if signed else "cividis",
                vmin=low, vmax=high, interpolation="nearest",
            )  # fmt: skip
            what = "hidden state, units sorted by peak" if name == "states" else _gate(name)
            axes.set_title(f"{way}: {what}", fontsize=10, loc="left")
            if not column:  # the other direction's units have the same numbers
                axes.set_ylabel("Unit")
            _letters_below(axes, letters, limits=False)
        part.colorbar(image, ax=list(grid[row]), aspect=18, pad=0.01)


def _gate(name: str) -> str:
    return name if name == "candidate" else f"{name} gate"


def _by_peak(states: Array, way: str) -> Ids:
    """The units by the step at which they peak in magnitude, positive peaks first, (H,)."""
    strongest = np.abs(states).argmax(axis=0)  # (H,)
    sign = np.sign(states[strongest, np.arange(len(strongest))])
    return np.lexsort((-sign, -strongest if way == "reverse" else strongest))


def _draw_norms(part: SubFigure, activations: Activations, letters: Sequence[str]) -> None:
    """The Jacobian norms: which letters each state depends on."""
    grid: Any = part.subplots(1, len(activations.directions), squeeze=False)
    highest = activations.jacobian_norms.max() or 1.0
    for axes, way, norms in zip(grid[0], activations.directions, activations.jacobian_norms, strict=True):
        image = axes.imshow(norms, cmap="cividis", vmin=0, vmax=highest, aspect="auto")
        axes.set_title(f"{way}: which letter each state depends on", fontsize=10, loc="left")
        axes.set_yticks(range(len(letters)), letters)
        axes.set(xlabel="this letter moves …", ylabel="… the state after this letter")
        _letters_below(axes, letters, limits=False)
    part.colorbar(image, ax=list(grid[0]), aspect=25, pad=0.01, label="Jacobian norm")


def _draw_lags(axes: Axes, activations: Activations) -> None:
    """The mean Jacobian norm by lag: how the dependence fades with distance."""
    for way, lags, colour, marker in zip(
        activations.directions, activations.norms_by_lag(), (BLUE, VERMILION), MARKERS, strict=False
    ):
        axes.plot(lags, color=colour, marker=marker, ms=5, label=way, clip_on=False)
    axes.set_ylim(bottom=0)
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(10, integer=True, min_n_ticks=1))
    axes.set(xlabel="Steps since the letter was read", ylabel="Jacobian norm")
    axes.set_title(
        "How strongly a state depends on a letter read earlier, mean over states", fontsize=11, loc="left"
    )
    plain(axes)
    _legend(axes)


def _per_cent(share: float) -> str:
    """A probability with one decimal; never 100 % unless it is 1."""
    return ">99.9 %" if 0.9995 <= share < 1 else f"{share:.1%}".replace("%", " %")


def _letters_below(axes: Axes, letters: Sequence[str], *, limits: bool = True) -> None:
    axes.set_xticks(range(len(letters)), letters)
    if limits:
        axes.set_xlim(-0.6, len(letters) - 0.4)
        plain(axes)
        axes.grid(axis="x", visible=False)


def _legend(axes: Axes) -> None:
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=9)

"""A figure of an explanation: attributions, the answer to each prefix, the network's activations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from cognomen.errors import InputError
from cognomen.explanation.activations import Activations
from cognomen.explanation.explanation import Explanation
from cognomen.plots.canvas import (
    BLUE,
    COLOURS,
    GREY,
    MARKERS,
    VERMILION,
    Axes,
    SubFigure,
    checked_path,
    empty_figure,
    plain,
    save,
)
from cognomen.rnn.arrays import Array, Ids

ORDERED = (*COLOURS[:4], COLOURS[5])  # without sky blue, which looks like blue on thin lines
WIDTH, WIDEST = 10.0, 40.0  # inches
GATE_LIMITS = {"vmin": 0, "vmax": 1}


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
    columns = 0.25 * len(found.letters) * (1 if activations is None else len(activations.directions))
    panels: list[tuple[float, Callable[[SubFigure, Sequence[str]], None]]]  # heights in inches
    panels = [(2.9, partial(_draw_attributions, found)), (2.7, partial(_draw_prefixes, found))]
    if activations is not None:
        panels += [
            (2.3 * (1 + len(activations.gates)), partial(_draw_units, activations)),
            (max(3.4, 0.2 * len(found.letters)), partial(_draw_norms, activations)),
            (2.6, partial(_draw_lags, activations)),
        ]
    heights = [height for height, _ in panels]
    figure = empty_figure(min(WIDEST, max(WIDTH, 1.5 + columns)), sum(heights))
    parts: Any = figure.subfigures(len(panels), 1, height_ratios=heights)
    letters = [_label(each.letter) for each in found.letters]
    for part, (_, draw) in zip(parts, panels, strict=True):
        draw(part, letters)
    save(figure, target)


def _label(letter: str) -> str:
    """The letter as a label: a space made visible, and a question mark for what the font lacks."""
    from matplotlib.font_manager import findfont, get_font

    font: Any = get_font(findfont("DejaVu Sans"))
    return letter.replace(" ", "␣") if all(font.get_char_index(ord(each)) for each in letter) else "?"


def _draw_attributions(found: Explanation, part: SubFigure, letters: Sequence[str]) -> None:
    """What each letter adds to the logit, as bars, and to the margin, as diamonds."""
    axes = part.subplots()
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
    name = "".join(each.letter for each in found.letters)
    p = found.probability or 0.0
    percent = ">99.9 %" if 0.9995 <= p < 1 else f"{100 * p:.1f} %"
    _finish(
        axes,
        f"“{name}”: what each letter adds to the logit of {found.origin} ({percent})\n"
        f"from {found.baseline:+.1f}, unknown letters only, to {found.logit:+.1f}",
        letters,
    )


def _draw_prefixes(found: Explanation, part: SubFigure, letters: Sequence[str]) -> None:
    """The probability of the origin and its strongest rivals for each prefix."""
    axes = part.subplots()
    for origin, colour, marker in zip(_strongest(found), ORDERED, MARKERS, strict=False):
        after = [100 * each.prefix_probability(origin) for each in found.letters]  # NaN leaves a gap
        width = 2.4 if origin == found.origin else 1.2
        axes.plot(after, color=colour, marker=marker, ms=5, lw=width, label=origin)
    axes.set(ylim=(-3, 103), ylabel="Probability (%)")
    _finish(axes, "Probability after each letter: each prefix classified as a whole name", letters)


def _strongest(found: Explanation) -> list[str]:
    """All origins: the explained one, its rival, then by their highest probability after any letter."""
    peaks = {
        each.origin: max(
            (p for letter in found.letters if (p := letter.prefix_probability(each.origin)) >= 0), default=0.0
        )
        for each in found.answer.origins
    }
    return sorted(peaks, key=lambda each: (each != found.origin, each != found.rival, -peaks[each]))


def _draw_units(activations: Activations, part: SubFigure, letters: Sequence[str]) -> None:
    """A heat map of the states, and one of each gate, for each direction."""
    maps = {"hidden state, units sorted by peak": activations.states}
    maps |= {
        gate if gate == "candidate" else f"{gate} gate": each for gate, each in activations.gates.items()
    }
    grid: Any = part.subplots(len(maps), len(activations.directions), squeeze=False)
    for row, (name, values) in zip(grid, maps.items(), strict=True):
        signed = not name.endswith("gate")
        limits = {"vmin": -np.abs(values).max(), "vmax": np.abs(values).max()} if signed else GATE_LIMITS
        for axes, direction, states, by_unit in zip(
            row, activations.directions, activations.states, values, strict=True
        ):
            units = by_unit[:, _by_peak(states, direction)].T  # (H, T)
            colours = "PuOr" if signed else "cividis"
            image = axes.imshow(units, aspect="auto", cmap=colours, interpolation="nearest", **limits)
            axes.set_title(f"{direction}: {name}", fontsize=10, loc="left")
            axes.set_xticks(range(len(letters)), letters)
        row[0].set_ylabel("Unit")  # the other direction's units have the same numbers
        part.colorbar(image, ax=list(row), aspect=18, pad=0.01)


def _by_peak(states: Array, direction: str) -> Ids:
    """The units in the order of reading in which they peak in magnitude, positive peaks first, (H,)."""
    peaks = np.abs(states).argmax(axis=0)  # (H,)
    sign = np.sign(states[peaks, np.arange(len(peaks))])
    return np.lexsort((-sign, -peaks if direction == "reverse" else peaks))


def _draw_norms(activations: Activations, part: SubFigure, letters: Sequence[str]) -> None:
    """The Jacobian norms: which letters each state depends on."""
    grid: Any = part.subplots(1, len(activations.directions), squeeze=False)
    highest = activations.jacobian_norms.max() or 1.0
    for axes, direction, norms in zip(
        grid[0], activations.directions, activations.jacobian_norms, strict=True
    ):
        image = axes.imshow(norms, cmap="cividis", vmin=0, vmax=highest, aspect="auto")
        axes.set_title(f"{direction}: which letter each state depends on", fontsize=10, loc="left")
        axes.set_xticks(range(len(letters)), letters)
        axes.set_yticks(range(len(letters)), letters)
        axes.set(xlabel="this letter moves …", ylabel="… the state after this letter")
    part.colorbar(image, ax=list(grid[0]), aspect=25, pad=0.01, label="Jacobian norm")


def _draw_lags(activations: Activations, part: SubFigure, letters: Sequence[str]) -> None:
    """The mean Jacobian norm by lag: how the dependence fades with distance."""
    from matplotlib.ticker import MaxNLocator

    axes = part.subplots()
    for direction, norms, colour, marker in zip(
        activations.directions, activations.norms_by_lag(), (BLUE, VERMILION), MARKERS, strict=False
    ):
        axes.plot(norms, color=colour, marker=marker, ms=5, label=direction, clip_on=False)
    axes.set_ylim(bottom=0)
    axes.set(xlabel="Steps since the letter was read", ylabel="Jacobian norm")
    _finish(axes, "How strongly a state depends on a letter read earlier, mean over states")
    axes.xaxis.set_major_locator(MaxNLocator(10, integer=True, min_n_ticks=1))


def _finish(axes: Axes, title: str, letters: Sequence[str] | None = None) -> None:
    """Title, legend and grid; with letters, these below the axis."""
    plain(axes, title)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=9)
    if letters is not None:
        axes.set_xticks(range(len(letters)), letters)
        axes.set_xlim(-0.6, len(letters) - 0.4)
        axes.grid(axis="x", visible=False)

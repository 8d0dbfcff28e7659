"""A figure of a composition: the share of each origin with its interval."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cognomen.classifier.composition import Composition
from cognomen.classifier.composition_rows import amount, rows_of
from cognomen.classifier.origins import Level
from cognomen.errors import InputError
from cognomen.plots.canvas import BLUE, GREY, checked_path, empty_figure, panel, save

INCHES_PER_ROW = 0.28
PLURALS = {"origin": "origins", "group": "groups", "region": "regions"}


def plot_composition(found: Composition, path: str | Path, *, level: Level = "origin") -> None:
    """Draw the shares of a composition, largest on top; those that round to nothing are left out.

    Origins that cannot be told apart are a bar together, and then a lighter one each.

    Args:
        found: from `Classifier.composition`.
        path: of the file; the suffix `.png`, `.svg` or `.pdf` sets the format.
        level: whose shares they are, for the title.

    Raises:
        InputError: there are no shares, or the file has another suffix.
        MissingExtraError: matplotlib is not installed.
    """
    target = checked_path(path)
    if not found.shares:
        raise InputError("expected a composition with shares, got one of which no name could be read")
    rows = rows_of(found.shares, found.joint)
    places = np.arange(len(rows))[::-1]
    shares = np.array([row.share for row in rows])
    ends = np.array([[row.share - row.low, row.high - row.share] for row in rows]).T  # (2, rows)
    figure = empty_figure(8, 1.3 + INCHES_PER_ROW * len(rows))
    axes = figure.add_subplot()
    colours = [f"{BLUE}66" if row.is_part else BLUE for row in rows]  # with its opacity
    axes.barh(places, shares, height=0.7, color=colours)
    axes.errorbar(shares, places, xerr=ends, fmt="none", ecolor=GREY, elinewidth=1.2, capsize=2.5)
    axes.set_yticks(places, [" + ".join(row.labels) for row in rows])
    for place, row in zip(places, rows, strict=True):
        axes.annotate(
            f"{row.share:.1%}", (row.high, place), (4, 0), textcoords="offset points", va="center", fontsize=9
        )
    title = f"Shares of the {PLURALS[level]} in {amount(found.read)} names, with {found.level:.0%} intervals"
    panel(axes, title, xlabel="share of the names", xlim=(0, min(1.1, 1.15 * max(row.high for row in rows))))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    save(figure, target)

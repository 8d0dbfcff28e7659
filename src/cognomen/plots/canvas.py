"""What all figures share: an empty figure, its colours, and saving.

matplotlib is imported when a figure is drawn, and used without its global state: no backend is chosen and
no setting changed, so drawing works without a screen, in threads, and beside a user's own figures.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cognomen.errors import InputError, MissingExtraError
from cognomen.io.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Axes  # studies and plots import these types from here
    from matplotlib.figure import Figure as Figure
    from matplotlib.figure import SubFigure as SubFigure
else:
    Axes = Figure = SubFigure = object  # for annotations only: matplotlib is imported when a picture is drawn

# The palette of Okabe & Ito (2008), distinguishable with colour blindness; blue and vermilion also differ in
# lightness. Lines have a marker each, so that they can be distinguished without colour.
BLUE, VERMILION, GREY = "#0072B2", "#D55E00", "#595959"
COLOURS = (BLUE, VERMILION, "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
FORMATS = (".png", ".svg", ".pdf")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DOTS_PER_INCH = 150


def checked_path(path: str | Path) -> Path:
    """The path of a figure's file.

    Raises:
        InputError: its suffix is not in `FORMATS`.
    """
    target = Path(path)
    if target.suffix.lower() not in FORMATS:
        raise InputError(f"expected a picture's path ending in {' or '.join(FORMATS)}, got {str(path)!r}")
    return target


def require_matplotlib() -> None:
    """Find out before long work whether its figures can be drawn.

    Raises:
        MissingExtraError: matplotlib is not installed.
        InputError: its settings are wrong.
    """
    if find_spec("matplotlib") is None:
        raise MissingExtraError("matplotlib", "plots", "Drawing pictures")
    try:
        import matplotlib as matplotlib
    except ValueError as error:  # of a setting
        raise InputError(
            f"matplotlib cannot be used: {error}. Correct that, for instance the variable MPLBACKEND."
        ) from error


def empty_figure(width: float, height: float) -> Figure:
    """An empty figure, sizes in inches.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    require_matplotlib()
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained")


def plain(axes: Axes, title: str | None = None) -> None:
    """Remove the top and right spines, and draw a light grid behind the data."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    if title is not None:
        axes.set_title(title, fontsize=11, loc="left")


def panel(
    axes: Axes,
    title: str | None = None,
    *,
    percent: str | None = None,
    low: float = 0,
    ticks: Sequence[int] | None = None,
    legend: Any = None,
    **properties: Any,
) -> None:
    """Frame, title, labels and legend of a panel.

    Args:
        axes: with the data drawn.
        title: above it, on the left.
        percent: the label of the y axis, if the values are shares, to be shown in per cent.
        low: the smallest share shown.
        ticks: the only ticks on the x axis, on a logarithmic one too.
        legend: its place, as in matplotlib.
        properties: for `axes.set`, such as xlabel.
    """
    plain(axes, title)
    axes.set(**properties)
    if ticks is not None:
        axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
        axes.minorticks_off()
    if percent is not None:
        axes.set(ylim=(low, 1.03), ylabel=percent)
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}")
    if legend is not None:
        axes.legend(frameon=False, loc=legend)


def bars(
    axes: Axes,
    values: Mapping[str, float],
    form: str,
    *,
    xlabel: str,
    limit: float,
    title: str | None = None,
    **style: Any,
) -> None:
    """Horizontal bars, the first on top, each with its formatted value; the axis ends at `limit`."""
    places = np.arange(len(values))[::-1]
    axes.barh(places, list(values.values()), height=0.7, **{"color": COLOURS[0], **style})
    axes.set_yticks(places, list(values))
    for place, value in zip(places, values.values(), strict=True):
        axes.annotate(
            form.format(value), (value, place), (4, 0), textcoords="offset points", va="center", fontsize=9
        )
    panel(axes, title, xlabel=xlabel, xlim=(0, limit))
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)


def series(place: int) -> dict[str, Any]:
    """The colour and the marker of one of several lines."""
    return {"color": COLOURS[place], "marker": MARKERS[place]}


def save(figure: Figure, target: Path) -> None:
    """Save a figure; a failure leaves no partial file. The folder is created if it is missing."""
    image = io.BytesIO()
    form = target.suffix.lower().removeprefix(".")
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form)
    figure.savefig(image, format=form, metadata=undated, bbox_inches="tight", pad_inches=0.15)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(target, image.getvalue())

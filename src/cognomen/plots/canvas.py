"""What every picture stands on: an empty figure, its colours, and a file written whole or not at all.

matplotlib is imported when a picture is drawn, and used without its global state: no backend is chosen and
no setting changed, so drawing works without a screen, in threads and beside a reader's own figures.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from cognomen.errors import InputError, MissingExtraError
from cognomen.io.files import write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["BLUE", "FORMATS", "GREY", "ORDERED", "VERMILION", "checked_path", "empty_figure", "plain", "save"]

# Okabe & Ito's colours stay apart for colour-blind eyes; blue and vermilion differ in lightness too.
BLUE, VERMILION, GREY = "#0072B2", "#D55E00", "#595959"
ORDERED = (BLUE, VERMILION, "#009E73", "#CC79A7", "#E69F00")  # for lines, each with a marker of its own
FORMATS = (".png", ".svg", ".pdf")
DOTS_PER_INCH = 150


def checked_path(path: str | Path) -> Path:
    """The path of a picture.

    Raises:
        InputError: its suffix is none of `FORMATS`.
    """
    target = Path(path)
    if target.suffix.lower() not in FORMATS:
        raise InputError(f"expected a picture's path ending in {' or '.join(FORMATS)}, got {str(path)!r}")
    return target


def empty_figure(width: float, height: float) -> Figure:
    """An empty figure, sizes in inches.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise MissingExtraError("matplotlib", "plots", "Drawing pictures") from error
    return Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained")


def plain(axes: Axes) -> None:
    """Only the lines that help to read."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)


def save(figure: Figure, target: Path) -> None:
    """Draw in memory first, so that a failure leaves no half picture; make the folder if it is missing."""
    picture = io.BytesIO()
    form = target.suffix.lower().removeprefix(".")
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form)
    figure.savefig(picture, format=form, metadata=undated, bbox_inches="tight", pad_inches=0.15)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, picture.getvalue())

"""Figures for `--plots FOLDER` and `--plot FILE`: checked before the work, drawn after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from cognomen.apps.cli.options import Command
from cognomen.errors import InputError


def _checked(_context: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
    """The path of a picture, or of a folder of pictures.

    Raises:
        InputError: its suffix is not that of a picture, or the folder is a file.
        MissingExtraError: matplotlib is not installed.
    """
    if path is None:
        return None
    from cognomen.plots.canvas import checked_path, require_matplotlib

    if option.name == "picture":
        checked_path(path)
    elif path.exists() and not path.is_dir():
        raise InputError(f"--plots: expected a folder to draw into, but {path} is a file.")
    require_matplotlib()
    return path


plot_option = click.option(
    "--plot",
    "picture",
    type=click.Path(path_type=Path),
    metavar="FILE",
    callback=_checked,
    help="Also draw it.",
)


def plots_option(text: str) -> Callable[[Command], Command]:
    """Give a command --plots, with a help text."""
    kind = click.Path(path_type=Path)
    return click.option("--plots", type=kind, metavar="FOLDER", callback=_checked, help=text)


def draw(figures: Mapping[str, Callable[[Path], None]], folder: Path) -> None:
    """Draw each figure into the folder under its name, reporting each on stderr."""
    for name, draw_to in figures.items():
        draw_to(folder / name)
        click.echo(f"drawn: {folder / name}", err=True)

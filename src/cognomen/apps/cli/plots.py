"""Figures for `--plots FOLDER` and `--plot FILE`: checked before the work, drawn after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from cognomen.errors import InputError


def ready_to_draw(folder: Path) -> None:
    """Raise MissingExtraError without matplotlib, InputError if `folder` is a file."""
    from cognomen.plots.canvas import require_matplotlib

    require_matplotlib()
    if folder.exists() and not folder.is_dir():
        raise InputError(f"--plots: expected a folder to draw into, but {folder} is a file.")


def ready_to_draw_one(picture: Path) -> None:
    """Raise MissingExtraError without matplotlib, InputError if the suffix is not that of a picture."""
    from cognomen.plots.canvas import checked_path, require_matplotlib

    checked_path(picture)
    require_matplotlib()


def draw(figures: Mapping[str, Callable[[Path], None]], folder: Path) -> None:
    """Draw each figure into the folder under its name, reporting each on stderr."""
    for name, draw_to in figures.items():
        draw_to(folder / name)
        click.echo(f"drawn: {folder / name}", err=True)

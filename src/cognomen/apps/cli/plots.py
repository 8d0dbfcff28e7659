"""Pictures for `--plots FOLDER`: found out early whether they can be drawn, drawn at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

import click

from cognomen.errors import InputError, MissingExtraError

__all__ = ["draw", "ready_to_draw"]


def ready_to_draw(folder: Path) -> None:
    """Raise MissingExtraError without matplotlib, and InputError when `folder` is a file."""
    if find_spec("matplotlib") is None:
        raise MissingExtraError("matplotlib", "plots", "Drawing pictures")
    if folder.exists() and not folder.is_dir():
        raise InputError(f"--plots: expected a folder to draw into, but {folder} is a file.")


def draw(pictures: Mapping[str, Callable[[Path], None]], folder: Path) -> None:
    """Draw each picture to its name in the folder, and say so on stderr."""
    for name, picture in pictures.items():
        picture(folder / name)
        click.echo(f"drawn: {folder / name}", err=True)

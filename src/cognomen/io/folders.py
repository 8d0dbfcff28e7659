"""Folders written whole or not at all.

The new folder is first written beside its place, then moved there. A folder that it replaces is renamed to
`.NAME.previous` for the moment between two moves, since no portable call exchanges two folders. Should the
machine stop in that moment, `whole_folder` finds it there, and `put_back` returns it.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["put_back", "whole_folder", "write_folder"]


def write_folder(place: Path, files: Mapping[str, bytes]) -> None:
    """Make `place` a folder of exactly these files; what stands there, of the same file names, goes.

    Raises:
        OSError: it could not be done; everything is as it was before.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    with _written_beside(place, files) as fresh:
        _swap(fresh, place, files)


def whole_folder(place: Path) -> Path:
    """Where the folder is now: at its place, or aside if its replacement was cut short."""
    previous = _previous(place.resolve())
    return previous if previous.exists() and not place.exists() else place


def put_back(place: Path, names: Collection[str]) -> None:
    """After a replacement that was cut short: return the former folder, or remove what is left of it."""
    previous = _previous(place)
    if not place.exists() and previous.exists():
        previous.rename(place)
    _remove(previous, names)


@contextmanager
def _written_beside(place: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """A folder next to `place` with the files, safe on disk; what is left of it afterwards is removed."""
    fresh = place.with_name(f".{place.name}.new-{os.urandom(4).hex()}")
    try:
        fresh.mkdir()
        for name, data in files.items():
            with (fresh / name).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        _sync(fresh)
        yield fresh
    finally:
        _remove(fresh, files)


def _swap(fresh: Path, place: Path, names: Collection[str]) -> None:
    """Move the fresh folder to its place; the one that stands there steps aside, and back if that fails."""
    previous = _previous(place)
    try:
        if place.exists():
            place.rename(previous)
        fresh.rename(place)
        _sync(place.parent)
    except BaseException:
        if not fresh.exists():
            place.rename(fresh)
        put_back(place, names)
        raise
    _remove(previous, names)


def _previous(place: Path) -> Path:
    return place.with_name(f".{place.name}.previous")


def _remove(folder: Path, names: Collection[str]) -> None:
    """Remove a folder of ours. A file in it that is not ours stays, and so does what cannot be removed."""
    with suppress(OSError):
        for name in names:
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()


def _sync(folder: Path) -> None:
    """Make the names in a folder safe on disk (Windows has no such call)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Folders replaced atomically.

The new folder is written next to its final path, then renamed. The folder that it replaces is renamed to
`.NAME.previous` between the two moves, since no portable call exchanges two folders. If the machine stops in
that moment, `current_folder` finds it there, and `recover_folder` restores it. New folders that killed runs
left are removed by the next one.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from cognomen.io.temporary import followed, lock, remove_leavings, sibling, temporary_path


def replace_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Make `target` a folder of exactly these files, in place of a folder with files of these names.

    Raises:
        OSError: it could not be done; everything is as it was before.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _temporary_folder(target, files) as temporary:
        _swap(temporary, target, files)


def current_folder(target: Path) -> Path:
    """The path of the folder now: `target`, or its `.previous` if a replacement was interrupted."""
    previous = _previous(followed(target))
    return previous if previous.exists() and not target.exists() else target


def recover_folder(target: Path, names: Collection[str]) -> None:
    """Finish an interrupted replacement: restore the former folder, or delete what remains of it."""
    previous = _previous(target)
    if not target.exists() and previous.exists():
        previous.rename(target)
    _remove(previous, names)


@contextmanager
def _temporary_folder(target: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """A folder next to `target` with the files, synced to disk; deleted afterwards if it is still there."""
    remove_leavings(target, lambda folder: _remove(folder, files))
    temporary = temporary_path(target)
    try:
        temporary.mkdir()
        with _locked(temporary):
            for name, data in files.items():
                with (temporary / name).open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            _sync(temporary)
            yield temporary
    finally:
        _remove(temporary, files)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder (Windows opens none)."""
    if os.name == "nt":
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        lock(handle)
        yield
    finally:
        os.close(handle)


def _swap(temporary: Path, target: Path, names: Collection[str]) -> None:
    """Rename the temporary folder to `target`; on failure the former folder is restored."""
    previous = _previous(target)
    try:
        if target.exists():
            target.rename(previous)
        temporary.rename(target)
        _sync(target.parent)
    except BaseException:
        if not temporary.exists():
            target.rename(temporary)
        recover_folder(target, names)
        raise
    _remove(previous, names)


def _previous(target: Path) -> Path:
    return sibling(target, ".previous", before=".")


def _remove(folder: Path, names: Collection[str]) -> None:
    """Delete a folder of ours. Files with other names stay, and so does what cannot be deleted."""
    with suppress(OSError):
        for name in names:
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()


def _sync(folder: Path) -> None:
    """Sync a folder's entries to disk (Windows has no such call)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

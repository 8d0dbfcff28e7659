"""Files written atomically: whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cognomen.io.temporary import SUFFIX, followed, lock, remove_leavings, temporary_path

ATTEMPTS = 3


def found_instead(path: Path) -> str:
    """What is where a file was expected, for an error message: "found no file ..." and what to do."""
    if str(path) == "-":
        return f"found no file {str(path)!r}. Standard input is not a file: write it to a file first"
    if path.is_dir():
        return f"found the folder {str(path)!r}"
    if path.exists():
        return f"found the pipe or device {str(path)!r}: write what comes from it to a file first"
    if path.is_symlink():
        return f"found the link {str(path)!r}, which leads nowhere"
    return f"found no file {str(path)!r}"


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path`. If anything fails, `path` keeps its former content.

    Raises:
        OSError: as `atomic_write`.
    """
    with atomic_write(path) as file:
        file.write(data)


@contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file next to `path`; on a normal exit it is synced to disk and replaces `path`.

    A link is followed. What killed runs left that were writing to the same path is removed. A device or a
    pipe, such as /dev/stdout, is written to: a file must not take its place.

    Raises:
        OSError: `path` is a folder, its folder is missing or not writable, the disk is full, or links lead
            back to themselves. Its `filename` is `path`.
    """
    with _named(path):
        if path.exists() and not (path.is_file() or path.is_dir()):
            with path.open("wb") as file:
                yield file
            return
        target = followed(path)
        if target.is_dir():  # the replacement would fail only at the very end
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        remove_leavings(target, Path.unlink)
        temporary, handle = _create(target)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
                if os.name != "nt":  # while the lock is held; Windows renames no open file
                    temporary.replace(target)
            if os.name == "nt":
                temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Give errors of the system the name of the file that was asked for, not of the temporary one."""
    try:
        yield
    except OSError as error:
        temporary = error.filename is None or str(error.filename).endswith(SUFFIX)
        if error.errno is None or not temporary:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def _create(target: Path) -> tuple[Path, int]:
    """A new temporary file for `target`, open and locked, readable and writable as any other new file."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    for left in reversed(range(ATTEMPTS)):
        temporary = temporary_path(target)
        handle = os.open(temporary, flags, 0o666)
        # Another run may have taken it for abandoned before it was locked. Some file systems have no locks.
        if (lock(handle) and temporary.exists()) or not left:
            break
        os.close(handle)
        temporary.unlink(missing_ok=True)
    return temporary, handle

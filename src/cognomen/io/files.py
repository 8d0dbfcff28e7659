"""Files written whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

__all__ = ["whole_file", "write_whole"]


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to a new file beside `path`, make sure it is on the disk, and put it in `path`'s place.

    Whatever goes wrong on the way, `path` still holds what it held before.

    Raises:
        OSError: the folder is missing or cannot be written, or the disk is full.
    """
    with whole_file(path) as file:
        file.write(data)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a new file beside `path`; at the end, if nothing was raised, put it in `path`'s place.

    Raises:
        OSError: `path` is a folder, its folder is missing or cannot be written, or the disk is full.
    """
    if path.is_dir():  # the replacement would fail only at the very end, and name the file beside it
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:  # about the file that was asked for, not about the one beside it
        raise OSError(error.errno, error.strerror, str(path)) from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """The process's file mode mask; it can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask

"""Names of temporary files and folders, beside what they will replace; and what killed runs left of them.

Whoever writes one holds a lock on it, which the system releases when the process ends, however it ends. What
nobody holds has been left behind.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

SUFFIX: Final = ".cognomen"  # nobody else's, so that no other file is taken for ours
LONGEST_NAME: Final = 255  # bytes, on nearly all file systems
RANDOM: Final = 4  # bytes


def followed(path: Path) -> Path:
    """Where a path leads, if it is a link, or one of its folders is.

    Raises:
        OSError: the links lead back to themselves.
    """
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return target


def sibling(target: Path, ending: str, before: str = "") -> Path:
    """The path beside `target` with its name and an ending; a hash takes the place of a name too long."""
    name = target.name
    if len(os.fsencode(f"{before}{name}{ending}")) > LONGEST_NAME:
        name = sha256(os.fsencode(name)).hexdigest()
    return target.with_name(f"{before}{name}{ending}")


def temporary_path(target: Path) -> Path:
    """A new path beside `target`."""
    return sibling(target, f".{os.urandom(RANDOM).hex()}{SUFFIX}", before=".")


def remove_leavings(target: Path, remove: Callable[[Path], None]) -> None:
    """Remove what killed runs left that were about to replace `target`; what cannot be removed stays.

    Args:
        target: the file or folder.
        remove: removes a path.
    """
    example = temporary_path(target).name
    stem = example[: -len(SUFFIX) - 2 * RANDOM]
    ours = re.compile(re.escape(stem) + f"[0-9a-f]{{{2 * RANDOM}}}" + re.escape(SUFFIX))
    with suppress(OSError):
        for path in target.parent.iterdir():
            if ours.fullmatch(path.name):
                _remove_abandoned(path, remove)


def _remove_abandoned(path: Path, remove: Callable[[Path], None]) -> None:
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            if lock(handle):
                remove(path)
        finally:
            os.close(handle)


def lock(handle: int) -> bool:
    """Lock an open file or folder until it is closed; False if another process has it, or there are no locks.

    Windows has none of this kind, but removes no file that is open.
    """
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

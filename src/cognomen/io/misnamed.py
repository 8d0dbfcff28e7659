"""Text under the name of another kind of file."""

from __future__ import annotations

import contextlib
from pathlib import Path


def hint_if_text(path: Path) -> str:
    """What to do with a file that cannot be read as its name says, but begins as text does; else ""."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        start = file.read(64)
        if start and all(byte >= 32 or byte in b"\t\n\r" for byte in start):
            name = path.stem if Path(path.stem).suffix else f"{path.stem}.csv"
            return f" It begins as text does; if it is a table as text, rename it to {name}."
    return ""

"""Names from a folder of `<Origin>.txt` files: one name per line; the file name is the origin."""

from __future__ import annotations

import unicodedata
from itertools import islice
from pathlib import Path
from typing import Final

from cognomen.corpora.rows import Row, SourceRows
from cognomen.errors import DataError
from cognomen.io.tables import is_table
from cognomen.io.text_files import numbered_lines, read_text_file

MOST_LISTED: Final = 5  # files named in an error


def read_folder(folder: Path, encoding: str | None = None) -> SourceRows:
    """Read all `<Origin>.txt` files of a folder, sorted by name; blank lines are skipped.

    Raises:
        DataError: there is no such file, all are empty, or one is in another encoding.
    """
    files = sorted(path for path in folder.iterdir() if _is_origin_file(path))
    if not files:
        raise DataError(_no_files(folder))
    found = SourceRows()
    for path in files:
        origin = unicodedata.normalize("NFC", path.stem).strip()
        lines = numbered_lines(read_text_file(path, encoding))
        rows = [Row(name, origin, path.name, line) for line, name in lines]
        found.rows += rows
        if not rows:
            found.empty_files.append(path.name)
    if not found.rows:
        raise DataError(
            f"expected one name per line, but all {len(files)} .txt files in {folder} are empty: "
            f"{_listed(found.empty_files)}."
        )
    return found


def _is_origin_file(path: Path) -> bool:
    # macOS puts files such as "._Arabic.txt" next to copied ones
    if path.suffix.lower() != ".txt" or path.name.startswith("."):
        return False
    return path.is_file() or (path.is_symlink() and not path.exists())  # a broken link is not passed over


def _no_files(folder: Path) -> str:
    found = sorted(path.name for path in islice(folder.iterdir(), 200))
    expected = f"expected files <Origin>.txt with one name per line in {folder}"
    if not found:
        return f"{expected}, but the folder is empty."
    below = sorted({path.parent for path in islice(folder.glob("*/*.txt"), 200)})
    tables = [folder / name for name in found if is_table(folder / name)]
    hint = f" To read a table, give its own path: {str(tables[0])!r}." if tables else ""
    hint = f" Did you mean {str(below[0])!r}?" if below else hint
    return f"{expected}, but it holds only: {_listed(found)}.{hint}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return ", ".join(names[:MOST_LISTED]) + more

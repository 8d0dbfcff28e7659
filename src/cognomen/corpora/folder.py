"""Names from a folder of `<Origin>.txt` files: one name a line, the file's name is the origin."""

from __future__ import annotations

import unicodedata
from itertools import islice
from pathlib import Path

from cognomen.corpora.rows import Reading, Row
from cognomen.errors import DataError
from cognomen.io.text_files import numbered_lines, read_text_file

__all__ = ["read_folder"]


def read_folder(folder: Path, encoding: str | None = None) -> Reading:
    """Read all `<Origin>.txt` of a folder, in the order of their names. Blank lines are no rows.

    Raises:
        DataError: there is no such file, none of them holds a name, or one is not UTF-8.
    """
    files = sorted(path for path in folder.iterdir() if _is_origin_file(path))
    if not files:
        raise DataError(_nothing_here(folder))
    reading = Reading()
    for path in files:
        origin = unicodedata.normalize("NFC", path.stem).strip()
        rows = [
            Row(name, origin, path.name, line)
            for line, name in numbered_lines(read_text_file(path, encoding))
        ]
        reading.rows += rows
        if not rows:
            reading.empty_files.append(path.name)
    if not reading.rows:
        raise DataError(
            f"expected names, one a line, but all {len(files)} .txt files in {folder} are empty: "
            f"{_listed([path.name for path in files])}."
        )
    return reading


def _is_origin_file(path: Path) -> bool:
    # "._Arabic.txt" is what some systems put beside a copied file
    return path.suffix.lower() == ".txt" and not path.name.startswith(".") and path.is_file()


def _nothing_here(folder: Path) -> str:
    found = sorted(path.name for path in islice(folder.iterdir(), 200))
    expected = f"expected files <Origin>.txt with one name a line in {folder}"
    if not found:
        return f"{expected}, but the folder is empty."
    below = sorted({path.parent for path in islice(folder.glob("*/*.txt"), 200)})
    hint = f" Did you mean {str(below[0])!r}?" if below else ""
    tables = [name for name in found if name.lower().endswith((".csv", ".tsv", ".parquet"))]
    if tables and not below:
        hint = f" To read a table, give its own path: {str(folder / tables[0])!r}."
    return f"{expected}, but it holds only: {_listed(found)}.{hint}"


def _listed(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more

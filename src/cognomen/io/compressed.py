"""Compressed files, opened as what they hold: .gz, .bz2, .xz, and with pyarrow .zst."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from cognomen.errors import DataError
from cognomen.io.arrow import require_pyarrow
from cognomen.io.misnamed import hint_if_text

MODULES: Final = {".gz": "gzip", ".bz2": "bz2", ".xz": "lzma"}  # imported when used: most files are plain
ZSTANDARD: Final = ".zst"
COMPRESSED: Final = (*MODULES, ZSTANDARD)


def suffix_within(path: Path) -> str:
    """The extension of what a file holds, in lower case: ".csv" of "people.csv.gz"."""
    return (path.with_suffix("") if path.suffix.lower() in COMPRESSED else path).suffix.lower()


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """A file, decompressed if its extension says so, for reading forwards.

    Raises:
        DataError: it cannot be opened or, in the block, be read; or it is damaged.
        MissingExtraError: it is compressed with Zstandard, and pyarrow is not installed.
    """
    suffix = path.suffix.lower()
    try:
        if suffix in MODULES:
            with _decompressed(path, MODULES[suffix]) as file:
                yield file
        elif suffix == ZSTANDARD:
            pa = require_pyarrow("Reading a file that is compressed with Zstandard")
            with pa.input_stream(path, compression="zstd") as file:
                yield file
        else:
            with path.open("rb") as file:
                yield file
    except OSError as error:
        hint = hint_if_text(path) if path.suffix.lower() in COMPRESSED else ""
        raise DataError(f"cannot read {path}: {error.strerror or error}{hint and '.'}{hint}") from error


@contextmanager
def _decompressed(path: Path, name: str) -> Iterator[Any]:
    """A file that a module of the standard library opens. Raises OSError also where it is damaged."""
    import zlib

    try:
        module: Any = import_module(name)
    except ImportError as error:
        raise OSError(f"this Python was built without {name}; unpack it first") from error
    try:
        with module.open(path) as file:
            yield file
    except (EOFError, zlib.error, getattr(module, "LZMAError", EOFError)) as error:
        raise OSError(f"{error}; it is damaged, or was not copied to its end") from error

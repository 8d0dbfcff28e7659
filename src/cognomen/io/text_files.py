"""Text files: UTF-8, read whole, with errors that name the line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cognomen.errors import DataError

__all__ = ["numbered_lines", "read_utf8"]

_BOM = b"\xef\xbb\xbf"
_BOMS_OF_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_utf8(path: Path) -> str:
    """Read a whole UTF-8 file, with or without a byte-order mark.

    Raises:
        DataError: it cannot be opened, or it is not UTF-8; the message names file and line.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error
    if b"\0" in data:
        line, start = _line_number(data, data.index(b"\0")), data[:1000]
        if start.startswith(_BOMS_OF_UTF16) or start.count(b"\0") > len(start) // 4:
            raise _not_utf8(path, line, "it holds zero bytes, as UTF-16 does", "UTF-16")
        raise DataError(
            f"{path}, line {line}: expected text, but it holds a zero byte. Remove all of them, for example "
            f"with: tr -d '\\000' < {path.name} > clean-{path.name}"
        )
    data = data.removeprefix(_BOM)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, byte = _line_number(data, error.start), data[error.start]
        raise _not_utf8(path, line, f"it holds the byte 0x{byte:02x}", "WINDOWS-1252") from error


def _line_number(data: bytes, position: int) -> int:
    return data[:position].replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1


def _not_utf8(path: Path, line: int, what: str, guess: str) -> DataError:
    return DataError(
        f"{path}, line {line}: expected UTF-8 text, but {what}. Convert the file to UTF-8, for example with: "
        f"iconv -f {guess} -t UTF-8 {path.name} > utf8-{path.name} (put its real encoding after -f)."
    )


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, trimmed, with their numbers; lines end in LF, CRLF or CR."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, start=1):
        if trimmed := line.strip():
            yield number, trimmed

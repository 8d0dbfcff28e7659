"""Text files: decoded, in blocks of whole lines, with errors that name the line and the remedy."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Final

from cognomen.errors import DataError, InputError
from cognomen.io.compressed import opened

BLOCK = 1 << 24  # bytes
_SAVE_AS_CSV: Final = (
    "If a table is in it, name it .{0} and give it to a command for tables: cognomen score. Or save the "
    'sheet as CSV: in Excel, as "CSV UTF-8 (Comma delimited)".'
)
_UNPACK: Final = "If a table is in it, name it .csv.{0} (or .tsv.{0}); otherwise unpack it first."
# How files begin that are no text, whatever they are called.
_SIGNATURES: Final = {
    b"PK\x03\x04": ("a workbook (.xlsx, .ods) or another zip archive", _SAVE_AS_CSV.format("xlsx")),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": (
        "an old Excel workbook (.xls), or one with a password",
        _SAVE_AS_CSV.format("xls"),
    ),
    b"\x1f\x8b": ("compressed with gzip", _UNPACK.format("gz")),
    b"BZh91AY&SY": ("compressed with bzip2", _UNPACK.format("bz2")),
    b"\xfd7zXZ\0": ("compressed with xz", _UNPACK.format("xz")),
    b"\x28\xb5\x2f\xfd": ("compressed with Zstandard", _UNPACK.format("zst")),
    b"PAR1": ("a Parquet table", "Name it .parquet, and give it to a command for tables: cognomen score."),
}
# Byte-order marks; that of UTF-32 (LE) begins as that of UTF-16 (LE).
_MARKS: Final = {
    "UTF-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
    "UTF-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
}


def text_codec(encoding: str | None) -> codecs.CodecInfo | None:
    """The codec of an encoding; None for UTF-8, which is the default.

    Raises:
        InputError: Python has no such text encoding.
    """
    if encoding is None:
        return None
    try:
        "".encode(encoding)  # codecs.lookup also knows "zip" and "rot13"
        codec = codecs.lookup(encoding)
    except (LookupError, TypeError, ValueError) as error:
        raise InputError(
            f"encoding: expected a text encoding such as utf-8, utf-16 or cp1252, got {encoding!r}."
        ) from error
    return None if codec.name in ("utf-8", "utf-8-sig") else codec


def read_text_file(path: Path, encoding: str | None = None) -> str:
    """Read a whole text file, with or without a byte-order mark.

    Args:
        path: the file.
        encoding: of the file; UTF-8 if None.

    Raises:
        DataError: it cannot be opened, is not text, or is in another encoding.
    """
    return decode_utf8(b"".join(utf8_blocks(path, encoding)), path)


def utf8_blocks(path: Path, encoding: str | None = None) -> Iterator[bytes]:
    """Yield a text file converted to UTF-8, without its byte-order mark, in blocks of some megabytes.

    Each block ends with a line feed, the last one where the file ends. A file in UTF-8 is not validated here:
    the caller decodes the blocks with `decode_utf8`. A compressed file is decompressed (see `compressed`).

    Raises:
        DataError: the file cannot be read, is not text, or not in the encoding.
        MissingExtraError: it is compressed with Zstandard, and pyarrow is not installed.
    """
    codec, rest = text_codec(encoding), b""
    blocks: Iterator[bytes]
    with opened(path) as file:
        check_kind(path, file.read(1000), encoding)
    with opened(path) as file:  # again: not every stream can be rewound
        blocks = iter(lambda: file.read(BLOCK), b"")
        if codec is not None:
            blocks = _converted(path, blocks, codec)
        for number, block in enumerate(blocks):
            data = rest + block if number else block.removeprefix(codecs.BOM_UTF8)
            end = data.rfind(b"\n") + 1
            if end:
                yield data[:end]
            rest = data[end:]
    if rest:
        yield rest


def _converted(path: Path, blocks: Iterable[bytes], codec: codecs.CodecInfo) -> Iterator[bytes]:
    """Convert blocks of another encoding to UTF-8."""
    decoder, line = codec.incrementaldecoder(), 1
    try:
        for block in chain(blocks, [b""]):
            text = decoder.decode(block, final=not block)
            line += text.count("\n")
            yield text.encode()
    except UnicodeError as error:
        if isinstance(error, UnicodeDecodeError):
            line += codec.decode(error.object[: error.start], "ignore")[0].count("\n")
        raise DataError(
            f"{path}, line {line}: expected {codec.name} text, but {error}. Pass the file's own encoding."
        ) from error


def decode_utf8(data: bytes, path: Path, first_line: int = 1) -> str:
    """Decode a file from the line `first_line` on.

    Raises:
        DataError: it is not UTF-8, or holds zero bytes; the message names the line.
    """
    if b"\0" in data:
        line = first_line + _count_lines(data[: data.index(b"\0")])
        clean = (
            f"from pathlib import Path; p = Path({str(path)!r}); "
            "p.with_name('clean-' + p.name).write_bytes(p.read_bytes().replace(bytes(1), b''))"
        )
        raise DataError(
            f"{path}, line {line}: expected text, but it holds a zero byte. Write a copy without them, "
            f'for example with:\n  python -c "{clean}"'
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, byte = first_line + _count_lines(data[: error.start]), data[error.start]
        raise not_utf8(f"{path}, line {line}", f"it holds the byte 0x{byte:02x}", "cp1252") from error


def not_utf8(place: str, found: str, guess: str) -> DataError:
    """The error for a file in another encoding, with the remedy.

    Args:
        place: file and line.
        found: what shows that it is not UTF-8.
        guess: the encoding that it may have.
    """
    return DataError(
        f"{place}: expected UTF-8 text, but {found}. Pass its encoding, for example --encoding {guess} (in "
        f'Python encoding={guess!r}), or save it as UTF-8: in Excel as "CSV UTF-8 (Comma delimited)", in '
        "an editor with the encoding UTF-8."
    )


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, trimmed, with their numbers; lines end in LF, CRLF or CR."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, start=1):
        if trimmed := line.strip():
            yield number, trimmed


def check_kind(path: Path, start: bytes, encoding: str | None) -> None:
    """Check how a file begins.

    Args:
        path: the file.
        start: its first bytes, some hundred of them.
        encoding: that the user gave, if any.

    Raises:
        DataError: it is not text, or is in UTF-16 or UTF-32 and nobody said so.
    """
    _check_start(path, start)
    if encoding is None and (wide := wide_encoding(start)):
        raise not_utf8(f"{path}, line 1", *wide)


def check_signature(path: Path) -> None:
    """Raise DataError if a file begins as one that is no text, with what to do about it."""
    try:
        with path.open("rb") as file:
            _check_start(path, file.read(16))
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error


def _check_start(path: Path, start: bytes) -> None:
    for signature, (kind, remedy) in _SIGNATURES.items():
        if start.startswith(signature):
            raise DataError(f'"{path}": expected text, but this file is {kind}. {remedy}')


def wide_encoding(start: bytes) -> tuple[str, str] | None:
    """What shows that a text is in UTF-16 or UTF-32, and which of these it is; None if it is in neither.

    Args:
        start: its first bytes, some hundred of them.
    """
    for family, marks in _MARKS.items():
        if start.startswith(marks):
            begins = start.count(0) == 0
            found = f"it begins as {family} does" if begins else f"it holds zero bytes, as {family} does"
            return found, family.lower()
    zeros = [start[place::4].count(0) for place in range(4)]  # of the bytes of each place in four
    if sum(zeros) <= max(len(start) // 4, 1):
        return None
    quarter = len(start) // 4  # code points are at most 0x10FFFF: UTF-32 has a zero byte in each
    for order, (highest, next_highest) in {"le": (3, 2), "be": (0, 1)}.items():
        if zeros[highest] == quarter > 0 and 2 * zeros[next_highest] > quarter:
            return "it holds zero bytes, as UTF-32 does", f"utf-32-{order}"
    encoding = "utf-16-be" if zeros[0] + zeros[2] > zeros[1] + zeros[3] else "utf-16-le"
    if "\0" in start.decode(encoding, "ignore"):  # a program or a database
        return None
    return "it holds zero bytes, as UTF-16 does", encoding


def _count_lines(data: bytes) -> int:
    """How many lines end in `data`."""
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")

"""Names for the command line: from arguments, from a file, from standard input."""

from __future__ import annotations

import codecs
import os
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from cognomen.apps.cli.progress import downloading
from cognomen.errors import DataError

if TYPE_CHECKING:
    from cognomen.corpora import Corpus

__all__ = ["BLOCK", "STDIN", "argument_text", "in_blocks", "names_for", "one_line", "read_corpus"]

STDIN = "-"
BLOCK = 4096  # names answered together: large enough for shared work, small enough for memory
CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)  # line ends, escapes, bidi


def names_for(arguments: tuple[str, ...], path: str | None) -> Iterator[list[str]]:
    """Find where the names come from and yield them in blocks.

    Arguments, or `--file PATH`, or standard input: asked for by `-`, or piped in when nothing else is
    given. Raises click.UsageError when there is nothing to read, or more than one place to read from.
    """
    if arguments == (STDIN,):
        arguments, path = (), path or STDIN
    if arguments and path is not None:
        raise click.UsageError("give names, or --file, not both.")
    if arguments:
        return iter([[argument_text(name) for name in arguments]])
    if path is None and not is_piped():
        raise click.UsageError("no names: give some, or --file PATH, or pipe lines in.")
    return lines_in_blocks(path or STDIN)


def one_line(name: str) -> str:
    """Give a name that stays on its line and moves no cursor: control characters become spaces."""
    return CONTROLS.sub(" ", name)


def is_piped() -> bool:
    """Tell whether standard input is open and not a terminal."""
    return sys.stdin is not None and not sys.stdin.isatty()


def argument_text(argument: str) -> str:
    """Give an argument as text: its bytes are UTF-8, even where the locale made Python think otherwise.

    Raises DataError when they are not.
    """
    try:
        argument.encode("utf-8")
    except UnicodeEncodeError:  # the locale could not decode it: the bytes wait behind surrogates
        try:
            return os.fsencode(argument).decode("utf-8")
        except UnicodeError:
            raise DataError(f"the name {argument!a} is not UTF-8 text: write it in UTF-8.") from None
    return argument


def lines_in_blocks(path: str) -> Iterator[list[str]]:
    """Yield the lines of a file (or of standard input) in blocks; line by line when someone is typing."""
    if path == STDIN:
        if sys.stdin is None:
            raise click.UsageError("standard input is closed.")
        size = 1 if sys.stdin.isatty() else BLOCK
        yield from in_blocks(decoded(sys.stdin.buffer, "standard input"), size)
        return
    with Path(path).open("rb") as stream:
        yield from in_blocks(decoded(stream, path), BLOCK)


def in_blocks(lines: Iterable[str], size: int) -> Iterator[list[str]]:
    """Cut a stream of lines into lists of `size`; what came before a bad line is still handed out."""
    lines = iter(lines)
    while True:
        block: list[str] = []
        try:
            block.extend(islice(lines, size))
        except DataError:
            if block:
                yield block
            raise
        if not block:
            return
        yield block


def decoded(stream: BinaryIO, source: str) -> Iterator[str]:
    """Yield each line as text, without its line end and without a byte-order mark.

    Raises DataError with source and line number where a line is not UTF-8.
    """
    for number, raw in enumerate(stream, start=1):
        line = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
        try:
            yield line.rstrip(b"\r\n").decode("utf-8")
        except UnicodeDecodeError as error:
            raise DataError(not_utf8(source, number, line, error)) from None


def not_utf8(source: str, number: int, line: bytes, error: UnicodeDecodeError) -> str:
    """Say where the text stops being UTF-8 and how to convert it."""
    wide = number == 1 and line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "UTF-16" if wide else "WINDOWS-1252"
    return (
        f"{source}, line {number}: not UTF-8 (byte 0x{line[error.start]:02x}, the {error.start + 1}. of the "
        f"line). If it was saved as {encoding}, convert it: iconv -f {encoding} -t UTF-8 OLD > NEW"
    )


def read_corpus(data: str, encoding: str | None = None) -> Corpus:
    """Read names with their origins, showing the progress where they must be downloaded first."""
    from cognomen.corpora import load_corpus

    with downloading() as on_bytes:
        return load_corpus(data, encoding=encoding, on_progress=on_bytes)

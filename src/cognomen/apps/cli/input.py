"""What commands read: names from arguments, a file or standard input; and names with their origins."""

from __future__ import annotations

import codecs
import io
import os
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from cognomen.apps.cli.progress import downloading
from cognomen.errors import DataError
from cognomen.io.text_files import check_kind, not_utf8, text_codec, wide_encoding

if TYPE_CHECKING:
    from cognomen.corpora import Corpus

STDIN = "-"
BLOCK = 10_000  # lines answered together: as many as a table's rows that show the order of names
HEADING = re.compile("(full[ _-]?|sur|last[ _-]?|family[ _-]?)?names?", re.IGNORECASE)
CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)  # line ends, escapes, bidi


def names_for(arguments: tuple[str, ...], path: str | None, encoding: str | None) -> Iterator[list[str]]:
    """Yield names in blocks: the arguments, the lines of a file, or those of standard input.

    Standard input is read where `-` asks for it, or where it is piped in and nothing else is given.

    Raises:
        click.UsageError: there is nothing to read, or more than one place to read from.
    """
    if arguments == (STDIN,):
        arguments, path = (), path or STDIN
    if arguments and path is not None:
        raise click.UsageError("give names, or --file, not both.")
    if arguments:
        return iter([[argument_text(name) for name in arguments]])
    if path is None and not is_piped():
        raise click.UsageError("no names: give some, or --file PATH, or pipe lines in.")
    return lines_in_blocks(path or STDIN, encoding)


def one_line(name: str) -> str:
    """The name with spaces for control characters, so that it stays on its line and moves no cursor."""
    return CONTROLS.sub(" ", name)


def is_piped() -> bool:
    """Whether standard input is open and not a terminal."""
    return sys.stdin is not None and not sys.stdin.isatty()


def argument_text(argument: str) -> str:
    """Decode an argument as UTF-8, even where the locale made Python decode it otherwise.

    Raises:
        DataError: it is not UTF-8.
    """
    try:
        argument.encode("utf-8")
    except UnicodeEncodeError:  # bytes that the locale could not decode are kept as surrogates
        try:
            return os.fsencode(argument).decode("utf-8")
        except UnicodeError:
            raise DataError(f"the name {argument!a} is not UTF-8 text: write it in UTF-8.") from None
    return argument


def lines_in_blocks(path: str, encoding: str | None) -> Iterator[list[str]]:
    """Yield the lines of a file or of standard input in blocks; line by line when someone is typing."""
    if path == STDIN:
        if sys.stdin is None:
            raise click.UsageError("standard input is closed.")
        size = 1 if sys.stdin.isatty() else BLOCK
        yield from in_blocks(decoded(sys.stdin.buffer, "standard input", encoding), size)
        return
    with Path(path).open("rb") as stream:
        start = stream.peek(1000)[:1000]  # not every stream can be rewound
        check_kind(Path(path), start, encoding)
        hint_for_table(path, start)
        yield from in_blocks(decoded(stream, path, encoding), BLOCK)


def hint_for_table(path: str, start: bytes) -> None:
    """Say on stderr that a table is for `score`, if the file has such a name, and headings or several cells.

    Args:
        path: of the file.
        start: its first bytes.
    """
    file = Path(path)
    if file.suffix.lower() not in (".csv", ".tsv"):
        return
    first = start.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace").splitlines()[:1]
    cells = re.split("[,;\t]", first[0]) if first else []
    heading = next((cell.strip('" ') for cell in cells if HEADING.fullmatch(cell.strip('" '))), None)
    if heading is not None or len(cells) > 1:
        from shlex import quote

        click.echo(
            f"Hint: {path} looks like a table, and each whole line is taken for a name. For answers beside "
            f"the names: cognomen score {quote(path)} --column {quote(heading or '1')} --out "
            f"{quote(str(file.with_name(f'scored-{file.name}')))}",
            err=True,
        )


def in_blocks(lines: Iterable[str], size: int) -> Iterator[list[str]]:
    """Group lines into lists of `size`; the lines before one that cannot be read are still yielded."""
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


def decoded(stream: BinaryIO, source: str, encoding: str | None) -> Iterator[str]:
    """Yield each line as text, without its line end and without a byte-order mark.

    Raises:
        DataError: the text is not in its encoding, UTF-8 if None.
    """
    codec = text_codec(encoding)
    if codec is not None:
        try:
            for index, text in enumerate(io.TextIOWrapper(stream, codec.name, newline="\n")):
                yield text.rstrip("\r\n").removeprefix("" if index else "\ufeff")
        except UnicodeDecodeError as error:
            raise DataError(f"{source}: expected {codec.name} text, but {error}.") from None
        return
    for number, raw in enumerate(stream, start=1):
        line = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
        if number == 1 and (wide := wide_encoding(line[:1000])):
            raise not_utf8(f"{source}, line 1", *wide)
        try:
            yield line.rstrip(b"\r\n").decode("utf-8")
        except UnicodeDecodeError as error:
            found, guess = f"byte {error.start + 1} of the line is 0x{line[error.start]:02x}", "cp1252"
            raise not_utf8(f"{source}, line {number}", found, guess) from None


def read_corpus(data: str, **reading: Any) -> Corpus:
    """Read names with their origins, showing the progress where they must be downloaded first.

    Args:
        data, **reading: as for `load_corpus`.
    """
    from cognomen.corpora import load_corpus

    with downloading() as on_bytes:
        return load_corpus(data, **reading, on_progress=on_bytes)

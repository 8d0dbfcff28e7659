"""How a command ends: exit codes, errors in one format, and no traceback for what users can cause."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import sys
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any, NoReturn

import click
from click.exceptions import Exit

from cognomen.errors import CognomenError


class ExitCode(IntEnum):
    """The exit codes; documented in `cognomen --help` and docs/schema.md."""

    DONE = 0
    ERROR = 1
    USAGE = 2
    INTERRUPTED = 130
    CLOSED_PIPE = 141  # what a shell reports for a program that SIGPIPE ended


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, after the command has cleaned up; the message tells the user what was kept."""


STDOUT = 1
OUTPUT_ERRORS = (errno.EBADF, errno.EFBIG, errno.EIO, errno.ENOSPC)
INTERRUPTS = (KeyboardInterrupt, click.Abort)


class HintingGroup(click.Group):
    """A group that knows what a misspelt command may be."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from cognomen.text.matching import did_you_mean  # only a misspelt command pays for the import

            hint = did_you_mean(args[0], self.list_commands(ctx))
            raise click.UsageError(error.message + hint, ctx) from error


class GuardedGroup(HintingGroup):
    """A group whose `main` always ends in an exit code."""

    def main(  # type: ignore[override]  # never returns, not even outside of standalone mode
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        **extra: Any,
    ) -> NoReturn:
        """Run `args` (those of the process if None) and raise SystemExit with an `ExitCode`."""
        given = list(sys.argv[1:] if args is None else args)
        name = prog_name or "cognomen"
        if f"_{name.upper()}_COMPLETE" in os.environ:  # the shell asks for completions
            prepare_output()
            super().main(args=given, prog_name=name, **extra)
        run_guarded(self, given, name, **extra)


def run_guarded(command: click.Command, args: list[str], prog_name: str, **extra: Any) -> NoReturn:
    """Run a command, report an error, and raise SystemExit with an `ExitCode`."""
    prepare_output()
    try:
        code = _run_to_the_end(command, args, prog_name, extra)
    except BrokenPipeError:
        drop_output()
        code = ExitCode.CLOSED_PIPE
    except (CognomenError, OSError, MemoryError, click.ClickException, *INTERRUPTS) as error:
        code = report(error, as_json=asks_for_json(args))
    sys.exit(int(code))


def _run_to_the_end(command: click.Command, args: list[str], prog_name: str, extra: dict[str, Any]) -> int:
    """Run the command and flush, so that a full disk or a closed pipe is noticed here."""
    try:
        with command.make_context(prog_name, list(args), **extra) as ctx:  # it empties the list
            command.invoke(ctx)
    except Exit as leaving:
        return leaving.exit_code
    finally:
        if sys.stdout is not None:
            sys.stdout.flush()
    return ExitCode.DONE


class ClosedOutput(io.TextIOBase):
    """Stands for a standard output that is closed: writing to it is an error, as for other programs."""

    def write(self, text: str) -> int:
        """Raise OSError."""
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def prepare_output() -> None:
    """Notice what is written to a closed output, and give its number to no file; write UTF-8.

    UTF-8 whatever the locale; a character that cannot be encoded is escaped. Where Python is told not to
    buffer (PYTHONUNBUFFERED, as in many containers), what the system does not take at once would be lost
    without an error: on a full disk, for instance. So there is a buffer all the same; commands flush it.
    """
    if sys.stdout is None:
        try:
            os.fstat(STDOUT)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), STDOUT)
        sys.stdout = ClosedOutput()
    raw = getattr(sys.stdout, "buffer", None)
    if isinstance(raw, io.RawIOBase):
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(raw))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def asks_for_json(args: Sequence[str]) -> bool:
    """Whether `--json` is among the options (after `--` it would be a name)."""
    options = args[: args.index("--")] if "--" in args else args
    return "--json" in options


def report(error: BaseException, *, as_json: bool) -> int:
    """Print an error on stderr, as JSON or as text, and return its exit code."""
    code, kind, message = described(error)
    shape = {"error": {"type": kind, "message": message}}
    with contextlib.suppress(OSError):  # stderr may be closed
        text = json.dumps(shape, ensure_ascii=False) if as_json else for_people(error, message)
        click.echo(text, err=True)
    if isinstance(error, OSError):
        drop_output()
    return code


def described(error: BaseException) -> tuple[int, str, str]:
    """The exit code of an error, its kind for programs, and what went wrong in words."""
    if isinstance(error, INTERRUPTS):
        return ExitCode.INTERRUPTED, "Interrupted", str(error) or "Interrupted."
    if isinstance(error, click.ClickException):
        kind = click.UsageError if isinstance(error, click.UsageError) else type(error)
        return error.exit_code, kind.__name__, error.format_message()
    if isinstance(error, MemoryError):
        return ExitCode.ERROR, "MemoryError", f"there is not enough memory. {error}".strip()
    if not isinstance(error, OSError):
        return ExitCode.ERROR, type(error).__name__, str(error)
    message = error.strerror or str(error)
    # Files are opened and written where their names are known; only standard output has none.
    if error.errno == errno.ENOENT and error.filename:
        folder = Path(error.filename).parent
        message += "" if folder.is_dir() else f" (there is no folder {folder})"
    name = error.filename or ("standard output" if error.errno in OUTPUT_ERRORS else None)
    return ExitCode.ERROR, "OSError", f"{name}: {message}" if error.strerror and name else message


def for_people(error: BaseException, message: str) -> str:
    """An error as text, wrapped to the width of the terminal."""
    text = message if isinstance(error, INTERRUPTS) else f"Error: {message}"
    if isinstance(error, click.UsageError):  # click adds the usage of the command
        shown = io.StringIO()
        error.show(shown)
        text = shown.getvalue().rstrip()
    if sys.stderr is None or not sys.stderr.isatty():
        return text
    from cognomen.apps.cli.render import wrapped

    return wrapped(text, os.get_terminal_size(sys.stderr.fileno()).columns or 80)  # some have no size


def drop_output() -> None:
    """Redirect a stream that cannot be flushed to the null device, or Python's last flush would fail, too."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)

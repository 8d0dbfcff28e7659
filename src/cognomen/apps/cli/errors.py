"""How a command ends: exit codes, errors in one shape, and never a traceback for what users can cause."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Sequence
from enum import IntEnum
from typing import Any, NoReturn

import click
from click.exceptions import Exit

from cognomen.errors import CognomenError

__all__ = ["ExitCode", "GuardedGroup", "Interrupted"]


class ExitCode(IntEnum):
    """What the process leaves with; documented in `cognomen --help` and docs/schema.md."""

    DONE = 0
    ERROR = 1
    USAGE = 2
    INTERRUPTED = 130
    CLOSED_PIPE = 141  # what a shell shows for any tool that SIGPIPE ended


class Interrupted(KeyboardInterrupt):
    """Ctrl-C arrived and the command has already put things in order; carries what to tell the user."""


class GuardedGroup(click.Group):
    """A group whose `main` ends in an exit code, whatever happens on the way."""

    def main(  # type: ignore[override]  # never returns, also not outside of standalone mode
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        **extra: Any,
    ) -> NoReturn:
        """Run `args` (those of the process when None) and raise SystemExit with an `ExitCode`."""
        speak_utf8()
        given = list(sys.argv[1:] if args is None else args)
        name = prog_name or "cognomen"
        if f"_{name.upper()}_COMPLETE" in os.environ:  # the shell asks for completions
            super().main(args=given, prog_name=name, **extra)
        code = self.guarded(given, name, extra)
        sys.exit(int(code))

    def guarded(self, args: list[str], prog_name: str, extra: dict[str, Any]) -> int:
        """Run the command; turn every ending into an exit code, and an error into a message."""
        try:
            return self.finished(args, prog_name, extra)
        except BrokenPipeError:
            drop_output()
            return ExitCode.CLOSED_PIPE
        except (CognomenError, OSError, click.ClickException, KeyboardInterrupt, click.Abort) as error:
            return report(error, as_json=asks_for_json(args))

    def finished(self, args: list[str], prog_name: str, extra: dict[str, Any]) -> int:
        """Run the command to its end and flush, so that a full disk or a closed pipe is met here."""
        try:
            with self.make_context(prog_name, args, **extra) as ctx:
                self.invoke(ctx)
        except Exit as leaving:
            return leaving.exit_code
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
        return ExitCode.DONE


def speak_utf8() -> None:
    """Write UTF-8 whatever the locale says; a letter that cannot be written must not end the run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def asks_for_json(args: Sequence[str]) -> bool:
    """Tell whether `--json` stands among the options (behind `--` it would be a name)."""
    options = args[: args.index("--")] if "--" in args else args
    return "--json" in options


def report(error: BaseException, *, as_json: bool) -> int:
    """Print one error on stderr, as JSON or as a sentence, and return its exit code."""
    code = exit_code(error)
    with contextlib.suppress(OSError):  # nobody may be left to read it
        if as_json:
            shape = {"error": {"type": type_name(error), "message": message(error)}}
            click.echo(json.dumps(shape, ensure_ascii=False), err=True)
        else:
            click.echo(for_people(error), err=True)
    if isinstance(error, OSError):
        drop_output()
    return code


def for_people(error: BaseException) -> str:
    """An error as a person reads it, wrapped to the terminal that shows it."""
    if isinstance(error, click.UsageError):  # with the usage of the command
        shown = io.StringIO()
        error.show(shown)
        text = shown.getvalue().rstrip()
    else:
        text = f"{'' if isinstance(error, KeyboardInterrupt | click.Abort) else 'Error: '}{message(error)}"
    if sys.stderr is None or not sys.stderr.isatty():
        return text
    from cognomen.apps.cli.render import wrapped

    return wrapped(text, os.get_terminal_size(sys.stderr.fileno()).columns)


def exit_code(error: BaseException) -> int:
    """Map an error to its exit code."""
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return ExitCode.INTERRUPTED
    if isinstance(error, click.ClickException):
        return error.exit_code
    return ExitCode.ERROR


def type_name(error: BaseException) -> str:
    """Name the kind of error for machines: our own class, OSError, UsageError or Interrupted."""
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return "Interrupted"
    for kind in (OSError, click.UsageError):
        if isinstance(error, kind):
            return kind.__name__
    return type(error).__name__


def message(error: BaseException) -> str:
    """Say in words what went wrong."""
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return str(error) or "Interrupted."
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


def drop_output() -> None:
    """Point a stream that cannot be flushed at nothing, or Python's own last flush fails once more."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)

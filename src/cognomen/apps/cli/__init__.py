"""The command line: `cognomen COMMAND`."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line on `sys.argv` and leave the process with the exit code.

    Nearly all of a start is imports. They are made in here, so that Ctrl-C meets a guard while they last.
    """
    try:
        from cognomen.apps.cli.commands import cli

        cli.main(prog_name="cognomen")
    except KeyboardInterrupt:  # before the commands could say so, or a second one while they did
        sys.exit(130)

"""The command line: `cognomen COMMAND`."""

from __future__ import annotations

import gc
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line on `sys.argv` and exit with its exit code.

    Imports take most of the start; they are made in here so that Ctrl-C is handled during them, too. What
    they make stays until the end: to look for garbage among it takes a fifth of the time of `predict`.
    """
    gc.set_threshold(100_000)  # the imports make half as many objects
    try:
        from cognomen.apps.cli.commands import cli

        cli.main(prog_name="cognomen")
    except KeyboardInterrupt:  # before the commands could handle it, or a second one while they did
        sys.exit(130)
    finally:
        gc.freeze()  # else Python collects several times while it exits

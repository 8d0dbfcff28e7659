"""The command line: `cognomen COMMAND`."""

from __future__ import annotations

import gc

__all__ = ["main"]


def main() -> None:
    """Run the command line on `sys.argv` and exit with its exit code.

    What the imports make stays until the end: to look for garbage among it takes a fifth of the time of
    `predict`.
    """
    gc.set_threshold(100_000)  # the imports make half as many objects
    try:
        from cognomen.apps.cli.commands import cli

        cli.main(prog_name="cognomen")
    finally:
        gc.freeze()  # else Python collects several times while it exits

"""The group `cognomen`: one module for each command, imported when it is used.

\b
Examples:
  cognomen predict Smith Nakamura "O'Brien"
  cognomen predict --json --file names.txt > answers.jsonl
  cut -d, -f2 people.csv | cognomen predict
  cognomen train names/ --out my-model
  cognomen evaluate my-model names/ --plots pictures

\b
Exit codes:
  0    done (also when some names are answered "unknown")
  1    an error that the message explains: a file, data, a model, a download
  2    the command was not understood
  130  stopped by Ctrl-C
  141  the reader of the output closed it (as in `| head`)

With --json an error is one line on stderr: {"error": {"type": ..., "message": ...}}
"""

from __future__ import annotations

import sys
from importlib import import_module

import click

from cognomen import __version__
from cognomen.apps.cli.errors import GuardedGroup
from cognomen.apps.cli.options import epilog

COMMANDS = {
    "predict": "the origins that names sound like",
    "score": "answers beside the names in a table",
    "composition": "the mixture of origins in a column of names",
    "explain": "which letters speak for and against an origin",
    "serve": "the classifier over HTTP, for programs and browsers",
    "mcp": "the classifier as tools for language models",
    "generate": "new surnames that sound like an origin",
    "train": "train a model on your names",
    "evaluate": "measure a model on names with known origins",
    "protocol": "train and evaluate under protocol L or T",
    "export": "a model for other runtimes: ONNX, PyTorch",
    "data": "the corpora: list, path, fetch, check, build",
    "model": "a model: list, info, verify, origins",
    "page": "one HTML file in which a network is watched, opened and trained",
    "study": "experiments: what recurrent networks can and cannot do",
    "prompt": "type names one by one: `cognomen` alone does the same",
    "completion": "print the shell completion script",
}


class LazyGroup(GuardedGroup):
    """A group that imports the module of a command when the command is used."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; without any, a person at a terminal gets the prompt."""
        if not args and is_terminal():
            args = ["prompt"]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands, the most used first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import `cognomen.apps.cli.<name>` and return its `command`; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"{__package__}.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing their modules."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def is_terminal() -> bool:
    """Whether somebody types, and reads."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def print_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    """Print the version and exit."""
    if wanted and not ctx.resilient_parsing:
        click.echo(f"cognomen {__version__}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=epilog(__doc__),
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=print_version,
    help="Print the version and exit.",
)
def cli() -> None:
    """Cognomen: which language does a surname sound like?

    A recurrent network, written from scratch, answers with calibrated probabilities.

    A name hints at the language it comes from. It does not tell anyone's nationality, ethnicity or
    religion: do not use it to judge or sort individual people.
    """

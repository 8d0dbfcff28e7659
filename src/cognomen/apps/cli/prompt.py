"""`cognomen` alone on a terminal: type names, read answers.

\b
Examples:
  cognomen
  cognomen prompt --model classic

\b
At the prompt:
  Nakamura     its answer
  ?            which letters speak for the last answer
  ? Nakamura   which letters speak for this one
  quit, exit   leaves, as Ctrl-D does (? quit explains the name)

`cognomen` alone on a terminal is this prompt. Exit codes: 0 left, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import click

from cognomen.apps.cli.options import as_is_option, epilog, model_option

if TYPE_CHECKING:
    from cognomen.apps.cli.render import AnswerTable
    from cognomen.classifier.classifier import Classifier

ROOM = 24  # cells for a name: the table is laid out before there is one
SIGN = "name> "
LEAVE = ("quit", "exit")
HELP = "Type a name; ? explains the last answer, ? NAME another one; quit or Ctrl-D leaves."


@click.command("prompt", epilog=epilog(__doc__))
@model_option
@as_is_option
def command(model: str | None, as_is: bool) -> None:
    """Ask for names, one at a time, and answer each.

    A name hints at the language it comes from. It does not tell anyone's nationality, ethnicity or religion.
    """
    from cognomen.classifier.classifier import Classifier

    classifier, last = Classifier.load(model), None
    table = empty_table(classifier)
    click.echo(HELP)
    with contextlib.suppress(ImportError):  # not on Windows; it edits lines, and remembers them
        import readline  # noqa: F401
    while (line := asked()) not in (None, *LEAVE):
        if line.startswith("?"):
            last = line[1:].strip() or last
            explain(classifier, last, full_names=not as_is)
        elif line:
            last = line
            table.write([classifier(line, full_names=not as_is)])


def asked() -> str | None:
    """The next line, stripped; None once there is none."""
    try:
        return input(SIGN).strip()
    except EOFError:
        click.echo()
        return None


def empty_table(classifier: Classifier) -> AnswerTable:
    """A table of answers that is laid out for names to come."""
    from cognomen.apps.cli.render import AnswerTable, Layout

    tree = classifier.tree
    labels = [label for level in tree.levels for label in tree.labels(level)]
    table, told = AnswerTable(labels), classifier.network.knows_names
    table.layout = Layout.fitting(table.width, ["n" * ROOM], labels, evidence=told)
    return table


def explain(classifier: Classifier, name: str | None, *, full_names: bool) -> None:
    """Print which letters speak for the answer to a name."""
    from cognomen.apps.cli.explain import write
    from cognomen.explanation.explanation import explain as explanation_of

    if name is None:
        click.echo(HELP)
        return
    write(explanation_of(classifier, name, full_names=full_names))

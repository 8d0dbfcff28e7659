"""`cognomen composition`: what mixture of origins a column of names is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cognomen.apps.cli.options import column_option, encoding_option, model_options, restrict_option
from cognomen.apps.cli.score import unknown

if TYPE_CHECKING:
    from cognomen.classifier.composition import Composition, Leaning, OriginShare

BAR = 20  # cells
DOUBT = """\
* In doubt: one by one, the names behind this share are rather of another origin. That happens where names \
of a list are unlike those of the training. The sum of the two is more to be trusted:"""
EXAMPLES = """\b
Examples:
  cognomen composition people.csv --column surname
  cognomen composition people.parquet --column name --json > shares.json
  cognomen composition people.csv --column surname --restrict Irish,Scottish,English

TABLE is a .csv, .tsv or .parquet file with headings. A name counts as often as it stands in the column. Of a
full name the surname is taken: the last word, or what stands before a comma.

The shares are those under which the whole column is most likely (Saerens, Latinne and Decaestecker 2002);
counting the most likely origin of each name, shown beside them, favours what was common in training. The
intervals say how the shares might vary with the names that happen to be in the list. They presume that names
of one origin look alike in training and in the list, and that no origin is missing from the model. A share
that rests on names which one by one are rather of another origin is marked, and the sum of both is told.

\b
Exit codes: 0 done, 1 an error that the message explains,
2 not understood, 130 Ctrl-C.
"""


@click.command("composition", epilog=EXAMPLES)
@click.argument("table", type=click.Path(path_type=Path))
@column_option
@encoding_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@restrict_option
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the intervals' resamples."
)
@model_options
def command(
    table: Path,
    column: str,
    encoding: str | None,
    as_json: bool,
    restrict: list[str] | None,
    seed: int,
    model: str | None,
    as_is: bool,
) -> None:
    """Estimate the shares of the origins among the names of TABLE, with 95 % intervals.

    A name hints at the language it comes from. It does not tell anyone's nationality, ethnicity or religion:
    the shares describe the list, and nobody in it.
    """
    from cognomen.classifier.classifier import Classifier
    from cognomen.io.tables import open_table, read_column

    names = read_column(open_table(table, encoding), column)
    classifier = Classifier.load(model)
    found = classifier.composition(names, full_names=not as_is, restrict=restrict, seed=seed)
    if as_json:
        facts = {"table": str(table), "column": column, **found.to_json()}
        click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        click.echo(report(found))


def report(found: Composition) -> str:
    """Lay the shares out for people, largest first; those that round to nothing in one line."""
    from cognomen.apps.cli.render import bar, plain_table, wrapped
    from cognomen.classifier.composition import SHOWN

    read = f"{found.rows:,} row{'s' * (found.rows != 1)}, {found.read:,} read{unknown(found.unknown)}."
    if not found.shares:
        return f"{read}\nNone of them can be read as a surname: there are no shares to tell."
    shown = [each for each in found.shares if max(each.share, each.counted) >= SHOWN]
    rows = [
        (
            f"{each.origin} *" if each.leaning else each.origin,
            bar(each.share, BAR),
            f"{each.share:.1%}",
            interval(each),
            f"{each.counted:.1%}",
        )
        for each in shown
    ]
    table = plain_table(("origin", "", "share", "95 % interval", "counted"), rows, left=2)
    left_out = [each for each in found.shares if each not in shown]
    lines = [read, "", table]
    if left_out:
        names = ", ".join(each.origin for each in left_out)
        next_to_none = f"None or next to none: {names} (each at most {max(e.high for e in left_out):.1%})."
        lines += ["", wrapped(next_to_none)]
    together = [
        (f"{each.leaning.origin} + {each.origin}", f"{each.leaning.together:.1%}", interval(each.leaning))
        for each in shown
        if each.leaning
    ]
    if together:
        table = plain_table(("* together", "share", "95 % interval"), together)
        lines += ["", wrapped(DOUBT), "", table]
    return "\n".join(lines)


def interval(of: OriginShare | Leaning) -> str:
    """From where to where."""
    return f"{of.low:.1%} to {of.high:.1%}"

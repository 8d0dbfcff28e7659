"""`cognomen composition`: the mixture of origins in a column of names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cognomen.apps.cli.options import (
    EXIT_CODES,
    column_option,
    encoding_option,
    json_option,
    level_option,
    model_options,
    name_options,
    print_json,
    restrict_option,
    seed_option,
)
from cognomen.apps.cli.order import say_order
from cognomen.apps.cli.score import unknown

if TYPE_CHECKING:
    from cognomen.classifier.composition import Composition, Leaning, OriginShare
    from cognomen.classifier.options import OrderOption
    from cognomen.classifier.origins import Level

BAR = 20  # cells
DOUBT = """\
* In doubt: taken one by one, the names behind this share are more likely of another origin. This happens \
where the names of a list differ from those in training. The sum of the two is more reliable:"""
EXAMPLES = f"""\b
Examples:
  cognomen composition people.csv --column surname
  cognomen composition people.parquet --column name --json > shares.json
  cognomen composition people.csv --column 2 --restrict Irish,Scottish,English
  cognomen composition census.csv --column name --count-column bearers

TABLE is a .csv, .tsv or .parquet file with headings. A name counts once for each row, or as often as the
column of counts says. Of a full name, the surname is taken: the last word, or what comes before a comma.

The shares are those under which the whole column is most likely (Saerens, Latinne and Decaestecker 2002).
Counting the most likely origin of each name, shown beside them, favours what was common in training. The
intervals show how the shares vary with the names that happen to be in the list. They assume that names of an
origin look alike in training and in the list, and that the model knows all origins. A share is marked where
its names, taken one by one, are more likely of another origin; the sum of both is then shown.
{EXIT_CODES}"""


@click.command("composition", epilog=EXAMPLES)
@click.argument("table", type=click.Path(path_type=Path))
@column_option
@click.option(
    "--count-column",
    metavar="NAME|NUMBER",
    help="The column that says how often each row counts: numbers of at least 0.",
)
@encoding_option
@json_option()
@level_option
@restrict_option
@seed_option("Seed of the resamples behind the intervals.")
@name_options
@model_options
def command(
    table: Path,
    column: str,
    count_column: str | None,
    encoding: str | None,
    as_json: bool,
    level: Level,
    restrict: list[str] | None,
    seed: int,
    model: str | None,
    as_is: bool,
    na: list[str],
    keep_na: bool,
    suffixes: list[str],
    order: OrderOption,
) -> None:
    """Estimate the shares of the origins among the names of TABLE, with 95 % intervals.

    With --level these are the shares of groups or regions of origins.

    A name hints at the language it comes from. It does not tell anyone's nationality, ethnicity or religion:
    the shares describe the list, and nobody in it.
    """
    from cognomen.classifier.classifier import Classifier
    from cognomen.io.delimited import find_column
    from cognomen.io.tables import column_at, open_table
    from cognomen.io.weights import weighted_column

    source, counts = open_table(table, encoding), None
    names_at = find_column(table, column, source.headings)
    if count_column is None:
        names = column_at(source, names_at)
    else:
        counts_at = find_column(table, count_column, source.headings)
        names, counts = weighted_column(source, names_at, counts_at)
    found = Classifier.load(model).composition(
        names,
        counts=counts,
        full_names=not as_is,
        na=None if keep_na else na,
        suffixes=suffixes,
        order=order,
        level=level,
        restrict=restrict,
        seed=seed,
    )
    say_order(found.order)
    if as_json:
        print_json({"table": str(table), "column": column, **found.to_json()})
    else:
        click.echo(report(found, level))


def report(found: Composition, level: Level = "origin") -> str:
    """Format the shares as a table, largest first; those that round to nothing in one line."""
    from cognomen.apps.cli.render import amount, bar, plain_table, wrapped
    from cognomen.classifier.composition import SHOWN

    rows = f"{amount(found.rows)} row{'s' * (found.rows != 1)}"
    read = f"{rows}, {amount(found.read)} read{unknown(found.unknown)}."
    if not found.shares:
        return f"{read}\nNone of them can be read as a surname: there are no shares to estimate."
    shown = [each for each in found.shares if max(each.share, each.counted) >= SHOWN]
    table = [
        (
            f"{each.origin} *" if each.leaning else each.origin,
            bar(each.share, BAR),
            f"{each.share:.1%}",
            interval(each),
            f"{each.counted:.1%}",
        )
        for each in shown
    ]
    parts = [read, plain_table((level, "", "share", "95 % interval", "counted"), table, left=2)]
    if absent := [each for each in found.shares if each not in shown]:
        names, highest = ", ".join(each.origin for each in absent), max(each.high for each in absent)
        parts.append(wrapped(f"None or next to none: {names} (each at most {highest:.1%})."))
    together = [
        (f"{each.leaning.origin} + {each.origin}", f"{each.leaning.together:.1%}", interval(each.leaning))
        for each in shown
        if each.leaning
    ]
    if together:
        parts += [wrapped(DOUBT), plain_table(("* together", "share", "95 % interval"), together)]
    return "\n\n".join(parts)


def interval(of: OriginShare | Leaning) -> str:
    """Format the interval of a share."""
    return f"{of.low:.1%} to {of.high:.1%}"

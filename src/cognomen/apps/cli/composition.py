"""`cognomen composition`: the mixture of origins in a column of names.

\b
Examples:
  cognomen composition people.csv --column surname
  cognomen composition people.parquet --column name --json > shares.json
  cognomen composition people.csv --column 2 --restrict Irish,Scottish,English
  cognomen composition census.csv --column name --count-column bearers

TABLE is a .csv, .tsv or .parquet file with headings, perhaps compressed (people.csv.gz), or a workbook
(.xlsx, .xls, .ods), whose first sheet is read. A name counts once for each row, or as often as the
column of counts says. Of a full name, the surname is taken: the last word, or what comes before a comma.

The shares are those under which the whole column is most probable (Saerens, Latinne and Decaestecker 2002).
Counting the most probable origin of each name, shown for comparison, favours origins that were common in
training. The intervals show how the shares vary with the names that happen to be in the list. They assume
that names of an origin look alike in training and in the list, and that the model knows all origins. Where
the names behind one share are, one by one, more probably of another origin, the two cannot be told apart:
the sum of both is shown, and then each.
{EXIT_CODES}
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cognomen.apps.cli.options import (
    column_option,
    encoding_option,
    epilog,
    given_option,
    json_option,
    level_option,
    name_options,
    no_headings_option,
    print_json,
    restrict_option,
    seed_option,
)
from cognomen.apps.cli.order import say_order
from cognomen.apps.cli.plots import plot_option
from cognomen.apps.cli.render import bar, plain_table, shortened, wrapped
from cognomen.apps.cli.score import unknown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cognomen.classifier.composition import Composition
    from cognomen.classifier.composition_rows import Row
    from cognomen.classifier.origins import Level
    from cognomen.io.tables import TableFile

BAR = 20  # cells
UNSURE = 0.05  # from here on, what is not found in so short a list is not said to be next to none
LONGEST_LABEL = 24


@click.command("composition", epilog=epilog(__doc__))
@click.argument("table", type=click.Path(path_type=Path))
@column_option
@click.option(
    "--count-column",
    metavar="NAME|NUMBER",
    help="The column that says how often each row counts: numbers of at least 0.",
)
@given_option
@encoding_option
@no_headings_option
@json_option()
@level_option
@restrict_option
@seed_option("Seed of the resamples behind the intervals.")
@plot_option
@name_options
def command(
    table: Path,
    column: str,
    count_column: str | None,
    given: str | None,
    encoding: str | None,
    no_headings: bool,
    as_json: bool,
    level: Level,
    restrict: list[str] | None,
    seed: int,
    picture: Path | None,
    model: str | None,
    reading: dict[str, Any],
) -> None:
    """Estimate the shares of the origins among the names of TABLE, with 95 % intervals.

    With --level these are the shares of groups or regions of origins.

    A name hints at the language it comes from. It does not tell anyone's nationality, ethnicity or religion:
    the shares describe the list, and nobody in it.
    """
    from cognomen.classifier.classifier import Classifier
    from cognomen.io.tables import open_table

    open_again = partial(open_table, table, encoding, headings=not no_headings)
    names, counts = names_and_counts(open_again, column, count_column, given)
    found = Classifier.load(model).composition(
        names, counts=counts, seed=seed, **reading, restrict=restrict, level=level
    )
    say_order(found.order)
    if as_json:
        print_json({"table": str(table), "column": column, **found.to_json()})
    else:
        click.echo(report(found, level, "row" if count_column is None else "name"))
    if picture is not None:
        draw(found, picture, level)


def names_and_counts(
    open_again: Callable[[], TableFile], column: str, count_column: str | None, given: str | None
) -> tuple[Any, NDArray[np.float64] | None]:
    """The names of a table, and how often each row counts if a column says so.

    Raises:
        DataError: the table cannot be read, or lacks a column.
    """
    from cognomen.apps.names_of_table import NamesOfTable, column_in
    from cognomen.io.tables import column_at
    from cognomen.io.weights import weighted_column

    source, counts = open_again(), None
    names_at = column_in(source, column)
    if count_column is None:
        names = column_at(source, names_at)
    else:
        counts_at = column_in(source, count_column)
        names, counts = weighted_column(source, names_at, counts_at)
    if given is not None:
        again = open_again()
        names = list(chain.from_iterable(map(NamesOfTable.of(again, column, given).of_block, again.blocks())))
    return names, counts


def draw(found: Composition, picture: Path, level: Level) -> None:
    """Draw a composition, or report why there is nothing to draw."""
    from cognomen.plots.composition import plot_composition

    if not found.shares:
        click.echo(f"not drawn: {picture}: there are no shares", err=True)
        return
    plot_composition(found, picture, level=level)
    click.echo(f"drawn: {picture}", err=True)


def report(found: Composition, level: Level = "origin", unit: str = "row") -> str:
    """Format the shares as a table, largest first; those that round to nothing in one line.

    Args:
        found: the composition.
        level: whose shares they are.
        unit: what is counted, in the singular.
    """
    from cognomen.classifier.composition_rows import DOUBT, amount, is_shown, rows_of

    rows = f"{amount(found.rows)} {unit}{'s' * (found.rows != 1)}"
    read = f"{rows}, {amount(found.read)} read{unknown(found.unknown)}."
    if not found.shares:
        none = "\nNone of them can be read as a surname: there are no shares to estimate."
        return f"{read}{none * (found.rows > 0)}"
    heads = (level, "", "share", "95 % interval", "counted")
    parts = [read, plain_table(heads, list(map(cells_of_row, rows_of(found.shares, found.joint))), left=2)]
    if absent := [each for each in found.shares if not is_shown(each)]:
        names, highest = ", ".join(each.origin for each in absent), max(each.high for each in absent)
        sure = highest < UNSURE
        told = f"None or next to none: {names}" if sure else f"No sign of {len(absent)} other {level}s"
        parts.append(wrapped(f"{told} (each at most {highest:.1%})."))
    if found.joint:
        parts.append(wrapped(DOUBT))
    return "\n\n".join(parts)


def cells_of_row(row: Row) -> tuple[str, ...]:
    """Format a row of the table: one that is part of a sum is indented."""
    label = shortened("  " * row.is_part + " + ".join(row.labels), LONGEST_LABEL)
    counted = "" if row.counted is None else f"{row.counted:.1%}"
    return label, bar(row.share, BAR), f"{row.share:.1%}", f"{row.low:.1%} to {row.high:.1%}", counted

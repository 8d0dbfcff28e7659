"""`cognomen score`: a table in, the same table with answers beside the names out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cognomen.apps.cli.options import (
    EXIT_CODES,
    abstain_option,
    column_option,
    encoding_option,
    json_option,
    level_option,
    model_options,
    name_options,
    print_json,
    prior_option,
    restrict_option,
)
from cognomen.apps.cli.order import say_order
from cognomen.apps.cli.progress import ProgressBar
from cognomen.errors import DataError

if TYPE_CHECKING:
    from cognomen.classifier.options import OrderOption
    from cognomen.classifier.origins import Level

EXAMPLES = f"""\b
Examples:
  cognomen score people.csv --column surname --out scored.csv
  cognomen score people.parquet --column name --out out.parquet --abstain 0.8
  cognomen score people.tsv --column Surname --out out.csv --prefix cognomen_

TABLE is a .csv, .tsv or .parquet file with headings; the new table may be of another type. Rows, their order
and all columns are kept; empty lines are dropped. Four columns are added:

\b
  origin       the most likely origin; empty where no origin is answered
  probability  the answer's calibrated probability; empty where unknown
  status       ok or unknown
  reason       why it is unknown (docs/schema.md); empty where it is known

If the model has a tree of origins, four more follow:

\b
  group        the most likely group of origins
  region       the most likely region
  level        origin, group or region: the most specific one that is likely
               enough (--abstain)
  evidence     known (the whole name has weights) or spelling

A full name is answered for its surname: the last word, or what comes before a comma. Where surnames come
first and without a comma (Mao Zedong), the column shows it in most cases; --order says it.

The new table is written as a whole or not at all. A CSV file is written in UTF-8, with a byte-order mark if
the old one has one or is in another encoding.
{EXIT_CODES}"""


@click.command("score", epilog=EXAMPLES)
@click.argument("table", type=click.Path(path_type=Path))
@column_option
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="TABLE", help="The new table.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
@click.option("--prefix", default="", metavar="TEXT", help="Prepended to the headings of the new columns.")
@encoding_option
@json_option("Print a summary as one JSON object.")
@level_option
@prior_option
@restrict_option
@abstain_option
@name_options
@model_options
def command(
    table: Path,
    column: str,
    out: Path,
    force: bool,
    prefix: str,
    encoding: str | None,
    as_json: bool,
    level: Level,
    prior: str | Mapping[str, float],
    restrict: list[str] | None,
    abstain: float,
    model: str | None,
    as_is: bool,
    na: list[str],
    keep_na: bool,
    suffixes: list[str],
    order: OrderOption,
) -> None:
    """Write a copy of TABLE with an answer beside each name.

    A name hints at the language it comes from. It does not tell anyone's nationality, ethnicity or religion:
    such a column describes the whole table, and must not decide anything about a person in it.
    """
    from cognomen.apps.score_file import score_table
    from cognomen.classifier.classifier import Classifier

    if out.exists() and not force:
        raise DataError(f"{out} is there already. Replace it with --force, or choose another name.")
    classifier = Classifier.load(model)
    with ProgressBar(unit=" rows", unit_scale=True) as bar:
        scored = score_table(
            classifier,
            table,
            column,
            out,
            prefix=prefix,
            encoding=encoding,
            full_names=not as_is,
            na=None if keep_na else na,
            suffixes=suffixes,
            order=order,
            level=level,
            prior=prior,
            restrict=restrict,
            abstain_below=abstain,
            on_rows=lambda rows: bar.update(rows, None),
        )
    say_order(scored.order)
    if as_json:
        print_json({"out": str(out), **asdict(scored)})
    else:
        rows = f"{scored.rows:,} row{'s' * (scored.rows != 1)}"
        click.echo(f"{out}: {rows}, {scored.answered:,} answered{unknown(scored.unknown)}.")


def unknown(counts: Mapping[str, float]) -> str:
    """Say how many rows are unknown, and why."""
    from cognomen.apps.cli.render import amount

    reasons = ", ".join(f"{amount(count)} {reason}" for reason, count in counts.items())
    return f", {amount(sum(counts.values()))} unknown ({reasons})" if counts else ""

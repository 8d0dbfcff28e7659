"""`cognomen score`: a table in, the same table with answers beside the names out.

\b
Examples:
  cognomen score people.csv --column surname --out scored.csv
  cognomen score people.parquet --column name --out out.parquet --abstain 0.8
  cognomen score people.tsv --column Surname --out out.csv --prefix cognomen_
  cognomen score people.csv --column name --out out.jsonl --top 3
  cognomen score people/ --column name --out scored/ --processes 8

TABLE is a .csv, .tsv or .parquet file with headings, perhaps compressed (people.csv.gz), or a workbook
(.xlsx, .xls, .ods), whose first sheet is read. The new table is .csv, .tsv, .parquet or .jsonl: an object in
each line. Or both are folders of .parquet files: see below. Rows, their order and all columns are
kept; empty lines are dropped. Columns are added:

\b
  origin        the most probable origin; empty where no origin is answered
  probability   the answer's calibrated probability; empty where unknown
  status        ok or unknown
  reason        why it is unknown (docs/schema.md); empty where it is known
  read_surname  the surname that was read; empty where none could be
  maiden_name   the surname from birth; empty where the text does not say so
  read_note     how it was found; empty where it is the whole text

If the model has a tree of origins:

\b
  group         the most probable group of origins
  region        the most probable region
  level         origin, group or region: the most specific one that is
                probable enough (--abstain)
  evidence      known (the whole name has weights) or spelling

And where they are asked for, of origins or, with --level, of groups or regions:

\b
  origin_set    --coverage P: a set that contains the right one this often
  top_1, top_1_probability, top_2 ...
                --top K: the most probable, also where the answer is unknown
  p_English ... --all: the probability of each one

A full name is answered for its surname: the last word, or what comes before a comma. Whether surnames come
first without a comma (Nagy Péter) is inferred from the column in most cases; --order states it.

A folder is scored file by file, several at a time with --processes; partitions (country=FR/part-0.parquet)
are kept. Started again, it goes on where it stopped: files that the same command has written are kept. A file
that cannot be scored is reported, and does not stop the others; the exit code is 1 then.

The new table (in a folder, each file) is written as a whole or not at all. A CSV file is written in UTF-8,
with a byte-order mark if the old one has one or is in another encoding.
{EXIT_CODES}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cognomen.apps.cli.errors import Interrupted
from cognomen.apps.cli.options import (
    answer_options,
    check_replaceable,
    column_option,
    encoding_option,
    epilog,
    given_option,
    json_option,
    name_options,
    no_headings_option,
    print_json,
)
from cognomen.apps.cli.order import say_order, say_orders
from cognomen.apps.cli.progress import ProgressBar
from cognomen.errors import DataError

if TYPE_CHECKING:
    from cognomen.apps.dataset import DatasetSummary
    from cognomen.apps.score_file import ScoreSummary


@click.command("score", epilog=epilog(__doc__))
@click.argument("table", type=click.Path(path_type=Path))
@column_option
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="TABLE", help="The new table.")
@click.option("--force", is_flag=True, help="Replace an existing file; in a folder, all of them.")
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="How many files of a folder are scored at a time.",
)
@click.option("--prefix", default="", metavar="TEXT", help="Prepended to the headings of the new columns.")
@given_option
@encoding_option
@no_headings_option
@json_option("Print a summary as one JSON object.")
@answer_options
@click.option("--top", type=click.IntRange(min=1), metavar="K", help="Add the K most probable origins.")
@click.option("--all", "all_labels", is_flag=True, help="Add the probability of each origin.")
@click.option(
    "--contract",
    is_flag=True,
    help="Add instead the columns that ethnicolr 2 and its sister packages share (docs/migration.md).",
)
@name_options
def command(
    table: Path,
    column: str,
    out: Path,
    force: bool,
    processes: int,
    prefix: str,
    given: str | None,
    encoding: str | None,
    no_headings: bool,
    as_json: bool,
    top: int | None,
    all_labels: bool,
    contract: bool,
    model: str | None,
    reading: dict[str, Any],
    answering: dict[str, Any],
) -> None:
    """Write a copy of TABLE with an answer beside each name.

    A name hints at the language it comes from. It does not tell anyone's nationality, ethnicity or religion:
    such a column describes the whole table, and must not decide anything about a person in it.
    """
    if not table.is_dir():
        check_for_file(out, force, processes)
    elif encoding is not None or no_headings:
        option = "--no-headings" if no_headings else "--encoding"
        raise click.UsageError(f"{option} is for CSV and TSV tables, not for a folder of Parquet files.")
    elif given is not None:
        raise click.UsageError("--given is for one table, not for a folder of Parquet files.")
    if contract and (top or answering["coverage"] is not None or all_labels):
        raise click.UsageError("--contract is not to be combined with --top, --coverage or --all.")
    settings = {**reading, **answering, "all_labels": all_labels, "prefix": prefix}
    if top is not None:
        settings["top_k"] = top
    if contract:
        from cognomen.apps.contract import ModelFacts

        settings["contract"] = ModelFacts.of(model)
    if table.is_dir():
        score_folder(table, column, out, model, as_json, processes, force=force, **settings)
    else:
        file = {"encoding": encoding, "headings": not no_headings, "given": given}
        score_one(table, column, out, model, as_json, **file, **settings)


def check_for_file(out: Path, force: bool, processes: int) -> None:
    """Raise an error if one table cannot be scored like that."""
    if processes > 1:
        raise click.UsageError("--processes is for a folder of Parquet files; one table is scored by one.")
    check_replaceable(out, force)


def score_one(table: Path, column: str, out: Path, model: str | None, as_json: bool, **settings: Any) -> None:
    """Score a table, and say how its rows were answered."""
    from cognomen.apps.score_file import score_table
    from cognomen.classifier.classifier import Classifier

    classifier = Classifier.load(model)
    with ProgressBar(unit=" rows", unit_scale=True) as bar:
        scored = score_table(
            classifier, table, column, out, on_rows=lambda rows: bar.update(rows, None), **settings
        )
    say_order(scored.order)
    if as_json:
        print_json({"out": str(out), **asdict(scored), "order": scored.order.to_json()})
    else:
        click.echo(f"{out}: {answered_rows(scored)}.")


def score_folder(
    folder: Path,
    column: str,
    out: Path,
    model: str | None,
    as_json: bool,
    processes: int,
    **settings: Any,
) -> None:
    """Score a folder of files, and say how their rows were answered, and which failed."""
    from cognomen.apps.dataset import score_dataset

    try:
        with ProgressBar(unit=" rows", unit_scale=True) as bar:
            scored = score_dataset(
                folder,
                column,
                out,
                model,
                processes=processes,
                on_rows=lambda rows: bar.update(rows, None),
                on_failure=lambda file, message: None if as_json else bar.line(naming(file, message)),
                **settings,
            )
    except KeyboardInterrupt:
        raise Interrupted(
            f"Interrupted. The files in {out} are whole; the same command goes on from there."
        ) from None
    say_orders(scored.orders)
    new = scored.files - scored.kept - len(scored.failed)
    if as_json:
        print_json({"out": str(out), **asdict(scored)})
    else:
        kept = f", and {scored.kept:,} scored before" if scored.kept else ""
        click.echo(f"{out}: {files(new)}{kept}; {answered_rows(scored)}.")
    if scored.failed:
        raise DataError(
            f"{files(len(scored.failed))} could not be scored. Run the command again when that is mended: it "
            "keeps what is there."
        )


def naming(file: str, message: str) -> str:
    """A message that names its file, which most do."""
    return message if file in message else f"{file}: {message}"


def files(count: int) -> str:
    """Format a number of files."""
    return f"{count:,} file{'s' * (count != 1)}"


def answered_rows(scored: ScoreSummary | DatasetSummary) -> str:
    """Say how many rows there are, how many are answered, and why the others are not."""
    rows = f"{scored.rows:,} row{'s' * (scored.rows != 1)}"
    return f"{rows}, {scored.answered:,} answered{unknown(scored.unknown)}"


def unknown(counts: Mapping[str, float]) -> str:
    """Say how many rows are unknown, and why."""
    from cognomen.classifier.composition_rows import amount

    reasons = ", ".join(f"{amount(count)} {reason}" for reason, count in counts.items())
    return f", {amount(sum(counts.values()))} unknown ({reasons})" if counts else ""

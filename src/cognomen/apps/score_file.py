"""A table file in, the same table with the answers as new columns out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cognomen.apps.tables import ANSWER_COLUMNS, scores_cells, scores_table
from cognomen.classifier.answers import REASONS, Scores
from cognomen.errors import DataError
from cognomen.io.delimited import find_column
from cognomen.io.tables import CsvTable, ParquetTable, check_suffix, csv_writer, open_table, parquet_writer

if TYPE_CHECKING:
    from cognomen.classifier.classifier import Classifier
    from cognomen.classifier.priors import Prior

__all__ = ["Scored", "score_table"]


@dataclass(frozen=True)
class Scored:
    """What came of a table.

    Attributes:
        rows: its rows.
        answered: those with an origin.
        unknown: how many of the others there are for each reason.
    """

    rows: int
    answered: int
    unknown: dict[str, int]


def score_table(
    classifier: Classifier,
    table: str | Path,
    column: str,
    out: str | Path,
    *,
    prefix: str = "",
    full_names: bool = True,
    threads: int = 1,
    prior: Prior = "training",
    restrict: Iterable[str] | None = None,
    abstain_below: float = 0.0,
    on_rows: Callable[[int], None] = lambda rows: None,
) -> Scored:
    """Write a table anew, with four more columns: origin, probability, status and reason.

    Rows, their order and the other columns stay. Without an answer the origin and the probability are empty
    (in Parquet: null). The table is read, answered and written in blocks of some hundred thousand rows.

    Args:
        classifier: gives the answers.
        table: a .csv, .tsv or .parquet file, with headings.
        column: the heading of the column of names, in any case of letters, or its number, counted from 1.
        out: the new table, of any of these extensions; a file that is there is replaced, at the very end.
        prefix: put before the names of the four columns.
        full_names, threads, prior, restrict, abstain_below: as the classifier's own call takes them.
        on_rows: called with the rows done so far.

    Raises:
        DataError: the table cannot be read, lacks the column, or has one of the four already.
        InputError: an argument is not what it should be.
        MissingExtraError: Parquet, and pyarrow is not installed.
        OSError: the new table cannot be written.
    """
    source, target = open_table(Path(table)), Path(out)
    check_suffix(target)
    find_column(source.path, column, source.headings)
    new = [prefix + name for name in ANSWER_COLUMNS]
    _check_free(source, new)
    only = None if restrict is None else tuple(restrict)
    unknown: Counter[int] = Counter()
    rows = 0

    def scored() -> Iterator[tuple[Any, Scores]]:
        nonlocal rows
        for block in source.blocks():
            scores = classifier.scores(
                source.texts(block, column),
                full_names=full_names,
                threads=threads,
                prior=prior,
                restrict=only,
                abstain_below=abstain_below,
            )
            unknown.update(scores.reasons[scores.reasons >= 0].tolist())
            yield block, scores
            rows += len(scores.origins)
            on_rows(rows)

    write = _write_parquet if target.suffix.lower() == ".parquet" else _write_csv
    write(target, source, scored(), new, classifier.origins)
    reasons = {reason: unknown[place] for place, reason in enumerate(REASONS) if unknown[place]}
    return Scored(rows, rows - sum(reasons.values()), reasons)


def _check_free(source: CsvTable | ParquetTable, new: list[str]) -> None:
    """The new columns must not be there already."""
    there = {heading.strip().casefold() for heading in source.headings}
    taken = [name for name in new if name.casefold() in there]
    if taken:
        raise DataError(
            f"{source.path} has the columns {taken} already. Give the new ones a prefix, such as "
            "--prefix cognomen_"
        )


def _write_csv(
    target: Path,
    source: CsvTable | ParquetTable,
    scored: Iterable[tuple[Any, Scores]],
    new: list[str],
    origins: tuple[str, ...],
) -> None:
    with csv_writer(target, source) as writer:
        writer.writerow([*source.headings, *new])
        for block, scores in scored:
            rows, answers = source.as_rows(block), scores_cells(scores, origins)
            writer.writerows(row + answer for row, answer in zip(rows, answers, strict=True))


def _write_parquet(
    target: Path,
    source: CsvTable | ParquetTable,
    scored: Iterable[tuple[Any, Scores]],
    new: list[str],
    origins: tuple[str, ...],
) -> None:
    def joined() -> Iterator[Any]:
        for block, scores in scored:
            table, answers = source.as_arrow(block), scores_table(scores, origins)
            for name, answer in zip(new, answers.columns, strict=True):
                table = table.append_column(name, answer)
            yield table

    tables = joined()
    first = next(tables)
    with parquet_writer(target, first.schema) as writer:
        for table in chain([first], tables):
            writer.write_table(table)

"""A table file in, the same table with the answers as new columns out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, Unpack

import numpy as np
from numpy.typing import NDArray

from cognomen.apps.answer_columns import AnswerColumns
from cognomen.apps.contract import ContractColumns, ModelFacts
from cognomen.apps.memory import ROWS_LOOKED_AT, Memory
from cognomen.apps.names_of_table import NamesOfTable
from cognomen.classifier.classifier import Classifier
from cognomen.classifier.decisions import REASONS
from cognomen.classifier.options import ScoreOptions
from cognomen.classifier.order import ColumnOrder
from cognomen.classifier.scores import Scores
from cognomen.errors import DataError
from cognomen.io.delimited import VerbatimRows
from cognomen.io.table_writers import csv_writer, json_lines_writer, parquet_writer
from cognomen.io.tables import TableFile, blocks_to_copy, check_suffix, open_table

Columns = AnswerColumns | ContractColumns


@dataclass(frozen=True)
class ScoreSummary:
    """How the rows of a table were answered.

    Attributes:
        rows: how many there are.
        answered: those with an answer.
        unknown: the number of the others for each reason.
        order: in which order the names are written, and how sure that is; the first 10,000 rows tell.
    """

    rows: int
    answered: int
    unknown: dict[str, int]
    order: ColumnOrder


class _ScoredBlock(NamedTuple):
    """N rows of a table (see `io.tables`), the scores of their U distinct texts, and the text of each row."""

    rows: Any
    scores: Scores  # (U + 1,), the last for what is not text
    texts: NDArray[np.intp]  # (N,)


def score_table(
    classifier: Classifier,
    table: str | Path,
    column: str,
    out: str | Path,
    *,
    prefix: str = "",
    encoding: str | None = None,
    headings: bool = True,
    contract: ModelFacts | None = None,
    given: str | None = None,
    on_rows: Callable[[int], None] = lambda rows: None,
    **options: Unpack[ScoreOptions],
) -> ScoreSummary:
    """Write a copy of a table with the answers as more columns (see `tables.score_column`).

    Rows, their order and the other columns stay. What is not answered is empty (in Parquet and JSON: null).
    The table is read, answered and written in blocks of some ten thousand rows.

    Args:
        classifier: gives the answers.
        table: a table with headings, of any kind that `io.tables` reads.
        column: the column of names: its heading, ignoring case, or its number, counted from 1.
        out: the new table, with any of these extensions, or .jsonl for an object in each line; an existing
            file is replaced, atomically.
        prefix: prepended to the headings of the new columns.
        encoding: of a CSV or TSV table; UTF-8 if None. The new table is UTF-8, with a byte-order mark if the
            old one has one or is in another encoding.
        headings: whether a CSV or TSV table has any; without, they are "1", "2", ... also in the new table.
        contract: what is known of the model; the columns are then those that sister packages share (see
            `contract`).
        given: the column of given names, which tell what of a name is the surname (see `text.given`).
        on_rows: called after each block with the number of rows done.
        **options: as for `Classifier.scores`.

    Raises:
        DataError: the table cannot be read, lacks the column, or has one of the new ones already.
        InputError: an argument is invalid.
        MissingExtraError: what reads or writes such a table is not installed.
        OSError: the new table cannot be written.
    """
    source = open_table(Path(table), encoding, headings=headings)
    memory = memory_for(classifier, options, contract)
    return score_open_table(memory, source, column, Path(out), prefix=prefix, given=given, on_rows=on_rows)


def memory_for(classifier: Classifier, options: ScoreOptions, contract: ModelFacts | None) -> Memory:
    """What remembers the scores of tables, for the columns of a contract or for those of the options."""
    if contract is None:
        return Memory(classifier, options)
    columns = ContractColumns(classifier.tree, options.get("level", "origin"), contract)
    return Memory(classifier, {**options, "all_labels": True}, columns)


def score_open_table(
    memory: Memory,
    source: TableFile,
    column: str,
    target: Path,
    *,
    prefix: str = "",
    notes: Mapping[str, str] | None = None,
    given: str | None = None,
    on_rows: Callable[[int], None] = lambda rows: None,
) -> ScoreSummary:
    """`score_table` with the answers to earlier tables.

    Args:
        memory: scores, and remembers.
        source: the table.
        column, prefix, given, on_rows: as in `score_table`.
        target: the new table.
        notes: kept in the metadata of a Parquet table.
    """
    check_suffix(target)
    names = NamesOfTable.of(source, column, given)
    new = [prefix + name for name in memory.columns.names]
    _check_headings(source, new)
    counts = np.zeros(len(REASONS) + 1, np.intp)  # of rows by reason; the last for those with an answer

    blocks = blocks_to_copy(source, names.indices, target)
    first, looked_at = _beginning(blocks, names)
    order = memory.order_of(looked_at)

    def scored() -> Iterator[_ScoredBlock]:
        for rows in chain(first, blocks):
            block = _ScoredBlock(rows, *memory.scores(names.of_block(rows), order))
            np.add.at(
                counts, block.scores.reasons, np.bincount(block.texts, minlength=len(block.scores.reasons))
            )
            yield block
            on_rows(int(counts.sum()))

    if target.suffix.lower() == ".parquet":
        _write_parquet(target, scored(), new, memory.columns, notes or {})
    elif target.suffix.lower() == ".jsonl":
        _write_json(target, source, scored(), new, memory.columns)
    else:
        _write_csv(target, source, scored(), new, memory.columns)
    unknown = {reason: count for reason, count in zip(REASONS, counts.tolist(), strict=False) if count}
    return ScoreSummary(int(counts.sum()), int(counts[-1]), unknown, order)


def _beginning(blocks: Iterator[Any], names: NamesOfTable) -> tuple[list[Any], list[Any]]:
    """The first blocks, and the first names: as many as tell their order, however large the blocks are."""
    first: list[Any] = []
    looked_at: list[Any] = []
    for block in blocks:
        first.append(block)
        cells = names.of_block(block)[: ROWS_LOOKED_AT - len(looked_at)]
        looked_at += cells if isinstance(cells, list) else cells.to_pylist()
        if len(looked_at) == ROWS_LOOKED_AT:
            break
    return first, looked_at


def _check_headings(source: TableFile, new: list[str]) -> None:
    """Raise DataError if a table has the new columns already."""
    present = {heading.strip().casefold() for heading in source.headings}
    taken = [name for name in new if name.casefold() in present]
    if taken:
        raise DataError(
            f"{source.path} has the columns {taken} already. Give the new ones a prefix, such as "
            "--prefix cognomen_"
        )


def _write_csv(
    target: Path, source: TableFile, blocks: Iterable[_ScoredBlock], new: list[str], columns: Columns
) -> None:
    with csv_writer(target, source) as writer:
        writer.write_headings([*source.headings, *new])
        for rows, scores, texts in blocks:
            answers = columns.cells(scores)
            if isinstance(rows, list):
                ends = list(zip(*answers, strict=True))
                writer.write_rows([*row, *ends[text]] for row, text in zip(rows, texts.tolist(), strict=True))
            elif isinstance(rows, VerbatimRows):
                writer.write_lines(rows.lines, answers, texts)
            else:
                writer.write_table(rows, answers, texts)


def _write_json(
    target: Path, source: TableFile, blocks: Iterable[_ScoredBlock], new: list[str], columns: Columns
) -> None:
    with json_lines_writer(target, [*source.headings, *new]) as write:
        for rows, scores, texts in blocks:
            ends = list(zip(*columns.values(scores), strict=True))
            if not isinstance(rows, list):
                rows = zip(*(column.to_pylist() for column in rows.columns), strict=True)
            write([*row, *ends[text]] for row, text in zip(rows, texts.tolist(), strict=True))


def _write_parquet(
    target: Path,
    blocks: Iterable[_ScoredBlock],
    new: list[str],
    columns: Columns,
    notes: Mapping[str, str],
) -> None:
    def joined() -> Iterator[Any]:
        for rows, scores, texts in blocks:
            answers = columns.table(scores).take(texts)
            for name, answer in zip(new, answers.columns, strict=True):
                rows = rows.append_column(name, answer)
            yield rows

    tables = joined()
    first = next(tables)
    with parquet_writer(target, first.schema) as writer:
        for table in chain([first], tables):
            writer.write_table(table)
        if notes:
            writer.add_key_value_metadata(notes)

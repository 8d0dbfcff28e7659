"""A table file in, the same table with the answers as new columns out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

import numpy as np
from numpy.typing import NDArray

from cognomen.apps.tables import answer_columns, scores_cells, scores_table
from cognomen.classifier.decisions import REASONS
from cognomen.classifier.options import ReadOptions
from cognomen.classifier.order import ColumnOrder
from cognomen.classifier.scores import Scores
from cognomen.errors import DataError
from cognomen.io.delimited import find_column
from cognomen.io.tables import TableFile, cells_of, check_suffix, csv_writer, open_table, parquet_writer
from cognomen.text.columns import distinct_texts

if TYPE_CHECKING:
    from cognomen.classifier.classifier import Classifier
    from cognomen.classifier.options import PredictOptions
    from cognomen.classifier.origins import Tree

REMEMBERED = 1 << 20  # texts


@dataclass(frozen=True)
class ScoreSummary:
    """How the rows of a table were answered.

    Attributes:
        rows: how many there are.
        answered: those with an answer.
        unknown: the number of the others for each reason.
        order: in which order the names are written, and how sure that is; the first block of rows tells.
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
    on_rows: Callable[[int], None] = lambda rows: None,
    **options: Unpack[PredictOptions],
) -> ScoreSummary:
    """Write a copy of a table with four more columns: origin, probability, status and reason.

    If the model has a tree of origins, there are four more: group, region, level and evidence (see
    `tables.score_column`). Rows, their order and the other columns stay. What is not answered is empty (in
    Parquet: null). The table is read, answered and written in blocks of some ten thousand rows.

    Args:
        classifier: gives the answers.
        table: a .csv, .tsv or .parquet file, with headings.
        column: the column of names: its heading, ignoring case, or its number, counted from 1.
        out: the new table, with any of these extensions; an existing file is replaced, atomically.
        prefix: prepended to the headings of the new columns.
        encoding: of a CSV or TSV table; UTF-8 if None. The new table is UTF-8, with a byte-order mark if the
            old one has one or is in another encoding.
        on_rows: called after each block with the number of rows done.
        **options: full_names, na, suffixes, threads, level, prior, restrict and abstain_below, as for
            `Classifier.scores`.

    Raises:
        DataError: the table cannot be read, lacks the column, or has one of the new ones already.
        InputError: an argument is invalid.
        MissingExtraError: a table is Parquet, and pyarrow is not installed.
        OSError: the new table cannot be written.
    """
    source, target = open_table(Path(table), encoding), Path(out)
    check_suffix(target)
    index = find_column(source.path, column, source.headings)
    new = [prefix + name for name in answer_columns(classifier.tree)]
    _check_headings(source, new)
    restrict = options.get("restrict")
    options["restrict"] = None if restrict is None else tuple(restrict)  # it is needed for each block
    blocks = source.blocks()
    first = list(islice(blocks, 1))
    order = _order(classifier, [cells_of(source, rows, index) for rows in first], options)
    options["order"] = order.order
    remember = _Memory(partial(classifier.scores, **options))
    counts = np.zeros(len(REASONS) + 1, np.intp)  # of rows by reason; the last for those with an answer

    def scored() -> Iterator[_ScoredBlock]:
        for rows in chain(first, blocks):
            block = _ScoredBlock(rows, *remember.scores(cells_of(source, rows, index)))
            np.add.at(
                counts, block.scores.reasons, np.bincount(block.texts, minlength=len(block.scores.reasons))
            )
            yield block
            on_rows(int(counts.sum()))

    write = _write_parquet if target.suffix.lower() == ".parquet" else _write_csv
    write(target, source, scored(), new, classifier.tree)
    unknown = {reason: count for reason, count in zip(REASONS, counts.tolist(), strict=False) if count}
    return ScoreSummary(int(counts.sum()), int(counts[-1]), unknown, order)


def _order(classifier: Classifier, columns: Iterable[Any], options: PredictOptions) -> ColumnOrder:
    """The order of the names of a table, as its first rows tell."""
    reading: Any = {name: each for name, each in options.items() if name in ReadOptions.__optional_keys__}
    return classifier.column_order(next(iter(columns), []), **reading)


class _Memory:
    """Scores of texts, so that a text is scored once, however many blocks it occurs in."""

    def __init__(self, score: Callable[[Any], Scores]) -> None:
        self._score = score
        self._forget()

    def _forget(self) -> None:
        self._row: dict[str | None, int] = {None: 0}  # of each text in the scores
        self._scores = self._score([None])

    def scores(self, column: Any) -> tuple[Scores, NDArray[np.intp]]:
        """The scores of a column's U distinct texts, then of what is not text; and (N,) the row of each."""
        texts, rows = distinct_texts(column)
        if len(self._row) > REMEMBERED:
            self._forget()
        new = [text for text in texts if text not in self._row]
        if new:
            self._row.update(zip(new, range(len(self._row), len(self._row) + len(new)), strict=True))
            self._scores = _joined(self._scores, self._score(new))
        known = np.array([*map(self._row.__getitem__, texts), 0])
        return self._scores.take(known), rows % len(known)  # -1 is the last


def _joined(*scores: Scores) -> Scores:
    """The scores one after another."""
    arrays = ([getattr(each, field.name) for each in scores] for field in fields(Scores))
    return Scores(*map(np.concatenate, arrays))


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
    target: Path, source: TableFile, blocks: Iterable[_ScoredBlock], new: list[str], tree: Tree
) -> None:
    with csv_writer(target, source) as writer:
        writer.write_rows([[*source.headings, *new]])
        for rows, scores, texts in blocks:
            answers = scores_cells(scores, tree)
            if isinstance(rows, list):
                ends = list(zip(*answers, strict=True))
                writer.write_rows([*row, *ends[text]] for row, text in zip(rows, texts.tolist(), strict=True))
            else:
                writer.write_table(rows, answers, texts)


def _write_parquet(
    target: Path, source: TableFile, blocks: Iterable[_ScoredBlock], new: list[str], tree: Tree
) -> None:
    def joined() -> Iterator[Any]:
        for rows, scores, texts in blocks:
            answers = scores_table(scores, tree).take(texts)
            for name, answer in zip(new, answers.columns, strict=True):
                rows = rows.append_column(name, answer)
            yield rows

    tables = joined()
    first = next(tables)
    with parquet_writer(target, first.schema) as writer:
        for table in chain([first], tables):
            writer.write_table(table)

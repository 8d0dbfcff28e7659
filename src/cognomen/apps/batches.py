"""A stream of Arrow batches in, the same batches with the answers as new columns out."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, Final, Unpack

from cognomen.apps.answer_columns import AnswerColumns
from cognomen.apps.memory import ROWS_LOOKED_AT, Memory
from cognomen.classifier.classifier import Classifier
from cognomen.classifier.options import OrderOption, ScoreOptions
from cognomen.classifier.order import ColumnOrder
from cognomen.errors import InputError
from cognomen.io.arrow import require_pyarrow
from cognomen.text.columns import is_arrow_column, is_string_column
from cognomen.text.matching import did_you_mean

ROWS_AHEAD: Final = 1 << 16  # small batches are scored together, since names share their beginnings
_PURPOSE = "Scoring Arrow batches"


class BatchOptions(ScoreOptions, total=False):
    """The keywords of `score_batches`, besides those of `score_column`.

    Attributes:
        prefix: prepended to the headings of the new columns.
        float64: whether the probability is a double instead of a float.
        columns: which of the new columns are wanted, such as ["origin", "probability"], named without the
            prefix; None for all.
    """

    prefix: str
    float64: bool
    columns: Sequence[str] | None


def score_batches(
    classifier: Classifier, batches: Iterable[Any], column: str, **options: Unpack[BatchOptions]
) -> Iterator[Any]:
    """Score a stream of batches. A text is scored once, in however many batches it occurs.

        reader = dataset.scanner().to_reader()
        for batch in score_batches(Classifier.load(), reader, "surname"):
            ...

    It is the function that engines call: Spark's `mapInArrow`, a DuckDB reader, an Arrow Flight service (see
    `cognomen.apps.engines`). Memory stays bounded, however long the stream is: 2**16 rows are read ahead, and
    some million texts are remembered. The first 10,000 rows tell the order of the names.

    Args:
        classifier: gives the answers.
        batches: pyarrow.RecordBatch of any sizes, or an open pyarrow.RecordBatchReader.
        column: the heading of the column of names: strings of any kind; null is answered "unknown".
        **options: as for `score_column`; and `prefix` of the new headings, "" by default, `float64`, whether
            the probability is a double instead of a float, and `columns`, those of the new columns that are
            wanted, such as ["origin", "probability"], named without the prefix; None for all.

    Returns:
        An iterator of as many batches, each with its rows and columns and then those of `answer_schema`.

    Raises:
        InputError: an option is invalid. From the iterator: a batch lacks the column or has one of the new
            ones already, or the column is not of strings.
        MissingExtraError: pyarrow is not installed.
    """
    return score_stream(ColumnScorer(classifier, **options), batches, column)


def answer_schema(classifier: Classifier, **options: Unpack[BatchOptions]) -> Any:
    """The columns that `score_batches` adds, a pyarrow.Schema: plain strings, and a float or double.

    They are those that `score_column` documents, in this order, with strings in place of dictionaries. The
    arguments are those of `score_batches`.
    """
    return ColumnScorer(classifier, **options).schema


def spark_ddl(schema: Any) -> str:
    """A schema of `answer_schema` in Spark's words: "`origin` STRING, `probability` FLOAT, ..."."""
    words = {"string": "STRING", "float": "FLOAT", "double": "DOUBLE", "list<item: string>": "ARRAY<STRING>"}
    columns = ((field.name.replace("`", "``"), words[str(field.type)]) for field in schema)
    return ", ".join(f"`{name}` {word}" for name, word in columns)


class ColumnScorer:
    """Scores columns, one after another, and remembers the answers.

    The arguments and errors are those of `score_batches`.

    Attributes:
        memory: the answers so far.
        schema: of the answers.
    """

    def __init__(self, classifier: Classifier, **options: Unpack[BatchOptions]) -> None:
        pa = require_pyarrow(_PURPOSE)
        asked: Any = dict(options)
        prefix, float64 = asked.pop("prefix", ""), asked.pop("float64", False)
        columns = asked.pop("columns", None)
        self.memory = Memory(classifier, asked)
        self._columns = AnswerColumns.of(classifier.tree, asked)
        found = self._columns.table(self.memory.scores([])[0]).schema
        self._wanted = found.names if columns is None else _checked(columns, found.names)
        kinds = [_plain(found.field(name).type, float64) for name in self._wanted]
        self.schema = pa.schema([*zip((prefix + name for name in self._wanted), kinds, strict=True)])

    def __call__(self, column: Any, order: OrderOption | ColumnOrder = "auto") -> Any:
        """The answers to N names, a pyarrow.RecordBatch of N rows.

        Args:
            column: as for a call of a `Classifier`: Arrow, pandas, a list, ...
            order: in which names are written, as found for the whole column (`Classifier.column_order`), if
                the options do not say it; with "auto" they are read alone, since columns may be parts of one.

        Raises:
            InputError: it is an Arrow column of something else than strings.
        """
        pa = require_pyarrow(_PURPOSE)
        if is_arrow_column(column) and not is_string_column(column):
            raise InputError(
                f"expected a column of strings, got values of the type {column.type}. Cast it to strings."
            )
        scores, rows = self.memory.scores(column, order)
        answers = self._columns.table(scores).select(self._wanted).take(rows).columns
        kinds = self.schema.types
        arrays = [each.combine_chunks().cast(kind) for each, kind in zip(answers, kinds, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def row(self, name: object) -> dict[str, Any]:
        """The answers to one name: {"origin": "English", "probability": 0.43, ...}; not remembered."""
        columns = self._columns.values(self.memory.fresh([name]))
        values = {heading: value for heading, (value,) in zip(self._columns.names, columns, strict=True)}
        return {heading: values[name] for heading, name in zip(self.schema.names, self._wanted, strict=True)}


def _checked(columns: Sequence[str], known: Sequence[str]) -> list[str]:
    """The columns that are wanted; raise InputError unless they are different ones of those there are."""
    wanted = [columns] if isinstance(columns, str) else list(columns)
    for name in wanted:
        if name not in known:
            listed, hint = ", ".join(known), did_you_mean(str(name), known)
            raise InputError(f"columns: expected some of {listed}, got {name!r}.{hint}")
    if not 0 < len(wanted) == len(set(wanted)):
        raise InputError(f"columns: expected one or more, and each once, got {wanted}")
    return wanted


def _plain(kind: Any, float64: bool) -> Any:
    """The type of a column for engines, several of which cannot take a dictionary."""
    pa = require_pyarrow(_PURPOSE)
    if pa.types.is_dictionary(kind):
        return kind.value_type
    return pa.float64() if float64 and pa.types.is_float32(kind) else kind


def score_stream(scorer: ColumnScorer, batches: Iterable[Any], column: str) -> Iterator[Any]:
    """`score_batches` with a scorer that is kept for other streams."""
    pa = require_pyarrow(_PURPOSE)
    order: ColumnOrder | None = None
    for group in _together(batches):
        for batch in group:
            check_columns(batch.schema.names, column, scorer.schema.names)
        names = pa.chunked_array([batch.column(column) for batch in group])
        if order is None:
            order = scorer.memory.order_of(names[:ROWS_LOOKED_AT])
        answers = scorer(names, order)
        for batch, end in zip(group, accumulate(map(len, group)), strict=True):
            mine = answers.slice(end - len(batch), len(batch))
            yield pa.RecordBatch.from_arrays(
                [*batch.columns, *mine.columns], schema=joined_schema(batch.schema, scorer.schema)
            )


def joined_schema(schema: Any, answers: Any) -> Any:
    """The columns of a table and those of its answers; the table's metadata stay."""
    return require_pyarrow(_PURPOSE).schema([*schema, *answers], metadata=schema.metadata)


def _together(batches: Iterable[Any]) -> Iterator[list[Any]]:
    """Neighbouring batches of one schema, as many as have ROWS_AHEAD rows."""
    pa = require_pyarrow(_PURPOSE)
    group: list[Any] = []
    rows = 0
    one = isinstance(batches, pa.Table | pa.RecordBatch)  # which are iterables too: of columns
    for batch in [batches] if one else batches:
        if one or not isinstance(batch, pa.RecordBatch):
            raise InputError(
                "expected an iterable of pyarrow.RecordBatch, "
                f"got an object of type {type(batch).__name__!r}. "
                "Pass table.to_batches(), dataset.to_batches(), or a list of one batch."
            )
        if group and batch.schema != group[0].schema:
            yield group
            group, rows = [], 0
        group.append(batch)
        rows += len(batch)
        if rows >= ROWS_AHEAD:
            yield group
            group, rows = [], 0
    if group:
        yield group


def check_columns(present: Sequence[Any], column: Hashable, new: Sequence[str]) -> None:
    """Raise InputError unless a table has the column, and none of the new ones, whatever their case.

    (DuckDB and Spark ignore the case of headings; those of pandas need not be texts.)
    """
    if (count := present.count(column)) != 1:
        found = "several of that name" if count else ", ".join(map(repr, present)) or "none"
        hint = "" if count else did_you_mean(str(column), map(str, present))
        raise InputError(f"expected one column {column!r}, found {found}.{hint}")
    folded = {str(heading).casefold() for heading in present}
    if taken := [heading for heading in new if heading.casefold() in folded]:
        raise InputError(
            f"the table has the columns {taken} already. Give the new ones a prefix, such as "
            "prefix='cognomen_'."
        )

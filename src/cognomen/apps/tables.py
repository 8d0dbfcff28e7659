"""Columns of Arrow tables: a column of names in, a table of answers out."""

from __future__ import annotations

from typing import Any, Unpack

from cognomen.apps.answer_columns import AnswerColumns
from cognomen.apps.batches import answer_schema, score_batches, spark_ddl
from cognomen.classifier.classifier import Classifier
from cognomen.classifier.options import ScoreOptions
from cognomen.errors import InputError
from cognomen.io.arrow import require_pyarrow
from cognomen.text.columns import distinct_texts, is_arrow_column, is_string_column

__all__ = [
    "answer_schema",
    "score_batches",
    "score_column",
    "spark_ddl",
]


def score_column(classifier: Classifier, column: Any, **options: Unpack[ScoreOptions]) -> Any:
    """Score each text of a column. A text is scored once, however often it occurs.

        import pyarrow.parquet
        table = pyarrow.parquet.read_table("people.parquet")
        answers = score_column(Classifier.load(), table["surname"])
        table = table.append_column("origin", answers["origin"])

    Args:
        classifier: gives the answers.
        column: a pyarrow Array or ChunkedArray of N strings (string, large_string or string_view), or of
            such strings dictionary-encoded; null is answered "unknown".
        **options: as for `Classifier.scores`.

    Returns:
        A pyarrow.Table of N rows, in the order of the column. Each of its columns is one chunk, however
        many chunks `column` has:

            origin        dictionary<string>  the most probable origin; null where no origin is answered
            probability   float               the answer's calibrated probability; null where unknown
            status        dictionary<string>  "ok" or "unknown"
            reason        dictionary<string>  why it is unknown (see `Answer`); null where it is known
            read_surname  string              the surname that was read; null where none could be
            maiden_name   string              the surname from birth; null where the text does not say so
            read_note     dictionary<string>  how it was found (see `Answer`); null where it is the whole text

        and only if the model has a tree of origins:

            group         dictionary<string>  the most probable group; null where none is answered
            region        dictionary<string>  the most probable region; null where unknown
            level         dictionary<string>  "origin", "group" or "region"; null where unknown
            evidence      dictionary<string>  "known" or "spelling" (see `Answer`); null where not read

        and only if asked for, with `coverage`, `top_k` and `all_labels`; null where not read:

            origin_set          list<string>        the labels of the set, in the model's order
            top_1               dictionary<string>  the most probable label, and so on: top_2 ...
            top_1_probability   float               its probability
            p_English           float               the probability of each label

    Raises:
        InputError: `column` is not such a column, or an option is invalid.
        MissingExtraError: pyarrow is not installed.
    """
    require_pyarrow("Scoring a column of an Arrow table")
    _check_column(column)
    texts, rows = distinct_texts(column)
    answers = AnswerColumns.of(classifier.tree, options).table(classifier.scores([*texts, None], **options))
    return answers.take(rows % len(answers))  # -1, for null, is the last


def _check_column(column: Any) -> None:
    expected = "column: expected a pyarrow Array or ChunkedArray of strings"
    if hasattr(column, "column_names"):
        raise InputError(f"{expected}, got a whole {type(column).__name__}. Pass {_named(column)}.")
    if not is_arrow_column(column):
        raise InputError(
            f"{expected}, got an object of type {type(column).__name__!r}. "
            "Convert it with pyarrow.array(...), or pass it to the classifier itself: "
            "classifier.predict(...)."
        )
    if not is_string_column(column):
        raise InputError(f"{expected}, got values of the type {column.type}. Try column.cast('string').")


def _named(table: Any) -> str:
    return " or ".join(f"table[{name!r}]" for name in table.column_names[:3]) or "a column"

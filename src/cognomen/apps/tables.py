"""Columns of Arrow tables: a column of names in, a table of answers out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.answers import REASONS
from cognomen.errors import InputError
from cognomen.io.arrow import require_pyarrow
from cognomen.text.columns import is_arrow_column, is_string_column

if TYPE_CHECKING:
    from cognomen.classifier.answers import Scores
    from cognomen.classifier.classifier import Classifier
    from cognomen.classifier.options import PredictOptions

__all__ = ["ANSWER_COLUMNS", "STATUSES", "score_column", "scores_cells", "scores_table"]

ANSWER_COLUMNS = ("origin", "probability", "status", "reason")
STATUSES = ("ok", "unknown")
_PURPOSE = "Scoring a column of an Arrow table"


def score_column(classifier: Classifier, column: Any, **options: Unpack[PredictOptions]) -> Any:
    """Score each text of a column. A text is scored once, however often it occurs.

        import pyarrow.parquet
        table = pyarrow.parquet.read_table("people.parquet")
        answers = score_column(Classifier.load(), table["surname"])
        table = table.append_column("origin", answers["origin"])

    Args:
        classifier: gives the answers.
        column: a pyarrow Array or ChunkedArray of N strings (string, large_string or string_view), or of
            such strings dictionary-encoded; null is answered "unknown".
        **options: full_names, threads, prior, restrict and abstain_below, as for `Classifier.predict`.

    Returns:
        A pyarrow.Table of N rows, in the order of the column. Each of its columns is one chunk, however
        many chunks `column` has:

            origin       dictionary<string>  the most likely origin; null where unknown
            probability  float               its calibrated probability; null where unknown
            status       dictionary<string>  "ok" or "unknown"
            reason       dictionary<string>  why it is unknown (see `Answer`); null where it is known

    Raises:
        InputError: `column` is not such a column, or an option is invalid.
        MissingExtraError: pyarrow is not installed.
    """
    require_pyarrow(_PURPOSE)
    _check_column(column)
    return scores_table(classifier.scores(column, **options), classifier.origins)


def scores_table(scores: Scores, origins: Sequence[str]) -> Any:
    """Scores as the pyarrow.Table that `score_column` returns.

    Args:
        scores: of N names.
        origins: those of the classifier.
    """
    pa = require_pyarrow(_PURPOSE)
    unknown = scores.origins < 0  # (N,)
    return pa.table(
        {
            "origin": _encoded(scores.origins, origins),
            "probability": pa.array(scores.probabilities, mask=unknown),
            "status": _encoded(unknown.view(np.int8), STATUSES),
            "reason": _encoded(scores.reasons, REASONS),
        }
    )


def scores_cells(scores: Scores, origins: Sequence[str]) -> tuple[list[str], ...]:
    """The columns of `scores_table` as cells of CSV, N each, with "" for null."""
    unknown = scores.origins < 0  # (N,)
    shown = ["" if off else f"{p:.6f}" for off, p in zip(unknown, scores.probabilities.tolist(), strict=True)]
    return (
        np.array([*origins, ""], dtype=object)[scores.origins].tolist(),
        shown,
        np.array(STATUSES, dtype=object)[unknown.view(np.int8)].tolist(),
        np.array([*REASONS, ""], dtype=object)[scores.reasons].tolist(),
    )


def _check_column(column: Any) -> None:
    expected = "column: expected a pyarrow Array or ChunkedArray of strings"
    if hasattr(column, "column_names"):
        raise InputError(f"{expected}, got a whole {type(column).__name__}. Pass {_named(column)}.")
    if not is_arrow_column(column):
        raise InputError(
            f"{expected}, got a {type(column).__name__}. Convert it with pyarrow.array(...), or pass it to "
            "the classifier itself: classifier.predict(...)."
        )
    if not is_string_column(column):
        raise InputError(f"{expected}, got values of the type {column.type}. Try column.cast('string').")


def _named(table: Any) -> str:
    return " or ".join(f"table[{name!r}]" for name in table.column_names[:3]) or "a column"


def _encoded(indices: NDArray[Any], texts: Sequence[str]) -> Any:
    """A dictionary-encoded column from indices into texts, (N,); -1 is null."""
    pa = require_pyarrow(_PURPOSE)
    return pa.DictionaryArray.from_arrays(pa.array(indices, mask=indices < 0), pa.array(texts, pa.string()))

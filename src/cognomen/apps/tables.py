"""Columns of Arrow tables: a column of names in, a table of answers out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.answers import REASONS
from cognomen.errors import InputError
from cognomen.io.arrow import require_pyarrow
from cognomen.text.columns import is_arrow_column, is_string_column

if TYPE_CHECKING:
    from cognomen.classifier.answers import Scores
    from cognomen.classifier.classifier import Classifier
    from cognomen.classifier.priors import Prior

__all__ = ["ANSWER_COLUMNS", "STATUSES", "score_column", "scores_cells", "scores_table"]

ANSWER_COLUMNS = ("origin", "probability", "status", "reason")
STATUSES = ("ok", "unknown")
_PURPOSE = "Scoring a column of an Arrow table"


def score_column(
    classifier: Classifier,
    column: Any,
    *,
    full_names: bool = True,
    threads: int = 1,
    prior: Prior = "training",
    restrict: Iterable[str] | None = None,
    abstain_below: float = 0.0,
) -> Any:
    """Score each text of a column. Different texts are scored once, however often they stand in it.

        import pyarrow.parquet
        table = pyarrow.parquet.read_table("people.parquet")
        answers = score_column(Classifier.load(), table["surname"])
        table = table.append_column("origin", answers["origin"])

    Args:
        classifier: gives the answers.
        column: a pyarrow Array or ChunkedArray of N strings (string, large_string or string_view), also
            encoded by a dictionary; nulls are answered "unknown".
        full_names: find the surname in a full name ("John Smith"). False takes each text as it stands.
        threads: how many threads the network may use.
        prior, restrict, abstain_below: as the classifier's own call takes them.

    Returns:
        A pyarrow.Table of N rows, in the order of the column. Each of its columns is one chunk, whatever the
        chunks of `column`:

            origin       dictionary<string>  the most likely origin; null where unknown
            probability  float               its calibrated probability; null where unknown
            status       dictionary<string>  "ok" or "unknown"
            reason       dictionary<string>  why it is unknown (see `Answer`); null where it is known

    Raises:
        InputError: `column` is no such column, or another argument is not what it should be.
        MissingExtraError: pyarrow is not installed.
    """
    require_pyarrow(_PURPOSE)
    _check_column(column)
    scores = classifier.scores(
        column,
        full_names=full_names,
        threads=threads,
        prior=prior,
        restrict=restrict,
        abstain_below=abstain_below,
    )
    return scores_table(scores, classifier.origins)


def scores_table(scores: Scores, origins: Sequence[str]) -> Any:
    """The pyarrow.Table that `score_column` gives, made of scores; `origins` are the classifier's."""
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


def scores_cells(scores: Scores, origins: Sequence[str]) -> list[list[str]]:
    """The same as texts for a CSV file, a list of four for each row; what is null there is "" here."""
    unknown = scores.origins < 0  # (N,)
    shown = ["" if off else f"{p:.6f}" for off, p in zip(unknown, scores.probabilities.tolist(), strict=True)]
    columns = (
        np.array([*origins, ""], dtype=object)[scores.origins].tolist(),
        shown,
        np.array(STATUSES, dtype=object)[unknown.view(np.int8)].tolist(),
        np.array([*REASONS, ""], dtype=object)[scores.reasons].tolist(),
    )
    return [list(row) for row in zip(*columns, strict=True)]


def _check_column(column: Any) -> None:
    expected = "column: expected a pyarrow Array or ChunkedArray of strings"
    if hasattr(column, "column_names"):
        raise InputError(f"{expected}, got a whole {type(column).__name__}. Give {_named(column)}.")
    if not is_arrow_column(column):
        raise InputError(
            f"{expected}, got a {type(column).__name__}. pyarrow.array(...) makes one; others are answered "
            "by the classifier itself: classifier.predict(...)."
        )
    if not is_string_column(column):
        raise InputError(f"{expected}, got values of the type {column.type}. Try column.cast('string').")


def _named(table: Any) -> str:
    return " or ".join(f"table[{name!r}]" for name in table.column_names[:3]) or "it has none"


def _encoded(places: NDArray[Any], texts: Sequence[str]) -> Any:
    """A dictionary-encoded column: the texts at these places (N,), null at -1."""
    pa = require_pyarrow(_PURPOSE)
    return pa.DictionaryArray.from_arrays(pa.array(places, mask=places < 0), pa.array(texts, pa.string()))

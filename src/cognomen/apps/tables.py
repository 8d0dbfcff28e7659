"""Columns of Arrow tables: a column of names in, a table of answers out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.decisions import EVIDENCE, REASONS
from cognomen.classifier.origins import LEVELS
from cognomen.errors import InputError
from cognomen.io.arrow import require_pyarrow
from cognomen.text.columns import is_arrow_column, is_string_column

if TYPE_CHECKING:
    from cognomen.classifier.classifier import Classifier
    from cognomen.classifier.options import PredictOptions
    from cognomen.classifier.origins import Tree
    from cognomen.classifier.scores import Scores

__all__ = [
    "ANSWER_COLUMNS",
    "STATUSES",
    "TREE_COLUMNS",
    "answer_columns",
    "score_column",
    "scores_cells",
    "scores_table",
]

ANSWER_COLUMNS = ("origin", "probability", "status", "reason")
TREE_COLUMNS = ("group", "region", "level", "evidence")  # only if the model has a tree of origins
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
        **options: full_names, na, suffixes, threads, level, prior, restrict and abstain_below, as for
            `Classifier.scores`.

    Returns:
        A pyarrow.Table of N rows, in the order of the column. Each of its columns is one chunk, however
        many chunks `column` has:

            origin       dictionary<string>  the most likely origin; null where no origin is answered
            probability  float               the answer's calibrated probability; null where unknown
            status       dictionary<string>  "ok" or "unknown"
            reason       dictionary<string>  why it is unknown (see `Answer`); null where it is known

        and only if the model has a tree of origins:

            group        dictionary<string>  the most likely group; null where none is answered
            region       dictionary<string>  the most likely region; null where unknown
            level        dictionary<string>  "origin", "group" or "region"; null where unknown
            evidence     dictionary<string>  "known" or "spelling" (see `Answer`); null where not read

    Raises:
        InputError: `column` is not such a column, or an option is invalid.
        MissingExtraError: pyarrow is not installed.
    """
    require_pyarrow(_PURPOSE)
    _check_column(column)
    return scores_table(classifier.scores(column, **options), classifier.tree)


def answer_columns(tree: Tree) -> tuple[str, ...]:
    """The names of the columns of `scores_table`."""
    return ANSWER_COLUMNS if tree.places is None else ANSWER_COLUMNS + TREE_COLUMNS


def scores_table(scores: Scores, tree: Tree) -> Any:
    """Scores as the pyarrow.Table that `score_column` returns.

    Args:
        scores: of N names.
        tree: of the classifier's origins.
    """
    pa = require_pyarrow(_PURPOSE)
    columns = {name: _encoded(*coded) for name, coded in _coded(scores, tree).items()}
    columns["probability"] = pa.array(scores.probabilities, mask=scores.reasons >= 0)
    return pa.table({name: columns[name] for name in answer_columns(tree)})


def scores_cells(scores: Scores, tree: Tree) -> tuple[list[str], ...]:
    """The columns of `scores_table` as cells of CSV, N each, with "" for null."""
    columns = {
        name: np.array([*texts, ""], dtype=object)[indices].tolist()
        for name, (indices, texts) in _coded(scores, tree).items()
    }
    rows = zip(scores.reasons >= 0, scores.probabilities.tolist(), strict=True)
    columns["probability"] = ["" if unknown else f"{p:.6f}" for unknown, p in rows]
    return tuple(columns[name] for name in answer_columns(tree))


def _coded(scores: Scores, tree: Tree) -> dict[str, tuple[NDArray[Any], Sequence[str]]]:
    """The columns of texts, as indices into texts, (N,), of which -1 is null."""
    return {
        "origin": (scores.origins, tree.origins),
        "status": ((scores.reasons >= 0).view(np.int8), STATUSES),
        "reason": (scores.reasons, REASONS),
        "group": (scores.groups, tree.groups),
        "region": (scores.regions, tree.regions),
        "level": (scores.levels, LEVELS),
        "evidence": (scores.evidence, EVIDENCE),
    }


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

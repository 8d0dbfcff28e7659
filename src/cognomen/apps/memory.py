"""The answers to one column after another, remembered: each text is scored once."""

from __future__ import annotations

import threading
from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from cognomen.apps.answer_columns import AnswerColumns
from cognomen.classifier.scores import Scores
from cognomen.text.columns import distinct_texts

if TYPE_CHECKING:
    from cognomen.classifier.classifier import Classifier
    from cognomen.classifier.options import ScoreOptions

REMEMBERED: Final = 1 << 20  # texts with `FEW_COLUMNS` of answers; they take some 200 MB
FEW_COLUMNS: Final = 16


class Memory:
    """Scores of texts, so that a text is scored once, however many columns it occurs in.

    When there are too many, it forgets all and begins again. Threads may share it; they take turns.

    Args:
        classifier: gives the answers.
        options: as for `Classifier.scores`.

    Attributes:
        columns: those of the answers.
        fresh: the function that gives the scores of a list, remembering nothing.

    Raises:
        InputError: an option is invalid.
    """

    def __init__(self, classifier: Classifier, options: ScoreOptions) -> None:
        if (restrict := options.get("restrict")) is not None and not isinstance(restrict, str):
            options = {**options, "restrict": tuple(restrict)}  # it may be an iterator, and is used again
        self.fresh = partial(classifier.scores, **options)
        self._nothing = self.fresh([None])
        self.columns = AnswerColumns.of(classifier.tree, options)
        self._limit = REMEMBERED * FEW_COLUMNS // max(len(self.columns.names), FEW_COLUMNS)
        self._turn = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._row: dict[str | None, int] = {None: 0}  # of each text in the scores
        self._scores = self._nothing  # (capacity,), of which the first len(self._row) are in use

    def scores(self, column: Any) -> tuple[Scores, NDArray[np.intp]]:
        """The scores of a column's U distinct texts, then of what is not text; and (N,) the row of each."""
        texts, rows = distinct_texts(column)
        with self._turn:
            if len(self._row) > self._limit:
                self._forget()
            new = [text for text in texts if text not in self._row]
            if new:
                self._remember(new)
            known = np.array([*map(self._row.__getitem__, texts), 0])
            scores = self._scores.take(known)
        return scores, rows % len(known)  # -1 is the last

    def _remember(self, new: list[str]) -> None:
        scores, start = self.fresh(new), len(self._row)
        end = start + len(new)
        if end > len(self._scores.origins):  # doubled, so that many small columns are not copied each time
            self._scores = _resized(self._scores, max(end, 2 * start))
        for field in fields(Scores):
            getattr(self._scores, field.name)[start:end] = getattr(scores, field.name)
        self._row.update(zip(new, range(start, end), strict=True))


def _resized(scores: Scores, capacity: int) -> Scores:
    """The scores with room for more, up to `capacity`."""
    arrays = (getattr(scores, field.name) for field in fields(Scores))
    return Scores(*(np.resize(array, (capacity, *array.shape[1:])) for array in arrays))

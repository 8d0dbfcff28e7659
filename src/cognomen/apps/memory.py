"""The answers to one column after another, remembered: each text is scored once."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import fields
from itertools import compress, repeat
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cognomen.apps.answer_columns import AnswerColumns
from cognomen.apps.contract import ContractColumns
from cognomen.classifier.classifier import Classifier
from cognomen.classifier.options import OrderOption, ReadOptions, ScoreOptions
from cognomen.classifier.order import ColumnOrder
from cognomen.classifier.scores import Scores
from cognomen.text.columns import distinct_texts

REMEMBERED: Final = 1 << 20  # texts with `FEW_COLUMNS` of answers; they take some 200 MB
FEW_COLUMNS: Final = 16
ROWS_LOOKED_AT: Final = 10_000  # of a table that comes in parts, in search of the order of its names


class Memory:
    """Scores of texts, so that a text is scored once, however many columns it occurs in.

    When there are too many, it forgets all and begins again. Threads may share it; they take turns.

    Args:
        classifier: gives the answers.
        options: as for `Classifier.scores`.
        columns: those of the answers; None for those that the options ask for.

    Attributes:
        options: as given; `restrict` as a tuple.
        columns: those of the answers.

    Raises:
        InputError: an option is invalid.
    """

    def __init__(
        self, classifier: Classifier, options: ScoreOptions, columns: ContractColumns | None = None
    ) -> None:
        if (restrict := options.get("restrict")) is not None and not isinstance(restrict, str):
            options = {**options, "restrict": tuple(restrict)}  # it may be an iterator, and is used again
        self._classifier, self.options = classifier, options
        self._nothing = classifier.scores([None], **options)
        self.columns = columns or AnswerColumns.of(classifier.tree, options)
        self._limit = REMEMBERED * FEW_COLUMNS // max(len(self.columns.names), FEW_COLUMNS)
        self._turn = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        # The row of each text in the scores, by the order in which it was read; the first is what is no text.
        self._rows = defaultdict[OrderOption | ColumnOrder, dict[str | None, int]](lambda: {None: 0})
        self._used = 1
        self._scores = self._nothing  # (capacity,)

    def order_of(self, column: Any) -> ColumnOrder:
        """In which order the names of a column are written: as the options say, or as it shows."""
        reading: Any = {
            key: self.options.get(key) for key in self.options if key in ReadOptions.__optional_keys__
        }
        return self._classifier.column_order(column, **reading)

    def fresh(self, names: list[Any], order: OrderOption | ColumnOrder = "auto") -> Scores:
        """The scores of a list, which are not remembered; with the order "auto" each name is read alone."""
        asked = self.options.get("order", "auto") if order == "auto" else order
        if not isinstance(asked, ColumnOrder):
            asked = ColumnOrder.alone(asked)
        options: ScoreOptions = {**self.options, "order": asked}
        return self._classifier.scores(names, **options)

    def scores(
        self, column: Any, order: OrderOption | ColumnOrder = "auto"
    ) -> tuple[Scores, NDArray[np.intp]]:
        """The scores of a column's U distinct texts, then of what is not text; and (N,) the row of each."""
        texts, rows = distinct_texts(column)
        with self._turn:
            if self._used > self._limit:
                self._forget()
            row_of = self._rows[order]
            known = np.fromiter(map(row_of.get, [*texts, None], repeat(-1)), np.intp, len(texts) + 1)
            is_new = known < 0
            if is_new.any():
                known[is_new] = self._remember(list(compress(texts, is_new.tolist())), order)
            scores = self._scores.take(known)
        return scores, rows % len(known)  # -1 is the last

    def _remember(self, new: list[str], order: OrderOption | ColumnOrder) -> range:
        """Score new texts; their rows."""
        scores, start = self.fresh(new, order), self._used
        self._used = end = start + len(new)
        if end > len(self._scores.origins):  # doubled, so that many small columns are not copied each time
            self._scores = _resized(self._scores, max(end, 2 * start))
        for field in fields(Scores):
            getattr(self._scores, field.name)[start:end] = getattr(scores, field.name)
        rows = range(start, end)
        self._rows[order].update(zip(new, rows, strict=True))
        return rows


def _resized(scores: Scores, capacity: int) -> Scores:
    """The scores with room for more, up to `capacity`."""
    arrays = (getattr(scores, field.name) for field in fields(Scores))
    return Scores(*(np.resize(array, (capacity, *array.shape[1:])) for array in arrays))

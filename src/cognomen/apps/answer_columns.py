"""The columns of a table of answers: which there are, and their values from `Scores`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.decisions import EVIDENCE, REASONS
from cognomen.classifier.options import ScoreOptions
from cognomen.classifier.origins import LEVELS, Level, Tree
from cognomen.classifier.scores import Scores
from cognomen.io.arrow import require_pyarrow
from cognomen.text.names import NOTES

ANSWER_COLUMNS = ("origin", "probability", "status", "reason", "read_surname", "maiden_name", "read_note")
TREE_COLUMNS = ("group", "region", "level", "evidence")  # only if the model has a tree of origins
STATUSES = ("ok", "unknown")
_PURPOSE = "A table of answers"


@dataclass(frozen=True, slots=True)
class AnswerColumns:
    """Which columns a table of answers has, and their values.

    Attributes:
        tree: of the classifier's origins.
        level: of the labels, as asked for.
        top_k: the number of columns of the most probable labels.
        sets: whether there is a column of sets.
        all_labels: whether there is a column for each label.
    """

    tree: Tree
    level: Level = "origin"
    top_k: int = 0
    sets: bool = False
    all_labels: bool = False

    @classmethod
    def of(cls, tree: Tree, options: ScoreOptions) -> AnswerColumns:
        """The columns that the options of `Classifier.scores` ask for."""
        level = options.get("level", LEVELS[0])
        top_k = min(options.get("top_k", 0), len(tree.labels(level)))
        sets = options.get("coverage") is not None
        return cls(tree, level, top_k, sets, bool(options.get("all_labels")))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        pairs = chain.from_iterable((f"top_{k}", f"top_{k}_probability") for k in range(1, self.top_k + 1))
        return (
            *ANSWER_COLUMNS,
            *(() if self.tree.places is None else TREE_COLUMNS),
            *(("origin_set",) if self.sets else ()),
            *pairs,
            *(f"p_{label}" for label in (self.tree.labels(self.level) if self.all_labels else ())),
        )

    def table(self, scores: Scores) -> Any:
        """The scores of N names as the pyarrow.Table that `score_column` returns."""
        pa = require_pyarrow(_PURPOSE)
        columns = {name: _encoded(*coded) for name, coded in self._coded(scores).items()}
        columns |= {name: pa.array(p, mask=np.isnan(p)) for name, p in self._probabilities(scores).items()}
        columns |= {name: pa.array(words, pa.string()) for name, words in self._words(scores).items()}
        if self.sets:
            columns["origin_set"] = self._set_column(scores)
        return pa.table([columns[name] for name in self.names], names=list(self.names))

    def values(self, scores: Scores) -> tuple[list[Any], ...]:
        """The columns as lists of N str, float, list of str, or None."""
        return self._lists(scores, None, number=float, labels=list)

    def cells(self, scores: Scores) -> tuple[list[str], ...]:
        """The columns as cells of CSV, N each: "" for None, six decimals, and sets with commas."""
        return self._lists(scores, "", number="{:.6f}".format, labels=",".join)

    def _lists(
        self,
        scores: Scores,
        nothing: Any,
        *,
        number: Callable[[float], Any],
        labels: Callable[[list[str]], Any],
    ) -> tuple[list[Any], ...]:
        """The columns in order, N values each, given what stands for null, a number, and a set."""
        columns: dict[str, list[Any]] = {
            name: np.array([*texts, nothing], dtype=object)[indices].tolist()
            for name, (indices, texts) in self._coded(scores).items()
        }
        for name, p in self._probabilities(scores).items():
            columns[name] = [number(each) if each == each else nothing for each in p.tolist()]  # not NaN
        for name, words in self._words(scores).items():
            columns[name] = [nothing if word is None else word for word in words.tolist()]
        if self.sets:
            found = self._set_lists(scores)
            columns["origin_set"] = [nothing if each is None else labels(each) for each in found]
        return tuple(columns[name] for name in self.names)

    def _coded(self, scores: Scores) -> dict[str, tuple[NDArray[Any], Sequence[str]]]:
        """The columns of a few texts, as indices into these, (N,), of which -1 is null."""
        tree, labels = self.tree, self.tree.labels(self.level)
        return {
            "origin": (scores.origins, tree.origins),
            "status": ((scores.reasons >= 0).view(np.int8), STATUSES),
            "reason": (scores.reasons, REASONS),
            "read_note": (scores.notes, NOTES),
            "group": (scores.groups, tree.groups),
            "region": (scores.regions, tree.regions),
            "level": (scores.levels, LEVELS),
            "evidence": (scores.evidence, EVIDENCE),
            **{f"top_{k + 1}": (scores.top[:, k], labels) for k in range(self.top_k)},
        }

    def _words(self, scores: Scores) -> dict[str, NDArray[np.object_]]:
        """The columns of words of the names, (N,), None for null."""
        return {"read_surname": scores.surnames, "maiden_name": scores.maiden_names}

    def _probabilities(self, scores: Scores) -> dict[str, NDArray[np.float32]]:
        """The columns of probabilities, (N,), NaN for null."""
        labels = self.tree.labels(self.level) if self.all_labels else ()
        return {
            "probability": scores.probabilities,
            **{f"top_{k + 1}_probability": scores.top_probabilities[:, k] for k in range(self.top_k)},
            **{f"p_{label}": scores.table[:, index] for index, label in enumerate(labels)},
        }

    def _set_lists(self, scores: Scores) -> list[list[str] | None]:
        """The labels of each set; None where the name could not be read."""
        labels = np.array(self.tree.labels(self.level), dtype=object)
        return [
            None if surname is None else labels[inside].tolist()
            for surname, inside in zip(scores.surnames.tolist(), scores.sets, strict=True)
        ]

    def _set_column(self, scores: Scores) -> Any:
        """The sets as an array of lists."""
        pa = require_pyarrow(_PURPOSE)
        _, indices = np.nonzero(scores.sets)
        ends = np.concatenate([[0], scores.sets.sum(axis=1).cumsum()]).astype(np.int32)
        unread = pa.array([surname is None for surname in scores.surnames.tolist()], pa.bool_())
        words = pa.array(self.tree.labels(self.level), pa.string()).take(pa.array(indices))
        return pa.ListArray.from_arrays(pa.array(ends), words, mask=unread)


def _encoded(indices: NDArray[Any], texts: Sequence[str]) -> Any:
    """A dictionary-encoded column from indices into texts, (N,); -1 is null."""
    pa = require_pyarrow(_PURPOSE)
    return pa.DictionaryArray.from_arrays(pa.array(indices, mask=indices < 0), pa.array(texts, pa.string()))

"""What a worker process needs in order to score. It is cheap to send: the worker loads the model, once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Self

from cognomen.apps.batches import BatchOptions, ColumnScorer, check_columns, score_stream
from cognomen.apps.memory import ROWS_LOOKED_AT
from cognomen.classifier.classifier import Classifier
from cognomen.classifier.order import ColumnOrder
from cognomen.errors import ModelError
from cognomen.io.model_folder import model_digest
from cognomen.io.pretrained import DEFAULT, PRETRAINED, find_model

KEPT: Final = 4  # models of a process, and ways to ask them, each with the answers that it remembers

_loading = threading.Lock()


class EngineOptions(BatchOptions, total=False):
    """The keywords of the functions of `engines`."""

    model: str | Path | None


@dataclass(frozen=True, eq=False)
class Recipe:
    """A model by its name, and how it is asked.

    Attributes:
        model: a pretrained model's name, or the absolute path of a folder, which workers must have as well.
        digest: of the model (see `model_digest`): a worker with another model of that name refuses.
        options: as for `score_batches`.
    """

    model: str
    digest: str
    options: BatchOptions

    @classmethod
    def of(cls, options: EngineOptions) -> Self:
        """The recipe for a model that is here, with options that are checked.

        Raises:
            ModelError: there is no such model.
            InputError: an option is invalid.
        """
        asked = _lasting(options)
        model = asked.pop("model", None)
        folder = find_model(DEFAULT if model is None else model)
        name = folder.name if folder.parent == PRETRAINED else str(folder.resolve())
        recipe = cls(name, model_digest(folder), asked)
        recipe.scorer()
        return recipe

    @classmethod
    def for_table(cls, options: EngineOptions, headings: Sequence[Hashable], column: Hashable) -> Self:
        """The recipe for a column of a table; raises InputError also as `check_columns` does."""
        recipe = cls.of(options)
        check_columns(headings, column, recipe.schema.names)
        return recipe

    def __eq__(self, other: object) -> bool:  # by what it says: options may hold lists and dictionaries
        return isinstance(other, Recipe) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))

    @property
    def schema(self) -> Any:
        """The columns of the answers, a pyarrow.Schema."""
        return self.scorer().schema

    def ordered(self, some_names: Callable[[int], Any]) -> Self:
        """The recipe with the order of the names in it, so that all parts of a column are read alike.

        Args:
            some_names: gives up to that many rows of the column; not called if the options have the order
                of a column, or take each text as a surname.
        """
        if isinstance(self.options.get("order"), ColumnOrder) or not self.options.get("full_names", True):
            return self
        order = self.scorer().memory.order_of(some_names(ROWS_LOOKED_AT))
        return replace(self, options={**self.options, "order": order})

    def classifier(self) -> Classifier:
        """The classifier of this process, loaded by the first call.

        Raises:
            ModelError: the model is not that of the recipe.
        """
        with _loading:
            return _classifier(self.model, self.digest)

    def scorer(self) -> ColumnScorer:
        """The scorer of this process, made by the first call: all tasks share it and what it remembers."""
        with _loading:
            return _scorer(self)

    def structs(self, column: Any) -> Any:
        """The answers to a column as a pyarrow.StructArray."""
        return self.scorer()(column).to_struct_array()

    def stream(self, batches: Iterable[Any], column: str) -> Iterator[Any]:
        """Batches with their answers (see `score_batches`)."""
        return score_stream(self.scorer(), batches, column)


@lru_cache(KEPT)
def _scorer(recipe: Recipe) -> ColumnScorer:
    return ColumnScorer(_classifier(recipe.model, recipe.digest), **recipe.options)


@lru_cache(KEPT)
def _classifier(model: str, digest: str) -> Classifier:
    if model_digest(find_model(model)) != digest:
        raise ModelError(
            f"{model}: this worker has another model of that name than the process that sent it the work. "
            "Install the same version of Cognomen, or copy the same folder, on all machines."
        )
    return Classifier.load(model)


def _lasting(options: Mapping[str, object]) -> Any:
    """The options with lists for iterators and sets, so that they can be sent, and compared by `repr`."""
    return {
        name: value if isinstance(value, (str, Mapping)) or not isinstance(value, Iterable) else list(value)
        for name, value in sorted(options.items())
    }

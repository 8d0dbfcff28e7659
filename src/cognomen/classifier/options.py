"""The keyword arguments of a classifier's calls, in one place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal, Self, TypedDict

import numpy as np

from cognomen.classifier.order import ColumnOrder
from cognomen.classifier.origins import LEVELS, Level
from cognomen.classifier.priors import Prior
from cognomen.errors import InputError, check_whole_number

OrderOption = Literal["auto", "given-first", "surname-first"]
ORDERS: Final = ("auto", "given-first", "surname-first")


class ReadOptions(TypedDict, total=False):
    """How names are read, and at which level they are answered: the keywords of `predict_sets`."""

    full_names: bool
    order: OrderOption | ColumnOrder
    na: Collection[str] | None
    suffixes: Collection[str]
    threads: int
    level: Level


class CompositionOptions(ReadOptions, total=False):
    """The keywords of `composition`, besides its seed."""

    restrict: Iterable[str] | None


class ProbaOptions(CompositionOptions, total=False):
    """The keywords of `predict_proba`."""

    prior: Prior


class PredictOptions(ProbaOptions, total=False):
    """The keywords of `predict`."""

    abstain_below: float


class ScoreOptions(PredictOptions, total=False):
    """The keywords of `scores`."""

    top_k: int
    coverage: float | None
    all_labels: bool


class AnswerOptions(PredictOptions, total=False):
    """The keywords of a call and of `stream`."""

    top_k: int
    coverage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the calls of a `Classifier` can be asked for.

    They are applied in this order: `prior` and `restrict` change the probabilities, which then sum to 1
    again; `level` adds them up; `abstain_below` is compared with the highest of these.

    Attributes:
        full_names: find the surname in a full name ("John Smith"). False takes each text as a surname.
        order: the order of full names that do not show it: "given-first" (John Smith) or "surname-first"
            (Nagy Péter, Kim Min Jun). "auto" infers it for a column (see `classifier.order`), and reads a
            single name, or a column that does not show its order, with the given name first. For a part of a
            column, pass what `Classifier.column_order` found for the whole.
        na: more texts that stand for a missing name, spelled as given, besides "N/A", "NULL", "unknown" and
            the like; these and addresses and companies are unknown ("placeholder", "not-a-name"). None reads
            all of them as names.
        suffixes: more words that are not part of a name, such as "MVP", in any case.
        threads: how many threads the network may use.
        level: the most specific level of an answer: "origin"; or "group" or "region", if the model has a tree
            of origins. Probabilities, sets and shares are then those of the groups or regions.
        restrict: the only origins to consider. A group or a region stands for its origins.
        prior: the mixture of origins that is expected: "default", the model's own, which `cognomen model
            info` shows; "training", as in the training names; "uniform"; or shares or counts by origin, 0 for
            those not named. The share of a group or a region is divided among its origins as by default.
            Applied exactly, by Bayes' rule.
        abstain_below: the probability that an answer needs. If no origin has it, the most probable group is
            answered, if it has it, else the most probable region; else the name is answered "unknown" with
            the reason "low-confidence". Its `origins` are listed all the same. A model without a tree of
            origins has nothing between an origin and "unknown".
        top_k: how many origins an answer lists, at most.
        coverage: give each answer a set of origins that contains the right one this often (see
            `Classifier.predict_sets`).
        all_labels: give the probability of each origin, or at another level of each group or region.

    Raises:
        InputError: a value is not of the kind described. Origins in `prior` and `restrict`, `level` and
            `coverage` are checked against the model by the call.
    """

    full_names: bool = True
    order: OrderOption | ColumnOrder = "auto"
    na: Collection[str] | None = ()
    suffixes: Collection[str] = ()
    threads: int = 1
    level: Level = "origin"
    restrict: Iterable[str] | None = None
    prior: Prior = "default"
    abstain_below: float = 0.0
    top_k: int = 3
    coverage: float | None = None
    all_labels: bool = False

    def __post_init__(self) -> None:
        check_whole_number("top_k", self.top_k)
        check_whole_number("threads", self.threads)
        for option, flag in (("full_names", self.full_names), ("all_labels", self.all_labels)):
            if not isinstance(flag, (bool, np.bool_)):
                raise InputError(f"{option}: expected True or False, got {flag!r}")
        if not isinstance(self.order, ColumnOrder) and self.order not in ORDERS:
            raise InputError(f'order: expected "auto", "given-first" or "surname-first", got {self.order!r}')
        for option, words in (("na", () if self.na is None else self.na), ("suffixes", self.suffixes)):
            if isinstance(words, str) or not isinstance(words, Collection):
                raise InputError(f"{option}: expected a list of texts, got {words!r}")
        if self.level not in LEVELS:
            raise InputError(f'level: expected "origin", "group" or "region", got {self.level!r}')
        lowest = self.abstain_below
        number = isinstance(lowest, (int, float, np.integer, np.floating)) and not isinstance(lowest, bool)
        if not (number and 0 <= lowest <= 1):
            raise InputError(f"abstain_below: expected a probability, 0 to 1, got {lowest!r}")

    @classmethod
    @cache
    def _defaults(cls) -> Self:
        return cls()

    @classmethod
    def of(cls, accepted: type[Any], given: Mapping[str, Any]) -> Self:
        """The options given to a call that accepts those of a `TypedDict`.

        Raises:
            TypeError: the call does not accept one of them.
        """
        if not given:
            return cls._defaults()
        if unknown := given.keys() - accepted.__optional_keys__:
            expected = ", ".join(sorted(accepted.__optional_keys__))
            raise TypeError(f"unexpected keyword argument {min(unknown)!r}; expected any of {expected}")
        return cls(**given)

"""Classifiers of surnames for scikit-learn: in pipelines, searches, cross-validation and calibration.

    SurnameClassifier(epochs=10).fit(names, labels).predict(["Nakamura"])
    PretrainedSurnameClassifier("world").predict_proba(["Nakamura"])

X is a column of N texts. scikit-learn asks for an answer to every row, so `predict` never says "unknown": a
text that cannot be read tells nothing, and its probabilities are the shares that are expected beforehand. For
reasons, groups and sets of origins use `cognomen.Classifier`, which is behind both: `classifier_`.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import MISSING, fields
from itertools import chain
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.classifier.classifier import Classifier
from cognomen.classifier.order import ColumnOrder
from cognomen.classifier.priors import Prior
from cognomen.corpora import Corpus
from cognomen.errors import InputError, MissingExtraError
from cognomen.text.columns import item_blocks
from cognomen.text.matching import did_you_mean
from cognomen.text.row_values import check_none_missing, is_missing
from cognomen.training.config import TrainingConfig
from cognomen.training.training import train

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, column_or_1d
except ImportError as error:
    raise MissingExtraError("scikit-learn", "sklearn", "The estimator") from error

__all__ = ["PretrainedSurnameClassifier", "SurnameClassifier"]

Unreadable = Literal["prior", "error"]


class _Estimator(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # sklearn has no types
    """What a classifier of surnames does once there is one.

    Attributes:
        classifier_: the classifier behind it, whose origins are the classes.
        classes_: the classes, (C,).
    """

    classifier_: Classifier
    classes_: NDArray[Any]
    full_names: bool
    unreadable: Unreadable

    def predict(self, X: Iterable[object]) -> NDArray[Any]:
        """The most probable class of each text, (N,).

        Args:
            X: N texts: a list, a column of a table, an array (N,) or (N, 1).
        """
        best = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[best])

    def predict_proba(self, X: Iterable[object]) -> NDArray[np.float64]:
        """The probability of each class, (N, C), in the order of `classes_`.

        Args:
            X: as for `predict`.

        Raises:
            InputError: a text cannot be read, and `unreadable` is "error".
        """
        check_is_fitted(self)
        names = column_of(X)
        p = self.classifier_.predict_proba(names, **self._options())[:, self._possible()].astype(np.float64)
        unread = np.isnan(p[:, 0])  # (N,)
        if unread.any():
            if self.unreadable == "error":
                row = int(unread.argmax())
                raise InputError(
                    f"X[{row}]: expected a surname, got {names[row]!r}. Leave such rows out, or let "
                    'unreadable="prior" answer them with the expected shares.'
                )
            p[unread] = self._expected()[self._possible()]
        return np.asarray(p / p.sum(axis=1, keepdims=True))

    def _options(self) -> dict[str, Any]:
        """The classifier's options."""
        return {"full_names": self.full_names, "order": ColumnOrder()}

    def _expected(self) -> NDArray[np.float64]:
        """The shares of the classifier's origins that a text without a readable surname is answered with."""
        return np.asarray(self.classifier_.priors, np.float64)

    def _possible(self) -> NDArray[np.bool_]:
        """Which of the classifier's origins are classes."""
        return self._expected() > 0

    def __sklearn_tags__(self) -> Any:
        """It takes a column of texts."""
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        tags.input_tags.string = True
        return tags


class SurnameClassifier(_Estimator):
    """A classifier that is trained on your names: the network of `cognomen train`.

    Args:
        full_names: find the surname in a full name, when predicting: in "John Smith" the last word. Rows are
            read one by one: an order of names that only the whole column shows is not looked for.
        unreadable: what to say of a text without a surname in it: "prior", the shares of the classes in
            training; or "error".
        random_state: the seed; equal seeds give equal weights on the same machine.
        settings: those of `TrainingConfig`, each an argument and a parameter of its own: `epochs`,
            `hidden_size`, `longest_ngram` ...

    A name counts once for each of its classes, however often it stands in X; give `sample_weight` where the
    frequency of names matters. Rows without a letter are left out.

    Raises:
        TypeError: there is no such setting.
    """

    def __init__(
        self,
        *,
        full_names: bool = True,
        unreadable: Unreadable = "prior",
        random_state: int = 0,
        **settings: Any,
    ) -> None:
        self.full_names, self.unreadable, self.random_state = full_names, unreadable, random_state
        if unknown := settings.keys() - SETTINGS.keys():
            wrong = min(unknown)
            hint = did_you_mean(wrong, SETTINGS) or f" Expected any of {', '.join(SETTINGS)}."
            raise TypeError(f"unexpected keyword argument {wrong!r}.{hint}")
        for name, value in (SETTINGS | settings).items():
            setattr(self, name, value)

    def fit(self, X: Iterable[object], y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train on N texts and their classes.

        Args:
            X: as for `predict`; surnames alone.
            y: (N,), the classes: texts, or numbers.
            sample_weight: (N,), how often each name occurs.

        Raises:
            InputError: there is not one class for each text, or a setting is not valid.
            TrainingError: there are too few names.
        """
        if y is None:
            raise InputError("fit: requires y to be passed, but the target y is None")
        check_none_missing(y, "y")
        labels = column_or_1d(y, warn=True)
        check_classification_targets(labels)
        classes, indices = np.unique(labels, return_inverse=True)
        texts = _origin_names(classes)
        corpus = Corpus.from_names(column_of(X), [texts[k] for k in indices], sample_weight)
        trained = train(corpus, self.config).classifier
        self.classes_ = classes[[texts.index(origin) for origin in trained.origins]]
        self.classifier_ = trained
        return self

    @property
    def config(self) -> TrainingConfig:
        """The settings of the training."""
        return TrainingConfig(**{name: getattr(self, name) for name in SETTINGS}, seed=self.random_state)


class PretrainedSurnameClassifier(_Estimator):
    """A trained model as an estimator; `fit` learns nothing, and need not be called.

    Args:
        model: as for `Classifier.load`: the name of a pretrained model, or a folder.
        full_names: find the surname in a full name: in "John Smith" the last word. Rows are read one by one:
            an order of names that only the whole column shows is not looked for.
        unreadable: what to say of a text without a surname in it: "prior", the expected shares of the
            classes; or "error".
        prior: the mixture of origins that is expected; "default" is the model's own. See `Options`.
        restrict: the only origins to consider, or groups or regions of them.

    Its classes are the origins that can be answered: with `restrict`, or a prior that does not name all of
    them, those that are left.
    """

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        full_names: bool = True,
        unreadable: Unreadable = "prior",
        prior: Prior = "default",
        restrict: Iterable[str] | None = None,
    ) -> None:
        self.model, self.full_names, self.unreadable = model, full_names, unreadable
        self.prior, self.restrict = prior, restrict

    def fit(self, X: object = None, y: object = None) -> Self:
        """Load the model.

        Raises:
            ModelError: there is no such model.
        """
        self._loaded = (self.model, Classifier.load(self.model))
        return self

    @property
    def classifier_(self) -> Classifier:  # type: ignore[override]
        """The model, loaded when it is first needed."""
        if getattr(self, "_loaded", (self,))[0] != self.model:
            self.fit()
        return self._loaded[1]

    @property
    def classes_(self) -> NDArray[Any]:  # type: ignore[override]
        """The origins that can be answered, (C,)."""
        return np.array(self.classifier_.origins)[self._possible()]

    def __sklearn_is_fitted__(self) -> bool:
        """It always is."""
        return True

    def __sklearn_tags__(self) -> Any:
        """Nothing has to be fitted."""
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.target_tags.required = False
        return tags

    def _options(self) -> dict[str, Any]:
        return {**super()._options(), "prior": self.prior, "restrict": self.restrict}

    def _expected(self) -> NDArray[np.float64]:
        return self.classifier_.expected_shares(self.prior, self.restrict)


def column_of(X: Any) -> list[Any]:
    """The N texts of a column of any kind; of an array or a table of one column, this one.

    Raises:
        InputError: it is a single text, has several columns, or holds something else than texts and missing
            values.
    """
    if isinstance(X, str):
        raise InputError(f"X: expected a column of texts, got the text {X!r}: put it in [ ]")
    shape = getattr(X, "shape", None)
    if shape is not None and len(shape) == 2:
        if shape[1] != 1:
            raise InputError(f"X: expected a column of texts, got an array of the shape {tuple(shape)}")
        texts: list[Any] = np.asarray(X, dtype=object)[:, 0].tolist()
    else:
        texts = list(chain.from_iterable(item_blocks(X)))
    for row, text in enumerate(texts):
        if not (isinstance(text, str) or is_missing(text)):
            raise InputError(f"X[{row}]: expected a text or a missing value, got {text!r}")
    return texts


def _origin_names(classes: NDArray[Any]) -> list[str]:
    """A text for each class: itself if it is one, else its number, so that texts sort as classes do."""
    if all(isinstance(each, str) and each.strip() == each != "" for each in classes):
        return [str(each) for each in classes]
    width = len(str(len(classes)))
    return [f"{k:0{width}}" for k in range(len(classes))]


SETTINGS = {
    each.name: each.default
    for each in fields(TrainingConfig)
    if each.name != "seed" and each.default is not MISSING
}


def _signature() -> inspect.Signature:
    """That of `SurnameClassifier`, with each setting: scikit-learn reads the parameters from it."""
    written = inspect.signature(SurnameClassifier.__init__)
    given = [each for each in written.parameters.values() if each.kind != inspect.Parameter.VAR_KEYWORD]
    kind = inspect.Parameter.KEYWORD_ONLY
    return written.replace(
        parameters=[
            *given,
            *(inspect.Parameter(name, kind, default=default) for name, default in SETTINGS.items()),
        ]
    )


SurnameClassifier.__init__.__signature__ = _signature()  # type: ignore[attr-defined]

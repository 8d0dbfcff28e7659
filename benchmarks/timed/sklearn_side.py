"""scikit-learn: 1-4-grams of letters, TF-IDF, logistic regression, at its best."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from cognomen.evaluation import split_by_fold
from timed.names import corpus

__all__ = ["ANALYSERS", "FIRST", "PUBLISHED", "accuracy", "fitted", "probabilities"]

ANALYSERS: dict[str, dict[str, Any]] = {
    "char_wb": {"analyzer": "char_wb"},
    "char_wb, sublinear": {"analyzer": "char_wb", "sublinear_tf": True},
    "char": {"analyzer": "char"},
}
PUBLISHED = 0.843  # protocol L, folds 0-3, without saying which analyser
FIRST = "char_wb"  # what the full run finds to be the fastest that reaches it; --quick does not look again


def fitted(analyser: str, names: Sequence[str], labels: Sequence[str], steps: int = 1000) -> Pipeline:
    """Trained on names; fewer `steps` than it needs change the answers, but not how long they take."""
    vectors = TfidfVectorizer(ngram_range=(1, 4), lowercase=True, dtype=np.float32, **ANALYSERS[analyser])
    pipeline = make_pipeline(vectors, LogisticRegression(C=20, max_iter=steps))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return pipeline.fit(names, labels)


def probabilities(pipeline: Pipeline, names: Sequence[str], size: int) -> NDArray[Any]:
    """(N, C), in batches of `size`."""
    return np.concatenate([pipeline.predict_proba(names[i : i + size]) for i in range(0, len(names), size)])


def accuracy(analyser: str, folds: Sequence[int] = (0, 1)) -> float:
    """The mean over some of protocol L's folds of the share of test names answered right."""
    names, labels = np.array(corpus().names, object), np.array(corpus().labels, object)
    shares = []
    for fold in folds:
        training, test = split_by_fold(corpus().names, fold)
        pipeline = fitted(analyser, list(names[training]), list(labels[training]))
        shares.append(float((pipeline.predict(names[test]) == labels[test]).mean()))
    return float(np.mean(shares))

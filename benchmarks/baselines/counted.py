"""Methods that count letter n-grams: scikit-learn's, and one that does not even look at the name.

F features (n-grams), N names, C origins.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cognomen.corpora import Corpus
from cognomen.rnn.arrays import Array
from cognomen.rnn.losses import softmax
from cognomen.text import normalise
from cognomen.training.protocols import Tell

__all__ = ["MostFrequent", "NgramModel", "marked"]


@dataclass(frozen=True)
class MostFrequent:
    """Answers every name alike, with the shares of the origins in training: the most frequent comes first."""

    probabilistic: bool = True

    def __call__(
        self, corpus: Corpus, names: Sequence[str], seed: int, tell: Tell
    ) -> tuple[Array, Sequence[str]]:
        """See `Method`."""
        origins, counts = np.unique(np.array(corpus.labels), return_counts=True)
        return np.tile(counts / len(corpus), (len(names), 1)), origins.tolist()

    def facts(self) -> dict[str, Any]:
        """See `Method`."""
        return {"answer": "shares of the training names"}

    def size(self, corpus: Corpus) -> int:
        """A share for each origin."""
        return len(set(corpus.labels))

    def quick(self) -> MostFrequent:
        """It is quick as it is."""
        return self


@dataclass(frozen=True)
class NgramModel:
    """A linear model on the letter n-grams of the normalised name between two marks.

    Attributes:
        model: "naive Bayes" on counts; "logistic regression" or "linear SVM" on TF-IDF.
        shortest, longest: letters in an n-gram, the marks among them.
        strength: naive Bayes: what is added to each count; else C, the weight of the errors against that of
            large coefficients.
        balanced: every origin weighs the same, instead of every name.
        min_names: an n-gram counts that so many training names hold.
        steps: at most so many of the solver.
    """

    model: str
    shortest: int
    longest: int
    strength: float
    balanced: bool = False
    min_names: int = 1
    steps: int = 2000

    @property
    def probabilistic(self) -> bool:
        """A support vector machine gives margins: which origin is likelier, but not how likely."""
        return self.model != "linear SVM"

    def __call__(
        self, corpus: Corpus, names: Sequence[str], seed: int, tell: Tell
    ) -> tuple[Array, Sequence[str]]:
        """See `Method`. Of margins the softmax is given, which keeps their order and nothing else."""
        tell(0.0, self.model)
        vectors, classifier = self._vectors(), self._classifier()
        x = vectors.fit_transform(marked(corpus.names))  # (N, F)
        with warnings.catch_warnings():
            if self.steps < NgramModel.steps:  # cut short on purpose
                warnings.simplefilter("ignore")
            classifier.fit(x, corpus.labels)
        answer = classifier.predict_proba if self.probabilistic else classifier.decision_function
        y = np.asarray(answer(vectors.transform(marked(names))))  # (N, C)
        tell(1.0, f"{x.shape[1]:,} n-grams")
        return y if self.probabilistic else softmax(y), classifier.classes_.tolist()

    def facts(self) -> dict[str, Any]:
        """See `Method`."""
        return dict(vars(self))

    def size(self, corpus: Corpus) -> int:
        """A number for each n-gram and origin, and one for each origin."""
        grams = len(self._vectors().fit(marked(corpus.names)).vocabulary_)
        return (grams + 1) * len(set(corpus.labels))

    def quick(self) -> NgramModel:
        """Hardly any steps."""
        return replace(self, steps=3)

    def _vectors(self) -> Any:
        """What makes features of texts."""
        from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

        kind = CountVectorizer if self.model == "naive Bayes" else TfidfVectorizer
        lengths = (self.shortest, self.longest)
        return kind(analyzer="char", ngram_range=lengths, lowercase=False, min_df=self.min_names)

    def _classifier(self) -> Any:
        """What learns from features."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.naive_bayes import MultinomialNB
        from sklearn.svm import LinearSVC

        weight = "balanced" if self.balanced else None
        if self.model == "naive Bayes":
            return MultinomialNB(alpha=self.strength)
        if self.model == "logistic regression":
            return LogisticRegression(C=self.strength, class_weight=weight, max_iter=self.steps)
        return LinearSVC(C=self.strength, class_weight=weight, max_iter=self.steps, random_state=0)


def marked(names: Sequence[str]) -> list[str]:
    """The letters of names between a mark for the beginning and one for the end."""
    return [f"^{normalise(name)}$" for name in names]

"""The surnames of the 18 files, split as in protocol L, and the training of a network on them.

The first fold of protocol L is held out. Nothing is selected on it: the settings of each experiment were
fixed in advance, and the result is reported as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np

from cognomen.corpora import load_corpus
from cognomen.evaluation.splits import split_by_fold
from cognomen.network.architecture import Architecture
from cognomen.network.network import Network
from cognomen.rnn import AdamW, Array, Ids, cross_entropy, minimise, one_cycle
from cognomen.rnn.training_loop import Loss, OnProgress
from cognomen.study.experiment import silent
from cognomen.text.alphabet import Alphabet
from cognomen.text.spelling import normalise

QUICK_SHARE = 8  # a quick run takes every eighth name


@dataclass(frozen=True)
class Surnames:
    """Normalised names and the indices of their origins, for training and held out."""

    training: tuple[str, ...]
    training_labels: Ids
    test: tuple[str, ...]
    test_labels: Ids
    origins: tuple[str, ...]

    def changed(self, change: Callable[[str], str]) -> Surnames:
        """The same with every name changed, in both parts."""
        training, test = (tuple(map(change, part)) for part in (self.training, self.test))
        return replace(self, training=training, test=test)

    @property
    def commonest(self) -> float:
        """The share of the held-out names with the most frequent origin of the training names."""
        most = np.bincount(self.training_labels).argmax()
        return float((self.test_labels == most).mean())


class Score(NamedTuple):
    """How well a network does on some names: the mean cross-entropy, and the share of right answers."""

    loss: float
    accuracy: float


@dataclass(frozen=True)
class TrainedNetwork:
    """A network, its alphabet, and the names that it was trained on or is to be measured on."""

    network: Network
    alphabet: Alphabet
    names: Surnames

    def logits(self, names: tuple[str, ...]) -> Array:
        """The network's logits, (N, C)."""
        return self.network.logits(self.alphabet.encode_all(list(names)))

    @cached_property
    def training(self) -> Score:
        """The score on the training names."""
        return self._score(self.names.training, self.names.training_labels)

    @cached_property
    def test(self) -> Score:
        """The score on the held-out names."""
        return self._score(self.names.test, self.names.test_labels)

    def _score(self, names: tuple[str, ...], labels: Ids) -> Score:
        logits = self.logits(names)  # (N, C)
        return Score(cross_entropy(logits, labels)[0], float((logits.argmax(axis=1) == labels).mean()))


def load_names(*, quick: bool = False) -> Surnames:
    """The names, the first fold held out; an eighth of both parts for a quick run.

    Raises:
        DataError: the names cannot be had.
    """
    corpus = load_corpus("tutorial")
    labels = np.searchsorted(corpus.origins, corpus.labels)
    parts = split_by_fold(corpus.names, 0)
    training, test = (rows[:: QUICK_SHARE if quick else 1] for rows in parts)
    names = [normalise(name) for name in corpus.names]
    return Surnames(
        tuple(names[row] for row in training),
        labels[training],
        tuple(names[row] for row in test),
        labels[test],
        corpus.origins,
    )


def fit_names(
    names: Surnames,
    *,
    epochs: int,
    learning_rate: float = 5e-3,
    clip: float = 1.0,
    schedule: bool = True,
    dropout: tuple[float, float, float] = (0.1, 0.0, 0.3),
    weight_decay: float = 0.01,
    batch_size: int = 128,
    seed: int = 0,
    on_progress: OnProgress = silent,
    **architecture: Any,
) -> TrainedNetwork:
    """Train a network on the training names and measure it on the held-out ones.

    Args:
        names: both parts.
        epochs: the number of passes over the training names.
        learning_rate: of AdamW: the peak of a one-cycle schedule, or constant without `schedule`.
        clip: the largest norm of a step's gradient.
        schedule: see learning_rate.
        dropout: after the embedding, the recurrent layer and pooling.
        weight_decay: of AdamW.
        batch_size: the number of names in a step.
        seed: of the initial weights, the order of the names, and dropout.
        on_progress: called after every step.
        architecture: as for `Architecture`.
    """
    rng = np.random.default_rng(seed)
    alphabet = Alphabet.from_names(names.training)
    settings: dict[str, Any] = {"embedding_size": 32, "hidden_size": 64, "longest_ngram": 0, **architecture}
    shape = Architecture(len(alphabet), len(names.origins), **settings)
    network = Network(shape, dropout=dropout, rng=rng)
    count = len(names.training)
    steps = epochs * -(-count // batch_size)

    def losses() -> Iterator[Loss]:
        for _ in range(epochs):
            order = rng.permutation(count)
            for start in range(0, count, batch_size):
                rows = order[start : start + batch_size]
                read = alphabet.encode_all([names.training[row] for row in rows])
                logits, backward = network.forward(read, rng)
                loss, dlogits = cross_entropy(logits, names.training_labels[rows])
                yield loss, partial(backward, dlogits)

    minimise(
        losses(),
        network,
        AdamW(network.params, learning_rate, weight_decay=weight_decay),
        steps,
        clip=clip,
        schedule=(lambda step: one_cycle(step, steps, learning_rate)) if schedule else None,
        on_progress=on_progress,
    )
    return TrainedNetwork(network, alphabet, names)

"""The surnames of the 18 files, split as protocol L splits them, and a plain loop that trains on them.

The first fold of protocol L is held out. Nothing is chosen by it: the settings of every experiment were fixed
beforehand, and what comes out is what is written down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cognomen.corpora import load_corpus
from cognomen.evaluation.splits import split_by_fold
from cognomen.network.architecture import Architecture
from cognomen.network.network import Network
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.losses import cross_entropy
from cognomen.rnn.optim import AdamW, clip_grad_norm, one_cycle
from cognomen.study.experiment import OnProgress, silent
from cognomen.text.alphabet import Alphabet
from cognomen.text.spelling import normalise

__all__ = ["Fitted", "Surnames", "fit_names", "load_names"]

QUICK_SHARE = 8  # a quick run takes one name in so many


@dataclass(frozen=True)
class Surnames:
    """Normalised names and the numbers of their origins, to learn from and held out."""

    training: tuple[str, ...]
    training_labels: Ids
    test: tuple[str, ...]
    test_labels: Ids
    origins: tuple[str, ...]

    def changed(self, change: Callable[[str], str]) -> Surnames:
        """Every name changed, on both sides."""
        return replace(
            self,
            training=tuple(change(name) for name in self.training),
            test=tuple(change(name) for name in self.test),
        )

    @property
    def commonest(self) -> float:
        """The share of the held-out names that have the origin most frequent in training."""
        most = np.bincount(self.training_labels).argmax()
        return float((self.test_labels == most).mean())


@dataclass(frozen=True)
class Fitted:
    """A trained network, its alphabet, and how it does on names it learned from and on others."""

    network: Network
    alphabet: Alphabet
    training_accuracy: float
    accuracy: float
    loss: float

    def logits(self, names: tuple[str, ...]) -> Array:
        """The network's logits, (N, C)."""
        return self.network.logits(*self.alphabet.encode_all(list(names)))


def load_names(*, quick: bool = False) -> Surnames:
    """The names, all but the first fold to learn from; an eighth of both parts for a quick run.

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
) -> Fitted:
    """Train a network on the names, for so many epochs, and measure it on those held out.

    Args:
        names: what to learn from and to be asked.
        epochs: how often each name is seen.
        learning_rate: of AdamW; the peak of a one-cycle schedule, or constant without `schedule`.
        clip: largest norm of a step's gradient.
        schedule: see learning_rate.
        dropout: after the embedding, the recurrent layer and pooling.
        weight_decay: of AdamW.
        batch_size: names in a step.
        seed: of starting values, order and noise.
        on_progress: is told after every step.
        architecture: as for `Architecture`.
    """
    rng = np.random.default_rng(seed)
    alphabet = Alphabet.from_names(names.training)
    settings: dict[str, Any] = {"embedding_size": 32, "hidden_size": 64, "longest_ngram": 0, **architecture}
    shape = Architecture(len(alphabet), len(names.origins), **settings)
    network = Network(shape, dropout=dropout, rng=rng)
    optimiser = AdamW(network.params, learning_rate, weight_decay=weight_decay)
    steps = -(-len(names.training) // batch_size)
    for step in range(epochs * steps):
        if step % steps == 0:
            order = rng.permutation(len(names.training))
        rows = order[step % steps * batch_size :][:batch_size]
        ids, lengths = alphabet.encode_all([names.training[row] for row in rows])
        logits, backward = network.forward(ids, lengths, rng)
        loss, dlogits = cross_entropy(logits, names.training_labels[rows])
        network.zero_grad()
        backward(dlogits)
        clip_grad_norm(network.grads, clip)
        if schedule:
            optimiser.learning_rate = one_cycle(step, epochs * steps, learning_rate)
        optimiser.step(network.grads)
        on_progress((step + 1) / (epochs * steps), f"loss {loss:.2f}")
    return _measured(network, alphabet, names)


def _measured(network: Network, alphabet: Alphabet, names: Surnames) -> Fitted:
    fitted = Fitted(network, alphabet, 0.0, 0.0, 0.0)
    logits, learned = fitted.logits(names.test), fitted.logits(names.training)
    return replace(
        fitted,
        training_accuracy=float((learned.argmax(axis=1) == names.training_labels).mean()),
        accuracy=float((logits.argmax(axis=1) == names.test_labels).mean()),
        loss=cross_entropy(logits, names.test_labels)[0],
    )

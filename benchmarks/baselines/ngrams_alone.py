"""The n-grams of `classic` without its recurrent network.

N names, C origins, M letters end to end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.calibration import fit_calibration, softmax_with_temperature
from cognomen.corpora import Corpus
from cognomen.evaluation.splits import validation_mask
from cognomen.network import Ngrams
from cognomen.network.ngrams import frequent_ngrams
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.clipping import clip_grad_norm
from cognomen.rnn.engine.blas import reuse_memory
from cognomen.rnn.losses import cross_entropy
from cognomen.rnn.optim import AdamW
from cognomen.rnn.schedules import one_cycle
from cognomen.text import Alphabet, normalise
from cognomen.text.alphabet import UNKNOWN
from cognomen.training import TrainingConfig
from cognomen.training.dataset import Names
from cognomen.training.protocols import Tell

__all__ = ["NgramsAlone"]


@dataclass(frozen=True)
class NgramsAlone:
    """Trains a config's n-grams by themselves, twice as the config does: the first time for the temperature.

    What concerns the recurrent network only (cell, sizes, dropout) has no effect.
    """

    config: TrainingConfig
    probabilistic: bool = True

    def __call__(
        self, corpus: Corpus, names: Sequence[str], seed: int, tell: Tell
    ) -> tuple[Array, Sequence[str]]:
        """See `Method`."""
        reuse_memory()
        config = replace(self.config, seed=self.config.seed + seed)
        held_out = validation_mask(corpus.names, config.validation_share, config.seed, corpus.labels)
        alphabet = _alphabet(corpus.names, config)
        known = _read(alphabet, corpus.names, np.searchsorted(corpus.origins, corpus.labels))
        first = _fit(known, np.flatnonzero(~held_out), alphabet, config, _half(tell, 0))
        last = _fit(known, np.arange(len(known)), alphabet, config, _half(tell, 1))
        logits = first.forward(known.texts[held_out])[0]
        temperature = fit_calibration(logits, known.labels[held_out]).temperature
        asked = _read(alphabet, names, np.zeros(len(names), np.int64))
        logits = last.forward(asked.texts)[0]  # (N, C)
        return softmax_with_temperature(logits, temperature), corpus.origins

    def facts(self) -> dict[str, Any]:
        """See `Method`."""
        return {"n-grams of": self.config.to_json()}

    def size(self, corpus: Corpus) -> int:
        """See `Method`."""
        alphabet = _alphabet(corpus.names, self.config)
        known = _read(alphabet, corpus.names, np.searchsorted(corpus.origins, corpus.labels))
        return _layer(known, np.arange(len(known)), alphabet, self.config, len(corpus.origins)).size

    def quick(self) -> NgramsAlone:
        """A single epoch."""
        return replace(self, config=replace(self.config, epochs=1))


def _half(tell: Tell, half: int) -> Tell:
    """Tells of the first or second half of a training."""
    return lambda share, figures: tell((half + share) / 2, figures)


def _alphabet(names: Sequence[str], config: TrainingConfig) -> Alphabet:
    """The letters that are frequent enough, as in `cognomen.training.dataset`."""
    min_count = min(config.min_letter_count, math.ceil(len(names) / 1000))
    return Alphabet.from_names([normalise(name) for name in names], min_count=min_count)


def _read(alphabet: Alphabet, names: Sequence[str], labels: Ids) -> Names:
    """Names as ids."""
    return Names(alphabet.encode_all([alphabet.without_unknown_marks(normalise(n)) for n in names]), labels)


def _layer(
    names: Names, which: NDArray[np.int64], alphabet: Alphabet, config: TrainingConfig, origin_count: int
) -> Ngrams:
    """The n-grams that are frequent enough among some of the names, with weights of zero."""
    letters, counts = frequent_ngrams(
        names.texts[which],
        longest=config.longest_ngram,
        min_count=config.min_ngram_count,
        alphabet_size=len(alphabet),
    )
    return Ngrams(letters, counts, len(alphabet), origin_count, dropout=config.ngram_dropout)


def _fit(
    names: Names,
    which: NDArray[np.int64],
    alphabet: Alphabet,
    config: TrainingConfig,
    tell: Tell,
) -> Ngrams:
    """The n-grams' weights, learned from some of the names."""
    rng = np.random.default_rng(config.seed)
    counts = np.bincount(names.labels[which])  # (C,)
    favour = config.logit_adjustment * np.log(counts / counts.sum()).astype(np.float32)  # (C,)
    ngrams = _layer(names, which, alphabet, config, len(counts))
    optimiser = AdamW(ngrams.params, config.learning_rate, weight_decay=config.weight_decay)
    steps = config.epochs * math.ceil(len(which) / config.batch_size)
    while optimiser.steps < steps:
        order = rng.permutation(which)
        for start in range(0, len(order), config.batch_size):
            batch = order[start : start + config.batch_size]
            texts, labels = names.texts[batch], names.labels[batch]
            ids = np.where(rng.random(len(texts.data)) < config.letter_dropout, UNKNOWN, texts.data)
            logits, backward = ngrams.forward(texts.with_data(ids), rng)  # (N, C)
            ngrams.zero_grad()
            backward(cross_entropy(logits + favour, labels, label_smoothing=config.label_smoothing)[1])
            clip_grad_norm(ngrams.grads, config.clip)
            optimiser.learning_rate = one_cycle(optimiser.steps, steps, config.learning_rate)
            optimiser.step(ngrams.grads)
        tell(optimiser.steps / steps, f"n-grams of {len(which):,} names")
    return ngrams

"""The dataset of a training run: names as ids, in the letters of its alphabet, some of them held out."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cognomen.corpora import KNOWN_CORPORA, Corpus
from cognomen.errors import TrainingError
from cognomen.evaluation.splits import validation_mask
from cognomen.rnn.arrays import Ids
from cognomen.text.alphabet import Alphabet
from cognomen.text.ragged import Ragged
from cognomen.text.spelling import normalise
from cognomen.training.config import TrainingConfig


@dataclass(frozen=True)
class Names:
    """N names as ids, and their labels (N,)."""

    texts: Ragged
    labels: Ids

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, which: NDArray[np.int64]) -> Names:
        """The names with these indices."""
        return Names(self.texts[which], self.labels[which])


@dataclass(frozen=True)
class Dataset:
    """What a run trains on, and what it holds out.

    Attributes:
        alphabet: the letters of the training names.
        training: the names to train on; those of the corpus itself come first, those from outside last.
        validation: the names held out.
        own: the number of training names of the corpus itself.
        priors: the shares of the origins among those, (C,).
    """

    alphabet: Alphabet
    training: Names
    validation: Names
    own: int
    priors: NDArray[np.float64]

    @classmethod
    def of(cls, corpus: Corpus, config: TrainingConfig, *, hold_out: bool) -> Self:
        """Split a corpus; without `hold_out`, all names are for training.

        Raises:
            TrainingError: there is only one origin, or no training name of one.
        """
        spellings = [normalise(name) for name in corpus.names]
        labels = np.searchsorted(corpus.origins, corpus.labels)
        own = len(corpus) - corpus.outside  # names from outside are never held out
        held_out = np.zeros(len(corpus), bool)  # (N,)
        share = config.validation_share if hold_out else 0.0
        held_out[:own] = validation_mask(corpus.names[:own], share, config.seed, corpus.labels[:own])
        readable = np.array([spelling != "" for spelling in spellings], bool)  # (N,)
        training, validation = np.flatnonzero(readable & ~held_out), np.flatnonzero(readable & held_out)
        own_labels = labels[training[training < own]]
        _check_enough(corpus, own_labels)
        # A letter in two or three names teaches little about itself, and misleads about other names.
        min_count = min(config.min_letter_count, math.ceil(len(training) / 1000))
        alphabet = Alphabet.from_names([spellings[i] for i in training], min_count=min_count)

        def encoded(rows: Ids) -> Names:
            known = [alphabet.without_unknown_marks(spellings[i]) for i in rows]
            return Names(alphabet.encode_all(known), labels[rows])

        shares = _shares(own_labels, len(corpus.origins))
        return cls(alphabet, encoded(training), encoded(validation), len(own_labels), shares)

    def prior_correction(self, shown: int) -> NDArray[np.float64]:
        """The log of the origins' shares among the first `shown` training names over the priors, (C,)."""
        return np.asarray(np.log(_shares(self.training.labels[:shown], len(self.priors)) / self.priors))


def _shares(labels: Ids, count: int) -> NDArray[np.float64]:
    """The shares of the origins among labels (N,), (C,)."""
    return np.asarray(np.bincount(labels, minlength=count) / len(labels))


def _check_enough(corpus: Corpus, labels: Ids) -> None:
    """There must be two origins or more, and training labels (N,) of each."""
    if len(corpus.origins) < 2:
        raise TrainingError(
            f"expected names of two or more origins in {corpus.source}, got {list(corpus.origins)}"
        )
    if lacking := sorted(set(range(len(corpus.origins))) - set(labels.tolist())):
        raise TrainingError(
            f"no training names are left of {[corpus.origins[i] for i in lacking]}: give more names, or a "
            "smaller validation_share"
        )


def corpus_sha256(corpus: Corpus) -> str:
    """The SHA-256 of all names and labels, in their order."""
    lines = [f"{name}\t{label}\n" for name, label in zip(corpus.names, corpus.labels, strict=True)]
    lines += [f"{corpus.outside} from outside\n"] if corpus.outside else []
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def describe_corpus(corpus: Corpus) -> str:
    """The facts of a corpus for a model: counts and no names, as a model may be shared where they may not."""
    report = corpus.report
    lines = [
        *([KNOWN_CORPORA[corpus.source]] if corpus.source in KNOWN_CORPORA else []),
        f"{report.rows_read:,} rows read, {report.rows_kept:,} kept: {report.names_kept:,} different names, "
        f"{len(report.shared):,} of them under several origins",
        *(f"{count:,} rows dropped as {reason}" for reason, count in report.counts.items()),
    ]
    return "\n".join(lines)

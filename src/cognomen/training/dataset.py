"""The dataset of a training run: names as ids, in the letters of its alphabet, some of them held out."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cognomen.corpora import KNOWN_CORPORA, Corpus
from cognomen.errors import TrainingError
from cognomen.evaluation.splits import validation_mask
from cognomen.rnn.arrays import Array, Ids
from cognomen.text.alphabet import Alphabet
from cognomen.text.ragged import Ragged
from cognomen.text.spelling import normalise
from cognomen.training.checks import check_letters, check_origins, check_rows
from cognomen.training.config import TrainingConfig
from cognomen.training.script_words import words_of

MOST_SHOWN = 20  # times in an epoch, for a name that is very common
UNLISTED = 1e-5  # share within its origin, on average, of a surname that a short list lacks
LIST_END = 0.1  # of a list's names are less common than its end


@dataclass(frozen=True)
class Names:
    """N names as ids, and the origin of each.

    Attributes:
        texts: the ids.
        labels: (N,), the origin of each, the most probable one where it has several.
        origins: the origins of each name that has weights; None if each has just its label.
        shares: the share of each of these origins in its name, as `origins`; they sum to 1 for each name.
    """

    texts: Ragged
    labels: Ids
    origins: Ragged | None = None
    shares: Ragged | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, which: NDArray[np.int64]) -> Names:
        """The M names with these indices, (M,)."""
        if self.origins is None or self.shares is None:
            return Names(self.texts[which], self.labels[which])
        return Names(self.texts[which], self.labels[which], self.origins[which], self.shares[which])

    def targets(self, count: int) -> Ids | Array:
        """What a network with `count` origins is to predict: the labels (N,), or the shares (N, C)."""
        return self.labels if self.origins is None else self.distributions(count)

    def distributions(self, count: int) -> Array:
        """The shares of `count` origins in each name, (N, C); 1 for the label of a name without weights."""
        found = np.zeros((len(self), count), np.float32)
        if self.origins is None or self.shares is None:
            found[np.arange(len(self)), self.labels] = 1
        else:
            found[self.origins.rows, self.origins.data] = self.shares.data
        return found


@dataclass(frozen=True)
class Unlisted:
    """How common names are, and how common those that lists lack.

    Attributes:
        totals: (N,), the share of each name among the names shown.
        shares: (C,), the share that a name of an origin has on average if the origin's list lacks it.
    """

    totals: NDArray[np.float64]
    shares: NDArray[np.float64]

    def __getitem__(self, some: slice | NDArray[np.int64]) -> Unlisted:
        return Unlisted(self.totals[some], self.shares)


@dataclass(frozen=True)
class Dataset:
    """What a run trains on, and what it holds out.

    Attributes:
        alphabet: the letters of the training names.
        training: the names to train on; those of the corpus itself come first, those from outside last. Where
            names have weights, their shares are those among the names shown (see `show`).
        validation: the names held out. Where names have weights, their shares are those under the priors.
        own: the number of training names of the corpus itself.
        priors: the shares of the origins among those, (C,); with shares within origins, all alike.
        frequencies: how often an epoch shows each training name, (N,): 1 on average, but the most common ones
            `MOST_SHOWN` times at most; None if just once each.
        shown_shares: the shares of the origins among the names shown, (C,).
        unlisted: what the origins' lists lack, where names have weights.
        words: words that teach letters which no name has, where names have weights (see `script_words`);
            their letters are in the alphabet.
    """

    alphabet: Alphabet
    training: Names
    validation: Names
    own: int
    priors: NDArray[np.float64]
    frequencies: NDArray[np.float64] | None = None
    shown_shares: NDArray[np.float64] | None = None
    unlisted: Unlisted | None = None
    words: Names | None = None

    @classmethod
    def of(
        cls, corpus: Corpus, config: TrainingConfig, *, hold_out: bool, validation: Corpus | None = None
    ) -> Self:
        """Split a corpus; without `hold_out`, all names are for training.

        Args:
            corpus: surnames and their origins.
            config: the settings.
            hold_out: whether to hold out names of the corpus, if no `validation` is given.
            validation: the names that are held out, of the same origins.

        Raises:
            TrainingError: there is only one origin, no training name of one, hardly any name is left (see
                `checks`), or a name to validate with has another origin.
        """
        check_rows(corpus)
        spellings = [normalise(name) for name in corpus.names]
        labels = corpus.label_ids
        own = len(corpus) - corpus.outside  # names from outside are never held out
        held_out = np.zeros(len(corpus), bool)  # (N,)
        share = config.validation_share if hold_out and validation is None else 0.0
        held_out[:own] = validation_mask(corpus.names[:own], share, config.seed, corpus.labels[:own])
        readable = np.array([spelling != "" for spelling in spellings], bool) & (corpus.weights > 0)  # (N,)
        training, held = np.flatnonzero(readable & ~held_out), np.flatnonzero(readable & held_out)
        own_labels = labels[training[training < own]]
        check_origins(corpus, own_labels)
        # A letter in two or three names teaches little about itself, and misleads about other names.
        min_count = min(config.min_letter_count, math.ceil(len(training) / 1000))
        words, word_labels = words_of(corpus, min_count)
        alphabet = Alphabet.from_names([*(spellings[i] for i in training), *words], min_count=min_count)
        if validation is not None:
            validation = _checked(validation, corpus)
        if corpus.row_weights is not None:
            data = cls._weighted(corpus, config, alphabet, training, validation or corpus.part(held))
            labels = np.searchsorted(corpus.origins, word_labels)
            return replace(data, words=Names(alphabet.encode_all(words), labels) if words else None)

        def encoded(rows: Ids) -> Names:
            known = [alphabet.without_unknown_marks(spellings[i]) for i in rows]
            return Names(alphabet.encode_all(known), labels[rows])

        shares = _shares(own_labels, len(corpus.origins))
        names = encoded(training)
        check_letters(corpus, names.texts, names.labels)
        held_names = encoded(held)
        if validation is not None:
            held_names = _collect(validation, alphabet, corpus.origins, np.ones(len(corpus.origins)))[0]
        return cls(alphabet, names, held_names, len(own_labels), shares)

    @classmethod
    def _weighted(
        cls, corpus: Corpus, config: TrainingConfig, alphabet: Alphabet, rows: Ids, validation: Corpus
    ) -> Self:
        """The dataset of names with weights: each distinct spelling once, with the shares of its origins."""
        part = corpus.part(rows)
        totals = np.bincount(part.label_ids, part.weights, len(corpus.origins))  # (C,)
        scale = np.ones(len(totals)) if corpus.shares else 1 / totals  # to shares within the origin
        priors = np.full(len(totals), 1 / len(totals)) if corpus.shares else totals / totals.sum()
        listed = np.bincount(part.label_ids, minlength=len(totals)).astype(np.float64)
        shown = listed**config.origin_power
        shown /= shown.sum()
        training, within = _collect(part, alphabet, corpus.origins, scale * shown)
        check_letters(corpus, training.texts, training.labels)
        frequencies = _frequencies(training, within, shown, config)
        unlisted = _unlisted(training, within, shown)
        held, _ = _collect(validation, alphabet, corpus.origins, scale * priors)
        return cls(alphabet, training, held, len(training), priors, frequencies, shown, unlisted)

    def show(self, shown: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """The order in which an epoch shows the first `shown` training names: indices, (M,).

        Each is shown once or, where names have weights, as often as its frequency says, on average.
        """
        if self.frequencies is None:
            return rng.permutation(shown)
        times = np.floor(self.frequencies + rng.random(len(self.frequencies))).astype(np.int64)
        return rng.permutation(np.repeat(np.arange(len(times)), times))

    def prior_correction(self, shown: int) -> NDArray[np.float64]:
        """The log of the origins' shares among the first `shown` training names over the priors, (C,)."""
        shares = self.shown_shares
        if shares is None:
            shares = _shares(self.training.labels[:shown], len(self.priors))
        return np.asarray(np.log(shares / self.priors))


def _collect(
    corpus: Corpus, alphabet: Alphabet, origins: tuple[str, ...], scale: NDArray[np.float64]
) -> tuple[Names, NDArray[np.float64]]:
    """The distinct spellings of a corpus, with the shares of their origins, and the weight of each share.

    Args:
        corpus: its rows have an origin and a weight each.
        alphabet: the letters that are read.
        origins: the order of the origins.
        scale: (C,), what the weights of each origin are multiplied by.

    Returns:
        N names, and the scaled weights of all their origins, laid end to end as `Names.shares`.
    """
    spellings = [alphabet.without_unknown_marks(normalise(name)) for name in corpus.names]
    distinct = {spelling: index for index, spelling in enumerate(dict.fromkeys(filter(None, spellings)))}
    name = np.fromiter((distinct.get(spelling, -1) for spelling in spellings), np.int64, len(spellings))
    labels = np.searchsorted(origins, corpus.origins)[corpus.label_ids]
    # A name may have one origin twice: Müller and Muller, where ü is not in the alphabet.
    pairs, row = np.unique(name * len(origins) + labels, return_inverse=True)
    weights = np.bincount(row, corpus.weights * scale[labels], len(pairs))
    weights, pairs = weights[pairs >= 0], pairs[pairs >= 0]
    name, label = np.divmod(pairs, len(origins))
    lengths = np.bincount(name, minlength=len(distinct))
    shares = weights / np.bincount(name, weights, len(distinct))[name]
    best = np.lexsort([shares, name])[np.cumsum(lengths) - 1]  # the last of each name has most
    texts = alphabet.encode_all(list(distinct))
    return Names(texts, label[best], Ragged(label, lengths), Ragged(shares, lengths)), weights


def _frequencies(
    names: Names, weights: NDArray[np.float64], shown: NDArray[np.float64], config: TrainingConfig
) -> NDArray[np.float64]:
    """How often an epoch shows each name, (N,): 1 on average.

    Args:
        names: names with several origins each.
        weights: of these, laid end to end, each the weight within its origin times the origin's share.
        shown: (C,), the shares of the origins that are wanted.
        config: has the power of the weights.
    """
    assert names.origins is not None
    origin = names.origins.data
    tempered = (weights / shown[origin]) ** config.frequency_power
    tempered *= (shown / np.bincount(origin, tempered, len(shown)))[origin]
    frequencies = np.add.reduceat(tempered, names.origins.starts) * len(names)
    return np.asarray(np.minimum(frequencies, MOST_SHOWN))


def _unlisted(names: Names, weights: NDArray[np.float64], shown: NDArray[np.float64]) -> Unlisted:
    """How common names are, and those that lists lack; arguments as those of `_frequencies`.

    A name that a list lacks is less common than those at the list's end; where the list is short, than a
    surname is that hardly anybody has.
    """
    assert names.origins is not None
    origin = names.origins.data
    ends = [np.quantile(weights[origin == label], LIST_END) for label in range(len(shown))]
    shares = np.minimum(ends, UNLISTED * shown)
    return Unlisted(np.add.reduceat(weights, names.origins.starts), shares)


def _shares(labels: Ids, count: int) -> NDArray[np.float64]:
    """The shares of the origins among labels (N,), (C,)."""
    return np.asarray(np.bincount(labels, minlength=count) / len(labels))


def _checked(validation: Corpus, corpus: Corpus) -> Corpus:
    """The names to validate with that have a weight; all must have an origin of the corpus."""
    if others := sorted(set(validation.origins) - set(corpus.origins)):
        raise TrainingError(
            f"expected validation names of the origins in {corpus.source}, got others in "
            f"{validation.source}: {others}"
        )
    return validation.part(np.flatnonzero(validation.weights > 0))


def corpus_sha256(corpus: Corpus) -> str:
    """The SHA-256 of all names and labels, in their order."""
    found = hashlib.sha256()
    for name, label in zip(corpus.names, corpus.labels, strict=True):
        found.update(f"{name}\t{label}\n".encode())
    for weight in [] if corpus.row_weights is None else corpus.row_weights.tolist():
        found.update(f"{weight!r}\n".encode())
    if corpus.outside:
        found.update(f"{corpus.outside} from outside\n".encode())
    return found.hexdigest()


def describe_corpus(corpus: Corpus) -> str:
    """The facts of a corpus for a model: counts and no names, as a model may be shared where they may not."""
    report = corpus.report
    several = f", {len(report.shared):,} of them under several origins" if report.shared else ""
    lines = [
        *([KNOWN_CORPORA[corpus.source]] if corpus.source in KNOWN_CORPORA else []),
        f"{report.rows_read:,} rows read, {report.rows_kept:,} kept: {report.names_kept:,} different names"
        + several,
        *(f"{count:,} rows dropped as {reason}" for reason, count in report.counts.items()),
    ]
    return "\n".join(lines)

"""One training run: its names, what learns from them, how far it has come, and what comes of it."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.calibration import Calibration, fit_calibration, softmax_with_temperature
from cognomen.classifier.classifier import Classifier
from cognomen.corpora import KNOWN_CORPORA, Corpus
from cognomen.errors import TrainingError
from cognomen.evaluation.metrics import evaluate
from cognomen.evaluation.splits import validation_mask
from cognomen.network.network import Network
from cognomen.network.ngrams import frequent_ngrams
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.losses import cross_entropy
from cognomen.text.alphabet import Alphabet
from cognomen.text.spelling import normalise
from cognomen.training.card import model_card
from cognomen.training.checkpoint import Checkpoint
from cognomen.training.config import Recipe
from cognomen.training.divergence import check_finite
from cognomen.training.progress import EpochRecord, Progress
from cognomen.training.step import Learner, Names

__all__ = ["Run", "fingerprint"]

MEASURED = ("validation_names", "history", "validation")  # what a second run takes over from the first

AVERAGED = 4  # weights of so many steps in each epoch

OUTSIDE = 1 / 3  # of the epochs, the first ones, show names from outside too

LIKE_TRAINING = 0.995  # share of the names held out that may not count as unlike the training


class Run:
    """A training run: its names, what learns from them, the source of chance, and how far it has come.

    Args:
        corpus: surnames and their origins.
        recipe: the settings.
        calibrated: the classifier of a first run on the same corpus. This one then holds no names out, and
            takes over what the first found with those that it held out.
    """

    def __init__(self, corpus: Corpus, recipe: Recipe, calibrated: Classifier | None = None) -> None:
        self.corpus, self.recipe, self.calibrated = corpus, recipe, calibrated
        self.rng = np.random.default_rng(recipe.seed)
        letters = [normalise(name) for name in corpus.names]
        labels = np.searchsorted(corpus.origins, corpus.labels)
        share, own = 0.0 if calibrated else recipe.validation_share, len(corpus) - corpus.outside
        held_out = np.zeros(len(corpus), bool)  # (N,); no name from outside
        held_out[:own] = validation_mask(corpus.names[:own], share, recipe.seed, corpus.labels[:own])
        readable = np.array([name != "" for name in letters], bool)  # (N,); no letters, nothing to learn from
        parts = (readable & ~held_out, readable & held_out)
        _check_enough(corpus, labels[:own][parts[0][:own]])
        shown = [letters[i] for i in np.flatnonzero(parts[0])]
        min_count = min(recipe.min_letter_count, math.ceil(len(shown) / 1000))
        self.alphabet = Alphabet.from_names(shown, min_count=min_count)
        letters = [self.alphabet.without_unknown_marks(name) for name in letters]
        self.training, self.validation = (
            Names(self.alphabet.encode_all([letters[i] for i in np.flatnonzero(part)]), labels[part])
            for part in parts
        )
        self.own = int(parts[0][:own].sum())  # training names; those from outside come after them
        self.priors = _shares(self.training.labels[: self.own], len(corpus.origins))  # (C,)
        self.outside_epochs = round(OUTSIDE * recipe.epochs) if corpus.outside else 0
        self.learner = self._fresh_learner()
        self.network = self.learner.answering
        self.history: list[EpochRecord] = []
        self.best: dict[str, Array] = {}

    def _fresh_learner(self) -> Learner:
        """The recipe's network as chance makes it, and what it will learn with."""
        recipe = self.recipe
        network = Network(
            recipe.architecture(len(self.alphabet), len(self.corpus.origins)),
            ngrams=self._ngrams(),
            dropout=recipe.dropout,
            ngram_dropout=recipe.ngram_dropout,
            rng=self.rng,
        )
        steps = [self.steps_of(epoch) for epoch in range(recipe.epochs)]
        return Learner(
            network,
            recipe,
            self.priors,
            steps=sum(steps),
            average_after=max(recipe.average_from * sum(steps), sum(steps[: self.outside_epochs])),
            average_every=max(1, steps[-1] // AVERAGED),
        )

    def seen_in(self, epoch: int) -> int:
        """How many training names an epoch shows, counting from 0: names from outside only at first."""
        return len(self.training) if epoch < self.outside_epochs else self.own

    def steps_of(self, epoch: int) -> int:
        """How many batches these make."""
        return math.ceil(self.seen_in(epoch) / self.recipe.batch_size)

    def _ngrams(self) -> tuple[Ids, Ids] | None:
        """The n-grams of the training names that get weights, or None."""
        if not self.recipe.longest_ngram:
            return None
        return frequent_ngrams(
            self.training.texts,
            longest=self.recipe.longest_ngram,
            min_count=self.recipe.min_ngram_count,
            alphabet_size=len(self.alphabet),
        )

    def epoch(self, on_progress: Callable[[Progress], None]) -> None:
        """See every training name once, then measure on the validation names."""
        seen, loss, right, began = 0, 0.0, 0.0, time.perf_counter()
        shown, steps = self.seen_in(len(self.history)), self.steps_of(len(self.history))
        order = self.rng.permutation(shown)
        shares = _shares(self.training.labels[:shown], len(self.priors))
        self.learner.excess = np.log(shares / self.priors).astype(self.network.dtype)
        epoch = self._told_before + len(self.history) + 1
        for step in range(steps):
            batch = order[step * self.recipe.batch_size : (step + 1) * self.recipe.batch_size]
            where = f"epoch {epoch}, step {step + 1}"
            batch_loss, batch_right = self.learner.step(self.training, batch, self.rng, where)
            seen, loss, right = seen + len(batch), loss + batch_loss * len(batch), right + batch_right
            pace = seen / (time.perf_counter() - began)
            epochs = self.recipe.epochs * (2 if self.recipe.refits else 1)
            progress = Progress(epoch, epochs, step + 1, steps, loss / seen, right / seen, pace)
            if step + 1 < steps:
                on_progress(progress)
        self.learner.epoch_ended()
        self._record(loss / seen, right / seen)
        on_progress(replace(progress, record=replace(self.history[-1], epoch=epoch)))

    @property
    def _told_before(self) -> int:
        """Epochs of the first run, which count in what is told."""
        return self.recipe.epochs if self.calibrated else 0

    def _record(self, loss: float, accuracy: float) -> None:
        """Note an epoch, and keep its weights if no epoch's were better on the validation names."""
        record = EpochRecord(len(self.history) + 1, loss, accuracy, None, None)
        if len(self.validation):
            logits = self._validation_logits()
            validation_loss, _ = cross_entropy(logits, self.validation.labels)
            right = float((logits.argmax(axis=1) == self.validation.labels).mean())
            record = replace(record, validation_loss=validation_loss, validation_accuracy=right)
        if all(_judged(record) <= _judged(r) for r in self.history):
            self.best = {name: param.copy() for name, param in self.network.params.items()}
        self.history.append(record)  # last, as Ctrl-C may come anywhere: no history without a best

    def _validation_logits(self) -> Array:
        """The network's logits (N, C) for the validation names; a last step may have thrown it off."""
        with np.errstate(all="ignore"):
            logits = self.network.logits(self.validation.texts)
        check_finite(logits, f"epoch {len(self.history) + 1}", self.recipe)
        return logits

    def checkpoint(self) -> Checkpoint:
        """All that the rest of the run depends on."""
        groups = self.learner.state() | {"best": self.best}
        tensors = {f"{group}/{name}": t for group, named in groups.items() for name, t in named.items()}
        facts = {
            "recipe": self.recipe.to_json(),
            "corpus": fingerprint(self.corpus),
            "rng_state": self.rng.bit_generator.state,
            "optimiser_steps": self.learner.optimiser.steps,
            "history": [asdict(record) for record in self.history],
        }
        return Checkpoint(tensors, facts)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to a checkpoint of the same recipe and corpus.

        Raises:
            TrainingError: it belongs to another run; the message names what differs.
        """
        facts = checkpoint.facts
        then, now = facts["recipe"], self.recipe.to_json()
        differs = [
            f"{k} was {then.get(k)!r}, is {now.get(k)!r}" for k in then | now if then.get(k) != now.get(k)
        ]
        if facts["corpus"] != fingerprint(self.corpus):
            differs.append("the training names are not the same")
        if differs:
            raise TrainingError(
                f"cannot resume, the checkpoint belongs to another run: {'; '.join(differs)}. Give the "
                "same settings as then, or train from the start"
            )
        for group, named in self.learner.state().items():
            for name, tensor in named.items():
                tensor[...] = checkpoint.tensors[f"{group}/{name}"]
        self.best = {name: checkpoint.tensors[f"best/{name}"] for name in self.network.params}
        self.rng.bit_generator.state = facts["rng_state"]
        self.learner.optimiser.steps = facts["optimiser_steps"]
        self.history = [EpochRecord(**record) for record in facts["history"]]

    def back_to_best(self) -> int:
        """Take the weights of the best epoch, and say which one it was."""
        self.network.load(self.best)
        judged = [_judged(record) for record in self.history]
        return max(i + 1 for i, value in enumerate(judged) if value == min(judged))

    def classifier(self, epochs: int) -> Classifier:
        """The network as it stands after so many epochs, its calibration, and the facts of its training."""
        origins, first = self.corpus.origins, self.calibrated
        facts: dict[str, Any] = {
            "recipe": self.recipe.to_json(),
            "cognomen": version("cognomen"),
            "source": self.corpus.source,
            "data": _about(self.corpus),
            "corpus_sha256": fingerprint(self.corpus),
            "names": len(self.training),
            "refit": first is not None,
            "epochs": epochs,
        }
        if first is None:
            calibration, measured = self._calibrate()
            facts |= measured
        else:
            calibration = first.calibration
            facts |= {key: first.facts[key] for key in MEASURED if key in first.facts}
        priors = self.priors.tolist()
        card = model_card(origins, priors, facts)
        return Classifier(self.network, self.alphabet, origins, priors, calibration, facts, card)

    def _calibrate(self) -> tuple[Calibration, dict[str, Any]]:
        """What the names held out say of the network, as it stands."""
        logits = self._validation_logits()
        calibration = replace(
            fit_calibration(logits, self.validation.labels), unlike_above=self._unlike_above()
        )
        facts: dict[str, Any] = {
            "validation_names": len(self.validation),
            "history": [asdict(record) for record in self.history],
        }
        if len(self.validation):
            p = softmax_with_temperature(logits, calibration.temperature)
            measured = evaluate(p, self.validation.labels, self.corpus.origins)
            keys = ("accuracy", "macro_f1", "log_loss", "ece")
            facts["validation"] = {key: round(float(getattr(measured, key)), 4) for key in keys}
        return calibration, facts

    def _unlike_above(self) -> float | None:
        """The surprise that hardly a name held out exceeds, where there are enough of them to tell."""
        ngrams = self.network.ngrams
        if ngrams is None or len(self.validation) * (1 - LIKE_TRAINING) < 1:
            return None
        found = ngrams.bits_per_letter(self.validation.texts)
        return round(float(np.quantile(found, LIKE_TRAINING)), 4)


def _shares(labels: Ids, count: int) -> NDArray[np.float64]:
    """The shares of so many origins among labels (N,)."""
    return np.asarray(np.bincount(labels, minlength=count) / len(labels))


def _about(corpus: Corpus) -> str:
    """What a model says of its data; counts and no names, as models are shared where the data may not be."""
    report = corpus.report
    lines = [
        *([KNOWN_CORPORA[corpus.source]] if corpus.source in KNOWN_CORPORA else []),
        f"{report.rows_read:,} rows read, {report.rows_kept:,} kept: {report.names_kept:,} different names, "
        f"{len(report.shared):,} of them under several origins",
        *(f"{count:,} rows dropped as {reason}" for reason, count in report.counts.items()),
    ]
    return "\n".join(lines)


def _judged(record: EpochRecord) -> float:
    """What decides which epoch was best: the loss on names not trained on, where there are any."""
    return record.train_loss if record.validation_loss is None else record.validation_loss


def _check_enough(corpus: Corpus, labels: NDArray[np.int64]) -> None:
    """There must be something to tell apart, and a training name of each origin; labels (N,) are theirs."""
    if len(corpus.origins) < 2:
        raise TrainingError(
            f"expected names of two or more origins in {corpus.source}, got {list(corpus.origins)}"
        )
    counts = np.bincount(labels, minlength=len(corpus.origins))
    if (counts == 0).any():
        lacking = [origin for origin, count in zip(corpus.origins, counts, strict=True) if count == 0]
        raise TrainingError(
            f"no training names are left of {lacking}: give more names, or a smaller validation_share"
        )


def fingerprint(corpus: Corpus) -> str:
    """The SHA-256 of all names and labels, in their order."""
    lines = [f"{name}\t{label}\n" for name, label in zip(corpus.names, corpus.labels, strict=True)]
    lines += [f"{corpus.outside} from outside\n"] if corpus.outside else []
    return hashlib.sha256("".join(lines).encode()).hexdigest()

"""One training run: its names, its network, its optimiser, and how far it has come."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cognomen.alphabet import UNKNOWN, Alphabet
from cognomen.calibration import Calibration, fit_calibration, softmax_with_temperature
from cognomen.card import model_card
from cognomen.checkpoint import Checkpoint
from cognomen.classifier import Classifier
from cognomen.corpora import KNOWN_CORPORA, Corpus
from cognomen.divergence import check_finite, check_sound
from cognomen.errors import TrainingError
from cognomen.evaluation import evaluate
from cognomen.network import Network
from cognomen.ngrams import frequent_ngrams
from cognomen.progress import EpochRecord, Progress
from cognomen.recipe import Recipe
from cognomen.rnn.layers import Array, Ids
from cognomen.rnn.losses import cross_entropy, disagreement
from cognomen.rnn.optim import AdamW, climb, clip_grad_norm, one_cycle
from cognomen.splits import validation_mask
from cognomen.text import normalise

__all__ = ["Names", "Run", "fingerprint"]

MEASURED = ("validation_names", "history", "validation")  # what a second run takes over from the first

AVERAGED = 4  # weights of so many steps in each epoch

LIKE_TRAINING = 0.995  # share of the names held out that may not count as unlike the training


@dataclass(frozen=True)
class Names:
    """Names as a network reads them: ids (M,) laid end to end, lengths (N,), labels (N,)."""

    ids: Ids
    lengths: Ids
    labels: Ids

    @cached_property
    def starts(self) -> Ids:
        """Where each name begins, (N,)."""
        return np.asarray(np.cumsum(self.lengths) - self.lengths)

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, which: NDArray[np.int64]) -> tuple[Ids, Ids, Ids]:
        """Ids, lengths and labels of some of the names."""
        lengths = self.lengths[which]
        before = np.cumsum(lengths) - lengths  # letters of the names before
        places = np.repeat(self.starts[which] - before, lengths) + np.arange(lengths.sum())
        return self.ids[places], lengths, self.labels[which]


class Run:
    """A training run: the network, its optimiser, the source of chance, and how far it has come.

    The `learner` is what steps change; `network` answers. They are the same, unless weights are averaged.

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
        share = 0.0 if calibrated else recipe.validation_share
        held_out = validation_mask(corpus.names, share, recipe.seed, corpus.labels)
        readable = np.array([name != "" for name in letters], bool)  # (N,); no letters, nothing to learn from
        parts = (readable & ~held_out, readable & held_out)
        _check_enough(corpus, labels[parts[0]])
        shown = [letters[i] for i in np.flatnonzero(parts[0])]
        min_count = min(recipe.min_letter_count, math.ceil(len(shown) / 1000))
        self.alphabet = Alphabet.from_names(shown, min_count=min_count)
        letters = [self.alphabet.without_unknown_marks(name) for name in letters]
        self.training, self.validation = (
            Names(*self.alphabet.encode_all([letters[i] for i in np.flatnonzero(part)]), labels[part])
            for part in parts
        )
        architecture = recipe.architecture(len(self.alphabet), len(corpus.origins))
        self.learner = Network(
            architecture,
            ngrams=self._ngrams(),
            dropout=recipe.dropout,
            ngram_dropout=recipe.ngram_dropout,
            rng=self.rng,
        )
        self.network = self.learner if recipe.average_from == 1 else deepcopy(self.learner)
        self.optimiser = AdamW(self.learner.params, recipe.learning_rate, weight_decay=recipe.weight_decay)
        counts = np.bincount(self.training.labels, minlength=len(corpus.origins))
        self.priors = counts / counts.sum()  # (C,)
        self.favour = (recipe.balance * np.log(self.priors)).astype(self.network.dtype)  # (C,)
        self.steps_per_epoch = math.ceil(len(self.training) / recipe.batch_size)
        self.history: list[EpochRecord] = []
        self.best: dict[str, Array] = {}

    def _ngrams(self) -> tuple[Ids, Ids] | None:
        """The n-grams of the training names that get weights, or None."""
        if not self.recipe.longest_ngram:
            return None
        return frequent_ngrams(
            self.training.ids,
            self.training.lengths,
            longest=self.recipe.longest_ngram,
            min_count=self.recipe.min_ngram_count,
            alphabet_size=len(self.alphabet),
        )

    def epoch(self, on_progress: Callable[[Progress], None]) -> None:
        """See every training name once, then measure on the validation names."""
        seen, loss, right, began = 0, 0.0, 0.0, time.perf_counter()
        order = self.rng.permutation(len(self.training))
        for step in range(self.steps_per_epoch):
            batch = order[step * self.recipe.batch_size : (step + 1) * self.recipe.batch_size]
            batch_loss, batch_right = self._step(batch)
            seen, loss, right = seen + len(batch), loss + batch_loss * len(batch), right + batch_right
            pace = seen / (time.perf_counter() - began)
            progress = Progress(
                self._told_before + len(self.history) + 1,
                self.recipe.epochs * (2 if self.recipe.refits else 1),
                step + 1,
                self.steps_per_epoch,
                loss / seen,
                right / seen,
                pace,
            )
            if step + 1 < self.steps_per_epoch:
                on_progress(progress)
        self._record(loss / seen, right / seen)
        on_progress(replace(progress, record=replace(self.history[-1], epoch=progress.epoch)))

    @property
    def _told_before(self) -> int:
        """Epochs of the first run, which count in what is told."""
        return self.recipe.epochs if self.calibrated else 0

    def _step(self, batch: NDArray[np.int64]) -> tuple[float, float]:
        """Learn from one batch: its loss, and how many of its names were answered right."""
        recipe = self.recipe
        readings = 2 if recipe.agreement else 1  # of each name, under different noise
        ids, lengths, labels = self.training.take(np.tile(batch, readings))
        ids = np.where(self.rng.random(len(ids)) < recipe.letter_dropout, UNKNOWN, ids)
        # A run that diverges overflows on its way; check_sound says so in plain words.
        with np.errstate(all="ignore"):
            parts, backward = self.learner.forward_parts(ids, lengths, self.rng)
            logits = sum(parts[1:], start=parts[0])  # (N, C)
            loss, dlogits = self._loss(logits, labels)
            if recipe.agreement:
                dlogits += recipe.agreement * self._disagreement(logits)
            dparts = [dlogits] * len(parts)
            if len(parts) > 1:  # else the n-grams, which are quicker, leave the recurrent part too little
                dparts[0] = dlogits + recipe.alone * self._loss(parts[0], labels)[1]
            self.learner.zero_grad()
            backward(dparts)
            norm = clip_grad_norm(self.learner.grads, recipe.clip)
            epoch = self._told_before + len(self.history) + 1
            where = f"epoch {epoch}, step {self.optimiser.steps % self.steps_per_epoch + 1}"
            check_sound(loss, norm, len(batch), len(self.priors), where, recipe)
            schedule = one_cycle if recipe.average_from == 1 else climb
            self.optimiser.learning_rate = schedule(self.optimiser.steps, self._steps, recipe.learning_rate)
            self.optimiser.step(self.learner.grads)
        if self.network is not self.learner:
            self._average()
        return loss, (logits.argmax(axis=1) == labels).sum() / readings

    @property
    def _steps(self) -> int:
        """Of all epochs."""
        return self.recipe.epochs * self.steps_per_epoch

    def _average(self) -> None:
        """Let the network that answers be the mean of what the learner was, at some steps of each epoch.

        Until the first of these it is what the learner is at an epoch's end.
        """
        every = max(1, self.steps_per_epoch // AVERAGED)
        count = self.optimiser.steps // every - math.ceil(self.recipe.average_from * self._steps / every) + 1
        if count > 0 and self.optimiser.steps % every == 0:
            for name, mean in self.network.params.items():
                mean += (self.learner.params[name] - mean) / count
        elif count <= 0 and self.optimiser.steps % self.steps_per_epoch == 0:
            self.network.load(self.learner.params)

    def _loss(self, logits: Array, labels: Ids) -> tuple[float, Array]:
        """The cross-entropy of logits (N, C), and its gradient.

        Logit adjustment (Menon et al. 2021): what the origins' shares explain, the network need not learn.
        """
        return cross_entropy(logits + self.favour, labels, label_smoothing=self.recipe.label_smoothing)

    def _disagreement(self, logits: Array) -> Array:
        """The gradient (N, C) of how far the names' first readings, half of the rows, are from the second."""
        first, second = np.split(logits + self.favour, 2)
        return np.concatenate(disagreement(first, second)[1:])

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
            logits = self.network.logits(self.validation.ids, self.validation.lengths)
        check_finite(logits, f"epoch {len(self.history) + 1}", self.recipe)
        return logits

    def checkpoint(self) -> Checkpoint:
        """All that the rest of the run depends on."""
        groups = {"learner": self.learner.params, "best": self.best, "optimiser": self.optimiser.state}
        if self.network is not self.learner:
            groups["network"] = self.network.params
        tensors = {f"{group}/{name}": t for group, named in groups.items() for name, t in named.items()}
        facts = {
            "recipe": self.recipe.to_json(),
            "corpus": fingerprint(self.corpus),
            "chance": self.rng.bit_generator.state,
            "optimiser_steps": self.optimiser.steps,
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
        groups = {"learner": self.learner.params, "optimiser": self.optimiser.state}
        if self.network is not self.learner:
            groups["network"] = self.network.params
        for group, named in groups.items():
            for name, tensor in named.items():
                tensor[...] = checkpoint.tensors[f"{group}/{name}"]
        self.best = {name: checkpoint.tensors[f"best/{name}"] for name in self.network.params}
        self.rng.bit_generator.state = facts["chance"]
        self.optimiser.steps = facts["optimiser_steps"]
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
        found = ngrams.surprise(self.validation.ids, self.validation.lengths)
        return round(float(np.quantile(found, LIKE_TRAINING)), 4)


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
    lines = (f"{name}\t{label}\n" for name, label in zip(corpus.names, corpus.labels, strict=True))
    return hashlib.sha256("".join(lines).encode()).hexdigest()

"""A training run: epoch after epoch, measured, checkpointed, and able to go on after it was stopped."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.priors import DefaultPrior
from cognomen.corpora import Corpus
from cognomen.errors import TrainingError
from cognomen.network.hashed_ngrams import HashedNgrams
from cognomen.network.hashing import HashTables, ngram_table
from cognomen.network.network import Network
from cognomen.network.ngrams import frequent_ngrams
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.losses import cross_entropy
from cognomen.training.calibrate import populations_of
from cognomen.training.checkpoint import Checkpoint
from cognomen.training.config import TrainingConfig
from cognomen.training.dataset import Dataset, corpus_sha256
from cognomen.training.divergence import check_finite
from cognomen.training.letters import learn_letters
from cognomen.training.name_rows import fit_name_rows
from cognomen.training.step import TrainStep

AVERAGES_PER_EPOCH = 4  # SWA averages as well with a few weights of each epoch as with all of them

MOST_BYTES = 4e9  # for exact n-grams

ROW_PRIOR_POWER = 0.3  # of the origins' populations

OUTSIDE = 1 / 3  # names from outside are shown in this share of the epochs, the first ones


@dataclass(frozen=True)
class EpochRecord:
    """The figures of one epoch; those of the validation names are None where there are none."""

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None

    @property
    def criterion(self) -> float:
        """What the best epoch has least of: the validation loss, or else the training loss."""
        return self.train_loss if self.validation_loss is None else self.validation_loss


@dataclass(frozen=True)
class Progress:
    """The progress of a run after a step; the last step of an epoch has its `record`.

    `epoch` and `step` count from 1; `loss` and `accuracy` are means over the names of this epoch so far.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    accuracy: float
    names_per_second: float
    record: EpochRecord | None = None


class TrainingRun:
    """A run through all epochs of a config.

    Args:
        corpus: surnames and their origins.
        config: the settings.
        refit: whether this is the second run, on all names: none is held out, and `Progress` counts its
            epochs after those of the first.
        validation: the names that are held out, instead of some of the corpus.

    Attributes:
        dataset: the names to train on, and those held out.
        rng: the source of initial weights, order and dropout.
        train_step: trains on a batch.
        network: the network that answers.
        history: the record of each epoch so far.
        best: the weights of the best epoch.
    """

    def __init__(
        self,
        corpus: Corpus,
        config: TrainingConfig,
        *,
        refit: bool = False,
        validation: Corpus | None = None,
    ) -> None:
        self.corpus, self.config, self.refit = corpus, config, refit
        self.rng = np.random.default_rng(config.seed)
        self.dataset = Dataset.of(corpus, config, hold_out=not refit, validation=validation)
        self.outside_epochs = round(OUTSIDE * config.epochs) if corpus.outside else 0
        self.train_step = self._train_step()
        self.network = self.train_step.averaged
        self.history: list[EpochRecord] = []
        self.best: dict[str, Array] = {}

    def _train_step(self) -> TrainStep:
        """A network with random weights, and what trains it."""
        config, data = self.config, self.dataset
        architecture = config.architecture(len(data.alphabet), len(data.priors))
        network = Network(
            architecture,
            ngrams=self._ngrams() if config.longest_ngram else None,
            dropout=config.dropout,
            ngram_dropout=config.ngram_dropout,
            rng=self.rng,
        )
        steps = [math.ceil(self.shown_in(epoch) / config.batch_size) for epoch in range(config.epochs)]
        return TrainStep(
            network,
            config,
            data.priors,
            steps=sum(steps),
            average_after=max(config.swa_start * sum(steps), sum(steps[: self.outside_epochs])),
            average_every=max(1, steps[-1] // AVERAGES_PER_EPOCH),
        )

    def _ngrams(self) -> tuple[Ids, Ids] | HashTables:
        """The n-grams that get weights."""
        config, data = self.config, self.dataset
        letters = {
            "longest": config.longest_ngram,
            "min_count": config.min_ngram_count,
            "alphabet_size": len(data.alphabet),
        }
        texts = data.training.texts
        if not config.ngram_rank:
            exact = frequent_ngrams(texts, **letters)
            self._check_memory(len(exact[0]))
            return exact
        return HashTables.of_ngrams(*ngram_table(texts, bits=config.ngram_bits, **letters), config.ngram_rank)

    def learn_letters(self) -> None:
        """Learn the letters that hardly any name has, and those of scripts in which hardly any is written."""
        data, facts = self.dataset, self.corpus.origin_facts
        if data.words is not None and facts is not None:
            told = [script.upper() for origin in self.corpus.origins for script in facts[origin].scripts]
            of_them = np.flatnonzero(np.isin(data.alphabet.scripts, told))
            often = np.bincount(data.training.texts.data) >= self.config.min_letter_count
            known = np.setdiff1d(np.flatnonzero(often), of_them)
            learn_letters(self.network, data.words, known, np.random.default_rng(self.config.seed))

    def fit_names(self) -> None:
        """Give the most common names rows of their own, if the network has room for them."""
        if isinstance(self.network.ngrams, HashedNgrams):
            data = self.dataset
            often = np.ones(len(data.training)) if data.frequencies is None else data.frequencies
            fit_name_rows(
                self.network,
                data.training,
                often,
                data.prior_correction(data.own),
                self.config.name_bits,
                np.random.default_rng(self.config.seed),
                self._log_prior_of_rows(),
                data.unlisted,
            )

    def _log_prior_of_rows(self) -> NDArray[np.float64] | float:
        """The prior under which names' rows are fitted, over the training's: halfway to that of all people.

        Answers are asked for under both, and what is negligible under one may decide under the other.
        """
        populations = populations_of(self.corpus)
        if populations is None:
            return 0.0
        return np.log(DefaultPrior(populations, ROW_PRIOR_POWER).shares) - np.log(self.dataset.priors)

    def _check_memory(self, ngrams: int) -> None:
        """Refuse exact n-grams that would fill the memory, before they do.

        Each has a weight for each origin, four more numbers for its gradient, its moments and its average,
        and a place in the table of n-grams for each letter.
        """
        origins, letters = len(self.dataset.priors), len(self.dataset.alphabet)
        needed = ngrams * 4 * (5 * origins + letters + 1)  # bytes
        if needed > MOST_BYTES:
            raise TrainingError(
                f"{ngrams:,} n-grams of {letters:,} letters, with weights for {origins} origins, would take "
                f"{needed / 1e9:.0f} GB of memory; expected at most {MOST_BYTES / 1e9:.0f}. Give n-grams and "
                "names found by hash weights of low rank instead: --ngram-rank 32, or ngram_rank=32."
            )

    def shown_in(self, epoch: int) -> int:
        """How many training names an epoch shows, counted from 0: those from outside only at first."""
        return len(self.dataset.training) if epoch < self.outside_epochs else self.dataset.own

    def epoch(self, on_progress: Callable[[Progress], None]) -> None:
        """Train on every name once, then measure on the validation names."""
        config, names = self.config, self.dataset.training
        shown = self.shown_in(len(self.history))
        order = self.dataset.show(shown, self.rng)
        batches = [order[i : i + config.batch_size] for i in range(0, len(order), config.batch_size)]
        correction = self.dataset.prior_correction(shown)
        self.train_step.prior_correction = correction.astype(self.network.dtype)
        epoch = len(self.history) + 1 + (config.epochs if self.refit else 0)
        epochs = config.epochs * (2 if config.refits else 1)
        seen, loss, right, began = 0, 0.0, 0.0, time.perf_counter()
        for step, batch in enumerate(batches, 1):
            batch_loss, batch_right = self.train_step(names[batch], self.rng, f"epoch {epoch}, step {step}")
            seen, loss, right = seen + len(batch), loss + batch_loss * len(batch), right + batch_right
            pace = seen / (time.perf_counter() - began)
            progress = Progress(epoch, epochs, step, len(batches), loss / seen, right / seen, pace)
            if step < len(batches):
                on_progress(progress)
        self.train_step.end_epoch()
        self._record(loss / seen, right / seen)
        on_progress(replace(progress, record=replace(self.history[-1], epoch=epoch)))

    def _record(self, loss: float, accuracy: float) -> None:
        """Add an epoch to the history, and keep its weights if they are the best so far."""
        record = EpochRecord(len(self.history) + 1, loss, accuracy, None, None)
        if len(self.dataset.validation):
            logits, names = self.validation_logits(), self.dataset.validation
            right = float((logits.argmax(axis=1) == names.labels).mean())
            validation_loss, _ = cross_entropy(logits, names.targets(logits.shape[1]))
            record = replace(record, validation_loss=validation_loss, validation_accuracy=right)
        if all(record.criterion <= before.criterion for before in self.history):
            self.best = {name: param.copy() for name, param in self.network.params.items()}
        self.history.append(record)  # last: Ctrl-C may come at any time, and a history needs its best weights

    def validation_logits(self) -> Array:
        """The network's logits for the validation names, (N, C).

        Raises:
            TrainingError: they are not finite; the last step of an epoch may have diverged unnoticed.
        """
        with np.errstate(all="ignore"):
            logits = self.network.logits(self.dataset.validation.texts)
        check_finite(logits, f"epoch {len(self.history) + 1}", self.config)
        return logits

    def load_best(self) -> int:
        """Load the weights of the best epoch; its number, counted from 1."""
        self.network.load(self.best)
        return min(self.history, key=lambda record: (record.criterion, -record.epoch)).epoch

    # --- checkpoints --------------------------------------------------------------------------------------

    def checkpoint(self) -> Checkpoint:
        """Everything that the rest of the run depends on."""
        groups = self.train_step.state() | {"best": self.best}
        tensors = {f"{group}/{name}": t for group, named in groups.items() for name, t in named.items()}
        facts = {
            "config": self.config.to_json(),
            "corpus": corpus_sha256(self.corpus),
            "rng_state": self.rng.bit_generator.state,
            "optimiser_steps": self.train_step.optimiser.steps,
            "history": [asdict(record) for record in self.history],
        }
        return Checkpoint(tensors, facts)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to a checkpoint of the same config and corpus.

        Raises:
            TrainingError: it belongs to another run; the message names what differs.
        """
        facts = checkpoint.facts
        then, now = facts["config"], self.config.to_json()
        differs = [
            f"{k} was {then.get(k)!r}, is {now.get(k)!r}" for k in then | now if then.get(k) != now.get(k)
        ]
        if facts["corpus"] != corpus_sha256(self.corpus):
            differs.append("the training names are not the same")
        if differs:
            raise TrainingError(
                f"cannot resume, the checkpoint belongs to another run: {'; '.join(differs)}. Use the same "
                "settings as then, or train from the start"
            )
        for group, named in self.train_step.state().items():
            for name, tensor in named.items():
                tensor[...] = checkpoint.tensors[f"{group}/{name}"]
        self.best = {name: checkpoint.tensors[f"best/{name}"] for name in self.network.params}
        self.rng.bit_generator.state = facts["rng_state"]
        self.train_step.optimiser.steps = facts["optimiser_steps"]
        self.history = [EpochRecord(**record) for record in facts["history"]]

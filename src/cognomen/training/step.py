"""One step of training: the loss of a batch, its gradient, a step of the optimiser, the averaged weights."""

from __future__ import annotations

import math
from copy import deepcopy

import numpy as np
from numpy.typing import NDArray

from cognomen.network.network import Network
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.losses import cross_entropy, disagreement
from cognomen.rnn.optim import AdamW
from cognomen.rnn.schedules import one_cycle, warmup
from cognomen.rnn.training_loop import take_step
from cognomen.text.alphabet import UNKNOWN
from cognomen.training.config import TrainingConfig
from cognomen.training.dataset import Names
from cognomen.training.divergence import check_sound


class TrainStep:
    """Trains a network batch by batch, and keeps the average of its weights.

    Args:
        network: its weights change in place.
        config: the settings.
        priors: the shares of the origins among the names that answers will be about, (C,).
        steps: how many there will be, for the schedule of the learning rate.
        average_after: how many steps, 1 or more, come before the weights are averaged.
        average_every: how many steps lie between two weights that enter the average.

    Attributes:
        network: the network that is trained.
        averaged: the network that answers: with the averaged weights, or the same network without averaging.
        optimiser: counts the steps.
        class_log_prior: what `logit_adjustment` adds to the logits, (C,).
        prior_correction: log(shares of the origins among the names shown / `priors`), (C,) or 0.
    """

    def __init__(
        self,
        network: Network,
        config: TrainingConfig,
        priors: NDArray[np.float64],
        *,
        steps: int,
        average_after: float,
        average_every: int,
    ) -> None:
        self.network, self.config, self.steps = network, config, steps
        self.average_after, self.average_every = average_after, average_every
        network.compile(steps * config.batch_size)  # names, each of a letter or more
        self.averaging = config.swa_start < 1
        self.averaged = deepcopy(network) if self.averaging else network
        self.optimiser = AdamW(network.params, config.learning_rate, weight_decay=config.weight_decay)
        self.class_log_prior = (config.logit_adjustment * np.log(priors)).astype(network.dtype)
        self.prior_correction: Array | float = 0.0

    def __call__(self, names: Names, rng: np.random.Generator, where: str) -> tuple[float, float]:
        """Train on a batch: the mean cross-entropy of its names, and how many were predicted right.

        Args:
            names: the batch.
            rng: draws the dropout noise.
            where: the name of this step in an error.

        Raises:
            TrainingError: training diverged.
        """
        config, count = self.config, len(names)
        # The passes over a name differ in the dropout of its letters, its n-grams and the pooled vector; a
        # prefix that they share is read once, with one noise.
        passes = 2 if config.rdrop_alpha else 1
        names = names[np.tile(np.arange(count), passes)]
        dropped = rng.random(len(names.texts.data)) < config.letter_dropout
        texts = names.texts.with_data(np.where(dropped, UNKNOWN, names.texts.data))
        schedule = warmup if self.averaging else one_cycle
        # Numbers overflow on the way to a divergence; check_sound reports that in plain words.
        with np.errstate(all="ignore"):
            parts, back = self.network.forward_parts(texts, rng)
            targets = names.targets(parts[0].shape[1])
            loss, logits, dparts = self._loss_of_parts(parts, targets)
            self.optimiser.learning_rate = schedule(self.optimiser.steps, self.steps, config.learning_rate)
            take_step(
                self.network,
                self.optimiser,
                lambda: back(dparts),
                clip=config.clip,
                check=lambda norm: check_sound(loss, norm, count, logits.shape[1], where, config),
            )
        self._average()
        return loss, (logits.argmax(axis=1) == names.labels).sum() / passes

    def end_epoch(self) -> None:
        """Copy the weights to the network that answers, until there is an average."""
        if self.averaging and self._averages <= 0:
            self.averaged.load(self.network.params)

    def _average(self) -> None:
        """Add the weights to the average, if it is time."""
        if self._averages > 0 and self.optimiser.steps % self.average_every == 0:
            for name, mean in self.averaged.params.items():
                mean += (self.network.params[name] - mean) / self._averages

    @property
    def _averages(self) -> int:
        """How many steps' weights have been averaged; 0 or less before the first."""
        if not self.averaging:
            return 0
        first = math.ceil(self.average_after / self.average_every)
        return self.optimiser.steps // self.average_every - first + 1

    def state(self) -> dict[str, dict[str, Array]]:
        """The arrays that later steps depend on, in groups: for a checkpoint to read and to write."""
        groups = {"network": self.network.params, "optimiser": self.optimiser.state}
        return groups | ({"averaged": self.averaged.params} if self.averaging else {})

    def _loss_of_parts(self, parts: list[Array], labels: Ids | Array) -> tuple[float, Array, list[Array]]:
        """The cross-entropy of the summed logits (N, C), this sum, and the gradient by each part.

        The gradients are those of the whole training loss: with R-Drop, and the recurrent part's own loss.
        """
        config = self.config
        logits = sum(parts[1:], start=parts[0])  # (N, C)
        loss, dlogits = self._loss(logits, labels)
        if config.rdrop_alpha:
            first, second = np.split(self._adjusted(logits), 2)  # the two passes
            dlogits += config.rdrop_alpha * np.concatenate(disagreement(first, second)[1:])
        dparts = [dlogits] * len(parts)
        if len(parts) > 1:  # n-grams learn faster, and would leave too little for the recurrent part to learn
            dparts[0] = dlogits + config.rnn_loss_weight * self._loss(parts[0], labels)[1]
        return loss, logits, dparts

    def _loss(self, logits: Array, labels: Ids | Array) -> tuple[float, Array]:
        """The cross-entropy of logits (N, C), and its gradient."""
        return cross_entropy(self._adjusted(logits), labels, label_smoothing=self.config.label_smoothing)

    def _adjusted(self, logits: Array) -> Array:
        """The logits with the priors added, which the network then need not learn (Menon et al. 2021)."""
        return np.asarray(logits + self.class_log_prior + self.prior_correction)

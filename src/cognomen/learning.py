"""What one batch of names changes: the loss, its gradient, a step of the optimiser, the averaged weights."""

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cognomen.alphabet import UNKNOWN
from cognomen.divergence import check_sound
from cognomen.network import Network
from cognomen.recipe import Recipe
from cognomen.rnn.layers import Array, Ids
from cognomen.rnn.losses import cross_entropy, disagreement
from cognomen.rnn.optim import AdamW, climb, clip_grad_norm, one_cycle

__all__ = ["Learner", "Names"]

AVERAGED = 4  # weights of so many steps in each epoch


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


class Learner:
    """A network that learns from one batch after another, and the one that answers for it.

    Args:
        network: its weights will change.
        recipe: the settings.
        priors: the origins' shares of the training names, (C,).
        steps_per_epoch: how many batches all training names make.

    Attributes:
        network: what steps change.
        answering: the same network; or the mean of what it was at many steps, if weights are averaged.
        optimiser: it counts the steps.
    """

    def __init__(
        self, network: Network, recipe: Recipe, priors: NDArray[np.float64], steps_per_epoch: int
    ) -> None:
        self.network, self.recipe, self.steps_per_epoch = network, recipe, steps_per_epoch
        self.averages = recipe.average_from < 1
        self.answering = deepcopy(network) if self.averages else network
        self.optimiser = AdamW(network.params, recipe.learning_rate, weight_decay=recipe.weight_decay)
        self.favour = (recipe.balance * np.log(priors)).astype(network.dtype)  # (C,)
        self.steps = recipe.epochs * steps_per_epoch  # of all epochs

    def step(
        self, names: Names, batch: NDArray[np.int64], rng: np.random.Generator, epoch: int
    ) -> tuple[float, float]:
        """Learn from a batch of the names: its loss, and how many of its names were answered right.

        Args:
            names: all that there are to learn from.
            batch: which of them, (B,).
            rng: the source of all noise.
            epoch: what an error calls this epoch.

        Raises:
            TrainingError: the loss or its gradient is no longer sound.
        """
        recipe = self.recipe
        readings = 2 if recipe.agreement else 1  # of each name, under different noise
        ids, lengths, labels = names.take(np.tile(batch, readings))
        ids = np.where(rng.random(len(ids)) < recipe.letter_dropout, UNKNOWN, ids)
        # A run that diverges overflows on its way; check_sound says so in plain words.
        with np.errstate(all="ignore"):
            loss, logits = self._back(ids, lengths, labels, rng)
            norm = clip_grad_norm(self.network.grads, recipe.clip)
            where = f"epoch {epoch}, step {self.optimiser.steps % self.steps_per_epoch + 1}"
            check_sound(loss, norm, len(batch), len(self.favour), where, recipe)
            schedule = climb if self.averages else one_cycle
            self.optimiser.learning_rate = schedule(self.optimiser.steps, self.steps, recipe.learning_rate)
            self.optimiser.step(self.network.grads)
        if self.averages:
            self._average()
        return loss, (logits.argmax(axis=1) == labels).sum() / readings

    def state(self) -> dict[str, dict[str, Array]]:
        """The arrays that all later steps depend on, in groups; to be read, or to be written back."""
        groups = {"learner": self.network.params, "optimiser": self.optimiser.state}
        return groups | ({"network": self.answering.params} if self.averages else {})

    def _back(self, ids: Ids, lengths: Ids, labels: Ids, rng: np.random.Generator) -> tuple[float, Array]:
        """Read names forwards and backwards: the loss of all evidence together, and the logits (N, C)."""
        recipe = self.recipe
        parts, backward = self.network.forward_parts(ids, lengths, rng)
        logits = sum(parts[1:], start=parts[0])  # (N, C)
        loss, dlogits = self._loss(logits, labels)
        if recipe.agreement:
            dlogits += recipe.agreement * self._disagreement(logits)
        dparts = [dlogits] * len(parts)
        if len(parts) > 1:  # else the n-grams, which are quicker, leave the recurrent part too little
            dparts[0] = dlogits + recipe.alone * self._loss(parts[0], labels)[1]
        self.network.zero_grad()
        backward(dparts)
        return loss, logits

    def _loss(self, logits: Array, labels: Ids) -> tuple[float, Array]:
        """The cross-entropy of logits (N, C), and its gradient.

        Logit adjustment (Menon et al. 2021): what the origins' shares explain, the network need not learn.
        """
        return cross_entropy(logits + self.favour, labels, label_smoothing=self.recipe.label_smoothing)

    def _disagreement(self, logits: Array) -> Array:
        """The gradient (N, C) of how far the names' first readings, half of the rows, are from the second."""
        first, second = np.split(logits + self.favour, 2)
        return np.concatenate(disagreement(first, second)[1:])

    def _average(self) -> None:
        """Let the network that answers be the mean of what the other was, at some steps of each epoch.

        Until the first of these it is what the other is at an epoch's end.
        """
        done, every = self.optimiser.steps, max(1, self.steps_per_epoch // AVERAGED)
        count = done // every - math.ceil(self.recipe.average_from * self.steps / every) + 1
        if count > 0 and done % every == 0:
            for name, mean in self.answering.params.items():
                mean += (self.network.params[name] - mean) / count
        elif count <= 0 and done % self.steps_per_epoch == 0:
            self.answering.load(self.network.params)

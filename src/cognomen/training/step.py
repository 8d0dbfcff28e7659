"""What one batch of names changes: the loss, its gradient, a step of the optimiser, the averaged weights."""

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cognomen.network.network import Network
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.losses import cross_entropy, disagreement
from cognomen.rnn.optim import AdamW, clip_grad_norm, one_cycle, warmup
from cognomen.text.alphabet import UNKNOWN
from cognomen.text.ragged import Ragged
from cognomen.training.config import Recipe
from cognomen.training.divergence import check_sound

__all__ = ["Learner", "Names"]


@dataclass(frozen=True)
class Names:
    """N names of ids and their labels (N,)."""

    texts: Ragged
    labels: Ids

    def __len__(self) -> int:
        return len(self.labels)


class Learner:
    """A network that learns from one batch after another, and the one that answers for it.

    Args:
        network: its weights will change.
        recipe: the settings.
        priors: the origins' shares of the names that answers will be about, (C,).
        steps: how many there will be.
        average_after: weights are averaged after this many of them, and then
        average_every: after each so many more.

    Attributes:
        network: what steps change.
        answering: the same network; or the mean of what it was at many steps, if weights are averaged.
        optimiser: it counts the steps.
        excess: the logarithm of the origins' shares of the names learnt from over `priors`, (C,) or 0.
    """

    def __init__(
        self,
        network: Network,
        recipe: Recipe,
        priors: NDArray[np.float64],
        *,
        steps: int,
        average_after: float,
        average_every: int,
    ) -> None:
        self.network, self.recipe, self.steps = network, recipe, steps
        self.average_after, self.average_every = average_after, average_every
        self.averages = recipe.average_from < 1
        self.answering = deepcopy(network) if self.averages else network
        self.optimiser = AdamW(network.params, recipe.learning_rate, weight_decay=recipe.weight_decay)
        self.favour = (recipe.balance * np.log(priors)).astype(network.dtype)  # (C,)
        self.excess: Array | float = 0.0

    def step(
        self, names: Names, batch: NDArray[np.int64], rng: np.random.Generator, where: str
    ) -> tuple[float, float]:
        """Learn from a batch of the names: its loss, and how many of its names were answered right.

        Args:
            names: all that there are to learn from.
            batch: which of them, (B,).
            rng: the source of all noise.
            where: what an error calls this step.

        Raises:
            TrainingError: the loss or its gradient is no longer sound.
        """
        recipe = self.recipe
        readings = 2 if recipe.agreement else 1  # of each name, under different noise
        batch = np.tile(batch, readings)
        texts, labels = names.texts[batch], names.labels[batch]
        ids = np.where(rng.random(len(texts.data)) < recipe.letter_dropout, UNKNOWN, texts.data)
        # A run that diverges overflows on its way; check_sound says so in plain words.
        with np.errstate(all="ignore"):
            loss, logits = self._back(texts.with_data(ids), labels, rng)
            norm = clip_grad_norm(self.network.grads, recipe.clip)
            check_sound(loss, norm, len(batch) // readings, len(self.favour), where, recipe)
            schedule = warmup if self.averages else one_cycle
            self.optimiser.learning_rate = schedule(self.optimiser.steps, self.steps, recipe.learning_rate)
            self.optimiser.step(self.network.grads)
        if self._averaged > 0 and self.optimiser.steps % self.average_every == 0:
            for name, mean in self.answering.params.items():
                mean += (self.network.params[name] - mean) / self._averaged
        return loss, (logits.argmax(axis=1) == labels).sum() / readings

    def epoch_ended(self) -> None:
        """Let the network that answers be what the other is, until there is an average."""
        if self.averages and self._averaged <= 0:
            self.answering.load(self.network.params)

    @property
    def _averaged(self) -> int:
        """How many steps' weights have been averaged; 0 or less before the first."""
        if not self.averages:
            return 0
        first = math.ceil(self.average_after / self.average_every)
        return self.optimiser.steps // self.average_every - first + 1

    def state(self) -> dict[str, dict[str, Array]]:
        """The arrays that all later steps depend on, in groups; to be read, or to be written back."""
        groups = {"learner": self.network.params, "optimiser": self.optimiser.state}
        return groups | ({"network": self.answering.params} if self.averages else {})

    def _back(self, texts: Ragged, labels: Ids, rng: np.random.Generator) -> tuple[float, Array]:
        """Read names forwards and backwards: the loss of all evidence together, and the logits (N, C)."""
        recipe = self.recipe
        parts, backward = self.network.forward_parts(texts, rng)
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
        """The cross-entropy of logits (N, C), and its gradient."""
        return cross_entropy(self._adjusted(logits), labels, label_smoothing=self.recipe.label_smoothing)

    def _disagreement(self, logits: Array) -> Array:
        """The gradient (N, C) of how far the names' first readings, half of the rows, are from the second."""
        first, second = np.split(self._adjusted(logits), 2)
        return np.concatenate(disagreement(first, second)[1:])

    def _adjusted(self, logits: Array) -> Array:
        """What the origins' shares explain, the network need not learn (Menon et al. 2021)."""
        return np.asarray(logits + self.favour + self.excess)

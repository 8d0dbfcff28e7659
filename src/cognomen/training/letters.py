"""Vectors for the letters that no training name has, learned after everything else."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from cognomen.network.network import Network
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.losses import cross_entropy
from cognomen.rnn.optim import AdamW
from cognomen.rnn.training_loop import take_step
from cognomen.training.dataset import Names

VECTORS: Final = "embedding.weight"
EPOCHS: Final = 10
BATCH: Final = 128
RATE: Final = 0.02


def learn_letters(network: Network, words: Names, known: Ids, rng: np.random.Generator) -> None:
    """Learn the vectors of letters of a trained network, in place; its other weights stay as they are.

    Args:
        network: as it answers.
        words: with such letters (see `script_words`).
        known: the ids of the letters that stay as they are.
        rng: draws the order of the words.
    """
    vectors = network.params[VECTORS]  # (V, E)
    optimiser = AdamW({VECTORS: vectors}, RATE, weight_decay=0.0)
    for _ in range(EPOCHS):
        order = rng.permutation(len(words))
        for start in range(0, len(order), BATCH):
            take_step(
                network, optimiser, partial(_backward, network, words[order[start : start + BATCH]], known)
            )


def _backward(network: Network, words: Names, known: Ids) -> None:
    logits, back = network.forward(words.texts)
    _, dlogits = cross_entropy(logits, words.labels)
    back(dlogits)
    gradient: Array = network.grads[VECTORS]
    gradient[known] = 0

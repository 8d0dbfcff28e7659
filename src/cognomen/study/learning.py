"""What the experiments train with: batches, a loop with Adam, a share of right answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cognomen.rnn import Adam, Array, Ids, Layer, Optimiser, minimise
from cognomen.rnn.shapes import Input, Shape, Targets

__all__ = ["Batch", "accuracy", "learn", "make_orthogonal", "one_hot"]

Batch = Callable[[int], tuple[Input, Targets]]  # the number of a step -> inputs and targets


def one_hot(ids: Ids, count: int) -> Array:
    """A 1 at the place of each id, (...) -> (..., count)."""
    return np.eye(count, dtype=np.float32)[ids]


def learn(
    net: Shape,
    batch: Batch,
    steps: int,
    *,
    learning_rate: float = 1e-2,
    optimiser: Optimiser | None = None,
    **options: Any,
) -> list[float]:
    """Train on `steps` batches; return the loss of each.

    Args:
        net: its weights change in place.
        batch: makes the inputs and targets of a step.
        steps: the largest number of steps.
        learning_rate: of Adam, constant.
        optimiser: one to use in place of Adam.
        options: of `minimise`: clip, tolerance, on_progress.
    """
    optimiser = Adam(net.params, learning_rate) if optimiser is None else optimiser
    losses = (net.loss(*batch(step)) for step in range(steps))
    return minimise(losses, net, optimiser, steps, **options)


def accuracy(net: Shape, x: Input, labels: Ids) -> float:
    """The share of right answers, of a net with one answer (N,) for each input."""
    return float((net.predict(x) == labels).mean())


def make_orthogonal(layer: Layer, rng: np.random.Generator) -> None:
    """Set the matrix from state to state of each gate to a random rotation, which preserves the norm.

    Saxe, McClelland & Ganguli 2014; the rotation comes from the QR decomposition of a normal matrix.
    """
    for name, weight in layer.params.items():
        if "weight_hh" in name:
            for block in np.split(weight, len(weight) // weight.shape[1]):  # views: (H, H) each
                q, r = np.linalg.qr(rng.standard_normal(block.shape))
                block[...] = q * np.sign(np.diag(r))

"""Training a shape on examples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cognomen.errors import TrainingError
from cognomen.rnn.arrays import Ids
from cognomen.rnn.engine.blas import one_blas_thread, reuse_memory
from cognomen.rnn.optim import AdamW, clip_grad_norm, one_cycle
from cognomen.rnn.shapes.wiring import Input, Shape, Targets

__all__ = ["fit"]


def fit(
    net: Shape,
    count: int,
    batch: Callable[[Ids], tuple[Input, Targets]],
    *,
    epochs: int,
    batch_size: int = 64,
    learning_rate: float = 3e-3,
    weight_decay: float = 0.01,
    clip: float = 1.0,
    seed: int = 0,
    on_progress: Callable[[float, str], None] = lambda share, words: None,
) -> list[float]:
    """Train on N examples, with AdamW on a one-cycle schedule.

    Args:
        net: its weights change in place.
        count: N.
        batch: makes inputs and targets of some of the examples, given their numbers.
        epochs: how often each is seen.
        batch_size: examples in each step.
        learning_rate: the schedule's peak.
        weight_decay: of AdamW.
        clip: largest norm of a step's gradient.
        seed: of the order, and of dropout's noise.
        on_progress: is told after every step what share is done, and the loss.

    Returns:
        The mean loss of each epoch.

    Raises:
        TrainingError: there is no example, or training diverged.
    """
    if count < 1:
        raise TrainingError("expected one or more examples to learn from, got none")
    rng = np.random.default_rng(seed)
    optimiser = AdamW(net.params, learning_rate, weight_decay=weight_decay)
    batches = -(-count // batch_size)
    losses = []
    reuse_memory()
    with one_blas_thread():
        for step in range(epochs * batches):
            if step % batches == 0:
                order = np.array_split(rng.permutation(count), batches)
            optimiser.learning_rate = one_cycle(step, epochs * batches, learning_rate)
            losses.append(_step(net, optimiser, batch(order[step % batches]), clip, rng))
            on_progress((step + 1) / (epochs * batches), f"loss {np.mean(losses[-50:]):.3f}")
    return [float(np.mean(part)) for part in np.split(np.array(losses), epochs)]


def _step(
    net: Shape, optimiser: AdamW, batch: tuple[Input, Targets], clip: float, rng: np.random.Generator
) -> float:
    """Learn from one batch; its loss."""
    loss, backward = net.loss(*batch, rng)
    net.zero_grad()
    backward()
    if not np.isfinite(clip_grad_norm(net.grads, clip)):
        raise TrainingError(
            f"training diverged after {optimiser.steps} steps: the gradient is not finite. Try a smaller "
            "learning rate."
        )
    optimiser.step(net.grads)
    return loss

"""Training a shape on examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from cognomen.errors import TrainingError
from cognomen.rnn.arrays import Ids
from cognomen.rnn.optim import AdamW, one_cycle
from cognomen.rnn.shapes.wiring import Input, Shape, Targets
from cognomen.rnn.training import Loss, OnProgress, minimise


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
    on_progress: OnProgress = lambda share, message: None,
) -> list[float]:
    """Train on N examples with AdamW and a one-cycle schedule.

    Args:
        net: its weights change in place.
        count: N.
        batch: makes inputs and targets of some of the examples, given their indices.
        epochs: the number of passes over the examples.
        batch_size: the number of examples in each step.
        learning_rate: the peak of the schedule.
        weight_decay: of AdamW.
        clip: the largest norm of a step's gradient.
        seed: of the order of the examples, and of dropout.
        on_progress: called after every step with the share of the work that is done, and the loss.

    Returns:
        The mean loss of each epoch.

    Raises:
        TrainingError: there is no example, or training diverged.
    """
    if count < 1:
        raise TrainingError("expected one or more examples to learn from, got none")
    rng = np.random.default_rng(seed)
    batches = -(-count // batch_size)
    steps = epochs * batches

    def losses() -> Iterator[Loss]:
        for _ in range(epochs):
            for rows in np.array_split(rng.permutation(count), batches):
                yield net.loss(*batch(rows), rng)

    found = minimise(
        losses(),
        net,
        AdamW(net.params, learning_rate, weight_decay=weight_decay),
        steps,
        clip=clip,
        schedule=lambda step: one_cycle(step, steps, learning_rate),
        on_progress=on_progress,
    )
    return [float(np.mean(part)) for part in np.split(np.array(found), epochs)]

"""Training that diverges is stopped, with the most likely cause."""

from __future__ import annotations

import math

import numpy as np

from cognomen.errors import TrainingError
from cognomen.rnn.arrays import Array
from cognomen.rnn.cells import WITH_NONLINEARITY
from cognomen.training.config import TrainingConfig


def check_sound(
    loss: float, norm: float, names: int, origins: int, where: str, config: TrainingConfig
) -> None:
    """Stop a run if a step diverged.

    Args:
        loss: of the step.
        norm: of its gradient.
        names: the size of the batch.
        origins: the number of classes.
        where: the step, in words.
        config: the settings.

    Raises:
        TrainingError: the loss or the norm is not finite, or the loss is far above that of a uniform guess.
    """
    guess = math.log(origins)
    # In a small batch, a single mislabelled name may have a large loss although nothing is wrong.
    limit = 10 * math.log(origins + 1) * max(1, 32 / names)
    if math.isfinite(loss) and math.isfinite(norm) and loss < limit:
        return
    raise TrainingError(
        f"training diverged at {where}: the loss is {loss:.4g} (of a uniform guess: {guess:.2f}), the "
        f"gradient's norm {norm:.4g}. The most likely cause is {_likely_cause(config)}"
    )


def check_finite(logits: Array, where: str, config: TrainingConfig) -> None:
    """Stop a run if the logits (N, C) of its validation names are not finite.

    Raises:
        TrainingError: a logit is NaN or infinite.
    """
    if not np.isfinite(logits).all():
        raise TrainingError(
            f"training diverged in {where}: the network's logits for the validation names are not finite. "
            f"The most likely cause is {_likely_cause(config)}"
        )


def _likely_cause(config: TrainingConfig) -> str:
    """What to change when a loss diverges."""
    rate, decay = config.learning_rate, config.weight_decay
    if decay > 1 and rate * decay > 1:
        return f"too much weight decay for its learning rate: it is {decay:g}; try {0.01 / rate:.2g} or less"
    ways = [f"too high a learning rate: it is {rate:g}; try {rate / 10:g}"]
    if config.cell in WITH_NONLINEARITY:
        ways += [*([] if config.nonlinearity == "tanh" else ["the tanh"]), "a cell with gates"]
    return ", or ".join(ways)

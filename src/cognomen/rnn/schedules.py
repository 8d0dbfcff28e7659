"""Learning-rate schedules: the rate of each step, or a rate that follows the loss."""

from __future__ import annotations

import math

from cognomen.errors import InputError, check_number, check_whole_number
from cognomen.rnn.optim import Optimiser


def cosine(step: int, steps: int, start: float, end: float = 0.0) -> float:
    """The learning rate on half a cosine wave from `start` at step 0 to `end` at step `steps` - 1."""
    return _half_wave(step / max(steps - 1, 1), start, end)


def warmup(step: int, steps: int, peak: float, *, warm_up: float = 0.3, start: float = 1 / 25) -> float:
    """The learning rate that rises as in `one_cycle`, then stays constant: for averaged weights."""
    top = warm_up * steps - 1
    return _half_wave(step / top if top > 0 else 1.0, start * peak, peak)


def one_cycle(
    step: int, steps: int, peak: float, *, warm_up: float = 0.3, start: float = 1 / 25, end: float = 1e-4
) -> float:
    """The learning rate of the one-cycle policy (Smith & Topin 2018), as torch's OneCycleLR computes it.

    It rises from `start` * peak to peak during the first `warm_up` share of the steps, and falls to
    `end` * `start` * peak at the last one, both on half a cosine wave. A single step has the peak, where
    torch's has the end, at which nothing is learned.
    """
    top = warm_up * steps - 1
    if step <= top or steps == 1:
        return warmup(step, steps, peak, warm_up=warm_up, start=start)
    return _half_wave((step - top) / (steps - 1 - top), peak, end * start * peak)


def step_decay(step: int, steps: int, every: int, start: float, *, factor: float = 0.1) -> float:
    """The learning rate that starts at `start` and is multiplied by a factor after each `every` steps.

    The number of all `steps` does not matter: it is here because `fit` gives it to every schedule.

    Raises:
        InputError: `every` is not a whole number of 1 or more.
    """
    check_whole_number("every", every)
    return start * factor ** (step // every)


class Plateau:
    """Multiplies the learning rate by a factor when a loss has stopped falling.

    Call it with the validation loss of each epoch, as a callback of `fit` can:
    `lambda epoch: plateau(epoch.validation_loss)`.

    Args:
        optimiser: whose learning rate is changed.
        factor: of the learning rate.
        patience: the number of epochs without a new best that are waited for.
        threshold: the relative improvement that makes a new best.
        lowest: learning rates go no lower.

    Raises:
        InputError: a number is out of range.
    """

    def __init__(
        self,
        optimiser: Optimiser,
        *,
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        lowest: float = 0.0,
    ) -> None:
        self.optimiser = optimiser
        self.factor, self.lowest = check_number("factor", factor, below=1), check_number("lowest", lowest)
        self.threshold = check_number("threshold", threshold, below=1)
        check_whole_number("patience", patience, least=0)
        self.patience, self.best, self.waited = patience, math.inf, 0

    def __call__(self, loss: float | None) -> None:
        """Take note of a loss.

        Raises:
            InputError: it is None, as that of validation data where there are none.
        """
        if loss is None:
            raise InputError(
                "loss: expected a number, got None: give `fit` validation data, or use epoch.loss"
            )
        if loss < self.best * (1 - self.threshold):
            self.best, self.waited = loss, 0
            return
        self.waited += 1
        if self.waited > self.patience:
            self.optimiser.learning_rate = max(self.optimiser.learning_rate * self.factor, self.lowest)
            self.waited = 0


def _half_wave(share: float, start: float, end: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * min(share, 1.0))) / 2

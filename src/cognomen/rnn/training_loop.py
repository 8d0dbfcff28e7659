"""The training loop: loss, gradients, clipping, one step of the optimiser, and again."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np

from cognomen.errors import InputError, TrainingError
from cognomen.rnn.clipping import clip_grad_norm, squared_norm
from cognomen.rnn.engine.blas import one_blas_thread, reuse_memory
from cognomen.rnn.layer import Layer
from cognomen.rnn.optim import Optimiser

# The loss of one batch, and the function that adds its gradients to the net's.
Loss = tuple[float, Callable[[], object]]
OnProgress = Callable[[float, str], None]  # the share of the work that is done, 0 to 1, and a short message


def take_step(
    net: Layer,
    optimiser: Optimiser,
    backward: Callable[[], object],
    *,
    clip: float = 1.0,
    check: Callable[[float], None] | None = None,
) -> None:
    """One step of training.

    Args:
        net: its weights change in place.
        optimiser: made with `net.params`, or some of them: the others stay as they are.
        backward: adds the gradients of a loss to `net.grads`.
        clip: the largest norm of the gradient.
        check: called with the norm before clipping; it raises an error to stop a training that diverged.

    Raises:
        InputError: the optimiser has arrays that are not parameters of the net, so it would train another.
        TrainingError: without a `check`, if a gradient is infinite or NaN.
    """
    _check_optimiser(optimiser, net)
    net.zero_grad()
    backward()
    frozen = net.frozen()
    grads = {name: grad for name, grad in net.grads.items() if id(net.params[name]) not in frozen}
    norm = clip_grad_norm(grads, clip)
    if check is not None:
        check(norm)
    elif not math.isfinite(norm):
        names = [name for name, grad in grads.items() if not math.isfinite(squared_norm(grad))]
        when = f"after {optimiser.steps} steps" if optimiser.steps else "in the first step"
        raise TrainingError(
            f"training diverged {when}: the gradient is not finite, that of "
            f"{', '.join(names) or 'all parameters together'}. "
            + ("Try a smaller learning rate." if optimiser.steps else "Look at the data, loss and weights.")
        )
    optimiser.step(dict.fromkeys(net.grads) | grads)


def _check_optimiser(optimiser: Optimiser, net: Layer) -> None:
    """Raise InputError unless all arrays of the optimiser are parameters of the net, by the same names."""
    foreign = [name for name, param in optimiser.params.items() if net.params.get(name) is not param]
    if foreign:
        raise InputError(
            f"optimiser: expected one of net.params, or of some of them by the same names; {foreign[0]} is "
            "another array, that of another network: make one such as Adam(net.params, 0.01)"
        )


def minimise(
    losses: Iterable[Loss],
    net: Layer,
    optimiser: Optimiser,
    steps: int,
    *,
    clip: float = 1.0,
    schedule: Callable[[int], float] | None = None,
    tolerance: float = 0.0,
    on_progress: OnProgress = lambda share, message: None,
) -> list[float]:
    """Take one step of the optimiser for each loss.

    Args:
        losses: computed one at a time, each with the weights that the step before has left: a generator.
        net: its weights change in place.
        optimiser: made with `net.params`.
        steps: the number of losses, for progress.
        clip: the largest norm of a step's gradient.
        schedule: the learning rate of each step, counted from 0; the optimiser's own if not given.
        tolerance: stop early once the mean of the last 20 losses is below.
        on_progress: called after every step.

    Returns:
        The loss of each step.

    Raises:
        TrainingError: training diverged: a gradient is infinite or NaN.
    """
    found: list[float] = []
    reuse_memory()
    with one_blas_thread():
        for step, (loss, backward) in enumerate(losses):
            if schedule is not None:
                optimiser.learning_rate = schedule(step)
            take_step(net, optimiser, backward, clip=clip)
            found.append(loss)
            recent = np.mean(found[-20:])
            on_progress((step + 1) / steps, f"loss {recent:.3f}")
            if recent < tolerance and step >= 20:
                break
    return found

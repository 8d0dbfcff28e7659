"""Training a network on examples, in batches, for several passes over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from inspect import signature
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cognomen.errors import InputError, TrainingError, check_whole_number
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.layer import Layer
from cognomen.rnn.losses import cross_entropy, mean_squared_error
from cognomen.rnn.model import RNN
from cognomen.rnn.optim import AdamW, Optimiser
from cognomen.rnn.packed import Packed, pack
from cognomen.rnn.schedules import one_cycle
from cognomen.rnn.training_loop import Loss, OnProgress, minimise

LossFunction = Callable[[Any, Any], tuple[float, Array]]  # of outputs and targets: the loss, and its gradient
Schedule = Callable[[int, int], float]  # the number of a step, and of all steps -> the learning rate
Batch = Callable[[Ids], tuple[Any, Any]]  # the indices of some examples -> their inputs and targets
VALIDATED = 256  # examples of a batch without gradients


class Epoch(NamedTuple):
    """One pass over the examples: its number, from 1, the mean loss, and that of the validation data."""

    number: int
    loss: float
    validation_loss: float | None


@dataclass
class History:
    """What came of each epoch."""

    epochs: list[Epoch] = field(default_factory=list)

    @property
    def losses(self) -> list[float]:
        """The mean loss of each epoch."""
        return [epoch.loss for epoch in self.epochs]

    @property
    def validation_losses(self) -> list[float]:
        """The loss of the validation data after each epoch, if there are any."""
        return [epoch.validation_loss for epoch in self.epochs if epoch.validation_loss is not None]


class Examples:
    """Inputs and targets of N examples, from which batches are made.

    Args:
        x: an array (N, ...), N sequences (T_i, ...), or a packed batch of them.
        targets: likewise; for sequences one for each step, (N, T, ...), or one for each sequence.
        lengths: of sequences padded in an array (N, T, ...): (N,), or a mask (N, T).

    Raises:
        InputError: their numbers differ, or one is a single number.
    """

    def __init__(self, x: Any, targets: Any, lengths: ArrayLike | None = None) -> None:
        keep = _kept if lengths is None else _padded
        self.x, self.targets = keep(x), keep(targets)
        if len(self.x) != len(self.targets):
            raise InputError(f"targets: expected as many as inputs, {len(self.x)}, got {len(self.targets)}")
        if lengths is not None:
            per_step = self.targets.shape[:2] == self.x.shape[:2]
            self.x = pack(self.x, lengths).unpack()
            if per_step:
                self.targets = pack(self.targets, lengths).unpack()

    def __len__(self) -> int:
        return len(self.x)

    def batch(self, rows: Ids) -> tuple[Any, Any]:
        """The inputs and targets at these indices, sequences packed."""
        return _taken(self.x, rows), _taken(self.targets, rows)


def _kept(data: Any) -> Any:
    """An array, or a list of sequences."""
    if isinstance(data, Packed):
        return data.unpack()
    ragged = isinstance(data, list | tuple) and len(data) > 0 and np.ndim(data[0]) > 0
    return [np.asarray(sequence) for sequence in data] if ragged else _array(data)


def _array(data: Any) -> NDArray[Any]:
    found = np.asarray(data)
    if found.ndim == 0:
        raise InputError(f"expected an array of examples, (N, ...), got {type(data).__name__}")
    return found


def _padded(data: Any) -> NDArray[Any]:
    try:
        if isinstance(data, Packed):
            raise InputError("lengths: a packed batch has its own; pass them with a padded array")
        return _array(data)
    except ValueError as error:
        raise InputError(
            f"lengths: expected padded arrays; sequences of unequal length have their own ({error})"
        ) from error


def _taken(data: Any, rows: Ids) -> Any:
    return pack([data[i] for i in rows]) if isinstance(data, list) else data[rows]


def fit(
    net: Layer,
    x: Any,
    targets: Any,
    *,
    epochs: int,
    lengths: ArrayLike | None = None,
    validation: tuple[Any, ...] | None = None,
    **options: Any,
) -> History:
    """Train a network on examples.

    Args:
        net: a `Sequential`, or another net with `forward`, or `loss` as `rnn.shapes` have it. Its weights
            change in place.
        x: the inputs of N examples: an array (N, ...), a list of sequences (T_i, ...), or a packed batch.
        targets: likewise; for sequences one for each step, or one for each sequence.
        epochs: the number of passes over the examples.
        lengths: of sequences padded in an array (N, T, ...): (N,), or a mask (N, T).
        validation: other inputs and targets, and their lengths: the loss on them is recorded.
        options: the others of `fit_batches`.

    Returns:
        The losses of each epoch.

    Raises:
        InputError: the shapes or options do not fit.
        TrainingError: there is no example, or training diverged.
    """
    examples = Examples(x, targets, lengths)
    if validation is not None and (not isinstance(validation, tuple | list) or len(validation) not in (2, 3)):
        got = type(validation).__name__
        raise InputError(f"validation: expected (inputs, targets) or (inputs, targets, lengths), got {got}")
    others = None if validation is None else Examples(*validation)
    validate = None if others is None else (len(others), others.batch)
    return fit_batches(net, len(examples), examples.batch, epochs=epochs, validation=validate, **options)


def fit_batches(
    net: Layer,
    count: int,
    batch: Batch,
    *,
    epochs: int,
    batch_size: int = 64,
    loss: LossFunction | None = None,
    optimiser: Optimiser | None = None,
    schedule: Schedule | None = None,
    learning_rate: float | None = None,
    weight_decay: float = 0.01,
    clip: float = 1.0,
    validation: tuple[int, Batch] | None = None,
    callbacks: Sequence[Callable[[Epoch], object]] = (),
    seed: int = 0,
    on_progress: OnProgress = lambda share, message: None,
) -> History:
    """As `fit`, with examples that are made when they are needed.

    Args:
        net: see `fit`.
        count: N.
        batch: makes inputs and targets of some of the examples, given their indices.
        epochs: the number of passes over the examples.
        batch_size: the number of examples in each step.
        loss: of outputs and targets, as `cross_entropy`; if not given the net's own, or `cross_entropy` for
            targets that are integers, `mean_squared_error` for others. For packed batches of both it gets
            the rows of all steps.
        optimiser: made with `net.params`, or some of them: the others stay. AdamW if not given.
        schedule: the learning rate of a step, given its number and that of all steps, for instance
            `partial(one_cycle, peak=0.01)`. If neither it nor an optimiser is given, one cycle.
        learning_rate: the peak of that cycle, 0.003 by default.
        weight_decay: of AdamW, where no optimiser is given.
        clip: the largest norm of a step's gradient, infinity for any.
        validation: the number of other examples, and what makes batches of them.
        callbacks: called after each epoch; training ends early when one returns True.
        seed: of the order of the examples, and of dropout.
        on_progress: called after every step with the share of the work that is done, and the loss.

    Returns:
        The losses of each epoch.

    Raises:
        InputError: the shapes or options do not fit.
        TrainingError: there is no example, or training diverged.
    """
    if count < 1:
        raise TrainingError("expected one or more examples to learn from, got none")
    check_whole_number("epochs", epochs)
    check_whole_number("batch_size", batch_size)
    if isinstance(net, RNN):
        raise InputError(
            "net: expected one that keeps no state, such as a Sequential; an RNN is trained on one chunk "
            "after another: examples/min_char_rnn.py"
        )
    optimiser, schedule = _with_defaults(net, optimiser, schedule, learning_rate, weight_decay)
    _check_functions(loss=loss, schedule=schedule, callbacks=callbacks)
    rng = np.random.default_rng(seed)
    steps = -(-count // batch_size)  # of an epoch

    def losses() -> Iterator[Loss]:
        for rows in np.array_split(rng.permutation(count), steps):
            yield _loss_of(net, loss, *batch(rows), rng)

    history = History()
    for done in range(epochs):
        found = minimise(
            losses(),
            net,
            optimiser,
            steps,
            clip=clip,
            schedule=None if schedule is None else _part_of(schedule, done * steps, epochs * steps),
            on_progress=lambda share, message, done=done: on_progress((done + share) / epochs, message),  # type: ignore[misc]
        )
        validated = None if validation is None else _validated(net, loss, *validation)
        epoch = Epoch(done + 1, float(np.mean(found)), validated)
        history.epochs.append(epoch)
        if True in [callback(epoch) for callback in callbacks]:
            break
    return history


def _with_defaults(
    net: Layer,
    optimiser: Optimiser | None,
    schedule: Schedule | None,
    learning_rate: float | None,
    weight_decay: float,
) -> tuple[Optimiser, Schedule | None]:
    """The optimiser and the schedule; if there is no optimiser, AdamW and one cycle."""
    if optimiser is None:
        peak = 3e-3 if learning_rate is None else learning_rate
        adamw = AdamW(net.params, peak, weight_decay=weight_decay)
        return adamw, schedule or partial(one_cycle, peak=peak)
    if not isinstance(optimiser, Optimiser):
        raise InputError(f"optimiser: expected one such as Adam(net.params, 0.01), got {optimiser!r}")
    if learning_rate is not None:
        raise InputError("learning_rate: expected it or an optimiser, which has its own, got both")
    return optimiser, schedule


def _check_functions(*, loss: object, schedule: object, callbacks: object) -> None:
    """Raise InputError unless these are functions, and the last is a list of some."""
    if loss is not None and not callable(loss):
        raise InputError(f"loss: expected a function such as cross_entropy, got {loss!r}")
    if schedule is not None and not callable(schedule):
        raise InputError(
            f"schedule: expected a function of a step and all steps, got {schedule!r}; for a constant rate "
            "there is an optimiser with it, as Adam(net.params, 0.01)"
        )
    if not isinstance(callbacks, list | tuple) or not all(map(callable, callbacks)):
        raise InputError(f"callbacks: expected a list of functions of an epoch, got {callbacks!r}")


def _part_of(schedule: Schedule, start: int, steps: int) -> Callable[[int], float]:
    """The learning rates of an epoch that begins at step `start`."""
    return lambda step: schedule(start + step, steps)


def _loss_of(
    net: Layer, loss: LossFunction | None, x: Any, targets: Any, rng: np.random.Generator | None
) -> Loss:
    """The loss of a batch, and its backward."""
    if loss is None and hasattr(net, "loss"):
        own: Loss = net.loss(x, targets, rng)
        _check_finite(own[0], x=x, targets=targets)
        return own
    noise = {"rng": rng} if "rng" in signature(net.forward).parameters else {}
    y, *_, backward = net.forward(x, **noise)
    given: NDArray[Any] = targets.data if isinstance(targets, Packed) else np.asarray(targets)
    if loss is None:
        loss = cross_entropy if given.dtype.kind in "iu" else mean_squared_error
    value, dy = loss(y.data if isinstance(y, Packed) else y, given)
    _check_finite(value, x=x, targets=targets)
    return value, lambda: backward(dy)


def _check_finite(loss: float, **data: Any) -> None:
    """Raise InputError where the loss of a batch is not finite because the data are not."""
    if np.isfinite(loss).all():
        return
    for name, given in data.items():
        array = given.data if isinstance(given, Packed) else given
        numbers = isinstance(array, np.ndarray) and array.dtype.kind == "f"
        if numbers and (wrong := (~np.isfinite(array)).sum()):
            raise InputError(
                f"{name}: expected finite numbers, got {wrong} in a batch that are NaN or infinite"
            )


def _validated(net: Layer, loss: LossFunction | None, count: int, batch: Batch) -> float:
    """The mean loss of examples without gradients; each batch weighs as much as it has targets."""
    losses, weights = [], []
    for start in range(0, count, VALIDATED):
        x, targets = batch(np.arange(start, min(start + VALIDATED, count)))
        losses.append(_loss_of(net, loss, x, targets, None)[0])
        weights.append(len(targets.data) if isinstance(targets, Packed) else np.size(targets))
    return float(np.average(losses, weights=weights))

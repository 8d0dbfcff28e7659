"""What the experiments share: a recurrent layer with an answer on top, and the loop that trains it.

All sequences of a batch have one length here, so a batch is an array (N, T, X).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike

from cognomen.rnn.arrays import Array, Backward, Ids
from cognomen.rnn.layers import Layer, Linear
from cognomen.rnn.losses import cross_entropy
from cognomen.rnn.optim import Adam, Optimiser, clip_grad_norm
from cognomen.rnn.packed import Packed
from cognomen.rnn.pooling import pool
from cognomen.rnn.recurrent import Recurrent
from cognomen.study.experiment import OnProgress, silent

__all__ = ["Batch", "Learner", "Reader", "accuracy", "dense", "learn", "make_orthogonal", "one_hot"]

Batch = Callable[[int], tuple[Array, Ids]]  # the number of a step -> inputs (N, T, X), labels (N,) or (N, T)


class Learner(Protocol):
    """What `learn` trains: weights with gradients, and logits with a way back."""

    params: dict[str, Array]
    grads: dict[str, Array]

    def forward(self, x: Array) -> tuple[Array, Backward]:
        """From inputs (N, T, X) to logits (N, C) or (N, T, C), and the way back."""

    def zero_grad(self) -> None:
        """Forget the gradients of the step before."""


def one_hot(ids: Ids, count: int) -> Array:
    """A 1 at each id's place, (...) -> (..., count)."""
    return np.eye(count, dtype=np.float32)[ids]


def dense(x: Array) -> Packed:
    """A batch (N, T, X) of sequences of one length, packed step after step."""
    count, steps, width = x.shape
    rows = x.swapaxes(0, 1).reshape(steps * count, width)  # (M, X)
    return Packed(rows, np.full(steps, count), np.arange(count))


class Reader(Layer):
    """A recurrent layer and a linear map to C answers: one after the last step, or one after every step.

    Args:
        cell, input_size, hidden_size, direction, dtype, cell_options: as for `Recurrent`.
        classes: C.
        every: answer after every step. In the direction "both" the answer at a step knows what follows it.
        seed: of the starting values.
    """

    def __init__(
        self,
        cell: str,
        input_size: int,
        hidden_size: int,
        classes: int,
        *,
        every: bool = False,
        direction: str = "forward",
        seed: int = 0,
        dtype: DTypeLike = np.float32,
        cell_options: Mapping[str, Any] | None = None,
    ) -> None:
        rng = np.random.default_rng(seed)
        self.every, self.direction = every, direction
        self.recurrent = Recurrent(
            cell,
            input_size,
            hidden_size,
            direction=direction,
            rng=rng,
            dtype=dtype,
            cell_options=cell_options,
        )
        self.output = Linear(self.recurrent.output_size, classes, rng=rng, dtype=dtype)
        super().__init__(*self.collect({"{}": self.recurrent, "output.{}": self.output}))

    def forward(self, x: Array) -> tuple[Array, Backward]:
        """Read x (N, T, X): logits (N, C), or (N, T, C) with `every`; backward gives the gradient by x."""
        count, steps, width = x.shape
        y, back_read = self.recurrent.forward(dense(x))  # (M, Y)
        if self.every:
            logits, back_output = self.output.forward(y.data)  # (M, C)
            shape = (steps, count, -1)
            shown = logits.reshape(shape).swapaxes(0, 1)  # (N, T, C)
        else:
            last, back_pool = pool(y, "last", self.direction)  # (N, Y)
            shown, back_output = self.output.forward(last)  # (N, C)

        def backward(d: Array) -> Array:
            if self.every:
                dy = back_output(np.ascontiguousarray(d.swapaxes(0, 1)).reshape(steps * count, -1))
            else:
                dy = back_pool(back_output(d))
            return back_read(dy).reshape(steps, count, width).swapaxes(0, 1)  # (N, T, X)

        return shown, backward

    def states(self, x: Array) -> Array:
        """The outputs of the recurrent layer after every step of x (N, T, X): (N, T, Y)."""
        y, _ = self.recurrent.forward(dense(x))
        return y.data.reshape(x.shape[1], x.shape[0], -1).swapaxes(0, 1)


def learn(
    net: Learner,
    batch: Batch,
    steps: int,
    *,
    learning_rate: float = 1e-2,
    clip: float = 1.0,
    optimiser: Optimiser | None = None,
    on_progress: OnProgress = silent,
    enough: float = 0.0,
) -> list[float]:
    """Train on `steps` batches; the loss of each.

    Args:
        net: its weights change in place.
        batch: makes the inputs and labels of a step.
        steps: at most so many.
        learning_rate: of Adam, constant.
        clip: largest norm of a step's gradient.
        optimiser: another than Adam; has a rate of its own.
        on_progress: is told after every step.
        enough: stop when the mean loss of the last 20 steps is below.
    """
    moves = Adam(net.params, learning_rate) if optimiser is None else optimiser
    losses: list[float] = []
    for step in range(steps):
        x, labels = batch(step)
        logits, backward = net.forward(x)
        classes = logits.shape[-1]
        loss, dlogits = cross_entropy(logits.reshape(-1, classes), labels.ravel())
        net.zero_grad()
        backward(dlogits.reshape(logits.shape))
        clip_grad_norm(net.grads, clip)
        moves.step(net.grads)
        losses.append(loss)
        on_progress((step + 1) / steps, f"loss {np.mean(losses[-20:]):.3f}")
        if np.mean(losses[-20:]) < enough and step >= 20:
            break
    return losses


def accuracy(net: Learner, x: Array, labels: Ids) -> float:
    """The share of answers that are right."""
    logits, _ = net.forward(x)
    return float((logits.argmax(axis=-1) == labels).mean())


def make_orthogonal(net: Reader, rng: np.random.Generator) -> None:
    """Let each gate's memory matrix start as a random rotation: it neither stretches nor shrinks a state.

    Saxe, McClelland & Ganguli 2014; the rotation comes from the QR decomposition of a normal matrix.
    """
    for name, weight in net.recurrent.params.items():
        if name.startswith("weight_hh"):
            for block in np.split(weight, len(weight) // weight.shape[1]):  # views: (H, H) each
                q, r = np.linalg.qr(rng.standard_normal(block.shape))
                block[...] = q * np.sign(np.diag(r))

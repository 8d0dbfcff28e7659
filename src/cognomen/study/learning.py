"""What the experiments share: a loop with Adam, the share of right answers, and a net without memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cognomen.rnn import Adam, Array, Backward, Ids, Layer, Linear, Optimiser, minimise
from cognomen.rnn.nonlinearities import find_nonlinearity
from cognomen.rnn.shapes import Shape
from cognomen.rnn.shapes.wiring import BackToInput, Input, Targets

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


class Window(Shape):
    """The net without memory that the experiments compare with: W2 phi(W1 x), all inputs at once.

    W1 has a column for each letter at each place. So it grows with the longest input, and what it learns
    about a letter at one place it does not know at another.

    Args:
        input_size: X, all places together.
        hidden_size: H.
        classes: C.
        nonlinearity: phi, "tanh" or "relu".
        seed: of the initial values.
    """

    reads_many = False

    def __init__(
        self, input_size: int, hidden_size: int, classes: int, *, nonlinearity: str = "tanh", seed: int = 0
    ) -> None:
        self.phi = find_nonlinearity(nonlinearity)
        rng = np.random.default_rng(seed)
        self.inner = Linear(input_size, hidden_size, rng=rng)
        self.output = Linear(hidden_size, classes, rng=rng)
        super().__init__()

    def forward(
        self, x: Input, targets: Targets | None = None, rng: np.random.Generator | None = None
    ) -> tuple[Array, BackToInput]:
        """See `Shape.forward`."""
        return self.answer(self._steps(x).data)

    def answer(self, x: Array) -> tuple[Array, Backward]:
        """Logits (N, C) of an array (N, X)."""
        z, back_inner = self.inner.forward(x)  # (N, H)
        h = self.phi.function(z)  # (N, H)
        logits, back_output = self.output.forward(h)  # (N, C)
        return logits, lambda d: back_inner(back_output(d) * self.phi.slope(z, h))

"""The net without memory that the experiments compare with: all inputs at once, one hidden layer.

Its first matrix has a column for every letter at every place, so it grows with the longest input that it is
to take, and what it learns of a letter at one place it does not know at another.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cognomen.rnn.arrays import Array, Backward, Ids
from cognomen.rnn.layers import Layer, Linear
from cognomen.rnn.losses import cross_entropy
from cognomen.rnn.nonlinearities import find_nonlinearity
from cognomen.rnn.optim import Adam, clip_grad_norm
from cognomen.study.experiment import OnProgress, silent

__all__ = ["Window"]


class Window(Layer):
    """C answers from inputs (N, X): W2 phi(W1 x).

    Args:
        input_size: X, all places together.
        hidden_size: H.
        classes: C.
        nonlinearity: phi, "tanh" or "relu".
        seed: of the starting values.
    """

    def __init__(
        self, input_size: int, hidden_size: int, classes: int, *, nonlinearity: str = "tanh", seed: int = 0
    ) -> None:
        self.phi = find_nonlinearity(nonlinearity)
        rng = np.random.default_rng(seed)
        self.inner = Linear(input_size, hidden_size, rng=rng)
        self.output = Linear(hidden_size, classes, rng=rng)
        super().__init__(*self.collect({"inner.{}": self.inner, "output.{}": self.output}))

    def forward(self, x: Array) -> tuple[Array, Backward]:
        """Map x (N, X) to logits (N, C)."""
        z, back_inner = self.inner.forward(x)  # (N, H)
        h = self.phi.function(z)  # (N, H)
        logits, back_output = self.output.forward(h)  # (N, C)
        return logits, lambda d: back_inner(back_output(d) * self.phi.slope(z, h))

    def answers(self, x: Array) -> Ids:
        """The likeliest class for each of x (N, X)."""
        found: Ids = self.forward(x)[0].argmax(axis=1)
        return found

    def learn(
        self,
        batch: Callable[[int], tuple[Array, Ids]],
        steps: int,
        *,
        learning_rate: float,
        on_progress: OnProgress = silent,
    ) -> None:
        """Train on so many batches (N, X) and labels (N,), with Adam."""
        optimiser = Adam(self.params, learning_rate)
        for step in range(steps):
            x, labels = batch(step)
            logits, backward = self.forward(x)
            loss, dlogits = cross_entropy(logits, labels)
            self.zero_grad()
            backward(dlogits)
            clip_grad_norm(self.grads, 1.0)
            optimiser.step(self.grads)
            on_progress((step + 1) / steps, f"loss {loss:.2f}")

"""The net without memory that the experiments compare with: all inputs at once, one hidden layer.

Its first matrix has a column for each letter at each place. So it grows with the longest input, and what it
learns about a letter at one place it does not know at another.
"""

from __future__ import annotations

import numpy as np

from cognomen.rnn import Array, Backward, Linear
from cognomen.rnn.nonlinearities import find_nonlinearity
from cognomen.rnn.shapes import BackToInput, Input, Shape, Targets

__all__ = ["Window"]


class Window(Shape):
    """Logits (N, C) of inputs (N, X): W2 phi(W1 x).

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
        super().__init__(*self.collect({"inner.{}": self.inner, "output.{}": self.output}))

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

"""The adding problem (Hochreiter & Schmidhuber 1997): the sum of the two marked numbers of a sequence.

Always answering 1 has an error of 1/6. To do better the network must keep the first number until the second.
"""

from __future__ import annotations

import numpy as np

from cognomen.rnn import Adam, Array, Linear, Pool, Recurrent, Sequential, fit, mean_squared_error


def data(count: int, steps: int, seed: int) -> tuple[Array, Array]:
    """Numbers and marks (N, T, 2), and sums (N, 1)."""
    rng = np.random.default_rng(seed)
    numbers, marks = rng.uniform(0, 1, (count, steps)), np.zeros((count, steps))
    rows = np.arange(count)
    marks[rows, rng.integers(0, steps // 2, count)] = 1
    marks[rows, rng.integers(steps // 2, steps, count)] = 1
    x = np.stack([numbers, marks], axis=2).astype(np.float32)
    return x, (x[..., 0] * x[..., 1]).sum(axis=1, keepdims=True)


def train(epochs: int = 30, steps: int = 30, seed: int = 0) -> float:
    """The mean squared error on sequences that were not learned from."""
    rng = np.random.default_rng(seed)
    net = Sequential(Recurrent("gru", 2, 32, rng=rng), Pool("last"), Linear(32, 1, rng=rng))
    fit(net, *data(2000, steps, 0), epochs=epochs, batch_size=50, optimiser=Adam(net.params, 0.01))
    x, y = data(500, steps, 1)
    return mean_squared_error(net.run(x)[0], y)[0]


if __name__ == "__main__":
    print(f"mean squared error: {train():.5f}; always 1: {1 / 6:.3f}")

"""The next value of a sine wave of any phase and speed: a plain recurrent network, one output per step."""

from __future__ import annotations

import numpy as np

from cognomen.rnn import Adam, Array, Linear, Recurrent, Sequential, fit, mean_squared_error


def data(count: int, seed: int) -> tuple[Array, Array]:
    """Waves (N, T, 1), and the same one step later."""
    rng = np.random.default_rng(seed)
    phase, speed = rng.uniform(0, 2 * np.pi, (count, 1)), rng.uniform(0.1, 0.5, (count, 1))
    waves = np.sin(phase + speed * np.arange(51)).astype(np.float32)[..., None]
    return waves[:, :-1], waves[:, 1:]


def train(epochs: int = 60, seed: int = 0) -> float:
    """The mean squared error on waves that were not learned from."""
    rng = np.random.default_rng(seed)
    net = Sequential(Recurrent("rnn", 1, 32, rng=rng), Linear(32, 1, rng=rng))
    fit(net, *data(256, 0), epochs=epochs, batch_size=32, optimiser=Adam(net.params, 0.005))
    x, y = data(100, 1)
    return mean_squared_error(net.run(x)[0], y)[0]


if __name__ == "__main__":
    print(f"mean squared error of the next value: {train():.5f}")

"""Forecasting a chaotic series one step ahead, with validation data and early stopping.

The series is that of Mackey & Glass (1977), dx/dt = 0.2 x(t - 17) / (1 + x(t - 17)^10) - 0.1 x(t).
"""

from __future__ import annotations

import numpy as np

from cognomen.rnn import Adam, Array, Epoch, Linear, Plateau, Recurrent, Sequential, fit, mean_squared_error


def data(start: int, count: int) -> tuple[Array, Array]:
    """Windows (N, T, 1) of a part of the series, and the same one step later; scaled to unit variance."""
    series = [1.2] * 18
    for _ in range(3000):
        series.append(series[-1] + 0.2 * series[-18] / (1 + series[-18] ** 10) - 0.1 * series[-1])
    scaled = ((np.array(series) - np.mean(series)) / np.std(series)).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(scaled, 51)[start : start + 10 * count : 10, :, None]
    return windows[:, :-1], windows[:, 1:]


def train(epochs: int = 60, seed: int = 0) -> tuple[float, float]:
    """The mean squared error on the part of the series after the one learned from; and that of no change."""
    rng = np.random.default_rng(seed)
    net = Sequential(Recurrent("gru", 1, 32, rng=rng), Linear(32, 1, rng=rng))
    optimiser = Adam(net.params, 0.01)
    plateau = Plateau(optimiser, factor=0.3, patience=3)

    def after(epoch: Epoch) -> bool:
        plateau(epoch.validation_loss)
        return optimiser.learning_rate < 1e-5

    validation = data(1600, 30)
    fit(
        net,
        *data(0, 150),
        epochs=epochs,
        batch_size=10,
        optimiser=optimiser,
        validation=validation,
        callbacks=[after],
    )
    x, y = data(2000, 60)
    return mean_squared_error(net.run(x)[0], y)[0], mean_squared_error(x, y)[0]


if __name__ == "__main__":
    error, unchanged = train()
    print(f"mean squared error: {error:.6f}; if nothing changed: {unchanged:.6f}")

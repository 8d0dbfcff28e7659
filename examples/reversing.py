"""Reversing a sequence: an encoder reads it to the end, a decoder writes it from there."""

from __future__ import annotations

import numpy as np

from cognomen.rnn import Adam, Ids, fit, pack
from cognomen.rnn.shapes import Decoder, Encoder, ManyToMany


def data(count: int, seed: int) -> tuple[list[Ids], list[Ids]]:
    """Sequences of 3 to 6 of the tokens 1 to 8, and the same reversed; 0 marks beginning and end."""
    rng = np.random.default_rng(seed)
    sequences = [rng.integers(1, 9, rng.integers(3, 7)) for _ in range(count)]
    return sequences, [sequence[::-1] for sequence in sequences]


def train(epochs: int = 20, seed: int = 0) -> float:
    """The share of sequences, not learned from, that are written without a mistake."""
    rng = np.random.default_rng(seed)
    net = ManyToMany(Encoder("gru", 9, 64, embedding_size=16, rng=rng), Decoder("gru", 9, 64, 64, rng=rng))
    fit(net, *data(2000, 0), epochs=epochs, batch_size=50, optimiser=Adam(net.params, 0.005))
    x, y = data(300, 1)
    return float(np.mean([np.array_equal(*both) for both in zip(net.predict(pack(x)), y, strict=True)]))


if __name__ == "__main__":
    print(f"without a mistake: {train():.1%}")

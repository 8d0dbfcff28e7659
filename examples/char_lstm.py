"""A character language model: an LSTM, truncated backpropagation through time, and text sampled from it.

The text is read in chunks. The state after one chunk is the first state of the next; gradients stay within
a chunk. The text is that of this project's own study, unless another file is given:

    python examples/char_lstm.py some-text.txt
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import numpy as np

from cognomen.rnn import (
    Adam,
    Embedding,
    Ids,
    Linear,
    Recurrent,
    Sequential,
    cross_entropy,
    softmax,
    take_step,
)


def data(path: Path | None = None) -> tuple[str, Ids, Ids]:
    """The letters of a text; its ids as 16 rows of text to learn from; and 16 of the last tenth, to test."""
    study = Path(__file__).parents[1] / "docs" / "study"
    text = "".join(
        p.read_text(encoding="utf-8") for p in ([path] if path else sorted(study.glob("[01]*.md")))
    )
    letters = "".join(sorted(set(text)))
    ids = np.array([letters.index(letter) for letter in text])
    parts = ids[: len(ids) // 160 * 160].reshape(10, 16, -1)
    return letters, np.concatenate(parts[:9], axis=1), parts[9]


def train(letters: str, ids: Ids, epochs: int = 3, seed: int = 0, steps: int = 64) -> Sequential:
    """A network that predicts the next letter, learned from ids (N, T)."""
    rng, size = np.random.default_rng(seed), len(letters)
    lstm = Recurrent("lstm", 32, 128, rng=rng)
    net = Sequential(Embedding(size, 32, rng=rng), lstm, Linear(128, size, rng=rng))
    optimiser = Adam(net.params, 0.005)
    for _ in range(epochs):
        state = None
        for start in range(0, ids.shape[1] - steps, steps):
            x, y = ids[:, start : start + steps], ids[:, start + 1 : start + steps + 1]
            logits, state, backward = net.forward(x, state)
            _, dlogits = cross_entropy(logits, y)
            take_step(net, optimiser, partial(backward, dlogits), clip=1.0)
    return net


def test(net: Sequential, ids: Ids) -> float:
    """The loss on ids (N, T), in nats per letter."""
    return cross_entropy(net.run(ids[:, :-1])[0], ids[:, 1:])[0]


def sample(
    net: Sequential, letters: str, text: str, count: int = 300, temperature: float = 0.7, seed: int = 0
) -> str:
    """The text, continued by letters drawn one after another."""
    rng = np.random.default_rng(seed)
    net.reset()
    for letter in text:
        logits = net.step(letters.index(letter))
    for _ in range(count):
        p = softmax(logits.astype(float) / temperature)
        text += letters[rng.choice(len(letters), p=p)]
        logits = net.step(letters.index(text[-1]))
    return text


if __name__ == "__main__":
    letters, ids, held_out = data(Path(sys.argv[1]) if sys.argv[1:] else None)
    net = train(letters, ids)
    print(sample(net, letters, "The "))
    print(f"\nloss on the last tenth: {test(net, held_out):.3f} nats per letter")

"""Karpathy's min-char-rnn with the textbook's network: h <- tanh(V h + U x), y = W h, one stream of text.

`rnn.forward` goes on from the state that the call before has left, and no gradient flows back into it: that
is all of truncated backpropagation through time.
"""

from __future__ import annotations

import numpy as np
from char_lstm import data

from cognomen import RNN
from cognomen.rnn import Adagrad, clip_grad_value, cross_entropy, softmax


def train(
    text_size: int, ids: np.ndarray, steps: int = 25, limit: int = 20_000, seed: int = 0
) -> tuple[RNN, list[float]]:
    """A network learned from ids (T,), and the loss of each chunk of `steps` letters."""
    rnn = RNN(text_size, 100, text_size, bias=True, seed=seed)
    optimiser, losses, one_hot = Adagrad(rnn.params, 0.1), [], np.eye(text_size, dtype=np.float32)
    for start in range(0, min(limit, len(ids) - 1) - steps, steps):
        ys, backward = rnn.forward(one_hot[ids[start : start + steps]])
        loss, dys = cross_entropy(ys, ids[start + 1 : start + steps + 1])
        rnn.zero_grad()
        backward(dys)
        clip_grad_value(rnn.grads, 5)
        optimiser.step(rnn.grads)
        losses.append(loss)
    return rnn, losses


def sample(rnn: RNN, letters: str, count: int = 200, seed: int = 0) -> str:
    """Letters drawn one after another."""
    rng, x, text = np.random.default_rng(seed), np.zeros(len(letters)), ""
    rnn.reset()
    for _ in range(count):
        drawn = rng.choice(len(letters), p=softmax(rnn.step(x).astype(float)))
        text, x = text + letters[drawn], np.eye(len(letters))[drawn]
    return text


if __name__ == "__main__":
    letters, ids, _ = data()
    rnn, losses = train(len(letters), ids.ravel(), limit=200_000)
    print(sample(rnn, letters))
    print(f"\nloss of the last chunks: {np.mean(losses[-100:]):.3f} nats per letter")

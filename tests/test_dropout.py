"""Noise in training: which values are dropped, how many, the gradient through it, and none without it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cognomen.rnn import pack
from cognomen.rnn.shapes import Decoder

RATE = 0.4
TEXTS = [np.arange(1, 9), np.array([3, 1, 4, 1, 5]), np.array([2])]


def decoder(**settings: Any) -> Decoder:
    return Decoder("gru", 10, 10, 6, dropout=RATE, rng=np.random.default_rng(0), dtype=np.float64, **settings)


def logits(made: Decoder, rng: np.random.Generator | None) -> Any:
    told, _ = made.shifted(pack(TEXTS))
    context = np.random.default_rng(1)
    summary = context.standard_normal((len(TEXTS), 6))
    memory = pack([context.standard_normal((length, 6)) for length in (4, 2, 3)])
    return made.forward(told, summary, memory, rng)


@pytest.mark.parametrize("attention", [False, True])
def test_the_decoders_output_reads_the_state_through_dropout(attention: bool) -> None:
    """With W = 1 the logits are what W reads: each number either dropped or scaled up by 1 / (1 - rate)."""
    made = decoder(attention=attention)
    made.params["embedding.weight"][:] = 0  # so that noise on the embeddings changes nothing
    made.params["output.weight"][:] = np.eye(10)
    made.params["output.bias"][:] = 0
    clean = logits(made, None)[0]  # (M, V)
    noisy = np.stack([logits(made, np.random.default_rng(seed))[0] for seed in range(40)])  # (40, M, V)
    dropped = noisy == 0
    assert dropped.mean() == pytest.approx(RATE, abs=0.02)
    kept = np.broadcast_to(clean / (1 - RATE), noisy.shape)
    np.testing.assert_allclose(noisy[~dropped], kept[~dropped])
    assert (noisy.std(axis=0) > 0).all(), "every number is dropped at some time"


def test_the_decoder_reads_its_tokens_through_dropout() -> None:
    """With one token and a wide embedding, the states differ by the noise on the embeddings alone."""
    made = decoder(embedding_size=50)
    inputs: list[Any] = []
    project = made.cell.project

    def watched(x: Any) -> Any:
        inputs.append(x)
        return project(x)

    made.cell.project = watched  # type: ignore[method-assign]
    logits(made, None)
    for seed in range(20):
        logits(made, np.random.default_rng(seed))
    clean, noisy = inputs[0], np.stack(inputs[1:])  # (M, E), (20, M, E)
    dropped = noisy == 0
    assert dropped.mean() == pytest.approx(RATE, abs=0.02)
    np.testing.assert_allclose(noisy[~dropped], np.broadcast_to(clean / (1 - RATE), noisy.shape)[~dropped])


@pytest.mark.parametrize("attention", [False, True])
@pytest.mark.parametrize("reminded", [False, True])
def test_the_gradient_goes_through_the_same_noise(attention: bool, reminded: bool) -> None:
    made = decoder(attention=attention, reminded=reminded)
    out, backward = logits(made, np.random.default_rng(5))
    weights = np.random.default_rng(2).standard_normal(out.shape)
    made.zero_grad()
    backward(weights)
    step = 1e-6
    for name, values in made.params.items():
        flat = values.reshape(-1)
        for place in np.random.default_rng(3).choice(flat.size, min(flat.size, 12), replace=False):
            before = flat[place]
            ends = []
            for end in (before + step, before - step):
                flat[place] = end
                ends.append((logits(made, np.random.default_rng(5))[0] * weights).sum())
            flat[place] = before
            slope = (ends[0] - ends[1]) / (2 * step)
            assert made.grads[name].reshape(-1)[place] == pytest.approx(slope, rel=1e-5, abs=1e-7), name


def test_nothing_is_dropped_without_a_source_of_noise() -> None:
    made = decoder()
    np.testing.assert_array_equal(logits(made, None)[0], logits(made, None)[0])
    quiet = decoder()
    quiet.dropout.rate = 0.0
    np.testing.assert_array_equal(logits(made, None)[0], logits(quiet, None)[0])

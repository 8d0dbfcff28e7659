"""One training step: the gradient is that of the documented loss, and each setting of the loss is in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cognomen.network import Architecture, Network
from cognomen.network.ngrams import frequent_ngrams
from cognomen.rnn import log_softmax, one_cycle, warmup
from cognomen.text.ragged import Ragged
from cognomen.training.config import TrainingConfig
from cognomen.training.dataset import Names
from cognomen.training.step import TrainStep

C, V = 3, 5
RNG = np.random.default_rng(0)
LENGTHS = RNG.integers(1, 6, 12)
TEXTS = Ragged(RNG.integers(1, V, LENGTHS.sum()), LENGTHS)
BATCH = Names(TEXTS, RNG.integers(0, C, 12))[np.array([0, 3, 4, 7, 8, 11, 5])]
PRIORS = np.array([0.6, 0.3, 0.1])
PLAIN = replace(
    TrainingConfig(),
    rnn_loss_weight=0.0,
    rdrop_alpha=0.0,
    dropout=(0.0, 0.0, 0.0),
    letter_dropout=0.0,
    label_smoothing=0.0,
    logit_adjustment=0.0,
    clip=1e9,
    swa_start=1.0,
)
SETTINGS = {
    "plain": {},
    "rnn_loss_weight": {"rnn_loss_weight": 0.7},
    "label_smoothing": {"label_smoothing": 0.2},
    "logit_adjustment": {"logit_adjustment": 0.8},
    "rdrop_alpha": {"rdrop_alpha": 0.9},
    "dropout": {"dropout": (0.2, 0.0, 0.3)},
    "letter_dropout": {"letter_dropout": 0.4},
    "all": {
        "rnn_loss_weight": 0.7,
        "label_smoothing": 0.2,
        "logit_adjustment": 0.8,
        "rdrop_alpha": 0.9,
        "dropout": (0.2, 0.0, 0.3),
        "letter_dropout": 0.4,
    },
}


def network(config: TrainingConfig, *, with_ngrams: bool) -> Network:
    ngrams = None
    if with_ngrams:
        ngrams = frequent_ngrams(TEXTS, longest=2, min_count=1, alphabet_size=V)
    made = Network(
        Architecture(V, C, embedding_size=3, hidden_size=4, longest_ngram=2 if with_ngrams else 0),
        dropout=config.dropout,
        ngrams=ngrams,
        rng=np.random.default_rng(1),
        dtype=np.float64,
    )
    rng = np.random.default_rng(2)
    for values in made.params.values():
        values += rng.standard_normal(values.shape) / 2
    return made


def documented_loss(made: Network, config: TrainingConfig, correction: Any) -> tuple[float, float]:
    """What one step is said to minimise, and the part of it that it reports, from their definitions."""
    rng = np.random.default_rng(9)  # the step's own draws, in its order
    names = BATCH[np.tile(np.arange(len(BATCH)), 2 if config.rdrop_alpha else 1)]
    labels, ids = names.labels, names.texts.data
    ids = np.where(rng.random(len(ids)) < config.letter_dropout, 0, ids)
    parts = made.forward_parts(names.texts.with_data(ids), rng)[0]
    adjustment = config.logit_adjustment * np.log(PRIORS) + correction
    targets = np.eye(C)[labels] * (1 - config.label_smoothing) + config.label_smoothing / C
    logits = sum(parts) + adjustment
    reported = -(targets * log_softmax(logits)).sum() / len(labels)
    total = reported
    if len(parts) > 1:
        total -= config.rnn_loss_weight * (targets * log_softmax(parts[0] + adjustment)).sum() / len(labels)
    if config.rdrop_alpha:
        log_p, log_q = np.split(log_softmax(logits), 2)
        apart = ((np.exp(log_p) - np.exp(log_q)) * (log_p - log_q)).sum() / 2
        total += config.rdrop_alpha * apart / len(log_p)
    return total, reported


@pytest.mark.parametrize("correction", [0.0, np.log([0.2, 1.5, 3.0])], ids=["same-priors", "corrected"])
@pytest.mark.parametrize("with_ngrams", [False, True], ids=["rnn", "rnn+ngrams"])
@pytest.mark.parametrize("setting", SETTINGS)
def test_the_gradient_is_that_of_the_documented_loss(
    setting: str, with_ngrams: bool, correction: Any
) -> None:
    config = replace(PLAIN, **SETTINGS[setting])
    made = network(config, with_ngrams=with_ngrams)
    before = {name: values.copy() for name, values in made.params.items()}
    step = TrainStep(made, config, PRIORS, steps=10, average_after=0, average_every=1)
    step.prior_correction = correction
    loss, _ = step(BATCH, np.random.default_rng(9), "here")
    grads = {name: grad.copy() for name, grad in made.grads.items()}
    made.load(before)
    assert loss == pytest.approx(documented_loss(made, config, correction)[1])
    h = 1e-6
    for name, values in made.params.items():  # the slope in a random direction of each parameter
        direction = np.random.default_rng(3).standard_normal(values.shape)
        ends = []
        for shift in (h, -h):
            values[...] = before[name] + shift * direction
            ends.append(documented_loss(made, config, correction)[0])
        values[...] = before[name]
        slope = (ends[0] - ends[1]) / (2 * h)
        assert (grads[name] * direction).sum() == pytest.approx(slope, rel=1e-4, abs=1e-7), name


def test_the_step_counts_the_names_predicted_right() -> None:
    """In both passes of R-Drop each name counts half."""
    made = network(PLAIN, with_ngrams=True)
    expected = (made.forward(BATCH.texts)[0].argmax(axis=1) == BATCH.labels).sum()
    assert 0 < expected < len(BATCH)
    for alpha in (0.0, 0.9):
        config = replace(PLAIN, rdrop_alpha=alpha)
        step = TrainStep(
            network(config, with_ngrams=True), config, PRIORS, steps=10, average_after=0, average_every=1
        )
        assert step(BATCH, np.random.default_rng(9), "here")[1] == expected
        assert step.averaged is step.network, "without averaging"


@pytest.mark.parametrize(
    ("after", "every", "averaged"), [(3, 1, [3, 4, 5, 6]), (2.5, 2, [4, 6]), (1, 3, [3, 6])]
)
def test_the_averaged_weights_are_the_mean_of_those_of_some_steps(
    after: float, every: int, averaged: list[int]
) -> None:
    config = replace(PLAIN, swa_start=0.5)
    step = TrainStep(
        network(config, with_ngrams=True), config, PRIORS, steps=6, average_after=after, average_every=every
    )
    history = [{}]
    for _ in range(6):
        step(BATCH, np.random.default_rng(9), "here")
        history.append({name: values.copy() for name, values in step.network.params.items()})
    for name, values in step.averaged.params.items():
        mean = np.mean([history[number][name] for number in averaged], axis=0)
        np.testing.assert_allclose(values, mean, rtol=1e-10)


def test_until_there_is_an_average_the_network_that_answers_has_the_weights_of_the_last_epoch() -> None:
    config = replace(PLAIN, swa_start=0.5)
    step = TrainStep(
        network(config, with_ngrams=False), config, PRIORS, steps=6, average_after=3, average_every=1
    )
    name = "output.weight"
    before = step.network.params[name].copy()
    step(BATCH, np.random.default_rng(9), "here")
    np.testing.assert_array_equal(step.averaged.params[name], before)
    step.end_epoch()
    np.testing.assert_array_equal(step.averaged.params[name], step.network.params[name])
    for _ in range(3):
        step(BATCH, np.random.default_rng(9), "here")
    average = step.averaged.params[name].copy()
    step.end_epoch()
    np.testing.assert_array_equal(step.averaged.params[name], average)
    assert not np.array_equal(average, step.network.params[name])


@pytest.mark.parametrize(("swa_start", "schedule"), [(1.0, one_cycle), (0.5, warmup)])
def test_the_learning_rate_follows_its_schedule(swa_start: float, schedule: Any) -> None:
    config = replace(PLAIN, swa_start=swa_start, learning_rate=0.02)
    step = TrainStep(
        network(config, with_ngrams=False), config, PRIORS, steps=6, average_after=3, average_every=1
    )
    rates = []
    for _ in range(6):
        step(BATCH, np.random.default_rng(9), "here")
        rates.append(step.optimiser.learning_rate)
    assert rates == [schedule(number, 6, 0.02) for number in range(6)]

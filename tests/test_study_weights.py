"""The experiments on weights: one cell for all steps against copies; nets with and without memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rnn_cases import stable

from cognomen.rnn import gradcheck, pack
from cognomen.rnn.gradcheck import relative_error
from cognomen.rnn.shapes import Encoder, SyncedManyToMany
from cognomen.study import EXPERIMENTS
from cognomen.study.experiments.constant_size import LENGTHS, AllAtOnce, texts
from cognomen.study.experiments.shared_weights import KINDS, Copies

# --- copies --------------------------------------------------------------------------------------------


def net_of(cell: str, input_size: int, hidden_size: int, **more: object) -> SyncedManyToMany:
    rng = np.random.default_rng(1)
    return SyncedManyToMany(Encoder(cell, input_size, hidden_size, rng=rng, **more), 2, rng=rng)


@pytest.mark.parametrize("cell", KINDS)
def test_copies_are_the_net_unrolled(cell):
    """Equal answers, equal gradients by the input, and gradients of weights that add up."""
    rng = np.random.default_rng(0)
    net = net_of(cell, 3, 5, dtype=np.float64)
    copies = Copies(net, 4)
    x, d = pack(rng.standard_normal((6, 4, 3))), rng.standard_normal((24, 2))
    answers, backward = net.forward(x)
    same, back = copies.forward(x)
    assert relative_error(answers, same) < 1e-12
    assert relative_error(backward(d), back(d)) < 1e-12
    assert copies.size == 4 * net.size
    for name, grad in net.grads.items():
        each = copies.gradients(name)
        assert len(each) == 4
        assert relative_error(grad, np.sum(each, axis=0)) < 1e-12
        assert relative_error(grad, each[-1]) > 1e-3  # one step alone is not the gradient


def test_copies_have_their_own_gradients():
    copies = Copies(net_of("gru", 2, 3, dtype=np.float64), 3)
    batch = pack(np.random.default_rng(0).standard_normal((4, 3, 2)))
    errors = gradcheck(copies, lambda data: copies.forward(batch.with_data(data)), batch.data)
    assert max(errors.values()) < 1e-6


def test_copies_go_separate_ways():
    copies = Copies(net_of("rnn", 2, 3), 3)
    x = pack(np.ones((1, 3, 2), np.float32))
    before = copies.forward(x)[0]
    copies.params["2.output.bias"] += 1
    after = copies.forward(x)[0]
    assert np.allclose(after[:2], before[:2])
    assert np.allclose(after[2], before[2] + 1)


def test_the_sentence_takes_the_count_where_sharing_is_worth_most():
    numbers = {
        "steps": 10,
        "gradients": [["rnn", 354, 0.0, 4e-16], ["gru", 900, 0.0, 9e-16]],
        "weights": [354, 3540],
        "rows": [[10, 0.6, 0.55], [100, 0.95, 0.65], [1000, 1.0, 0.9]],
    }
    text = EXPERIMENTS["shared-weights"].sentence(numbers)
    assert "(Elman, GRU)" in text
    assert "up to a relative error of 9e-16" in text
    assert "Trained on 100 sums they get 65.0% of the digits of new sums right, the network with" in text
    assert "shared weights 95.0%" in text


# --- all at once ---------------------------------------------------------------------------------------


@stable
@given(st.integers(2, 30), st.integers(0, 99))
def test_labels_are_what_a_search_finds(length, seed):
    ids, has = texts(40, length, np.random.default_rng(seed))
    words = ["".join("abcd"[letter] for letter in row) for row in ids]
    assert ["ab" in word for word in words] == has.astype(bool).tolist()


def test_half_of_the_texts_have_it_anywhere():
    ids, has = texts(4000, 20, np.random.default_rng(0))
    assert 0.45 < has.mean() < 0.55
    found = (ids[:, :-1] == 0) & (ids[:, 1:] == 1)  # (N, T-1)
    assert found.any(axis=0).all()


def test_empty_places_stand_behind_or_in_front():
    x = np.random.default_rng(0).standard_normal((2, 3, 4)).astype(np.float32)
    blank = np.zeros((2, 2, 4), np.float32)
    for in_front, order in ((False, [x, blank]), (True, [blank, x])):
        net = AllAtOnce(5, in_front=in_front)
        padded = np.concatenate(order, axis=1)
        assert np.allclose(net.forward(pack(x))[0], net.forward(pack(padded))[0], atol=1e-6)
    assert net.size == 5 * 4 * 64 + 64 + 64 * 2 + 2


@pytest.mark.parametrize("in_front", [False, True])
def test_all_at_once_has_the_gradient_of_what_it_computes(in_front):
    net = AllAtOnce(4, in_front=in_front)
    rng = np.random.default_rng(0)
    x = pack(rng.standard_normal((3, 2, 4)).astype(np.float32))
    d = rng.standard_normal((3, 2)).astype(np.float32)
    dx = net.forward(x)[1](d)
    assert dx.shape == x.data.shape
    step = np.zeros(x.data.shape, np.float32)
    step[1, 2] = 1e-2  # the first letter of the second text
    above, below = (net.forward(x.with_data(x.data + sign * step))[0] for sign in (1, -1))
    slope = ((above - below) * d).sum() / 2e-2
    assert slope == pytest.approx(dx[1, 2], rel=0.02, abs=1e-4)


def test_the_table_tells_lengths_trained_on_from_others():
    found = [1.0] * 5 + [0.5] * 4
    numbers = {
        "longest_in_training": 20,
        "places": 40,
        "lengths": list(LENGTHS),
        "rows": [["recurrent", 20, 1090, found]],
    }
    assert EXPERIMENTS["constant-size"].table(numbers).rows == (
        ("recurrent", "1,090", "2 to 20", "100.0%", "50.0%"),
    )

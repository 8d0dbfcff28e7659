"""What training is made of, by what it promises: loss, optimisers, clipping, schedules, dropout.

That they equal torch's is checked in `test_parity_torch.py` and `test_golden_torch.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parity import OPTIMISERS
from rnn_cases import Array, assert_within, recurrent, sequences, stable

from cognomen.errors import InputError
from cognomen.rnn import (
    GRU,
    RNN,
    SGD,
    Adam,
    AdamW,
    Dropout,
    Linear,
    Optimiser,
    Recurrent,
    clip_grad_norm,
    cosine,
    cross_entropy,
    gradcheck,
    log_softmax,
    minimise,
    one_cycle,
    pack,
    softmax,
    warmup,
)

MAKE: dict[str, Callable[..., Optimiser]] = {"SGD": SGD, "Adam": Adam, "AdamW": AdamW}
LOGITS = st.lists(st.lists(st.floats(-50, 50), min_size=3, max_size=3), min_size=1, max_size=5)


# --- softmax and cross-entropy


@stable
@given(rows=LOGITS, shift=st.floats(-1e4, 1e4))
def test_softmax(rows: list[list[float]], shift: float) -> None:
    logits = np.array(rows)
    p = softmax(logits)
    assert (p >= 0).all()
    assert_within(p.sum(axis=1), np.ones(len(p)), 1e-12)
    assert_within(softmax(logits + shift), p, 1e-10)
    assert_within(np.exp(log_softmax(logits)), p, 1e-15)
    assert_within(p, np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), 1e-12)


def test_huge_logits_do_not_overflow() -> None:
    logits = np.array([[1e4, 0.0, -1e4]])
    assert softmax(logits).tolist() == [[1, 0, 0]]
    assert log_softmax(logits).tolist() == [[0, -1e4, -2e4]]
    loss, dlogits = cross_entropy(logits, np.array([2]))
    assert loss == 2e4
    assert dlogits.tolist() == [[1, 0, -1]]


def test_cross_entropy_by_hand() -> None:
    """Two names of three classes: p = (1/2, 1/4, 1/4) and (1/5, 1/5, 3/5)."""
    logits = np.log(np.array([[2.0, 1, 1], [1, 1, 3]]))
    labels = np.array([0, 1])
    plain, _ = cross_entropy(logits, labels)
    assert plain == pytest.approx((np.log(2) + np.log(5)) / 2)
    weighted, _ = cross_entropy(logits, labels, class_weights=np.array([3.0, 1, 7]))
    assert weighted == pytest.approx((3 * np.log(2) + np.log(5)) / 4)
    smooth, _ = cross_entropy(logits, labels, label_smoothing=0.3)
    first = 0.8 * np.log(2) + 0.1 * np.log(4) + 0.1 * np.log(4)
    second = 0.1 * np.log(5) + 0.8 * np.log(5) + 0.1 * np.log(5 / 3)
    assert smooth == pytest.approx((first + second) / 2)


@stable
@given(rows=LOGITS, smoothing=st.floats(0, 0.9))
def test_a_push_on_all_logits_alike_changes_nothing(rows: list[list[float]], smoothing: float) -> None:
    """The gradient of each name sums to zero, since the softmax ignores a common shift."""
    logits = np.array(rows)
    labels = np.arange(len(rows)) % 3
    _, dlogits = cross_entropy(logits, labels, label_smoothing=smoothing)
    assert_within(dlogits.sum(axis=1), np.zeros(len(rows)), 1e-12)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("weights", [None, np.array([0.5, 2.0, 1.0])])
def test_a_distribution_on_one_class_is_its_label(smoothing: float, weights: Array | None) -> None:
    """Bit for bit, in single precision."""
    logits = (np.random.default_rng(4).standard_normal((4, 3)) * 3).astype(np.float32)
    labels = np.array([0, 2, 2, 1])
    options: Any = {"class_weights": weights, "label_smoothing": smoothing}
    loss, dlogits = cross_entropy(logits, labels, **options)
    soft, dsoft = cross_entropy(logits, np.eye(3, dtype=np.float32)[labels], **options)
    assert soft == loss
    np.testing.assert_array_equal(dsoft, dlogits, strict=True)


def test_a_distribution_is_least_surprised_by_itself() -> None:
    q = np.array([[0.7, 0.2, 0.1], [0.25, 0.25, 0.5]])
    loss, dlogits = cross_entropy(np.log(q), q)
    assert loss == pytest.approx(-(q * np.log(q)).sum() / 2), "its entropy"
    assert_within(dlogits, np.zeros((2, 3)), 1e-15)


@pytest.mark.parametrize(
    "labels", [[[0.5, 0.5, 0.5], [1, 0, 0]], [[1.5, -0.5, 0], [1, 0, 0]], [[np.nan, 1, 0], [1, 0, 0]]]
)
def test_rows_that_are_no_distributions(labels: list[list[float]]) -> None:
    with pytest.raises(InputError, match="or distributions over 3 classes"):
        cross_entropy(np.zeros((2, 3)), np.array(labels))


@pytest.mark.parametrize("labels", [[0, 3], [-1, 0], [0], [[0, 1]]])
def test_labels_that_are_no_classes(labels: Any) -> None:
    with pytest.raises(InputError, match="0 to 2"):
        cross_entropy(np.zeros((2, 3)), np.array(labels))


def test_the_loss_keeps_float32() -> None:
    weights = np.array([1.0, 2.0, 3.0])
    logits = np.zeros((2, 3), np.float32)
    _, dlogits = cross_entropy(logits, np.array([0, 1]), class_weights=weights, label_smoothing=0.1)
    assert dlogits.dtype == np.float32


# --- optimisers


def fitted(optimiser: Optimiser, params: dict[str, Array], steps: int) -> None:
    """Walk down |p - 3|^2 / 2, whose gradient is p - 3."""
    for _ in range(steps):
        optimiser.step({name: p - 3 for name, p in params.items()})


@pytest.mark.parametrize("which", OPTIMISERS)
def test_a_stored_optimiser_goes_on_as_if_it_had_never_stopped(which: str) -> None:
    name, options = OPTIMISERS[which]
    straight = {"w": np.array([[1.0, -2.0]]), "b": np.array([0.5])}
    broken = {key: p.copy() for key, p in straight.items()}
    fitted(MAKE[name](straight, 0.1, **options), straight, 7)
    first = MAKE[name](broken, 0.1, **options)
    fitted(first, broken, 3)
    stored, steps = {key: value.copy() for key, value in first.state.items()}, first.steps
    resumed = {key: p.copy() for key, p in broken.items()}
    second = MAKE[name](resumed, 0.1, **options)
    assert second.state.keys() == stored.keys()
    second.state, second.steps = stored, steps
    fitted(second, resumed, 4)
    for key, p in straight.items():
        assert resumed[key].tobytes() == p.tobytes()


@pytest.mark.parametrize("which", OPTIMISERS)
def test_optimisers_work_in_place_and_leave_gradients_alone(which: str) -> None:
    name, options = OPTIMISERS[which]
    params = {"w": np.array([1.0, -2.0], np.float32)}
    array, grads = params["w"], {"w": np.array([0.3, -0.4], np.float32)}
    optimiser = MAKE[name](params, 0.1, **options)
    for _ in range(3):
        optimiser.step(grads)
    assert params["w"] is array
    assert array.dtype == np.float32
    assert (array != np.array([1.0, -2.0])).all()
    assert grads["w"].tolist() == np.array([0.3, -0.4], np.float32).tolist()
    assert all(value.dtype == np.float32 for value in optimiser.state.values())


@pytest.mark.parametrize("name", MAKE)
def test_optimisers_find_the_lowest_point(name: str) -> None:
    params = {"w": np.array([10.0, -4.0])}
    fitted(MAKE[name](params, 0.1, weight_decay=0.0), params, 600)
    assert_within(params["w"], np.array([3.0, 3.0]), 1e-2)


@pytest.mark.parametrize("name", MAKE)
def test_no_parameters_are_a_mistake(name: str) -> None:
    """A network that waits for its first input has none yet: it would never learn, and nobody would know."""
    with pytest.raises(InputError, match="first input"):
        MAKE[name](RNN().params, 0.1)


def test_adams_first_step_is_the_rate_whatever_the_gradient() -> None:
    """Both moments are corrected for their start at zero; without that the first step would be off."""
    for gradient in (1e-3, 1.0, 1e3):
        params = {"w": np.array([1.0])}
        Adam(params, 0.1, eps=0.0).step({"w": np.array([gradient])})
        assert params["w"][0] == pytest.approx(0.9, rel=1e-12)


def test_decoupled_decay_does_not_depend_on_the_gradient() -> None:
    params = {"w": np.array([2.0])}
    AdamW(params, 0.1, weight_decay=0.5).step({"w": np.array([0.0])})
    assert params["w"][0] == pytest.approx(2 * (1 - 0.05), rel=1e-12)


# --- clipping


@stable
@given(seed=st.integers(0, 2**32 - 1), max_norm=st.floats(1e-3, 10))
def test_clipping_keeps_the_direction_and_bounds_the_norm(seed: int, max_norm: float) -> None:
    rng = np.random.default_rng(seed)
    grads = {"w": rng.standard_normal((3, 2)), "b": rng.standard_normal(4)}
    before = np.concatenate([g.ravel() for g in grads.values()])
    norm = clip_grad_norm(grads, max_norm)
    after = np.concatenate([g.ravel() for g in grads.values()])
    assert norm == pytest.approx(np.linalg.norm(before), rel=1e-12)
    assert np.linalg.norm(after) == pytest.approx(min(norm, max_norm), rel=1e-12)
    assert_within(after / np.linalg.norm(after), before / norm, 1e-12)


def test_clipping_leaves_small_gradients_to_the_bit() -> None:
    grads = {"w": np.array([0.1, -0.2]), "b": np.array([0.3])}
    kept = {name: g.copy() for name, g in grads.items()}
    clip_grad_norm(grads, 1.0)
    assert all((grads[name] == kept[name]).all() for name in grads)


def test_clipping_changes_the_layers_own_gradients() -> None:
    layer = Linear(2, 2, rng=np.random.default_rng(0), dtype=np.float64)
    _, backward = layer.forward(np.ones((1, 2)))
    backward(np.full((1, 2), 100.0))
    clip_grad_norm(layer.grads, 1.0)
    total = sum(float((g**2).sum()) for g in layer.grads.values())
    assert total == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_norm_that_is_no_number_is_reported(bad: float) -> None:
    with np.errstate(invalid="ignore"):
        assert not np.isfinite(clip_grad_norm({"w": np.array([1.0, bad])}, 1.0))


# --- schedules


def test_climbing_it_is_one_cycle_and_then_stays() -> None:
    for steps in (1, 2, 7, 100):
        rates = [warmup(step, steps, 0.01) for step in range(steps)]
        top = [step for step in range(steps) if step > 0.3 * steps - 1]
        assert all(rates[step] == one_cycle(step, steps, 0.01) for step in range(steps) if step not in top)
        assert all(rates[step] == pytest.approx(0.01) for step in top)


@pytest.mark.parametrize("steps", [2, 3, 4, 10, 101, 1000])
def test_one_cycle_climbs_and_falls_once(steps: int) -> None:
    rates = [one_cycle(step, steps, 0.01) for step in range(steps)]
    top = int(np.argmax(rates))
    assert max(rates) <= 0.01 * (1 + 1e-12)
    assert (np.diff(rates[: top + 1]) >= 0).all()
    assert (np.diff(rates[top:]) <= 0).all()
    assert rates[-1] == pytest.approx(0.01 / 25 * 1e-4)
    if steps >= 100:
        assert rates[0] == pytest.approx(0.01 / 25)
        assert max(rates) == pytest.approx(0.01, rel=1e-3)
        assert top / steps == pytest.approx(0.3, abs=0.02)


def test_a_single_step_has_the_peak() -> None:
    assert one_cycle(0, 1, 0.01) == pytest.approx(0.01)


@pytest.mark.parametrize("steps", range(1, 12))
def test_schedules_of_few_steps_stay_between_their_ends(steps: int) -> None:
    for step in range(steps):
        assert 0 < one_cycle(step, steps, 0.01) <= 0.01 * (1 + 1e-12)
        assert 0.001 <= cosine(step, steps, 0.01, 0.001) <= 0.01 * (1 + 1e-12)


def test_cosine_runs_from_start_to_end() -> None:
    assert cosine(0, 11, 0.5, 0.1) == pytest.approx(0.5)
    assert cosine(5, 11, 0.5, 0.1) == pytest.approx(0.3)
    assert cosine(10, 11, 0.5, 0.1) == pytest.approx(0.1)


# --- dropout


def test_dropout_drops_its_share_and_keeps_the_mean() -> None:
    x = np.ones((400, 500))
    y, backward = Dropout(0.3).forward(x, np.random.default_rng(0))
    dropped = (y == 0).mean()
    assert dropped == pytest.approx(0.3, abs=0.005)  # 200,000 draws: five standard deviations
    assert np.unique(y[y != 0]) == pytest.approx([1 / 0.7], rel=1e-6)
    assert y.mean() == pytest.approx(1, abs=0.01)
    assert ((backward(np.ones_like(x)) == 0) == (y == 0)).all()
    assert_within(backward(x), y, 0)


def test_dropout_draws_each_number_by_itself() -> None:
    """Rows, columns and one draw after another have nothing to do with each other."""
    rng, layer = np.random.default_rng(0), Dropout(0.5)
    one, other = (layer.forward(np.ones((300, 300)), rng)[0] > 0 for _ in range(2))
    for left, right in ((one, other), (one[1:], one[:-1]), (one[:, 1:], one[:, :-1])):
        assert (left & right).mean() == pytest.approx(0.25, abs=0.01)


def test_dropout_is_off_outside_training_and_at_rate_zero() -> None:
    x = np.random.default_rng(0).standard_normal((3, 4))
    for rate, rng in ((0.9, None), (0.0, np.random.default_rng(0))):
        y, backward = Dropout(rate).forward(x, rng)
        assert_within(y, x, 0)
        assert_within(backward(x), x, 0)


def test_dropout_keeps_float32() -> None:
    x = np.ones((3, 4), np.float32)
    y, backward = Dropout(0.5).forward(x, np.random.default_rng(0))
    assert y.dtype == backward(x).dtype == np.float32


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5, float("nan")])
def test_rates_that_dropout_refuses(rate: float) -> None:
    with pytest.raises(InputError, match="dropout"):
        Dropout(rate)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("direction", ["forward", "both"])
def test_dropout_of_a_recurrent_layer_is_never_ignored(direction: str, layers: int) -> None:
    """Also with a single layer, which torch silently leaves without."""
    quiet = recurrent("gru", direction, layers, h=40)
    noisy = recurrent("gru", direction, layers, h=40, dropout=0.5)
    batch = pack(sequences(0, [5, 9, 3]))
    y = noisy.forward(batch, rng=np.random.default_rng(0))[0].data
    assert (y == 0).mean() == pytest.approx(0.5, abs=0.1)
    assert_within(noisy.forward(batch)[0].data, quiet.forward(batch)[0].data, 0)
    again = noisy.forward(batch, rng=np.random.default_rng(0))[0].data
    other = noisy.forward(batch, rng=np.random.default_rng(1))[0].data
    assert (y == again).all()
    assert (y != other).any()


def test_dropout_lies_between_the_layers_too() -> None:
    """Dropping everything that can be: the second layer must see other inputs than without."""
    layer = recurrent("gru", "forward", 2, h=8, dropout=0.5)
    batch = pack(sequences(0, [4]))
    plain = layer.forward(batch)[0].data
    y = layer.forward(batch, rng=np.random.default_rng(0))[0].data
    kept = y != 0
    assert (np.abs(y[kept] - 2 * plain[kept]) > 1e-6).mean() > 0.9


# --- all of it together


@pytest.mark.parametrize("cell", ["rnn", "combined", "gru", "lstm"])
def test_a_small_network_learns_what_needs_memory(cell: str) -> None:
    """Which of two letters came first, three letters ago: only the memory knows at the end."""
    rng = np.random.default_rng(0)
    options = {"nonlinearity": "tanh"} if cell in ("rnn", "combined") else {}
    layer = Recurrent(cell, 3, 8, rng=rng, dtype=np.float64, cell_options=options)
    output = Linear(8, 2, rng=rng, dtype=np.float64)
    params = layer.params | output.params
    grads = layer.grads | output.grads
    optimiser = AdamW(params, 0.05, weight_decay=0.0)
    first = rng.integers(0, 2, 16)
    rest = np.full((16, 3), 2)
    batch = pack(list(np.eye(3)[np.concatenate([first[:, None], rest], axis=1)]))
    labels = first[batch.sorted_indices]
    losses = []
    for _ in range(60):
        y, _, back_layer = layer.forward(batch)
        logits, back_output = output.forward(y.data[batch.last])
        loss, dlogits = cross_entropy(logits, labels)
        losses.append(loss)
        layer.zero_grad()
        output.zero_grad()
        dy = np.zeros_like(y.data)
        dy[batch.last] = back_output(dlogits)
        back_layer(dy)
        clip_grad_norm(grads, 1.0)
        optimiser.step(grads)
    assert losses[0] > 0.5
    assert losses[-1] < 0.05


def test_a_load_that_does_not_fit_changes_nothing() -> None:
    layer = Linear(3, 2, rng=np.random.default_rng(0))
    before = {name: param.copy() for name, param in layer.params.items()}
    with pytest.raises(InputError, match="bias"):
        layer.load({"weight": np.ones((2, 3)), "bias": np.ones(5)})
    for name, param in layer.params.items():
        np.testing.assert_array_equal(param, before[name])


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [
        ([0, 3], {}, "labels"),
        ([0], {}, "labels"),
        ([0, 1], {"label_smoothing": 2.0}, "label_smoothing"),
        ([0, 1], {"class_weights": np.ones(2)}, "class_weights"),
    ],
)
def test_a_loss_of_nonsense_is_refused(labels: list[int], options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        cross_entropy(np.zeros((2, 3)), np.array(labels), **options)
    with pytest.raises(InputError, match="labels"):
        cross_entropy(np.zeros((0, 3)), np.zeros(0, int))


def test_gradcheck_wants_float64() -> None:
    layer = Linear(3, 2, rng=np.random.default_rng(0))
    with pytest.raises(InputError, match="float64"):
        gradcheck(layer, layer.forward, np.ones((1, 3)))


def test_reading_is_projecting_and_stepping() -> None:
    cell, x = GRU(3, 2, rng=np.random.default_rng(0)), np.ones((4, 3), np.float32)
    y, state = cell.read(x, cell.initial_state(4))
    expected, expected_state, _ = cell.step(cell.project(x)[0], cell.initial_state(4))
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(state, expected_state)


def test_training_stops_early_once_twenty_losses_and_one_more_are_small() -> None:
    net = Linear(1, 1, rng=np.random.default_rng(0))
    losses = ((loss, lambda: None) for loss in [9.0] + [0.0] * 50)
    assert minimise(losses, net, SGD(net.params, 0.1), 51, tolerance=0.01) == [9.0] + [0.0] * 20
    losses = ((0.0, lambda: None) for _ in range(50))
    assert len(minimise(losses, net, SGD(net.params, 0.1), 50, tolerance=0.01)) == 21

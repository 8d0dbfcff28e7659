"""Every backward function against central differences, in float64, away from kinks.

relu has a kink at 0 and max pooling where two letters tie. So inputs are drawn until no relu sees a number
nearer to 0 than .001, and no largest value lies nearer than .001 to the next: a hundred times the 1e-5 by
which central differences move a number. A relu may also be off everywhere, which would make the comparison
one of zeros: parameters are drawn until each has a slope. The whole networks below have fixed seeds, at
which the same is so: a kink within reach would show as a failure, never as a pass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rnn_cases import (
    DIRECTIONS,
    KINDS,
    NETWORK_KINDS,
    SHAPES,
    WAYS,
    Array,
    nearest_kink,
    nearest_tie,
    network,
    recurrent,
    sequences,
)

from cognomen.errors import InputError
from cognomen.rnn import (
    RNN,
    Dropout,
    Embedding,
    Layer,
    Linear,
    Packed,
    Recurrent,
    cross_entropy,
    disagreement,
    gradcheck,
    numerical_gradient,
    pack,
    pool,
    softmax,
)
from cognomen.rnn.gradcheck import relative_error
from cognomen.text.ragged import Ragged

MARGIN = 1e-3
RIGHT = 1e-6


def smooth_inputs(layer: Recurrent, lengths: list[int], pooling: str = "max", way: str = "both") -> Packed:
    """Draw parameters and inputs until no kink is near and every parameter has a slope worth comparing."""
    for seed in range(500):
        rng = np.random.default_rng(seed)
        for param in layer.params.values():
            param[...] = rng.uniform(-1, 1, param.shape)
        x = pack(sequences(seed, lengths))
        y, _, backward = layer.forward(x)
        pooled, back_pool = pool(y, pooling, way)
        layer.zero_grad()
        backward(back_pool(rng.standard_normal(pooled.shape)))
        alive = min(float(np.abs(grad).max()) for grad in layer.grads.values()) > 1e-2
        if alive and nearest_kink(layer, x) > MARGIN and nearest_tie(y.unpack()) > MARGIN:
            return x
    raise AssertionError("in 500 draws, some parameter never had a slope: is its gradient lost?")


def assert_right(errors: dict[str, float], names: set[str]) -> None:
    assert errors.keys() == names
    assert max(errors.values()) < RIGHT, errors


def fixed(rng: np.random.Generator, *shape: int) -> Array:
    return rng.standard_normal(shape)


@pytest.mark.parametrize("pooling", WAYS)
@pytest.mark.parametrize(("direction", "layers"), SHAPES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_cell_direction_depth_and_pooling(kind: str, direction: str, layers: int, pooling: str) -> None:
    layer = recurrent(kind, direction, layers)
    batch = smooth_inputs(layer, [2, 3, 1, 3], pooling, direction)

    def forward(x: Array) -> tuple[Array, Callable[[Array], Array]]:
        y, _, back = layer.forward(batch.with_data(x))
        pooled, back_pool = pool(y, pooling, direction)
        return pooled, lambda d: back(back_pool(d))[0]

    assert_right(gradcheck(layer, forward, batch.data), {*layer.params, "input"})
    assert all(np.abs(grad).max() > 1e-4 for grad in layer.grads.values()), "nothing to compare"


@pytest.mark.parametrize("kind", KINDS)
def test_every_letters_output(kind: str) -> None:
    """Without pooling: gradients that come in at every step."""
    layer = recurrent(kind, "both", 2)
    batch = smooth_inputs(layer, [2, 3, 1, 3])

    def forward(x: Array) -> tuple[Array, Callable[[Array], Array]]:
        y, _, back = layer.forward(batch.with_data(x))
        return y.data, lambda d: back(d)[0]

    assert_right(gradcheck(layer, forward, batch.data), {*layer.params, "input"})


@pytest.mark.parametrize("kind", KINDS)
def test_without_bias(kind: str) -> None:
    layer = recurrent(kind, "both", bias=False)
    assert not any("bias" in name for name in layer.params)
    batch = smooth_inputs(layer, [2, 3])

    def forward(x: Array) -> tuple[Array, Callable[[Array], Array]]:
        y, _, back = layer.forward(batch.with_data(x))
        return y.data, lambda d: back(d)[0]

    assert_right(gradcheck(layer, forward, batch.data), {*layer.params, "input"})


@pytest.mark.parametrize("kind", KINDS)
def test_one_step_from_any_state(kind: str) -> None:
    """Also the gradient by the state before, which a run from zeros never shows at its first step."""
    cell, _ = recurrent(kind).levels[0][0]
    slots = cell.slots

    def forward(x: Array) -> tuple[Array, Callable[[Array], Array]]:
        a, back_project = cell.project(x[:, :3])
        state = x[:, 3:].reshape(len(x), slots, 2).swapaxes(0, 1)
        y, after, back = cell.step(a, state)

        def backward(d: Array) -> Array:
            dafter = d[:, 2:].reshape(len(x), slots, 2).swapaxes(0, 1)
            da, dstate = back(d[:, :2], dafter)
            return np.concatenate([back_project(da), *dstate], axis=1)

        return np.concatenate([y, *after], axis=1), backward

    x = sequences(3, [4], 3 + 2 * slots)[0]
    assert_right(gradcheck(cell, forward, x), {*cell.params, "input"})


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("pooling", WAYS)
@pytest.mark.parametrize("kind", ["gru", "combined-tanh"])
def test_a_whole_network_with_its_loss(kind: str, pooling: str, direction: str) -> None:
    made = network(kind, pooling, direction)
    names = Ragged(np.array([1, 4, 2, 5, 0, 3, 1]), np.array([2, 4, 1]))
    labels, weights = np.array([3, 0, 1]), np.array([0.5, 2.0, 1.0, 1.5])

    def forward(ids: Array) -> tuple[Array, Callable[[Array], None]]:
        logits, back = made.forward(names.with_data(ids))
        loss, dlogits = cross_entropy(logits, labels, class_weights=weights, label_smoothing=0.1)
        return np.array(loss), lambda d: back(d * dlogits)

    assert_right(gradcheck(made, forward, names.data), set(made.params))


@pytest.mark.parametrize("kind", NETWORK_KINDS)
def test_dropout_in_every_place(kind: str) -> None:
    """The same noise each time, so that the loss is a function of the parameters alone."""
    made = network(kind, "mean", "both", 2)
    made.dropout_embedded.rate = made.recurrent.dropout.rate = made.dropout_pooled.rate = 0.3
    names = Ragged(np.array([1, 4, 2, 5, 0, 3, 1]), np.array([2, 4, 1]))

    def forward(ids: Array) -> tuple[Array, Callable[[Array], None]]:
        return made.forward(names.with_data(ids), np.random.default_rng(8))

    assert_right(gradcheck(made, forward, names.data), set(made.params))


@pytest.mark.parametrize("rate", [0.0, 0.4])
def test_layers_without_memory(rate: float) -> None:
    rng = np.random.default_rng(0)
    linear = Linear(3, 4, rng=rng, dtype=np.float64)
    assert_right(gradcheck(linear, linear.forward, fixed(rng, 5, 3)), {"weight", "bias", "input"})
    bare = Linear(3, 4, rng=rng, bias=False, dtype=np.float64)
    assert_right(gradcheck(bare, bare.forward, fixed(rng, 5, 3)), {"weight", "input"})
    embedding = Embedding(6, 3, rng=rng, dtype=np.float64)
    ids: Any = np.array([1, 5, 1, 0])
    assert_right(gradcheck(embedding, embedding.forward, ids), {"weight"})  # type: ignore[arg-type]
    dropout = Dropout(rate)
    noisy = gradcheck(dropout, lambda x: dropout.forward(x, np.random.default_rng(1)), fixed(rng, 5, 3))
    assert_right(noisy, {"input"})


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("shape", [(4, 3), (4, 2, 3)])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith("rnn")])
def test_the_textbook_network_through_time(kind: str, shape: tuple[int, ...], bias: bool) -> None:
    _, options = KINDS[kind]
    rnn = RNN(3, 4, 2, bias=bias, dtype=np.float64, seed=1, **options)

    def forward(x: Array) -> tuple[Array, Callable[[Array], Array]]:
        rnn.reset()
        return rnn.forward(x)

    x = np.random.default_rng(2).standard_normal(shape)
    assert_right(gradcheck(rnn, forward, x), {*rnn.params, "input"})


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("weights", [None, np.array([0.5, 2.0, 1.0])])
@pytest.mark.parametrize(
    "labels", [np.array([0, 2, 2, 1]), np.array([[1, 0, 0], [0.2, 0.3, 0.5], [0, 0.6, 0.4], [0, 0, 1]])]
)
def test_the_loss(smoothing: float, weights: Array | None, labels: Array) -> None:
    logits = np.random.default_rng(4).standard_normal((4, 3)) * 3

    def loss() -> float:
        return cross_entropy(logits, labels, class_weights=weights, label_smoothing=smoothing)[0]

    found = cross_entropy(logits, labels, class_weights=weights, label_smoothing=smoothing)[1]
    assert relative_error(found, numerical_gradient(loss, logits)) < RIGHT


def test_disagreement() -> None:
    logits, others = np.random.default_rng(5).standard_normal((2, 4, 3)) * 3

    def loss() -> float:
        return disagreement(logits, others)[0]

    found = disagreement(logits, others)
    assert relative_error(found[1], numerical_gradient(loss, logits)) < RIGHT
    assert relative_error(found[2], numerical_gradient(loss, others)) < RIGHT
    p, q = softmax(logits), softmax(others)
    by_hand = (p * np.log(p / q)).sum() + (q * np.log(q / p)).sum()
    assert found[0] == pytest.approx(by_hand / 2 / 4)
    value, *gradients = disagreement(logits, logits + 1.5)  # logits that differ by a number are equal answers
    assert value == pytest.approx(0, abs=1e-15)
    assert np.abs(gradients).max() < 1e-15
    with pytest.raises(InputError, match=r"others: expected .* \(4, 3\) .* got \(2, 3\)"):
        disagreement(logits, others[:2])


def test_the_gradient_goes_to_the_first_of_equal_letters() -> None:
    """At a tie there is no derivative: the choice is written down and kept."""
    y = pack([np.array([[1.0, 5.0], [3.0, 5.0], [3.0, 2.0]]), np.array([[7.0, 7.0], [7.0, 8.0]])])
    pooled, backward = pool(y, "max")
    assert pooled.tolist() == [[3.0, 5.0], [7.0, 8.0]]
    first, second = y.with_data(backward(np.array([[1.0, 10.0], [100.0, 1000.0]]))).unpack()
    assert first.tolist() == [[0, 10], [1, 0], [0, 0]]
    assert second.tolist() == [[100, 0], [0, 1000]]


class Wrong(Layer):
    """y = w x, with a mistake of choice in its backward function."""

    def __init__(self, mistake: str) -> None:
        super().__init__({"w": np.array([2.0, -1.0, 0.5])})
        self.mistake = mistake

    def forward(self, x: Array) -> tuple[Array, Callable[[Array], Array]]:
        def backward(dy: Array) -> Array:
            dw = (dy * x).sum(axis=0)
            self.grads["w"] += dw * np.array([1, 1, 1.01]) if self.mistake == "w" else dw
            return dy * (x if self.mistake == "input" else self.params["w"])

        return x * self.params["w"], backward


@pytest.mark.parametrize(("mistake", "wrong"), [("none", set()), ("w", {"w"}), ("input", {"input"})])
def test_gradcheck_finds_the_mistake_and_says_where(mistake: str, wrong: set[str]) -> None:
    layer, x = Wrong(mistake), np.random.default_rng(0).standard_normal((4, 3))
    values, kept = layer.params["w"].copy(), x.copy()
    errors = gradcheck(layer, layer.forward, x)
    assert {name for name, error in errors.items() if error > RIGHT} == wrong
    assert (layer.params["w"] == values).all()
    assert (x == kept).all(), "what was nudged must be put back"


def test_gradcheck_does_not_add_to_gradients_of_before() -> None:
    layer, x = Wrong("none"), np.ones((2, 3))
    layer.grads["w"].fill(99)
    assert gradcheck(layer, layer.forward, x)["w"] < RIGHT


def test_relative_error() -> None:
    assert relative_error(np.zeros(2), np.zeros(2)) == 0
    assert relative_error(np.array([1.0, 4.0]), np.array([1.0, 5.0])) == pytest.approx(0.2)
    assert relative_error(np.array([1e-9]), np.array([2e-9])) == pytest.approx(0.5)
    assert not relative_error(np.array([1.0]), np.array([np.nan])) < RIGHT
    assert not relative_error(np.array([np.nan]), np.array([1.0])) < RIGHT

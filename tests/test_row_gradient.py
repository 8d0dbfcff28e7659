"""Gradients of a few rows: what they add up to, and optimisers that move these rows and no others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognomen.rnn import SGD, Adam, AdamW, clip_grad_norm
from cognomen.rnn.arrays import Array
from cognomen.rnn.engine.row_gradient import RowGradient
from cognomen.rnn.optim import Optimiser

OPTIMISERS: dict[str, Callable[[Mapping[str, Array]], Optimiser]] = {
    "sgd": lambda params: SGD(params, 0.1, weight_decay=0.3),
    "sgd-momentum": lambda params: SGD(params, 0.1, momentum=0.9),
    "adam": lambda params: Adam(params, 0.1, weight_decay=0.2),
    "adamw": lambda params: AdamW(params, 0.1, betas=(0.8, 0.9), weight_decay=0.2),
}
SHAPE = (6, 3)


def of_rows(dense: Array, rows: Any) -> Array:
    """These rows of a gradient; typed as an array, as in a layer's gradients."""
    gradient = RowGradient(dense.shape, dense.dtype)
    rows = np.asarray(rows, np.int64)
    gradient.add(rows, np.ones(len(rows), dense.dtype), dense, rows)
    return cast("Array", gradient)


@given(
    calls=st.lists(
        st.lists(st.tuples(st.integers(0, 5), st.integers(-4, 4), st.integers(0, 3)), max_size=9), max_size=3
    )
)
def test_it_is_the_sum_of_what_was_added(calls: list[list[tuple[int, int, int]]]) -> None:
    d = np.random.default_rng(0).normal(size=(4, 3))
    gradient, expected = RowGradient(SHAPE, np.float64), np.zeros(SHAPE)
    for call in calls:
        rows, weights, which = np.array(call, np.int64).reshape(-1, 3).T
        gradient.add(rows, weights.astype(np.float64), d, which)
        for row, weight, source in call:
            expected[row] += weight * d[source]
    np.testing.assert_allclose(gradient.to_dense(), expected, atol=1e-12)
    assert gradient.rows.tolist() == sorted({row for call in calls for row, _, _ in call})
    assert gradient.values.shape == (len(gradient.rows), 3)
    assert gradient.squared_norm() == pytest.approx((expected**2).sum())


def test_it_keeps_its_precision() -> None:
    gradient = RowGradient(SHAPE, np.float32)
    gradient.add(np.array([2]), np.array([0.5]), np.ones((1, 3)), np.array([0]))
    assert gradient.values.dtype == np.float32


def test_it_is_cleared_and_scaled_like_an_array() -> None:
    dense = np.arange(18.0).reshape(SHAPE)
    gradient = cast("RowGradient", of_rows(dense, [1, 4]))
    same = gradient
    gradient *= 2
    assert gradient is same
    np.testing.assert_array_equal(gradient.values, 2 * dense[[1, 4]])
    gradient.fill(0)
    assert not len(gradient.rows)
    assert not gradient.to_dense().any()
    with pytest.raises(ValueError, match="can only be filled with 0, got 1"):
        gradient.fill(1)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_with_all_rows_it_is_the_dense_optimiser(name: str) -> None:
    """Bit for bit, in single precision, over several steps."""
    rng = np.random.default_rng(1)
    start = rng.normal(size=SHAPE).astype(np.float32)
    dense, sparse = ({"w": start.copy()} for _ in range(2))
    one, other = OPTIMISERS[name](dense), OPTIMISERS[name](sparse)
    for _ in range(5):
        grad = rng.normal(size=SHAPE).astype(np.float32)
        one.step({"w": grad})
        other.step({"w": of_rows(grad, rng.permutation(SHAPE[0]))})
    assert sparse["w"].tobytes() == dense["w"].tobytes()
    assert not np.array_equal(dense["w"], start)
    assert one.state.keys() == other.state.keys()
    for kind, moment in one.state.items():
        assert other.state[kind].tobytes() == moment.tobytes(), kind


@pytest.mark.parametrize("name", OPTIMISERS)
def test_other_rows_stay_as_they_are(name: str) -> None:
    """With their moments and without decay; those that move do so as in a matrix of their own."""
    rng = np.random.default_rng(2)
    start, moved = rng.normal(size=SHAPE), [0, 3]
    whole, alone = {"w": start.copy()}, {"w": start[moved].copy()}
    one, other = OPTIMISERS[name](whole), OPTIMISERS[name](alone)
    for _ in range(3):
        grad = rng.normal(size=SHAPE)
        one.step({"w": of_rows(grad, moved)})
        other.step({"w": grad[moved]})
    np.testing.assert_array_equal(whole["w"][moved], alone["w"])
    still = [1, 2, 4, 5]
    np.testing.assert_array_equal(whole["w"][still], start[still])
    for moment in one.state.values():
        assert not moment[still].any()


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_batch_that_uses_no_row_moves_none(name: str) -> None:
    start = np.ones(SHAPE)
    params = {"w": start.copy()}
    optimiser = OPTIMISERS[name](params)
    optimiser.step({"w": of_rows(start, [])})
    np.testing.assert_array_equal(params["w"], start)
    assert optimiser.steps == 1


@pytest.mark.parametrize("max_norm", [0.5, 100.0])
def test_clipping_takes_rows_and_arrays_together(max_norm: float) -> None:
    rng = np.random.default_rng(4)
    dense, other = rng.normal(size=SHAPE), rng.normal(size=4)
    rows = np.zeros(SHAPE)
    rows[[2, 5]] = dense[[2, 5]]
    expected, mixed = {"w": rows, "b": other.copy()}, {"w": of_rows(dense, [2, 5]), "b": other.copy()}
    norm = clip_grad_norm(expected, max_norm)
    assert clip_grad_norm(mixed, max_norm) == pytest.approx(norm)
    np.testing.assert_allclose(cast("RowGradient", mixed["w"]).to_dense(), expected["w"])
    np.testing.assert_allclose(mixed["b"], expected["b"])


def test_rows_that_are_not_finite_show_in_the_norm() -> None:
    """So that a divergence is noticed."""
    assert np.isnan(clip_grad_norm({"w": of_rows(np.full(SHAPE, np.nan), [1])}, 1.0))

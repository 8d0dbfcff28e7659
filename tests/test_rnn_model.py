"""The textbook network: `rnn = RNN(); y = rnn.step(x)`, and its equations to the letter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rnn_cases import KINDS, assert_within, stable

import cognomen
from cognomen.errors import InputError
from cognomen.rnn import RNN, AdamW, numerical_gradient
from cognomen.rnn.gradcheck import relative_error

SAME = 1e-12
PHI = {
    "rnn-tanh": np.tanh,
    "rnn-relu": lambda z: z * (z > 0),
    "rnn-identity": lambda z: z,
    "rnn-pair": np.arctan,
}


def test_as_it_stands() -> None:
    """The two lines of the design, for any vector: a list, integers, an array."""
    rnn = RNN()
    y = rnn.step([1.0, -2.0, 0.5])
    assert y.shape == (3,)
    assert rnn.h is not None
    assert rnn.h.shape == (128,)
    assert (rnn.U.shape, rnn.V.shape, rnn.W.shape) == ((128, 3), (128, 128), (3, 128))
    assert cognomen.RNN is RNN
    assert RNN().step(np.arange(5)).shape == (5,)
    assert RNN().step((1, 2)).shape == (2,)
    assert RNN().step([7]).shape == (1,)


def test_sizes_that_are_given() -> None:
    rnn = RNN(4, 5, 2)
    assert (rnn.U.shape, rnn.V.shape, rnn.W.shape) == ((5, 4), (5, 5), (2, 5))
    assert rnn.step(np.ones(4)).shape == (2,)
    late = RNN(hidden_size=5, output_size=2)
    assert late.step(np.ones(4)).shape == (2,)
    assert late.U.shape == (5, 4)


@pytest.mark.parametrize("kind", PHI)
@pytest.mark.parametrize("bias", [False, True])
def test_the_equations(kind: str, bias: bool) -> None:
    """h <- phi(V h + U x), y = W h, computed by hand, three steps long."""
    phi = PHI[kind]
    rnn = RNN(4, 5, 3, bias=bias, dtype=np.float64, seed=0, **KINDS[kind][1])
    zero = np.zeros(5)
    b_ih, b_hh = rnn.params.get("bias_ih", zero), rnn.params.get("bias_hh", zero)
    b_y = rnn.params.get("output.bias", np.zeros(3))
    assert len(rnn.params) == (6 if bias else 3)
    h = zero
    for x in np.random.default_rng(1).standard_normal((3, 4)):
        y = rnn.step(x)
        h = phi(rnn.V @ h + rnn.U @ x + b_ih + b_hh)
        assert_within(rnn.h, h, SAME)
        assert_within(y, rnn.W @ h + b_y, SAME)


def test_the_default_is_tanh_without_bias() -> None:
    rnn, x = RNN(seed=0, dtype=np.float64), np.array([0.5, -1.0])
    y = rnn.step(x)
    assert_within(rnn.h, np.tanh(rnn.U @ x), SAME)
    assert_within(y, rnn.W @ np.tanh(rnn.U @ x), SAME)
    assert set(rnn.params) == {"weight_ih", "weight_hh", "output.weight"}


def test_the_letters_are_the_parameters_themselves() -> None:
    """Changing U, V or W in place changes what the network computes."""
    rnn = RNN(3, 4, 2, dtype=np.float64, seed=0)
    assert rnn.U is rnn.params["weight_ih"]
    assert rnn.V is rnn.params["weight_hh"]
    assert rnn.W is rnn.params["output.weight"]
    rnn.W[...] = 0
    assert rnn.step(np.ones(3)).tolist() == [0, 0]
    rnn.U[...], rnn.V[...] = 0, np.eye(4)
    before = rnn.h
    assert before is not None
    rnn.step(np.ones(3))
    assert_within(rnn.h, np.tanh(before), SAME)


def test_reset_forgets() -> None:
    rnn, x = RNN(seed=0), np.ones(3)
    first, second = rnn.step(x), rnn.step(x)
    assert (first != second).any(), "the memory must have moved"
    rnn.reset()
    assert rnn.h is None
    assert (rnn.step(x) == first).all()
    assert (rnn.step(x) == second).all()


def test_each_step_leaves_the_memory_before_as_it_was() -> None:
    rnn = RNN(seed=0)
    rnn.step(np.ones(3))
    kept = rnn.h
    assert kept is not None
    values = kept.copy()
    rnn.step(np.ones(3))
    assert rnn.h is not kept
    assert (kept == values).all()


def test_the_memory_can_be_set() -> None:
    rnn = RNN(2, 3, dtype=np.float64, seed=0)
    h, x = np.array([0.1, -0.2, 0.3]), np.array([1.0, 2.0])
    rnn.h = h
    rnn.step(x)
    assert_within(rnn.h, np.tanh(rnn.V @ h + rnn.U @ x), SAME)


@stable
@given(seed=st.integers(0, 1000), steps=st.integers(1, 5), count=st.integers(1, 4))
def test_step_equals_run_equals_batch(seed: int, steps: int, count: int) -> None:
    xs = np.random.default_rng(seed).standard_normal((steps, count, 3))
    rnn = RNN(3, 4, 2, dtype=np.float64, seed=seed)
    batch = rnn.run(xs)
    h = rnn.h
    assert h is not None
    assert batch.shape == (steps, count, 2)
    assert h.shape == (count, 4)
    rnn.reset()
    assert_within(np.stack([rnn.step(x) for x in xs]), batch, SAME)
    for n in range(count):
        rnn.reset()
        assert_within(np.stack([rnn.step(x) for x in xs[:, n]]), batch[:, n], SAME)
        assert_within(rnn.h, h[n], SAME)
        rnn.reset()
        assert_within(rnn.run(xs[:, n]), batch[:, n], SAME)


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("kind", PHI)
def test_step_by_step_is_run_for_every_nonlinearity(kind: str, bias: bool) -> None:
    xs = np.random.default_rng(0).standard_normal((5, 2, 3))
    rnn = RNN(3, 4, 2, bias=bias, dtype=np.float64, seed=0, **KINDS[kind][1])
    for some in (xs, xs[:, 0]):
        rnn.reset()
        at_once, end = rnn.run(some), rnn.h
        rnn.reset()
        assert_within(np.stack([rnn.step(x) for x in some]), at_once, SAME)
        assert end is not None
        assert_within(rnn.h, end, SAME)


def test_a_run_goes_on_from_the_memory() -> None:
    xs = np.random.default_rng(0).standard_normal((6, 3))
    rnn = RNN(3, 4, dtype=np.float64, seed=0)
    whole = rnn.run(xs)
    rnn.reset()
    assert_within(np.concatenate([rnn.run(xs[:2]), rnn.run(xs[2:])]), whole, SAME)


def test_seeds() -> None:
    x = np.ones(3)
    assert (RNN(seed=3).step(x) == RNN(seed=3).step(x)).all()
    assert (RNN(seed=3).step(x) != RNN(seed=4).step(x)).any()
    assert (RNN().step(x) != RNN().step(x)).any()
    assert (RNN(3, seed=3).step(x) == RNN(seed=3).step(x)).all(), "sizes given or taken: the same values"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype(dtype: Any) -> None:
    rnn = RNN(dtype=dtype, bias=True, seed=0)
    y = rnn.step([1, 2, 3])
    assert rnn.h is not None
    assert y.dtype == rnn.h.dtype == dtype
    ys, backward = rnn.forward(np.ones((2, 3)))
    assert ys.dtype == backward(np.ones((2, 3), dtype)).dtype == dtype
    assert all(array.dtype == dtype for array in (*rnn.params.values(), *rnn.grads.values()))


def test_float32_is_the_default() -> None:
    assert RNN().step([1.0]).dtype == np.float32


# --- through time


@pytest.mark.parametrize("before", [0, 2])
def test_memory_of_before_is_taken_as_given(before: int) -> None:
    """Truncated backpropagation: the gradient of this stretch alone, with h fixed at its start."""
    rng = np.random.default_rng(0)
    rnn = RNN(3, 4, 2, dtype=np.float64, seed=0)
    if before:
        rnn.run(rng.standard_normal((before, 3)))
    start = None if rnn.h is None else rnn.h.copy()
    xs, weights = rng.standard_normal((3, 3)), rng.standard_normal((3, 2))

    def loss() -> float:
        rnn.h = None if start is None else start.copy()
        return float((rnn.run(xs) * weights).sum())

    rnn.h = start
    _, backward = rnn.forward(xs)
    rnn.zero_grad()
    dxs = backward(weights)
    assert relative_error(dxs, numerical_gradient(loss, xs)) < 1e-6
    for name, param in rnn.params.items():
        assert relative_error(rnn.grads[name], numerical_gradient(loss, param)) < 1e-6


def test_later_answers_reach_back_and_earlier_ones_do_not_reach_forward() -> None:
    rnn = RNN(3, 4, 2, dtype=np.float64, seed=0)
    xs = np.random.default_rng(0).standard_normal((4, 3))
    for t in range(4):
        rnn.reset()
        _, backward = rnn.forward(xs)
        dys = np.zeros((4, 2))
        dys[t] = 1
        dxs = backward(dys)
        assert (np.abs(dxs[: t + 1]).max(axis=1) > 1e-6).all()
        assert (dxs[t + 1 :] == 0).all()


def test_gradients_add_up() -> None:
    rnn = RNN(3, 4, 2, dtype=np.float64, seed=0)
    _, backward = rnn.forward(np.ones((2, 3)))
    backward(np.ones((2, 2)))
    once = {name: grad.copy() for name, grad in rnn.grads.items()}
    backward(np.ones((2, 2)))
    for name, grad in rnn.grads.items():
        assert_within(grad, 2 * once[name], SAME)
    rnn.zero_grad()
    assert all((grad == 0).all() for grad in rnn.grads.values())


def test_it_learns_to_answer_with_the_input_before() -> None:
    """A task that needs the memory, with nothing but the public parts."""
    rng = np.random.default_rng(0)
    rnn = RNN(2, 16, dtype=np.float64, seed=0)
    optimiser = AdamW(rnn.params, 0.02, weight_decay=0.0)
    xs = rng.choice([-1.0, 1.0], (6, 16, 2))
    errors = []
    for _ in range(150):
        rnn.reset()
        ys, backward = rnn.forward(xs)
        difference = np.zeros_like(ys)
        difference[1:] = ys[1:] - xs[:-1]
        errors.append(float((difference**2).mean()))
        rnn.zero_grad()
        backward(2 * difference / difference.size)
        optimiser.step(rnn.grads)
    assert errors[-1] < errors[0] / 20


# --- what is refused


@pytest.mark.parametrize("x", [3.0, [], np.ones((2, 0)), np.ones((0, 3)), np.ones((2, 2, 2))])
def test_inputs_without_the_right_shape(x: Any) -> None:
    with pytest.raises(InputError, match=r"\(X,\) or \(N, X\)"):
        RNN().step(x)


def test_inputs_of_another_width() -> None:
    for rnn in (RNN(3), RNN()):
        rnn.step(np.ones(3))
        h = rnn.h
        with pytest.raises(InputError, match="3 features, got 4"):
            rnn.step(np.ones(4))
        assert rnn.h is h, "a refused input must not touch the memory"


def test_another_number_of_sequences_needs_a_reset() -> None:
    rnn = RNN()
    rnn.step(np.ones((2, 3)))
    for x in (np.ones((4, 3)), np.ones(3), np.ones((1, 3))):
        with pytest.raises(InputError, match="reset"):
            rnn.step(x)
    rnn.reset()
    assert rnn.step(np.ones((4, 3))).shape == (4, 3)


def test_matrices_before_they_have_sizes() -> None:
    for letter in "UVW":
        with pytest.raises(InputError, match="first input"):
            getattr(RNN(), letter)


@pytest.mark.parametrize("name", ["input_size", "hidden_size", "output_size"])
@pytest.mark.parametrize("size", [0, -1, 2.5, "3"])
def test_sizes_that_are_none(name: str, size: object) -> None:
    with pytest.raises(InputError, match=f"{name}: expected a whole number, 1 or more"):
        RNN(**{name: size})  # type: ignore[arg-type]


def test_whole_numbers_cannot_learn() -> None:
    with pytest.raises(InputError, match=r"dtype: expected floating-point numbers .*int32"):
        RNN(dtype="int32")


@pytest.mark.parametrize("x", ["abc", [[1, 2], [3]], None, [object()]])
def test_inputs_that_are_no_numbers(x: object) -> None:
    with pytest.raises(InputError, match="expected x"):
        RNN().step(x)  # type: ignore[arg-type]


def test_what_is_printed() -> None:
    rnn = RNN(hidden_size=4)
    assert repr(rnn) == "<RNN: any -> 4 -> as many, float32, 0 weights>"
    rnn.step(np.ones(3))
    assert repr(rnn) == "<RNN: 3 -> 4 -> 3, float32, 40 weights>"


def test_a_nonlinearity_that_does_not_exist() -> None:
    with pytest.raises(InputError, match=r"relu.*'selu'"):
        RNN(nonlinearity="selu")


def test_loading_weights() -> None:
    one, other = RNN(3, 4, 2, seed=0), RNN(3, 4, 2, seed=1)
    other.load(one.params)
    assert (one.step(np.ones(3)) == other.step(np.ones(3))).all()
    assert one.size == 4 * 3 + 4 * 4 + 2 * 4
    with pytest.raises(InputError, match="weight_hh"):
        other.load({"weight_ih": one.U})
    with pytest.raises(InputError, match=r"\(4, 3\).*\(4, 5\)"):
        other.load(RNN(5, 4, 2).params)

"""A linear map in blocks, its gradients added together, its weights at rest, and copies that stay whole."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rnn_cases import KINDS, Array, assert_within, recurrent

from cognomen.rnn import Layer, Linear, gradcheck
from cognomen.rnn.cell import Cell, GatedCell
from cognomen.rnn.cells import CELLS
from cognomen.rnn.engine.packed_weights import deferred_gradients, prepack, repeat_states

RIGHT = 1e-6
SAME = 1e-12


def linear(blocks: int | None = None, *, bias: bool = True) -> Linear:
    rng = np.random.default_rng(0)
    return Linear(3, 2, rng=rng, bias=bias, dtype=np.float64, blocks=blocks)


def inputs(*shape: int, seed: int = 1) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


# --- several maps of one input


@pytest.mark.parametrize("bias", [True, False])
@given(blocks=st.integers(1, 4), count=st.integers(1, 5), seed=st.integers(0, 1000))
def test_blocks_are_so_many_maps_side_by_side(bias: bool, blocks: int, count: int, seed: int) -> None:
    """Weights one above the other, outputs one after the other, gradients like those of each alone."""
    whole = linear(blocks, bias=bias)
    x, d = inputs(count, 3, seed=seed), inputs(blocks, count, 2, seed=seed + 1)
    assert whole.params["weight"].shape == (blocks * 2, 3)
    y, backward = whole.forward(x)
    dx = backward(d)
    expected = np.zeros_like(x)
    for g in range(blocks):
        rows = slice(2 * g, 2 * g + 2)
        alone = linear(bias=bias)
        alone.load({name: p[rows] for name, p in whole.params.items()})
        y_alone, backward_alone = alone.forward(x)
        assert_within(y[g], y_alone, SAME)
        expected += backward_alone(d[g])
        for name, grad in alone.grads.items():
            assert_within(whole.grads[name][rows], grad, SAME)
    assert_within(dx, expected, SAME)


@pytest.mark.parametrize("blocks", [None, 1, 3])
@pytest.mark.parametrize("bias", [True, False])
def test_blocks_against_central_differences(blocks: int | None, bias: bool) -> None:
    made = linear(blocks, bias=bias)
    errors = gradcheck(made, made.forward, inputs(4, 3))
    assert errors.keys() == {"weight", "input"} | ({"bias"} if bias else set())
    assert max(errors.values()) < RIGHT


def test_changes_in_place_show() -> None:
    made, x = linear(3), inputs(4, 3)
    made.params["weight"][...] = 0
    made.params["bias"][...] = np.arange(6)
    assert made.forward(x)[0][:, 0].tolist() == [[0, 1], [2, 3], [4, 5]]


# --- gradients added together


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_deferred_gradients_are_those_of_one_step_after_the_other(kind: str, packed: bool) -> None:
    ((made, _),) = recurrent(kind).levels[0]
    made = prepack(made) if packed else made
    steps = []
    for n in (2, 1, 4):
        a, _ = made.project(inputs(n, 3, seed=n))
        y, state, back = made.step(a, inputs(made.slots, n, made.hidden_size, seed=n + 5))
        steps.append((lambda d, back=back, state=state: back(d, np.ones_like(state))[1], np.ones_like(y)))
    dxs = [backward(d) for backward, d in steps]
    one_by_one = {name: grad.copy() for name, grad in made.grads.items()}
    made.zero_grad()
    with deferred_gradients(made):
        for (backward, d), dx in zip(steps, dxs, strict=True):
            assert_within(backward(d), dx, 0.0)
        assert not any(grad.any() for grad in made.grads.values()), "only at the end"
    assert max(np.abs(grad).max() for grad in made.grads.values()) > 0.1
    for name, grad in made.grads.items():
        assert_within(grad, one_by_one[name], SAME)
    with deferred_gradients(made):
        steps[0][0](steps[0][1])
    steps[1][0](steps[1][1])
    with deferred_gradients(made):
        steps[2][0](steps[2][1])
    for name, grad in made.grads.items():
        assert_within(grad, 2 * one_by_one[name], SAME)


def test_nothing_deferred() -> None:
    ((made, _),) = recurrent("gru").levels[0]
    with deferred_gradients(made):
        pass
    assert not any(grad.any() for grad in made.grads.values())


def fail_after(cell: Cell, work: Callable[[], object]) -> None:
    with deferred_gradients(cell):
        work()
        raise KeyError


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_that_fails_leaves_no_trace(kind: str) -> None:
    """What was kept until then is dropped; the next step back is as if nothing had been."""
    ((cell, _),) = recurrent(kind).levels[0]
    _, state, backward = cell.step(cell.project(inputs(2, 3))[0], cell.initial_state(2))
    dy, dstate = inputs(2, cell.output_size), np.ones_like(state)
    backward(dy, dstate)
    expected = {name: grad.copy() for name, grad in cell.grads.items()}
    cell.zero_grad()
    with pytest.raises(KeyError):
        fail_after(cell, lambda: backward(dy, dstate))
    assert not any(grad.any() for grad in cell.grads.values())
    backward(dy, dstate)
    for name, grad in cell.grads.items():
        assert_within(grad, expected[name], 0.0)


# --- weights at rest


@pytest.mark.parametrize("rows", [1, 4])
@pytest.mark.parametrize("kind", KINDS)
def test_a_prepacked_cell_answers_and_learns_the_same(kind: str, rows: int) -> None:
    ((cell, _),) = recurrent(kind).levels[0]
    x, state = inputs(rows, 3), cell.initial_state(rows) + 0.5
    found = []
    for reader in (cell, prepack(cell)):
        cell.zero_grad()
        a, back_project = reader.project(x)
        y, after, back_step = reader.step(a, state)
        da, dstate = back_step(np.ones_like(y), np.ones_like(after))
        found.append([y, after, dstate, back_project(da), *(grad.copy() for grad in cell.grads.values())])
    for packed, own in zip(found[1], found[0], strict=True):
        assert_within(packed, own, SAME)
    assert_within(prepack(cell).read(x, state)[0], found[0][0], SAME)


@pytest.mark.parametrize("kind", KINDS)
def test_a_prepacked_cell_is_a_picture_of_its_moment(kind: str) -> None:
    """What is changed afterwards is seen by the cell itself, and not by the packed copy."""
    ((cell, _),) = recurrent(kind).levels[0]
    x, state = inputs(4, 3), cell.initial_state(4) + 0.5
    packed, before = prepack(cell), cell.read(x, state)[0]
    for param in cell.params.values():
        param += 0.5
    assert_within(packed.read(x, state)[0], before, SAME)
    assert np.abs(cell.read(x, state)[0] - before).max() > 1e-3


def test_one_row_through_blocks_is_as_many_rows_are() -> None:
    made, x = linear(3), inputs(4, 3)
    y, _ = made.forward(x)
    for row in range(4):
        assert_within(made.forward(x[row : row + 1])[0], y[:, row : row + 1], SAME)


# --- rows that repeat others


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("bias", [True, False])
@given(data=st.data(), own=st.integers(1, 5))
def test_rows_that_repeat_others(kind: str, bias: bool, data: st.DataObject, own: int) -> None:
    cell = CELLS[kind](3, 2, bias=bias, rng=np.random.default_rng(0), dtype=np.float64)
    assert isinstance(cell, GatedCell)
    packed, x = prepack(cell), inputs(own, 2)
    assert isinstance(packed, GatedCell)
    repeats = np.array(data.draw(st.lists(st.integers(0, own - 1), max_size=6)), np.int64)
    rows = np.concatenate([x, x[repeats]])
    expected = packed.recurrent.apply(rows)
    repeat_states(packed, repeats)
    assert_within(packed.recurrent.apply(rows), expected, SAME)
    rows[own:] = np.nan
    if len(rows) > 1:
        assert_within(packed.recurrent.apply(rows), expected, SAME)  # the repeated rows are not looked at


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("packed", [False, True])
def test_a_step_with_states_that_repeat_others(kind: str, packed: bool) -> None:
    """The same outputs and gradients; the last three states are those of rows 1, 0 and 1."""
    ((cell, _),) = recurrent(kind).levels[0]
    reader = prepack(cell) if packed else cell
    repeats = np.array([1, 0, 1])
    x, state = inputs(5, 3), inputs(cell.slots, 2, 2)
    state = np.concatenate([state, state[:, repeats]], axis=1)  # (S, 5, H)
    found = []
    for told in (None, repeats):
        cell.zero_grad()
        if told is not None:
            repeat_states(reader, told)
        y, after, back_step = reader.step(reader.project(x)[0], state)
        dy, dafter = inputs(*y.shape, seed=2), inputs(*after.shape, seed=3)
        found.append([y, after, *back_step(dy, dafter), *(grad.copy() for grad in cell.grads.values())])
    for repeated, each in zip(found[1], found[0], strict=True):
        assert_within(repeated, each, SAME)


# --- copies


def pickled(layer: Any) -> Any:
    return pickle.loads(pickle.dumps(layer))  # noqa: S301


@pytest.mark.parametrize("copied", [copy.deepcopy, pickled])
@pytest.mark.parametrize("blocks", [None, 3])
def test_a_copys_weights_are_its_own(copied: Callable[[Layer], Any], blocks: int | None) -> None:
    made, x = linear(blocks), inputs(4, 3)
    before, _ = made.forward(x)
    twin = copied(made)
    assert_within(twin.forward(x)[0], before, 0.0)
    twin.params["weight"][...] = 0
    twin.params["bias"][...] = 7
    y, backward = twin.forward(x)
    assert (y == 7).all()
    assert_within(made.forward(x)[0], before, 0.0)
    assert not backward(np.ones_like(y)).any(), "its weights are zero"
    assert twin.grads["bias"].all()
    assert not made.grads["bias"].any()


def test_a_pickle_holds_every_number_once() -> None:
    """Parameters and gradients, and no views of them."""
    made = Linear(100, 100, rng=np.random.default_rng(0), blocks=3)
    numbers = sum(p.nbytes for p in [*made.params.values(), *made.grads.values()])
    assert len(pickle.dumps(made)) < 1.05 * numbers

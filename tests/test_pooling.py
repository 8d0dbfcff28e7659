"""From one output for each letter to one vector for the name: by hand, and what goes back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rnn_cases import (
    DIRECTIONS,
    KINDS,
    WAYS,
    Array,
    assert_within,
    letter_by_letter,
    recurrent,
    sequences,
    stable,
)

from cognomen.errors import InputError
from cognomen.rnn import POOLINGS, pack, pool
from cognomen.rnn.pooling import Pooling
from cognomen.text.ragged import Ragged

SAME = 1e-12
LENGTHS = st.lists(st.integers(1, 6), min_size=1, max_size=6)
SEED = st.integers(0, 2**32 - 1)


def by_hand(y: Array, way: str, direction: str) -> Array:
    """One sequence's outputs (T, Y) pooled with plain NumPy."""
    half = y.shape[1] // 2
    if way == "last":
        ends = {"forward": y[-1], "reverse": y[0], "both": np.concatenate([y[-1, :half], y[0, half:]])}
        return ends[direction]
    return {"max": y.max(axis=0), "mean": y.mean(axis=0)}[way]


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("way", [*WAYS, "last+max+mean", "mean+last"])
@stable
@given(lengths=LENGTHS, seed=SEED)
def test_pooling_by_hand(way: str, direction: str, lengths: list[int], seed: int) -> None:
    """In the order given, the kinds side by side in the order in which they are named."""
    batch = sequences(seed, lengths, 4)
    found, _ = pool(pack(batch), way, direction)
    expected = [np.concatenate([by_hand(y, kind, direction) for kind in way.split("+")]) for y in batch]
    assert_within(found, np.stack(expected), SAME)


@pytest.mark.parametrize("way", [*WAYS, "last+max+mean"])
def test_without_learning_the_next_values_take_the_place_of_those_so_far(way: str) -> None:
    rng, pooling = np.random.default_rng(0), Pooling(way)
    before, y = rng.standard_normal((len(pooling), 5, 4)), rng.standard_normal((5, 4))
    expected, _ = pooling.update(before, y)
    assert not np.shares_memory(expected, before)
    found, _ = pooling.update(before, y, learn=False)
    assert found is before
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("way", WAYS)
@stable
@given(lengths=LENGTHS, seed=SEED)
def test_what_pooling_hands_back(way: str, direction: str, lengths: list[int], seed: int) -> None:
    """Each way hands back all of the gradient that it was given, and nothing of another name's."""
    packed = pack(sequences(seed, lengths, 4))
    found, backward = pool(packed, way, direction)
    d = np.random.default_rng(seed).standard_normal(found.shape)
    per_name = [dy.sum(axis=0) for dy in packed.with_data(backward(d)).unpack()]
    assert_within(np.stack(per_name), sum(np.split(d, len(way.split("+")), axis=1)), SAME)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_last_is_what_a_reader_holds_at_the_end(kind: str, direction: str) -> None:
    """Not `output[-1]`: a reverse reader ends at the first letter."""
    batch = sequences(0, [3, 5, 1])
    layer = recurrent(kind, direction)
    found, _ = pool(layer.forward(pack(batch))[0], "last", direction)
    ends = []
    for cell, reverse in layer.levels[0]:
        alone = recurrent(kind)
        alone.load({f"{name}_l0": p for name, p in cell.params.items()})
        ends.append([letter_by_letter(alone, s[::-1] if reverse else s)[-1] for s in batch])
    assert_within(found, np.concatenate([np.stack(end) for end in ends], axis=1), SAME)


def test_every_pooling_is_tested_here() -> None:
    assert set(POOLINGS) == {"last", "max", "mean"}


def test_a_largest_value_of_nan_shows() -> None:
    letters = pack(Ragged(np.array([[1.0], [np.nan], [2.0]]), np.array([3])))
    assert np.isnan(pool(letters, "max")[0]).all()


@pytest.mark.parametrize("way", ["median", "max+median", "", "max+", "Max", "max mean"])
def test_poolings_that_do_not_exist(way: str) -> None:
    y = pack(Ragged(np.ones((3, 2)), np.array([1, 2])))
    with pytest.raises(InputError, match=r"pooling: expected last, max, mean"):
        pool(y, way)


def test_equal_letters_share_nothing() -> None:
    """Of two equal largest values, the first letter's has all of the gradient."""
    _, backward = pool(pack(Ragged(np.array([[1.0], [2.0], [2.0], [0.0]]), np.array([4]))), "max")
    assert backward(np.array([[3.0]])).ravel().tolist() == [0, 3, 0, 0]

"""Sequences of unequal lengths in two arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognomen.errors import InputError
from cognomen.text.ragged import Ragged, joined

SEQUENCES = st.lists(st.lists(st.integers(0, 9), max_size=5), max_size=8)


def ragged(sequences: list[list[int]]) -> Ragged:
    data = np.array([item for sequence in sequences for item in sequence], np.uint8)
    return Ragged(data, np.array([len(sequence) for sequence in sequences], np.int64))


def lists(found: Ragged) -> list[list[int]]:
    return [sequence.tolist() for sequence in found]


@given(SEQUENCES)
def test_it_holds_the_sequences(sequences: list[list[int]]) -> None:
    found = ragged(sequences)
    assert len(found) == len(sequences)
    assert lists(found) == sequences
    assert [found[i].tolist() for i in range(len(found))] == sequences
    for i, (start, end) in enumerate(zip(found.starts, found.ends, strict=True)):
        assert found.data[start:end].tolist() == sequences[i]
    for item, (row, position) in enumerate(zip(found.rows, found.positions, strict=True)):
        assert found.data[item] == sequences[row][position]


@given(SEQUENCES, st.data())
def test_indexing_selects_sequences(sequences: list[list[int]], data: Any) -> None:
    found, count = ragged(sequences), len(sequences)
    cut = data.draw(st.slices(count))
    assert lists(found[cut]) == sequences[cut]
    mask = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    kept = [sequence for sequence, keep in zip(sequences, mask, strict=True) if keep]
    assert lists(found[np.array(mask, bool)]) == kept
    rows = data.draw(st.lists(st.integers(-count, count - 1), max_size=9)) if count else []
    assert lists(found[np.array(rows, np.int64)]) == [sequences[row] for row in rows]


def test_a_slice_is_a_view() -> None:
    found = ragged([[1, 2], [3], [4, 5]])
    assert np.shares_memory(found[1:].data, found.data)
    assert np.shares_memory(found[1], found.data)


def test_other_data_for_the_same_items() -> None:
    found = ragged([[1, 2], [3]])
    assert lists(found.with_data(np.array([7, 8, 9]))) == [[7, 8], [9]]
    with pytest.raises(InputError, match="data: expected 3 items, got 2"):
        found.with_data(np.array([7, 8]))


@given(SEQUENCES, SEQUENCES)
def test_several_are_joined(one: list[list[int]], other: list[list[int]]) -> None:
    found = joined([ragged(one), ragged(other)])
    assert lists(found) == one + other
    assert found.data.dtype == np.uint8


@pytest.mark.parametrize(
    "lengths", [[1.0, 2.0], [[3]], [2], [2, 2], [4, -1], [], [True, True, True]], ids=str
)
def test_lengths_that_do_not_fit(lengths: Any) -> None:
    with pytest.raises(InputError, match="lengths: expected"):
        Ragged(np.array([1, 2, 3]), np.array(lengths))


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint64])
def test_any_integers_are_lengths(kind: Any) -> None:
    found = Ragged(np.arange(300), np.array([200, 100], np.uint8).astype(kind))
    assert found.lengths.dtype == np.int64
    assert found.ends.tolist() == [200, 300]


def test_a_message_stays_short() -> None:
    with pytest.raises(InputError) as caught:
        Ragged(np.arange(5), np.ones(1000, np.int64))
    assert str(caught.value).endswith("got [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, ...]")
    with pytest.raises(InputError) as caught:
        Ragged(np.arange(5), np.ones(10, np.int64))
    assert str(caught.value).endswith("got [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]")

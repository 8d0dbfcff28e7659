"""Whatever a caller has, as its different texts and their places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognomen.errors import InputError
from cognomen.text.columns import BLOCK, distinct_texts, item_blocks, used_numbers


def column_of(texts: list[str], places: Any) -> list[str | None]:
    return [None if place < 0 else texts[place] for place in places.tolist()]


ITEMS = st.lists(st.one_of(st.none(), st.text(max_size=3), st.just(float("nan")), st.integers(), st.binary()))


@given(ITEMS)
def test_places_give_the_column_back(items: list[Any]) -> None:
    texts, places = distinct_texts(items)
    assert column_of(texts, places) == [item if isinstance(item, str) else None for item in items]
    assert len(set(texts)) == len(texts)
    assert places.dtype == np.intp


@given(st.lists(st.integers(0, 9)))
def test_the_numbers_that_are_used(numbers: list[int]) -> None:
    used, which = used_numbers(np.array(numbers, np.intp), 10)
    assert used.tolist() == sorted(set(numbers))
    assert used[which].tolist() == numbers


@pytest.mark.parametrize("again", ["name0", f"name{BLOCK}", None, 7, "new"])
def test_texts_that_differ_for_several_blocks_and_one_that_may_not(again: Any) -> None:
    items = [*(f"name{number}" for number in range(2 * BLOCK)), again, "last"]
    texts, places = distinct_texts(items)
    assert column_of(texts, places) == [item if isinstance(item, str) else None for item in items]
    assert len(set(texts)) == len(texts)


def test_places_over_several_blocks() -> None:
    items = [f"name{number % 1000}" if number % 7 else None for number in range(2 * BLOCK + 3)]
    for column in (items, iter(items), np.array(items, dtype=object), pa.array(items)):
        texts, places = distinct_texts(column)
        assert len(texts) == 1000
        assert column_of(texts, places) == items


ARROW = ["b", "a", None, "a", "ü", "", "b"]


def arrow_columns() -> Iterator[Any]:
    for kind in (pa.string(), pa.large_string(), pa.string_view()):
        array = pa.array(ARROW, kind)
        yield array
        yield pa.chunked_array([array.slice(0, 3), array.slice(3, 0), array.slice(3)])
        yield pa.array(["x", *ARROW], kind).slice(1)
        yield array.dictionary_encode()
        yield pa.chunked_array([array.slice(0, 4).dictionary_encode(), array.slice(4).dictionary_encode()])
    twice = pa.DictionaryArray.from_arrays(
        pa.array([0, 1, None, 3, 4, 5, 2], pa.int8()), ["b", "a", "b", "a", "ü", ""]
    )
    yield twice
    longer = pa.array(["x", "b", "a", "ü", "", "x"])
    yield pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 1, 2, 3, 0]), longer.slice(1, 4))
    yield pa.RunEndEncodedArray.from_arrays(list(range(1, 8)), pa.array(ARROW))
    nulls = pa.array(["ü", None, "a", "b", "unused", ""])
    yield pa.DictionaryArray.from_arrays(pa.array([3, 2, 1, 2, 0, 5, 3], pa.uint64()), nulls)


@pytest.mark.parametrize(
    "column", list(arrow_columns()), ids=lambda column: f"{type(column).__name__} {column.type}"
)
def test_arrow_columns(column: Any) -> None:
    texts, places = distinct_texts(column)
    assert column_of(texts, places) == ARROW
    assert sorted(texts) == ["", "a", "b", "ü"]


def test_a_long_dictionary_of_which_little_is_used_is_not_read() -> None:
    column = pa.array([f"name{number}" for number in range(1000)]).dictionary_encode().slice(10, 2)
    assert distinct_texts(column)[0] == ["name10", "name11"]


@pytest.mark.parametrize(
    "column", [pa.nulls(3), pa.chunked_array([], pa.string()), pa.array([1, 2, None]), pa.array([b"a"])]
)
def test_arrow_columns_without_text(column: Any) -> None:
    texts, places = distinct_texts(column)
    assert texts == []
    assert places.tolist() == [-1] * len(column)


def test_values_of_arrow_are_texts() -> None:
    assert distinct_texts(pa.scalar("smith"))[0] == ["smith"]
    assert distinct_texts(list(pa.array(["b", None, "a"])))[0] == ["b", "a"]


@pytest.mark.parametrize(
    "table", [pa.table({"a": ["x"]}), pa.record_batch({"a": ["x"]}), {"a": "x"}, np.array([["x"]])]
)
def test_a_table_is_no_column(table: Any) -> None:
    with pytest.raises(InputError, match="Pass one of its columns"):
        distinct_texts(table)
    with pytest.raises(InputError, match="Pass one of its columns"):
        item_blocks(table)


def test_blocks_take_no_more_than_they_need() -> None:
    taken: list[int] = []

    def endless() -> Iterator[int]:
        while True:
            taken.append(1)
            yield len(taken)

    assert next(item_blocks(endless(), 5)) == [1, 2, 3, 4, 5]
    assert len(taken) == 5
    assert list(item_blocks("smith", 5)) == [["smith"]]
    assert list(item_blocks([], 5)) == []

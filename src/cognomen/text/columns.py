"""A column of any kind to its distinct texts and the index of each row's text.

A column is a list, a generator, a NumPy array, a pandas or Arrow column or any other iterable. Neither pandas
nor Arrow is imported here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, count, islice
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError

BLOCK: Final = 1 << 15  # items that are converted at once

Indices = NDArray[np.intp]


def distinct_texts(names: object) -> tuple[list[str], Indices]:
    """The U distinct texts of a column, and the index of each row's text among them, (N,).

    What is not a text (None, NaN, a number, bytes) has the index -1.

    Raises:
        InputError: `names` is a table or a dictionary, not one column.
    """
    if type(names) is str:
        return [names], np.zeros(1, np.intp)
    if is_arrow_column(names) and is_string_column(names):
        numbers = _numbers()
        inverse = list(_indices_in_arrow(names, numbers))
        return _texts_in(numbers), np.concatenate([np.empty(0, np.intp), *inverse])
    blocks = map(_as_texts, item_blocks(names))
    read, rows, different = list[list[str | None]](), 0, dict[str | None, None]()
    for block in blocks:
        read.append(block)
        rows += len(block)
        different.update(dict.fromkeys(block))
        if len(different) < rows or None in different:
            break
    else:  # no two are alike
        return cast(list[str], list(different)), np.arange(rows)
    del different  # which takes as much memory as the numbers
    numbers, again = _numbers(), (read.pop(0) for _ in range(len(read)))
    inverse = [
        np.fromiter(map(numbers.__getitem__, block), np.intp, count=len(block))
        for block in chain(again, blocks)
    ]
    return _texts_in(numbers), np.concatenate(inverse)


def _numbers() -> defaultdict[str | None, int]:
    """A number for each text, from 0 on, when it is first asked for; -1 for no text."""
    return defaultdict(count().__next__, {None: -1})


def _texts_in(numbers: dict[str | None, int]) -> list[str]:
    del numbers[None]
    return cast(list[str], list(numbers))


def distinct(items: Iterable[Any], length: int) -> tuple[list[Any], Indices]:
    """The different ones among N items, in the order in which they first occur, and which each is, (N,)."""
    numbers: defaultdict[Any, int] = defaultdict(count().__next__)
    which = np.fromiter(map(numbers.__getitem__, items), np.intp, length)
    return list(numbers), which


def used_numbers(numbers: Indices, count: int) -> tuple[Indices, Indices]:
    """Which of the numbers below `count` occur, in order, and which of these each is.

    As `np.unique` tells with `return_inverse`, but in time proportional to `count`.
    """
    occurs = np.zeros(count, np.bool_)
    occurs[numbers] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[numbers]


def item_blocks(names: object, size: int = BLOCK) -> Iterator[list[Any]]:
    """The items of a column as lists of `size`; a single item is a column of one.

    Raises:
        InputError: `names` is a table or a dictionary, not one column.
    """
    items: Any = [names] if is_single(names) else _column(names)
    if isinstance(items, np.ndarray):
        return (items[start : start + size].tolist() for start in range(0, len(items), size))
    if is_arrow_column(items):
        return (items.slice(start, size).to_pylist() for start in range(0, len(items), size))
    iterator = iter(items)
    return iter(lambda: list(islice(iterator, size)), [])


def is_single(names: object) -> bool:
    """Whether this is one item rather than a column: a text, or something that is not iterable."""
    if isinstance(names, str | bytes | bytearray):
        return True
    return getattr(names, "ndim", 1) == 0 or not (isinstance(names, Iterable) or hasattr(names, "columns"))


def _column(names: object) -> Any:
    is_table = getattr(names, "ndim", 1) != 1 or hasattr(names, "columns")
    if is_table or isinstance(names, Mapping) or not isinstance(names, Iterable):
        raise InputError(
            "expected a text or one column of texts, "
            f"got an object of type {type(names).__name__!r}, which has several. "
            "Pass one of its columns, for instance table['surname']."
        )
    return names


def _as_texts(items: list[Any]) -> list[str | None]:
    return items if set(map(type, items)) <= {str} else list(map(_as_text, items))


def _as_text(item: Any) -> str | None:
    if isinstance(item, np.ndarray) and item.ndim == 0:
        item = item.item()
    elif hasattr(item, "as_py"):  # an Arrow scalar
        item = item.as_py()
    return str.__str__(item) if isinstance(item, str) else None  # a plain str, also from a subclass


# --- Arrow columns, without importing Arrow --------------------------------------------------------------


def is_arrow_column(names: object) -> bool:
    """Whether this is a pyarrow Array or ChunkedArray."""
    arrow = type(names).__module__.partition(".")[0] == "pyarrow"
    return arrow and hasattr(names, "type") and hasattr(names, "slice")  # no value, and no table


def is_string_column(column: Any) -> bool:
    """Whether the values of an Arrow column are strings or null, encoded by a dictionary or not."""
    kind = column.type.value_type if hasattr(column.type, "index_type") else column.type
    return str(kind) in ("string", "large_string", "string_view", "null")


def _indices_in_arrow(column: Any, numbers: defaultdict[str | None, int]) -> Iterator[Indices]:
    """The index of each row's text, part by part. Each text that occurs is converted once, no other."""
    encoded = column.dictionary_encode()
    for dictionary, parts in _by_dictionary(getattr(encoded, "chunks", [encoded])):
        indices = np.concatenate(parts)
        occurs = np.zeros(len(dictionary) + 1, dtype=np.bool_)  # the last one is for null, -1
        occurs[indices] = True
        used = np.flatnonzero(occurs[:-1])
        table = np.full(len(occurs), -1, dtype=np.intp)
        texts = dictionary.cast("large_string").take(used)  # string_view has no take
        table[used] = [numbers[text] for text in texts.to_pylist()]
        yield table[indices]


def _by_dictionary(chunks: Iterable[Any]) -> Iterator[tuple[Any, list[Indices]]]:
    """Neighbouring chunks with the same dictionary, and their indices; -1 for null."""
    dictionary, parts = None, []
    for chunk in chunks:
        if dictionary is not None and not dictionary.equals(chunk.dictionary):
            yield dictionary, parts
            parts = []
        dictionary = chunk.dictionary
        parts.append(chunk.indices.cast("int64").fill_null(-1).to_numpy())
    if dictionary is not None:
        yield dictionary, parts

"""Whatever a caller has, to its different texts and their places.

A column is a list, a generator, a NumPy array, a column of pandas or Arrow, any iterable. Neither pandas nor
Arrow is loaded for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import count, islice
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError

__all__ = ["Places", "distinct_texts", "is_arrow_column", "is_single", "is_string_column", "item_blocks"]

BLOCK: Final = 1 << 15  # items looked at together

Places = NDArray[np.intp]


def distinct_texts(names: object) -> tuple[list[str], Places]:
    """The U different texts of a column, and (N,) which of them stands at each place.

    What is no text (None, NaN, a number, bytes) has the place -1.

    Raises:
        InputError: `names` is a table or a dictionary, and not one column.
    """
    numbers: defaultdict[str | None, int] = defaultdict(count().__next__, {None: -1})
    if is_arrow_column(names) and is_string_column(names):
        places = list(_places_in_arrow(names, numbers))
    else:
        places = [
            np.fromiter(map(numbers.__getitem__, block), np.intp, count=len(block))
            for block in map(_as_texts, item_blocks(names))
        ]
    del numbers[None]
    return cast(list[str], list(numbers)), np.concatenate([np.empty(0, dtype=np.intp), *places])


def item_blocks(names: object, size: int = BLOCK) -> Iterator[list[Any]]:
    """The items of a column as lists of `size`; a single item is a column of one.

    Raises:
        InputError: `names` is a table or a dictionary, and not one column.
    """
    items: Any = [names] if is_single(names) else _column(names)
    if isinstance(items, np.ndarray):
        return (items[start : start + size].tolist() for start in range(0, len(items), size))
    if is_arrow_column(items):
        return (items.slice(start, size).to_pylist() for start in range(0, len(items), size))
    iterator = iter(items)
    return iter(lambda: list(islice(iterator, size)), [])


def is_single(names: object) -> bool:
    """Whether this is one item and not a column: a text, or something that has no items."""
    if isinstance(names, str | bytes | bytearray):
        return True
    return getattr(names, "ndim", 1) == 0 or not (isinstance(names, Iterable) or hasattr(names, "columns"))


def _column(names: object) -> Any:
    is_table = getattr(names, "ndim", 1) != 1 or hasattr(names, "columns")
    if is_table or isinstance(names, Mapping) or not isinstance(names, Iterable):
        raise InputError(
            f"expected a text or one column of texts, got a {type(names).__name__}, which has several. "
            "Give one of its columns, for instance table['surname']."
        )
    return names


def _as_texts(items: list[Any]) -> list[str | None]:
    return items if set(map(type, items)) <= {str} else list(map(_as_text, items))


def _as_text(item: Any) -> str | None:
    if isinstance(item, np.ndarray) and item.ndim == 0:
        item = item.item()
    elif hasattr(item, "as_py"):  # a value of Arrow's
        item = item.as_py()
    return str.__str__(item) if isinstance(item, str) else None  # plain, whatever kind of str it was


# --- Arrow's columns, without loading Arrow ---------------------------------------------------------------


def is_arrow_column(names: object) -> bool:
    """Whether this is a pyarrow Array or ChunkedArray."""
    arrow = type(names).__module__.partition(".")[0] == "pyarrow"
    return arrow and hasattr(names, "type") and hasattr(names, "slice")  # no value, and no table


def is_string_column(column: Any) -> bool:
    """Whether the values of an Arrow column are strings or null, encoded by a dictionary or not."""
    kind = column.type.value_type if hasattr(column.type, "index_type") else column.type
    return str(kind) in ("string", "large_string", "string_view", "null")


def _places_in_arrow(column: Any, numbers: defaultdict[str | None, int]) -> Iterator[Places]:
    """The number of the text at each place, part by part. No text is made twice, none that does not occur."""
    encoded = column.dictionary_encode()
    for dictionary, parts in _by_dictionary(getattr(encoded, "chunks", [encoded])):
        places = np.concatenate(parts)
        occurs = np.zeros(len(dictionary) + 1, dtype=np.bool_)  # its last is for null, which is -1
        occurs[places] = True
        used = np.flatnonzero(occurs[:-1])
        table = np.full(len(occurs), -1, dtype=np.intp)
        texts = dictionary.cast("large_string").take(used)  # string_view knows no take
        table[used] = [numbers[text] for text in texts.to_pylist()]
        yield table[places]


def _by_dictionary(chunks: Iterable[Any]) -> Iterator[tuple[Any, list[Places]]]:
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

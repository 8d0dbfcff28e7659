"""Whatever a caller has, to surnames that a network can read, or to the reason why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cognomen.alphabet import Alphabet
from cognomen.errors import InputError
from cognomen.text import NameReading, normalise, read_name

__all__ = ["Reading", "distinct_texts", "is_single", "read_text"]

LONGEST_SURNAME = 100  # letters, after normalising; the longest in the 18 files has 20
LONGEST_TEXT = 1000  # characters; no name in full is longer, and looking for the surname takes its time


@dataclass(frozen=True, slots=True)
class Reading:
    """What was made of one text.

    Attributes:
        name: the text, None for what is no text.
        spelling: the surname as the network reads it, None if there is none.
        reason: why there is none: "not-text", "empty", "no-letters", "too-long" or "unknown-script".
        surname: the part of `name` that is the surname.
        note: "surname-of-full-name" if it was found in a full name.
    """

    name: str | None
    spelling: str | None = None
    reason: str | None = None
    surname: str | None = None
    note: str | None = None


def read_text(text: str | None, alphabet: Alphabet, *, lower: bool, full_names: bool) -> Reading:
    """Find the surname in a text, or the reason why it cannot be answered."""
    if text is None:
        return Reading(None, reason="not-text")
    stripped = text.strip()
    if not stripped:
        return Reading(text, reason="empty")
    if len(stripped) > LONGEST_TEXT:
        return Reading(text, reason="too-long")
    found = read_name(text) if full_names else NameReading(text)
    spelling = normalise(found.surname, lower=lower)
    if not spelling:
        return Reading(text, reason="no-letters")
    if len(spelling) > LONGEST_SURNAME:
        return Reading(text, reason="too-long")
    if alphabet.unknown_share(spelling) > 0.5:
        return Reading(text, reason="unknown-script")
    return Reading(text, alphabet.without_unknown_marks(spelling), None, found.surname, found.note)


def distinct_texts(names: object) -> tuple[list[str | None], NDArray[np.intp]]:
    """The U different texts of a column, and (N,) which of them stands at each place.

    What is no text (None, NaN, a number, bytes) counts as None.

    Raises:
        InputError: `names` is a table or a dictionary, and not one column.
    """
    items = [names] if is_single(names) else _column(names)
    different: dict[str | None, int] = {}
    places = [different.setdefault(_as_text(item), len(different)) for item in items]
    return list(different), np.array(places, dtype=np.intp)


def is_single(names: object) -> bool:
    """Whether this is one item and not a column: a text, or something that has no items."""
    if isinstance(names, str | bytes | bytearray):
        return True
    return getattr(names, "ndim", 1) == 0 or not isinstance(names, Iterable)


def _column(names: object) -> Iterable[object]:
    is_table = getattr(names, "ndim", 1) != 1 or hasattr(names, "columns")
    if is_table or isinstance(names, Mapping) or not isinstance(names, Iterable):
        raise InputError(
            f"expected a text or one column of texts, got a {type(names).__name__}, which has several. "
            "Give one of its columns, for instance table['surname']."
        )
    return names


def _as_text(item: object) -> str | None:
    if isinstance(item, np.ndarray) and item.ndim == 0:
        item = item.item()
    return str.__str__(item) if isinstance(item, str) else None  # plain, whatever kind of str it was

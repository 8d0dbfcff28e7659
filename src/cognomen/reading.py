"""Whatever a caller has, to surnames that a network can read, or to the reason why not.

`read_text` says what becomes of one text. A column is read all at once by `read_column`, with the same
results: nearly all of its texts are plain words, whose letters' numbers are found in one table; only the
others are read one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cognomen.alphabet import Alphabet, code_points
from cognomen.errors import InputError
from cognomen.text import NameReading, normalise, plain_spelling, read_name

__all__ = [
    "REASONS",
    "ColumnReading",
    "Reading",
    "distinct_texts",
    "is_arrow_column",
    "is_single",
    "is_string_column",
    "item_blocks",
    "read_column",
    "read_text",
]

REASONS: Final = ("not-text", "empty", "no-letters", "too-long", "unknown-script")
LONGEST_SURNAME = 100  # letters, after normalising; the longest in the 18 files has 20
LONGEST_TEXT = 1000  # characters; no name in full is longer, and looking for the surname takes its time
BLOCK: Final = 1 << 15  # items looked at together

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was made of one text.

    Attributes:
        name: the text, None for what is no text.
        spelling: the surname as the network reads it, None if there is none.
        reason: why there is none, one of REASONS.
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


# --- a column of texts, all at once -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """What was made of U texts: S spellings, which may be fewer or more than the different ones among them.

    Attributes:
        ids: (M,), the numbers of the spellings' letters, laid end to end.
        lengths: (S,), how many letters each spelling has.
        places: (U,), which of the spellings is each text's; -1 where a text has none.
        unusual: the reading of each text that is more than a plain word, by its place among the texts. Each
            of the others is the surname as it stands.
    """

    ids: NDArray[np.unsignedinteger[Any]]
    lengths: NDArray[np.intp]
    places: Places
    unusual: dict[int, Reading]


def read_column(texts: Sequence[str], alphabet: Alphabet, *, lower: bool, full_names: bool) -> ColumnReading:
    """As `read_text` reads every single one."""
    lengths = np.fromiter(map(len, texts), np.intp, count=len(texts))  # (U,)
    codes = code_points("".join(texts))  # (M,)
    letters = _PlainLetters.among(codes, alphabet, lower=lower)
    plain = letters.plain_words(codes, lengths)  # (U,)
    ids, spelt = letters.spell(codes[np.repeat(plain, lengths)], lengths[plain])
    unusual = {
        row: read_text(texts[row], alphabet, lower=lower, full_names=full_names)
        for row in np.flatnonzero(~plain).tolist()
    }
    others, others_spelt, others_places = _spell_unusual(unusual.values(), alphabet)
    places = np.empty(len(texts), dtype=np.intp)
    places[plain] = np.arange(len(spelt))
    places[~plain] = np.where(others_places < 0, -1, len(spelt) + others_places)
    return ColumnReading(
        np.concatenate([ids, others.astype(ids.dtype)]),
        np.concatenate([spelt, others_spelt]),
        places,
        unusual,
    )


def _spell_unusual(
    readings: Iterable[Reading], alphabet: Alphabet
) -> tuple[NDArray[np.int64], NDArray[np.int64], Places]:
    """The different spellings as numbers and lengths, and which of them is each reading's; -1 for none."""
    numbers = _numbering()
    places = [numbers[reading.spelling] for reading in readings]
    ids, lengths = alphabet.encode_all(_numbered(numbers))
    return ids, lengths, np.array(places, dtype=np.intp)


@dataclass(frozen=True, slots=True)
class _PlainLetters:
    """The characters whose spelling depends on no neighbour, looked up by their code point.

    Attributes:
        table: (highest code point + 1, K), the numbers of each character's spelling, filled up with `end`;
            nothing but `end` for what is not plain.
        widths: as many, how many numbers that are.
        begins: as many, whether a plain word may begin with it: whether it is a letter.
        longest: how many letters a character can become.
    """

    table: NDArray[np.unsignedinteger[Any]]
    end: int
    widths: NDArray[np.uint8]
    begins: NDArray[np.bool_]
    longest: int

    @classmethod
    def among(cls, codes: NDArray[np.uint32], alphabet: Alphabet, *, lower: bool) -> _PlainLetters:
        """Those that occur in a column, and whose letters the alphabet holds."""
        occurs = np.zeros(int(codes.max(initial=0)) + 1, dtype=np.bool_)
        occurs[codes] = True
        seen = np.flatnonzero(occurs)
        full = [plain_spelling(chr(code), lower=lower) for code in seen.tolist()]
        known = [
            s if alphabet.unknown_share(s) == 0 else "" for s in map(alphabet.without_unknown_marks, full)
        ]
        ids, widths = alphabet.encode_all(known)
        end = len(alphabet)
        table = np.full((len(occurs), widths.max(initial=1)), end, dtype=np.min_scalar_type(end))
        within = np.arange(len(ids)) - np.repeat(np.cumsum(widths) - widths, widths)
        table[np.repeat(seen, widths), within] = ids
        widths_of = np.zeros(len(occurs), dtype=np.uint8)
        widths_of[seen] = widths
        begins = np.zeros(len(occurs), dtype=np.bool_)
        begins[seen] = [spelling[:1].isalpha() for spelling in known]
        return cls(table, end, widths_of, begins, max(map(len, full), default=1))

    def plain_words(self, codes: NDArray[np.uint32], lengths: Places) -> NDArray[np.bool_]:
        """Which of the texts laid end to end hold plain characters only, a letter first, (U,).

        A word that might be too long is left out too.
        """
        ends = np.cumsum(lengths)
        plain = np.zeros(len(lengths), dtype=np.bool_)
        some = np.flatnonzero((lengths > 0) & (lengths * self.longest <= LONGEST_SURNAME))
        plain[some] = self.begins[codes[(ends - lengths)[some]]]
        others = np.flatnonzero(self.widths.take(codes) == 0)
        plain[np.searchsorted(ends, others, side="right")] = False
        return plain

    def spell(self, codes: NDArray[np.uint32], lengths: Places) -> tuple[NDArray[Any], Places]:
        """The numbers and the lengths of plain words laid end to end."""
        first = self.table[:, 0].take(codes)
        wide = np.flatnonzero(self.widths.take(codes) > 1)  # letters with marks, few in most columns
        if not len(wide):
            return first, lengths
        rest = self.table.take(codes[wide], axis=0)[:, 1:]
        more = self.widths[codes[wide]].astype(np.intp) - 1
        word = np.searchsorted(np.cumsum(lengths), np.repeat(wide, more), side="right")
        ids = np.insert(first, np.repeat(wide + 1, more), rest[rest != self.end])
        return ids, lengths + np.bincount(word, minlength=len(lengths))


# --- what callers have ------------------------------------------------------------------------------------


def distinct_texts(names: object) -> tuple[list[str], Places]:
    """The U different texts of a column, and (N,) which of them stands at each place.

    What is no text (None, NaN, a number, bytes) has the place -1.

    Raises:
        InputError: `names` is a table or a dictionary, and not one column.
    """
    numbers = _numbering()
    if is_arrow_column(names) and is_string_column(names):
        places = list(_places_in_arrow(names, numbers))
    else:
        places = [
            np.fromiter(map(numbers.__getitem__, block), np.intp, count=len(block))
            for block in map(_as_texts, item_blocks(names))
        ]
    return _numbered(numbers), np.concatenate([np.empty(0, dtype=np.intp), *places])


def _numbering() -> defaultdict[str | None, int]:
    """A number for each text that is looked up, counted from 0; -1 for none."""
    return defaultdict(count().__next__, {None: -1})


def _numbered(numbers: Mapping[str | None, int]) -> list[str]:
    return [text for text in numbers if text is not None]


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
    kind = (
        getattr(column.type, "value_type", column.type) if hasattr(column.type, "index_type") else column.type
    )
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

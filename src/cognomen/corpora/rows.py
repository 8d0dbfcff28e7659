"""What is read from a source of names: rows that know their file and line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cognomen.errors import InputError
from cognomen.text.columns import item_blocks
from cognomen.text.row_values import weights_of


class Row(NamedTuple):
    """A name with its origin, its file and line (in Parquet: row), counted from 1, and its weight."""

    name: str
    origin: str
    file: str
    line: int
    weight: float = 1.0


class DroppedRow(NamedTuple):
    """A row that was dropped, and why; a missing cell is ""."""

    name: str
    origin: str
    file: str
    line: int
    reason: str

    @property
    def place(self) -> str:
        """File and line, as in "Russian.txt:7941"."""
        return f"{self.file}:{self.line}"


@dataclass
class SourceRows:
    """The rows of a folder or table: usable ones, unusable ones, and the files without any.

    `weighted` says whether the source gives weights; without them each row has the weight 1. `shares` says
    whether these are shares within the origins.
    """

    rows: list[Row] = field(default_factory=list)
    unusable: list[DroppedRow] = field(default_factory=list)
    empty_files: list[str] = field(default_factory=list)
    weighted: bool = False
    shares: bool = False


def rows_of(
    names: Iterable[object], labels: Iterable[str], weights: ArrayLike | None, source: str
) -> SourceRows:
    """The rows of N names that come from Python; the line of a row is its number.

    Args:
        names: N texts, in blocks of any size (see `item_blocks`).
        labels: the origin of each, likewise.
        weights: how much each row counts, (N,); all alike if None.
        source: where they come from, for messages.

    Raises:
        InputError: there is not one label and one weight for each name, a label is not a text, or a weight
            is not a finite number of at least 0.
    """
    texts, origins = (list(chain.from_iterable(item_blocks(column))) for column in (names, labels))
    if len(origins) != len(texts):
        raise InputError(f"expected a label for each of {len(texts):,} names, got {len(origins):,}")
    numbers = np.ones(len(texts)) if weights is None else weights_of(weights, len(texts))
    found = SourceRows(weighted=weights is not None)
    for line, (name, origin, weight) in enumerate(zip(texts, origins, numbers.tolist(), strict=True), 1):
        if not isinstance(origin, str) or not origin.strip():
            raise InputError(f"labels[{line - 1}]: expected a text, got {origin!r}")
        text = name.strip() if isinstance(name, str) else ""
        if text:
            found.rows.append(Row(text, origin.strip(), source, line, weight))
        else:
            found.unusable.append(DroppedRow(text, origin.strip(), source, line, "empty-cell"))
    return found

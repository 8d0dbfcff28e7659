"""The names of a table, with the given names of another of its columns if there are any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from cognomen.classifier.given_names import given_name_probabilities
from cognomen.io.delimited import find_column
from cognomen.io.row_table import RowTable
from cognomen.io.tables import TableFile, cells_of
from cognomen.text.given import hold_full_names, surnames_first, words_after
from cognomen.text.spelling import normalise


def column_in(source: TableFile, column: str) -> int:
    """The index of a column of a table; see `find_column`."""
    has_headings = isinstance(source, RowTable) and source.headings[0] != "1"
    remedy = " If its first line is a row: --no-headings (in Python headings=False)." if has_headings else ""
    return find_column(source.path, column, source.headings, remedy)


@dataclass
class NamesOfTable:
    """Gives the names of the blocks of a table.

    Attributes:
        source: the table.
        index: the column of names, counted from 0.
        given_index: the column of given names; None for none.
        full_names: whether the names hold the given names; None until the first block shows it.
        more_given: whether more given names than those of the column may follow them in the names.
    """

    source: TableFile
    index: int
    given_index: int | None = None
    full_names: bool | None = None
    more_given: bool = False

    @classmethod
    def of(cls, source: TableFile, column: str, given: str | None) -> Self:
        """Find the columns by their headings or numbers.

        Raises:
            DataError: the table lacks one of them.
        """
        return cls(source, column_in(source, column), None if given is None else column_in(source, given))

    @property
    def indices(self) -> list[int]:
        """The columns that are read."""
        return [self.index] if self.given_index is None else [self.index, self.given_index]

    def of_block(self, block: Any) -> Any:
        """The names of a block; with given names a list in which these stand after a comma."""
        names = cells_of(self.source, block, self.index)
        if self.given_index is None:
            return names
        given = cells_of(self.source, block, self.given_index)
        names, given = (cells if isinstance(cells, list) else cells.to_pylist() for cells in (names, given))
        if self.full_names is None:
            self.full_names = hold_full_names(names, given)
            self.more_given = _are_given_names(words_after(names, given))
        return surnames_first(names, given, full_names=self.full_names, more_given=self.more_given)


def _are_given_names(words: Sequence[str]) -> bool:
    """Whether words look like given names more than like surnames."""
    spellings = sorted({spelling for word in words if (spelling := normalise(word))})
    return bool(spellings) and float(given_name_probabilities(spellings).mean()) > 0.5

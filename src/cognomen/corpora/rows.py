"""What is read from a source of names: rows that know their file and line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


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

    `weighted` says whether the source gives weights; without them each row has the weight 1.
    """

    rows: list[Row] = field(default_factory=list)
    unusable: list[DroppedRow] = field(default_factory=list)
    empty_files: list[str] = field(default_factory=list)
    weighted: bool = False

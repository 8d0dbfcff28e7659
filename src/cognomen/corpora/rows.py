"""What every reader of names gives: rows that know where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["DroppedRow", "Reading", "Row"]


class Row(NamedTuple):
    """One name with its origin, and the file and line (in Parquet: row) it comes from, counted from 1."""

    name: str
    origin: str
    file: str
    line: int


class DroppedRow(NamedTuple):
    """A row that was left out, and why; a cell that is missing is ""."""

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
class Reading:
    """What a reader found: usable rows, rows that are not, and files without any."""

    rows: list[Row] = field(default_factory=list)
    unusable: list[DroppedRow] = field(default_factory=list)
    empty_files: list[str] = field(default_factory=list)

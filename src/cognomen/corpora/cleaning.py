"""What is left out of a corpus, and the report of it.

Cleaning is steps 1 to 3 of protocol L: names are compared by their folded spelling (`cognomen.text.fold`);
names that fold to nothing and the page text "To The First Page" are dropped; of rows with the same folded
name and origin the first stays. A name under several origins stays under each: that is knowledge, not dirt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cognomen.corpora.rows import DroppedRow, Reading, Row
from cognomen.text.spelling import fold

__all__ = ["REASONS", "CleaningReport", "clean_rows"]

JUNK: Final = frozenset({"to the first page"})  # navigation of the web page that the Russian names come from

REASONS: Final[Mapping[str, str]] = {
    "junk": "text of a web page, not a name",
    "no-letters": "no letter is left when the name is folded to a-z",
    "duplicate": "the same name and origin stand in an earlier row",
    "empty-cell": "the row lacks its name or its origin",
    "ragged": "the row has more or fewer cells than the table has headings",
}


@dataclass(frozen=True)
class CleaningReport:
    """What reading and cleaning did.

    Attributes:
        rows_read: rows found, blank lines not counted.
        rows_kept: rows left.
        names_kept: different folded names among them.
        dropped: the rows left out, each with its reason (a key of `REASONS`), file and line.
        shared: folded names under several origins, with those origins.
        empty_files: files without any name.
    """

    rows_read: int
    rows_kept: int
    names_kept: int
    dropped: tuple[DroppedRow, ...]
    shared: Mapping[str, tuple[str, ...]]
    empty_files: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many rows were dropped for each reason, in the order of `REASONS`."""
        found = Counter(row.reason for row in self.dropped)
        return {reason: found[reason] for reason in REASONS if found[reason]}

    def summary(self) -> str:
        """The report for a reader, a few lines of text."""
        lines = [
            f"{self.rows_read:,} rows read, {self.rows_kept:,} kept: {self.names_kept:,} different names, "
            f"{len(self.shared):,} of them under several origins"
        ]
        for reason, count in self.counts.items():
            lines.append(f"  {count:,} dropped as {reason}: {REASONS[reason]} ({self._examples(reason)})")
        if self.empty_files:
            lines.append(f"  files without a name: {', '.join(self.empty_files)}")
        return "\n".join(lines)

    def _examples(self, reason: str) -> str:
        rows = [row for row in self.dropped if row.reason == reason]
        shown = ", ".join(f"{row.name!r} {row.place}" for row in rows[:2])
        return shown + (", …" if len(rows) > 2 else "")

    def to_json(self) -> dict[str, Any]:
        """The whole report in values that JSON has."""
        return {
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
            "names_kept": self.names_kept,
            "dropped": self.counts,
            "dropped_rows": [row._asdict() for row in self.dropped],
            "names_under_several_origins": {name: list(origins) for name, origins in self.shared.items()},
            "empty_files": list(self.empty_files),
        }


def clean_rows(reading: Reading, *, clean: bool = True) -> tuple[list[Row], CleaningReport]:
    """Keep the rows that a corpus is made of, and tell what was left out.

    Args:
        reading: what a reader found.
        clean: False keeps every usable row, duplicates and junk too.
    """
    folded = [fold(row.name) for row in reading.rows]
    kept: list[Row] = []
    dropped = list(reading.unusable)
    origins_of: dict[str, set[str]] = {}
    for row, name in zip(reading.rows, folded, strict=True):
        reason = _reason_to_drop(name, row.origin, origins_of) if clean else None
        if reason:
            dropped.append(DroppedRow(*row, reason))
            continue
        kept.append(row)
        origins_of.setdefault(name, set()).add(row.origin)
    return kept, CleaningReport(
        rows_read=len(reading.rows) + len(reading.unusable),
        rows_kept=len(kept),
        names_kept=len(origins_of),
        dropped=tuple(dropped),
        shared=_several(origins_of.items()),
        empty_files=tuple(reading.empty_files),
    )


def _reason_to_drop(folded: str, origin: str, origins_of: Mapping[str, set[str]]) -> str | None:
    if not folded:
        return "no-letters"
    if folded in JUNK:
        return "junk"
    return "duplicate" if origin in origins_of.get(folded, ()) else None


def _several(origins_of: Iterable[tuple[str, set[str]]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(sorted(origins)) for name, origins in origins_of if name and len(origins) > 1}

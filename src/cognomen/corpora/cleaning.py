"""Which rows of a corpus are dropped, and the report of it.

Cleaning is steps 1 to 3 of protocol L, for all scripts: names are compared by their `cognomen.text.key`; rows
without letters and the page text "To The First Page" are dropped; of rows with the same key and origin, the
first is kept, with the weights of all where the source gives weights. A name with several origins is kept
under each of them: it is ambiguous, not wrong. For the 18 files this is what comparing folded names gives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cognomen.corpora.rows import DroppedRow, Row, SourceRows
from cognomen.text.spelling import key

JUNK: Final = frozenset({"to the first page"})  # navigation of the web page that the Russian names come from

REASONS: Final[Mapping[str, str]] = {
    "junk": "text of a web page, not a name",
    "no-letters": "the name has no letter",
    "duplicate": "an earlier row has the same name and origin",
    "empty-cell": "the row lacks its name or its origin",
    "ragged": "the row has more or fewer cells than the table has headings",
}


@dataclass(frozen=True)
class CleaningReport:
    """The result of reading and cleaning a source.

    Attributes:
        rows_read: the number of rows, without blank lines.
        rows_kept: the number of rows that were kept.
        names_kept: the number of distinct names among them.
        dropped: the rows that were dropped, each with its reason (a key of `REASONS`), file and line.
        shared: the keys of the names with several origins, and these origins.
        empty_files: the files without names.
    """

    rows_read: int
    rows_kept: int
    names_kept: int
    dropped: tuple[DroppedRow, ...]
    shared: Mapping[str, tuple[str, ...]]
    empty_files: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """The number of rows dropped for each reason, in the order of `REASONS`."""
        found = Counter(row.reason for row in self.dropped)
        return {reason: found[reason] for reason in REASONS if found[reason]}

    def summary(self) -> str:
        """The report in a few lines of text."""
        lines = [
            f"{self.rows_read:,} rows read, {self.rows_kept:,} kept: {self.names_kept:,} distinct names, "
            f"{len(self.shared):,} of them with several origins"
        ]
        for reason, count in self.counts.items():
            lines.append(f"  {count:,} dropped as {reason}: {REASONS[reason]} ({self._examples(reason)})")
        if self.empty_files:
            lines.append(f"  files without names: {', '.join(self.empty_files)}")
        return "\n".join(lines)

    def _examples(self, reason: str) -> str:
        rows = [row for row in self.dropped if row.reason == reason]
        shown = ", ".join(f"{row.name!r} {row.place}" for row in rows[:2])
        return shown + (", …" if len(rows) > 2 else "")

    def to_json(self) -> dict[str, Any]:
        """The whole report as JSON values."""
        return {
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
            "names_kept": self.names_kept,
            "dropped": self.counts,
            "dropped_rows": [row._asdict() for row in self.dropped],
            "names_under_several_origins": {name: list(origins) for name, origins in self.shared.items()},
            "empty_files": list(self.empty_files),
        }


def clean_rows(source: SourceRows, *, clean: bool = True) -> tuple[list[Row], CleaningReport]:
    """Select the rows of a corpus, and report those that were dropped.

    Args:
        source: the rows of a folder or table.
        clean: False keeps every usable row, including duplicates and junk.
    """
    kept: list[Row] = []
    dropped = list(source.unusable)
    places: dict[str, dict[str, int]] = {}  # of the first row in `kept`, by key and origin
    for row in source.rows:
        name = key(row.name)
        first = places.get(name, {}).get(row.origin)
        reason = _reason_to_drop(name, first) if clean else None
        if reason:
            dropped.append(DroppedRow(*row[:4], reason))
            if first is not None and source.weighted:
                kept[first] = kept[first]._replace(weight=kept[first].weight + row.weight)
            continue
        places.setdefault(name, {}).setdefault(row.origin, len(kept))
        kept.append(row)
    return kept, CleaningReport(
        rows_read=len(source.rows) + len(source.unusable),
        rows_kept=len(kept),
        names_kept=len(places),
        dropped=tuple(dropped),
        shared=several_origins(places),
        empty_files=tuple(source.empty_files),
    )


def _reason_to_drop(name: str, first: int | None) -> str | None:
    if not name:
        return "no-letters"
    if name in JUNK:
        return "junk"
    return None if first is None else "duplicate"


def several_origins(origins_of: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """The names with several origins, sorted, out of the origins of all names."""
    return {name: tuple(sorted(its)) for name, its in origins_of.items() if name and len(its) > 1}

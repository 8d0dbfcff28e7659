"""Building the corpus world: every source read, then one table, and a report of what was missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cognomen.corpora.download import OnBytes, world_path
from cognomen.corpora.world.faker import FAKER_READERS
from cognomen.corpora.world.fetch import file_of, open_source
from cognomen.corpora.world.lists import LIST_READERS
from cognomen.corpora.world.manifest import Source, read_manifest, read_origins
from cognomen.corpora.world.merge import merge
from cognomen.corpora.world.packages import PACKAGE_READERS
from cognomen.corpora.world.rows import PURPOSE, read_rows, table_of
from cognomen.errors import DataError, DownloadError, InputError
from cognomen.io.arrow import require_pyarrow
from cognomen.io.files import atomic_write

if TYPE_CHECKING:
    import pyarrow

READERS: Final = {**LIST_READERS, **PACKAGE_READERS, **FAKER_READERS}

# Called with the sources done, their number, and the one that is next.
OnSource = Callable[[int, int, str], None]


@dataclass(frozen=True)
class MissingSource:
    """A source that could not be had, the reason, and the origins that have names in it."""

    name: str
    reason: str
    origins: tuple[str, ...]


@dataclass(frozen=True)
class WorldReport:
    """What the corpus world was built of.

    Attributes:
        read: the number of rows by source.
        missing: the sources that could not be had.
        names: the number of distinct names in the merged table.
        rows: that of its rows, one for each name and origin.
        without_names: the origins of `origins.tsv` that have no row.
    """

    read: Mapping[str, int]
    missing: Sequence[MissingSource]
    names: int
    rows: int
    without_names: Sequence[str]

    def summary(self) -> str:
        """The report in lines."""
        total = sum(self.read.values())
        lines = [f"{len(self.read)} sources read, {total:,} rows:"]
        lines += [f"{rows:>10,}  {source}" for source, rows in self.read.items()]
        if self.missing:
            lines.append(f"{len(self.missing)} sources missing; their origins know fewer names:")
        for each in self.missing:
            lines += [f"  {each.name}: {each.reason}", f"    {', '.join(each.origins)}"]
        if self.without_names:
            lines.append(f"origins without a name: {', '.join(self.without_names)}")
        lines.append(f"merged: {self.names:,} names, {self.rows:,} pairs of a name and an origin")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """The report as an object."""
        missing = [{"name": m.name, "reason": m.reason, "origins": list(m.origins)} for m in self.missing]
        return {
            "read": dict(self.read),
            "missing": missing,
            "names": self.names,
            "rows": self.rows,
            "origins_without_names": list(self.without_names),
        }


def build_world(
    out: Path | None = None, *, on_source: OnSource | None = None, on_bytes: OnBytes | None = None
) -> WorldReport:
    """Read every source that is to be had, merge them, and write the table.

    Args:
        out: a .parquet or .tsv file; `world_path()` if None.
        on_source: called before each source, and at the end.
        on_bytes: called during downloads with the bytes received and expected.

    Raises:
        InputError: `out` has another ending.
        DataError: a file is not the pinned one, no source is to be had, or `out` cannot be written.
        MissingExtraError: pyarrow is not installed.
    """
    require_pyarrow(PURPOSE)
    path = _writable(out or world_path())
    tables, missing = read_sources(on_source=on_source, on_bytes=on_bytes)
    if not tables:
        raise DataError(
            f"no source of the corpus world is to be had; the first: {missing[0].name}: {missing[0].reason} "
            "Set COGNOMEN_WORLD to the folder that holds sources/ and raw/, or try with a network."
        )
    merged = merge(tables)
    write_world(path, merged)
    return _report(tables, missing, merged)


def read_sources(
    sources: Sequence[Source] | None = None,
    *,
    on_source: OnSource | None = None,
    on_bytes: OnBytes | None = None,
) -> tuple[dict[str, pyarrow.Table], list[MissingSource]]:
    """Read sources into tables with the columns of `WorldRow`; those that are not to be had are listed apart.

    Args:
        sources: those of the manifest if None.
        on_source: called before each source, and at the end.
        on_bytes: called during downloads.

    Raises:
        DataError: a file is not the pinned one.
        MissingExtraError: pyarrow is not installed.
    """
    chosen = read_manifest() if sources is None else sources
    tables: dict[str, pyarrow.Table] = {}
    missing = []
    for done, source in enumerate(chosen):
        if on_source:
            on_source(done, len(chosen), source.name)
        try:
            tables[source.name] = read_source(source, on_bytes)
        except DownloadError as error:
            missing.append(MissingSource(source.name, str(error), source.origins))
    if on_source:
        on_source(len(chosen), len(chosen), "")
    return tables, missing


def read_source(source: Source, on_bytes: OnBytes | None = None) -> pyarrow.Table:
    """Read a source into a table with the columns of `WorldRow`.

    Raises:
        DownloadError: the source is neither here nor to be had.
        DataError: a file is not the pinned one.
    """
    if source.kind == "table":
        return read_rows(file_of(source, source.files[0]))
    return table_of(READERS[source.name](open_source(source, on_bytes)))


def write_world(path: Path, table: pyarrow.Table) -> None:
    """Write a table, whole or not at all: Parquet or TSV by the ending.

    Raises:
        DataError: it cannot be written.
    """
    pa = require_pyarrow(PURPOSE)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as file:
            if path.suffix.lower() == ".parquet":
                pa.parquet.write_table(table, file, compression="zstd")
            else:
                pa.csv.write_csv(table, file, pa.csv.WriteOptions(delimiter="\t", quoting_style="needed"))
    except OSError as error:
        raise DataError(f"cannot write {path}: {error}") from error


def _writable(path: Path) -> Path:
    """The path, if its ending is one that can be written: better now than after the work."""
    if path.suffix.lower() not in (".parquet", ".tsv"):
        raise InputError(f"expected a file that ends in .parquet or .tsv, got {str(path)!r}.")
    if path.is_dir():
        raise DataError(f"cannot write {path}: it is a folder.")
    return path


def _report(
    tables: Mapping[str, pyarrow.Table], missing: Sequence[MissingSource], merged: pyarrow.Table
) -> WorldReport:
    pa = require_pyarrow(PURPOSE)
    known = set(pa.compute.unique(merged["origin"]).to_pylist())
    return WorldReport(
        {name: table.num_rows for name, table in tables.items()},
        missing,
        pa.compute.count_distinct(merged["name"]).as_py(),
        merged.num_rows,
        [origin.name for origin in read_origins() if origin.name not in known],
    )

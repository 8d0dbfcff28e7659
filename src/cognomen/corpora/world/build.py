"""Building the corpus world: every source read, then one table, and a report of what was missing."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from cognomen.corpora.download import world_path
from cognomen.corpora.world.faker import FAKER_READERS
from cognomen.corpora.world.fathers import FATHERS_READERS
from cognomen.corpora.world.fetch import file_of, open_source
from cognomen.corpora.world.lists import LIST_READERS
from cognomen.corpora.world.manifest import Source, read_manifest, read_origins
from cognomen.corpora.world.merge import Merged, merge
from cognomen.corpora.world.packages import PACKAGE_READERS
from cognomen.corpora.world.rows import PURPOSE, read_rows, table_of
from cognomen.corpora.world.south_asia import SOUTH_ASIAN_READERS
from cognomen.corpora.world.wikidata import WIKIDATA_READERS
from cognomen.errors import DataError, DownloadError, InputError
from cognomen.io.arrow import require_pyarrow
from cognomen.io.files import atomic_write

if TYPE_CHECKING:
    import pyarrow

READERS: Final = {
    **LIST_READERS,
    **PACKAGE_READERS,
    **FAKER_READERS,
    **FATHERS_READERS,
    **SOUTH_ASIAN_READERS,
    **WIKIDATA_READERS,
}

OnProgress = Callable[[float, str], None]  # the share of the sources that is read, 0 to 1, and the next one


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
        dropped: how many rows were dropped before merging, by reason.
        sha256: of the rows of the merged table, as text.
    """

    read: Mapping[str, int]
    missing: Sequence[MissingSource]
    names: int
    rows: int
    without_names: Sequence[str]
    dropped: Mapping[str, int]
    sha256: str

    def summary(self) -> str:
        """The report in lines."""
        total = sum(self.read.values())
        sources = len(self.read) + len(self.missing)
        lines = [f"{len(self.read)} of {sources} sources read, {total:,} rows:"]
        lines += [f"{rows:>10,}  {source}" for source, rows in self.read.items()]
        if self.missing:
            lines.append("missing, so that these origins know fewer names:")
        for each in self.missing:
            lines += _wrapped(f"  {each.name}: {each.reason}") + _wrapped(f"    {', '.join(each.origins)}")
        if self.without_names:
            lines += _wrapped(f"  no name at all: {', '.join(self.without_names)}")
        lines += [f"{rows:>10,}  dropped: {reason}" for reason, rows in self.dropped.items()]
        lines.append(f"merged: {self.names:,} names, {self.rows:,} pairs of a name and an origin")
        lines.append(f"SHA-256 of the merged rows: {self.sha256[:16]}…")
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
            "dropped": dict(self.dropped),
            "sha256": self.sha256,
        }


def build_world(out: Path | None = None, on_progress: OnProgress = lambda share, source: None) -> WorldReport:
    """Read every source that is to be had, merge them, and write the table.

    Args:
        out: a .parquet or .tsv file; `world_path()` if None.
        on_progress: called with the share of the sources that is read, 0 to 1, and the name of the next one.

    Raises:
        InputError: `out` has another ending.
        DataError: a file is not the pinned one, no source is to be had, or `out` cannot be written.
        MissingExtraError: pyarrow is not installed.
    """
    require_pyarrow(PURPOSE)
    path = _writable(out or world_path())
    tables, missing = read_sources(read_manifest(), on_progress)
    if not tables:
        raise DataError(
            f"no source of the corpus world is to be had. {missing[0].name}: {missing[0].reason} "
            "Set COGNOMEN_WORLD to the folder that holds sources/ and raw/, or try again with a network."
        )
    merged = merge(tables)
    write_world(path, merged.table)
    return _report(tables, missing, merged)


def read_sources(
    sources: Sequence[Source], on_progress: OnProgress = lambda share, source: None
) -> tuple[dict[str, pyarrow.Table], list[MissingSource]]:
    """Read sources into tables with the columns of `WorldRow`; those that are not to be had are listed apart.

    Args:
        sources: such as those of `read_manifest()`.
        on_progress: called with the share of the sources that is read, 0 to 1, and the name of the next one.

    Raises:
        DataError: a file is not the pinned one.
        MissingExtraError: pyarrow is not installed.
    """
    tables: dict[str, pyarrow.Table] = {}
    missing = []
    for done, source in enumerate(sources):
        on_progress(done / len(sources), source.name)
        try:
            tables[source.name] = read_source(source)
        except DownloadError as error:
            missing.append(MissingSource(source.name, str(error), source.origins))
    on_progress(1.0, "merging")
    return tables, missing


def read_source(source: Source) -> pyarrow.Table:
    """Read a source into a table with the columns of `WorldRow`.

    Raises:
        DownloadError: the source is neither here nor to be had.
        DataError: a file is not the pinned one.
    """
    if source.kind == "table":
        return read_rows(file_of(source, source.files[0]))
    return table_of(READERS[source.name](open_source(source)))


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
                _write_tsv(file, table)
    except OSError as error:
        raise DataError(f"cannot write {path}: {error}") from error


def _write_tsv(file: BinaryIO, table: pyarrow.Table) -> None:
    """Write a table with quotes only where they are needed; pyarrow quotes every text or none."""
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(table.column_names)
    for batch in table.to_batches(max_chunksize=65_536):
        writer.writerows(zip(*batch.to_pydict().values(), strict=True))
    text.detach()


def _wrapped(line: str) -> list[str]:
    """The line in parts for a terminal of 80 columns; addresses are not broken."""
    return textwrap.wrap(line, 80, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def table_sha256(table: pyarrow.Table) -> str:
    """The SHA-256 of the rows of a table as lines of tabs, shares with 9 digits."""
    digest = sha256()
    for batch in table.to_batches(max_chunksize=65_536):
        for row in zip(*batch.to_pydict().values(), strict=True):
            cells = (f"{cell:.9g}" if isinstance(cell, float) else cell for cell in row)
            digest.update(("\t".join(cells) + "\n").encode())
    return digest.hexdigest()


def _writable(path: Path) -> Path:
    """The path, if its ending is one that can be written: better now than after the work."""
    if path.suffix.lower() not in (".parquet", ".tsv"):
        raise InputError(f"expected a file that ends in .parquet or .tsv, got {str(path)!r}.")
    if path.is_dir():
        raise DataError(f"cannot write {path}: it is a folder.")
    return path


def _report(
    tables: Mapping[str, pyarrow.Table], missing: Sequence[MissingSource], merged: Merged
) -> WorldReport:
    pa = require_pyarrow(PURPOSE)
    table = merged.table
    known = set(pa.compute.unique(table["origin"]).to_pylist())
    return WorldReport(
        {name: rows.num_rows for name, rows in tables.items()},
        missing,
        pa.compute.count_distinct(table["name"]).as_py(),
        table.num_rows,
        [origin.name for origin in read_origins() if origin.name not in known],
        merged.dropped,
        table_sha256(table),
    )

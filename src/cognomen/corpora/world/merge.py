"""The tables of the sources as one: how common a name is within each origin."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cognomen.corpora.world.manifest import read_origins
from cognomen.corpora.world.rows import PURPOSE
from cognomen.io.arrow import require_pyarrow

if TYPE_CHECKING:
    import pyarrow


def merge(tables: Mapping[str, pyarrow.Table]) -> pyarrow.Table:
    """One row for each name and origin, with its share and its sources.

    A share is that of the bearers within a source and an origin, averaged over the sources of the origin; a
    name without a count counts as one bearer.

    Args:
        tables: by the name of the source, with the columns of `WorldRow`.

    Returns:
        A table with the columns name, script, origin, share and sources ("a;b").
    """
    shares: defaultdict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    lists: defaultdict[str, set[str]] = defaultdict(set)
    learned = {origin.name for origin in read_origins()}
    for source, table in tables.items():
        for origin, counts in _counts(table).items():
            if origin in learned:
                lists[origin].add(source)
                total = sum(counts.values())
                for name, count in counts.items():
                    shares[name, origin][source] = count / total
    rows = [
        (name, _script(name), origin, sum(found.values()) / len(lists[origin]), ";".join(sorted(found)))
        for (name, origin), found in sorted(shares.items())
    ]
    return _table(rows)


def _counts(table: pyarrow.Table) -> dict[str, dict[str, float]]:
    """The bearers of each spelling by origin; native and romanised ones are spellings alike."""
    found: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    columns = [table[name].to_pylist() for name in ("origin", "native", "roman", "count")]
    for origin, native, roman, count in zip(*columns, strict=True):
        for name in filter(None, {native, roman}):
            found[origin][name] += count or 1
    return {origin: dict(counts) for origin, counts in found.items()}


def _script(name: str) -> str:
    """The script of the first letter: "Latin", "Cyrillic", "Cjk" ..."""
    letter = next((c for c in name if c.isalpha()), " ")
    return unicodedata.name(letter).split()[0].capitalize()


def _table(rows: list[tuple[Any, ...]]) -> pyarrow.Table:
    pa = require_pyarrow(PURPOSE)
    kinds = {"name": pa.string(), "script": pa.string(), "origin": pa.string(), "share": pa.float64()}
    schema = pa.schema({**kinds, "sources": pa.string()})
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table(dict(zip(schema.names, columns, strict=True)), schema=schema)

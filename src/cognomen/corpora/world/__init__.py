"""The corpus world: surnames of 83 origins with how common they are, merged from 48 open sources.

`build_world` reads every source that is available, merges them, and writes the table. No list of names is
shipped: downloads and packages are fetched once into the cache, at pinned versions with pinned hashes; the
other sources are read from the folder COGNOMEN_WORLD. `manifest.toml` lists the sources with their licences,
`origins.tsv` the origins with their groups and regions. Needs pyarrow (the extra `tables`).
"""

from __future__ import annotations

from cognomen.corpora.world.build import MissingSource, WorldReport, build_world

__all__ = ["MissingSource", "WorldReport", "build_world"]

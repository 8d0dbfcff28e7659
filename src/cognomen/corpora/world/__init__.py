"""The corpus world: surnames of 83 origins with how common they are, merged from 48 open sources.

    build_world()               read every source that is to be had, merge them, write the table
    read_manifest()             the sources: where they come from, licences, trust
    read_origins()              the origins with their groups, regions and speakers

No list of names is shipped: downloads and packages are fetched once into the cache, at pinned versions with
pinned hashes; the other sources are read from the folder COGNOMEN_WORLD. Needs pyarrow (the extra `tables`).
"""

from __future__ import annotations

from cognomen.corpora.world.build import (
    MissingSource,
    WorldReport,
    build_world,
    read_source,
    read_sources,
)
from cognomen.corpora.world.groups import group_keys, part_of_group
from cognomen.corpora.world.manifest import Origin, Source, SourceFile, read_manifest, read_origins
from cognomen.corpora.world.rows import WorldRow

__all__ = [
    "MissingSource",
    "Origin",
    "Source",
    "SourceFile",
    "WorldReport",
    "WorldRow",
    "build_world",
    "group_keys",
    "part_of_group",
    "read_manifest",
    "read_origins",
    "read_source",
    "read_sources",
]

"""The manifest of the corpus world: its sources, pinned, and its origins.

`manifest.toml` names for each source where it comes from, byte for byte, and what it is worth. A source is of
one of three kinds:

- download: files of a public repository at a commit, read by a reader in `lists.py`;
- package: a wheel at a version, read by a reader in `packages.py` or `faker.py`, not installed or imported;
- table: a file `sources/NAME.tsv` in the folder COGNOMEN_WORLD, read as it is.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

KINDS: Final = ("download", "package", "table")


@dataclass(frozen=True)
class SourceFile:
    """A file of a source, pinned.

    Attributes:
        path: inside the repository; of a package the name of its wheel; of a table that of the table.
        sha256: of its bytes.
        raw: where it lies below the source's folder in COGNOMEN_WORLD/raw, if it is a download.
    """

    path: str
    sha256: str
    raw: str


@dataclass(frozen=True)
class Source:
    """A source of the corpus world.

    Attributes:
        name: that of its table.
        kind: "download", "package" or "table".
        place: "owner/repository" or the package on PyPI; for a table where it was made from.
        version: the commit or version.
        files: one or more.
        origins: the labels of its rows.
        columns: of those of `WorldRow` the ones that it fills.
        licence: of the data, and whom to attribute it to.
        trust: "high", "medium" or "low".
        about: what the list is, and what to beware of.
    """

    name: str
    kind: str
    place: str
    version: str
    files: tuple[SourceFile, ...]
    origins: tuple[str, ...]
    columns: tuple[str, ...]
    licence: str
    trust: str
    about: str

    def url(self, file: SourceFile) -> str:
        """The address of a file of a download."""
        return f"https://raw.githubusercontent.com/{self.place}/{self.version}/{file.path}"


class Origin(NamedTuple):
    """An origin that is learned.

    Attributes:
        name: as answers give it.
        code: of its language, ISO 639.
        group: of origins that share many names.
        region: of groups.
        millions: of people whose surnames are of this origin, roughly.
        scripts: those that no other origin is written in, by their names in Unicode, where lists hardly have
            them.
    """

    name: str
    code: str
    group: str
    region: str
    millions: float
    scripts: tuple[str, ...] = ()


@cache
def read_manifest() -> tuple[Source, ...]:
    """All sources, in the order of their names."""
    text = files(__package__).joinpath("manifest.toml").read_text("utf-8")
    return tuple(_source(name, facts) for name, facts in sorted(tomllib.loads(text).items()))


def _source(name: str, facts: dict[str, Any]) -> Source:
    pinned = tuple(
        SourceFile(file["path"], file["sha256"], file.get("raw", file["path"].rpartition("/")[2]))
        for file in facts.pop("files")
    )
    origins, columns = (tuple(facts.pop(key)) for key in ("origins", "columns"))
    return Source(name=name, files=pinned, origins=origins, columns=columns, **facts)


@cache
def read_origins() -> tuple[Origin, ...]:
    """The origins of `origins.tsv`, in its order."""
    text = files(__package__).joinpath("origins.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines()[1:])
    return tuple(
        Origin(name, code, group, region, float(millions), tuple(scripts.split(";")) if scripts else ())
        for name, code, group, region, millions, scripts in rows
    )

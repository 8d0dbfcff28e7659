"""The rows of the merged table: all spellings of each name, and which spellings are one name."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from cognomen.corpora.world import rules
from cognomen.corpora.world.groups import group_keys
from cognomen.corpora.world.rows import PURPOSE
from cognomen.corpora.world.shares import NameList, Shares
from cognomen.corpora.world.variants import rare_variants, variants
from cognomen.io.arrow import require_pyarrow
from cognomen.text.spelling import key, without_diacritics

if TYPE_CHECKING:
    import pyarrow


def merged_table(shares: Mapping[str, Shares], lists: Mapping[str, list[NameList]]) -> pyarrow.Table:
    """A row for each spelling and origin, sorted by them; the columns are those of `Merged`.

    Args:
        shares: the share of each name, by origin.
        lists: the lists that they were computed from, with all spellings, by origin.
    """
    rows: list[_Row] = []
    links = [pair for each in chain(*lists.values()) if each.shares or each.bare for pair in each.links]
    for origin, its in shares.items():
        of_origin: dict[str, _Row] = {}  # a variant of one name may be the spelling of another
        for name, row in _rows(origin, its, lists[origin]):
            if row.key != name:
                links.append((name, row.key))
            if row.name not in of_origin or of_origin[row.name].share < row.share:
                of_origin[row.name] = row
        rows += of_origin.values()
    rows.sort(key=lambda row: (row.name, row.origin))
    groups = group_keys(chain(links, ((row.key,) for row in rows)))
    pa = require_pyarrow(PURPOSE)
    columns = {field: pa.array([getattr(row, field) for row in rows], kind) for field, kind in _kinds()}
    return pa.table(columns | {"group": pa.array([groups[row.key] for row in rows], pa.string())})


def _kinds() -> list[tuple[str, pyarrow.DataType]]:
    pa = require_pyarrow(PURPOSE)
    return [(field, pa.float64() if field == "share" else pa.string()) for field in _Row._fields]


class _Row(NamedTuple):
    """A row of the merged table, without its group."""

    name: str
    script: str
    origin: str
    share: float
    sources: str
    key: str


def _rows(origin: str, shares: Shares, lists: list[NameList]) -> Iterator[tuple[str, _Row]]:
    """The rows of an origin, each with the key of the name that it spells.

    They are the spellings of the origin's lists, with and without diacritics, and their variants; common
    names have rare variants too.
    """
    sources: defaultdict[str, set[str]] = defaultdict(set)
    spellings: defaultdict[str, set[str]] = defaultdict(set)
    for each in lists:
        for name in (*each.shares, *each.bare):
            sources[name].add(each.source)
        for spelling in each.spellings:
            spellings[key(spelling)] |= {spelling, without_diacritics(spelling)}
    for name, share in sorted(shares.items()):
        joined = ";".join(sorted(sources[name]))
        usual = spellings[name] | _all_variants(variants, origin, spellings[name])
        rare: set[str] = set()
        if share >= rules.RARE_VARIANT_MIN_SHARE:
            rare = _all_variants(rare_variants, origin, usual) - usual
        for spelling in usual | rare:
            script = _script(spelling)
            of_spelling = share * rules.SCRIPT_SHARES.get((origin, script), 1.0)
            of_spelling *= rules.RARE_VARIANT_WEIGHT if spelling in rare else 1.0
            composed = unicodedata.normalize("NFC", spelling)
            yield name, _Row(composed, script, origin, of_spelling, joined, key(spelling))


def _all_variants(
    of_spelling: Callable[[str, str], set[str]], origin: str, spellings: Iterable[str]
) -> set[str]:
    """The variants of several spellings, with and without diacritics."""
    found = {variant for spelling in spellings for variant in of_spelling(origin, spelling)}
    return found.union(map(without_diacritics, found))


def _script(name: str) -> str:
    """The script of the first letter: "Latin", "Cyrillic", "Cjk" ..."""
    letter = next((c for c in name if c.isalpha()), " ")
    return unicodedata.name(letter, "Unknown").split()[0].capitalize()

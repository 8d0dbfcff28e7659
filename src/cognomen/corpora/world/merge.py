"""The lists of the sources as one table: how common each name is within each origin.

A country's list is not an origin's, and raw counts never add up across sources. So each list gives shares
within itself (`shares`), lists of one origin are averaged by the bearers behind them, and what a list of a
small origin has from a large neighbour is taken out (`rules`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from cognomen.corpora.world import rules
from cognomen.corpora.world.bosnian import BOSNIAN, in_bosnia
from cognomen.corpora.world.by_form import FORMS, SLOVAK, SLOVENE, in_slovakia, in_slovenia, with_names
from cognomen.corpora.world.english import in_english
from cognomen.corpora.world.letters import is_latin
from cognomen.corpora.world.manifest import read_manifest, read_origins
from cognomen.corpora.world.merged_rows import merged_table
from cognomen.corpora.world.shares import NameList, Shares, read_list, share_of_rank
from cognomen.corpora.world.variants import (
    BELARUSIAN,
    HEBREW,
    RUSSIAN_LIST,
    add_in_belarus,
    add_in_latin,
    spellings_of,
)

if TYPE_CHECKING:
    import pyarrow


class Merged(NamedTuple):
    """The merged table, and how many rows were dropped, by reason.

    The table has a row for each spelling and origin, with the columns name (normalised, in lower case),
    script, origin, share (within the origin), sources ("a;b"), key (what spellings of a name have in common)
    and group (that of the key, see `groups`).
    """

    table: pyarrow.Table
    dropped: Mapping[str, int]


def merge(tables: Mapping[str, pyarrow.Table]) -> Merged:
    """Merge the sources.

    Args:
        tables: by the name of the source, with the columns of `WorldRow`.
    """
    lists = _read_lists(tables)
    shares = {origin: combined(origin, its) for origin, its in sorted(lists.items())}
    if RUSSIAN_LIST in tables and BELARUSIAN in shares:
        add_in_belarus(shares[BELARUSIAN], lists[BELARUSIAN], tables[RUSSIAN_LIST])
    if HEBREW in shares:
        others = {origin: its for origin, its in shares.items() if origin != HEBREW}
        add_in_latin(shares[HEBREW], lists[HEBREW], others)
    _equalise_womens_forms(shares)
    _add_neighbours_counts(shares, lists)
    _subtract_neighbours(shares)
    _limit_foreign_names(shares)
    dropped: Counter[str] = Counter()
    _drop_foreign_notables(shares, lists, dropped)
    for each in _all(lists):
        dropped.update(each.dropped)
    return Merged(merged_table(shares, lists), dropped)


def _all(lists: Mapping[str, list[NameList]]) -> Iterable[NameList]:
    return (each for its in lists.values() for each in its)


def _read_lists(tables: Mapping[str, pyarrow.Table]) -> dict[str, list[NameList]]:
    """The lists of each origin: one for each source and country."""
    trust = {source.name: rules.TRUST[source.trust] for source in read_manifest()}
    learned = {origin.name for origin in read_origins()}
    found: defaultdict[str, list[NameList]] = defaultdict(list)
    for source, table in tables.items():
        parts: defaultdict[tuple[str, str], list[tuple[str, str, float | None, int | None]]] = defaultdict(
            list
        )
        names = ("origin", "country", "native", "roman", "count", "rank")
        columns = [table[name].to_pylist() for name in names]
        for label, country, native, roman, count, rank in zip(*columns, strict=True):
            origin = rules.SAME_ORIGIN.get(label, label)
            if origin in learned:
                spellings = spellings_of(origin, native or "", roman or "")
                rows = parts[origin, country or ""]
                rows.append((*spellings, count, rank))
                if english := in_english(origin, *spellings):
                    rows.append((spellings[0], english, count, rank))
        for (origin, _), its in sorted(parts.items()):
            found[origin].append(read_list(source, origin, its, trust.get(source, 1.0)))
    if BOSNIAN in found:
        found[BOSNIAN] += in_bosnia(
            each for origin, its in found.items() if origin != BOSNIAN for each in its
        )
    for origin, lender, of_form in ((SLOVAK, "Czech", in_slovakia), (SLOVENE, "Croatian", in_slovenia)):
        if origin in found and lender in found:
            found[origin] += of_form(found[lender])
    return dict(found)


def combined(origin: str, lists: list[NameList]) -> Shares:
    """The shares of an origin's names, averaged over its lists.

    A complete list counts for every name: those that it lacks are rare. A list of the most common names
    counts for those that it has, and for names that no complete list has, which then are not common.
    """
    with_shares = [each for each in lists if each.shares]
    complete = [each for each in with_shares if each.complete]
    shares: Shares = {}
    for name in dict.fromkeys(name for each in with_shares for name in each.shares):
        known = any(name in each.shares for each in complete)
        counted = [each for each in with_shares if name in each.shares or each.complete or not known]
        total = sum(each.weight for each in counted)
        shares[name] = sum(each.weight * each.shares.get(name, each.unlisted) for each in counted) / total
    _add_bare(shares, origin, lists)
    _match_native_forms(shares, lists)
    return shares


def _add_bare(shares: Shares, origin: str, lists: list[NameList]) -> None:
    """Add the names of lists without counts: as common as the rarest names of the lists that have counts.

    A name that many lists without counts have is more common than that: the others are taken to lack it.
    """
    counted = set(shares)
    complete = [each for each in lists if each.shares and each.complete]
    rarest = min((min(each.shares.values()) for each in complete), default=1.0) * rules.BARE_SHARE
    lengths: Counter[str] = Counter()
    lists_with = Counter(name for each in lists for name in each.bare)
    for each in lists:
        lengths[each.source] += len(each.bare)
    for each in lists:
        rank_share = share_of_rank(origin, lengths[each.source])
        common = each.source in rules.COMMON_NAMES
        for name in each.bare if common else each.bare - counted:
            part = rules.LATIN_SHARES.get((each.source, origin)) if is_latin(name) else None
            usual = min(rank_share * (part or rules.BARE_SHARE), rules.MOST_BARE)
            surely = common or lists_with[name] >= rules.SURELY_LACKING
            shares[name] = max(shares.get(name, 0.0), usual if surely else min(usual, rarest))


def _match_native_forms(shares: Shares, lists: list[NameList]) -> None:
    """Make native forms as common as their romanised ones, where lists count only the latter."""
    natives: defaultdict[str, set[str]] = defaultdict(set)
    for native, roman in chain.from_iterable(each.links for each in lists):
        if native in shares and roman in shares:  # not all are, in lists of which only the pairs are used
            natives[roman].add(native)
    for roman, its in sorted(natives.items()):  # a native form may have several
        lacking = shares[roman] - sum(shares[native] for native in its)
        if lacking > shares[roman] / 2:
            for native in its:
                shares[native] += lacking / len(its)


def _equalise_womens_forms(shares: Mapping[str, Shares]) -> None:
    """Make women's forms as common as men's: some lists count both sexes for each form, some mostly men."""
    for origin in rules.WITH_WOMENS_FORMS & shares.keys():
        own = shares[origin]
        for woman in [name for name in own if rules.WOMANS_ENDING.search(name) and name[:-1] in own]:
            own[woman] = own[woman[:-1]] = max(own[woman], own[woman[:-1]])


def _add_neighbours_counts(shares: Mapping[str, Shares], lists: Mapping[str, list[NameList]]) -> None:
    """Give origins without counts those of a neighbour whose list counts their bearers as well."""
    for origin, rule in rules.BORROWED.items():
        if origin in shares and rule.neighbour in shares:
            lacking = _lacking(shares, origin, rule) if rule.adds else set()
            _add_counts(shares, origin, rule, lacking)
            lists[origin].extend(with_names(origin, lists[rule.neighbour], lacking))


def _lacking(shares: Mapping[str, Shares], origin: str, rule: rules.Borrowed) -> set[str]:
    """The neighbour's names with the form of an origin whose lists lack them, unless others have more."""
    neighbours = shares[rule.neighbour]
    others = [its for other, its in shares.items() if other not in (origin, rule.neighbour)]
    names = {name for name in neighbours if name not in shares[origin] and FORMS[origin](name)}
    return {name for name in names if all(its.get(name, 0.0) < neighbours[name] for its in others)}


def _add_counts(
    shares: Mapping[str, Shares], origin: str, rule: rules.Borrowed, lacking: Iterable[str]
) -> None:
    """Raise the shares of an origin by those of its neighbour, as a rule says."""
    own, neighbours = shares[origin], shares[rule.neighbour]
    most = share_of_rank(origin, rule.max_rank)
    names = [name for name in own if name in neighbours and rule.min_own_share <= own[name] < most]
    if rule.own_of_form:
        names = list(filter(FORMS[origin], names))
    for name in (*names, *sorted(lacking)):
        if neighbours[name] <= rule.max_neighbour_share:
            own[name] = max(own.get(name, 0.0), min(neighbours[name] * rule.factor, most))
            neighbours[name] *= rule.neighbour_weight


def _subtract_neighbours(shares: Mapping[str, Shares]) -> None:
    """Subtract the names of a large neighbour from the lists of small origins."""
    for origin, neighbours in rules.MIXED.items():
        own = shares.get(origin, {})
        for neighbour in neighbours:
            other = shares.get(neighbour, {})
            quantile = rules.MIXED_QUANTILES.get(neighbour, rules.MIXED_QUANTILE)
            _subtract(own, other, _mixing_factor(own, other, quantile))


def _mixing_factor(own: Shares, other: Shares, quantile: float) -> float:
    """The factor by which another origin's shares recur in an origin's own lists."""
    common = sorted(other, key=lambda name: (-other[name], name))[: rules.MIXED_AMONG]
    common = [name for name in common if name.isascii()][: rules.MIXED_NAMES]
    ratios = sorted(own.get(name, 0.0) / other[name] for name in common if other[name])
    return min(ratios[int(len(ratios) * quantile)], rules.LARGEST_MIX) if ratios else 0.0


def _subtract(own: Shares, other: Shares, factor: float) -> None:
    for name in [name for name in own if name in other]:
        left = own[name] - factor * other[name]
        if left >= rules.LEAST_LEFT * own[name]:
            own[name] = left
        elif factor * other[name] < rules.RARE:
            own[name] *= rules.LEAST_LEFT
        else:
            del own[name]


def _limit_foreign_names(shares: Mapping[str, Shares]) -> None:
    """Make names of another language less common than in the origin that they come from."""
    regions = {origin.name: origin.region for origin in read_origins()}
    for origin, others in rules.BORNE.items():
        own = shares.get(origin, {})
        near = [its for each, its in shares.items() if each != origin and regions[each] == regions[origin]]
        for other, least in others.items():
            for name, theirs in shares.get(other, {}).items():
                if theirs >= least and name in own and all(its.get(name, 0.0) <= theirs for its in near):
                    own[name] = min(own[name], theirs * rules.BORNE_PART)


def _drop_foreign_notables(
    shares: Mapping[str, Shares], lists: Mapping[str, list[NameList]], dropped: Counter[str]
) -> None:
    """Drop names that few notable persons of an origin bear, and that are common in another region."""
    regions = {origin.name: origin.region for origin in read_origins()}
    for origin in sorted(rules.WITH_GUESTS & shares.keys()):
        beside = {other: its for other, its in shares.items() if other != origin}
        near = [its for other, its in beside.items() if regions[other] == regions[origin]]
        far = [its for other, its in beside.items() if regions[other] != regions[origin]]
        for each in (each for each in lists[origin] if each.source in rules.NOTABLE and each.shares):
            others = [other for other in lists[origin] if other is not each]
            least = min(each.shares.values())
            for name, share in each.shares.items():
                alone = not any(name in its for its in near)
                alone &= not any(name in other.shares or name in other.bare for other in others)
                elsewhere = max((its.get(name, 0.0) for its in far), default=0.0)
                few = share <= rules.FEW_PERSONS * least * (1 + 1e-9)
                if few and alone and elsewhere >= rules.COMMON_ELSEWHERE and name in shares[origin]:
                    del shares[origin][name]
                    dropped[f"{each.source}: of few persons, common in another region"] += 1

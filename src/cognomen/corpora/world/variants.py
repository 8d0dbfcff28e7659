"""Spelling variants that the lists lack: which rules apply to the names of which origin.

The rules themselves are in modules of their own: `foreign_spellings`, `belarusian`, `chinese`, `cyrillic`,
`english`, `hebrew`, `indic` and `letters`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final

from cognomen.corpora.world import rules
from cognomen.corpora.world.belarusian import in_belarus
from cognomen.corpora.world.chinese import in_simplified, in_traditional
from cognomen.corpora.world.cyrillic import CYRILLIC, in_russian, in_russian_letters
from cognomen.corpora.world.foreign_spellings import FOREIGN_SPELLINGS
from cognomen.corpora.world.hebrew import in_latin, is_from_elsewhere
from cognomen.corpora.world.indic import in_assamese, in_bengali, in_devanagari
from cognomen.corpora.world.letters import (
    in_digraphs,
    in_emigration,
    in_one_word,
    is_latin,
    with_mac_apart,
    with_short_saint,
    without_apostrophes,
)
from cognomen.corpora.world.romanise import from_belarusian
from cognomen.corpora.world.shares import Cells, NameList, Shares, read_list
from cognomen.text.spelling import key

if TYPE_CHECKING:
    import pyarrow

CHINESE: Final = "Chinese"  # lists are read in simplified characters; both scripts are learned
BELARUSIAN: Final = "Belarusian"  # its spellings are derived from the names of …
RUSSIAN_LIST: Final = "ru_names_count"
# The counted list of Hebrew names has no romanised spellings: rules choose those that lists of these have.
HEBREW: Final = "Hebrew"
IN_LATIN_LETTERS: Final = ("English", "French", "German", "Russian")
_SMOOTHING: Final = 1e-6  # the share of a spelling that no other origin has
_CENTRAL: Final = partial(in_digraphs, letters="ä=ae ö=oe ü=ue")
_NORDIC: Final = partial(in_digraphs, letters="ø=oe å=aa ä=ae ö=oe")
_SOUTHERN: Final = partial(in_digraphs, letters="đ=dj")
# Variants that are as common as the spelling of the lists.
_VARIANTS: Final[Mapping[str, Callable[[str], set[str]]]] = {
    CHINESE: in_traditional,
    "Uzbek": in_russian,
    "Assamese": in_assamese,
    "Bengali": in_bengali,
    **dict.fromkeys(("Hindi", "Marathi", "Nepali"), in_devanagari),
    **dict.fromkeys(("Bulgarian", "Russian"), in_emigration),
    **dict.fromkeys(("Kazakh", "Mongolian"), in_russian_letters),
    **dict.fromkeys(("German", "Luxembourgish"), _CENTRAL),
    **dict.fromkeys(("Danish", "Norwegian", "Swedish"), _NORDIC),
    **dict.fromkeys(("Bosnian", "Croatian", "Serbian"), _SOUTHERN),
}
_RARE_VARIANTS: Final[Mapping[str, Callable[[str], set[str]]]] = {
    **FOREIGN_SPELLINGS,
    **dict.fromkeys(("English", "Irish", "Scottish"), with_mac_apart),
    "French": with_short_saint,
}


def variants(origin: str, spelling: str) -> set[str]:
    """Variants of a spelling that are as common as it; all in lower case."""
    forms = _VARIANTS[origin](spelling) if origin in _VARIANTS else set()
    return {*forms, without_apostrophes(spelling)} - {spelling}


def rare_variants(origin: str, spelling: str) -> set[str]:
    """Variants of a spelling that are rarer than it, such as foreign transliterations; all in lower case."""
    forms = _RARE_VARIANTS[origin](spelling) if origin in _RARE_VARIANTS else set()
    return {*forms, in_one_word(spelling)} - {spelling}


def spellings_of(origin: str, native: str, roman: str) -> tuple[str, str]:
    """The native and the romanised spelling of a name; a list may have only one of them."""
    if origin == CHINESE:
        return in_simplified(native), roman
    latin = native or roman
    if origin not in CYRILLIC or not is_latin(latin):
        return native, roman
    cyrillic = CYRILLIC[origin](latin)
    is_foreign = any(map(is_latin, filter(str.isalpha, cyrillic)))  # letters that the language lacks remain
    return (native, roman) if is_foreign else (cyrillic, latin)


def add_in_belarus(shares: Shares, lists: list[NameList], table: pyarrow.Table) -> None:
    """Add the Belarusian spellings of the names in a Russian list, which the other lists lack."""
    columns = [table[name].to_pylist() for name in ("origin", "native", "count")]
    names = list(in_belarus(zip(*columns, strict=True)))
    rows: list[Cells] = [
        (spelling, from_belarusian(spelling), bearers / len(its), None)
        for its, bearers in names
        for spelling in its
    ]
    made = read_list(RUSSIAN_LIST, BELARUSIAN, rows, 1.0)
    alike = {(key(its[0]), key(its[-1])) for its, _ in names}
    lists.append(replace(made, links=made.links | alike))
    for name, share in made.shares.items():
        shares[name] = max(share, shares.get(name, 0.0))


def add_in_latin(shares: Shares, lists: list[NameList], others: Mapping[str, Shares]) -> None:
    """Add romanised spellings to Hebrew names of counted lists: those of other lists, or else those of rules.

    Args:
        shares: of the Hebrew names; those of the romanised spellings are added.
        lists: of Hebrew names.
        others: the shares of names by origin. A spelling that is more common in another origin is not added;
            for spellings made by rules, only the origins `IN_LATIN_LETTERS` are compared.
    """
    written: defaultdict[str, set[str]] = defaultdict(set)
    for native, roman in chain.from_iterable(each.links for each in lists):
        written[native].add(roman)
    elsewhere = _greatest(others.values())
    known = _greatest(others[origin] for origin in IN_LATIN_LETTERS if origin in others)
    vocabulary = known.keys() | set().union(*written.values())
    for each in [each for each in lists if each.complete]:
        pairs: dict[tuple[str, str], float] = {}
        for native, share in sorted(each.shares.items()):
            if native in written:
                spelled = _as_written(native, share, written[native], elsewhere)
            else:
                spelled = _guessed(share, in_latin(native, vocabulary), known)
            pairs |= {(native, roman): its for roman, its in spelled.items()}
        found: defaultdict[str, float] = defaultdict(float)
        for (_, roman), share in pairs.items():
            found[roman] += share
        lists.append(replace(each, shares=found, spellings=frozenset(found), links=frozenset(pairs)))
        for name, share in found.items():
            shares[name] = max(share, shares.get(name, 0.0))


def _as_written(native: str, share: float, romans: Iterable[str], elsewhere: Shares) -> Shares:
    """A Hebrew name's share, divided among its romanised spellings in proportion to their greatest shares
    elsewhere: most of it goes to Cohen, little to Kahan."""
    if is_from_elsewhere(native):
        return {}
    weights = {
        roman: elsewhere.get(roman, 0.0) + _SMOOTHING
        for roman in sorted(romans)
        if elsewhere.get(roman, 0.0) < share
    }
    total = sum(weights.values())
    return {roman: share * weight / total for roman, weight in weights.items()}


def _guessed(share: float, romans: Sequence[str], known: Shares) -> Shares:
    """A part of a Hebrew name's share, divided among guessed spellings; {} if others have more of one."""
    if any(known.get(roman, 0.0) >= share for roman in romans):
        return {}
    return dict.fromkeys(romans, share * rules.GUESSED / max(len(romans), 1))


def _greatest(lists: Iterable[Shares]) -> Shares:
    """The greatest share of each name over several origins."""
    found: Shares = {}
    for name, share in chain.from_iterable(its.items() for its in lists):
        found[name] = max(share, found.get(name, 0.0))
    return found

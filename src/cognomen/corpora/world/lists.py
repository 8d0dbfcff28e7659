"""Readers of the lists that are plain downloads: each turns the files of a source into its rows.

A reader takes a function that returns the bytes of a file by its path in the source.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from cognomen.corpora.world.letters import in_title_case, plain, tidy
from cognomen.corpora.world.romanise import from_russian, from_serbian
from cognomen.corpora.world.rows import WorldRow

Read = Callable[[str], bytes]
Reader = Callable[[Read], Iterable[WorldRow]]

_SPANISH_PARTICLES: Final = re.compile(
    "al|ben|bin|da|das|de|del|dela|della|den|der|des|di|do|dos|du|el|la|las|le|los|ten|ter|van|von|y"
)
# Letters of the Latin keyboard that were typed into Cyrillic words.
_CYRILLIC_FOR_LATIN: Final = str.maketrans("ABCEHKMOPTXaceopxy", "АВСЕНКМОРТХасеорху")


def latin(
    origin: str, country: str, name: str, count: float | None = None, rank: int | None = None
) -> WorldRow:
    """The row of a name in Latin letters, with its form without marks."""
    return WorldRow(origin, country, name, plain(name), count, rank)


def latin_rows(origin: str, country: str, names: Iterable[str]) -> Iterator[WorldRow]:
    """The rows of a bare list in Latin letters, each name once."""
    return (latin(origin, country, name) for name in dict.fromkeys(map(tidy, names)))


def lines(data: bytes, encoding: str = "utf-8-sig") -> list[str]:
    """The lines of a text file, trimmed; empty ones are dropped."""
    return [line.strip() for line in io.StringIO(data.decode(encoding)) if line.strip()]


def cells(data: bytes, delimiter: str = ",", encoding: str = "utf-8-sig") -> Iterator[list[str]]:
    """The rows of a CSV file."""
    return csv.reader(io.StringIO(data.decode(encoding), newline=""), delimiter=delimiter)


def spanish(read: Read) -> Iterator[WorldRow]:
    """INE: bearers by first surname, in capitals without marks (Ñ stays)."""
    found = [row for path in ("apellidos.csv", "apellidos-20.csv") for row in list(cells(read(path)))[1:]]
    counted = sorted(((int(bearers), tidy(name)) for name, bearers, *_ in found), reverse=True)
    for rank, (bearers, name) in enumerate(counted, start=1):
        if len(name) > 1:
            yield latin("Spanish", "ES", in_title_case(name, _SPANISH_PARTICLES), bearers, rank)


def french(read: Read) -> Iterator[WorldRow]:
    """INSEE: births by surname, in capitals without marks; its first row is "AUTRES NOMS", all the others."""
    for rank, (name, births) in enumerate(cells(read("data/noms_sorted_by_count.csv"))):
        if rank > 0 and len(name) > 1:
            yield latin("French", "FR", in_title_case(tidy(name)), int(births), rank)


def dutch(read: Read) -> Iterator[WorldRow]:
    """Meertens: the first 1,000 with their bearers, then all with five or more, without counts."""
    top = list(cells(read("top_1000_last_names_in_the_netherlands_2007.csv")))[1:]
    for rank, row in enumerate(top, start=1):
        yield latin("Dutch", "NL", tidy(row[0]), int(row[3]), rank)
    known = {tidy(row[0]) for row in top}
    names = lines(read("family_names_freq_5_or_more.lst"))
    # "van Oldenbarneveld, genaamd Witte Tullingh" is two names in one
    yield from latin_rows("Dutch", "NL", (n for n in names if tidy(n) not in known and "," not in n))


def ranked(read: Read) -> Iterator[WorldRow]:
    """zxcvbn-ts: lists in lower case in the order of frequency, but Romanian ones in that of the alphabet."""
    folder = "packages/languages/{}.json"
    for origin, country, lists in (
        ("Polish", "PL", ("pl/src/maleLastnames", "pl/src/femaleLastnames")),
        ("Danish", "DK", ("da-dk/src/lastnames",)),
        ("Finnish", "FI", ("fi/src/lastnames",)),
        ("German", "DE", ("de/src/lastnames",)),
    ):
        ranks: dict[str, int] = {}
        for path in lists:
            for rank, name in enumerate(json.loads(read(folder.format(path)))[:20_000], start=1):
                ranks.setdefault(in_title_case(tidy(name)), rank)
        yield from (latin(origin, country, name, None, rank) for name, rank in ranks.items())
    yield from latin_rows("Romanian", "RO", _romanian(json.loads(read(folder.format("ro/src/lastnames")))))


def _romanian(names: Iterable[str]) -> Iterable[str]:
    """Of spellings that differ in marks alone the one with most of them: the others lost theirs."""
    fullest: dict[str, str] = {}
    for name in map(tidy, names):
        bare = plain(name) or name
        if all(c.isalpha() or c in "-'" for c in name):
            fullest[bare] = max(fullest.get(bare, bare), name, key=_marks)
    return map(in_title_case, fullest.values())


def _marks(name: str) -> int:
    return sum(not letter.isascii() for letter in name)


def norwegian(read: Read) -> Iterator[WorldRow]:
    """SSB: persons by surname in 2020; "." for fewer than are published."""
    found = list(cells(read("etternavn.csv"), ";", "latin-1"))[1:]
    counted = [(int(persons), tidy(name)) for name, persons in found if persons.isdigit()]
    for rank, (persons, name) in enumerate(sorted(counted, reverse=True), start=1):
        yield latin("Norwegian", "NO", name, persons, rank)


def italian(read: Read) -> Iterator[WorldRow]:
    """A bare list, given names among them."""
    return latin_rows("Italian", "IT", lines(read("paroleitaliane/lista_38000_cognomi.txt")))


def czech(read: Read) -> Iterator[WorldRow]:
    """A bare list of men's and women's forms."""
    return latin_rows("Czech", "CZ", lines(read("surnames_all.csv"))[1:])


def slovene(read: Read) -> Iterator[WorldRow]:
    """SURS: the 200 most common."""
    for rank, (name, *_) in enumerate(cells(read("surnames.csv")), start=1):
        yield latin("Slovene", "SI", tidy(name), None, rank)


def serbian(read: Read) -> Iterator[WorldRow]:
    """A bare list in Cyrillic."""
    names = (tidy(name).translate(_CYRILLIC_FOR_LATIN) for name in lines(read("srpska-prezimena.txt")))
    return (WorldRow("Serbian", "RS", name, from_serbian(name)) for name in dict.fromkeys(names))


def armenian_in_russian(read: Read) -> Iterator[WorldRow]:
    """A bare list of Armenian surnames in Russian spelling, in lower case."""
    rows = list(cells(read("data/ru/surnames.csv")))[1:]
    names = (in_title_case(tidy(name).translate(_CYRILLIC_FOR_LATIN)) for name, _ in rows)
    return (WorldRow("Armenian", "RU", name, from_russian(name)) for name in dict.fromkeys(names))


LIST_READERS: Final[Mapping[str, Reader]] = {
    "am_keywords_ru": armenian_in_russian,
    "cz_koprjaa": czech,
    "es_ine2010": spanish,
    "fr_insee": french,
    "it_napolux": italian,
    "nl_meertens2007": dutch,
    "no_ssb2020": norwegian,
    "rs_glasnik": serbian,
    "si_surs200": slovene,
    "zxcvbn_ranked": ranked,
}

"""Reader of the lists of Faker: the literals of its source files, which are parsed and never run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

from cognomen.corpora.world.letters import is_latin, plain
from cognomen.corpora.world.lists import Read, Reader
from cognomen.corpora.world.literals import names_in
from cognomen.corpora.world.romanise import ROMANISERS
from cognomen.corpora.world.rows import WorldRow


class _List(NamedTuple):
    """A list of Faker.

    Attributes:
        locale: the folder of its file.
        parts: the attributes of the class that hold its names.
        figures: what its order or weights say: "", "rank", "count" (weights are persons).
    """

    locale: str
    origin: str
    country: str
    parts: tuple[str, ...] = ("last_names",)
    figures: str = ""


_LISTS: Final[Sequence[_List]] = (
    _List("hy_AM", "Armenian", "AM"),
    _List("az_AZ", "Azerbaijani", "AZ"),
    _List("bg_BG", "Bulgarian", "BG"),
    _List("hr_HR", "Croatian", "HR"),
    _List("cs_CZ", "Czech", "CZ"),
    _List("da_DK", "Danish", "DK", figures="rank"),
    _List("nl_BE", "Dutch", "BE", figures="count"),
    _List("nl_NL", "Dutch", "NL"),
    _List("et_EE", "Estonian", "EE", ("last_names_est",)),
    _List("et_EE", "Russian", "EE", ("last_names_rus",)),
    _List("fi_FI", "Finnish", "FI", figures="rank"),
    _List("fr_BE", "French", "BE", figures="count"),
    _List("fr_CA", "French", "CA", figures="rank"),
    _List("fr_CH", "French", "CH"),
    _List("fr_FR", "French", "FR", figures="rank"),
    _List("ka_GE", "Georgian", "GE"),
    _List("de_AT", "German", "AT"),
    _List("de_CH", "German", "CH"),
    _List("de_DE", "German", "DE"),
    _List("de_LI", "German", "LI", figures="rank"),
    _List("el_GR", "Greek", "GR"),
    _List("he_IL", "Hebrew", "IL", figures="rank"),
    _List("hu_HU", "Hungarian", "HU", figures="rank"),
    _List("is_IS", "Icelandic", "IS", ("first_names_male",)),
    _List("en_IE", "Irish", "IE"),
    _List("ga_IE", "Irish", "IE"),
    _List("it_IT", "Italian", "IT"),
    _List("lv_LV", "Latvian", "LV"),
    _List("lt_LT", "Lithuanian", "LT"),
    _List("de_LU", "Luxembourgish", "LU", figures="count"),
    _List("mk_MK", "Macedonian", "MK"),
    _List("no_NO", "Norwegian", "NO"),
    _List("pl_PL", "Polish", "PL", ("unisex_last_names", "male_last_names")),
    _List("pt_BR", "Portuguese", "BR"),
    _List("pt_PT", "Portuguese", "PT"),
    _List("ro_RO", "Romanian", "RO"),
    _List("ru_RU", "Russian", "RU"),
    _List("sk_SK", "Slovak", "SK"),
    _List("sl_SI", "Slovene", "SI", figures="rank"),
    _List("es_AR", "Spanish", "AR", figures="rank"),
    _List("es_CL", "Spanish", "CL", figures="rank"),
    _List("es_CO", "Spanish", "CO", figures="rank"),
    _List("es_ES", "Spanish", "ES"),
    _List("es_MX", "Spanish", "MX"),
    _List("sv_SE", "Swedish", "SE", figures="rank"),
    _List("tr_TR", "Turkish", "TR"),
    _List("uk_UA", "Ukrainian", "UA"),
)
# Lists that came later. The figures of the Kenyan one are not Faker's own, and are not read.
_LATER: Final[Sequence[_List]] = (
    _List("id_ID", "Indonesian", "ID"),
    _List("en_KE", "Kenyan", "KE"),
    _List("en_TH", "Thai", "TH"),
)
# Letters of the Latin keyboard that were typed into Cyrillic words.
_CYRILLIC_FOR_LATIN: Final = str.maketrans("aceopxy", "асеорху")


def faker(read: Read, lists: Sequence[_List] = _LISTS) -> Iterator[WorldRow]:
    """The lists of Faker with names of one spelling, in its order."""
    seen: set[tuple[str, str, str]] = set()
    for each in lists:
        found = names_in(read(f"faker/providers/person/{each.locale}/__init__.py"), each.parts)
        names = _icelandic(found) if each.origin == "Icelandic" else found
        for rank, (name, weight) in enumerate(names.items(), start=1):
            name = _mended(name)
            key = each.origin, each.country, name
            if "," not in name and len(name) > 1 and key not in seen:
                seen.add(key)
                count = weight if each.figures == "count" else None
                yield _row(each, name, count, rank if each.figures else None)


def _mended(name: str) -> str:
    """The name with a capital, and without Latin letters in a word of Cyrillic ones."""
    name = name.capitalize() if name.islower() else name
    return name if is_latin(name) else name.translate(_CYRILLIC_FOR_LATIN)


def _row(each: _List, name: str, count: float | None, rank: int | None) -> WorldRow:
    romanise = plain if is_latin(name) else ROMANISERS.get(each.origin, lambda _: "")
    return WorldRow(each.origin, each.country, name, romanise(name), count, rank)


def _icelandic(given: Mapping[str, float | None]) -> dict[str, float | None]:
    """Names after the father, as Faker makes them of given names: Jón, Jónsson and Jónsdóttir."""
    stems = [re.sub("ur$", "", name) for name in given]
    genitives = [stem if stem.endswith("s") else f"{stem}s" for stem in stems]
    return {stem + child: None for stem in genitives for child in ("son", "dóttir")}


FAKER_READERS: Final[Mapping[str, Reader]] = {
    "faker_later": partial(faker, lists=_LATER),
    "faker_py": faker,
}

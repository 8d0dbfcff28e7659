"""Reader of spellings of one name in many scripts, from Wikidata: native names as bearers romanise them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from cognomen.corpora.world.hebrew import is_romanised
from cognomen.corpora.world.letters import in_title_case, tidy
from cognomen.corpora.world.lists import Read, Reader, lines
from cognomen.corpora.world.rows import WorldRow

# Names that have forms in Latin letters and in one of these scripts alone are mostly of its language; those
# of the famous have forms in many.
_ALONE: Final[Mapping[str, tuple[str, str]]] = {"GEORGIAN": ("Georgian", "GE"), "THAI": ("Thai", "TH")}
_HEBREW: Final = "HEBREW"


def name_forms(read: Read) -> Iterator[WorldRow]:
    """Native names with their spellings in Latin letters: lines of forms, "a, b, c => Q1"."""
    found: dict[WorldRow, None] = {}
    for line in lines(read("rigour/data/names/persons.txt")):
        forms, arrow, _ = line.partition("=>")
        if arrow:
            found |= dict.fromkeys(_rows([tidy(form) for form in forms.split(",")]))
    return iter(found)


def _rows(forms: list[str]) -> Iterator[WorldRow]:
    scripts: dict[str, list[str]] = {}
    for form in filter(None, forms):
        scripts.setdefault(unicodedata.name(form[0], "?").split()[0], []).append(form)
    romanised = [in_title_case(form) for form in scripts.pop("LATIN", ()) if form.isascii()]
    if len(scripts) == 1 and (origin := _ALONE.get(next(iter(scripts)))):
        natives = next(iter(scripts.values()))
        yield from (WorldRow(*origin, native, roman) for native in natives for roman in romanised)
    for native in scripts.get(_HEBREW, ()):
        alike = (roman for roman in romanised if is_romanised(native, roman))
        yield from (WorldRow("Hebrew", "IL", native, roman) for roman in alike)


WIKIDATA_READERS: Final[Mapping[str, Reader]] = {"wikidata_forms": name_forms}

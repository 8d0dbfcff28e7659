"""Readers of lists of South Asian surnames; which language a state of India has is a guess."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from cognomen.corpora.world.letters import in_title_case, tidy
from cognomen.corpora.world.lists import Read, Reader, latin_rows, lines
from cognomen.corpora.world.literals import names_in
from cognomen.corpora.world.rows import PURPOSE, WorldRow, parquet_rows
from cognomen.io.arrow import require_pyarrow

_STATES: Final[Mapping[str, str]] = {
    "assam": "Assamese",
    "bihar": "Hindi",
    "chhattisgarh": "Hindi",
    "gujarat": "Gujarati",
    "haryana": "Hindi",
    "kerala": "Malayalam",
    "madhya pradesh": "Hindi",
    "maharashtra": "Marathi",
    "odisha": "Odia",
    "punjab": "Punjabi",
    "rajasthan": "Hindi",
    "sikkim": "Nepali",
    "tamilnadu": "Tamil",
    "uttar pradesh": "Hindi",
    "uttarakhand": "Hindi",
    "west bengal": "Bengali",
}
_LEAST_BEARERS: Final = 100
# Forms of address that stand in the place of a surname: Mrs, widow, brother ...
_ADDRESS: Final = re.compile(
    "(Amma|Ammal|Bai|Bala|Bano|Beevi|Begam|Ben|Bewa|Dai|Dei|Devi|Haji|Ji|Khatoon|Kumari|Kunju|Nisha|Rani|Shri|Sri"
    "|.*bhai)",
    re.IGNORECASE,
)
# In the rolls, besides: spellings of a machine, by their long vowels.
_NO_SURNAME: Final = re.compile(f"{_ADDRESS.pattern}|Bee|Begum|Bibi|Khatun|.*aa.*", re.IGNORECASE)


def census(read: Read) -> Iterator[WorldRow]:
    """India's census of 2011 by state; the columns of castes are not read."""
    columns = ("state", "last_name", "total_support")
    bearers: dict[tuple[str, str], int] = {}
    rows = parquet_rows(read("outkast/data/secc/secc_surname_composition.parquet"), columns)
    for state, name, persons in rows:
        if state in _STATES and name:
            key = _STATES[state], in_title_case(tidy(name))
            bearers[key] = bearers.get(key, 0) + persons
    for (origin, name), persons in bearers.items():
        if persons >= _LEAST_BEARERS and len(name) > 1 and not _ADDRESS.fullmatch(name):
            yield WorldRow(origin, "IN", "", name, persons)


class _Roll(NamedTuple):
    """What is read of the electoral rolls for an origin.

    Attributes:
        column: the language; half of a voter counts for the first one of the state, the rest for others.
        least: the count that a name needs, since a roll's tail is typing errors.
        alone: whether no other column may be greater: then it is the first language of another state.
        ending: of the names that are read.
    """

    column: str
    least: float
    alone: bool = True
    ending: str = ""


# States whose rolls are in English for the greater part: those in other scripts were transliterated by a
# machine, and spell what nobody writes (Bengali Kormokar, Hindi Yaadav). Goa's surnames in -kar are Marathi.
_ROLLS: Final[Mapping[str, _Roll]] = {
    "Kannada": _Roll("kannada", 5),
    "Malayalam": _Roll("malayalam", 10, alone=False),
    "Marathi": _Roll("konkani", 2.5, ending="kar"),
    "Nepali": _Roll("nepali", 5),
    "Punjabi": _Roll("punjabi", 10),
    "Telugu": _Roll("telugu", 80),
}


def electoral_rolls(read: Read) -> Iterator[WorldRow]:
    """India's electoral rolls of 2017: how many voters have a surname, by the languages of their states."""
    pa = require_pyarrow(PURPOSE)
    with tarfile.open(fileobj=io.BytesIO(read("instate/data/lastname_langs_india.csv.tar.gz"))) as archive:
        file = archive.extractfile("lastname_langs_india.csv")
        assert file is not None  # pinned by its hash
        convert = pa.csv.ConvertOptions(column_types={"last_name": pa.string()}, strings_can_be_null=False)
        table = pa.csv.read_csv(io.BytesIO(file.read()), convert_options=convert)
    names = [in_title_case(tidy(name)) for name in table["last_name"].to_pylist()]
    languages = table.drop_columns(["last_name"])
    greatest = pa.compute.max_element_wise(*languages.columns).to_pylist()
    for origin, roll in _ROLLS.items():
        for name, count, most in zip(names, table[roll.column].to_pylist(), greatest, strict=True):
            own = count >= roll.least and (count == most or not roll.alone) and name.endswith(roll.ending)
            if own and len(name) > 2 and not _NO_SURNAME.fullmatch(name):
                yield WorldRow(origin, "IN", "", name, count)


# Lists of surnames in a package's modules: the file, and the variables. Those of a religion are not read.
_BY_STATE: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "Assamese": {"Assam": ("assam_surname",)},
    "Bengali": {"Bengal": ("bengali_surname",)},
    "Gujarati": {"Gujrat": ("gujrati_male_surname",)},
    "Hindi": {
        "Delhi": ("delhi_surname",),
        "Haryana": ("haryana_male_surnames",),
        "Uttarakhand": ("uttarakhand_male_surname",),
        "Uttarpradesh": ("uttarpradesh_male_surname",),
    },
    "Kannada": {"Karnataka": ("male_karnataka_surname", "female_karnataka_surname")},
    "Marathi": {"Maharashtra": ("maharashtra_surname",)},
    "Odia": {"Orissa": ("odia_male_surname",)},
    "Punjabi": {"Punjab": ("punjabi_surnames",)},
    "Tamil": {"Tamil": ("tamil_male_surname",)},
    "Telugu": {"Andhrapradesh": ("andhrapradesh_surname",)},
}


def by_state(read: Read) -> Iterator[WorldRow]:
    """Bare lists of surnames by state."""
    for origin, files in _BY_STATE.items():
        names: dict[str, None] = {}
        for state, variables in files.items():
            source = read(f"indigen/state_modules/{state}_File.py")
            names |= dict.fromkeys(in_title_case(tidy(name)) for name in names_in(source, variables))
        yield from latin_rows(origin, "IN", (name for name in names if len(name) > 1))


# Modules of a package with fifty common surnames of a language each.
_LANGUAGES: Final[Mapping[str, str]] = {
    "bn": "Bengali",
    "gu": "Gujarati",
    "kn": "Kannada",
    "ml": "Malayalam",
    "mr": "Marathi",
    "ta": "Tamil",
}


def by_language(read: Read) -> Iterator[WorldRow]:
    """Common surnames of Indian languages; those that Hindi's list has too are from all of India."""
    everywhere = set(_common(read, "hi"))
    for code, origin in _LANGUAGES.items():
        names = (name for name in _common(read, code) if name not in everywhere)
        yield from latin_rows(origin, "IN", names)


def _common(read: Read, code: str) -> Iterable[str]:
    return names_in(read(f"indic_faker/data/names/{code}.py"), ("LAST_NAMES_LATIN",))


def sinhala(read: Read) -> Iterator[WorldRow]:
    """A bare list of Sri Lankan surnames, one in a line."""
    return latin_rows("Sinhala", "LK", map(in_title_case, lines(read("iiyo/random_names/last_names.py"))))


SOUTH_ASIAN_READERS: Final[Mapping[str, Reader]] = {
    "in_faker": by_language,
    "in_indigen": by_state,
    "in_rolls2017": electoral_rolls,
    "lk_iiyo": sinhala,
    "secc_india": census,
}

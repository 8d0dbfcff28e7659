"""Surnames from installed packages: faker, mimesis and japanese-personal-name-dataset.

Each `Source` is a list that was inspected by hand; `outside.py` adapts its names to the spelling of the 18
files and decides which to drop. These lists are not used:

- copies: faker's es_CA (of es_ES) and fr_CA (of fr_QC), mimesis' en-au, en-ca and en-gb (of en);
- lists of a whole population: faker's en, en_US, en_NZ, fr_BE, nl_BE, de_LU, mimesis' en, de-ch and pt-br,
  in which English, French, Dutch, German and Portuguese names are mixed with those of neighbours and
  immigrants; of en_IE only names that begin with O';
- mimesis' es-mx: what it adds to faker's es_MX is mostly foreign;
- feminine forms, where a list has masculine ones, too;
- names in Arabic letters, which omit the vowels; in Chinese and Korean characters, whose customary
  romanisation is in no table; in Japanese characters without readings.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from cognomen.corpora.romanise import from_kana
from cognomen.errors import DataError, MissingExtraError

_DISTRIBUTIONS: Final[Mapping[str, str]] = {
    "faker": "faker",
    "mimesis": "mimesis",
    "japanese_personal_name_dataset": "japanese-personal-name-dataset",
}
# Their readings are those of words, not of surnames: Suiden for Mizuta, Hakucho for Shiratori …
_MISREAD: Final = (
    "一戸 一色 三瓶 三角 上地 下地 二瓶 井藤 今 仙波 伊波 具志堅 前山 原野 古本 土方 大賀 安里 宗像 寺門 "
    "小栗 山上 山地 新 新居 新田 末吉 水田 深山 田尻 白鳥 秦 舘 荒 見 越川 道下 金山 高本"
)


@dataclass(frozen=True)
class Source:
    """A list of surnames in an installed package.

    Attributes:
        package: the module that holds it.
        locale: which of its lists.
        origin: the origin, one of the 18, of its names.
        parts: for faker, the attributes of the list; for mimesis, masculine names where they are separate.
        near: used only on request, since the list is of a neighbouring language or custom (Slovak, Algerian),
            or contains names of immigrants (about one in ten of mimesis' de-at).
    """

    package: str
    locale: str
    origin: str
    parts: tuple[str, ...] = ()
    near: bool = False

    @property
    def name(self) -> str:
        """Its name in rows and counts, such as "faker pl_PL"."""
        return f"{_DISTRIBUTIONS[self.package]} {self.locale}".strip()


def _faker(locale: str, origin: str, *parts: str, near: bool = False) -> Source:
    return Source("faker", locale, origin, parts or ("last_names",), near)


def _mimesis(locale: str, origin: str, *parts: str, near: bool = False) -> Source:
    return Source("mimesis", locale, origin, parts, near)


SOURCES: Final[tuple[Source, ...]] = (
    _faker("fr_DZ", "Arabic", near=True),
    _faker("zh_CN", "Chinese", "last_romanized_names"),
    _faker("zh_TW", "Chinese", "last_romanized_names"),
    _faker("cs_CZ", "Czech", "last_names_male"),
    _mimesis("cs", "Czech"),
    _faker("sk_SK", "Czech", "last_names_male", near=True),
    _faker("nl_NL", "Dutch"),
    _mimesis("nl", "Dutch"),
    _mimesis("nl-be", "Dutch"),
    _faker("en_GB", "English"),
    _faker("fr_FR", "French"),
    _faker("fr_QC", "French"),
    _faker("fr_CH", "French"),
    _mimesis("fr", "French"),
    _faker("de_DE", "German"),
    _faker("de_AT", "German"),
    _faker("de_CH", "German"),
    _faker("de_LI", "German"),
    _mimesis("de", "German"),
    _mimesis("de-at", "German", near=True),
    _faker("el_GR", "Greek", "last_names_male"),
    _mimesis("el", "Greek", "male"),
    _faker("ga_IE", "Irish"),
    _faker("en_IE", "Irish"),
    _faker("it_IT", "Italian"),
    _mimesis("it", "Italian"),
    Source("japanese_personal_name_dataset", "", "Japanese"),
    _faker("ja_JP", "Japanese", "last_romanized_names"),
    _faker("pl_PL", "Polish", "male_last_names", "unisex_last_names"),
    _mimesis("pl", "Polish", "male"),
    _faker("pt_PT", "Portuguese"),
    _faker("pt_BR", "Portuguese"),
    _mimesis("pt", "Portuguese"),
    _faker("ru_RU", "Russian", "last_names_male"),
    _mimesis("ru", "Russian", "male"),
    _faker("es_ES", "Spanish"),
    _faker("es_MX", "Spanish"),
    _faker("es_CO", "Spanish"),
    _faker("es_CL", "Spanish"),
    _faker("es_AR", "Spanish"),
    _mimesis("es", "Spanish"),
    _faker("vi_VN", "Vietnamese"),
)


def read_source(source: Source) -> list[str]:
    """The names of a list as the package spells them (Japanese ones romanised), in its order.

    Raises:
        MissingExtraError: the package is not installed.
        DataError: this version of the package has no such list.
    """
    try:
        return _READERS[source.package](source)
    except (ImportError, OSError, AttributeError, KeyError, TypeError) as error:
        if isinstance(error, MissingExtraError):
            raise
        raise DataError(
            f"expected the surnames of {source.name}, but this version of the package has no such list "
            f"({type(error).__name__}: {error}). Install the known version: pip install 'cognomen[outside]'"
        ) from error


def given_names(source: Source) -> frozenset[str]:
    """The given names that the package has for the same locale, if any, as it spells them."""
    if source.package == "faker":
        provider = import_module(f"faker.providers.person.{source.locale}").Provider
        lists = [getattr(provider, f"first_names{which}", ()) for which in ("", "_male", "_female")]
        # de_DE has separate lists, and a property that joins them
        return frozenset(name for names in lists if not isinstance(names, property) for name in names)
    if source.package == "mimesis":
        person = _mimesis_person(source.locale)
        if "names" not in person:  # de-at uses those of de
            person = _mimesis_person(source.locale.partition("-")[0])
        return frozenset(name for each in person["names"].values() for name in each)
    return frozenset()


def _folder_of(package: str) -> Path:
    """The folder of a package, which is not imported."""
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise MissingExtraError(_DISTRIBUTIONS[package], "outside", "Reading surnames from packages")
    return Path(found.submodule_search_locations[0])


def _read_faker(source: Source) -> list[str]:
    _folder_of("faker")
    provider = import_module(f"faker.providers.person.{source.locale}").Provider
    return [str(name) for part in source.parts for name in getattr(provider, part)]


def _read_mimesis(source: Source) -> list[str]:
    surnames = _mimesis_person(source.locale)["surnames"]
    return [name for part in source.parts for name in surnames[part]] if source.parts else list(surnames)


def _mimesis_person(locale: str) -> dict[str, Any]:
    path = _folder_of("mimesis") / "datasets" / locale / "person.json"
    person: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return person


def _read_japanese(source: Source) -> list[str]:
    path = _folder_of(source.package) / "dataset" / "last_name_org.csv"
    misread = set(_MISREAD.split())
    with path.open(encoding="utf-8", newline="") as file:
        return [from_kana(row[2], row[0]) for row in csv.reader(file) if row[0] not in misread]


_READERS: Final = {
    "faker": _read_faker,
    "mimesis": _read_mimesis,
    "japanese_personal_name_dataset": _read_japanese,
}

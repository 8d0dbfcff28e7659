"""The classes of other packages as origins of `world`, and what counts as a right answer.

A package's class may stand for several origins, and a country for all that are at home there: any of them is
then a right answer. `world` is judged by the same classes: its answer is turned into the first class that is
listed for the origin. An origin is asked of a package only if the package can answer that first class.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Classes = Mapping[str, frozenset[str]]  # the origins of each class

# The classes of ethnicseer for each origin.
ETHNICITIES = {
    **dict.fromkeys(("English", "Scottish", "Irish", "Welsh"), "eng"),
    **dict.fromkeys(("Spanish", "Catalan", "Basque"), "spa"),
    **dict.fromkeys(("Arabic", "Persian"), "mea"),  # Middle Eastern
    **dict.fromkeys(("Hindi", "Punjabi", "Gujarati", "Marathi", "Bengali", "Odia", "Assamese"), "ind"),
    **dict.fromkeys(("Tamil", "Telugu", "Kannada", "Malayalam"), "ind"),
    **{"French": "frn", "German": "ger", "Italian": "ita", "Russian": "rus"},
    **{"Chinese": "chi", "Japanese": "jap", "Korean": "kor", "Vietnamese": "vie"},
}

# The countries in which each origin is at home, and words for it in lists of nationalities.
COUNTRIES = {
    "English": "GB US CA AU NZ IE ZA JM TT BB BS english",
    "Scottish": "GB US CA AU NZ",
    "Irish": "IE GB US CA AU NZ",
    "Welsh": "GB US CA AU NZ welsh",
    "French": "FR BE CH CA LU MC breton",
    "German": "DE AT CH LI LU BE",
    "Luxembourgish": "LU",
    "Dutch": "NL BE SR",
    "Afrikaans": "ZA NA",
    "Swedish": "SE FI AX",
    "Norwegian": "NO",
    "Danish": "DK FO GL",
    "Icelandic": "IS",
    "Finnish": "FI",
    "Estonian": "EE",
    "Latvian": "LV",
    "Lithuanian": "LT",
    "Polish": "PL",
    "Czech": "CZ",
    "Slovak": "SK",
    "Russian": "RU BY UA KZ",
    "Ukrainian": "UA",
    "Belarusian": "BY",
    "Serbian": "RS ME BA",
    "Croatian": "HR BA",
    "Bosnian": "BA",
    "Slovene": "SI",
    "Macedonian": "MK",
    "Bulgarian": "BG",
    "Hungarian": "HU",
    "Romanian": "RO MD",
    "Albanian": "AL XK MK",
    "Greek": "GR CY",
    "Italian": "IT CH SM VA",
    "Maltese": "MT",
    "Spanish": "ES AR BO CL CO CR CU DO EC GQ GT HN MX NI PA PE PR PY SV UY VE",
    "Catalan": "ES AD catalan",
    "Basque": "ES basque",
    "Portuguese": "PT BR AO CV GW MZ ST TL",
    "Turkish": "TR CY",
    "Azerbaijani": "AZ",
    "Kazakh": "KZ",
    "Uzbek": "UZ",
    "Armenian": "AM",
    "Georgian": "GE",
    "Hebrew": "IL",
    "Arabic": "EG AE BH DJ DZ IQ JO KM KW LB LY MA MR OM PS QA SA SD SY TD TN YE",
    "Persian": "IR",
    "Afghan": "AF",
    "Urdu": "PK",
    **dict.fromkeys(("Gujarati", "Marathi", "Odia", "Assamese", "Telugu", "Kannada", "Malayalam"), "IN"),
    "Hindi": "IN FJ MU",
    "Punjabi": "IN PK",
    "Bengali": "BD IN",
    "Nepali": "NP IN BT",
    "Tamil": "IN LK SG MY tamil",
    "Sinhala": "LK",
    "Chinese": "CN TW HK MO SG MY",
    "Japanese": "JP",
    "Korean": "KR KP",
    "Mongolian": "MN",
    "Vietnamese": "VN",
    "Thai": "TH",
    "Khmer": "KH",
    "Burmese": "MM",
    "Indonesian": "ID",
    "Malay": "MY BN SG",
    "Filipino": "PH",
    "Yoruba": "NG BJ",
    "Igbo": "NG",
    "Hausa": "NG NE",
    "Akan": "GH CI",
    "Swahili and Kenyan": "KE TZ",
    "Ugandan": "UG",
    "Ethiopian": "ET ER",
    "Somali": "SO DJ",
    "Zulu": "ZA",
}


@dataclass(frozen=True)
class Item:
    """A name whose origin is asked.

    Attributes:
        name: the surname.
        origin: the origin of the list or of the country that it is from.
        right: the origins that are right answers, `origin` among them.
        weight: how many persons it stands for.
    """

    name: str
    origin: str
    right: frozenset[str]
    weight: float = 1.0


def covered(table: Mapping[str, str], answerable: Collection[str]) -> frozenset[str]:
    """The origins that a package can answer: those whose first class is among its own."""
    return frozenset(origin for origin, classes in table.items() if classes.split()[0] in answerable)


def origins_of_classes(table: Mapping[str, str], answerable: Collection[str]) -> Classes:
    """The origins of each class that a package can answer."""
    of_class: dict[str, set[str]] = {name: set() for name in answerable}
    for origin, classes in table.items():
        for name in of_class.keys() & classes.split():
            of_class[name].add(origin)
    return {name: frozenset(origins) for name, origins in of_class.items()}


def rival_right(items: Sequence[Item], answers: Sequence[str | None], classes: Classes) -> list[bool]:
    """Whether each answer, a class, stands for an origin that is right."""
    pairs = zip(items, answers, strict=True)
    return [bool(classes.get(answer or "", frozenset()) & item.right) for item, answer in pairs]


def ours_right(
    items: Sequence[Item], answers: Sequence[str | None], table: Mapping[str, str], classes: Classes
) -> list[bool]:
    """Whether each answer, an origin, is right, or the first class listed for it is."""
    firsts = [table.get(answer or "", "").split(" ")[0] for answer in answers]
    by_class = rival_right(items, firsts, classes)
    rows = zip(items, answers, by_class, strict=True)
    return [answer in item.right or hit for item, answer, hit in rows]


def share(hits: Sequence[bool], items: Sequence[Item]) -> float:
    """The share of the persons, or names, whose answer is right; NaN without any."""
    weights = [item.weight for item in items]
    return round(float(np.average(hits, weights=weights)), 4) if items else float("nan")

"""Judgements about the lists of the world: what a list leaves unsaid, and how much it is worth.

Each rule says which trap of the data it avoids. They were chosen by reading the most common names of every
origin after merging, never on test names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

# Labels of the sources that are learned as one origin.
SAME_ORIGIN: Final[Mapping[str, str]] = {
    "Swahili": "Swahili and Kenyan",
    "Kenyan": "Swahili and Kenyan",
}

# The least count that a name needs in a list whose tail holds names from everywhere, and typing errors.
MIN_COUNT: Final[Mapping[str, float]] = {"fr_insee": 100, "es_ine2010": 30, "ru_names_count": 4}

# A list that goes on with another country's, which counts nobody: El Salvador's (SV) after Sweden's (sv).
MISFILED: Final = frozenset({("wikitop75", "Swedish")})

# Spellings that a list has by mistake: translations of what a name means, and famous people from elsewhere.
STRUCK: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("in_faker", "Kannada"): frozenset({"Deshpande", "Kulkarni", "Moodlapa", "Patil"}),
    ("in_indigen", "Bengali"): frozenset({"Agarwal", "Borah", "Borgohain", "Pattnaik"}),
    ("in_indigen", "Gujarati"): frozenset({"Bachchan", "Kundra"}),
    ("in_rolls2017", "Malayalam"): frozenset({"Lenin", "Stalin"}),
    ("in_rolls2017", "Telugu"): frozenset({"Areddy", "Gari", "Mandela", "Ravu", "Shek", "Yas"}),
    ("lk_iiyo", "Sinhala"): frozenset({"Colombo", "Lanka", "Loganathan", "Rajaratnam", "Ramesh", "Ratnam"}),
    ("sigpwned", "Khmer"): frozenset({"Bird", "Droplets", "Khmer", "means"}),
    ("wikipedia_people", "Basque"): frozenset({"Capa", "Emery", "Herzog", "Paula"}),
    ("mimesis", "Estonian"): frozenset({"Briand", "Maradona", "Masaryk", "Renoir", "Thureau-Dangin"}),
}

# Lists of single words, in which anything with a space is a firm or an office.
SINGLE_WORDS: Final = frozenset({"ru_names_count", "ua_names_translator"})
MOST_WORDS: Final = 4  # of a surname; longer ones are whole names or titles

# Lists of notable persons: samples, in which few persons have one name and most names are absent.
NOTABLE: Final = frozenset({"arabic_wikidata", "mongolian_elements", "nigeria_split", "wikipedia_people"})
FEWEST_NOTABLE: Final = 20  # names; fewer of an origin say which names there are, not how common they are
# Their lists of notable persons hold families from elsewhere: Modi is a Kenyan politician, Kapoor a Ugandan
# businessman. A name is dropped if its share is at most this many times the list's least (two persons), an
# origin of another region has at least that share of it, and no other list of its own region has it.
WITH_GUESTS: Final = frozenset({"Swahili and Kenyan", "Thai", "Ugandan"})
FEW_PERSONS, COMMON_ELSEWHERE = 1.5, 5e-5
UNSEEN_BEARERS: Final = 300  # added to every list's total, so that a small list's shares shrink

# What a list is worth, by the manifest's trust in it.
TRUST: Final[Mapping[str, float]] = {"high": 1.0, "medium": 0.7, "low": 0.3}

# Rankings without counts: how many bearers one is taken to have behind it, if it is long and if it is short.
LONG_RANKING, RANKING_BEARERS, SHORT_RANKING_BEARERS = 90, 1e5, 3e4
MOST_BEARERS: Final = 1e6  # more do not make a list more right

# Lists with this many names are complete: what they lack is rare, unless so many bare lists have it.
COMPLETE: Final = 5000
SURELY_LACKING: Final = 3

# Names by rank r follow (r + shift)^-power in most lists (Zipf); in Scandinavia few names have most bearers.
VOCABULARY: Final = 20_000
ZIPF, STEEP_ZIPF = (5.0, 0.8), (2.0, 1.0)
STEEP: Final = frozenset({"Danish", "Norwegian", "Swedish"})
# Where a few hundred names cover nearly everyone, a list of them is the whole.
CLOSED: Final = frozenset({"Chinese", "Japanese", "Khmer", "Korean", "Sinhala", "Vietnamese"})

# Names of a list without counts are as common as its last one would be if it were a ranking, and less …
BARE_SHARE: Final = 0.7
# Factors in place of BARE_SHARE for names in Latin letters: of lists with many of the neighbours' names or
# with typing errors, and of names that are written in a script, no sign that they are of its language.
LATIN_SHARES: Final[Mapping[tuple[str, str], float]] = {
    ("faker_py", "Icelandic"): 2.8,  # fathers' names, of which there are not many more
    ("mimesis", "Icelandic"): 2.8,
    ("in_indigen", "Hindi"): 0.4,
    ("in_rolls2017", "Nepali"): 0.1,
    ("in_rolls2017", "Punjabi"): 0.3,
    **{
        ("in_indigen", origin): 0.2
        for origin in ("Bengali", "Gujarati", "Kannada", "Marathi", "Odia", "Tamil")
    },
    **{
        ("indic_native_matched", origin): 0.05
        for origin in ("Bengali", "Gujarati", "Hindi", "Malayalam", "Odia", "Punjabi", "Telugu")
    },
}
# Bare lists of the most common names, which are so even where a counted list has few of them.
COMMON_NAMES: Final = frozenset({"in_faker"})
MOST_BARE: Final = 0.0015  # … but never more than this: no bare list can have a head.
# These counts are of family names where hardly anyone has one, or of a corner of the country.
NOT_COUNTED: Final = frozenset(
    {("wikitop75", "Icelandic")}
    | {("in_rolls2017", origin) for origin in ("Kannada", "Marathi", "Nepali", "Punjabi")}
)

# Lists of names from everywhere, of which only the pairs of a native and a romanised spelling are used.
PAIRS_ONLY: Final = frozenset({("wikidata_forms", "Hebrew")})

# Origins whose names in -ov and -in have women's forms in -a. (Czech ones are in -ova: Petrová is of Petr.)
WITH_WOMENS_FORMS: Final = frozenset(
    {"Azerbaijani", "Belarusian", "Bulgarian", "Kazakh", "Macedonian", "Russian", "Ukrainian", "Uzbek"}
)
WOMANS_ENDING: Final = re.compile("(?:[oe]v|[iy]n)a$|(?:[оеє]в|[иіы]н)а$")  # of a key


class Borrowed(NamedTuple):
    """How the shares of an origin are raised by the list of a neighbour, which counts its bearers as well.

    Attributes:
        neighbour: whose list counts them.
        factor: how many times as common the names are within the origin as in that list.
        max_rank: a name gets at most the share that the name with this rank usually has, as the origin's
            own lists include common names of the neighbour (Smith, Brown).
        own_of_form: of the names in the origin's own lists, only those with the origin's form
            (`by_form.FORMS`).
        adds: also names of that form that the origin's own lists lack.
        neighbour_weight: what the neighbour's shares of these names are multiplied by, where most of the
            bearers are of the origin.
        max_neighbour_share: not names with a larger share in the neighbour's list.
        min_own_share: not names with a smaller share in the origin's own lists.
    """

    neighbour: str
    factor: float
    max_rank: float = 120
    own_of_form: bool = False
    adds: bool = False
    neighbour_weight: float = 1.0
    max_neighbour_share: float = 1.0
    min_own_share: float = 0.0


# Rough factors: about one in twenty people of Britain lives in Wales and one in ten in Scotland, and one in
# five of Spain speaks Catalan; those of Afrikaans and Gujarati, of whose people few live in Britain, were
# chosen by reading the most common names after merging.
BORROWED: Final[Mapping[str, Borrowed]] = {
    "Irish": Borrowed("English", 6.0, adds=True),
    "Basque": Borrowed("Spanish", 20.0, own_of_form=True),
    "Catalan": Borrowed("Spanish", 5.0, 5, own_of_form=True, adds=True, neighbour_weight=0.3),
    "Scottish": Borrowed("English", 8.0, 5, own_of_form=True, adds=True),
    "Welsh": Borrowed("English", 10.0, 1, own_of_form=True, adds=True),
    "Afrikaans": Borrowed("English", 600.0, 20, adds=True, max_neighbour_share=1.6e-5),
    "Gujarati": Borrowed("English", 40.0, 1, min_own_share=1e-3),
}

# A list of a country's people holds the names of the large neighbour whose language they also speak. That
# part is taken out: the neighbour's shares times the quantile, over its most common names, of the ratio.
MIXED: Final[Mapping[str, tuple[str, ...]]] = {
    "Basque": ("Spanish",),
    "Belarusian": ("Russian",),
    "Catalan": ("Spanish",),
    "Estonian": ("Russian",),
    "Irish": ("English",),
    "Kazakh": ("Russian",),
    "Latvian": ("Russian",),
    "Luxembourgish": ("German", "French"),
    "Maltese": ("English", "Italian"),
    "Scottish": ("English",),
    "Slovak": ("Czech", "Hungarian"),
    "Ukrainian": ("Russian",),
    "Welsh": ("English",),
}
MIXED_NAMES, MIXED_AMONG = 20, 60  # those in plain letters, among so many most common ones
MIXED_QUANTILE: Final = 0.6
MIXED_QUANTILES: Final = {
    "Russian": 0.85
}  # few of its names are left as they are by the neighbours' spelling
LEAST_LEFT: Final = 0.15  # of a name's share; with less, it is the neighbour's
RARE: Final = 1e-5  # … unless that has hardly any of it
LARGEST_MIX: Final = 3.0

# Names of another language that an origin's people bear as well, English and Arabic ones, count at most a
# fifth of the other origin's share: those of which it has at least this share, unless a neighbour in the
# same region has more of them (Kumar is in English lists, but Indian).
BORNE_PART: Final = 0.2
_ENGLISH: Final = {"English": 7e-5}
_ARABIC: Final = {"Arabic": 5e-4, "Urdu": 5e-4}
BORNE: Final[Mapping[str, Mapping[str, float]]] = {
    "Akan": _ENGLISH,
    "Burmese": _ENGLISH,
    "Igbo": _ENGLISH,
    "Malayalam": _ENGLISH | _ARABIC,
    "Swahili and Kenyan": _ENGLISH,
    "Tamil": _ENGLISH,
    "Telugu": _ARABIC,
    "Thai": _ENGLISH,
    "Ugandan": _ENGLISH,
    "Yoruba": _ENGLISH,
}

# How much a script is written of the origin's main one, where its names are hardly ever written in it: Somali
# has Latin letters, and its names in Arabic ones are those of documents in Arabic.
SCRIPT_SHARES: Final[Mapping[tuple[str, str], float]] = {("Somali", "Arabic"): 0.1}

# About one in two of the spellings guessed from Hebrew letters is one that bearers use.
GUESSED: Final = 0.5

# Names with at least this share are learned in rare variants as well, each with this factor of the share.
RARE_VARIANT_MIN_SHARE, RARE_VARIANT_WEIGHT = 2e-5, 0.2

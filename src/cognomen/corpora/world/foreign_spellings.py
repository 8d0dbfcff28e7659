"""Transliterations that other countries use, in addition to the national standards of `romanise`.

Cyrillic, Armenian and Georgian letters are transliterated in several ways. English texts follow BGN/PCGN
(1947) without its signs: Dostoyevsky. German and French texts follow their newspapers: Dostojewski,
Dostoïevski. Libraries and other Slavic languages follow ISO/R 9 (1968): Dostoevskij. Passports follow ICAO
9303: Dostoevskii. Systems that are limited to ASCII replace ä, ö and ü by ae, oe and ue.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from cognomen.corpora.world.letters import in_digraphs
from cognomen.corpora.world.romanise import (
    ARMENIAN,
    CYRILLIC,
    GEORGIAN,
    UKRAINIAN,
    letters_of,
    transliterator,
)

Transliteration = Callable[[str], str]
_VOWELS: Final = "аеёиоуыэюяіїє"
_RUSSIAN: Final = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя -")


def _after(before: str, letters: Mapping[str, str], soft: str) -> dict[str, str]:
    """Rules for pairs of letters: those of `soft` are transliterated otherwise after the letters `before`."""
    return {
        first + second: letters[first] + spelt
        for first in before
        if first in letters
        for second, spelt in letters_of(soft).items()
    }


def _transliteration(
    letters: Mapping[str, str],
    at_start: str = "",
    *,
    first: Mapping[str, str] | None = None,
    last: Mapping[str, str] | None = None,
) -> Transliteration:
    """A function that transliterates a name in lower case.

    Args:
        letters: the replacement of each letter, and of some pairs of letters.
        at_start: other replacements at the start of a word.
        first: regular expressions and their replacements, applied to the name before that.
        last: the same, applied to the result.
    """
    by_letter = transliterator(letters, letters_of(at_start))

    def transliterate(name: str) -> str:
        return _replaced(by_letter(_replaced(name, first or {})), last or {})

    return transliterate


def _replaced(name: str, patterns: Mapping[str, str]) -> str:
    for pattern, replacement in patterns.items():
        name = re.sub(pattern, replacement, name)
    return name


# A single s between vowels is voiced in German and French.
_DOUBLE_S: Final = {f"(?<=[{_VOWELS}])с(?=[{_VOWELS}])": "сс"}
_SHORT_ENDS: Final = {r"ий\b": "и", r"ый\b": "ы"}
_FRENCH_ENDS: Final = {r"(?<=[iy])n\b": "ne", "(?<=i)ï": "i"}
_ENGLISH: Final = CYRILLIC | letters_of("ё=yo жё=zhe чё=che шё=she щё=shche")
_GERMAN: Final = CYRILLIC | letters_of(
    "в=w ё=jo ж=sch з=s й=i х=ch ц=z ч=tsch ш=sch щ=schtsch ю=ju я=ja кс=x "
    "жё=scho чё=tscho шё=scho щё=schtscho йо=jo ьи=ji"
)
_FRENCH: Final = CYRILLIC | letters_of(
    "ё=io ж=j й=ï у=ou ч=tch ш=ch щ=chtch ю=iou я=ia ге=gue ги=gui ье=ie кс=x жё=je чё=tche шё=che щё=chtche"
)
_SCHOLARLY: Final = CYRILLIC | letters_of("ё=ë ж=ž й=j х=ch ц=c ч=č ш=š щ=šč ю=ju я=ja")
_PASSPORT: Final = CYRILLIC | letters_of("й=i ъ=ie ю=iu я=ia")
_VOWELS_OR_SIGNS: Final = _VOWELS + "ьъ"
_IN_RUSSIAN_LETTERS: Final = (
    _transliteration(_ENGLISH | _after(_VOWELS_OR_SIGNS, _ENGLISH, "е=ye"), "е=ye", last={r"[iy]y\b": "y"}),
    _transliteration(
        _GERMAN | _after(_VOWELS_OR_SIGNS, _GERMAN, "е=je"), "е=je", first=_SHORT_ENDS | _DOUBLE_S
    ),
    _transliteration(
        _FRENCH | _after("аеёоуыэюя", _FRENCH, "е=ïe"),
        first=_SHORT_ENDS | _DOUBLE_S,
        last=_FRENCH_ENDS,
    ),
    _transliteration(_SCHOLARLY),
    _transliteration(_PASSPORT),
)

_UKRAINIAN_IN_GERMAN: Final = UKRAINIAN | letters_of(
    "в=w є=je ж=sch з=s зг=sh ї=ji й=j х=ch ц=z ч=tsch ш=sch щ=schtsch ю=ju я=ja"
)
_UKRAINIAN_IN_FRENCH: Final = UKRAINIAN | letters_of("ж=j ї=ï й=ï у=ou ч=tch ш=ch щ=chtch ю=iou")
_UKRAINIAN_SCHOLARLY: Final = UKRAINIAN | letters_of(
    "є=je ж=ž ї=ji й=j х=ch ц=c ч=č ш=š щ=šč ю=ju я=ja зг=zh"
)
_UKRAINIAN_IN_ENGLISH: Final = UKRAINIAN | letters_of("є=ye ї=yi й=y ю=yu я=ya")
_IN_UKRAINIAN_LETTERS: Final = (
    _transliteration(_UKRAINIAN_IN_ENGLISH),
    _transliteration(_UKRAINIAN_IN_ENGLISH, last={r"yy\b": "y"}),
    _transliteration(_UKRAINIAN_IN_GERMAN),
    _transliteration(_UKRAINIAN_IN_FRENCH, last={r"yï\b": "y"}),
    _transliteration(_UKRAINIAN_SCHOLARLY),
)

_IN_BULGARIAN_LETTERS: Final = (
    _transliteration(_GERMAN | letters_of("щ=scht ъ=a ь=j")),
    _transliteration(_FRENCH | letters_of("щ=cht ъ=a ь=i"), last=_FRENCH_ENDS),
    _transliteration(_SCHOLARLY | letters_of("щ=št ъ=ă х=h")),
)

_ARMENIAN_IN_GERMAN: Final = ARMENIAN | letters_of(
    "ժ=sch խ=ch ծ=z ձ=ds ճ=tsch յ=j շ=sch չ=tsch ջ=dsch վ=w ց=z ւ=w"
)
_ARMENIAN_IN_FRENCH: Final = ARMENIAN | letters_of("ժ=j ճ=tch յ=i շ=ch չ=tch ջ=dj ու=ou")
_DOUBLE_ARMENIAN_S: Final = {"(?<=[աեէըիոօւ])ս(?=[աեէըիոօյ])": "սս"}
_IN_ARMENIAN_LETTERS: Final = (
    _transliteration(_ARMENIAN_IN_GERMAN, first=_DOUBLE_ARMENIAN_S),
    _transliteration(_ARMENIAN_IN_FRENCH, first=_DOUBLE_ARMENIAN_S),
)
_IN_GEORGIAN_LETTERS: Final = (
    _transliteration(GEORGIAN | letters_of("ვ=w ზ=s ჟ=sch შ=sch ჩ=tsch ც=z ძ=ds წ=z ჭ=tsch ხ=ch ჯ=dsch")),
    _transliteration(
        GEORGIAN | letters_of("ჟ=j უ=ou შ=ch ჩ=tch ჭ=tch ჯ=dj"), first={"(?<=[აეიოუ])ს(?=[აეიოუ])": "სს"}
    ),
)


def _all_of(name: str, *, transliterations: tuple[Transliteration, ...], letters: frozenset[str]) -> set[str]:
    """All transliterations of a name in lower case; none if it has letters beyond the given ones."""
    composed = unicodedata.normalize("NFC", name)
    if not letters.issuperset(composed):
        return set()
    return {transliterate(composed).lower() for transliterate in transliterations}


def _letters(letters: Mapping[str, str]) -> frozenset[str]:
    return frozenset("".join(letters) + " -")


_FROM_RUSSIAN: Final = partial(_all_of, transliterations=_IN_RUSSIAN_LETTERS, letters=_RUSSIAN)
_WITH_UMLAUTS: Final = partial(in_digraphs, letters="ä=ae ö=oe ü=ue")
_SOUTH_SLAVIC: Final = (  # in English, German and French
    "ć=ch č=ch š=sh ž=zh đ=dj",
    "ć=tsch č=tsch š=sch ž=sch đ=dj",
    "ć=tch č=tch š=ch ž=j đ=dj",
)
# Kunrei-shiki romanisation, where it differs from the Hepburn romanisation of the lists.
_KUNREI: Final = {
    **{"sh(?=[aou])": "sy", "ch(?=[aou])": "ty", "j(?=[aou])": "zy"},
    **{"shi": "si", "chi": "ti", "tsu": "tu", "fu": "hu", "ji": "zi"},
}


def south_slavic(name: str) -> set[str]:
    """English, German and French respellings of a name in lower case: petrović is petrovich, petrowitsch."""
    return set().union(*(in_digraphs(name, letters=letters) for letters in _SOUTH_SLAVIC))


def in_kunrei(name: str) -> set[str]:
    """Other romanisations of a Japanese name in lower case: tsuda is tuda, ono is ohno, sato is satoh."""
    long = {re.sub("^o(?=[^aeiouyhn]|n[aeiou])", "oh", name), re.sub("o$", "oh", name)}
    return {_replaced(name, _KUNREI), *long}


# By origin, what gives the foreign spellings of a name in lower case.
FOREIGN_SPELLINGS: Final[Mapping[str, Callable[[str], set[str]]]] = {
    **dict.fromkeys(("Azerbaijani", "Kazakh", "Russian", "Uzbek"), _FROM_RUSSIAN),
    "Armenian": partial(_all_of, transliterations=_IN_ARMENIAN_LETTERS, letters=_letters(ARMENIAN)),
    "Bulgarian": partial(_all_of, transliterations=_IN_BULGARIAN_LETTERS, letters=_RUSSIAN),
    "Georgian": partial(_all_of, transliterations=_IN_GEORGIAN_LETTERS, letters=_letters(GEORGIAN)),
    "Ukrainian": partial(_all_of, transliterations=_IN_UKRAINIAN_LETTERS, letters=_letters(UKRAINIAN)),
    **dict.fromkeys(("Bosnian", "Croatian", "Serbian", "Slovene"), south_slavic),
    "Japanese": in_kunrei,
    **dict.fromkeys(("Estonian", "Finnish", "Hungarian", "Turkish"), _WITH_UMLAUTS),
}

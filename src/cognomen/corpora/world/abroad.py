"""Names as they are spelled abroad, beside the spelling that `romanise` gives them.

Newspapers, books and papers of other countries each write Cyrillic, Armenian and Georgian letters in their
own way. English by BGN/PCGN (1947), less its signs: Dostoyevsky. German and French by the usage of their
press: Dostojewski, Dostoïevski. Libraries and Slavic neighbours by ISO/R 9 (1968): Dostoevskij. Passports by
ICAO 9303: Dostoevskii. And where a keyboard or a ticket has no ä, ö and ü, they are ae, oe and ue.
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

Speller = Callable[[str], str]
_VOWELS: Final = "аеёиоуыэюяіїє"
_RUSSIAN: Final = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя -")


def _after(before: str, letters: Mapping[str, str], soft: str) -> dict[str, str]:
    """Spellings of pairs: of letters that are spelled otherwise after some others; "е=ye" after "а": "ае"."""
    return {
        first + second: letters[first] + spelt
        for first in before
        if first in letters
        for second, spelt in letters_of(soft).items()
    }


def _speller(
    letters: Mapping[str, str],
    at_start: str = "",
    *,
    first: Mapping[str, str] | None = None,
    last: Mapping[str, str] | None = None,
) -> Speller:
    """A function that spells a name in lower case letter by letter.

    Args:
        letters: how letters and pairs of letters are spelled.
        at_start: how some are spelled at the start of a word.
        first: patterns, and what they are replaced by before.
        last: the same, afterwards.
    """
    spell = transliterator(letters, letters_of(at_start))

    def spelled(name: str) -> str:
        return _replaced(spell(_replaced(name, first or {})), last or {})

    return spelled


def _replaced(name: str, patterns: Mapping[str, str]) -> str:
    for pattern, replacement in patterns.items():
        name = re.sub(pattern, replacement, name)
    return name


_DOUBLE_S: Final = {f"(?<=[{_VOWELS}])с(?=[{_VOWELS}])": "сс"}  # a single s between vowels would be voiced
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
    _speller(_ENGLISH | _after(_VOWELS_OR_SIGNS, _ENGLISH, "е=ye"), "е=ye", last={r"[iy]y\b": "y"}),
    _speller(_GERMAN | _after(_VOWELS_OR_SIGNS, _GERMAN, "е=je"), "е=je", first=_SHORT_ENDS | _DOUBLE_S),
    _speller(
        _FRENCH | _after("аеёоуыэюя", _FRENCH, "е=ïe"),
        first=_SHORT_ENDS | _DOUBLE_S,
        last=_FRENCH_ENDS,
    ),
    _speller(_SCHOLARLY),
    _speller(_PASSPORT),
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
    _speller(_UKRAINIAN_IN_ENGLISH),
    _speller(_UKRAINIAN_IN_ENGLISH, last={r"yy\b": "y"}),
    _speller(_UKRAINIAN_IN_GERMAN),
    _speller(_UKRAINIAN_IN_FRENCH, last={r"yï\b": "y"}),
    _speller(_UKRAINIAN_SCHOLARLY),
)

_IN_BULGARIAN_LETTERS: Final = (
    _speller(_GERMAN | letters_of("щ=scht ъ=a ь=j")),
    _speller(_FRENCH | letters_of("щ=cht ъ=a ь=i"), last=_FRENCH_ENDS),
    _speller(_SCHOLARLY | letters_of("щ=št ъ=ă х=h")),
)

_ARMENIAN_IN_GERMAN: Final = ARMENIAN | letters_of(
    "ժ=sch խ=ch ծ=z ձ=ds ճ=tsch յ=j շ=sch չ=tsch ջ=dsch վ=w ց=z ւ=w"
)
_ARMENIAN_IN_FRENCH: Final = ARMENIAN | letters_of("ժ=j ճ=tch յ=i շ=ch չ=tch ջ=dj ու=ou")
_DOUBLE_ARMENIAN_S: Final = {"(?<=[աեէըիոօւ])ս(?=[աեէըիոօյ])": "սս"}
_IN_ARMENIAN_LETTERS: Final = (
    _speller(_ARMENIAN_IN_GERMAN, first=_DOUBLE_ARMENIAN_S),
    _speller(_ARMENIAN_IN_FRENCH, first=_DOUBLE_ARMENIAN_S),
)
_IN_GEORGIAN_LETTERS: Final = (
    _speller(GEORGIAN | letters_of("ვ=w ზ=s ჟ=sch შ=sch ჩ=tsch ც=z ძ=ds წ=z ჭ=tsch ხ=ch ჯ=dsch")),
    _speller(
        GEORGIAN | letters_of("ჟ=j უ=ou შ=ch ჩ=tch ჭ=tch ჯ=dj"), first={"(?<=[აეიოუ])ს(?=[აეიოუ])": "სს"}
    ),
)


def _spelled(name: str, *, spellers: tuple[Speller, ...], letters: frozenset[str]) -> set[str]:
    """A name in lower case as it is spelled abroad; none if it has other letters than these."""
    composed = unicodedata.normalize("NFC", name)
    return {spell(composed).lower() for spell in spellers} if letters.issuperset(composed) else set()


def _of(letters: Mapping[str, str]) -> frozenset[str]:
    return frozenset("".join(letters) + " -")


_FROM_RUSSIAN: Final = partial(_spelled, spellers=_IN_RUSSIAN_LETTERS, letters=_RUSSIAN)
_WITH_UMLAUTS: Final = partial(in_digraphs, letters="ä=ae ö=oe ü=ue")
_SOUTH_SLAVIC: Final = (  # in English, German and French
    "ć=ch č=ch š=sh ž=zh đ=dj",
    "ć=tsch č=tsch š=sch ž=sch đ=dj",
    "ć=tch č=tch š=ch ž=j đ=dj",
)
# Kunrei, which schools teach: what is spelled otherwise in Hepburn's way, which lists have.
_KUNREI: Final = {
    **{"sh(?=[aou])": "sy", "ch(?=[aou])": "ty", "j(?=[aou])": "zy"},
    **{"shi": "si", "chi": "ti", "tsu": "tu", "fu": "hu", "ji": "zi"},
}


def south_slavic(name: str) -> set[str]:
    """A South Slavic name in lower case without its letters: petrović is petrovich and petrowitsch."""
    return set().union(*(in_digraphs(name, letters=letters) for letters in _SOUTH_SLAVIC))


def in_kunrei(name: str) -> set[str]:
    """A Japanese name in lower case, romanised otherwise: tsuda is tuda, ono is ohno, sato is satoh."""
    long = {re.sub("^o(?=[^aeiouyhn]|n[aeiou])", "oh", name), re.sub("o$", "oh", name)}
    return {_replaced(name, _KUNREI), *long}


ABROAD: Final[Mapping[str, Callable[[str], set[str]]]] = {
    **dict.fromkeys(("Azerbaijani", "Kazakh", "Russian", "Uzbek"), _FROM_RUSSIAN),
    "Armenian": partial(_spelled, spellers=_IN_ARMENIAN_LETTERS, letters=_of(ARMENIAN)),
    "Bulgarian": partial(_spelled, spellers=_IN_BULGARIAN_LETTERS, letters=_RUSSIAN),
    "Georgian": partial(_spelled, spellers=_IN_GEORGIAN_LETTERS, letters=_of(GEORGIAN)),
    "Ukrainian": partial(_spelled, spellers=_IN_UKRAINIAN_LETTERS, letters=_of(UKRAINIAN)),
    **dict.fromkeys(("Bosnian", "Croatian", "Serbian", "Slovene"), south_slavic),
    "Japanese": in_kunrei,
    **dict.fromkeys(("Estonian", "Finnish", "Hungarian", "Turkish"), _WITH_UMLAUTS),
}

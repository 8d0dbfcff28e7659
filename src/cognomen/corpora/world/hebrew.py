"""Surnames in Hebrew letters as they are written in Latin ones: פרץ becomes Peretz.

Hebrew writes few vowels. What stands between two consonants is guessed from the shape of the word (CVCVC,
CVCCVC); where a letter has two sounds, both are tried. Of the spellings so found those count that a list in
Latin letters has as well, or else three: with a, with e, and with an e first.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from itertools import islice, product
from math import prod
from typing import Final

from cognomen.corpora.world.romanise import letters_of

_FINAL: Final = str.maketrans("ךםןףץ׳’", "כמנפצ''")
_VOWELS: Final = ("a", "e")  # between consonants; the likelier first
# What is read at a place of a word, the first that fits: a pattern, and its spellings, the likeliest first.
_LETTERS: Final = tuple(
    (re.compile(pattern), tuple(spellings.split("|")))
    for pattern, spellings in (
        ("ג'", "j"),
        ("ז'", "zh"),
        ("צ'", "ch"),
        ("'", ""),
        ("וו|^ו", "v|w"),
        ("^[אע]י", "i|e|ei"),
        ("^[אע](?=ו)", ""),
        ("^[אע]", "a|e"),
        ("(?<=[^אהוי][^אהוי])אל$", "ael|el"),
        ("(?<=[^אהוי])אל$", "el"),
        ("יאל$", "iel"),
        ("ואל$", "uel|oel"),
        ("אי", "ai|ay"),
        ("[אע]", "a|e"),
        ("ה$", "a|e"),
        ("^י(?=[אוי])", "y"),
        ("^י", "ya|ye|yi|i"),
        ("יי$", "ai|ay"),
        ("יי", "ei|ai|aya"),
        ("יא$", "i|ia"),
        ("יה$", "iya|ia|ya"),
        ("י(?=ו)", "y|ay|iy"),
        ("י(?=א)", "ia|i|iya"),
        ("י$", "i|y"),
        ("י", "i"),
        ("וי$", "evi|avi|oy"),
        ("וי", "avi|oy|oi|evi"),
        ("ו[אע]", "oa|ua"),
        ("ו$", "o|ev|av"),
        ("ו", "o|u"),
        ("^ב", "b"),
        ("ב", "v|b"),
        ("^פ", "p|f"),
        ("פ$", "f"),
        ("פ", "p|f"),
        ("^כ", "k|c"),
        ("כ", "ch|k"),
        ("^ק", "k|c"),
        ("ח", "h|ch"),
        ("ש(?=[טפ])", "sh|s"),
        *letters_of("ג=g ד=d ה=h ז=z ט=t ל=l מ=m נ=n ס=s צ=tz ק=k ר=r ש=sh ת=t").items(),
    )
)
# The ends of names from Yiddish, German, Russian, Polish and Georgian, which hint at those languages.
_FROM_ELSEWHERE: Final = re.compile(
    "..(?:[סש]טיינ|ברג|ברגר|פלד|בוימ|שטרנ|.מנ|בלט|טל|ובי[צק]'?|סקי|צקי|שוילי|ו[בפ]|י[יוי]?ב|ינסקי|הולצ|הוף)$"
)
# Ends of Hebrew words and of names from the Maghreb that look like them: Aviv, Sagiv, Siman Tov, Turgeman.
_HEBREW_ENDS: Final = re.compile("(?:[בגנר]יב|ביב|ישיב|טוב|אביטל|תורג'?מנ)$")
# Two consonants that begin a word without a vowel between them.
_CLUSTER: Final = re.compile("[bgdtpk][lr]|sh?[tpk]|s[lmn]")
_RARE_CLUSTERS: Final = ("shl", "shm", "shn")
_YAHU: Final = "יהו"
_OPEN: Final = ("a", "e", "i", "o", "u")
_MOST: Final = 256  # spellings that are tried
_KEPT: Final = 3  # of them

_VAV: Final = ("o", "u")  # within a word; it is a v as well
# Spellings of one sound, each by a letter that no other sound needs here.
_ALIKE: Final[Mapping[str, str]] = {
    "t?zt?s?|ts": "z",
    "sch|sh": "s",
    "[ck]h": "h",
    "ph": "f",
    "[ckq]+": "k",
    "w": "v",
    "dj": "j",
}

Slots = list[tuple[str, ...]]


def in_latin(name: str, known: Container[str]) -> list[str]:
    """The likely spellings of a surname in Latin letters, in lower case; none of one from another language.

    Args:
        name: in Hebrew letters; its words are separated by spaces or hyphens.
        known: names in Latin letters, in lower case. Where some spellings of a word are among them, no others
            are returned.
    """
    if is_from_elsewhere(name):
        return []
    words = [_spellings(word, known) for word in re.split("[ -]+", name.translate(_FINAL)) if word]
    joined = (" ".join(filter(None, its)) for its in islice(product(*words), _KEPT))
    return list(filter(None, joined))


def is_from_elsewhere(name: str) -> bool:
    """Whether a surname in Hebrew letters ends as those from other languages do: גולדברג, Goldberg."""
    plain = name.translate(_FINAL)
    return bool(_FROM_ELSEWHERE.search(plain)) and not _HEBREW_ENDS.search(plain)


def is_romanised(name: str, roman: str) -> bool:
    """Whether a spelling in Latin letters has the consonants of a surname in Hebrew ones: Perets of פרץ.

    Args:
        name: in Hebrew letters.
        roman: in Latin ones.
    """
    words = re.split("[ -]+", name.translate(_FINAL))
    spelled = [options for word in words for options in _read(word)]
    slots = [set(map(_consonants, options)) | ({"v"} if options == _VAV else set()) for options in spelled]
    pattern = "".join(f"(?:{'|'.join(sorted(options))})" for options in slots)
    return bool(slots) and re.fullmatch(pattern, _consonants(roman.lower())) is not None


def _consonants(roman: str) -> str:
    """The consonants of a spelling, those of one sound alike and doubled ones once: of "Mizrachi" mzrh."""
    alike = roman
    for sound, letter in _ALIKE.items():
        alike = re.sub(sound, letter, alike)
    return re.sub("[^a-z]|[aeiouy]", "", re.sub(r"(.)\1+", r"\1", alike))


def _spellings(word: str, known: Container[str]) -> list[str]:
    if word == "בנ":
        return ["ben"]
    if len(word) > len(_YAHU) and word.endswith(_YAHU):
        return [f"{its}yahu" for its in _spellings(word.removesuffix(_YAHU), known)]
    slots = _slots(word)
    for place in reversed(range(len(slots))):  # of long words the ends are not guessed
        if prod(map(len, slots)) > _MOST:
            slots[place] = slots[place][:1]
    places = sorted(product(*(range(len(options)) for options in slots)), key=sum)  # the likeliest first
    tried = ["".join(options[i] for options, i in zip(slots, its, strict=True)) for its in places]
    found = [spelling for spelling in tried if spelling in known]
    guessed = [place for place, options in enumerate(slots) if options == _VOWELS]
    return list(dict.fromkeys(found[:_KEPT] or [_with_e(slots, guessed[:n]) for n in (0, 1, len(guessed))]))


def _with_e(slots: Slots, places: Container[int]) -> str:
    """The likeliest spelling, but with an e at some places of vowels that are guessed."""
    return "".join("e" if place in places else options[0] for place, options in enumerate(slots))


def _slots(word: str) -> Slots:
    """The possible spellings of each letter of a word, and of the vowels between them."""
    read = list(_read(word))
    slots: Slots = []
    for place, options in enumerate(read):
        slots.append(options)
        following, after = [*(its[0] for its in read[place + 1 : place + 3]), "", ""][:2]
        slots += _vowel(slots, following, after)
    return slots


def _read(word: str) -> Iterator[tuple[str, ...]]:
    """The possible spellings of each letter that is written."""
    at = 0
    while at < len(word):
        fitting = ((pattern.match(word, at), options) for pattern, options in _LETTERS)
        found, options = next(((found, options) for found, options in fitting if found), (None, ()))
        if not found:
            return  # not a Hebrew letter
        yield options
        at = found.end()


def _vowel(slots: Slots, following: str, after: str) -> Slots:
    """The vowel after the last letter, if one is to be guessed.

    Args:
        slots: what is read so far.
        following: how the next letter is spelled; "" at the end.
        after: how the one after it is.
    """
    letter, before = slots[-1][0], _likeliest(slots[:-1])
    if not following or letter[-1:] in _OPEN or following[0] in _OPEN:
        return []
    if not before and after[:1] in _OPEN:
        pair = letter + following
        return [("", *_VOWELS) if _CLUSTER.fullmatch(pair) else (*_VOWELS, *[""] * (pair in _RARE_CLUSTERS))]
    closes = before[-1:] in _OPEN and after and letter != "h"  # the syllable before
    return [] if closes else [_VOWELS]


def _likeliest(slots: Slots) -> str:
    return "".join(options[0] for options in slots)

"""Any text to the letters that a network reads.

`normalise` gives the spelling that is read, `without_diacritics` the one that people also type, and `key`
one that all spellings of a name share:

    normalise("  O’Brien ")        ->  "o'brien"
    normalise("Müller")            ->  "mu\\u0308ller": the two dots are kept, as a character of their own
    without_diacritics("Łukasz")   ->  "lukasz"
    key("Йовановић")               ->  "иовановић"

`fold` is protocol L's: `key` takes its place wherever names may have letters other than a-z.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from cognomen.text.patterns import lazy_pattern

# Quotation marks, primes, spacing accents and the half rings of romanised Arabic, all used as apostrophes.
_APOSTROPHES: Final = frozenset("'`´ʹʻʼʽʾʿˈˊˋ՚׳ߴߵ‘’‛′‵＇\ua78b\ua78c\u1fbd\u1fbf\u1fef\u1ffd\uff40")
# Dashes are found by their Unicode class; these hyphens are of other classes.
_HYPHENS: Final = frozenset("-−⁃˗")
# Invisible letters and marks: joiners, fillers, variation selectors. What few writers of Hebrew and Arabic
# add is passed over with them: points and accents (niqqud, cantillation), vowel signs (harakat), madda and
# hamza below on an alef, Koranic marks, and tatweel, which only widens a word.
_INVISIBLE: Final = lazy_pattern(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u0653\u0655-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]"
)
# Letters of the Arabic script that are written in several ways, and the one that is read: lists spell ة and ى
# as ه and ي, and the Persian and Urdu forms of yeh, kaf and heh as the Arabic ones. Hamza above is a mark
# (NFKD), which waw and yeh keep and alef loses.
_ALIKE: Final = {
    "\u0671": "\u0627",  # alef wasla: alef
    "\u0629": "\u0647",  # teh marbuta: heh
    "\u06c1": "\u0647",  # heh goal
    "\u06c3": "\u0647",  # teh marbuta goal
    "\u06d5": "\u0647",  # ae
    "\u0649": "\u064a",  # alef maksura: yeh
    "\u06cc": "\u064a",  # Farsi yeh
    "\u06a9": "\u0643",  # keheh: kaf
    "\u06aa": "\u0643",  # swash kaf
}
_WRITTEN_OTHERWISE: Final = lazy_pattern(f"[{''.join(_ALIKE)}]|(?<![\u0648\u0649\u064a\u06cc])\u0654")
_FOLDED_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz '-")
# What people type for letters that Unicode does not decompose. `normalise` has case-folded ß to ss.
_TYPED: Final = str.maketrans(
    {"æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "đ": "d", "ł": "l", "ø": "o", "ı": "i", "ə": "e"}
)
# In normalised text, what is no letter, space, apostrophe or hyphen is a mark.
_LATIN_AND_GREEK: Final = "a-zª-ʸͰ-ϡϰ-Ͽᴀ-ᶿḀ-῿Ⱡ-Ɀꜣ-ꟿꬰ-ꭥ"
_CYRILLIC: Final = "Ѐ-ԯᲀ-ᲊꙀ-ꚝ"
_DIACRITICS: Final = lazy_pattern(rf"(?<=[{_LATIN_AND_GREEK}])[^\w '\-]+|(?<=е)\u0308")
_DROPPED_MARKS: Final = lazy_pattern(rf"(?<=[{_LATIN_AND_GREEK}{_CYRILLIC}])[^\w '\-]+")


def normalise(text: str, *, lower: bool = True) -> str:
    """The text as the network reads it.

    Letters and their marks are kept, each as a character of its own (Unicode NFKD: ü becomes u and U+0308);
    all apostrophes become ', all hyphens -; runs of white space become one space, none at the ends. All else
    is dropped: digits, punctuation, symbols, emoji, control and invisible characters, marks without a letter,
    the vowel signs of Arabic and the points of Hebrew. Letters of the Arabic script that are written in
    several ways become one (أ and ا, ة and ه, ی and ي). The result is "" if no letter is left. Normalising is
    idempotent.

    Args:
        text: any string.
        lower: fold case, so that ß becomes ss. False keeps capital letters.
    """
    if text.isascii() and text.isalpha():  # as most texts are
        return text.lower() if lower else text
    spelling_of = _PLAIN[lower].__getitem__
    if not text.isascii() and all(map(spelling_of, text)):  # as most of the others are
        kept = "".join(map(spelling_of, text))
        return kept if any(map(str.isalpha, kept)) else ""
    kept = text.translate(_KEPT_OF_ASCII) if text.isascii() else _letters_and_marks(text)
    kept = kept.casefold() if lower else kept  # GROSS, Groß and gross are one
    kept = " ".join(kept.split())
    return kept if any(map(str.isalpha, kept)) else ""


def _letters_and_marks(text: str) -> str:
    kept = _keep(unicodedata.normalize("NFD", text))  # NFKD at once would turn ™ and its like into letters
    apart = unicodedata.normalize("NFKD", kept)
    if apart != kept:
        kept = _keep(apart)  # a letter may have become a space or an apostrophe
    return _WRITTEN_OTHERWISE.sub(lambda found: _ALIKE.get(found[0], ""), kept)


def _keep(text: str) -> str:
    """Keep letters, their marks, spaces, ' and -; drop the rest."""
    return _LOOSE_MARKS.sub("", text.translate(_REPLACED)).replace(_DROPPED, "")


class _Replacements(dict[int, str]):
    """What replaces each character, found when it is first asked for."""

    def __missing__(self, code: int) -> str:
        kind = kind_of(chr(code))
        found = {"L": chr(code), "M": chr(code), "invisible": "", "": _DROPPED}.get(kind, kind)
        self[code] = found
        return found


@lru_cache(maxsize=4096)
def kind_of(character: str) -> str:
    """The kind of a character: "L" (letter), "M" (mark), "invisible", or what replaces it."""
    if character in _APOSTROPHES:
        return "'"
    category = unicodedata.category(character)
    if character in _HYPHENS or category == "Pd":
        return "-"
    if character.isspace():
        return " "
    if category in ("Cf", "Cc") or _INVISIBLE.match(character):
        return "invisible"
    return category[0] if category[0] in "LM" else ""


_DROPPED: Final = "\x00"  # stands for what is dropped, so that marks after it are too
_LOOSE_MARKS: Final = lazy_pattern("(?:^|(?<=[\x00 '-]))[^\\w\x00 '-]+")
_REPLACED: Final = _Replacements()
# `_keep` for ASCII, where no character decomposes.
_KEPT_OF_ASCII: Final = {code: _keep(chr(code)) for code in range(128)}


@lru_cache(maxsize=4096)
def plain_spelling(character: str, *, lower: bool = True) -> str:
    """What `normalise` makes of this character in any word of such characters, or "" if it is not plain.

    A character is plain if its spelling does not depend on its neighbours: a letter that becomes a letter and
    possibly marks, an apostrophe or a hyphen. A word of plain characters is spelled by concatenation, and is
    a surname as it is if it begins with a letter, by `find_surname` too, but for East Asian full names and
    text that was decoded wrongly. Marks, spaces, commas, digits and invisible letters are not plain.
    """
    # Inside a word, where nothing is trimmed; and after a space, which is not plain, so that `normalise` does
    # not ask this in turn.
    spelling = normalise(f" a{character}a", lower=lower)[1:-1]
    if not character.isalpha():
        return spelling if spelling in ("'", "-") else ""
    return spelling if spelling[:1].isalpha() and all(kind_of(each) in "LM" for each in spelling) else ""


class _PlainSpellings(dict[str, str]):
    """The `plain_spelling` of each character, found when it is first asked for."""

    def __init__(self, *, lower: bool) -> None:
        self.lower = lower

    def __missing__(self, character: str) -> str:
        self[character] = found = plain_spelling(character, lower=self.lower)
        return found


_PLAIN: Final = {lower: _PlainSpellings(lower=lower) for lower in (False, True)}


def fold(text: str) -> str:
    """The folded name, for comparing spellings and for splits: ASCII letters, space, ' and -.

    Source: protocol L, step 1. ß becomes ss and a no-break space a space; Unicode NFKD; marks dropped; lower
    case; only a-z, space, ' and - kept; spaces collapsed. The result may be empty.
    """
    plain = unicodedata.normalize(
        "NFKD", text.replace("ß", "ss")
    ).lower()  # which also turns every space into " "
    return " ".join("".join(letter for letter in plain if letter in _FOLDED_LETTERS).split())


def key(text: str) -> str:
    """What the spellings of a name have in common, in any script, for comparing names and for splits.

    Source: protocol W, step 1. ß æ œ þ ð ł ø đ ı ə become ss ae oe th d l o d i e; apostrophes and hyphens
    ' and -; Unicode NFKD; case folded; combining marks dropped in Latin, Greek and Cyrillic, and kept in
    other scripts, where vowels are marks; only letters, such marks, space, ' and - kept; spaces collapsed.
    Spellings that `normalise` does not tell apart have one key, those with and without Arabic vowel signs
    for instance. The key of a key is itself; it is "" if no letter is left.
    """
    return _DROPPED_MARKS.sub("", normalise(text)).translate(_TYPED)


def without_diacritics(text: str) -> str:
    """The normalised spelling as people type it without diacritics: lukasz for Łukasz, nguyen for Nguyễn.

    Marks of Latin and Greek letters are dropped, as are the dots of ё; ß æ œ þ ð ł ø đ ı ə become ss ae oe th
    d l o d i e. Marks that make another letter of another script stay: й, and the vowels of Devanagari.
    """
    return _DIACRITICS.sub("", normalise(text)).translate(_TYPED)


# Letters that a Russian keyboard lacks, of Kazakh, Mongolian, Uzbek and others, and what is typed for them.
_ON_RUSSIAN_KEYBOARDS: Final = str.maketrans("ғқңөүұһәіўҳ", "гкноуухаиух")


def on_russian_keyboards(text: str) -> str:
    """The text in lower case as a Russian keyboard types it: тоқаев becomes токаев."""
    return text.translate(_ON_RUSSIAN_KEYBOARDS)


def lowercase(name: str) -> str:
    """As `normalise`, but lower case rather than case-folded: ß is kept. The final ς of Greek is σ."""
    return normalise(name, lower=False).lower().replace("ς", "σ")


def capitalise(name: str) -> str:
    """A lower-case name with the usual capitals, composed: "o'brien" is O'Brien, "ou-yang" is Ou-Yang."""
    capitals = re.sub(r"(^|[ '\-])(\w)", lambda found: found[1] + found[2].title(), name)
    capitals = re.sub(r"σ(?!\w)", "ς", capitals)
    return unicodedata.normalize("NFC", re.sub(r"\bMc(\w)", lambda found: f"Mc{found[1].upper()}", capitals))

"""Names in other scripts to Latin letters, as the 18 files spell them.

This covers the scripts whose letters determine the sound, by published tables: Japanese readings in kana
(Hepburn), Greek (ELOT 743, with h for χ before a vowel, and b, d, g at the start of a word) and Russian
(BGN/PCGN, without its signs, and with h for х). Arabic omits the vowels, and Chinese and Korean surnames are
romanised by custom, which is in no table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

# --- Japanese ---------------------------------------------------------------------------------------------

_VOWELS: Final = "aiueo"
_ROWS: Final = {
    "": "あいうえお",
    "k": "かきくけこ",
    "g": "がぎぐげご",
    "s": "さしすせそ",
    "z": "ざじずぜぞ",
    "t": "たちつてと",
    "d": "だぢづでど",
    "n": "なにぬねの",
    "h": "はひふへほ",
    "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
    "m": "まみむめも",
    "r": "らりるれろ",
}
_HEPBURN: Final = {"si": "shi", "zi": "ji", "ti": "chi", "tu": "tsu", "di": "ji", "du": "zu", "hu": "fu"}
_KANA: Final[Mapping[str, str]] = {
    kana: _HEPBURN.get(consonant + vowel, consonant + vowel)
    for consonant, row in _ROWS.items()
    for kana, vowel in zip(row, _VOWELS, strict=True)
} | {"や": "ya", "ゆ": "yu", "よ": "yo", "わ": "wa", "を": "o", "ん": "n"}
_SMALL: Final = {"ゃ": "a", "ゅ": "u", "ょ": "o"}
# Two vowels remain two where the second begins a part of the name: Matsu-ura, Hiro-oka, Yoko-o.
_LAST_WORDS: Final = {"内": "うち", "上": "うえ", "浦": "うら", "岡": "おか", "尾": "お"}


def from_kana(reading: str, kanji: str = "") -> str:
    """Romanise a surname from its reading in hiragana: さいとう to Saito, はっとり to Hattori.

    Long o and u are written short, as is usual in names. The kanji show where two vowels belong to two parts.
    """
    last = _LAST_WORDS.get(kanji[-1:], "")
    if not (last and reading.endswith(last) and len(reading) > len(last)):
        return _hepburn(reading).capitalize()
    return (_hepburn(reading.removesuffix(last)) + _hepburn(last)).capitalize()


def _hepburn(reading: str) -> str:
    text = ""
    for kana in reading:
        if kana in _SMALL:
            text = text[:-1] + ("" if text.endswith(("shi", "chi", "ji")) else "y") + _SMALL[kana]
        else:
            text += "っ" if kana == "っ" else _KANA.get(kana, kana)
    text = re.sub("っ(ch|.)", lambda found: ("t" if found[1] == "ch" else found[1][0]) + found[1], text)
    text = re.sub("n(?=[bmp])", "m", text)
    return re.sub("o[ou]|uu", lambda found: found[0][0], text)


# --- Greek ------------------------------------------------------------------------------------------------

_GREEK: Final[Mapping[str, str]] = {
    **dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True)),
    **{"θ": "th", "χ": "ch", "ψ": "ps"},
}
_VOICELESS: Final = "θκξπσςτφχψ"
_AT_THE_START: Final = {"μπ": "b", "ντ": "d", "γκ": "g"}
_GREEK_PAIRS: Final = {"ου": "ou", "γγ": "ng", "γξ": "nx", "γχ": "nch"}


def from_greek(name: str) -> str:
    """Romanise a surname in Greek letters: Παπαδόπουλος to Papadopoulos, Ευσταθίου to Efstathiou."""
    letters = strip_marks(name.lower())
    text = ""
    i = 0
    while i < len(letters):
        spelt, taken = _greek_letter(letters, i)
        text, i = text + spelt, i + taken
    return text.title() if " " in text else text.capitalize()


def _greek_letter(letters: str, i: int) -> tuple[str, int]:
    """The spelling of the letter at i, and how many letters it covers."""
    pair, following = letters[i : i + 2], letters[i + 2 : i + 3]
    if pair in _GREEK_PAIRS:
        return _GREEK_PAIRS[pair], 2
    if pair in ("αυ", "ευ", "ηυ"):
        return _GREEK[pair[0]] + ("f" if following in _VOICELESS else "v"), 2
    if pair in _AT_THE_START:
        inside = i > 0 and letters[i - 1] not in " -"
        return "".join(_GREEK[letter] for letter in pair) if inside else _AT_THE_START[pair], 2
    if letters[i] == "χ" and pair[1:] in tuple("αεηιουωυ"):
        return "h", 1
    return _GREEK.get(letters[i], letters[i]), 1


# --- Russian ----------------------------------------------------------------------------------------------

_RUSSIAN: Final[Mapping[str, str]] = {
    **dict(zip("абвгдеёзийклмнопрстуфхыэ", "abvgdeeziyklmnoprstufhye", strict=True)),
    **{"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"},
}


def from_russian(name: str) -> str:
    """Romanise a surname in Russian letters: Достоевский to Dostoevsky, Хрущёв to Hrushchev."""
    letters = re.sub("[иы]й$", "й", unicodedata.normalize("NFC", name.lower()))
    letters = letters.replace("ье", "йе").replace("ъе", "йе")
    return "".join(_RUSSIAN.get(letter, letter) for letter in letters).capitalize()


def strip_marks(text: str) -> str:
    """The text without combining marks, as `fold` strips them."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))

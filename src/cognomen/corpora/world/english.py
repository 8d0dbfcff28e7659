"""Names of other alphabets as English texts write them, beside the spelling of passports (`romanise`).

Passports have Dostoevskiy, Nikolaev and Zelenskyi, newspapers Dostoyevsky, Nikolayev and Zelensky (BGN/PCGN
with the usual endings); Armenians abroad are Sarkisian, and Greeks Stephanides and Economou.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from cognomen.corpora.world.cyrillic import uzbek_in_russian
from cognomen.corpora.world.romanise import CYRILLIC, UKRAINIAN, from_greek, letters_of, transliterator

_IOTATED: Final = letters_of("е=ye ё=yo")
_RUSSIAN: Final = (
    CYRILLIC
    | letters_of("ё=yo жё=zhe чё=che шё=she щё=shche ьё=yo ъё=yo ье=ye ъе=ye ьо=yo")
    | {vowel + "е": CYRILLIC[vowel] + "ye" for vowel in "аеиоуыэюя"}
)
_KAZAKH: Final = _RUSSIAN | letters_of("і=i ғ=g қ=k ң=n ү=u ұ=u ә=a ө=o һ=h")
_UKRAINIAN: Final = UKRAINIAN | letters_of("ї=yi є=ye ю=yu я=ya")
_from_russian: Final = transliterator(_RUSSIAN, _IOTATED)
_from_kazakh: Final = transliterator(_KAZAKH, _IOTATED)
_from_uzbek: Final = transliterator(_RUSSIAN | letters_of("ж=j"), _IOTATED)
_from_ukrainian: Final = transliterator(_UKRAINIAN, letters_of("й=y"))


def _russian(native: str, letters: Callable[[str], str] = _from_russian) -> str:
    name = re.sub("^(Але|Ма)кс", r"\1x", native)
    return letters(re.sub("[иы]й$", "ы", re.sub("й(?=[бвгджзклмнпрстфхцчшщ])", "и", name)))


def _ukrainian(native: str) -> str:
    return _from_ukrainian(re.sub("ий$", "и", native))


def _armenian(roman: str) -> str:
    return re.sub("yan$", "ian", roman)


def _greek(native: str) -> str:
    name = re.sub("ίδης$", "ιδες", re.sub("άδης$", "αδες", native))
    name = re.sub("(?<=.)μπ", "mb", re.sub("^Οικον", "Econ", name))
    return re.sub("^Chatz", "Hatz", from_greek(name.replace("φ", "ph").replace("Φ", "Ph")))


def _uzbek(native: str) -> str:
    return _russian(uzbek_in_russian(native), _from_uzbek)


_FROM_NATIVE: Final[Mapping[str, Callable[[str], str]]] = {
    "Belarusian": _russian,
    "Greek": _greek,
    "Kazakh": lambda native: _russian(native, _from_kazakh),
    "Russian": _russian,
    "Ukrainian": _ukrainian,
    "Uzbek": _uzbek,
}


def in_english(origin: str, native: str, roman: str) -> str:
    """A name as English texts write it; "" if that is as passports do, or not known.

    Args:
        origin: of the list.
        native: the name in the alphabet of its language; "" if the list does not have it.
        roman: the same in plain Latin letters; "" likewise.
    """
    if origin == "Armenian":
        found = _armenian(roman)
    else:
        found = _FROM_NATIVE[origin](native) if native and roman and origin in _FROM_NATIVE else ""
    return "" if found == roman or not found.isascii() else found

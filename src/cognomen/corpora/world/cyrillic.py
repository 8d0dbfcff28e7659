"""Names of lists in Latin letters as they are written in Cyrillic: of Uzbek, which has both alphabets, of
Mongolian and Bulgarian, where lists are romanised, and of Azerbaijani, as in Russian.

Uzbek by the table of its Latin alphabet (law of 1995). Bulgarian by its law of 2009, read backwards, with а
for both а and ъ. Mongolian by MNS 5217, read backwards: romanised lists often drop the dots, so that u beside
a syllable with e is ү, as vowels harmonise. Azerbaijani as Russian mostly writes it: Məmmədov is Мамедов, the
first ə а and others е; and from English spellings, with sh.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from cognomen.corpora.world.letters import is_latin
from cognomen.corpora.world.romanise import letters_of, transliterator
from cognomen.text.spelling import on_russian_keyboards

_BULGARIAN: Final = letters_of(
    "a=а b=б v=в g=г d=д e=е zh=ж z=з i=и y=й k=к l=л m=м n=н o=о p=п r=р s=с t=т u=у f=ф h=х ts=ц ch=ч sh=ш "
    "yu=ю ya=я kh=х"
)
_UZBEK: Final = letters_of(
    "a=а b=б d=д e=е f=ф g=г h=ҳ i=и j=ж k=к l=л m=м n=н o=о p=п q=қ r=р s=с t=т u=у v=в x=х y=й z=з o'=ў "
    "g'=ғ sh=ш ch=ч yo=ё yu=ю ya=я ye=е '=ъ kh=х"
)
_MONGOLIAN: Final = letters_of(
    "a=а b=б d=д e=э f=ф g=г i=и j=ж k=к l=л m=м n=н o=о ö=ө p=п r=р s=с t=т u=у ü=ү v=в w=в y=ы z=з h=х "
    "kh=х ts=ц ch=ч sh=ш ya=я yo=ё yu=ю ye=е ai=ай ei=эй oi=ой ui=уй üi=үй ii=ий"
)
_AZERBAIJANI: Final = letters_of(
    "a=а b=б c=дж ç=ч d=д e=е ə=е f=ф g=г ğ=г h=г x=х ı=ы i=и j=дж k=к q=к l=л m=м n=н o=о ö=е p=п r=р s=с "
    "ş=ш t=т u=у ü=у v=в y=й z=з ya=я ye=е yı=и yi=и yo=ё yu=ю yü=ю "
    "sh=ш kh=х gh=г ch=ч"
)
_bulgarian_letters: Final = transliterator(_BULGARIAN)
_uzbek_letters: Final = transliterator(_UZBEK, letters_of("e=э"))
_mongolian_letters: Final = transliterator(_MONGOLIAN)
_azerbaijani_letters: Final = transliterator(_AZERBAIJANI, letters_of("e=э ö=э"))
_FRONT_U: Final = re.compile(r"(?<=[eü])([^\Waeiouöü]+)u|u(?=[^\Waeiouöü]+[eü])", re.IGNORECASE)


def bulgarian(name: str) -> str:
    """A Bulgarian name in Cyrillic: Shterev becomes Щерев."""
    return _bulgarian_letters(re.sub("sht", "щ", re.sub("^Sht", "Щ", name)))


def uzbek(name: str) -> str:
    """An Uzbek name in Cyrillic: To'xtayev becomes Тўхтаев, Yo'ldoshev Йўлдошев."""
    typed = re.sub("[‘’ʻʼ`]", "'", name)
    return _uzbek_letters(re.sub("y(?=o')", "й", re.sub("Y(?=o')", "Й", typed)))


def mongolian(name: str) -> str:
    """A Mongolian name in Cyrillic: Khürelsükh becomes Хүрэлсүх, and Khurelsukh as well."""
    return _mongolian_letters(_FRONT_U.sub(_with_dots, name))


def _with_dots(found: re.Match[str]) -> str:
    return found[0][:-1] + ("Ü" if found[0][-1].isupper() else "ü")


def azerbaijani(name: str) -> str:
    """An Azerbaijani name in Russian: Hüseynov becomes Гусейнов, Əhmədov Ахмедов."""
    text = name.replace("İ", "I")
    text = re.sub("^([^aeəıioöuüƏ]*)([Əə])", lambda found: found[1] + ("A" if found[2] == "Ə" else "a"), text)
    text = re.sub(r"(?<=[aeəıioöuü])h(?=[^\Waeəıioöuü])", "x", text.replace("mm", "m"), flags=re.I)
    return _azerbaijani_letters(text)


def uzbek_in_russian(name: str) -> str:
    """An Uzbek name in Cyrillic as Russian writes it: Йўлдошев becomes Юлдашев, Раҳмонов Рахманов."""
    word = on_russian_keyboards(re.sub("о(?!ва?$)", "а", name.lower().replace("йў", "ю")))
    return word[:1].upper() + word[1:] if name[:1].isupper() else word


def in_russian_letters(name: str) -> set[str]:
    """The name as a Russian keyboard types it: тоқаев becomes токаев; in lower case."""
    return {on_russian_keyboards(unicodedata.normalize("NFC", name))}


def in_russian(name: str) -> set[str]:
    """An Uzbek name in Cyrillic as a Russian keyboard types it, and as Russian spells it; in lower case."""
    composed = unicodedata.normalize("NFC", name)  # йў is one letter in Russian
    return {*in_russian_letters(composed), *([] if is_latin(composed) else [uzbek_in_russian(composed)])}


CYRILLIC: Final[Mapping[str, Callable[[str], str]]] = {
    "Azerbaijani": azerbaijani,
    "Bulgarian": bulgarian,
    "Mongolian": mongolian,
    "Uzbek": uzbek,
}

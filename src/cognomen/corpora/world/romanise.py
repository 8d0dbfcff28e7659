"""Names of other alphabets in Latin letters, as their states write them in passports.

Russian as in Russia's passports of old (BGN/PCGN without its signs), Ukrainian by the rule of 2010,
Belarusian by that of 2008 without its signs, Bulgarian by the law of 2009, Serbian and Macedonian by their
own Latin alphabets, Kazakh by BGN/PCGN without its signs, Greek by ELOT 743, Georgian by the national system,
Armenian by BGN/PCGN without its signs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final


def letters_of(text: str) -> dict[str, str]:
    """The spellings in a text such as "а=a б=b"; "ь=" is silent."""
    return dict(pair.split("=") for pair in text.split())


CYRILLIC: Final = letters_of(
    "а=a б=b в=v г=g д=d е=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch "
    "ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya ё=e"
)
UKRAINIAN: Final = CYRILLIC | letters_of("г=h и=y й=i ю=iu я=ia є=ie і=i ї=i ґ=g зг=zgh ʼ= '= ’=")
_UKRAINIAN_AT_START: Final = letters_of("й=y ю=yu я=ya є=ye ї=yi")
_AFTER_CONSONANT: Final = CYRILLIC | letters_of("г=h і=i й=i ў=u ё=io ю=iu я=ia ʼ=")
_AFTER_VOWEL: Final = letters_of("е=ie ё=yo ю=yu я=ya")
_BELARUSIAN: Final = _AFTER_CONSONANT | {
    before + letter: _AFTER_CONSONANT[before] + spelt
    for before in "аеёіоуыэюяўьʼ"
    for letter, spelt in _AFTER_VOWEL.items()
}
_BELARUSIAN_AT_START: Final = letters_of("е=ye ё=yo ю=yu я=ya")
_BULGARIAN: Final = CYRILLIC | letters_of("х=h щ=sht ъ=a ь=y")
_KAZAKH: Final = CYRILLIC | letters_of("і=i ғ=g қ=k ң=n ү=u ұ=u ә=a ө=o һ=h")
_SERBIAN: Final = CYRILLIC | letters_of("ж=ž х=h ц=c ч=č ш=š ђ=đ ј=j љ=lj њ=nj ћ=ć џ=dž")
_MACEDONIAN: Final = CYRILLIC | letters_of("х=h ц=c ј=j љ=lj њ=nj џ=dzh ѓ=gj ќ=kj ѕ=dz")
_GREEK: Final = letters_of(
    "α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o "
    "ά=a έ=e ή=i ί=i ό=o ύ=y ώ=o ϊ=i ϋ=y ΐ=i ΰ=y ου=ou ού=ou γγ=ng γξ=nx γχ=nch"
)
_GREEK_AT_START: Final = letters_of("μπ=b")
GEORGIAN: Final = letters_of(
    "ა=a ბ=b გ=g დ=d ე=e ვ=v ზ=z თ=t ი=i კ=k ლ=l მ=m ნ=n ო=o პ=p ჟ=zh რ=r ს=s ტ=t უ=u ფ=p ქ=k ღ=gh ყ=q შ=sh "
    "ჩ=ch ც=ts ძ=dz წ=ts ჭ=ch ხ=kh ჯ=j ჰ=h"
)
ARMENIAN: Final = letters_of(
    "ա=a բ=b գ=g դ=d ե=e զ=z է=e ը=y թ=t ժ=zh ի=i լ=l խ=kh ծ=ts կ=k հ=h ձ=dz ղ=gh ճ=ch մ=m յ=y ն=n շ=sh ո=o "
    "չ=ch պ=p ջ=j ռ=r ս=s վ=v տ=t ր=r ց=ts ւ=v փ=p ք=k օ=o ֆ=f ու=u և=ev"
)
_ARMENIAN_AT_START: Final = letters_of("ե=ye ո=vo յ=h")


def transliterator(
    letters: Mapping[str, str], at_start: Mapping[str, str] | None = None
) -> Callable[[str], str]:
    """A function that spells a name letter by letter, or by pairs of letters where they have a spelling."""
    first = {**letters, **(at_start or {})}

    def romanise(name: str) -> str:
        text, at = "", 0
        while at < len(name):
            starts = at == 0 or name[at - 1] in " -"
            known = first if starts else letters
            size = 2 if name[at : at + 2].lower() in known else 1
            spelt = known.get(name[at : at + size].lower(), name[at])
            capital = starts and name[at].title() == name[at]  # Georgian has no capitals of this kind
            text, at = text + (spelt.capitalize() if capital else spelt), at + size
        return text

    return romanise


from_russian = transliterator(CYRILLIC)
from_ukrainian = transliterator(UKRAINIAN, _UKRAINIAN_AT_START)
from_belarusian = transliterator(_BELARUSIAN, _BELARUSIAN_AT_START)
from_bulgarian = transliterator(_BULGARIAN)
from_kazakh = transliterator(_KAZAKH)
from_kazakh_with_q = transliterator(_KAZAKH | {"қ": "q"})
from_serbian = transliterator(_SERBIAN)
from_macedonian = transliterator(_MACEDONIAN)
from_georgian = transliterator(GEORGIAN)
from_armenian = transliterator(ARMENIAN, _ARMENIAN_AT_START)

_greek_letters = transliterator(_GREEK, _GREEK_AT_START)


def from_greek(name: str) -> str:
    """Romanise a Greek name; the u of au and eu is f before a voiceless consonant, otherwise v."""
    name = re.sub(r"(?<=[αεηΑΕΗ])[υύ](?=[θκξπσςτφχψ]|$)", "φ", name)
    return _greek_letters(re.sub(r"(?<=[αεηΑΕΗ])[υύ]", "β", name))


ROMANISERS: Final[Mapping[str, Callable[[str], str]]] = {
    "Armenian": from_armenian,
    "Bulgarian": from_bulgarian,
    "Georgian": from_georgian,
    "Greek": from_greek,
    "Kazakh": from_kazakh,
    "Macedonian": from_macedonian,
    "Russian": from_russian,
    "Serbian": from_serbian,
    "Ukrainian": from_ukrainian,
}

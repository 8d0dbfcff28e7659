"""Names of other alphabets in Latin letters, as their states write them in passports.

Russian as in Russia's passports of old (BGN/PCGN without its signs), Ukrainian by the rule of 2010, Bulgarian
by the law of 2009, Serbian and Macedonian by their own Latin alphabets, Kazakh by BGN/PCGN without
its signs, Greek by ELOT 743, Georgian by the national system, Armenian by BGN/PCGN without its signs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final


def _letters(text: str) -> dict[str, str]:
    """The spellings in "а=a б=b"; "ь=" is silent."""
    return dict(pair.split("=") for pair in text.split())


_CYRILLIC: Final = _letters(
    "а=a б=b в=v г=g д=d е=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch "
    "ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya ё=e"
)
_UKRAINIAN: Final = _CYRILLIC | _letters("г=h и=y й=i ю=iu я=ia є=ie і=i ї=i ґ=g зг=zgh ʼ= '= ’=")
_UKRAINIAN_AT_START: Final = _letters("й=y ю=yu я=ya є=ye ї=yi")
_BULGARIAN: Final = _CYRILLIC | _letters("х=h щ=sht ъ=a ь=y")
_KAZAKH: Final = _CYRILLIC | _letters("і=i ғ=g қ=k ң=n ү=u ұ=u ә=a ө=o һ=h")
_SERBIAN: Final = _CYRILLIC | _letters("ж=ž х=h ц=c ч=č ш=š ђ=đ ј=j љ=lj њ=nj ћ=ć џ=dž")
_MACEDONIAN: Final = _CYRILLIC | _letters("х=h ц=c ј=j љ=lj њ=nj џ=dzh ѓ=gj ќ=kj ѕ=dz")
_GREEK: Final = _letters(
    "α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o "
    "ά=a έ=e ή=i ί=i ό=o ύ=y ώ=o ϊ=i ϋ=y ΐ=i ΰ=y ου=ou ού=ou γγ=ng γξ=nx γχ=nch"
)
_GREEK_AT_START: Final = _letters("μπ=b")
_GEORGIAN: Final = _letters(
    "ა=a ბ=b გ=g დ=d ე=e ვ=v ზ=z თ=t ი=i კ=k ლ=l მ=m ნ=n ო=o პ=p ჟ=zh რ=r ს=s ტ=t უ=u ფ=p ქ=k ღ=gh ყ=q შ=sh "
    "ჩ=ch ც=ts ძ=dz წ=ts ჭ=ch ხ=kh ჯ=j ჰ=h"
)
_ARMENIAN: Final = _letters(
    "ա=a բ=b գ=g դ=d ե=e զ=z է=e ը=y թ=t ժ=zh ի=i լ=l խ=kh ծ=ts կ=k հ=h ձ=dz ղ=gh ճ=ch մ=m յ=y ն=n շ=sh ո=o "
    "չ=ch պ=p ջ=j ռ=r ս=s վ=v տ=t ր=r ց=ts ւ=v փ=p ք=k օ=o ֆ=f ու=u և=ev"
)
_ARMENIAN_AT_START: Final = _letters("ե=ye ո=vo յ=h")


def _romaniser(letters: Mapping[str, str], at_start: Mapping[str, str] | None = None) -> Callable[[str], str]:
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


from_russian = _romaniser(_CYRILLIC)
from_ukrainian = _romaniser(_UKRAINIAN, _UKRAINIAN_AT_START)
from_bulgarian = _romaniser(_BULGARIAN)
from_kazakh = _romaniser(_KAZAKH)
from_kazakh_with_q = _romaniser(_KAZAKH | {"қ": "q"})
from_serbian = _romaniser(_SERBIAN)
from_macedonian = _romaniser(_MACEDONIAN)
from_georgian = _romaniser(_GEORGIAN)
from_armenian = _romaniser(_ARMENIAN, _ARMENIAN_AT_START)

_greek_letters = _romaniser(_GREEK, _GREEK_AT_START)


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

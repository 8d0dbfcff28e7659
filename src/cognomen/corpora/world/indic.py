"""Indian names of lists in Latin letters as Devanagari and Bengali letters write them: Sharma becomes शर्मा.

Latin letters do not tell a long a from a short one, nor t and d of the teeth from those of the palate (ट, ड).
So there are several spellings of a name, of which one is mostly right, or right but for a letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Final

from cognomen.corpora.world.romanise import letters_of

_CONSONANTS: Final = letters_of(
    "ksh=क्ष chh=छ kh=ख gh=घ ch=च jh=झ th=थ dh=ध ph=फ bh=भ sh=श k=क g=ग c=क j=ज t=त d=द n=न p=प f=फ b=ब m=म "
    "y=य r=र l=ल v=व w=व s=स h=ह z=ज q=क x=क्स"
)
_SIGNS: Final = letters_of("aa=ा ai=ै au=ौ ee=ी ii=ी oo=ू uu=ू a= i=ि u=ु e=े o=ो")
_LETTERS: Final = letters_of("aa=आ ai=ऐ au=औ ee=ई ii=ई oo=ऊ uu=ऊ a=अ i=इ u=उ e=ए o=ओ")  # at the start
_AT_THE_END: Final = letters_of("a=ा i=ी y=ी u=ू ai=ाई")
_VIRAMA, _ANUSVARA = "्", "ं"
_PALATE: Final = str.maketrans("तथदध", "टठडढ")
_SOUND: Final = re.compile("|".join(sorted((*_CONSONANTS, *_SIGNS), key=len, reverse=True)))
_BLOCK: Final = ord("অ") - ord("अ")  # Unicode has the scripts of India in one order


def in_devanagari(spelling: str) -> set[str]:
    """The likely spellings of a name in Latin letters, in lower case; none of another one."""
    if not re.fullmatch("[a-z]+", spelling):
        return set()
    variants = (spelling, _with_long_a(spelling, 0), _with_long_a(spelling, -1))
    found = {_spelled(each) for each in variants}
    return found | {each.translate(_PALATE) for each in map(_spelled, variants[:2])}


def _with_long_a(spelling: str, which: int) -> str:
    """The name with its first or last a doubled, if that has consonants around it."""
    places = [found.start() for found in re.finditer("(?<![aeiou])a(?=[^aeiou])", spelling)]
    if not places:
        return spelling
    return f"{spelling[: places[which]]}a{spelling[places[which] :]}"


def _spelled(spelling: str) -> str:
    text, after_consonant = "", False
    sounds = _SOUND.findall(spelling)
    for place, sound in enumerate(sounds):
        last, following = place == len(sounds) - 1, sounds[place + 1 : place + 2]
        if last and sound in _AT_THE_END and after_consonant:
            text += _AT_THE_END[sound]
        elif sound in _SIGNS:
            text += _SIGNS[sound] if after_consonant else _LETTERS[sound]
        elif sound in "nm" and text and not after_consonant and following and following[0][0] in "kgcjtdpb":
            text += _ANUSVARA
            continue
        else:
            joined = after_consonant and sounds[place:] != ["k", "a", "r"]
            text += _VIRAMA * joined + _CONSONANTS[sound]
        after_consonant = sound in _CONSONANTS
    return text.replace("िंघ", "िंह")  # Singh


def in_bengali(spelling: str, letters: str = "व=ব") -> set[str]:
    """The same in Bengali letters.

    Args:
        spelling: in Latin letters, in lower case.
        letters: those that are not where Devanagari has them.
    """
    own = str.maketrans(letters_of(letters))
    return {"".join(map(_next_block, each.translate(own))) for each in in_devanagari(spelling)}


def _next_block(letter: str) -> str:
    return chr(ord(letter) + _BLOCK) if letter < "ঀ" else letter


in_assamese: Final[Callable[[str], set[str]]] = partial(in_bengali, letters="व=ৱ र=ৰ")

"""Surnames of Bosniaks in the lists of other countries: Halilović, Begović, Omerhodžić.

Lists of Bosnia have some hundred names. Those of its neighbours, and of the countries that people went to,
have more of them, which their form tells: a given name or a title that came with Islam, and a Slavic ending.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from cognomen.corpora.world.shares import NameList, read_list
from cognomen.text.spelling import key

BOSNIAN: Final = "Bosnian"

# What such names begin with, as `key` spells it: without marks.
_GIVEN_NAMES: Final = """
    abaz abdul abid adem adil aganov ahmed ahmet ahmi alag alaj alib alic alih alij alimanov alis arif
    arnaut arslan asim avdag avdic avduk avdul bajram beganov begic begovic bektas besir beslag beslij
    daut dervis djul dzafer dzaferov dzafic dzanan efend ejub emin fazl fejzi feriz feta ganib hajdar
    hajrad hajric halil halim hamid hamz hasag hasan hasic hatib hotic hrust husein husej huselj husic
    huskic husov ibrahim ibri idriz imam imsir isakag islam ismail izetb jahi jakup jasar jusuf kadic
    kadri kahr kasum kemal korkut kurt latifov mahmut mehan mehi mehm mehonic mehovic memi merdzan mesan
    muhamed muhar muhic muja mujan mujc mujez mujic mujki mumin muratag muratov mus[ei]nov muslim mustaf
    nezir nuhan numan nurk omer omic osman rahman ramad ramic ramiz ramov rasid redzep rizv rustem saban
    sabanov sahman salih salk sefer sehov sejd sejf selim selman serif silajdz sinan skender smail smaj
    sulejman sulj tahir tursun vejz velag zahir zejn zukan zulf
"""
_TITLES: Final = """
    basag becar becir beg[ht] bulju cause cehaj cerim dizdar durakov ekmec hafiz hodz kapetan kapid kulen
    malkoc mula nadar pasag pasal pasic pehlivan softic spah subas
"""
_BEFORE: Final = "(?:hadzi|kara|kucuk|celebi)?"
_BOSNIAK: Final = re.compile(f"{_BEFORE}(?:{'|'.join((_GIVEN_NAMES + _TITLES).split())})[a-z]*(?<=ic)")


def is_bosniak(name: str) -> bool:
    """Whether a surname has the form of Bosniak ones; its marks may be apart (NFD)."""
    return _BOSNIAK.fullmatch(key(name)) is not None


def in_bosnia(lists: Iterable[NameList]) -> Iterator[NameList]:
    """The Bosniak names of lists of other origins, without how common they are."""
    for each in lists:
        names = sorted(filter(is_bosniak, each.spellings))
        if names:
            yield read_list(each.source, BOSNIAN, [(name, "", None, None) for name in names], 1.0)

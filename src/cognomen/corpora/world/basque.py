"""Surnames of Basque form: Zubizarreta, Goikoetxea, Azpilicueta.

The list of Basque surnames includes Spanish ones of the region and has no counts; the list of Spain counts
both. A surname composed of Basque words counts as Basque wherever in Spain its bearers live.
"""

from __future__ import annotations

import re
from typing import Final

from cognomen.text.spelling import key

BASQUE: Final = "Basque"

# Regular expressions for parts and endings of such names, in Basque or Spanish spelling, as keys have them.
_WITHIN: Final = """
    k tx tz aguirr amez[ao] aranz[ae] arri(?:a$|[bgz]|aga|eta|ola) arteag artol astig aurre azc[au] azpi
    azurm barandi barri(?![aglno]|$) basurt beloqui beng[ou] beristain berri bidarr bidaur bizc
    e[ct]he[abgnvz] egu[ir] elizon elorr erice errot gabil galarr garat garay gastan gazta goen goi[ctz]
    gorosti gorri[at] gurru[ct] ibarr?[abeglmnz] idiaq igart inarr inchau ira[gz] iri[abg] iriz irur isas
    iturb iturr iza[gr] jaureg labay larra[bgnuz] larr(?:au|ea|in|ond|um) lasa$ lecu[mno] leg[au]r legarr
    leiz lizarr loidi madari mend[ei]z mendi(?!net) mugic mugur munia munoa murgui ochand olab olaet olaiz
    olarr olart olas[ao] olaz olea ona[ty] onaind orbe orma ostol otae otam oteg oteiz oyar pagol sagarr?
    sagast sarasq sarasu sarri[aeu] soraluc tell?[ae]ch tolar ubi[ld] ugald ugart ulac unanu unzu uranga
    uriart urib uriz urond urqu urre[ats] urru[ntz] urt[iau] usab usand uzc yarz ybarr yturr zabal zald
    zamac zarand zarra zel[ae]y zendo zorr zua[zs] zub[aei] zufi zugaz zulai zul[ou]a zume zuri
"""
_AT_END: Final = """
    [^lnrt]aga alde andia ategui aundi beitia? buru egui enea goitia? iola oiz oqui[^l]? tegui
    (?<![hlr])ondo (?<![ilnps])eta zarra zua?
"""
_BASQUE: Final = re.compile(f"(?:{'|'.join(_WITHIN.split())})|(?:{'|'.join(_AT_END.split())})$")


def is_basque(name: str) -> bool:
    """Whether a surname is composed as Basque ones are, judged by its parts."""
    return _BASQUE.search(key(name)) is not None

"""Surnames whose form tells their origin, in lists of a larger neighbour: Llewellyn, Puigdemont, McTavish.

A country's list includes the names of all its languages. The British list counts Welsh and Scottish names,
that of Spain Catalan and Basque ones, and Czech lists have Slovak names; their own lists are short, or
without counts. Sounds and spellings that the larger language lacks tell them apart: no Spanish word ends in
-ll, -ny or -lls. Patterns are matched with the `key` of a name, so without diacritics, unless noted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from cognomen.corpora.world.shares import Cells, NameList, read_list
from cognomen.text.spelling import key

SLOVAK, SLOVENE = "Slovak", "Slovene"


def _any_of(patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns.split()))


# Parts and endings of Basque names, in Basque or Spanish spelling.
_BASQUE: Final = _any_of("""
    k tx tz aguirr amez[ao] aranz[ae] arri(?:a$|[bgz]|aga|eta|ola) arteag artol astig aurre azc[au] azpi
    azurm barandi barri(?![aglno]|$) basurt beloqui beng[ou] beristain berri bidarr bidaur bizc
    e[ct]he[abgnvz] egu[ir] elizon elorr erice errot gabil galarr garat garay gastan gazta goen goi[ctz]
    gorosti gorri[at] gurru[ct] ibarr?[abeglmnz] idiaq igart inarr inchau ira[gz] iri[abg] iriz irur isas
    iturb iturr iza[gr] jaureg labay larra[bgnuz] larr(?:au|ea|in|ond|um) lasa$ lecu[mno] leg[au]r legarr
    leiz lizarr loidi madari mend[ei]z mendi(?!net) mugic mugur munia munoa murgui ochand olab olaet olaiz
    olarr olart olas[ao] olaz olea ona[ty] onaind orbe orma ostol otae otam oteg oteiz oyar pagol sagarr?
    sagast sarasq sarasu sarri[aeu] soraluc tell?[ae]ch tolar ubi[ld] ugald ugart ulac unanu unzu uranga
    uriart urib uriz urond urqu urre[ats] urru[ntz] urt[iau] usab usand uzc yarz ybarr yturr zabal zald
    zamac zarand zarra zel[ae]y zendo zorr zua[zs] zub[aei] zufi zugaz zulai zul[ou]a zume zuri [^lnrt]aga$
    alde$ andia$ ategui$ aundi$ beitia?$ buru$ egui$ enea$ goitia?$ iola$ oiz$ oqui[^l]?$ tegui$
    (?<![hlr])ondo$ (?<![ilnps])eta$ zarra$ zua?$
""")

# Endings and sequences of letters that Spanish words lack, and first words of Catalan compounds.
_CATALAN: Final = _any_of("""
    ll$ (?<!o)nys?$ ny[aeo] [aei]u$ (?:ng|[ln]n|al|^[bpj])ou$ (?:^|[^c])(?:[ae]ig|oig|uig)$ ^puig t[gj][aeo]
    tgl (?:[aei]|l|u|n|r)ch$ (?:[aeio]|r|n|s)ts?$ [lrnm]s$ (?:ip|lop|lef|lf|lom|olom|alom)$
    (?:(?<!^s)eix|aix|uix|oix)(?!eir|os|ot) (?<!oc)(?<!and)(?<!avi)(?<!est)(?<!teli)er$ (?:j|y|ss|r|nt|b)ol$
    [aeu]ssa(?!nch|nto) rosse ^vila(?!r?$|r[ei]|s$) ^casam ^mas(?=[dfgprv]) ^mont(?=[bcdgjpv]) ^capde ^capm
    ^roca(?=[bcfm]) cuberta$ ^font(?=[cd])
""")
# Names that match _CATALAN and are Arabic, Basque or Galician, several in one, or otherwise not Catalan.
_NOT_CATALAN: Final = _any_of("""
    [kw\\x20'] ou(?!$) (?<!c)h y(?!s?$|[aeo]) q(?!u) (?<!a)z$ sanchez tx ^abreu ^m[ao]h gh [aeiou]{3}
    ^almaguer$ ^penalver$ ^quintans$ ^carnicer$
""")

# Welsh words and given names, ap (son of) joined to the next name (Pugh, Bevan), and double names such as
# Rees-Jones.
_WELSH: Final = _any_of("""
    ^ll(?!or|an[oa]|er|ac) ^gwy[nlt] ^gwi ^gw[ae][lrtn] ^griffit ^gruff ^rhy[sd] ^rhodd ^rees[e]?$
    ^pr[iy]tch(?!ett) ^pr[iy]ch ^pryce ^prys ^prob[eiy](?!n?s) ^pross ^proth ^pr[yi]dd ^prytherch ^parry
    ^penr[yhi] ^pow[ei]ll? ^pugh?e?$ ^bevan ^beyn ^benyon ^bowen ^blethyn ^bledd ^bebb ^howell ^hywel ^huws
    ^wynne?$ -wynne? ^ifan ^ifor ^iorw ^ieuan ^idwal ^treh[ea]{1,2}rne?$ ^trahe[ar] ^cadw[ag] ^carad[oi]
    ^mered ^meyr ^mostyn ^mad(?:do|o)[cx] ^morgan(?!a|ti) ^matthia ^glyn(?!n) ^dafydd ^d?eyn?on ^einion
    ^vaughan ^yorath ^tudor ^craddo ^cynan ^beddo ^gethin ^gough ^anwyl ^gitt[io] ^breeze ^breese ^kyffin
    ^nanney ^lloyd ^owens?$ ^havard ^jenkins?$ ^llew ^bellis ^hopkin$ ^watkin$ ^gwatk ^puw ^emrys ^merion
    -ll -rhys -jones -davies -evans -griff -morgan lloyd- powell- rhys- pugh- parry- wyn- owen- morgan-
    gwyn-
""")

# Names in Mac-; in Mc-, which is Irish as well, those of Scottish clans; endings in -ie; and Scots words.
_CLANS: Final = """
    a[dr]am all?ist alpin andrew ara arthur ask(?:ill|le) aul bain bean beth bride caig callum cai?sk cask
    caughtr cheyn clar[et] clell clem clint clung clurg clymon coll? combi conn?achi corkin corqu[oe] crae
    crac?ken cread crimm crind crone crork culloch cutcheon diarm donald dougal?l dow[ae]l duff ewan ewen
    eachr fad[yz] farlan farqu fee fie gavin gee geoch ghie gill?iv gilv glash gregor guff harg hard harr
    hutch ilroy? ilwr ilvane ilvr inally indoe inn(?:es|on) intosh intyr isaac iver ivor jann? kail kay
    kechn keand kell[ae]r kend kenz? kerr(?:ac|el) kess killop kim kinl kinn[oa] kirdy l martin master meek
    mich milla?n minn morr murch murd murr murt nab naught nair neil neish nee nicol niv onie phai?l phee
    pherson phi queen quee quarr queb quist rae ritch robb?i skim spor swan tagg tav tear vean vey vi vitti
    walt wattie whan whi[nr] whann willia
"""
_SCOTTISH: Final = re.compile(
    r"^mac[ -]?(?=[a-z]{4})(?!hado|kr[eio]|row|aree|eira|iej|hin|kie)|"
    rf"^mc[ -]?(?:{'|'.join(_CLANS.split())})|"
    + _any_of("""
        [a-z]{2}(?<![aeiou])ie$ quh ^auch[ti] ^strath ^inver ^ogil ^abercr ^abern ^pitcai ^pitt?en ^pitk
        ^dalr ^dalg ^dalz ^kirkp ^kirkc ^kinn[ae] ^balf ^cruick ^ruth[ev] ^wedder ^buchan ^farqu ^carmich
        ^arbuth ^loch[hr] ^dunb ^dund ^dunl ^drumm ^gilchr ^gilm[ou] ^galbr ^strach ^muir ^craigi ^laird
        ^linds ^geddes ^oliph ^haldan ^menzi ^colq
    """).pattern
)

# Irish, unless they are Scottish.
_IRISH: Final = _any_of("^mc[ -]? ^o'(?![a-z]{0,2}$)")

# In the British list such names are those of South Africans; the Netherlands have hardly any of these names.
_AFRIKAANS: Final = re.compile("^(?:janse |jansen )?van ")

# Origins, and whether a name has the form of theirs.
FORMS: Final[Mapping[str, Callable[[str], bool]]] = {
    "Afrikaans": lambda name: _AFRIKAANS.search(name) is not None,
    "Basque": lambda name: _BASQUE.search(name) is not None,
    "Catalan": lambda name: _CATALAN.search(name) is not None and _NOT_CATALAN.search(name) is None,
    "Irish": lambda name: _IRISH.search(name) is not None and _SCOTTISH.search(name) is None,
    "Scottish": lambda name: _SCOTTISH.search(name) is not None,
    "Welsh": lambda name: _WELSH.search(name) is not None,
}

# Letters that Slovak has and Czech lacks, and endings that Czech forms otherwise; with diacritics.
_SLOVAK: Final = _any_of("""
    [ľĺŕô] [^aeiouyáéíóúýwz]iak(?:ová)?$ (?<![áíóúů])čan(?:ová)?$ [oe]vič(?:ová)?$
""")
_CZECH: Final = _any_of("ř ě ů w cz ou ż ł ń ś")


def is_slovak(name: str) -> bool:
    """Whether a surname in a Czech list has the form of Slovak ones, composed (NFC) or not (NFD)."""
    name = unicodedata.normalize("NFC", name)
    return _SLOVAK.search(name) is not None and _CZECH.search(name) is None


def in_slovakia(lists: Iterable[NameList]) -> Iterator[NameList]:
    """The Slovak names of Czech lists, without counts."""
    for each in lists:
        yield from _bare(each.source, SLOVAK, filter(is_slovak, each.spellings))


def in_slovenia(lists: Iterable[NameList]) -> Iterator[NameList]:
    """Croatian names as Slovene has them: Petrovič for Petrović.

    Slovene has no ć; the longest of its lists has two hundred names.
    """
    for each in lists:
        spelled = (unicodedata.normalize("NFC", name) for name in each.spellings)
        yield from _bare(each.source, SLOVENE, (f"{name[:-1]}č" for name in spelled if name.endswith("ić")))


def with_names(origin: str, lists: Iterable[NameList], names: set[str]) -> Iterator[NameList]:
    """The names of other lists that have these keys, without counts."""
    for each in lists:
        yield from _bare(each.source, origin, (name for name in each.spellings if key(name) in names))


def _bare(source: str, origin: str, names: Iterable[str]) -> Iterator[NameList]:
    rows: list[Cells] = [(name, "", None, None) for name in sorted(names)]
    if rows:
        yield read_list(source, origin, rows, 1.0)

"""Names whose form tells their origin, in the lists of larger neighbours."""

from __future__ import annotations

import unicodedata

import pytest

from cognomen.corpora.world.by_form import FORMS, in_slovakia, in_slovenia, is_slovak
from cognomen.corpora.world.shares import read_list
from cognomen.text.spelling import key

# A space within a name is written _.
OF_THE_FORM = {
    "Afrikaans": """
        van_der_Merwe van_Wyk Janse_van_Rensburg
    """,
    "Basque": """
        Zubizarreta Goikoetxea Arrizabalaga Azpilicueta Oyarzabal Muguruza Otegi Urkullu Ibarretxe
        Zubimendi Echeverría Iturriaga Mendizabal Berasategui Lopetegui Aramburu Bengoechea Uriarte
        Irureta Oñate
    """,
    "Catalan": """
        Carbonell Coll Martorell Fortuny Companys Muntanyola Andreu Palau Palou Castellnou Puig Roig
        Vilardebuig Sitges Jutglar Domènech Lluch Folch Franch Serrat Torrents Fabregat Bonet Pons Casals
        Masip Llop Colom Margalef Boix Aleixandre Ferrer Soler Pujol Rosselló Massana Vilanova Masdeu
        Montserrat Capmany Rocamora Fontcuberta Foix Rexach Subirats
    """,
    "Irish": """
        McGrail McSweeney McGuinness McConville Mc_Greevy McAleese O'Neil O'Flanagan
    """,
    "Scottish": """
        MacLeod Mackenzie MacAulay Mac_Donald McGregor McTavish Mc_Intosh McAllister McEwan McPhee Ritchie
        Christie Ogilvie Abercrombie Urquhart Farquharson Auchterlonie Strathdee Pitcairn Dalrymple
        Kirkpatrick Balfour Ruthven Buchanan Carmichael Arbuthnott Dunlop Drummond Gilmour Galbraith
        Strachan Muirhead Craigie
    """,
    "Welsh": """
        Llewellyn Gwynne Gwilym Gwatkin Griffiths Gruffydd Rhys Rhydderch Rees Pritchard Pryce Probert
        Prosser Protheroe Prydderch Parry Penry Powell Pugh Bevan Beynon Bowen Blethyn Howells Huws Wynne
        Lloyd-Jones Ifan Treharne Cadwallader Caradog Meredith Meyrick Maddocks Morgan Glyn Eynon Vaughan
        Yorath Tudor Craddock Beddoes Gethin Gough Gittins Kyffin Lloyd Owen Jenkins Hopkin Rees-Davies
    """,
}
OF_OTHER_FORMS = {
    "Afrikaans": """
        de_Vries Vandenberg Evans
    """,
    "Basque": """
        García Abad Blanco Merino Fernández Iglesias Navarro Castro Villaverde Barragán Mendes Casares
        Salamanca Montalbán Peralta Soria Cuesta Marín Gil Zamora Torres
    """,
    "Catalan": """
        García Fernández González Muñoz Álvarez Romero Ortiz Serrano Blanco Molina Delgado Castro Rubio
        Marín Santander Javier Alcocer Teixeira Seixas Goikoetxea Etxeberria Mohamed Bouhou Villar
        Vilariño Montes Castaño Lasso Ruiz Cuesta Abad Salazar Montoya Camacho Casado Capilla Abreu Bachir
        Kerkich Torressanchez Quintans
    """,
    "Irish": """
        McLeod McGregor Smith Oneal Obi Mackay
    """,
    "Scottish": """
        Machado Macari Mackrell Macedo Smith Robinson McGrail McSweeney McGuinness Pitt Pitcher Crocker
        Lindley Xie Robertson Pringle Marchand
    """,
    "Welsh": """
        Jones Davies Williams Smith Llorente Llanos Lloris Price Rhodes Pritchett Probst Power Bowman
        Bowden Glynn Flynn Morganti Griffin Madden Matthews Wynter
    """,
}


def cases(names: dict[str, str]) -> list[tuple[str, str]]:
    return [(origin, name.replace("_", " ")) for origin, its in names.items() for name in its.split()]


@pytest.mark.parametrize(("origin", "name"), cases(OF_THE_FORM))
def test_a_form_tells_the_origin(origin: str, name: str) -> None:
    assert FORMS[origin](key(name))


@pytest.mark.parametrize(("origin", "name"), cases(OF_OTHER_FORMS))
def test_other_names_do_not_have_it(origin: str, name: str) -> None:
    assert not FORMS[origin](key(name))


def test_every_form_has_examples() -> None:
    assert set(OF_THE_FORM) == set(OF_OTHER_FORMS) == set(FORMS)


SLOVAK = "Kráľ Kôstka Ľupták Rosoľanka Chudiak Kopiak Skaličan Petrovič Petrovičová Matiaková Lipovčan"
NOT_SLOVAK = "Novák Říčan Dvořák Wozniak Beneš Němec Hašek Loučan Vachoušek Koníček Żmiak"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_slovak_letters_and_ends(form: str) -> None:
    assert [name for name in SLOVAK.split() if not is_slovak(unicodedata.normalize(form, name.lower()))] == []
    assert [name for name in NOT_SLOVAK.split() if is_slovak(unicodedata.normalize(form, name.lower()))] == []


def test_names_that_slovak_and_slovene_have_of_others() -> None:
    """Without shares: how common they are there, no list says."""
    czech = read_list("cz", "Czech", [(name, "", None, None) for name in ("Kráľ", "Novák")], 1.0)
    croatian = read_list(
        "hr",
        "Croatian",
        [("Petrović", "", 5.0, None), ("Horvat", "", 9.0, None), ("Babic", "", None, None)],
        1.0,
    )
    (slovak,), (slovene,) = in_slovakia([czech]), in_slovenia([croatian])
    assert (slovak.source, slovak.bare, dict(slovak.shares)) == ("cz", frozenset({"kral"}), {})
    assert slovene.bare == {"petrovic"}
    assert {unicodedata.normalize("NFC", name) for name in slovene.spellings} == {"petrovič"}
    assert list(in_slovakia([croatian])) == list(in_slovenia([czech])) == []

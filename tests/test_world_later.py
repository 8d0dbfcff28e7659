"""Readers of the lists that came after `sources/`: packages for origins whose lists were thin."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from cognomen.corpora.world.build import READERS, read_source
from cognomen.corpora.world.fathers import consonants, egyptian, ethiopian
from cognomen.corpora.world.hebrew import is_from_elsewhere, is_romanised
from cognomen.corpora.world.manifest import read_manifest
from cognomen.corpora.world.rows import WorldRow
from cognomen.corpora.world.south_asia import by_language, by_state, electoral_rolls, sinhala
from cognomen.corpora.world.wikidata import name_forms
from cognomen.errors import DownloadError

# Rows of each origin in the pinned packages.
ROWS = {
    "eg_students": {"Arabic": 39_429},
    "et_habesha": {"Ethiopian": 1420},
    "faker_later": {"Indonesian": 173, "Kenyan": 1000, "Thai": 64},
    "in_faker": {
        "Bengali": 45,
        "Gujarati": 37,
        "Kannada": 46,
        "Malayalam": 49,
        "Marathi": 45,
        "Tamil": 50,
    },
    "in_indigen": {
        "Assamese": 69,
        "Bengali": 98,
        "Gujarati": 168,
        "Hindi": 377,
        "Kannada": 366,
        "Marathi": 144,
        "Odia": 51,
        "Punjabi": 45,
        "Tamil": 211,
        "Telugu": 248,
    },
    "in_rolls2017": {
        "Kannada": 4345,
        "Malayalam": 2469,
        "Marathi": 1754,
        "Nepali": 187,
        "Punjabi": 421,
        "Telugu": 7884,
    },
    "lk_iiyo": {"Sinhala": 217},
    "wikidata_forms": {"Georgian": 1017, "Hebrew": 9557, "Thai": 406},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ROWS)
def test_a_package_gives_so_many_names(name: str) -> None:
    pytest.importorskip("pyarrow")
    source = next(source for source in read_manifest() if source.name == name)
    try:
        table = read_source(source)
    except DownloadError as error:
        pytest.skip(str(error))
    counts = {each["values"]: each["counts"] for each in table["origin"].value_counts().to_pylist()}
    assert counts == ROWS[name]
    assert set(source.origins) == set(counts)
    filled = {column for column in table.column_names if any(table[column].to_pylist())}
    assert filled == set(source.columns)


def of(data: bytes) -> Callable[[str], bytes]:
    """A source whose files are all the same."""
    return lambda path: data


# --- South Asia -------------------------------------------------------------------------------------------


def rolls(text: str) -> bytes:
    """A package's archive of a CSV file, with the other file that a Mac leaves beside it."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name in ("._lastname_langs_india.csv", "lastname_langs_india.csv"):
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return data.getvalue()


def test_rolls_give_the_names_of_a_states_first_language() -> None:
    pytest.importorskip("pyarrow")
    text = """last_name,hindi,telugu,malayalam,kannada,konkani,nepali,punjabi
naidu,10,900,0,5,0,0,0
kumar,9000,800,700,20,0,0,0
null,0,80,0,0,0,0,0
rare,0,79.5,0,0,0,0,0
lakshmibhai,0,500,0,0,0,0,0
bee,0,500,0,0,0,0,0
raav,0,500,0,0,0,0,0
ra,0,500,0,0,0,0,0
gill,0,0,0,0,0,0,10
brar,0,0,0,0,0,0,9
tendulkar,9,0,0,8,20,0,0
fernandes,9,0,0,8,200,0,0
"""
    rows = set(electoral_rolls(of(rolls(text))))
    assert rows == {
        WorldRow("Telugu", "IN", "", "Naidu", 900.0),
        WorldRow("Telugu", "IN", "", "Null", 80.0),
        WorldRow("Malayalam", "IN", "", "Kumar", 700.0),  # of all its names: it is read of one state alone
        WorldRow("Marathi", "IN", "", "Tendulkar", 20.0),
        WorldRow("Punjabi", "IN", "", "Gill", 10.0),
    }


def test_lists_by_state_are_those_of_its_language() -> None:
    variables = (
        *("assam_surname", "bengali_surname", "gujrati_male_surname", "delhi_surname"),
        *("haryana_male_surnames", "uttarakhand_male_surname", "uttarpradesh_male_surname"),
        *("male_karnataka_surname", "female_karnataka_surname", "maharashtra_surname"),
        *("punjabi_surnames", "tamil_male_surname", "andhrapradesh_surname"),
        "odia_male_surname",
    )
    lists = "".join(f"    {each} = ['{each[:5]} a', 'GILL', 'Gill', 'x']\n" for each in variables)
    source = f"raise SystemExit\ndef make(n):\n{lists}    first_names = ['Ravi']\n"
    rows = list(by_state(of(source.encode())))
    assert [row.native for row in rows if row.origin == "Punjabi"] == ["Punja A", "Gill"]
    assert {row.native for row in rows if row.origin == "Kannada"} == {"Male_ A", "Gill", "Femal A"}
    assert all(row.bearers is row.rank is None for row in rows)


def test_lists_by_language_are_without_names_from_all_of_india() -> None:
    lists = {"hi": '"Sharma", "Mehta"', "gu": '"Shah", "Mehta"'}

    def read(path: str) -> bytes:
        names = lists.get(path.rpartition("/")[2].removesuffix(".py"), "")
        return f'LAST_NAMES = ["શાહ"]\nLAST_NAMES_LATIN = [{names}]\n'.encode()

    assert [(row.origin, row.native) for row in by_language(read)] == [("Gujarati", "Shah")]


def test_a_list_of_lines() -> None:
    rows = list(sinhala(of(b"Perera  \n\nde silva\nPerera\n")))
    assert [row.native for row in rows] == ["Perera", "De Silva"]


# --- fathers' names ---------------------------------------------------------------------------------------


def entry(name: str, usual: str, others: str | None, share: float, first: float) -> dict:
    return {
        "a": name,
        "e": usual,
        "ev": others,
        "tp": share,
        "p": [first, 100 - first],
        "r": "m",
        "g": "m",
        "ot": "arabic_classical",
    }


def test_names_of_students_count_where_they_are_those_of_fathers() -> None:
    names = [
        entry("يوسف", "Youssef", "Youssef|Yousuf|Yusuf|Joseph", 10.0, 60.0),
        entry("سيد", "Sayed", "Sayyid|Syed", 1.0, 0.0),
        entry("مريم", "Maryam", "Mariam", 5.0, 100.0),
        entry("نادر", "Nader", None, 0.2, 0.0),  # two persons
        entry("ميتران", "Mitterrand", None, 5.0, 0.0) | {"ot": "western_modern"},
    ]
    data = {"metadata": {"corpus_tokens": 1000}, "names": names}
    rows = list(egyptian(of(gzip.compress(json.dumps(data).encode()))))
    assert [(row.roman, row.bearers) for row in rows] == [
        ("Youssef", 40),
        ("Yousuf", 10.0),
        ("Sayed", 10),
        ("Sayyid", 2.5),
    ]
    assert {row.native for row in rows} == {"يوسف", "سيد"}


@pytest.mark.parametrize(
    "spellings", [("Gamal", "Jamal"), ("Abdelrahman", "Abd al-Rahman", "Abdur Rahman"), ("Fathy", "Fathi")]
)
def test_consonants_of_one_name(spellings: tuple[str, ...]) -> None:
    found = {consonants(each).replace("l", "") for each in spellings}
    assert len(found) == 1


def test_consonants_of_two_names() -> None:
    assert consonants("Mikhail") != consonants("Michael")
    assert consonants("Hassan") == consonants("Hasan") == "hsn"


def test_ethiopian_names_are_those_of_men() -> None:
    entries = [
        {"fidel": "ከበደ", "canonical": "Kebede", "variants": ["Kebbede", "Kebede"], "gender": {"m": 1.0}},
        {"fidel": "አልማዝ", "canonical": "Almaz", "variants": [], "gender": {"f": 1.0}},
        {"fidel": "ተስፋ", "canonical": "Tesfa", "variants": [], "gender": {"m": 0.5, "f": 0.5}},
    ]
    rows = list(ethiopian(of(json.dumps({"entries": entries}).encode())))
    assert [(row.native, row.roman) for row in rows] == [
        ("ከበደ", "Kebede"),
        ("ከበደ", "Kebbede"),
        ("ተስፋ", "Tesfa"),
    ]


# --- Wikidata ---------------------------------------------------------------------------------------------


def test_forms_are_paired_with_latin_ones() -> None:
    text = """# forms
שפירא, shapira, shapiro, schapiro, шапиро => Q1
ชินวัตร, shinawatra, chinnawat => Q2
ประยุทธ์, prayut, 近藤 => Q3
კახიძე, kakhidze, k'akhidzé => Q4
a line without an arrow, שפירא, shapir
"""
    rows = list(name_forms(of(text.encode())))
    pairs: dict[str, list[str]] = {}
    for row in rows:
        pairs.setdefault(row.origin, []).append(row.roman)
    assert pairs == {
        "Hebrew": ["Shapira", "Shapiro", "Schapiro"],
        "Thai": ["Shinawatra", "Chinnawat"],
        "Georgian": ["Kakhidze"],
    }


@pytest.mark.parametrize(
    ("name", "romans"),
    [
        ("כהן", ["Cohen", "Kohn", "Kahan"]),
        ("מזרחי", ["Mizrachi", "Mizrahi"]),
        ("כץ", ["Katz", "Kats"]),
        ("וקנין", ["Vaknin", "Waknine"]),
        ("דוד", ["David", "Dod"]),
        ("בן-דוד", ["Ben-David", "Ben David"]),
        ("נתניהו", ["Netanyahu"]),
        ("שוורץ", ["Schwartz", "Shvarts"]),
        ("יוסף", ["Yosef", "Youssef"]),
        ("חאג'אג'", ["Hadjadj", "Chajaj"]),
    ],
)
def test_a_spelling_has_the_consonants_of_a_hebrew_name(name: str, romans: list[str]) -> None:
    assert all(map(partial(is_romanised, name), romans))


@pytest.mark.parametrize(
    ("name", "roman"), [("יוסף", "Joseph"), ("מזרחי", "Mizraji"), ("כהן", "Levi"), ("", "")]
)
def test_a_spelling_of_another_name_has_not(name: str, roman: str) -> None:
    assert not is_romanised(name, roman)


@pytest.mark.parametrize("name", ["גולדברג", "פרידמן", "קוזלוב", "מדבדייב"])
def test_names_from_other_languages_are_told_by_their_ends(name: str) -> None:
    assert is_from_elsewhere(name)


@pytest.mark.parametrize("name", ["אביב", "יניב", "שגיב", "סימן טוב", "תורג'מן", "אביטל", "כהן"])
def test_hebrew_ends_that_look_like_them(name: str) -> None:
    assert not is_from_elsewhere(name)


def test_the_package_of_faker_is_read_twice(tmp_path: Path) -> None:
    """Its later lists are a source of their own, as the table of the others is what is given."""
    source = b'class Provider:\n    last_names = OrderedDict([("Otieno", 0.01), ("Maina", 0.02)])\n'
    rows = list(READERS["faker_later"](of(source)))
    assert {row.origin for row in rows} == {"Indonesian", "Kenyan", "Thai"}
    assert all(row.bearers is row.rank is None for row in rows), "the figures are not Faker's own"

"""Which surname is read from what: the table of docs/names.md, and what holds for any text."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cognomen.text import Alphabet, FoundSurname, find_surname, forms, normalise, placeholders, things
from cognomen.text import words as lists
from cognomen.text.column_reading import read_column
from cognomen.text.names import SURNAME_OF_FULL_NAME
from cognomen.text.placeholders import reason_for_no_name
from cognomen.text.reading import Rules, read_surname
from cognomen.text.repair import all_composed, composed, repair

CASES = tomllib.loads((Path(__file__).parent / "names_cases.toml").read_text("utf-8"))
NAMES = [row for kind in CASES["kind"] for row in kind["rows"]]
NO_NAMES = [row for kind in CASES["no_name"] for row in kind["rows"]]
WRITTEN = [row[0] for row in NAMES + NO_NAMES]
ALPHABET = Alphabet("".join(sorted(set(normalise("".join(WRITTEN) + "abcdefghijklmnopqrstuvwxyz")))))


@pytest.mark.parametrize("row", NAMES, ids=lambda row: row[0])
def test_the_surname_is_that_of_the_table(row: list[str]) -> None:
    written, surname, note, maiden = [*row, *(SURNAME_OF_FULL_NAME, "")[len(row) - 2 :]]
    assert find_surname(written) == FoundSurname(surname, note or None, maiden or None)
    reading = read_surname(written, ALPHABET, lower=True, rules=Rules())
    assert (reading.surname, reading.note, reading.reason) == (surname, note or None, None)


@pytest.mark.parametrize("row", NO_NAMES, ids=lambda row: row[0])
def test_what_is_no_name_is_that_of_the_table(row: list[str]) -> None:
    written, reason = row
    assert (read_surname(written, ALPHABET, lower=True, rules=Rules()).reason or "") == reason
    kept = read_surname(written, ALPHABET, lower=True, rules=Rules(na=None)).reason
    assert kept == ("garbled" if reason == "garbled" else None if normalise(written) else "no-letters")


def test_the_table_is_read_as_a_column_too() -> None:
    texts = WRITTEN * 2
    found = read_column(texts, ALPHABET, lower=True, rules=Rules())
    for row, text in enumerate(texts):
        expected = read_surname(text, ALPHABET, lower=True, rules=Rules())
        if row in found.unusual:
            assert found.unusual[row] == expected
        else:
            assert (expected.surname, expected.note, expected.reason) == (text, None, None)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ana Ruiz y Lopez", ("Ruiz", "Lopez")),
        ("Cortes Ortiz, Ana", ("Cortes", "Ortiz")),
        ("Smith-Jones", ("Smith", "Jones")),
        ("Anna Jansen-van Dijk", ("Jansen", "van Dijk")),
        ("van der Berg", ("van der Berg",)),
        ("al-Masri", ("al-Masri",)),
        ("Ou-yang", ("Ou-yang",)),
        ("Costa e Silva", ("Costa", "Silva")),
        ("Smith", ("Smith",)),
        ("", ("",)),
    ],
)
def test_the_parts_of_a_surname(text: str, parts: tuple[str, ...]) -> None:
    assert find_surname(text).parts == parts


# --- options ------------------------------------------------------------------------------------------------


def read(text: str, rules: Rules) -> tuple[str | None, str | None]:
    reading = read_surname(text, ALPHABET, lower=True, rules=rules)
    return reading.surname, reading.reason


@pytest.mark.parametrize("text", ["Anna Berg MVP", "Anna Berg, M.V.P.", "Berg MVP, Anna", "Berg MVP"])
def test_more_words_can_be_named_that_are_no_part_of_a_name(text: str) -> None:
    assert read(text, Rules.of(True, suffixes=["mvp"])) == ("Berg", None)
    assert find_surname("MVP", suffixes=frozenset({"mvp"})).surname == "MVP"


def test_more_placeholders_count_as_they_are_spelled() -> None:
    rules = Rules.of(True, na=["Pending", "to be  announced"])
    assert read("Pending", rules) == read(" to be announced ", rules) == (None, "placeholder")
    assert read("pending", rules) == ("pending", None)
    assert read("NULL", rules) == (None, "placeholder")
    column = read_column(["Pending"] * 9, ALPHABET, lower=True, rules=rules)
    assert column.inverse.tolist() == [-1] * 9


# --- any text -----------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *' ,;()[]"&.-',
        " - ",
        " and ",
        " née ",
        " y ",
        "Ã",
        *(word for text in WRITTEN for word in text.split()),
    ]
)
LIKE_NAMES = st.one_of(
    st.lists(PIECES, max_size=8).map(" ".join), st.lists(PIECES, max_size=5).map("".join), st.text()
)


@pytest.mark.parametrize("text", ['"berg": "holm"', "--name=berg"])
def test_what_programs_write_is_no_name(text: str) -> None:
    assert reason_for_no_name(text) == "not-a-name"


NUMBERED = """\
invoice no nr order receipt voucher № apt batch building chapter class column customer episode figure
flat floor grade group highway id item level lot model number page part phase platform player product
question ref room route row season seat section student suite table ticket total type unit user version
vol volume week windows zone
"""


UNITS = "eur usd gbp chf jpy kg mg cm mm km ml kwh"
MONTHS = """\
jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august
september october november december januar februar märz mai juni juli oktober dezember janvier février
mars avril juin juillet août septembre octobre novembre décembre enero febrero marzo abril mayo junio
julio agosto septiembre octubre noviembre diciembre
"""
MEASURES = [each.format(unit) for unit in UNITS.split() for each in ("12 {}", "{} 12.50")]
MEASURES += [f"Memory 12 {unit}" for unit in ("gb", "mb", "mg", "ml", "mm")]
DATES = [each.format(month) for month in MONTHS.split() for each in ("3 {}", "3. {} 2020", "3 de {} de 2020")]
CALLS = [f"{each}: 12 34" for each in ("tel", "phone", "fax", "isbn", "vat", "iban")]
OTHERS = ["chapter 3: the end", "Page 3 of 12", "Symphony No. 5 in C minor", "Order #12", "Order No 12"]


ROADS = "street avenue road boulevard drive lane ave blvd ln."
STREETS = [f"12 Upper Berg {each}" for each in ROADS.split()] + [
    f"12 Berg {each}" for each in ("st", "rd", "dr")
]
STREETS += [
    f"Berg {each} 12" for each in ["street", "avenue", "road", "boulevard", "drive", "lane", "st", "rd"]
]
STREETS += [f"Am Berg{each} 12" for each in ["straße", "strasse", "str.", "platz", "gasse", "weg", "allee"]]
STREETS += [
    f"{each} del Berg 12"
    for each in [
        "rue",
        "via",
        "viale",
        "piazza",
        "calle",
        "avenida",
        "rua",
        "plaza",
        "place",
        "avenue",
        "boulevard",
    ]
]
INSTITUTIONS = """\
university universität université ministry department dept. dept office bank city state republic board chamber
church college director faculty house institute institutes isle kingdom member school secretary society sons
table trustees head vp list history
"""
PLACES = [
    f"New {each}"
    for each in ["Delhi", "England", "Hampshire", "Jersey", "Mexico", "Orleans", "York", "Zealand"]
]
PLACES += [f"{each} Africa" for each in ("North", "South")] + [
    "New South Wales",
    "Los Angeles",
    "San Francisco",
]
PLACES += [f"North {each}, 2020" for each in ["America", "Carolina", "Dakota", "Korea", "Sudan"]]
PLACES += [f"{each} of Berg" for each in INSTITUTIONS.split()] + [
    "The Berg Fund",
    "Anna Berg Fund",
    "PO Box 12",
]

FIRMS = [f"Berg {each} Co. KG" for each in ["&", "and", "und", "et", "y", "e"]]
FIRMS += [f"Berg & {each} KG" for each in ["Cie", "Cia", "Fils", "Figli", "Hijos", "Sons", "Söhne"]]
FIRMS += [
    f"Bundes{each} der Berge"
    for each in ["ministerium", "gesellschaft", "verband", "verein", "stiftung", "zentrum"]
]
FIRMS += [f"Bergverband {each} Holm" for each in ["des", "für", "van", "voor"]]
FIRMS += [
    f"Real {each}" for each in ["Betis", "Madrid", "Mallorca", "Oviedo", "Sociedad", "Valladolid", "Zaragoza"]
]
REFUSALS = [f"{each} not say" for each in ["do", "I do", "prefer", "rather", "wish"]]
REFUSALS += [f"{each} to say" for each in ["refuse", "refused", "refuses", "decline", "declined"]]
AT_COURT = ["Commonwealth", "Crown", "King", "People", "Queen", "Regina", "Rex", "State", "States"]
COURTS = [f"{each} v. Berg" for each in AT_COURT]


@pytest.mark.parametrize("text", [*FIRMS, *REFUSALS, *COURTS])
def test_firms_refusals_and_cases_of_the_crown_are_no_names(text: str) -> None:
    assert reason_for_no_name(text) == "not-a-name"


@pytest.mark.parametrize("text", [*STREETS, *PLACES])
def test_addresses_and_institutions_are_no_names(text: str) -> None:
    assert reason_for_no_name(text) == "not-a-name"


@pytest.mark.parametrize("text", [*MEASURES, *DATES, *CALLS, *OTHERS])
def test_measures_dates_and_numbers_to_call_are_no_names(text: str) -> None:
    assert reason_for_no_name(text) == "not-a-name"


@pytest.mark.parametrize("word", NUMBERED.split())
def test_what_is_numbered_is_no_name(word: str) -> None:
    assert [reason_for_no_name(f"{each} 12") for each in (word, word.title())] == ["not-a-name"] * 2


def words_of_rules() -> list[str]:
    """All words of letters that the rules of what is no name have."""
    listed = [getattr(lists, name) for name in dir(lists) if name.isupper() and not name.startswith("_")]
    groups = [each for each in listed if isinstance(each, frozenset | tuple)]
    found = {word for group in groups for each in group if isinstance(each, str) for word in each.split()}
    found |= set(
        re.findall(r"[^\W\d_]+", " ".join((*things.OF_WORDS, *things.OF_NUMBERS, *placeholders.PLACEHOLDERS)))
    )
    return sorted(word for word in found | placeholders.WORDS_OF_NO_NAME if word.isalpha())


CASES_OF_WORDS = (str.lower, str.title, str.upper, str)
WORDS_OF_RULES = st.builds(
    lambda word, case: case(word), st.sampled_from(words_of_rules()), st.sampled_from(CASES_OF_WORDS)
)
OTHER_WORDS = st.sampled_from(
    ["Anna", "Berg", "Kim", "Müller", "A", "x", "Sportverein", "Nachrichten", "Bundesministerium"]
)


@given(st.lists(st.one_of(WORDS_OF_RULES, OTHER_WORDS), min_size=2, max_size=5))
@example(["Real", "Madrid"])
@example(["Sportverein", "der", "Berge"])
@example(["A", "x"])
@example(["CV", "A", "B"])
@example(["Müller", "et", "Fıls"])
@settings(max_examples=1000)
def test_the_short_way_for_words_of_names_tells_as_the_rules_do(words: list[str]) -> None:
    text = " ".join(words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(placeholders, "_has_no_word_of_things", lambda text: False)
        expected = reason_for_no_name(text)
    assert reason_for_no_name(text) == expected


@given(
    st.lists(
        st.one_of(st.text(max_size=8), st.sampled_from(["é", "e\u0301", "a\u200bb", "Ã\xad", "한", "각"]))
    )
)
@example(["Ana\n", "e\u0301", "\u0301e"])
def test_texts_are_composed_together_as_alone(texts: list[str]) -> None:
    assert all_composed(texts) == list(map(composed, texts))


@pytest.mark.parametrize("name", ["To Be", "By See", "No To"])
def test_short_words_are_names_though_each_may_say_that_there_is_none(name: str) -> None:
    assert read_surname(name, ALPHABET, lower=True, rules=Rules()).reason is None


@settings(max_examples=400)
@given(LIKE_NAMES)
@example("((a)b) c")
@example("a - - b")
@example("- Jr.")
@example("Van Van , Van")
@example("A. B. , de")
@example("0<>A")
@example("(A)(B)(A)(B)(A)(B)")
@example("|çŽ‹")
@example("GarcÃ\xada;José")
def test_reading_holds_what_it_promises(text: str) -> None:
    found = find_surname(text)
    whole = repair(text)
    assert all(part in whole for part in re.findall(r"[^\W_]+", found.surname))  # of "Masri, Bashar al-"
    assert any(map(str.isalpha, found.surname)) == any(map(str.isalpha, whole))
    if found.note is None and any(map(str.isalpha, text)):
        assert normalise(found.surname) == normalise(text)
    if len(found.surname.split()) == 1 and repair(found.surname) == found.surname:
        assert find_surname(found.surname) == FoundSurname(found.surname)


@given(st.text(alphabet="abcdefghijklmnoprstuvwyzäéñøß", min_size=1, max_size=12))
def test_the_case_of_a_word_does_not_matter(word: str) -> None:
    """But for what software writes for a missing value, which is told by its case."""
    readings = {read_surname(each, ALPHABET, lower=True, rules=Rules(na=None)).spelling
                for each in (word, word.upper(), word.capitalize())}  # fmt: skip
    assert len(readings) == 1


def test_two_equal_words_do_not_tell_which_is_the_surname_of_others() -> None:
    """Though a comma follows one of them: the other names are of the same kinds of words."""
    others = ["qin", "min", "sun", "jin", "tan", "fan", "xie", "zhu"]
    texts = ["mao Heo mao,", *(f"{first} Heo mao," for first in others)]
    found = read_column(texts, ALPHABET, lower=True, rules=Rules())
    assert [found.unusual[row].surname for row in range(len(texts))] == ["mao"] * len(texts)


@example(["A株式会社"], True)
@given(st.lists(LIKE_NAMES, max_size=12), st.booleans())
def test_a_column_is_read_as_its_texts_alone(texts: list[str], full_names: bool) -> None:
    texts, rules = [*texts, *["Smith"] * 8], Rules.of(full_names, na=["Doe"])
    found = read_column(texts, ALPHABET, lower=True, rules=rules)
    for row, text in enumerate(texts):
        expected = read_surname(text, ALPHABET, lower=True, rules=rules)
        assert found.unusual.get(row, expected) == expected
        if row not in found.unusual:
            assert (expected.surname, expected.note) == (text, None)


def test_du_is_a_particle_and_no_chinese_surname() -> None:
    """So Du Yuesheng, in Latin letters, is read as one surname; nothing in it tells the two apart."""
    for name in ("Du Bose", "Du Faye"):
        assert find_surname(name).surname == name


@given(st.lists(st.sampled_from(sorted({word for text in WRITTEN for word in text.split()})), max_size=5))
@example(["Waals", "Johannes", "van", "der"])
@example(["Tanaka", "san"])
def test_only_texts_with_signs_or_words_of_forms_may_be_plainer(words: list[str]) -> None:
    text = " ".join(words)
    if not forms.may_have_form(text):
        assert not any(
            re.search(pattern, text) and re.sub(pattern, new, text) != text for pattern, new in forms.FORMS
        )

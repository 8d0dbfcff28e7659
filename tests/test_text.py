"""Any string to letters: `normalise`, `fold`, `key`, `without_diacritics` and `find_surname`."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cognomen.text import FoundSurname, find_surname, fold, key, normalise, without_diacritics, word_kinds
from cognomen.text.names import SURNAME_OF_FULL_NAME

# Texts that look like names more often than chance has it, and any text at all.
WORDS = (
    "John Smith SMITH van Van der de De La Cruz Jr. III Ii PhD Dr. J. J.R. O D d arcy O’Brien "
    "Müller Mu\u0308ller MÜLLER Smith-Jones - – , ، ( (Jack) ) ' 't In in op al Иван ПЕТРОВ 山田 김 "
    "St. . \u200b \u0301"
)
NAMELIKE = st.lists(st.sampled_from(WORDS.split()), max_size=8).map(" ".join)
SPECIAL = st.text(
    alphabet="aΣİßẞſ1 ,-'’´`¨\u0301\u0323\u0345\u037a\u200b\u200d\ufe0f\u00a0\u2011\ud800ﷺŉ≠한", max_size=12
)
SCRIPTS = st.text(
    alphabet="ґѓёйїіъ ΆάςΣαϊ ŁłĐđØøÆæŒœÞþÐðIıİƏəßẞ אבךםּׁױ־׳״ أإآٱاؤئءىییكکةهہۃەھ"
    "\u064e\u0651\u0653\u0654\u0655\u0640 कक़िी্ং ไทำ ｶﾞガー 김ᄀㄱ 㐀北\uf900ｱＡ გᲒ հև አ \u200c\u0301\u0308",
    max_size=10,
)
ANY_TEXT = st.one_of(st.text(), SPECIAL, NAMELIKE, SCRIPTS)


def allowed(character: str) -> bool:
    return character in " '-" or unicodedata.category(character)[0] in "LM"


ALIKE = dict(zip("ٱةہۃەىیکڪ", "اههههييكك", strict=True))  # letters of the Arabic script, as lists write them

# --- normalise --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Smith", "smith"),
        ("Müller", "mu\u0308ller"),
        ("Nguyễn", "nguye\u0302\u0303n"),
        ("Groß", "gross"),
        ("Marszałek", "marszałek"),
        ("O'Brien", "o'brien"),
        ("O’Brien", "o'brien"),
        ("O‘Brien", "o'brien"),
        ("O`Brien", "o'brien"),
        ("O´Brien", "o'brien"),
        ("OʼBrien", "o'brien"),
        ("O＇Brien", "o'brien"),
        ("O′Brien", "o'brien"),
        ("Al-Ma\u02bfarri", "al-ma'arri"),
        ("Smith–Jones", "smith-jones"),
        ("Smith\u2011Jones", "smith-jones"),
        ("Smith‐Jones", "smith-jones"),
        ("Smith−Jones", "smith-jones"),
        ("Smith－Jones", "smith-jones"),
        ("Ｓｍｉｔｈ", "smith"),
        ("ﬁsher", "fisher"),
        ("  van\u00a0der\t\n Berg\u3000", "van der berg"),
        ("Smi\u200bth", "smith"),
        ("Smi\u200dth\ufe0f", "smith"),
        ("\ufeffSmith\u2060", "smith"),
        ("Smi\x00th\x07", "smith"),
        ("So\u00adlo", "solo"),
        ("Smith123", "smith"),
        ("Smith™ 😀", "smith"),
        ("Maxa/B", "maxab"),
        ("Lu:", "lu"),
        ("İnönü", "i\u0307no\u0308nu\u0308"),
        ("ΠΑΠΑΔΟΠΟΥΛΟΣ", "παπαδοπουλοσ"),
        ("Иванов", "иванов"),
        ("北京", "北京"),
        ("a\u0301\u0323", "a\u0323\u0301"),
        ("a1\u0301", "a"),
        ("a\u200d\u0301", "a\u0301"),
        ("", ""),
        ("   ", ""),
        ("12 34", ""),
        ("-'- ", ""),
        ("😀🇩🇪1️⃣", ""),
        ("\u0301", ""),
        ("\ud800", ""),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_normalise_can_keep_capitals() -> None:
    assert normalise(" O’Brien-MÜLLER", lower=False) == "O'Brien-MU\u0308LLER"


@given(ANY_TEXT, st.booleans())
@example("İ", True)
@example("a\u0301\u200b\u0323", False)
@example("aͺb", True)
@example("ẞΣ1Α", True)
def test_normalising_twice_changes_nothing_more(text: str, lower: bool) -> None:
    once = normalise(text, lower=lower)
    assert normalise(once, lower=lower) == once


@given(st.text(st.characters(max_codepoint=127)), st.booleans())
def test_plain_ascii_is_normalised_as_among_other_letters(text: str, lower: bool) -> None:
    alone = normalise(text, lower=lower)
    among = normalise(f"é {text} é", lower=lower).split()
    assert among[0] == among[-1] == "e\u0301"
    assert alone.split() == (among[1:-1] if any(map(str.isalpha, text)) else [])


@given(ANY_TEXT, st.booleans())
@example("Ǆ-Σς’ẞ", True)
@example("ﬁé’’", False)
@example("김이", True)
@example("’’–", True)
def test_plain_letters_are_spelled_one_by_one_as_together(text: str, lower: bool) -> None:
    """Text with a space is not of plain characters alone."""
    alone, among = normalise(text, lower=lower), normalise(f"é {text}", lower=lower)
    assert alone == (among.removeprefix("e\u0301").strip() if any(map(str.isalpha, alone)) else "")


@given(ANY_TEXT)
def test_normalised_text_holds_only_letters_marks_and_three_more(text: str) -> None:
    result = normalise(text)
    assert all(map(allowed, result))
    assert result == " ".join(result.split())
    assert result == "" or any(map(str.isalpha, result))


@given(ANY_TEXT, st.booleans())
@example("῭", True)
@example("a≠b", True)
@example("a\u1fceb", True)  # an apostrophe-like breathing that carries an accent
@example("한", True)
def test_composed_and_decomposed_spellings_are_one(text: str, lower: bool) -> None:
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert (
        normalise(composed, lower=lower) == normalise(decomposed, lower=lower) == normalise(text, lower=lower)
    )


@given(ANY_TEXT)
def test_no_letter_is_lost_or_found(text: str) -> None:
    """The letters of the plain decomposition that are letters before it too, in their order."""
    letters = "".join(letter for letter in unicodedata.normalize("NFD", text) if letter.isalpha())
    expected = [c for c in unicodedata.normalize("NFKD", letters) if c.isalpha() and normalise(c)]
    kept = [c for c in normalise(text, lower=False) if c.isalpha()]
    assert kept == [ALIKE.get(c, c) for c in expected]


def test_every_code_point_is_safe() -> None:
    """Every character but the many ideographs and syllables, between two letters: allowed and stable."""
    for code in (*range(0x3400), *range(0xA000, 0xAC01), *range(0xD7A0, 0x1FFFF), *range(0xE0000, 0xE01F0)):
        result = normalise(f"a{chr(code)}b")
        assert all(map(allowed, result)), hex(code)
        assert normalise(result) == result, hex(code)


def test_every_letter_with_a_case_is_stable() -> None:
    cased = [
        chr(code)
        for code in range(0x1E944)
        if chr(code).lower() != chr(code) or chr(code).upper() != chr(code)
    ]
    for letter in cased:
        assert normalise(normalise(letter)) == normalise(letter), hex(ord(letter))
        assert normalise(unicodedata.normalize("NFD", letter)) == normalise(letter), hex(ord(letter))


# --- fold -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Müller", "muller"),
        ("Großel", "grossel"),
        ("To The First\u00a0 Page", "to the first page"),
        ("O'Brien", "o'brien"),
        ("Smith-Jones", "smith-jones"),
        ("Park ", "park"),
        ("Lysansky,", "lysansky"),
        ("Maxa/B", "maxab"),
        ("Urbanek1", "urbanek"),
        ("Ślusàrski", "slusarski"),
        ("Marszałek", "marszaek"),  # ł does not come apart: the protocol drops it
        ("Иванов", ""),
        ("O’Brien", "obrien"),
        ("a\tb", "ab"),
        ("", ""),
    ],
)
def test_fold(text: str, expected: str) -> None:
    assert fold(text) == expected


def protocol_step_1(text: str) -> str:
    """Protocol L, step 1, word for word."""
    text = text.replace("ß", "ss").replace("\u00a0", " ")
    text = unicodedata.normalize("NFKD", text)
    text = "".join(c for c in text if not unicodedata.combining(c))
    text = "".join(c for c in text.lower() if "a" <= c <= "z" or c in " '-")
    return re.sub(" +", " ", text).strip()


@given(ANY_TEXT)
@example("İẞKſ\u3000x \u00a0")
def test_fold_is_step_1_of_the_protocol(text: str) -> None:
    assert fold(text) == protocol_step_1(text)


def test_fold_is_step_1_of_the_protocol_for_every_code_point() -> None:
    for code in range(0x30000):
        assert fold(f"x{chr(code)}x") == protocol_step_1(f"x{chr(code)}x"), hex(code)


@given(ANY_TEXT)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold(text)
    assert set(once) <= set("abcdefghijklmnopqrstuvwxyz '-")
    assert fold(once) == once


# --- key and without_diacritics ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spellings", "expected"),
    [
        (["أحمد", "احمد", "أَحْمَد", "ٱحمد", "احمـد"], "احمد"),
        (["آدم", "ادم", "إدم"], "ادم"),
        (["خديجة", "خديجه", "خدیجہ", "خديجۃ"], "خديجه"),
        (["مصطفى", "مصطفي", "مصطفی"], "مصطفي"),
        (["کاظمی", "كاظمي", "ڪاظمى", "ﻛﺎﻇﻤﻲ"], "كاظمي"),
        (["رئيسي", "رئیسی", "ري\u0654يسي", "رى\u0654يسي"], "ري\u0654يسي"),  # hamza stays on yeh and waw
        (["لؤي", "لو\u064f\u0654ي"], "لو\u0654ي"),
        (["كهن\u0654", "كهن"], "كهن"),
        (["بھٹی"], "بھٹي"),  # aspirates are letters of Urdu
        (["כֹּהֵן", "כהן", "כ\u0597הן"], "כהן"),
        (["בן־דוד", "בן-דוד"], "בן-דוד"),
        (["ΠΑΠΑΣ", "Παπας", "παπασ"], "παπασ"),
        (["ﾀﾞﾅｶ", "ダナカ", "タ\u3099ナカ"], "タ\u3099ナカ"),
        (["Ｗａｎｇ", "wang"], "wang"),
        (["\uf9e1", "\u674e"], "\u674e"),  # Li as a compatibility ideograph
        (["김", "\u1100\u1175\u11b7"], "\u1100\u1175\u11b7"),
        (["ᲑᲔᲠᲘᲫᲔ", "ბერიძე"], "ბერიძე"),
        (["शर्मा", "शर्\u200dमा"], "शर्मा"),
    ],
)
def test_spellings_of_every_script_are_read_alike(spellings: list[str], expected: str) -> None:
    assert {normalise(spelling) for spelling in spellings} == {expected}


def test_a_mark_after_a_dropped_tatweel_has_no_letter() -> None:
    assert normalise("ا1ـ\u0301ب") == "اب"
    assert normalise("ـــ") == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Müller", "muller"),
        ("Großel", "grossel"),
        ("Marszałek", "marszalek"),
        ("Æbelø", "aebelo"),
        ("Lebœuf", "leboeuf"),
        ("Þórðarson", "thordarson"),
        ("Đặng", "dang"),
        ("Yıldız", "yildiz"),
        ("İnönü", "inonu"),
        ("Əliyev", "eliyev"),
        ("Ǿlund", "olund"),
        ("O’Brien ‐ Smith", "o'brien - smith"),
        ("ΠΑΠΑΔΌΠΟΥΛΟΣ", "παπαδοπουλοσ"),
        ("Королёв", "королев"),
        ("Чайка", "чаика"),
        ("Її", "іі"),
        ("शर्मा", "शर्मा"),
        ("김", "\u1100\u1175\u11b7"),
        ("王 2", "王"),
        ("12", ""),
    ],
)
def test_key(text: str, expected: str) -> None:
    assert key(text) == expected


def protocol_w_step_1(text: str) -> str:
    """Protocol W, step 1, character by character, on normalised text."""
    letters = dict(zip("æœþðłøđıə", ["ae", "oe", "th", "d", "l", "o", "d", "i", "e"], strict=True))
    kept, drops = [], False
    for c in normalise(text):
        if not unicodedata.category(c).startswith("M"):
            drops = unicodedata.name(c, "").startswith(("LATIN", "GREEK", "CYRILLIC"))
            kept.append(letters.get(c, c))
        elif not drops:
            kept.append(c)
    return "".join(kept)


@given(ANY_TEXT)
def test_key_is_step_1_of_protocol_w(text: str) -> None:
    assert key(text) == protocol_w_step_1(text)
    assert key(key(text)) == key(text)


def test_key_is_step_1_of_protocol_w_for_every_alphabet() -> None:
    for code in (*range(0x1D00), *range(0x1E00, 0x2000), *range(0x2C60, 0xA6A0), *range(0xF900, 0x10000)):
        text = f"{chr(code)}\u0323x"
        assert key(text) == protocol_w_step_1(text), hex(code)


@given(ANY_TEXT)
def test_the_typed_spelling_has_the_key_of_its_name(text: str) -> None:
    typed = without_diacritics(text)
    assert key(typed) == key(text)
    assert without_diacritics(typed) == normalise(typed) == typed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("García", "garcia"),
        ("Łukasz", "lukasz"),
        ("Nguyễn", "nguyen"),
        ("Παπαδόπουλος", "παπαδοπουλοσ"),
        ("Королёв", "королев"),
        ("Чайка", "чаи\u0306ка"),  # й is no и
        ("Їжак", "і\u0308жак"),
        ("शर्मा", "शर्मा"),
        ("Smith", "smith"),
        ("7", ""),
    ],
)
def test_without_diacritics(text: str, expected: str) -> None:
    assert without_diacritics(text) == expected


def test_the_key_says_what_folding_says_of_the_18_files(names_folder: Path) -> None:
    """One name apart, whose ł folding drops: splits and cleaning by key are those of protocol L."""
    rows = {row for path in names_folder.glob("*.txt") for row in path.read_text("utf-8").splitlines()}
    assert {row for row in rows if key(row) != fold(row)} == {"Marszałek"}


# --- find_surname --------------------------------------------------------------------------------------

AS_THEY_STAND = [
    "Smith", "van der Berg", "de Vries", "De La Cruz", "O'Brien", "O’Brien", "Smith-Jones", "D arcy",
    "St martin", "St. Martin", "San nicolas", "Le tissier", "Ter Avest", "Van tonder", "Von grimmelshausen",
    "De la fontaine", "al-Masri", "bin Laden", "O Brien", "In 't Veld", "Op den Berg", "'t Hooft",
    "Dr", "Jr.", "Van", "De", "Smith - Jones", "北京", "Иванов", "Ii", "X",
]  # fmt: skip


@pytest.mark.parametrize("text", AS_THEY_STAND)
def test_a_surname_stands_as_it_is(text: str) -> None:
    reading = find_surname(text)
    assert (normalise(reading.surname), reading.note) == (normalise(text), None)


@pytest.mark.parametrize(
    ("text", "surname"),
    [
        ("John Smith", "Smith"),
        ("john smith", "smith"),
        ("JOHN SMITH", "SMITH"),
        ("SMITH, John", "SMITH"),
        ("Smith,John", "Smith"),
        ("Smith, Jr.", "Smith"),
        ("John Smith Jr.", "Smith"),
        ("John Smith, Jr.", "Smith"),
        ("John Smith III", "Smith"),
        ("John Smith II", "Smith"),
        ("John Smith, PhD, M.D.", "Smith"),
        ("Dr. Anna Müller", "Müller"),
        ("Mr. Smith", "Smith"),
        ("Vincent van Gogh", "van Gogh"),
        ("Gogh, Vincent van", "van Gogh"),
        ("van der Berg, Anna", "van der Berg"),
        ("Maria De La Cruz", "De La Cruz"),
        ("Leonardo da Vinci", "da Vinci"),
        ("Conan O'Brien", "O'Brien"),
        ("Conan O Brien", "O Brien"),
        ("Mary-Jane Smith", "Smith"),
        ("Anna Smith-Jones", "Smith-Jones"),
        ("Anna Smith - Jones", "Smith - Jones"),
        ("Jan op den Berg", "op den Berg"),
        ("Jean d'Artagnan", "d'Artagnan"),
        ("Иван Петров", "Петров"),
        ("Иванов И. П.", "Иванов"),
        ("Smith J.R.", "Smith"),
        ("Smith J", "Smith"),
        ("J. R. R. Tolkien", "Tolkien"),
        ("O. Henry", "Henry"),
        ("D. Smith", "Smith"),
        ("D Smith", "Smith"),
        ("Dan D arcy", "D arcy"),
        ("Marie DUPONT", "DUPONT"),
        ("DUPONT Marie", "DUPONT"),
        ("KIM Min-jun", "KIM"),
        ("Vincent VAN GOGH", "VAN GOGH"),
        ("JR Smith", "Smith"),
        ("John (Jack) Smith", "Smith"),
        ('John "Jack" Smith', "Smith"),
        ("John Smith.", "Smith"),
        ("Novy Novy", "Novy"),
        ("Al Pacino", "Pacino"),
        ("山田 太郎", "山田"),
    ],
)
def test_the_surname_of_a_full_name(text: str, surname: str) -> None:
    assert find_surname(text) == FoundSurname(surname, SURNAME_OF_FULL_NAME)


@pytest.mark.parametrize(
    ("text", "surname"),
    [("", ""), ("   ", ""), (",", ","), ("Smith,", "Smith"), (", John", "John"), (" Smith ", "Smith"),
     ("(Smith)", "Smith"), ("123", "123"), ("...", "..."), ("()", "()")],
)  # fmt: skip
def test_little_or_nothing_to_read(text: str, surname: str) -> None:
    assert find_surname(text) == FoundSurname(surname, None)


@given(ANY_TEXT, st.sampled_from(["Nakamura", "O'Brien", "Kowalczyk", "Müller", "Smith-Jones"]))
def test_a_comma_ends_the_surname(given_names: str, surname: str) -> None:
    assert find_surname(f"{surname}, {given_names.replace(',', ' ')}").surname.endswith(surname)


@pytest.mark.parametrize(
    "text",
    [
        "Smith " * 20_000,
        "a" * 100_000,
        "(" * 50_000,
        "de " * 50_000 + "x",
        "- " * 50_000 + "a",
        '"' * 50_000,
        "a <" * 20_000,
        "a née " * 20_000,
        "Smith, " * 20_000,
        "a;" * 20_000,
        "Ã" * 50_000,
        "a and " * 3_000,
        "&#39;" * 20_000,
        "a@" * 20_000,
        "aei" * 20_000 + " XU",
    ],
)
def test_very_long_texts_are_read(text: str) -> None:
    assert find_surname(find_surname(text).surname).note is None


def test_the_surnames_of_the_18_files_stand_as_they_are(names_folder: Path) -> None:
    """Every row, those of several words too; only page text and "Novy Novy" read as full names."""
    read_otherwise = set()
    several_words = 0
    for path in names_folder.glob("*.txt"):
        for row in path.read_text(encoding="utf-8").splitlines():
            several_words += len(row.split()) > 1
            if find_surname(row).note is not None:
                read_otherwise.add(fold(row))
            else:
                assert normalise(find_surname(row).surname) == normalise(row)
    assert read_otherwise == {"to the first page", "novy novy"}
    assert several_words == 39 + 25


USUAL = (
    "John Smith MÜLLER Müller Mu\u0308ller d D. O ii II Ii Iii jr Du In St al ﬁsher ſt ﬆ ᵃ ŉa ªb "
    "\u3164\u3164 \u115f\u1160 SMITH ǅon 王 "
)


@given(st.lists(st.one_of(st.sampled_from((USUAL + WORDS).split()), st.text(max_size=3)), max_size=5))
@example(["\u3164\u3164", "\u3164\u3164"])
@example(["\u115f\u1160", "Smith"])
@example(["Marie", "DUPONT"])
@example(["DUPONT", "Marie"])
@example(["john", "d", "arcy"])
@example(["Jean", "Du", "Pont"])
@example(["ſt", "John"])
@example(["John", "Smith", "jr"])
def test_the_short_way_for_usual_names_reads_as_the_rules_do(words: list[str]) -> None:
    text = " ".join(words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(word_kinds, "_is_usual", lambda word: False)
        expected = find_surname(text)
    assert find_surname(text) == expected

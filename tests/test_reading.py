"""From texts to the numbers of letters: a column is read as each of its texts alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import cognomen.text.column_reading
from cognomen.text import Alphabet, alphabet, find_surname, normalise
from cognomen.text.column_reading import FEW_TEXTS, ColumnReading, read_column
from cognomen.text.forms import NAMED
from cognomen.text.reading import REASONS, Rules, read_surname
from cognomen.text.repair import repair
from cognomen.text.spelling import plain_spelling
from cognomen.text.surname_first import length_of_surname

LATIN = Alphabet(" '-abcdefghijklmnopqrstuvwxyz\u0301\u0308")
CAPITALS = Alphabet(" '-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzß\u0308")
CYRILLIC = Alphabet("абвгдежзиклмнопрстуфхцчшщъыьэюяє\u0306")
ODD = Alphabet("aeiςσ'\u0323\u093cक가ᄀ\U0001e943\ufeff\ud800")
SCRIPTS = Alphabet(
    "αοπσάиӣй\u0306\u0308אבהכן ابحدهويكمنئ\u0654ھٹकिरश्मা김\u1100\u1175\u11b7ダタ\u3099ー王李გძեւไา\u0e4d"
)
MANY = Alphabet("".join(map(chr, range(0x61, 0x250))) + " '-")  # more than a byte can number
ALPHABETS = st.one_of(
    st.sampled_from([LATIN, CAPITALS, CYRILLIC, SCRIPTS, ODD, MANY, Alphabet(""), Alphabet("'")]),
    st.text(min_size=1, max_size=30).map(lambda text: Alphabet("".join(dict.fromkeys(normalise(text))))),
)

NAMELIKE = (
    "Smith O'Brien O’Brien Müller Mu\u0308ller MÜLLER Groß Nguyễn Ångström Smith-Jones Иванов Зоя 北京 Ng X "
    "أحمد کاظمی رئیسی مُحَمَّد خديجة ـ כֹּהֵן בן־דוד ΠΑΠΑΣ Παπάς शर्मा ﾀﾞﾅｶ Ｗａｎｇ \uf9e1 김 ბერიძე և ไทำ Чайка "
    "John van der De La Jr. PhD J. d' Smith, (Jack) 't al- - ' -smith 'smith Smith1 \u0301 \u200b ﬁsher ʼN"
)
NASTY = (
    "aZſßẞİıŉŊǅΣςΐﬁﷺﷲㄱ\u115f\u3164\uffa0ª℀ℂ™1²,،、(){}\"“”.·'’`´ʼʹ-‐–−⁃\u00ad\u0301\u0345\u0323\u093c\u0f71"
    " \t\n\r\x00\x1c\x85\u00a0\u2028\u3000\u200b\u200d\ufe0f\ufeff"
    "أٱىیکةہۃ\u064e\u0651\u0653\u0654\u0655\u0640וֹ\u05b9ｶﾞำς"
    "\ud800\udc00\uffff\U0001f600\U0001e921\U0010ffff가각क़"
)
WORDS = st.one_of(
    st.sampled_from(NAMELIKE.split()),
    st.text(alphabet=NASTY, max_size=6),
    st.text(alphabet="abcÄéñŁ'-", max_size=40),
    st.text(max_size=5),
)
TEXTS = st.one_of(
    WORDS,
    st.lists(WORDS, max_size=5).map(" ".join),
    st.text(alphabet=NASTY, max_size=12),
    st.integers(95, 105).map("a".__mul__),
    st.integers(30, 55).map("ü".__mul__),
    st.integers(30, 55).map("ệ".__mul__),
    st.sampled_from(["", " ", "a" * 1001, "Jr " * 400, "北" * 101]),
)


def check(texts: list[str], alphabet: Alphabet, *, lower: bool, full_names: bool) -> None:
    """`read_column` says of every text what `read_surname` says."""
    for few in (0, len(texts) + 1):  # through the lookup table, and one by one
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(cognomen.text.column_reading, "FEW_TEXTS", few)
            found = read_column(texts, alphabet, lower=lower, rules=Rules(full_names))
        check_reading(found, texts, alphabet, lower=lower, full_names=full_names)


def check_reading(
    found: ColumnReading, texts: list[str], alphabet: Alphabet, *, lower: bool, full_names: bool
) -> None:
    assert len(found.inverse) == len(texts)
    for row, text in enumerate(texts):
        expected = read_surname(text, alphabet, lower=lower, rules=Rules(full_names))
        if row in found.unusual:
            assert found.unusual[row] == expected
        else:
            assert (expected.surname, expected.note, expected.reason) == (text, None, None)
        if expected.spelling is None:
            assert found.inverse[row] == -1
        else:
            assert found.spellings[found.inverse[row]].tolist() == alphabet.encode(expected.spelling).tolist()


@settings(max_examples=600)
@given(st.lists(TEXTS, max_size=12), ALPHABETS, st.booleans(), st.booleans())
@example([], LATIN, True, True)
@example(["", ""], LATIN, True, True)
@example(["", "smith", ""], LATIN, True, True)
@example(["smith", "\x00", "a\nb", "b"], LATIN, True, True)
@example(["'", "-", "'a", "-'", "a'", "a-"], LATIN, True, True)
@example(["ab", "\u0323a", "u\u0308\u0323", "ü", "\u0323"], LATIN, True, True)
@example(["a" * 100, "a" * 101, "ü" * 50, "ü" * 51, "a"], LATIN, True, False)
@example(["ss" * 50, "ß" * 50, "ß" * 51], LATIN, True, True)
@example(["ŉa", "aŉ", "aﷺ", "İ", "ẞa"], LATIN, True, True)
def test_a_column_is_read_as_each_text_alone(
    texts: list[str], alphabet: Alphabet, lower: bool, full_names: bool
) -> None:
    check(texts, alphabet, lower=lower, full_names=full_names)


@pytest.mark.parametrize("lower", [True, False])
def test_every_character_in_a_column(lower: bool) -> None:
    """Each character but the many ideographs and syllables: alone, and between, before and after letters."""
    codes = [*range(0x3400), *range(0xA000, 0xAC10), *range(0xD7A0, 0x1FFFF, 2), *range(0xE0000, 0xE01F0, 3)]
    characters = list(map(chr, codes))
    known = sorted(set().union(*(normalise(c, lower=lower) for c in characters)))
    alphabet = Alphabet("".join(known))
    check([f"a{c}b" for c in characters], alphabet, lower=lower, full_names=False)
    check([c if code % 2 else f"{c}e\u0301" for code, c in zip(codes, characters, strict=True)], alphabet,
          lower=lower, full_names=True)  # fmt: skip


def test_words_that_forms_name_are_read_in_a_column_as_alone() -> None:
    """Where others of its kind, if it had one, would tell how it is read."""
    beside = "Anna Maria Berg", "Jane Sue Holm", "Kim Jane Holm", "ANNA Jane Holm"
    for form in ("{} Anna Doe", "Anna {} Doe", "Anna Doe {}"):
        check([*beside, *map(form.format, sorted(NAMED)), *beside], LATIN, lower=True, full_names=True)


def test_names_are_read_on_the_quick_path() -> None:
    """Whatever is a word of known letters needs no reading of its own."""
    quick = ["Smith", "o'brien", "O’Brien", "MÜLLER", "é", "Groß", "ﬁsher", "Nguyễn", "a" * 33]
    slow = [
        "",
        "van Gogh",
        "Mu\u0308ller",
        "Smith1",
        "1Smith",
        "Smith,",
        "Иванов",
        "-",
        "smiИ",
        "a" * 101,
        "Smith-Jones",
    ]
    for texts in (
        [*quick, *slow],
        [*slow, *quick],
        [t for pair in zip(quick, slow, strict=False) for t in pair],
    ):
        found = read_column(texts, LATIN, lower=True, rules=Rules())
        assert [texts[row] for row in found.unusual] == [text for text in texts if text in slow]
    assert read_column(["a" * 100] * FEW_TEXTS, LATIN, lower=True, rules=Rules()).unusual == {}


def test_unusual_texts_share_their_spellings() -> None:
    texts = ["John Smith", "Smith, Ann", "", "Ann Lee", "1", "Bo Smith"]
    found = read_column(texts, LATIN, lower=True, rules=Rules())
    assert found.inverse.tolist() == [0, 0, -1, 1, -1, 0]
    assert found.spellings.lengths.tolist() == [5, 3]


def test_letters_that_join_surnames_are_no_initials_in_a_column_either() -> None:
    texts = [f"Ana VEGA {letter} GIL" for letter in "BCDFGYIE"]
    found = read_column(texts, LATIN, lower=True, rules=Rules())
    alone = [read_surname(text, LATIN, lower=True, rules=Rules()).surname for text in texts]
    assert [found.unusual[row].surname for row in range(len(texts))] == alone
    assert alone[5] == "VEGA Y GIL"


@pytest.mark.parametrize(
    "pair",
    [
        ("Anna Berg, MARTHA", "Anna Berg, USAF"),
        ("Anna Berg, Mary", "Anna Berg, Nurse"),
        ("Anna b d Nowak", "Anna z d Nowak"),
        ("Anna Maria xy Berg", "Anna Maria as Berg"),
        ("Anna Maria PENG", "Anna Maria PEng"),
        ("Anna Maria Peng", "Anna Maria MBA"),
        ("Αννα Κωστα ΤΙΣ Δημα", "Αννα Κωστα ΤΗΣ Δημα"),
        ("г-н Иванов", "г-жа Иванова"),
        ("San Sebastian", "San Francisco"),
    ],
)
def test_words_that_rules_tell_apart_are_of_different_kinds(pair: tuple[str, str]) -> None:
    alphabet = Alphabet("".join(sorted(set(normalise("".join(pair))))))
    for texts in (pair, pair[::-1]):
        check(list(texts), alphabet, lower=True, full_names=True)


def test_halves_of_emoji_are_not_unescaped() -> None:
    assert repair("D\\u00f6e \\ud83d\\ude42") == "Döe \\ud83d\\ude42"


def test_the_numbers_of_a_small_alphabet_are_bytes() -> None:
    for letters, kind in [(LATIN, np.uint8), (MANY, np.uint16)]:
        found = read_column(["ab"] * FEW_TEXTS, letters, lower=True, rules=Rules())
        assert found.spellings.data.dtype == kind


@given(st.text(alphabet=NASTY, max_size=5), st.text(), st.booleans())
@example("", "A-", True)
def test_plain_characters_are_spelt_without_their_neighbours(nasty: str, text: str, lower: bool) -> None:
    word = [c for c in nasty + text if plain_spelling(c, lower=lower)]
    if any(map(str.isalpha, word)):
        spelt = "".join(plain_spelling(c, lower=lower) for c in word)
        assert normalise("".join(word), lower=lower) == spelt
    for c in word:
        assert plain_spelling(c, lower=lower) == normalise(f"a{c}b", lower=lower)[1:-1]
    joined = "".join(word)
    ends = joined[:1].isalpha() and not normalise(joined).endswith("-")  # as no word with hyphens is plain
    if ends and repair(joined) == joined and length_of_surname(joined) == len(joined):
        assert find_surname(joined).surname == joined


@pytest.mark.parametrize("character", list("1 ,.(\t\x00\u0301\u200b\u3164ŉﷺ\ud800\U0001f600"))
def test_what_is_not_plain(character: str) -> None:
    assert plain_spelling(character) == ""


@pytest.mark.parametrize(
    ("character", "spelling"), [("S", "s"), ("ü", "u\u0308"), ("’", "'"), ("–", "-"), ("ß", "ss")]
)
def test_what_is_plain(character: str, spelling: str) -> None:
    assert plain_spelling(character) == spelling
    assert plain_spelling("ß", lower=False) == "ß"


def test_every_reason_has_its_name() -> None:
    texts = ["", "1", "a" * 101, "北京", "N/A", "jane@doe.org", "Garc?a"]
    readings = [read_surname(text, LATIN, lower=True, rules=Rules()) for text in texts]
    assert ("not-text", *(reading.reason for reading in readings)) == REASONS


@pytest.mark.parametrize("full_names", [True, False])
def test_a_long_text_is_not_laid_out_with_the_others(
    full_names: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A column of books, taken for one of names, needs no room for all their letters."""
    laid: list[int] = []

    def code_points(text: str) -> Any:
        laid.append(len(text))
        return alphabet.code_points(text)

    texts = ["smith", "a" * 10_000, "a" * 100, "a" * 101, "John " * 200 + "Smith", "Smith" + " " * 100]
    monkeypatch.setattr("cognomen.text.plain_words.code_points", code_points)
    check(texts, LATIN, lower=True, full_names=full_names)
    assert laid == [105]

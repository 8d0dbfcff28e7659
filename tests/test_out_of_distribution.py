"""What is no name: refused, or answered with doubt; and names that look like it and are answered as ever."""

from __future__ import annotations

import random
import sys
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from hostile.strings import KINDS, texts

from cognomen.classifier import Classifier
from cognomen.classifier.out_of_distribution import (
    MOST_SURE,
    gains_little,
    is_repetition,
    less_sure,
    mixes_scripts,
    script_numbers,
)
from cognomen.text import Alphabet
from cognomen.text.placeholders import has_few_letters
from cognomen.text.reading import Rules, read_surname
from cognomen.text.repair import is_garbled

LETTERS = Alphabet("abcdefghijklmnopqrstuvwxyz'- \u0301абвгあアー漢ひ한ابπ〓")


def reason(text: str) -> str | None:
    return read_surname(text, LETTERS, lower=True, rules=Rules()).reason


# --- texts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["64a6", "l956", "kc30380713", "x7k", "deadb33f", "a1b2c3", "q!!z", "o(k}u$_p", "===abc===def", "f00"],
)
def test_a_text_of_which_a_third_is_no_letter_is_no_name(text: str) -> None:
    assert reason(text) == "not-a-name"


@pytest.mark.parametrize(
    "text",
    [
        *("O'Brien", "D'A", "Smith-Jones", "A.B.C. Doe", "Smith2", "John Smith [born 1950]", "Smith; John"),
        *(
            "John Smith (1950)",
            "12 Smith",
            "Smith *",
            "Smith / Jones",
            "de la Cruz",
            "O' Neil",
        ),
        *("‘t Hooft", "Smith,John", "Smith 😀", "ab\u0301c", "J. R. R. Tolkien", "Ng", "Li", "Smith!"),
    ],
)
def test_a_name_with_other_marks_is_one(text: str) -> None:
    assert reason(text) is None


@given(st.text(max_size=12))
def test_letters_alone_are_never_few(text: str) -> None:
    letters = "".join(filter(str.isalpha, text))
    assert not letters or not has_few_letters(letters)


@pytest.mark.parametrize("text", ["smi\x00th", "s\ud800mith", "a\x81b", "ab\x1fcd", "x\ue000y", "a\uffffb"])
def test_controls_among_letters_are_lost_letters(text: str) -> None:
    assert is_garbled(text)
    assert reason(text) == "garbled"


@pytest.mark.parametrize(
    "text",
    [
        "Smith\x00\x00",
        "\x00Smith",
        "Anna\tSmith",
        "Anna\r\nSmith",
        "Anna\u200bSmith",
        "Sm\xadith",
        "\ufeffSmith",
    ],
)
def test_controls_around_a_name_and_white_space_are_passed_over(text: str) -> None:
    assert not is_garbled(text)
    assert reason(text) is None


# --- spellings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", ["aaa", "iiii", "fofofo", "tatatat", "odrodrodr", "smiiiith", "a" * 50])
def test_repetitions(spelling: str) -> None:
    names = LETTERS.encode_all(["smith", spelling, "a"])
    assert is_repetition(names).tolist() == [False, True, False]
    assert is_repetition(names[1:2]).tolist() == [True]


@pytest.mark.parametrize(
    "spelling", ["aa", "nana", "anana", "lulu", "ooo'b", "baab", "llloyd", "papapo", "mississippi"]
)
def test_names_of_few_letters_are_no_repetitions(spelling: str) -> None:
    assert not is_repetition(LETTERS.encode_all([spelling, spelling])).any()


@given(st.lists(st.text("ab", min_size=1, max_size=9), min_size=1, max_size=5))
def test_a_repetition_among_others_is_one_alone(spellings: list[str]) -> None:
    among = is_repetition(LETTERS.encode_all(spellings)).tolist()
    assert among == [bool(is_repetition(LETTERS.encode_all([each]))[0]) for each in spellings]


@pytest.mark.parametrize(
    ("spelling", "mixed"),
    [
        *(
            ("smith", False),
            ("абв", False),
            ("o'brien", False),
            ("あア漢", False),
            ("한漢", False),
            ("アーあ", False),
        ),
        *(("石π", True), ("石a", True), ("石漢", False), ("石", False)),
        *(("aб", True), ("aπ", True), ("漢a", True), ("ابa", True), ("a\u0301b", False), ("?a", False)),
    ],
)
def test_letters_of_several_scripts(spelling: str, mixed: bool) -> None:
    names = LETTERS.encode_all([spelling, "smith"])
    assert mixes_scripts(names, script_numbers(LETTERS)).tolist() == [mixed, False]


# --- how sure an answer may be ----------------------------------------------------------------------------


def test_doubt_bounds_the_highest_probability_and_keeps_the_order() -> None:
    p = np.array([[0.97, 0.02, 0.01], [0.5, 0.3, 0.2], [1, 0, 0], [0.97, 0.02, 0.01]], np.float32)
    less_sure(p, np.array([True, True, True, False]))
    np.testing.assert_allclose(p[0], [0.9, 0.1 * 2 / 3, 0.1 / 3], rtol=1e-5)
    np.testing.assert_allclose(p[1:], [[0.5, 0.3, 0.2], [1, 0, 0], [0.97, 0.02, 0.01]])
    assert p.sum(axis=1) == pytest.approx(1)
    assert p[0].max() <= MOST_SURE


@pytest.mark.parametrize("model", ["world", "classic"])
def test_non_names_are_hardly_ever_answered_with_confidence(model: str) -> None:
    """Of what is no surname that the model knows, and in letters of which no script is one origin's own."""
    clf = Classifier.load(model)
    kinds = [kind for kind in KINDS if kind != "letters of one script"]
    column = list(chain.from_iterable(texts(kind, 400) for kind in kinds))
    scores = clf.scores(column)
    sure = (scores.reasons < 0) & (scores.probabilities > MOST_SURE) & (scores.evidence != 0)
    assert sure.mean() <= 0.001


@pytest.mark.parametrize("model", ["world", "classic"])
@pytest.mark.parametrize("kind", ["letters", "capitalised letters"])
def test_random_letters_are_hardly_ever_answered_with_confidence(model: str, kind: str) -> None:
    scores = Classifier.load(model).scores(list(texts(kind, 10_000, seed=5)))
    sure = (scores.reasons < 0) & (scores.probabilities > MOST_SURE) & (scores.evidence != 0)
    assert sure.mean() <= 0.001


@pytest.mark.parametrize(("low", "most"), [(0xC0, 0.005), (0x100, 0.02)])
def test_random_letters_with_marks_are_hardly_ever_answered_with_confidence(low: int, most: float) -> None:
    """Without its marks, "ÀÙûî" is not unlike a name; with them it is Vietnamese to the network."""
    rng = random.Random(low)
    column = ["".join(map(chr, rng.choices(range(low, low + 64), k=rng.randint(4, 8)))) for _ in range(4000)]
    scores = Classifier.load().scores(column)
    sure = (scores.reasons < 0) & (scores.probabilities > MOST_SURE) & (scores.evidence != 0)
    assert sure.mean() <= most


@pytest.mark.parametrize(
    "name", ["Dvořáčkovský", "Żółkiewiński", "Ülkümenoğlu", "Järvenpääläinen", "Boisséréaux", "Väänäsmäki"]
)
def test_marks_where_a_language_has_them_make_no_doubt(name: str) -> None:
    assert (Classifier.load()(name).probability or 0) > MOST_SURE


def test_letters_that_together_tell_little() -> None:
    """Of six letters with the end: 7 x .81 x 5 bits are 28.35 in all, and two bits less are asked for."""
    total = np.array([26.2, 26.4, 26.4])
    bits = (total + 4 * 3) / (6 + 1 + 4)
    found = gains_little(bits, np.array([6, 6, 6]), np.array([5.0, 5.0, np.inf]))
    assert found.tolist() == [False, True, False]
    # As many bits per letter are fewer in all for a longer name.
    assert not gains_little(bits[1:2], np.array([9]), np.array([5.0]))[0]


def test_short_names_may_be_sure_for_models_that_know_no_names() -> None:
    """Such models have no names that would be exempt."""
    assert (Classifier.load("classic")("Xiao").probability or 0) > MOST_SURE


@pytest.mark.parametrize(
    "name", ["Piłsudski", "Đurić", "Błądziński", "Øverås", "Хүрэлсүх", "Төреқұлов", "Мөнгөнтуул"]
)
def test_strokes_alone_are_no_reason_to_refuse(name: str) -> None:
    """With ł for l, "Piłsudski" has more bits per letter than random letters may."""
    assert Classifier.load()(name).origin is not None


def test_marks_alone_make_no_doubt() -> None:
    """The 18 files have few of them: with its dots this name tells as little as random letters."""
    assert (Classifier.load("classic")("Müller").probability or 0) > MOST_SURE


@pytest.mark.parametrize("model", ["world", "classic"])
@pytest.mark.parametrize("name", ["uizhny", "iiii", "Iii", "64a6", "fofofofofo", "s\udc80mith", "deadb33f"])
def test_what_was_reported(model: str, name: str) -> None:
    answer = Classifier.load(model)(name)
    assert answer.status == "unknown" or (answer.probability or 0) <= MOST_SURE


@pytest.mark.parametrize("name", ["Smith", "Nakamura", "O'Brien", "Ng", "Li", "Lee", "Nguyễn", "Kim", "Wang"])
def test_common_names_are_answered_as_surely_as_before(name: str) -> None:
    answer = Classifier.load("world")(name)
    assert answer.status == "ok"
    assert answer.evidence == "known"


def test_every_way_says_the_same() -> None:
    clf = Classifier.load("world")
    names = [*texts("letters", 300), "Smith", "Nakamura", "uizhny"]
    p, scores = clf.predict_proba(names), clf.scores(names)
    answered = scores.reasons < 0
    np.testing.assert_allclose(scores.probabilities[answered], p[answered].max(axis=1), rtol=1e-6)
    assert [a.probability for a in clf(names) if a.probability] == pytest.approx(
        scores.probabilities[answered].tolist(), rel=1e-6
    )

"""Where the surname ends in names of three or four ideographs."""

from __future__ import annotations

import numpy as np
import pytest

from cognomen import Classifier
from cognomen.classifier.ideographs import surname_lengths
from cognomen.explanation import explain
from cognomen.text.alphabet import Alphabet
from cognomen.text.ragged import Ragged

LETTERS = "习近平欧阳修長谷川石破茂森喜朗"
ALPHABET = Alphabet(LETTERS)
SURNAMES = {
    "习": "Chinese",
    "欧": "Chinese",
    "欧阳": "Chinese",
    "長谷川": "Japanese",
    "森": "Japanese",
    "石破": "Japanese",
}
ORIGINS = ("Chinese", "Japanese")


def expected(spellings: Ragged) -> tuple[np.ndarray, np.ndarray]:
    """A network that knows these surnames, and finds all others Chinese."""
    found = [SURNAMES.get(ALPHABET.decode(ids)) for ids in spellings]
    p = np.array([[0.1, 0.9] if each == "Japanese" else [0.9, 0.1] for each in found], np.float32)
    return p, np.array([each is not None for each in found])


@pytest.mark.parametrize(
    ("name", "length"),
    [
        ("习近平", 1),
        ("欧阳修", 2),
        ("長谷川", 3),
        ("石破茂", 2),
        ("長谷川修", 3),
        ("長谷川喜朗", 3),
        ("欧阳近平修", 2),
        ("森喜朗", None),
        ("近平修", None),
    ],
)
def test_the_longest_known_beginning_is_the_surname(name: str, length: int | None) -> None:
    """A single character is none where it is a Japanese surname, as 森 might begin a longer one."""
    assert surname_lengths([name], ALPHABET, expected, ORIGINS) == ({name: length} if length else {})


@pytest.mark.parametrize("phrase", ["习近平修茂", "茂茂修修近平"])
def test_a_phrase_is_no_name(phrase: str) -> None:
    """Its first character may be a surname, but nobody has a given name of four."""
    assert surname_lengths([phrase], ALPHABET, expected, ORIGINS) == {phrase: 0}


@pytest.mark.parametrize("text", ["习近", "习近平欧阳修茂", "习 近平", "Xi3", "ソニー", "", "abc", "䷀䷀䷀"])
def test_other_texts_are_not_asked(text: str) -> None:
    def asked(spellings: Ragged) -> tuple[np.ndarray, np.ndarray]:
        raise AssertionError("the network was asked")

    assert surname_lengths([text], ALPHABET, asked, ORIGINS) == {}
    assert surname_lengths(["习近平"], ALPHABET, asked, ("Chinese",)) == {}


def test_a_network_that_knows_no_names_is_no_help() -> None:
    assert surname_lengths(["习近平"], ALPHABET, lambda some: (expected(some)[0], None), ORIGINS) == {}


NAMES = {
    "习近平": "习",
    "毛泽东": "毛",
    "欧阳修": "欧阳",
    "馬英九": "馬",
    "長谷川": "長谷川",
    "長谷川潤": "長谷川",
    "宮崎駿": "宮崎",
}


@pytest.mark.parametrize(("name", "surname"), list(NAMES.items()))
def test_full_names_in_chinese_characters(name: str, surname: str) -> None:
    clf = Classifier.load()
    answer = clf(name)
    assert answer.surname == surname
    assert answer.note == ("surname-of-full-name" if surname != name else None)
    assert answer.origin == ("Japanese" if name in ("長谷川", "長谷川潤", "宮崎駿") else "Chinese")
    explained = explain(clf, name)
    assert (explained.answer.surname, explained.answer.origin) == (surname, answer.origin)
    assert "".join(each.letter for each in explained.letters) == surname
    assert clf(name, full_names=False).surname == name


@pytest.mark.parametrize("text", ["我是中国人", "我爱北京天安门", "中华人民共和国", "没有", "無", "該当なし"])
def test_phrases_in_chinese_characters_are_no_names(text: str) -> None:
    clf = Classifier.load()
    answers = [clf(text), *clf(["Smith", text, *NAMES])[1:2]]
    assert {answer.reason for answer in answers} <= {"not-a-name", "placeholder"}
    assert clf(text, na=None).reason != "placeholder"


def test_columns_read_as_single_names_do() -> None:
    clf, column = (
        Classifier.load(),
        [*NAMES, "長谷川美智子", "我是中国人", "Smith", "习近平 ", "王小明", "佐藤", "김민준"],
    )
    assert [answer.surname for answer in clf(column)] == [clf(name).surname for name in column]
    np.testing.assert_allclose(clf.predict_proba(["习近平"]), clf.predict_proba(["习"]), atol=1e-6)

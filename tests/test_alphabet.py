"""Letters to numbers: no letter is ever taken for another."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cognomen.errors import InputError
from cognomen.text import Alphabet, normalise
from cognomen.text.alphabet import STAND_IN, UNKNOWN, UNKNOWN_LETTER, is_ideograph

# Surrogates, letters beyond the first plane and the highest code point are among them.
LETTERS = st.one_of(st.characters(), st.sampled_from("abcä'- \ud800\udfff\U0001f600\U0010ffff\x00"))
WORDS = st.text(alphabet=LETTERS, max_size=8)
ALPHABETS = st.lists(LETTERS, unique=True, max_size=10).map("".join).map(Alphabet)


def test_numbers_follow_the_letters() -> None:
    alphabet = Alphabet("cab")
    assert alphabet.letters == "cab"
    assert len(alphabet) == 4
    assert alphabet.encode("abc").tolist() == [2, 3, 1]
    assert alphabet.encode("").tolist() == []
    assert alphabet.encode("abc").dtype == np.int64


def test_unknown_letters_are_a_letter_of_their_own() -> None:
    assert Alphabet("abc").encode("a?cå\ud800\U0001f600").tolist() == [1, 0, 3, 0, 0, 0]


def test_a_letter_stands_for_the_ideographs_that_an_alphabet_lacks() -> None:
    alphabet, without = Alphabet("a石" + STAND_IN), Alphabet("a石")
    name = "石破a\u4e00𠮷\uf9ff々〇⺀さ김b" + STAND_IN
    assert alphabet.encode(name).tolist() == [2, 3, 1, 3, 3, 3, 0, 0, 0, 0, 0, 0, 3]
    assert without.encode(name).tolist() == [2, 0, 1, *[0] * 10]
    assert alphabet.encode_all([name, "\U00033479\U0010ffff"]).data.tolist()[-3:] == [3, 3, 0]
    assert alphabet.encode_all([name])[0].tolist() == alphabet.encode(name).tolist()
    assert alphabet.has_all("石破")
    assert not alphabet.has_all("石破b")
    assert not without.has_all("石破")
    assert (alphabet.unknown_share("石破b"), without.unknown_share("石破b")) == (1 / 3, 2 / 3)
    assert alphabet.scripts.tolist() == ["", "LATIN", "CJK", "CJK"]
    assert alphabet.decode([2, 3]) == "石" + STAND_IN


def test_ideographs_are_those_that_unicode_calls_so() -> None:
    for code in (*range(0x2E80, 0xB000), *range(0xF000, 0x10000), *range(0x1F000, 0x34000)):
        name = unicodedata.name(chr(code), "")
        if name.startswith(("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH")):
            assert is_ideograph(chr(code)), hex(code)
        elif name:
            assert not is_ideograph(chr(code)) or "HEXAGRAM" in name, hex(code)


def test_from_names_sorts_the_letters_of_all_names() -> None:
    names = [normalise(name) for name in ("Smith", "O’Brien", "Müller", "van Gogh")]
    assert Alphabet.from_names(names).letters == " 'abeghilmnorstuv\u0308"
    assert Alphabet.from_names(iter(names)) == Alphabet.from_names(names[::-1])
    assert Alphabet.from_names([]) == Alphabet("")


def test_from_names_can_leave_rare_letters_out() -> None:
    assert Alphabet.from_names(["aab", "abc"], min_count=2).letters == "ab"
    assert Alphabet.from_names(["aab", "abc"], min_count=3).letters == "a"


def test_a_letter_twice_is_refused() -> None:
    with pytest.raises(InputError, match=r"each letter once, got \['a'\] more than once in 'aba'"):
        Alphabet("aba")


@given(ALPHABETS, st.lists(WORDS, max_size=6))
@example(Alphabet(""), ["a", ""])
@example(Alphabet("\U0010ffff"), ["\U0010ffff\U0010fffe"])
@example(Alphabet("ab"), [])
@example(Alphabet("?\ud800"), ["\ud800?", "\ud801\udc00", "\U00010400"])
def test_all_names_at_once_as_one_by_one(alphabet: Alphabet, names: list[str]) -> None:
    found = alphabet.encode_all(names)
    assert (found.data.dtype, found.lengths.dtype) == (np.int64, np.int64)
    assert [ids.tolist() for ids in found] == [alphabet.encode(name).tolist() for name in names]


@given(ALPHABETS, WORDS)
def test_no_letter_is_taken_for_another(alphabet: Alphabet, word: str) -> None:
    for letter, number in zip(word, alphabet.encode_all([word])[0].tolist(), strict=True):
        if letter not in alphabet.letters and STAND_IN in alphabet.letters and is_ideograph(letter):
            letter = STAND_IN
        assert (number == UNKNOWN) == (letter not in alphabet.letters)
        assert number == UNKNOWN or alphabet.letters[number - 1] == letter


@given(ALPHABETS, WORDS)
def test_decoding_gives_the_known_letters_back(alphabet: Alphabet, word: str) -> None:
    expected = "".join(letter if letter in alphabet.letters else UNKNOWN_LETTER for letter in word)
    assert alphabet.decode(alphabet.encode(word)) == expected


@pytest.mark.parametrize("number", [-1, 3])
def test_a_number_of_no_letter_is_refused(number: int) -> None:
    with pytest.raises(InputError, match=rf"expected 0 to 2, got {number} at \[1\]"):
        Alphabet("ab").decode([1, number])


def test_one_hot_has_a_single_one_in_each_row() -> None:
    rows = Alphabet("ab").one_hot("b?a")
    assert rows.dtype == np.float32
    assert rows.tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert Alphabet("ab").one_hot("").shape == (0, 3)


@pytest.mark.parametrize(
    ("name", "share"),
    [("aab", 0.0), ("abxy", 0.5), ("иванов", 1.0), ("a\u0308", 0.0), ("' -", 0.0), ("", 0.0), ("a-я", 0.5)],
)
def test_unknown_share_counts_letters_only(name: str, share: float) -> None:
    assert Alphabet("ab").unknown_share(name) == share


def test_alphabets_are_equal_when_their_letters_are() -> None:
    assert Alphabet("ab") == Alphabet("ab") != Alphabet("ba")
    assert Alphabet("ab") != "ab"
    assert len({Alphabet("ab"), Alphabet("ab"), Alphabet("ba")}) == 2
    assert repr(Alphabet("ab'")) == 'Alphabet("ab\'")'


def test_unknown_marks_are_passed_over_and_known_ones_read() -> None:
    alphabet = Alphabet("eglmnruy\u0308")
    assert alphabet.without_unknown_marks("nguye\u0302\u0303n") == "nguyen"
    assert alphabet.without_unknown_marks("mu\u0308ller") == "mu\u0308ller"
    assert alphabet.without_unknown_marks("mu\u0308\u0301ller") == "mu\u0308ller"
    assert alphabet.without_unknown_marks("łe\u0301") == "łe"  # an unknown letter stays


@given(WORDS.map(normalise), ALPHABETS)
def test_passing_over_marks_changes_nothing_else(name: str, alphabet: Alphabet) -> None:
    read = alphabet.without_unknown_marks(name)
    passed_over = [c for c in name if unicodedata.category(c)[0] == "M" and c not in alphabet.letters]
    assert read == "".join(c for c in name if c not in passed_over)
    assert alphabet.without_unknown_marks(read) == read


def test_a_rare_letter_is_left_out_and_a_rare_ideograph_is_kept() -> None:
    assert Alphabet.from_names(["aб", "a", "王a"], min_count=2).letters == "a王"


def test_letters_as_people_type_them() -> None:
    """Without diacritics, and on a Russian keyboard; a letter that becomes two stays."""
    alphabet = Alphabet("dhioułđøßүұқһәуохак")
    typed = dict(zip(alphabet.letters, alphabet.decode(alphabet.without_strokes[1:]), strict=True))
    assert {letter: its for letter, its in typed.items() if its != letter} == {
        **{"đ": "d", "ø": "o", "ү": "у", "ұ": "у", "қ": "к", "һ": "х", "ә": "а"}
    }

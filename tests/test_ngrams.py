"""Letter n-grams: which are known, what they add, and their gradients."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognomen.errors import InputError
from cognomen.network import Architecture, Network, Ngrams
from cognomen.network.ngrams import frequent_ngrams
from cognomen.rnn.optim import AdamW
from cognomen.text import Alphabet
from cognomen.text.ragged import Ragged

ALPHABET = Alphabet("abc")
V = len(ALPHABET)
NAMES = st.lists(st.text("abc?", min_size=1, max_size=9), min_size=1, max_size=12)


def substrings(name: str, longest: int) -> list[str]:
    """All n-grams of a name and its end marks, found by slicing; none that hold the unknown letter."""
    marked = f"|{name}|"
    found = [marked[i : i + k] for k in range(1, longest + 1) for i in range(len(marked) - k + 1)]
    return [ngram for ngram in found if "?" not in ngram]


def spelled(letters: Any) -> list[str]:
    """The n-grams of a table as texts."""
    return ["".join("?abc|"[i] for i in row if i) for row in letters.tolist()]


def made(names: list[str], longest: int = 3, min_count: int = 1, **options: Any) -> Ngrams:
    """The n-grams of these names, with weights of chance."""
    letters, counts = table(names, longest, min_count)
    ngrams = Ngrams(letters, counts, V, 4, dtype=np.float64, **options)
    ngrams.params["weight"][1:] = np.random.default_rng(3).normal(size=(len(letters), 4))
    return ngrams


def table(names: list[str], longest: int, min_count: int = 1) -> tuple[Any, Any]:
    """Letters and counts of these names' n-grams."""
    return frequent_ngrams(ALPHABET.encode_all(names), longest=longest, min_count=min_count, alphabet_size=V)


@given(NAMES, st.integers(1, 6), st.integers(1, 3))
def test_those_found_are_those_that_counting_finds(names: list[str], longest: int, least: int) -> None:
    texts = ALPHABET.encode_all(names)
    letters, times = frequent_ngrams(texts, longest=longest, min_count=least, alphabet_size=V)
    counts = Counter(ngram for name in names for ngram in set(substrings(name, longest)))
    found = spelled(letters)
    assert sorted(found) == sorted(ngram for ngram, count in counts.items() if count >= least)
    assert found == sorted(found, key=len), "shorter ones first"
    assert times.tolist() == [counts[ngram] for ngram in found]


@given(NAMES, NAMES, st.integers(1, 5), st.integers(1, 2))
def test_a_name_gets_the_sum_of_its_ngrams(
    known: list[str], names: list[str], longest: int, least: int
) -> None:
    ngrams = made(known, longest, least)
    rows = {ngram: i + 1 for i, ngram in enumerate(spelled(ngrams.letters))}
    weight = ngrams.params["weight"]
    expected = []
    for name in names:
        held = [rows[ngram] for ngram in substrings(name, longest) if ngram in rows]
        x = ngrams.idf[held] * 4 / np.linalg.norm(ngrams.idf[held]) if held else np.zeros(0)
        expected.append(x @ weight[held])
    texts = ALPHABET.encode_all(names)
    np.testing.assert_allclose(ngrams.forward(texts)[0], expected, atol=1e-12)
    np.testing.assert_allclose(ngrams.evidence(texts).logits, expected, atol=1e-12)


@given(st.text("abc?", min_size=1, max_size=9))
def test_spans_are_the_ngrams_and_sum_to_their_share(name: str) -> None:
    ngrams = made(["abcab", "cab", "b"], longest=4)
    ids = ALPHABET.encode(name)
    starts, stops, values = ngrams.spans(ids)
    known = set(spelled(ngrams.letters))
    held = [ngram.strip("|") for ngram in substrings(name, 4) if ngram in known]
    assert sorted(name[a:b] for a, b in zip(starts, stops, strict=True)) == sorted(held)
    assert stops.max(initial=0) <= len(name)
    expected = ngrams.forward(Ragged(ids, np.array([len(ids)])))[0][0]
    np.testing.assert_allclose(values.sum(axis=0), expected, atol=1e-12)


def test_gradients_against_central_differences() -> None:
    """In a whole network, whose other parameters must not notice."""
    rng = np.random.default_rng(0)
    names = ["abca", "cab", "cab", "b", "ab?c"]
    texts = ALPHABET.encode_all(names)
    letters, counts = table(names, longest=3)
    network = Network(
        Architecture(V, 3, embedding_size=3, hidden_size=4, longest_ngram=3),
        ngrams=(letters, counts),
        rng=rng,
        dtype=np.float64,
    )
    network.params["ngrams.weight"][1:] = rng.normal(size=(len(letters), 3))
    weights = rng.normal(size=(5, 3))

    def loss() -> float:
        return float((network.forward(texts)[0] * weights).sum())

    _, backward = network.forward(texts)
    network.zero_grad()
    backward(weights)
    row = network.grads["ngrams.weight"][0]
    assert not row.any(), "the unknown n-gram has no weight to learn"
    for name in ("ngrams.weight", "output.bias", "embedding.weight"):
        param, grad = network.params[name], network.grads[name]
        for place in [tuple(rng.integers(1, s) for s in param.shape) for _ in range(20)]:
            kept, step = param[place], 1e-6
            param[place] = kept + step
            above = loss()
            param[place] = kept - step
            below = loss()
            param[place] = kept
            assert grad[place] == pytest.approx((above - below) / (2 * step), abs=1e-6)


def test_the_network_adds_them_however_names_are_read() -> None:
    """In both ways of reading, in pieces, on threads: the recurrent logits and the n-grams'."""
    rng = np.random.default_rng(1)
    names = ["".join(rng.choice(list("abc?"), rng.integers(1, 9))) for _ in range(3000)]
    texts = ALPHABET.encode_all(names)
    for layers in (1, 2):
        architecture = Architecture(V, 3, embedding_size=3, hidden_size=4, num_layers=layers)
        plain = Network(architecture, rng=np.random.default_rng(5))
        letters, counts = table(names, longest=4, min_count=2)
        both = Network.from_tensors(
            Architecture(V, 3, embedding_size=3, hidden_size=4, num_layers=layers, longest_ngram=4),
            {
                **plain.params,
                "ngrams.letters": letters,
                "ngrams.counts": counts,
                "ngrams.weight": rng.normal(size=(len(letters) + 1, 3)),
            },
        )
        expected = plain.logits(texts)
        assert both.ngrams is not None
        expected += both.ngrams.evidence(texts).logits
        for threads in (1, 2):
            np.testing.assert_allclose(both.logits(texts, threads=threads), expected, atol=1e-4)
        np.testing.assert_allclose(both.forward(texts)[0], expected, atol=1e-4)
        np.testing.assert_allclose(both.logits(texts[:5]), expected[:5], atol=1e-4)
        np.testing.assert_allclose(both.logits(texts[:1]), expected[:1], atol=1e-4)


def test_dropout_leaves_the_expected_sum() -> None:
    ngrams = made(["abcab", "cab"], dropout=0.4)
    texts = ALPHABET.encode_all(["abcab"] * 4000)
    whole = ngrams.forward(texts[:1])[0]
    dropped = ngrams.forward(texts, np.random.default_rng(0))[0]
    assert dropped.std(axis=0).min() > 0.1
    np.testing.assert_allclose(dropped.mean(axis=0), whole[0], atol=5 * dropped.std() / 4000**0.5)


@pytest.mark.parametrize(
    "letters",
    [
        [[1, 0], [1, 0]],
        [[1, 2]],
        [[1, 2], [1, 0]],
        [[0, 0], [1, 0]],
        [[1, 0], [2, 1]],
        [[1, 0], [0, 1]],
    ],
    ids=["twice", "no beginning", "longer first", "empty", "another beginning", "unknown letter"],
)
def test_a_table_that_is_none(letters: list[list[int]]) -> None:
    with pytest.raises(InputError, match="n-grams: expected each once"):
        Ngrams(np.array(letters, np.uint8), np.ones(len(letters), int), V, 2)


def test_a_letter_that_the_alphabet_lacks() -> None:
    with pytest.raises(InputError, match="n-grams: expected letters from 0 to 4, got 5"):
        Ngrams(np.array([[5, 0]], np.uint8), np.ones(1, int), V, 2)


@pytest.mark.parametrize("counts", [[1], [1, 0]])
def test_counts_that_do_not_fit(counts: list[int]) -> None:
    with pytest.raises(InputError, match="n-grams: expected a count above 0 for each of 2"):
        Ngrams(np.array([[1, 0], [2, 0]], np.uint8), np.array(counts), V, 2)


def test_rare_ngrams_count_for_more() -> None:
    """By hand: "|" is in all 3 names, "a" in 2, "c" in 1; the vector of "c" has the length 4."""
    letters, counts = table(["ab", "a", "c"], longest=1)
    ngrams = Ngrams(letters, counts, V, 1, dtype=np.float64)
    rows = spelled(letters)
    ngrams.params["weight"][1 + rows.index("c")] = 1
    bar, c = np.log(4 / 4) + 1, np.log(4 / 2) + 1
    expected = 4 * c / np.sqrt(2 * bar**2 + c**2)
    assert ngrams.forward(ALPHABET.encode_all(["c"]))[0][0, 0] == pytest.approx(expected)


def bits_by_hand(name: str, names: list[str], longest: int) -> float:
    """The same, letter by letter, with counts found by slicing."""
    counts = Counter(ngram for each in names for ngram in set(substrings(each, longest)))
    marked, bits = f"|{name}|", 0.0
    for i in range(1, len(marked)):
        p = 1 / (V + 1)
        for k in range(1, longest + 1):
            whole = marked[i - k + 1 : i + 1] if i - k + 1 >= 0 else "?"
            total = sum(counts[letter] for letter in "|abc") if k == 1 else counts[whole[:-1]]
            p = (counts[whole] + 2 * p) / (total + 2)
        bits -= np.log2(p)
    return (bits + 4 * 3) / (len(marked) - 1 + 4)


@given(NAMES, NAMES, st.integers(1, 5))
def test_bits_per_letter_are_what_the_counts_say(known: list[str], names: list[str], longest: int) -> None:
    found = made(known, longest).bits_per_letter(ALPHABET.encode_all(names))
    expected = [bits_by_hand(name, known, longest) for name in names]
    np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("letters", [np.ones(2, np.uint8), np.ones((2, 1)), np.ones((2, 0), int)])
def test_letters_that_are_no_table(letters: Any) -> None:
    with pytest.raises(InputError, match="n-grams: expected whole numbers, letters"):
        Ngrams(letters, np.ones(2, int), V, 2)


def test_a_batch_without_a_known_ngram() -> None:
    """Where all are dropped, or none is known at all: nothing is added, and nothing learned."""
    dropped = made(["a"], dropout=0.999999)
    none = Ngrams(np.empty((0, 3), np.uint8), np.empty(0, np.uint8), V, 4, dtype=np.float64)
    texts = ALPHABET.encode_all(["a"])
    for ngrams in (dropped, none):
        logits, backward = ngrams.forward(texts, np.random.default_rng(0))
        backward(np.ones((1, 4)))
        assert not logits.any()
        assert not ngrams.grads["weight"].any()
    assert np.isfinite(none.bits_per_letter(texts)).all()


def test_an_architecture_without_its_ngrams() -> None:
    with pytest.raises(InputError, match=r"expected n-grams of up to 3 letters, got 0 \(0: none\)"):
        Network(Architecture(V, 2, longest_ngram=3))


def test_weights_of_half_precision_stay_so_and_answer_as_wide_ones() -> None:
    """Nobody's copy of thousands of rows is needed for the dozen that a name has."""
    rng = np.random.default_rng(3)
    names = ["abca", "cab", "cab", "b", "ab?c"]
    texts = ALPHABET.encode_all(names)
    letters, counts = table(names, longest=3)
    half = rng.normal(size=(len(letters) + 1, 3)).astype(np.float16)
    found = []
    for weight in (half, half.astype(np.float32)):
        ngrams = Ngrams(letters, counts, V, 3, weight=weight)
        found.append([ngrams.evidence(texts).logits, ngrams.forward(texts)[0], ngrams.spans(texts[0])[2]])
        assert ngrams.params["weight"].dtype == weight.dtype
    for narrow, wide in zip(*found, strict=True):
        np.testing.assert_array_equal(narrow, wide, strict=True)
    with pytest.raises(InputError, match="weights of the shape"):
        Ngrams(letters, counts, V, 3, weight=half[1:])


def test_weights_of_half_precision_are_no_start_for_training() -> None:
    """A step of AdamW would turn them into NaN; a network that copies them is wide enough."""
    letters, counts = table(["abca", "cab"], longest=2)
    half = np.ones((len(letters) + 1, 2), np.float16)
    architecture = Architecture(V, 2, embedding_size=2, hidden_size=2, longest_ngram=2)
    wide = Network(architecture, ngrams=(letters, counts))
    tensors = {**wide.tensors, "ngrams.weight": half}
    narrow = Network.from_tensors(architecture, tensors)
    with pytest.raises(
        InputError, match=r"got float16 in ngrams.weight: small updates would be rounded away"
    ):
        AdamW(narrow.params, 0.01)
    wide.load(narrow.params)
    AdamW(wide.params, 0.01).step(wide.params)
    assert np.isfinite(wide.params["ngrams.weight"]).all()
    assert half.all()


@given(NAMES, NAMES, st.integers(1, 5), st.integers(1, 2), st.randoms(use_true_random=False))
def test_one_look_up_of_sums_tells_as_much_as_one_for_each_length(
    names: list[str], others: list[str], longest: int, least: int, random: Any
) -> None:
    """Also where some n-gram's end is not among the n-grams, as its beginning must be."""
    letters, counts = table(names, longest, least)
    spellings = spelled(letters)
    dropped = {text for text in spellings if random.random() < 0.2}
    kept = [not any(text[:k] in dropped for k in range(1, len(text) + 1)) for text in spellings]
    ngrams = Ngrams(letters[kept], counts[kept], V, 4, dtype=np.float64)
    ngrams.params["weight"][1:] = np.random.default_rng(4).normal(size=(sum(kept), 4))
    texts = ALPHABET.encode_all(others)
    slow, quick = ngrams.evidence(texts).logits, ngrams.evidence(texts, table=ngrams.suffix_sums()).logits
    np.testing.assert_allclose(quick, slow, atol=1e-12)


@pytest.mark.parametrize(("count", "kind"), [(20, np.uint8), (2000, np.uint16)])
def test_sums_of_more_ngrams_than_their_numbers_can_be_reckoned_with(count: int, kind: type) -> None:
    """A tree's numbers are stored narrow, and places in it lie beyond these."""
    alphabet, rng = Alphabet("abcdefghijklmnopqrstuvwxyz"), np.random.default_rng(5)
    syllables = ["".join(rng.choice(list(alphabet.letters), 3)) for _ in range(count // 2)]
    names = ["".join(rng.choice(syllables, 2)) for _ in range(count)]
    texts = alphabet.encode_all(names)
    table = frequent_ngrams(texts, longest=5, min_count=2, alphabet_size=len(alphabet))
    ngrams = Ngrams(*table, len(alphabet), 3, dtype=np.float64)
    assert ngrams.child.dtype == kind
    assert ngrams.child.size > np.iinfo(kind).max
    ngrams.params["weight"][1:] = rng.normal(size=(len(table[0]), 3))
    slow, quick = ngrams.evidence(texts).logits, ngrams.evidence(texts, table=ngrams.suffix_sums()).logits
    np.testing.assert_allclose(quick, slow, atol=1e-12)

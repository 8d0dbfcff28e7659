"""N-grams and whole names by hash: which are known, what they add, how they learn and are stored."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from test_network import pickled
from test_ngrams import NAMES, substrings

from cognomen.classifier import Classifier
from cognomen.errors import InputError
from cognomen.explanation.attribution import attribute_letters
from cognomen.io.model_folder import read_artifact
from cognomen.network import Architecture, Network, Ngrams, hashed_ngrams
from cognomen.network.hashed_ngrams import HashedNgrams, quantise
from cognomen.network.hashing import HashTables, fill, name_hashes, ngram_table
from cognomen.network.ngrams import frequent_ngrams
from cognomen.rnn import softmax
from cognomen.rnn.engine.row_gradient import RowGradient
from cognomen.rnn.gradcheck import numerical_gradient, relative_error
from cognomen.rnn.optim import AdamW
from cognomen.text import Alphabet
from cognomen.text.ragged import Ragged

ALPHABET = Alphabet("abc")
V = len(ALPHABET)
ARCHITECTURE = Architecture(V, 4, embedding_size=3, hidden_size=4, longest_ngram=3, ngram_rank=5)
KNOWN = ["abcab", "cab", "cab", "b", "acb", "bac"]
MASK = 2**64 - 1
STEP = 0x9E3779B97F4A7C15


def tables_of(
    names: list[str], longest: int = 3, least: int = 1, bits: int = 12, *, rank: int = 5
) -> HashTables:
    """The n-grams of these names, and rows of chance for the names."""
    texts, rng = ALPHABET.encode_all(names), np.random.default_rng(4)
    ngrams = ngram_table(texts, longest=longest, min_count=least, alphabet_size=V, bits=bits)
    keys, _ = fill(name_hashes(texts, V), np.ones(len(names)), bits)
    codes = rng.integers(0, 7, (len(keys), 2), np.uint8)
    books = rng.normal(size=(2, 7, rank)).astype(np.float32)
    slots = min(8, len(keys))
    further = rng.integers(0, 5, (len(keys) // slots, min(3, slots), 4), np.uint8)
    more_books = rng.normal(size=(4, 5, rank)).astype(np.float32)
    return HashTables(*ngrams, keys, codes, books, further, more_books)


def made(names: list[str], longest: int = 3, least: int = 1, rank: int = 5, **options: Any) -> HashedNgrams:
    """The n-grams of these names, with weights of chance, in double precision."""
    rng = np.random.default_rng(3)
    tables = tables_of(names, longest, least, rank=rank)
    return HashedNgrams(tables, longest, V, 4, rank, rng=rng, dtype=np.float64, **options)


# --- hashed one by one ------------------------------------------------------------------------------------


def mixed(h: int) -> int:
    """SplitMix64's finaliser, in whole numbers of Python."""
    h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    h = (h ^ (h >> 27)) * 0x94D049BB133111EB & MASK
    return h ^ (h >> 31)


def letter(character: str) -> int:
    return mixed("?abc|".index(character) + 1)


def ngram_hash(ngram: str) -> int:
    h = 0
    for character in ngram:
        h = (h * STEP + letter(character)) & MASK
    return mixed((h + len(ngram) - 1) & MASK)


def name_hash(name: str) -> int:
    marked = f"|{name}|"
    return mixed(sum(letter(c) * pow(STEP, i + 1, 2**64) for i, c in enumerate(marked)) & MASK)


def place(h: int, size: int) -> tuple[range, int]:
    """The slots of its bucket, and its key."""
    slots = min(8, size)
    first = (h >> 16) % (size // slots) * slots
    return range(first, first + slots), max(h % 2**16, 1)


def row_of(h: int, keys: Any) -> int:
    bucket, key = place(h, len(keys))
    return next((slot + 1 for slot in bucket if keys[slot] == key), 0)


def logits_by_hand(ngrams: HashedNgrams, name: str) -> Any:
    """The definition: sums of rows, n-gram by n-gram."""
    tables, e = ngrams.tables, ngrams.params["embedding"]
    total = np.expm1(tables.counts.astype(np.float64)).max()
    squares, u = 0.0, np.zeros(e.shape[1])
    for ngram in substrings(name, ngrams.longest):
        if row := row_of(ngram_hash(ngram), tables.keys):
            idf = 1 + np.log((1 + total) / (1 + np.expm1(np.float64(tables.counts[row - 1]))))
            squares += idf**2
            u += idf * e[row]
    u *= 4 / np.sqrt(max(squares, 1.0))
    if "?" not in name and (row := row_of(name_hash(name), tables.name_keys)):
        for book, code in zip(tables.name_codebooks, tables.name_codes[row - 1], strict=True):
            u += book[code]
        slots = min(8, len(tables.name_keys))
        bucket, place = (row - 1) // slots, (row - 1) % slots
        if place < tables.common_codes.shape[1]:  # the most common names of a bucket are first
            for book, code in zip(tables.common_codebooks, tables.common_codes[bucket, place], strict=True):
                u += book[code]
    return ngrams.params["output.weight"] @ u


@pytest.mark.parametrize("bits", [0, 1, 2, 3, 4])
def test_names_that_share_a_bucket_get_rows_of_their_own(bits: int) -> None:
    """Only those in the first slots have further codes."""
    names = ["a", "b", "c", "ab", "ba", "cab", "bca", "acab"]
    tables = tables_of(names, bits=bits)
    ngrams = HashedNgrams(tables, 3, V, 4, 5, rng=np.random.default_rng(3), dtype=np.float64)
    expected = [logits_by_hand(ngrams, name) for name in names]
    np.testing.assert_allclose(ngrams.evidence(ALPHABET.encode_all(names)).logits, expected, atol=1e-6)
    assert np.count_nonzero(tables.name_keys) > min(3, 2**bits - 1)


@given(NAMES, NAMES, st.integers(1, 5), st.integers(1, 2))
def test_a_name_gets_the_sum_of_its_rows(
    known: list[str], names: list[str], longest: int, least: int
) -> None:
    ngrams = made(known, longest, least)
    expected = [logits_by_hand(ngrams, name) for name in [*names, *known]]
    texts = ALPHABET.encode_all([*names, *known])
    np.testing.assert_allclose(ngrams.forward(texts)[0], expected, atol=1e-6)  # rows of names are float32
    np.testing.assert_allclose(ngrams.evidence(texts).logits, expected, atol=1e-6)


@pytest.mark.parametrize("few", [1, 2, 4])
def test_names_are_added_up_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    ngrams, texts = made(KNOWN), ALPHABET.encode_all([*KNOWN, "c", "abcabcabc"])
    whole = ngrams.evidence(texts).logits
    monkeypatch.setattr(hashed_ngrams, "CACHED_NAMES", few)
    np.testing.assert_allclose(ngrams.evidence(texts).logits, whole, atol=1e-12)
    np.testing.assert_allclose(ngrams.forward(texts)[0], whole, atol=1e-12)


@given(NAMES, st.integers(1, 5), st.integers(1, 3), st.integers(2, 12))
def test_of_several_in_a_bucket_the_most_frequent_has_it(
    names: list[str], longest: int, least: int, bits: int
) -> None:
    """And those that fewer names contain have none."""
    tables = tables_of(names, longest, least, bits)
    buckets: defaultdict[range, list[tuple[int, int]]] = defaultdict(list)
    counts = Counter(ngram for name in names for ngram in set(substrings(name, longest)))
    for ngram, count in counts.items():
        bucket, key = place(ngram_hash(ngram), 2**bits)
        buckets[bucket] += [(count, key)] if count >= least else []
    filled = 0
    for bucket, wanted in buckets.items():
        most = sorted((count for count, _ in wanted), reverse=True)[: len(bucket)]
        kept = np.rint(np.expm1(tables.counts[bucket.start : bucket.stop].astype(float))).astype(int)
        np.testing.assert_allclose(kept[: len(most)], most, rtol=0.01)
        for slot, count in zip(bucket, most, strict=False):
            assert (count, int(tables.keys[slot])) in wanted
        filled += len(most)
    assert np.count_nonzero(tables.keys) == filled
    assert [table.dtype for table in tables[:2]] == [np.uint16, np.float16]


def test_of_names_in_a_bucket_the_most_common_has_it() -> None:
    names = ["ab", "ba", "cab", "abc"]
    for common in names:
        hashes = name_hashes(ALPHABET.encode_all(names), V)
        keys, weights = fill(hashes, np.array([1.0 + 9 * (name == common) for name in names]), 0)
        assert keys.tolist() == [place(name_hash(common), 1)[1]]
        assert weights.tolist() == [10]


def test_tables_of_more_names_than_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    names = ["".join(rng.choice(list("abc?"), rng.integers(1, 9))) for _ in range(50)]
    expected = tables_of(names, least=2)
    monkeypatch.setattr("cognomen.network.hashing._AT_ONCE", 7)
    for one, other in zip(tables_of(names, least=2), expected, strict=True):
        np.testing.assert_array_equal(one, other)


# --- which names are known --------------------------------------------------------------------------------


@given(NAMES, NAMES)
def test_names_are_known_if_they_were_there(known: list[str], others: list[str]) -> None:
    ngrams = made(known)
    whole = {name for name in known if "?" not in name}
    assume(np.count_nonzero(ngrams.tables.name_keys) == len(whole))  # each has a bucket of its own
    found = ngrams.evidence(ALPHABET.encode_all([*known, *others])).known
    assert found is not None
    assert found.tolist() == [name in whole for name in [*known, *others]]


@given(st.lists(st.text("abc?", min_size=1, max_size=9), min_size=1, max_size=12, unique=True))
def test_a_names_answer_is_its_own(names: list[str]) -> None:
    """Nothing crosses from one name to another, whatever stands before and after it."""
    ngrams = made(KNOWN)
    together = ngrams.evidence(ALPHABET.encode_all(names), bits=True)
    backwards = ngrams.evidence(ALPHABET.encode_all(names[::-1]), bits=True)
    for i, name in enumerate(names):
        alone = ngrams.evidence(ALPHABET.encode_all([name]), bits=True)
        for whole, reverse, single in zip(together, backwards, alone, strict=True):
            assert whole is not None
            assert reverse is not None
            assert single is not None
            np.testing.assert_allclose(whole[i], single[0], atol=1e-12)
            np.testing.assert_allclose(reverse[-1 - i], single[0], atol=1e-12)


def test_letters_in_another_order_are_another_name() -> None:
    ngrams = made(["abc"])
    found = ngrams.evidence(ALPHABET.encode_all(["abc", "acb", "cba", "ab", "abcc", "abca"])).known
    assert found is not None
    assert found.tolist() == [True] + [False] * 5


def test_an_unknown_letter_is_in_no_ngram() -> None:
    ngrams = made(["?", "a?b"], longest=2)
    nodes = ngrams.find(ALPHABET.encode_all(["?"]))
    found = (nodes.data > 0).sum(axis=0).tolist()
    assert found == [2, 0], "both end marks, and no pair"


# --- bits per letter --------------------------------------------------------------------------------------


@given(NAMES, NAMES, st.integers(1, 5))
def test_bits_per_letter_are_those_of_exact_ngrams(known: list[str], names: list[str], longest: int) -> None:
    """But for the counts, which are stored with three digits."""
    letters, counts = frequent_ngrams(
        ALPHABET.encode_all(known), longest=longest, min_count=1, alphabet_size=V
    )
    exact = Ngrams(letters, counts, V, 4, dtype=np.float64)
    hashed = made(known, longest)
    assume(np.count_nonzero(hashed.tables.keys) == len(letters))  # each has a bucket of its own
    texts = ALPHABET.encode_all(names)
    found = hashed.bits_per_letter(texts)
    np.testing.assert_allclose(found, exact.bits_per_letter(texts), rtol=0.01)


def test_names_are_more_likely_than_letters_by_chance() -> None:
    rng = np.random.default_rng(0)
    syllables = ["abba", "cacb", "bcab"]
    names = ["".join(rng.choice(syllables, 2)) for _ in range(40)]
    chance = ["".join(rng.choice(list("abc"), 8)) for _ in range(40)]
    bits = made(names, 4).bits_per_letter(ALPHABET.encode_all([*names, *chance]))
    assert bits[:40].max() < np.quantile(bits[40:], 0.1)
    assert bits.min() > 0


def test_an_ngram_whose_beginning_lost_its_bucket_is_not_more_than_certain() -> None:
    tables = tables_of(["ab"] * 50, longest=2)
    bucket, _ = place(ngram_hash("a"), len(tables.keys))
    tables.keys[bucket] = 0
    ngrams = HashedNgrams(tables, 2, V, 4, 5, dtype=np.float64)
    (bits,) = ngrams.bits_per_letter(ALPHABET.encode_all(["ab"]))
    assert bits > made(["ab"] * 50, 2).bits_per_letter(ALPHABET.encode_all(["ab"]))[0]


# --- learning ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["embedding", "output.weight"])
def test_gradients_against_central_differences(name: str) -> None:
    ngrams = made(KNOWN, rank=2, dropout=0.3)
    texts = ALPHABET.encode_all(["abca", "cab", "cab", "b", "ab?c"])
    weights = np.random.default_rng(0).normal(size=(5, 4))

    def loss() -> float:
        return float((ngrams.forward(texts, np.random.default_rng(5))[0] * weights).sum())

    ngrams.zero_grad()
    ngrams.forward(texts, np.random.default_rng(5))[1](weights)
    found: Any = ngrams.grads[name]
    param = ngrams.params[name]
    if isinstance(found, RowGradient):
        assert 0 not in found.rows, "the row of all others has nothing to learn"
        found = found.to_dense()
        used = np.flatnonzero(found.any(axis=1))
        still = np.setdiff1d(np.arange(len(param)), used)[::200]
        rows = np.union1d(used, still)  # not all 8,193
        expected = np.zeros_like(param)
        for row in rows:
            expected[row] = numerical_gradient(loss, param[row])
        assert not expected[still].any()
    else:
        expected = numerical_gradient(loss, param)
    assert np.abs(expected).max() > 0.1
    assert relative_error(found, expected) < 1e-8


def test_a_whole_network_learns_them_and_leaves_the_rows_of_other_names() -> None:
    texts, labels = ALPHABET.encode_all(KNOWN), np.array([0, 1, 1, 2, 3, 0])
    network = Network(ARCHITECTURE, ngrams=tables_of(KNOWN), rng=np.random.default_rng(1))
    before = network.params["ngrams.embedding"].copy()
    optimiser = AdamW(network.params, 0.05)
    for _ in range(60):
        logits, backward = network.forward(texts[:5])
        network.zero_grad()
        backward(softmax(logits) - np.eye(4)[labels[:5]])
        optimiser.step(network.grads)
    assert (network.logits(texts[:5]).argmax(axis=1) == labels[:5]).all()
    moved = (network.params["ngrams.embedding"] != before).any(axis=1)
    ngrams = cast("HashedNgrams", network.ngrams)
    used = np.unique(ngrams.find(texts[:5]).data)
    assert np.flatnonzero(moved).tolist() == used[used > 0].tolist()


@pytest.mark.parametrize("copied", [deepcopy, pickled])
def test_a_copy_is_whole_and_its_own(copied: Callable[[Network], Network]) -> None:
    """Its gradients too, those of rows among them: averaged weights are kept in a copy."""
    network = Network(ARCHITECTURE, ngrams=tables_of(KNOWN), rng=np.random.default_rng(1))
    texts = ALPHABET.encode_all(KNOWN)
    expected, before = network.logits(texts), network.params["ngrams.embedding"].copy()
    copy = copied(network)
    np.testing.assert_array_equal(copy.logits(texts), expected)
    logits, backward = copy.forward(texts)
    backward(np.ones_like(logits))
    AdamW(copy.params, 0.1).step(copy.grads)
    assert not np.array_equal(copy.params["ngrams.embedding"], before)
    np.testing.assert_array_equal(network.params["ngrams.embedding"], before)
    assert not len(cast("RowGradient", network.grads["ngrams.embedding"]).rows)


def test_dropout_takes_ngrams() -> None:
    texts = ALPHABET.encode_all(["abcab"] * 4000)
    logits_of_name = made(KNOWN).evidence(texts[:1]).logits[0]
    dropped = made(KNOWN, dropout=0.4).forward(texts, np.random.default_rng(0))[0]
    assert dropped.std(axis=0).min() > 0.01
    np.testing.assert_allclose(dropped.mean(axis=0), logits_of_name, atol=5 * dropped.std() / 4000**0.5)


def test_a_batch_without_a_known_ngram() -> None:
    ngrams = made(["a"], longest=1, dropout=0.999999)
    ngrams.tables.name_keys[:] = 0
    logits, backward = ngrams.forward(ALPHABET.encode_all(["a"]), np.random.default_rng(0))
    backward(np.ones((1, 4)))
    assert not logits.any()
    assert not len(cast("RowGradient", ngrams.grads["embedding"]).rows)


# --- explanations -----------------------------------------------------------------------------------------


@given(st.text("abc?", min_size=1, max_size=9) | st.sampled_from(KNOWN))
def test_spans_are_the_ngrams_and_sum_to_their_share(name: str) -> None:
    ngrams = made(KNOWN)
    ids = ALPHABET.encode(name)
    starts, stops, values = ngrams.spans(ids)
    known = {ngram for each in KNOWN for ngram in substrings(each, 3)}
    held = [ngram.strip("|") for ngram in substrings(name, 3) if ngram in known]
    held += [name] if name in KNOWN else []
    assert sorted(name[a:b] for a, b in zip(starts, stops, strict=True)) == sorted(held)
    expected = ngrams.forward(Ragged(ids, np.array([len(ids)])))[0][0]
    np.testing.assert_allclose(values.sum(axis=0), expected, atol=1e-12)


@pytest.mark.parametrize("name", ["abcab", "cabcab", "b", "a?b"])
@pytest.mark.parametrize("narrow", [False, True])
def test_attributions_sum_to_the_logit_over_the_baseline(name: str, narrow: bool) -> None:
    network = Network(ARCHITECTURE, ngrams=tables_of(KNOWN), rng=np.random.default_rng(1))
    if narrow:
        network = narrowed(network)
    ids = ALPHABET.encode(name)
    found = attribute_letters(network, ids, np.eye(4))
    names = ALPHABET.encode_all([name, "?" * len(name)])
    logits = network.logits(names)
    np.testing.assert_allclose(found.total, logits[0], atol=1e-5)
    np.testing.assert_allclose(found.baseline, logits[1], atol=1e-5)
    np.testing.assert_allclose(found.attributions.sum(axis=1), logits[0] - logits[1], atol=1e-3)


# --- sizes and storage ------------------------------------------------------------------------------------


def narrowed(network: Network) -> Network:
    """The same network with an embedding in int8."""
    ngrams = cast("HashedNgrams", network.ngrams)
    tensors = network.tensors
    tensors |= {f"ngrams.{name}": value for name, value in quantise(ngrams).items()}
    return Network.from_tensors(network.architecture, tensors)


@pytest.mark.parametrize(("spread", "most"), [(0, 0.01), (5, 0.05)])
def test_eight_bits_change_probabilities_by_little(spread: float, most: float) -> None:
    """By more where rows differ much in size, since the largest sets the scale."""
    rng = np.random.default_rng(2)
    names = ["".join(rng.choice(list("abc"), rng.integers(2, 9))) for _ in range(500)]
    tables = tables_of(names, longest=4, least=2, rank=16)
    network = Network(replace(ARCHITECTURE, longest_ngram=4, ngram_rank=16), ngrams=tables, rng=rng)
    embedding = network.params["ngrams.embedding"]
    embedding *= 5 + rng.exponential(spread, (len(embedding), 1)).astype(np.float32)
    texts = ALPHABET.encode_all(names)
    p, q = (softmax(each.logits(texts)) for each in (network, narrowed(network)))
    assert p.max(axis=1).std() > 0.1
    assert 0 < np.abs(p - q).max() < most


def test_codebooks_that_float16_cannot_hold_are_scaled() -> None:
    layer = made(KNOWN)
    books = 1e5 * layer.tables.name_codebooks
    layer.tables = layer.tables._replace(name_codebooks=books)
    found = quantise(layer)
    assert np.isfinite(found["name_codebooks"]).all()
    kept = found["name_codebooks"].astype(np.float32) @ found["output.weight"].astype(np.float32).T
    expected = books @ layer.params["output.weight"].T
    np.testing.assert_allclose(kept, expected, atol=2e-3 * np.abs(expected).max())


def test_columns_of_zeros_are_quantised_too() -> None:
    layer = HashedNgrams(tables_of(KNOWN), 3, V, 4, 5, embedding=np.zeros((4097, 5)))
    found = quantise(layer)
    assert not found["embedding"].any()
    np.testing.assert_array_equal(found["output.weight"], layer.params["output.weight"].astype(np.float16))


def test_narrow_weights_are_used_as_they_are_and_wide_ones_copied() -> None:
    """Nobody's copy of thousands of rows is needed for the dozen that a name has."""
    wide = Network(ARCHITECTURE, ngrams=tables_of(KNOWN))
    copy = Network.from_tensors(ARCHITECTURE, wide.tensors)
    assert not np.shares_memory(copy.params["ngrams.embedding"], wide.params["ngrams.embedding"])
    for name, tensor in wide.tensors.items():
        np.testing.assert_array_equal(copy.tensors[name], tensor, strict=True)
    for kind in (np.int8, np.float16):
        narrow = (wide.params["ngrams.embedding"] * 9).astype(kind)
        tensors = {**wide.tensors, "ngrams.embedding": narrow}
        network = Network.from_tensors(ARCHITECTURE, tensors)
        assert network.params["ngrams.embedding"] is narrow
        expected = Network.from_tensors(
            ARCHITECTURE, {**tensors, "ngrams.embedding": narrow.astype(np.float32)}
        )
        texts = ALPHABET.encode_all(KNOWN)
        np.testing.assert_array_equal(network.logits(texts), expected.logits(texts))
        np.testing.assert_array_equal(network.forward(texts)[0], expected.forward(texts)[0])
        with pytest.raises(InputError, match=rf"got {np.dtype(kind).name} in ngrams.embedding"):
            AdamW(network.params, 0.01)


def test_the_network_knows_names_however_they_are_read() -> None:
    """In pieces, on threads and one by one: as the n-grams alone."""
    rng = np.random.default_rng(1)
    names = ["".join(rng.choice(list("abc?"), rng.integers(1, 9))) for _ in range(3000)]
    network = Network(ARCHITECTURE, ngrams=tables_of(names[:200]), rng=rng)
    texts = ALPHABET.encode_all(names)
    assert network.ngrams is not None
    alone = network.ngrams.evidence(texts, bits=True)
    assert alone.known is not None
    assert alone.known[:200].any()
    assert not alone.known.all()
    np.testing.assert_array_equal(network.knows(texts), alone.known)
    assert network.knows(texts[:0]) is not None
    for threads in (1, 2):
        found = network.evidence(texts, threads=threads, bits=True)
        np.testing.assert_array_equal(found.known, alone.known)
        np.testing.assert_allclose(found.bits_per_letter, alone.bits_per_letter)
    for i in range(20):
        single = network.evidence(texts[i : i + 1])
        assert single.known is not None
        assert single.known[0] == alone.known[i]
        np.testing.assert_allclose(single.logits[0], network.logits(texts)[i], atol=1e-4)


def test_a_model_is_saved_in_few_bytes_and_read_as_it_is(tmp_path: Path) -> None:
    """A byte for each weight of n-grams and names, two for the others."""
    tables = tables_of(KNOWN)
    network = Network(ARCHITECTURE, ngrams=tables, rng=np.random.default_rng(1))
    model = Classifier(network, ALPHABET, ["A", "B", "C", "D"], [0.25] * 4)
    for name, half in [("whole", False), ("half", True)]:
        model.save(tmp_path / name, half=half)
    again = Classifier.load(tmp_path / "half")
    kinds = {name: tensor.dtype.name for name, tensor in read_artifact(tmp_path / "half").tensors.items()}
    assert kinds.pop("ngrams.embedding") == "int8"
    assert kinds.pop("ngrams.keys") == kinds.pop("ngrams.name_keys") == "uint16"
    assert kinds.pop("ngrams.name_codes") == kinds.pop("ngrams.common_codes") == "uint8"
    assert set(kinds.values()) == {"float16"}
    assert again.network.params["ngrams.embedding"].dtype == np.int8
    whole, half = (tmp_path / name / "model.safetensors" for name in ("whole", "half"))
    rows = len(network.params["ngrams.embedding"])
    assert whole.stat().st_size - half.stat().st_size > 3 * 5 * rows
    expected, found = (each.logits(["abcab", "b", "cabb"]) for each in (model, again))
    np.testing.assert_allclose(found, expected, atol=0.02)
    assert not np.array_equal(found, expected)
    again.save(tmp_path / "again", half=True)
    assert (tmp_path / "again" / "model.safetensors").read_bytes() == half.read_bytes()
    Classifier.load(tmp_path / "whole").save(tmp_path / "again")
    assert (tmp_path / "again" / "model.safetensors").read_bytes() == whole.read_bytes()


GOOD = HashTables(
    np.ones(4, np.uint16),
    np.ones(4, np.float16),
    np.ones(2, np.uint16),
    np.ones((2, 1), np.uint8),
    np.ones((1, 2, 3), np.float32),
    np.ones((1, 2, 1), np.uint8),
    np.ones((1, 2, 3), np.float32),
)


@pytest.mark.parametrize(
    "changed",
    [
        {"keys": np.ones(3, np.uint16), "counts": np.ones(3, np.float16)},
        {"keys": np.ones(0, np.uint16), "counts": np.ones(0, np.float16)},
        {"counts": np.ones(8, np.float16)},
        {"counts": np.ones(4, np.uint16)},
        {"keys": np.ones(4, np.float32)},
        {"name_keys": np.ones((2, 2), np.uint16)},
        {"name_keys": np.ones(3, np.uint16)},
        {"name_codes": np.ones((2, 2), np.uint8)},
        {"name_codes": np.ones(2, np.uint8)},
        {"name_codes": np.ones((2, 1), np.int8)},
        {"name_codebooks": np.ones((1, 2, 4), np.float32)},
        {"name_codebooks": np.ones((2, 2, 3), np.float32)},
        {"name_codebooks": np.ones((1, 2, 3), np.uint8)},
        {"name_codebooks": np.ones(3, np.float32)},
        {"common_codes": np.ones((2, 1, 1), np.uint8)},
        {"common_codes": np.ones((1, 3, 1), np.uint8)},
        {"common_codes": np.ones((1, 2, 2), np.uint8)},
        {"common_codes": np.ones((1, 2), np.uint8)},
        {"common_codes": np.ones((1, 2, 1), np.int8)},
        {"common_codebooks": np.ones((1, 2, 4), np.float32)},
        {"common_codebooks": np.ones((2, 3), np.float32)},
        {"common_codebooks": np.ones((1, 2, 3), np.uint8)},
    ],
)
def test_tables_that_are_none(changed: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="n-grams: expected keys"):
        HashedNgrams(GOOD._replace(**changed), 2, V, 4, 3)


@pytest.mark.parametrize("books", ["name_codebooks", "common_codebooks"])
def test_a_code_without_an_entry(books: str) -> None:
    with pytest.raises(InputError, match=r"expected names' codes below 1, .* got 1"):
        HashedNgrams(GOOD._replace(**{books: np.ones((1, 1, 3), np.float32)}), 2, V, 4, 3)


def test_an_embedding_of_another_shape() -> None:
    with pytest.raises(InputError, match=r"expected an embedding of the shape \(5, 3\), got \(4, 3\)"):
        HashedNgrams(GOOD, 2, V, 4, 3, embedding=np.ones((4, 3)))


def test_tables_and_architecture_must_agree() -> None:
    exact = frequent_ngrams(ALPHABET.encode_all(KNOWN), longest=3, min_count=1, alphabet_size=V)
    for architecture, ngrams in [
        (ARCHITECTURE, None),
        (ARCHITECTURE, exact),
        (replace(ARCHITECTURE, longest_ngram=0), None),
        (replace(ARCHITECTURE, ngram_rank=0), tables_of(KNOWN)),
    ]:
        with pytest.raises(InputError, match="expected hashed n-grams just where"):
            Network(architecture, ngrams=ngrams)


def test_a_missing_table_is_named() -> None:
    tensors = Network(ARCHITECTURE, ngrams=tables_of(KNOWN)).tensors
    del tensors["ngrams.name_keys"]
    with pytest.raises(InputError, match=r"missing: ngrams\.name_keys"):
        Network.from_tensors(ARCHITECTURE, tensors)

"""The rows that whole names get after training: what they are fitted to, and how few bytes they take."""

from __future__ import annotations

from itertools import pairwise
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognomen.network import Architecture, Network
from cognomen.network.hashed_ngrams import HashedNgrams
from cognomen.network.hashing import HashTables, look_up, name_hashes, ngram_table
from cognomen.rnn import softmax
from cognomen.text.ragged import Ragged
from cognomen.training import name_rows
from cognomen.training.dataset import Names, Unlisted
from cognomen.training.name_rows import (
    SOME,
    Codebooks,
    _Targets,
    fit_name_rows,
    fit_rows,
    k_means,
)

V, C, RANK = 5, 4, 6
LETTERS = V - 1


def random_names(count: int, seed: int = 0) -> Names:
    """Different names with the shares of two origins each."""
    rng = np.random.default_rng(seed)
    number = rng.choice(LETTERS**6, count, replace=False)
    letters = number[:, None] // LETTERS ** np.arange(6) % LETTERS + 1
    origins = np.stack([rng.integers(0, 2, count), rng.integers(2, C, count)], axis=1)
    first = rng.uniform(0.5, 1, count)
    two = np.full(count, 2)
    shares = np.stack([first, 1 - first], axis=1)
    return Names(
        Ragged(letters.ravel(), np.full(count, 6)),
        origins[:, 0],
        Ragged(origins.ravel(), two),
        Ragged(shares.ravel(), two),
    )


def network_of(names: Names, rank: int = RANK) -> Network:
    ngrams = ngram_table(names.texts, longest=3, min_count=1, alphabet_size=V, bits=9)
    architecture = Architecture(V, C, embedding_size=3, hidden_size=4, longest_ngram=3, ngram_rank=rank)
    tables = HashTables.of_ngrams(*ngrams, rank)
    return Network(architecture, ngrams=tables, rng=np.random.default_rng(1))


def fitted(names: Names, bits: int = 12, weights: list[float] | None = None, rank: int = RANK) -> Network:
    network = network_of(names, rank)
    frequencies = np.asarray(weights or [1.0] * len(names))
    fit_name_rows(network, names, frequencies, np.zeros(C), bits, np.random.default_rng(2))
    return network


def cross_entropy(logits: np.ndarray, targets: np.ndarray) -> float:
    return float(-(targets * np.log(softmax(logits))).sum(axis=1).mean())


@given(st.integers(0, 50), st.floats(0.1, 2))
def test_rows_are_where_the_gradient_vanishes(seed: int, size: float) -> None:
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(rng.normal(size=(C, 3)))[0].astype(np.float32)
    logits = (size * rng.normal(size=(7, C))).astype(np.float32)
    targets = _Targets(random_names(7, seed), np.ones(C, np.float32))
    decay = rng.uniform(0.004, 0.02, 7)
    rows = fit_rows(logits, targets, basis, decay)
    gradient = (softmax(logits + rows @ basis.T) - targets[:]) @ basis + decay[:, None] * rows
    assert np.abs(gradient).max() < 0.05


@pytest.mark.parametrize("rank", [3, RANK])
def test_a_network_tells_the_shares_of_the_names_that_it_knows(rank: int) -> None:
    """Those between which its rank can tell; a rank of the number of origins or more, all."""
    names = random_names(300)
    before, after = network_of(names, rank), fitted(names, rank=rank)
    targets = names.targets(C)
    entropy = cross_entropy(np.log(targets + 1e-9), targets)
    plain, known = (cross_entropy(n.logits(names.texts), targets) for n in (before, after))
    assert known - entropy < (plain - entropy) / (20 if rank > C else 2)
    found = after.evidence(names.texts).known
    assert found is not None
    assert found.all()
    others = random_names(600, seed=1).texts
    unseen = np.flatnonzero(~np.asarray(after.evidence(others).known))
    assert len(unseen) > 400
    np.testing.assert_array_equal(after.logits(others)[unseen], before.logits(others)[unseen])


def test_names_that_have_one_origin_each() -> None:
    names = random_names(50)
    labels = Names(names.texts, names.labels)
    p = softmax(fitted(labels).logits(names.texts))
    assert (p.argmax(axis=1) == names.labels).all()
    assert p.max(axis=1).min() > 0.9


def test_shares_are_those_under_the_priors() -> None:
    """Where origin 0 is shown ten times as often as it counts, its share of a name is less than is shown."""
    names = random_names(100)
    network = network_of(names)
    correction = np.log(np.array([10, 1, 1, 1]) * C / 13)
    fit_name_rows(network, names, np.ones(100), correction, 12, np.random.default_rng(0))
    expected = names.targets(C) * [0.1, 1, 1, 1]
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(softmax(network.logits(names.texts)), expected, atol=0.1)


@pytest.mark.parametrize("log_prior", [0.0, np.log([0.1, 1, 2, 1])])
def test_a_name_may_belong_to_origins_whose_lists_lack_it(
    log_prior: np.ndarray | float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rarer it is in the lists that have it, the more the spelling tells."""
    monkeypatch.setattr(name_rows, "DOUBT", 0.9)
    names = random_names(100)
    network = network_of(names)
    by_spelling = softmax(network.logits(names.texts))
    unlisted = Unlisted(np.array([SOME / C, 1e-2] * 50), np.array([2e-4, 2e-4, 5e-5, 1e-9]))
    often = np.full(100, 20.0)
    rng = np.random.default_rng(0)
    fit_name_rows(network, names, often, np.zeros(C), 12, rng, log_prior, unlisted)
    expected = names.targets(C) * unlisted.totals[:, None] + unlisted.shares * by_spelling
    doubt = 0.9 / (1 + unlisted.totals[:, None] * C / SOME)
    assert doubt[0] == 0.45
    assert doubt[1] < 0.01
    expected = expected ** (1 - doubt) * by_spelling**doubt * np.exp(log_prior)
    expected /= expected.sum(axis=1, keepdims=True)
    found = softmax(network.logits(names.texts) + log_prior)
    np.testing.assert_allclose(found, expected, atol=0.05)
    assert np.abs(names.targets(C) - expected)[::2].max() > 0.3
    assert np.abs(softmax(np.log(names.targets(C) + 1e-9) + log_prior) - expected)[1::2].max() < 0.05


def test_the_most_common_names_get_the_slots() -> None:
    names = random_names(400)
    weights = list(np.random.default_rng(3).permutation(400) + 1.0)
    network = fitted(names, bits=6, weights=weights)
    known = np.asarray(network.evidence(names.texts).known)
    assert 50 < known.sum() <= 64
    assert np.mean(np.array(weights)[known]) > 330
    tables = cast("HashedNgrams", network.ngrams).tables
    assert tables.name_codes.shape == (64, name_rows.STAGES)
    assert tables.common_codes.shape == (8, name_rows.COMMON, name_rows.STAGES)
    roomy = cast("HashedNgrams", fitted(names, bits=20).ngrams).tables
    assert len(roomy.name_keys) == 1024, "no more slots than pay"


def test_names_with_unknown_letters_alone_get_no_rows() -> None:
    names = Names(Ragged(np.zeros(3, np.int64), np.array([2, 1])), np.array([0, 1]))
    network = network_of(random_names(20))
    fit_name_rows(network, names, np.ones(2), np.zeros(C), 4, np.random.default_rng(0))
    tables = cast("HashedNgrams", network.ngrams).tables
    assert not tables.name_keys.any()
    assert tables.name_codes.shape == (1, 1), "as before: there is nothing to fit"


def loss_of(network: Network, names: Names, which: slice = slice(None)) -> float:
    return cross_entropy(network.logits(names.texts)[which], names.targets(C)[which])


@pytest.mark.parametrize("left_out", ["choose", "move"])
def test_both_codes_and_entries_are_improved(left_out: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each by itself makes the names' answers better than the first quantisation does."""
    names = random_names(2000)
    monkeypatch.setattr(name_rows, "ENTRIES", 16)
    monkeypatch.setattr(name_rows, "COMMON", 0)
    monkeypatch.setattr(Codebooks, "choose_pairs", lambda books: None)
    monkeypatch.setattr(Codebooks, left_out, lambda books, stage: None)
    improved = loss_of(fitted(names), names)
    monkeypatch.setattr(name_rows, "ROUNDS", 0)
    assert improved < loss_of(fitted(names), names) - 1e-3


def test_pairs_of_codes_are_improved_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    names = random_names(2000)
    monkeypatch.setattr(name_rows, "ENTRIES", 16)
    monkeypatch.setattr(name_rows, "COMMON", 0)
    improved = loss_of(fitted(names), names)
    monkeypatch.setattr(Codebooks, "choose_pairs", lambda books: None)
    assert improved < loss_of(fitted(names), names) - 1e-5


def test_common_names_are_approximated_best(monkeypatch: pytest.MonkeyPatch) -> None:
    names = random_names(2000)
    monkeypatch.setattr(name_rows, "ENTRIES", 8)
    common, often = slice(0, 100), [10.0] * 100 + [0.5] * 1900
    weighted = loss_of(fitted(names, weights=often), names, common)
    monkeypatch.setattr(name_rows, "WEIGHT_POWERS", (0.0, 0.0))
    assert weighted < loss_of(fitted(names, weights=often), names, common) - 1e-3


@pytest.mark.parametrize("powers", [(0.0, 2.0), (2.0, 0.0)])
def test_both_levels_approximate_common_names_best(
    powers: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = random_names(2000)
    monkeypatch.setattr(name_rows, "ENTRIES", 4)
    common, often = slice(0, 100), [10.0] * 100 + [0.5] * 1900
    monkeypatch.setattr(name_rows, "WEIGHT_POWERS", powers)
    weighted = loss_of(fitted(names, weights=often), names, common)
    monkeypatch.setattr(name_rows, "WEIGHT_POWERS", (0.0, 0.0))
    assert weighted < loss_of(fitted(names, weights=often), names, common) - 1e-3


def test_further_codes_bring_common_names_closer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those in the first slots of their buckets; the others' rows are as they were."""
    names = random_names(2000)
    monkeypatch.setattr(name_rows, "ENTRIES", 4)
    network = fitted(names, bits=11, weights=list(np.linspace(3, 1, 2000)))
    ngrams = cast("HashedNgrams", network.ngrams)
    with_them, tables = network.logits(names.texts), ngrams.tables
    slots = look_up(tables.name_keys, name_hashes(names.texts, V)) - 1
    ngrams.tables = tables._replace(common_codebooks=np.zeros_like(tables.common_codebooks))
    without, targets = network.logits(names.texts), names.targets(C)
    common = (slots >= 0) & (slots % 8 < name_rows.COMMON)
    assert 200 < common.sum() < 1000
    np.testing.assert_array_equal(with_them[~common], without[~common])
    losses = [cross_entropy(logits[common], targets[common]) for logits in (with_them, without)]
    assert losses[0] < losses[1] - 0.005


def test_names_that_all_lack_further_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the first names of each bucket are doubted."""
    names = random_names(8)
    monkeypatch.setattr(name_rows, "COMMON", 0)
    known = np.asarray(fitted(names, bits=3).evidence(names.texts).known)
    assert known.sum() == 8


def test_rows_of_common_names_decay_less(monkeypatch: pytest.MonkeyPatch) -> None:
    names, decays = random_names(40), []
    monkeypatch.setattr(name_rows, "fit_rows", lambda *given: decays.append(given[3]) or fit_rows(*given))
    fitted(names, weights=[20.0] * 20 + [1.0] * 10 + [0.5] * 10)
    assert sorted(decays[0] / name_rows.DECAY) == pytest.approx([1 / 20] * 20 + [1] * 20)


def test_codes_and_entries_come_closer_in_turn() -> None:
    names, rng = random_names(2000), np.random.default_rng(0)
    basis = np.linalg.qr(rng.normal(size=(C, 3)))[0].astype(np.float32)
    logits = rng.normal(size=(2000, C)).astype(np.float32)
    targets = _Targets(names, np.ones(C, np.float32))
    weights = rng.uniform(0.1, 2, 2000)
    rows = fit_rows(logits, targets, basis, np.full(2000, 0.005))
    books = Codebooks(logits, targets, basis, rows, weights, rng)

    def loss() -> float:
        p = softmax(logits + books.sums(slice(None)) @ basis.T)
        return float(np.average(-(targets[:] * np.log(p)).sum(axis=1), weights=weights))

    losses = [loss()]
    for _ in range(3):
        for stage in range(name_rows.STAGES):
            books.choose(stage)
            losses.append(loss())
            books.move(stage)
            losses.append(loss())
    books.choose_pairs()
    losses.append(loss())
    assert all(after <= before + 1e-6 for before, after in pairwise(losses))
    assert losses[-1] < losses[-2] - 1e-5, "some pairs were poor"
    assert losses[-1] < losses[0] - 1e-3
    best = softmax(logits + rows @ basis.T)
    floor = float(np.average(-(targets[:] * np.log(best)).sum(axis=1), weights=weights))
    assert losses[-1] - floor < 0.01


def test_pairs_are_the_best_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    names, rng = random_names(40), np.random.default_rng(0)
    basis = np.linalg.qr(rng.normal(size=(C, 3)))[0].astype(np.float32)
    logits = rng.normal(size=(40, C)).astype(np.float32)
    targets = _Targets(names, np.ones(C, np.float32))
    rows = fit_rows(logits, targets, basis, np.full(40, 0.005))
    monkeypatch.setattr(name_rows, "ENTRIES", 5)
    monkeypatch.setattr(name_rows, "PAIRS_BLOCK", 7)
    books = Codebooks(logits, targets, basis, rows, np.ones(40), rng)
    books.choose_pairs()
    sums = books.entries[0][:, None] + books.entries[1]  # (5, 5, D)
    p = softmax(logits[:, None, None] + sums @ basis.T)  # (M, 5, 5, C)
    losses = -np.einsum("mc,mijc->mij", targets[:], np.log(p)).reshape(40, 25)
    np.testing.assert_array_equal(books.codes @ [5, 1], losses.argmin(axis=1))


def test_k_means_finds_separate_clusters() -> None:
    rng = np.random.default_rng(1)
    centres = np.array([[0, 0], [100, 0], [0, 100], [100, 100]])
    points = (centres[np.arange(400) % 4] + rng.normal(size=(400, 2))).astype(np.float32)
    weights = np.ones(400)
    weights[3::4] = 0  # one of the four counts for nothing
    found = k_means(points, weights, 30, rng)
    distances = np.abs(found[:, None] - centres).max(axis=2)  # (30, 4)
    assert (distances.min(axis=1) < 5).all()
    assert (distances[:, :3].min(axis=0) < 1).all()
    assert distances[:, 3].min() > 50


def test_the_work_is_done_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    names = random_names(300)
    expected = fitted(names).logits(names.texts)
    monkeypatch.setattr(name_rows, "BLOCK", 77)
    np.testing.assert_allclose(fitted(names).logits(names.texts), expected, atol=0.05)


def test_a_rare_name_of_unlikely_origins_gets_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its spelling tells more than the list in which it was found; a common one is known all the same."""
    names = random_names(60)
    frequencies = np.array([0.9, 1.0] * 30)
    network = network_of(names)
    p = softmax(network.logits(names.texts))
    own = np.where(names.targets(C) > 0, p, 0).max(axis=1)
    middle = float(np.sort(own)[29:31].mean())
    monkeypatch.setattr(name_rows, "DOUBTED", middle)
    fit_name_rows(network, names, frequencies, np.zeros(C), 12, np.random.default_rng(2))
    known = np.asarray(network.evidence(names.texts).known)
    monkeypatch.undo()
    with_room = np.asarray(fitted(names).evidence(names.texts).known)
    np.testing.assert_array_equal(known, with_room & ((own >= middle) | (frequencies >= 1)))
    doubted = np.flatnonzero(~known)
    np.testing.assert_allclose(softmax(network.logits(names.texts[doubted])), p[doubted], atol=1e-6)


def test_rows_are_fitted_under_a_prior() -> None:
    """What is negligible with origins equally likely decides where one of them is far likelier."""
    names = random_names(300)
    log_prior = np.log([1e-3, 1, 1, 1])
    expected = names.targets(C) * np.exp(log_prior)
    expected /= expected.sum(axis=1, keepdims=True)

    def divergence(fitted_under: np.ndarray | float) -> float:
        network = network_of(names)
        rng = np.random.default_rng(2)
        fit_name_rows(network, names, np.ones(300), np.zeros(C), 12, rng, fitted_under)
        return cross_entropy(network.logits(names.texts) + log_prior, expected)

    assert divergence(log_prior) < divergence(0.0) - 0.01


def test_shares_under_a_prior_are_told_with_it() -> None:
    names = random_names(300)
    network, log_prior = network_of(names), np.log([0.1, 1, 1, 1])
    fit_name_rows(network, names, np.ones(300), np.zeros(C), 12, np.random.default_rng(2), log_prior)
    expected = names.targets(C) * np.exp(log_prior)
    expected /= expected.sum(axis=1, keepdims=True)
    assert np.abs(softmax(network.logits(names.texts) + log_prior) - expected).max() < 0.15

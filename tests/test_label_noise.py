"""Foreign names in lists, and names that lists lack: labels corrected by what a network learned of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_training import assert_same_weights, stop_at
from test_weighted_training import SMALL, corpus_of, dataset

from cognomen.rnn.arrays import Array
from cognomen.text.ragged import Ragged
from cognomen.training import label_noise, train
from cognomen.training.dataset import Dataset
from cognomen.training.label_noise import LEAST, RARE, corrected

NAMES = ["abba", "bab", "aab", "bbb"]
ROWS = [("abba", "A", 3e-5), ("abba", "B", 1e-6), ("bab", "B", 0.2), ("aab", "A", 0.4), ("bbb", "C", 1e-6)]
NOISE = 0.05


class Judge:
    """Stands in for a network: a probability for each name of a dataset."""

    def __init__(self, p: np.ndarray, data: Dataset) -> None:
        texts = data.training.texts
        self.p = {tuple(texts[row]): logits for row, logits in enumerate(np.log(p))}

    def logits(self, names: Ragged) -> Array:
        return np.array([self.p[tuple(name)] for name in names])


def correct(data: Dataset, p: np.ndarray) -> Dataset:
    return corrected(data, Judge(p, data), NOISE)  # type: ignore[arg-type]


def labels(data: Dataset) -> np.ndarray:
    """What a network is to predict, origins equally likely beforehand, (N, C)."""
    assert data.shown_shares is not None
    shares = data.training.targets(len(data.priors)) / data.shown_shares
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


@given(st.lists(st.lists(st.floats(0.001, 1), min_size=3, max_size=3), min_size=4, max_size=4))
def test_labels_are_corrected_as_the_formula_says(rows: list[list[float]]) -> None:
    p = np.array(rows)
    p /= p.sum(axis=1, keepdims=True)
    found = labels(correct(dataset(corpus_of(ROWS, shares=True), label_noise=NOISE), p))
    s = np.array([[3e-5, 1e-6, 0], [0, 0.2, 0], [0.4, 0, 0], [0, 0, 1e-6]])
    m = 1 - s.sum(axis=0)
    n = s * p / (p + NOISE * np.minimum(1, (RARE / s.clip(1e-12)) ** 2))
    expected = n + (s - n).sum(axis=1, keepdims=True) * m * p / (m * p).sum(axis=1, keepdims=True)
    expected[expected < LEAST * expected.sum(axis=1, keepdims=True)] = 0
    np.testing.assert_allclose(found, expected / expected.sum(axis=1, keepdims=True), rtol=1e-4)


def test_probabilities_are_those_with_origins_equally_likely() -> None:
    """The network answers under the priors of a table of counts, in which B is a hundred times as large."""
    rows = [("ab", "A", 4e-6), ("ab", "B", 1e-4), ("aab", "A", 10.0), ("bbb", "B", 1000.0)]
    data = dataset(corpus_of(rows), label_noise=NOISE)
    p = np.array([[0.1, 0.9], [0.5, 0.5], [0.5, 0.5]])
    found = correct(data, p * data.priors)
    s = np.array([0.4e-6, 0.1e-6])
    n = s * p[0] / (p[0] + NOISE)
    assert labels(found)[0] == pytest.approx(n / n.sum(), rel=1e-3)


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    data = dataset(corpus_of(ROWS, shares=True), label_noise=NOISE)
    p = np.full((4, 3), 1 / 3)
    whole = correct(data, p)
    monkeypatch.setattr(label_noise, "BLOCK", 3)
    np.testing.assert_array_equal(labels(whole), labels(correct(data, p)))


def test_what_lists_lack_counts_each_bearer_once() -> None:
    """A name and its spelling without diacritics have the same bearers."""
    rows = [("bač", "A", 0.25), ("bac", "A", 0.25), ("cab", "A", 0.5), ("cab", "B", 0.125), ("ab", "C", 1.5)]
    data = dataset(corpus_of(rows, shares=True), label_noise=NOISE)
    assert data.lacking == pytest.approx([0.25, 0.875, 0])
    counts = dataset(corpus_of(rows), label_noise=NOISE)
    assert counts.lacking == pytest.approx([0.25, 0, 0]), "shares of the origin's bearers in the table"
    assert dataset(corpus_of(rows, shares=True)).lacking is None


def mixed_lists() -> list[tuple[str, str, float]]:
    """A has a long list with some foreign names at its end; B a short one, which lacks most of its names."""
    rng = np.random.default_rng(3)

    def made(ending: str, count: int) -> list[str]:
        return list(dict.fromkeys("".join(rng.choice(list("abdelmnrst"), 5)) + ending for _ in range(count)))

    rows = [(name, "A", 0.9 / 300) for name in made("oko", 300)]
    rows += [(name, "A", 2e-6) for name in made("vic", 20)]
    rows += [(name, "B", 0.01) for name in made("vic", 40)]
    return [*rows, ("common", "A", 0.05), ("common", "B", 0.05)]


LEARNING = replace(
    SMALL,
    hidden_size=12,
    epochs=6,
    batch_size=8,
    validation_share=0.0,
    label_noise=0.05,
    rdrop_alpha=0.0,
    name_bits=12,
)


def foreign() -> list[str]:
    return [name for name, origin, _ in mixed_lists() if origin == "A" and name.endswith("vic")]


@pytest.fixture(scope="module")
def probabilities() -> dict[float, np.ndarray]:
    """Of foreign names, native ones of A, and a common one, with and without label noise."""
    corpus = corpus_of(mixed_lists(), shares=True)
    names = [*foreign(), *(name for name, _, _ in mixed_lists() if name.endswith("oko")), "common"]
    trained = {noise: train(corpus, replace(LEARNING, label_noise=noise)).classifier for noise in (0.0, 0.05)}
    return {noise: clf.predict_proba(names, prior="uniform") for noise, clf in trained.items()}


def test_foreign_names_of_a_long_list_are_given_back(probabilities: dict[float, np.ndarray]) -> None:
    before, after = (p[: len(foreign())] for p in probabilities.values())
    assert before[:, 0].mean() > 0.9
    assert after[:, 1].mean() > 0.5


def test_native_and_common_names_stay(probabilities: dict[float, np.ndarray]) -> None:
    after = probabilities[0.05][len(foreign()) :]
    assert after[:-1, 0].mean() > 0.9
    assert 0.2 < after[-1, 0] < 0.8


def test_only_the_names_rows_depend_on_it() -> None:
    """Names that were not in training are answered as before."""
    corpus = corpus_of(mixed_lists(), shares=True)
    config = replace(LEARNING, epochs=1)
    plain, other = (train(corpus, replace(config, label_noise=noise)).classifier for noise in (0.0, 0.05))
    names = ["zzadoko", "tradovic"]
    np.testing.assert_array_equal(plain.predict_proba(names), other.predict_proba(names))
    assert (plain.predict_proba(foreign()) != other.predict_proba(foreign())).any()


def test_corpora_without_weights_have_no_foreign_names() -> None:
    corpus = corpus_of(mixed_lists(), weighted=False)
    config = replace(LEARNING, epochs=1)
    assert_same_weights(train(corpus, replace(config, label_noise=0.0)), train(corpus, config))


def test_a_resumed_run_is_the_same(tmp_path: Path) -> None:
    corpus, path = corpus_of(mixed_lists(), shares=True), tmp_path / "run.checkpoint"
    config = replace(LEARNING, epochs=3)
    whole = train(corpus, config)
    assert train(corpus, config, checkpoint=path, on_progress=stop_at(2)).interrupted
    assert_same_weights(whole, train(corpus, config, checkpoint=path, resume=True))

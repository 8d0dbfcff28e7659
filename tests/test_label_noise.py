"""Foreign names in lists, and the names that lists lack: shares corrected by judges that did not see them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_training import assert_same_weights, stop_at
from test_weighted_training import SMALL, corpus_of, dataset

from cognomen.training import label_noise, train
from cognomen.training.dataset import Dataset
from cognomen.training.label_noise import LEAST, RARE, UNLISTED, corrected, halves, missing
from cognomen.training.run import TrainingRun

ROWS = [("abba", "A", 0.3), ("abba", "B", 0.1), ("bab", "B", 0.2), ("aab", "A", 0.4), ("bbb", "C", 1e-6)]
CONFIG = replace(SMALL, label_noise=0.05)


def shares_of(data: Dataset, name: str) -> np.ndarray:
    """What a network is to predict for a name, origins equally likely beforehand."""
    row = data.spellings.index(name)
    shares = data.training[np.array([row])].targets(len(data.priors))[0] / data.shown_shares
    return np.asarray(shares / shares.sum())


@given(st.lists(st.lists(st.floats(0.001, 1), min_size=3, max_size=3), min_size=4, max_size=4))
def test_shares_are_corrected_as_the_formula_says(rows: list[list[float]]) -> None:
    p = np.array(rows)
    p /= p.sum(axis=1, keepdims=True)
    data = dataset(corpus_of(ROWS, shares=True))
    p16 = p.astype(np.float16)
    found = corrected(data, p16, CONFIG)
    names = ["abba", "bab", "aab", "bbb"]
    assert found.spellings == names
    lists = np.array([[0.3, 0.1, 0], [0, 0.2, 0], [0.4, 0, 0], [0, 0, 1e-6]])
    lacking = 1 - lists.sum(axis=0)
    p = p16.astype(float)
    native = lists * p / (p + CONFIG.label_noise)
    expected = native + (UNLISTED * native.sum(axis=1, keepdims=True) + RARE * 3) * lacking * p
    for name, row in zip(names, expected, strict=True):
        kept = np.where(row >= LEAST * row.sum(), row, 0)
        np.testing.assert_allclose(shares_of(found, name), kept / kept.sum(), rtol=1e-4)


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    data = dataset(corpus_of(ROWS, shares=True))
    p = np.full((4, 3), 1 / 3, np.float16)
    whole = corrected(data, p, CONFIG).training
    monkeypatch.setattr(label_noise, "BLOCK", 3)
    parts = corrected(data, p, CONFIG).training
    np.testing.assert_array_equal(whole.targets(3), parts.targets(3))


def test_what_lists_lack_counts_each_bearer_once() -> None:
    """A name and its spelling without diacritics have the same bearers."""
    rows = [("bač", "A", 0.25), ("bac", "A", 0.25), ("cab", "A", 0.5), ("cab", "B", 0.125), ("ab", "C", 1.5)]
    data = dataset(corpus_of(rows, shares=True))
    assert data.training.origins is not None and data.within is not None
    found = missing(data.training.origins, data.within, data.spellings, 3)
    assert found == pytest.approx([0.25, 0.875, 0])


def test_doubted_names_are_shown_less_often() -> None:
    data = dataset(corpus_of(ROWS, shares=True), frequency_power=1.0, origin_power=0.0)
    p = np.full((4, 3), 0.4, np.float16)
    p[2] = [0.0, 0.5, 0.5]  # "aab" looks like no name of A
    before, after = data.frequencies, corrected(data, p, replace(CONFIG, frequency_power=1.0)).frequencies
    assert before is not None and after is not None
    assert after[2] == pytest.approx(0)
    assert after[0] > before[0]


def test_spellings_of_a_name_are_judged_by_the_same_network() -> None:
    rng = np.random.default_rng(0)
    names = ["".join(rng.choice(list("abcdeč"), 7)) for _ in range(1000)]
    second = halves(names)
    assert 0.4 < second.mean() < 0.6
    assert (halves([name.replace("č", "c").upper() for name in names]) == second).all()


def mixed_lists() -> list[tuple[str, str, float]]:
    """A has a long list with some foreign names at its end; B a short one, which lacks most of its names."""
    rng = np.random.default_rng(3)

    def made(ending: str, count: int) -> list[str]:
        return list(dict.fromkeys("".join(rng.choice(list("abdelmnrst"), 5)) + ending for _ in range(count)))

    rows = [(name, "A", 0.9 / 300) for name in made("oko", 300)]
    rows += [(name, "A", 1e-6) for name in made("vic", 30)]
    rows += [(name, "B", 0.01) for name in made("vic", 40)]
    return rows + [("common", "A", 0.05), ("common", "B", 0.05)]


LEARNING = replace(
    SMALL, hidden_size=12, epochs=6, batch_size=8, validation_share=0.0, label_noise=0.05, rdrop_alpha=0.0
)


def test_foreign_names_of_a_long_list_are_given_back() -> None:
    rows = mixed_lists()
    run = TrainingRun(corpus_of(rows, shares=True), LEARNING)
    foreign = [name for name, origin, _ in rows if origin == "A" and name.endswith("vic")]
    native = [name for name, origin, _ in rows if origin == "A" and name.endswith("oko")]
    assert shares_of(run.dataset, foreign[0]).tolist() == [1, 0]
    run.correct_labels(lambda progress: None)
    of = {name: shares_of(run.dataset, name) for name in (*foreign, *native, "common")}
    assert np.mean([of[name][1] for name in foreign]) > 0.5
    assert np.mean([of[name][0] for name in native]) > 0.9
    assert 0.2 < of["common"][0] < 0.8


def test_without_label_noise_or_weights_labels_stay_as_they_are() -> None:
    rows = mixed_lists()
    for corpus, config in [
        (corpus_of(rows, shares=True), replace(LEARNING, label_noise=0.0)),
        (corpus_of(rows, weighted=False), LEARNING),
    ]:
        run = TrainingRun(corpus, config)
        before = run.dataset
        run.correct_labels(lambda progress: None)
        assert run.dataset is before


def test_a_resumed_run_keeps_the_corrected_shares(tmp_path: Path) -> None:
    corpus, path = corpus_of(mixed_lists(), shares=True), tmp_path / "run.checkpoint"
    config = replace(LEARNING, epochs=3)
    whole = train(corpus, config)
    with pytest.raises(KeyboardInterrupt):
        train(corpus, config, checkpoint=path, on_progress=stop_at(2))  # a judge
    stopped = train(corpus, config, checkpoint=path, on_progress=stop_at(4))
    assert stopped.interrupted and len(stopped.history) == 1
    resumed = train(corpus, config, checkpoint=path, resume=True)
    assert_same_weights(whole, resumed)
    plain = train(corpus, replace(config, label_noise=0.0))
    with pytest.raises(AssertionError):
        assert_same_weights(whole, plain)

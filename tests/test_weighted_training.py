"""Training on names with weights: how often each is shown, what is predicted, hashed n-grams in it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cli_running import lines, run
from hypothesis import given
from hypothesis import strategies as st
from test_training import assert_same_weights, made_up_names, stop_at

from cognomen.classifier import Classifier
from cognomen.corpora import CleaningReport, Corpus, load_corpus
from cognomen.errors import InputError, TrainingError
from cognomen.network.hashed_ngrams import HashedNgrams
from cognomen.rnn import softmax
from cognomen.rnn.engine.row_gradient import RowGradient
from cognomen.training import TrainingConfig, train
from cognomen.training.dataset import MOST_SHOWN, UNLISTED, Dataset
from cognomen.training.run import TrainingRun
from cognomen.training.training import second_checkpoint

SMALL = TrainingConfig(
    embedding_size=6,
    hidden_size=8,
    epochs=4,
    batch_size=16,
    learning_rate=0.02,
    validation_share=0.2,
    longest_ngram=3,
    ngram_rank=6,
    ngram_bits=10,
    name_bits=9,
    min_letter_count=1,
    refit=False,
)
ROWS = [("abba", "A", 6.0), ("abba", "B", 1.0), ("bab", "B", 3.0), ("aab", "A", 2.0), ("bbb", "B", 0.0)]


def corpus_of(rows: list[tuple[str, str, float]], *, shares: bool = False, weighted: bool = True) -> Corpus:
    names, labels, weights = zip(*rows, strict=True)
    report = CleaningReport(len(rows), len(rows), len(set(names)), (), {})
    return Corpus(
        names, labels, "made up", report, row_weights=np.array(weights) if weighted else None, shares=shares
    )


def dataset(corpus: Corpus, *, validation: Corpus | None = None, **settings: object) -> Dataset:
    config = replace(SMALL, **settings)  # type: ignore[arg-type]
    return Dataset.of(corpus, config, hold_out=False, validation=validation)


def spelled(data: Dataset, which: int) -> str:
    return "".join(data.alphabet.letters[i - 1] for i in data.training.texts[which])


# --- what is to be predicted ------------------------------------------------------------------------------


@pytest.mark.parametrize("shares", [False, True])
def test_targets_are_the_posterior_among_the_names_shown(shares: bool) -> None:
    """By hand: the shown shares are as 2^p and 2^p names, or 1 to 1; those within origins 6/8 and 1/4."""
    scale = 1.0 if shares else None
    a, b = (6.0, 1.0) if scale else (6 / 8, 1 / 4)
    data = dataset(corpus_of(ROWS, shares=shares), origin_power=0.5)
    assert [spelled(data, i) for i in range(3)] == ["abba", "bab", "aab"], "without the name that nobody has"
    assert data.shown_shares == pytest.approx([0.5, 0.5])
    found = data.training.targets(2)
    np.testing.assert_allclose(found, [[a / (a + b), b / (a + b)], [0, 1], [1, 0]], rtol=1e-6)
    assert found.dtype == np.float32
    assert data.training.labels.tolist() == [0, 1, 0]
    assert data.priors == pytest.approx([0.5, 0.5] if shares else [8 / 12, 4 / 12])
    assert data.prior_correction(3) == pytest.approx(np.log(np.array([0.5, 0.5]) / data.priors))


def test_origins_with_more_names_are_shown_more_often() -> None:
    rows = [(f"a{c}", "A", 1.0) for c in "bcdefghi"] + [("ab", "B", 1.0)]
    data = dataset(corpus_of(rows, shares=True), origin_power=0.5)
    a, b = np.sqrt(8), 1.0
    assert data.shown_shares == pytest.approx(np.array([a, b]) / (a + b))
    np.testing.assert_allclose(data.training.targets(2)[0], np.array([a, b]) / (a + b), rtol=1e-6)


@given(
    st.lists(
        st.tuples(st.text("abc", min_size=1, max_size=3), st.sampled_from("ABC"), st.floats(0.001, 1e6)),
        min_size=1,
        max_size=30,
    ),
    st.floats(0, 1),
    st.booleans(),
)
def test_shares_sum_to_1_and_frequencies_to_the_names(
    rows: list[tuple[str, str, float]], power: float, shares: bool
) -> None:
    rows = [*rows, ("aaaa", "A", 1.0), ("bbbb", "B", 1.0), ("cccc", "C", 1.0)]
    data = dataset(corpus_of(rows, shares=shares), frequency_power=power)
    names = data.training
    assert len(names) == len({name for name, _, _ in rows})
    np.testing.assert_allclose(names.targets(3).sum(axis=1), 1, rtol=1e-5)
    assert (names.targets(3)[np.arange(len(names)), names.labels] == names.targets(3).max(axis=1)).all()
    assert data.frequencies is not None
    rare = data.frequencies.max() < MOST_SHOWN
    assert data.frequencies.mean() == pytest.approx(1) if rare else data.frequencies.mean() <= 1 + 1e-9


def test_what_lists_lack_is_rarer_than_what_they_have() -> None:
    """By hand: B's list ends below what a name that a list lacks has on average; A's list is short."""
    long = [(f"b{'ab' * i}", "B", 1e-6) for i in range(1, 20)]
    data = dataset(corpus_of([("ab", "A", 0.5), ("ab", "B", 0.25), *long], shares=True), origin_power=1.0)
    a, b = 1 / 21, 20 / 21
    assert data.unlisted is not None
    assert data.unlisted.totals[0] == pytest.approx(0.5 * a + 0.25 * b)
    assert data.unlisted.totals[1:] == pytest.approx(1e-6 * b)
    assert data.unlisted.shares == pytest.approx([UNLISTED * a, 1e-6 * b])


def test_rows_of_names_are_fitted_to_what_lists_lack_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name of one list may belong to an origin whose list ends above it."""
    rows = [("ab", "A", 1e-9), ("bb", "A", 0.5), ("aa", "B", 0.4), ("ba", "B", 0.3)]
    sure = []
    for unlisted in (0.0, 1.0):
        monkeypatch.setattr("cognomen.training.dataset.UNLISTED", unlisted)
        run = TrainingRun(corpus_of(rows, shares=True), SMALL)
        run.fit_names()
        sure.append(softmax(run.network.logits(run.dataset.training.texts))[0].max())
    assert sure[1] < sure[0] - 0.05


# --- how often each name is shown -------------------------------------------------------------------------


def test_frequencies_follow_the_power() -> None:
    rows = [("ab", "A", 16.0), ("ba", "A", 1.0), ("bb", "B", 5.0)]
    for power in (0.0, 0.5, 1.0):
        found = dataset(corpus_of(rows), frequency_power=power, origin_power=0.0).frequencies
        assert found is not None
        assert found[0] / found[1] == pytest.approx(16**power)
        assert found[:2].sum() == pytest.approx(found[2]), "origins alike"


def test_a_very_common_name_is_shown_twenty_times_at_most() -> None:
    rows = [("ab", "A", 1e9)] + [("b" * i, "B", 1.0) for i in range(1, 200)]
    found = dataset(corpus_of(rows), frequency_power=1.0, origin_power=0.0).frequencies
    assert found is not None
    assert found[0] == MOST_SHOWN


def test_an_epoch_shows_names_as_often_as_they_say() -> None:
    rows = [("ab", "A", 50.0), ("ba", "A", 3.0), ("bb", "B", 5.0), ("bab", "B", 1.0)]
    data = dataset(corpus_of(rows))
    rng = np.random.default_rng(0)
    shown = [np.bincount(data.show(4, rng), minlength=4) for _ in range(2000)]
    assert data.frequencies is not None
    np.testing.assert_allclose(np.mean(shown, axis=0), data.frequencies, atol=0.05)
    assert (np.ptp(shown, axis=0) <= 1).all(), "rounded up or down"
    orders = {tuple(data.show(4, rng)) for _ in range(50)}
    assert len(orders) > 10, "in random order"


def test_without_weights_an_epoch_is_a_permutation() -> None:
    """And nothing else is drawn, so that weights trained before stay reproducible."""
    data = dataset(corpus_of(ROWS, weighted=False))
    one, other = np.random.default_rng(5), np.random.default_rng(5)
    np.testing.assert_array_equal(data.show(5, one), other.permutation(5))
    assert one.bit_generator.state == other.bit_generator.state
    assert data.frequencies is None
    assert data.unlisted is None
    assert data.training.targets(2) is data.training.labels


# --- names to validate with -------------------------------------------------------------------------------


@pytest.mark.parametrize("weighted", [False, True])
def test_names_to_validate_with_may_be_given(weighted: bool) -> None:
    """All others are then trained on; they have the shares under the priors, in the letters of training."""
    validation = corpus_of([("aba", "B", 1.0), ("aba", "A", 1.0), ("bz", "B", 2.0), ("b", "A", 0.0)])
    data = dataset(corpus_of(ROWS, weighted=weighted), validation=validation, validation_share=0.5)
    assert len(data.training) == (3 if weighted else 5)
    assert [data.validation.texts[i].tolist() for i in range(2)] == [[1, 2, 1], [2, 0]]
    a, b = (1 / 12, 1 / 12) if weighted else (1.0, 1.0)  # within origins 1/8 and 1/4, priors 8/12 and 4/12
    np.testing.assert_allclose(data.validation.targets(2), [[a / (a + b), b / (a + b)], [0, 1]], rtol=1e-6)


def test_names_to_validate_with_have_origins_that_are_learned() -> None:
    with pytest.raises(TrainingError, match=r"origins in made up, got others in made up: \['C'\]"):
        dataset(corpus_of(ROWS), validation=corpus_of([("aba", "C", 1.0)]))


def test_an_origin_whose_names_nobody_has() -> None:
    rows = [("ab", "A", 1.0), ("ba", "B", 0.0)]
    with pytest.raises(TrainingError, match=r"no training names are left of \['B'\]"):
        dataset(corpus_of(rows))


# --- learning ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shares", [False, True])
def test_a_spelling_of_two_origins_gets_its_shares_though_one_has_many_more_names(shares: bool) -> None:
    """Under the priors, however names and origins are shown."""
    rng = np.random.default_rng(0)
    letters = list("bcdfgh")
    rows = [("".join(rng.choice(letters, 6)), "A", 1.0) for _ in range(400)]
    rows += [("".join(rng.choice(letters, 6)), "B", 1.0) for _ in range(20)]
    rows += [("mixo", "A", 70.0), ("mixo", "B", 30.0)]
    config = replace(
        SMALL,
        epochs=40,
        dropout=(0.0, 0.0, 0.0),
        ngram_dropout=0.0,
        letter_dropout=0.0,
        rdrop_alpha=0.0,
        logit_adjustment=0.0,
        validation_share=0.0,
    )
    run = TrainingRun(corpus_of(rows, shares=shares), config)
    for _ in range(config.epochs):
        run.epoch(lambda progress: None)
    run.fit_names()
    target = run.dataset.training.targets(2)[-1]
    assert abs(target[0] - 0.7) > 0.1, "what it is shown is another mixture"
    (found,) = softmax(run.network.logits(run.dataset.training.texts[-1:]))
    np.testing.assert_allclose(found, [0.7, 0.3], atol=0.05)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three origins that endings tell apart, one name that two of them share."""
    rng = np.random.default_rng(1)
    rows = ["name,origin,count", "Karamoto,Japanese,900", "Karamoto,Italian,100"]
    for origin, names in made_up_names().items():
        rows += [f"{name},{origin},{rng.integers(1, 500)}" for name in names]
    path = tmp_path_factory.mktemp("weighted") / "table.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_a_weighted_table_from_end_to_end(table: Path, tmp_path: Path) -> None:
    result = train(load_corpus(table), replace(SMALL, epochs=12, refit=True))
    clf = result.classifier
    last = result.history[-1]
    assert last.validation_accuracy is not None
    assert last.validation_accuracy > 0.85
    assert isinstance(clf.network.ngrams, HashedNgrams)
    known = clf.network.evidence(clf.alphabet.encode_all(["karamoto", "karamota"])).known
    assert known is not None
    assert known.tolist() == [True, False]
    assert clf("Karamoto").origin == "Japanese"
    clf.save(tmp_path / "model", half=True)
    names = ["Karamoto", "Bolinov", "Rossini"]
    np.testing.assert_allclose(
        Classifier.load(tmp_path / "model").predict_proba(names), clf.predict_proba(names), atol=0.02
    )


def test_one_seed_gives_the_same_bits(table: Path) -> None:
    corpus = load_corpus(table)
    one = train(corpus, SMALL)
    assert_same_weights(train(corpus, SMALL), one)
    other = train(corpus, replace(SMALL, seed=1))
    assert weights_of(other) != weights_of(one)


def weights_of(result: object) -> bytes:
    return result.classifier.network.params["ngrams.embedding"].tobytes()  # type: ignore[attr-defined]


@pytest.mark.parametrize("epoch", [2, 4, 6])
def test_stopped_and_resumed_with_hashed_ngrams(table: Path, tmp_path: Path, epoch: int) -> None:
    """In either run, and with averaged weights: the weights are those of a run that was never stopped."""
    corpus, config = load_corpus(table), replace(SMALL, refit=True)
    at = tmp_path / "checkpoint"
    stopped = train(corpus, config, checkpoint=at, on_progress=stop_at(epoch))
    assert stopped.interrupted
    assert second_checkpoint(at).exists() == (epoch > config.epochs + 1)
    again = train(corpus, config, checkpoint=at, resume=True)
    assert not again.interrupted
    assert_same_weights(again, train(corpus, config))


def test_other_weights_are_another_corpus(table: Path, tmp_path: Path) -> None:
    corpus, at = load_corpus(table), tmp_path / "checkpoint"
    train(corpus, SMALL, checkpoint=at, on_progress=stop_at(2))
    other = replace(corpus, row_weights=corpus.weights + 1)
    with pytest.raises(TrainingError, match="the training names are not the same"):
        train(other, SMALL, checkpoint=at, resume=True)


def test_a_step_moves_the_rows_of_its_batch_only(table: Path) -> None:
    run = TrainingRun(load_corpus(table), replace(SMALL, swa_start=1.0))
    embedding = run.network.params["ngrams.embedding"]
    before = embedding.copy()
    batch = run.dataset.training[np.arange(4)]
    run.train_step(batch, run.rng, "now")
    moved = np.flatnonzero((embedding != before).any(axis=1))
    gradient = run.network.grads["ngrams.embedding"]
    assert isinstance(gradient, RowGradient)
    assert moved.tolist() == gradient.rows.tolist()
    assert 10 < len(moved) < len(embedding) / 5


def test_hashed_ngrams_of_no_letters() -> None:
    with pytest.raises(InputError, match="an ngram_rank and a longest_ngram; these are 6 and 0"):
        train(corpus_of(ROWS), replace(SMALL, longest_ngram=0, validation_share=0.0))


def test_the_command_trains_on_weights_with_hashed_ngrams(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "model"
    options = ["--ngram-rank", "8", "--ngram-bits", "10", "--name-bits", "9", "--frequency-power", "0.5"]
    options += ["--hidden-size", "8", "--embedding-size", "4", "--epochs", "3", "--no-refit"]
    lines(run("train", str(table), "--out", str(out), *options, "--origin-power", "0.2"))
    facts = json.loads((out / "model.json").read_text("utf-8"))
    config = facts["training"]["config"]
    chosen = ("ngram_rank", "ngram_bits", "name_bits", "frequency_power", "origin_power")
    assert [config[name] for name in chosen] == [8, 10, 9, 0.5, 0.2]
    assert facts["architecture"]["ngram_rank"] == 8
    assert lines(run("predict", "--model", str(out), "Karamoto"))
    assert b"Traceback" not in run("explain", "--model", str(out), "Karamoto").stderr


def test_exact_ngrams_that_would_fill_the_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cognomen.training.run.MOST_BYTES", 10.0)
    with pytest.raises(TrainingError, match=r"n-grams of \d+ letters.*--ngram-rank 32"):
        train(corpus_of(ROWS), replace(SMALL, ngram_rank=0, validation_share=0.0))


def test_a_folder_of_ones_own_that_is_called_world_is_no_corpus_of_the_world(tmp_path: Path) -> None:
    folder = tmp_path / "world"
    folder.mkdir()
    for origin, letters in (("Klingon", "kq"), ("Irish", "on")):
        names = [f"{a}{b}{c}" for a in letters for b in letters for c in letters]
        (folder / f"{origin}.txt").write_text("\n".join(names))
    config = TrainingConfig(hidden_size=4, embedding_size=4, epochs=1, refit=False, min_letter_count=1)
    clf = train(load_corpus(folder), config).classifier
    assert (clf.facts["source"], clf.tree.places, clf.default_prior) == ("world", None, None)
    assert "| Klingon | 50.0% |" in clf.card


def test_the_facts_are_those_of_every_origin() -> None:
    corpus = corpus_of(ROWS)
    with pytest.raises(InputError, match="facts of every origin, got none of"):
        replace(corpus, origin_facts={})

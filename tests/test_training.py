"""The fit loop: it learns, repeats itself to the bit, survives being stopped, and says when it goes wrong."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from counting import blas_threads
from safetensors.numpy import save

from cognomen.classifier.calibration import fit_temperature, softmax_with_temperature
from cognomen.corpora import Corpus, DroppedRow, load_corpus
from cognomen.errors import InputError, TrainingError
from cognomen.evaluation import evaluate
from cognomen.evaluation.splits import validation_mask
from cognomen.network import Network
from cognomen.rnn import AdamW, clip_grad_norm, cross_entropy, disagreement, one_cycle
from cognomen.text import Alphabet, fold, normalise
from cognomen.training import Progress, TrainingConfig, TrainingResult, train
from cognomen.training.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from cognomen.training.dataset import Dataset, Names, corpus_sha256
from cognomen.training.run import TrainingRun
from cognomen.training.training import second_checkpoint

ENDINGS = {
    "Russian": ("ov", "in", "sky"),
    "Japanese": ("moto", "yama", "da"),
    "Italian": ("ini", "etti", "ucci"),
}
SMALL = TrainingConfig(
    embedding_size=12,
    hidden_size=16,
    epochs=6,
    batch_size=16,
    learning_rate=0.02,
    validation_share=0.2,
    longest_ngram=0,
    logit_adjustment=0.0,
    rdrop_alpha=0.0,
    swa_start=1.0,
    refit=False,
)


def made_up_names(per_origin: int = 60) -> dict[str, list[str]]:
    """Random beginnings with endings that tell the origin."""
    rng = np.random.default_rng(3)

    def beginning() -> str:
        return "".join(rng.choice(list("bcdfgklmnprst" if i % 2 == 0 else "aeiou")) for i in range(3))

    return {
        origin: [beginning() + str(rng.choice(endings)) for _ in range(per_origin)]
        for origin, endings in ENDINGS.items()
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("names")
    for origin, names in made_up_names().items():
        (place / f"{origin}.txt").write_text("\n".join(names), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def corpus(folder: Path) -> Corpus:
    return load_corpus(folder)


@pytest.fixture(scope="module")
def trained(corpus: Corpus) -> TrainingResult:
    return train(corpus, SMALL)


def weights(result: TrainingResult) -> dict[str, np.ndarray]:
    return result.classifier.network.params


def assert_same_weights(one: TrainingResult, other: TrainingResult) -> None:
    assert weights(one).keys() == weights(other).keys()
    for name, tensor in weights(one).items():
        assert tensor.tobytes() == weights(other)[name].tobytes(), name


def test_it_learns(trained: TrainingResult) -> None:
    first, last = trained.history[0], trained.history[-1]
    assert last.train_loss < first.train_loss / 2
    assert last.validation_accuracy is not None
    assert last.validation_accuracy > 0.9
    assert trained.classifier("Karamoto").origin == "Japanese"
    assert not trained.interrupted
    assert trained.classifier.facts["history"] == [asdict(record) for record in trained.history]


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn", "combined"])
def test_every_cell_learns(corpus: Corpus, cell: str) -> None:
    result = train(corpus, replace(SMALL, cell=cell))
    assert result.history[-1].train_accuracy > 0.8


def test_one_seed_gives_the_same_bits(corpus: Corpus, trained: TrainingResult) -> None:
    assert_same_weights(trained, train(corpus, SMALL))


def test_another_seed_gives_other_weights(corpus: Corpus, trained: TrainingResult) -> None:
    other = train(corpus, replace(SMALL, seed=1))
    assert weights(other)["output.weight"].tobytes() != weights(trained)["output.weight"].tobytes()


def test_validation_names_are_never_trained_on(corpus: Corpus) -> None:
    config = replace(SMALL, seed=5, epochs=1)
    held_out = validation_mask(corpus.names, config.validation_share, config.seed, corpus.labels)
    facts = train(corpus, config).classifier.facts
    assert facts["validation_names"] == held_out.sum()
    assert facts["names"] == (~held_out).sum()
    inside = {fold(n) for n, out in zip(corpus.names, held_out, strict=True) if not out}
    outside = {fold(n) for n, out in zip(corpus.names, held_out, strict=True) if out}
    assert not inside & outside


FULL = replace(
    SMALL,
    epochs=2,
    batch_size=50,  # and the last batch is smaller
    validation_share=0.4,
    seed=5,
    dropout=(0.1, 0.2, 0.3),
    letter_dropout=0.05,
    label_smoothing=0.1,
    weight_decay=0.2,
    clip=0.2,
)


def test_the_loop_by_hand(corpus: Corpus) -> None:
    """Every setting in its place: a plain loop of the library's parts gives the same bits and figures."""
    held_out = validation_mask(corpus.names, FULL.validation_share, FULL.seed, corpus.labels)
    names = np.array([normalise(name) for name in corpus.names], object)
    y = np.searchsorted(corpus.origins, corpus.labels)
    alphabet = Alphabet.from_names(names[~held_out])
    rng = np.random.default_rng(FULL.seed)
    network = Network(FULL.architecture(len(alphabet), 3), dropout=FULL.dropout, rng=rng)
    optimiser = AdamW(network.params, FULL.learning_rate, weight_decay=FULL.weight_decay)
    rows, history = np.flatnonzero(~held_out), []
    for _ in range(FULL.epochs):
        losses, right = [], 0
        for batch in np.split(rows[rng.permutation(len(rows))], [50, 100]):
            texts = alphabet.encode_all(list(names[batch]))
            ids = np.where(rng.random(len(texts.data)) < FULL.letter_dropout, 0, texts.data)
            logits, backward = network.forward(texts.with_data(ids), rng)
            loss, dlogits = cross_entropy(logits, y[batch], label_smoothing=FULL.label_smoothing)
            network.zero_grad()
            backward(dlogits)
            assert clip_grad_norm(network.grads, FULL.clip) > FULL.clip
            optimiser.learning_rate = one_cycle(optimiser.steps, 6, FULL.learning_rate)
            optimiser.step(network.grads)
            losses.append(loss * len(batch))
            right += int((logits.argmax(axis=1) == y[batch]).sum())
        history.append((pytest.approx(sum(losses) / len(rows)), right / len(rows)))
    result = train(corpus, FULL)
    for name, tensor in network.params.items():
        assert tensor.tobytes() == weights(result)[name].tobytes(), name
    assert [(record.train_loss, record.train_accuracy) for record in result.history] == history
    logits = network.logits(alphabet.encode_all(list(names[held_out])))
    assert result.history[-1].validation_loss == pytest.approx(cross_entropy(logits, y[held_out])[0])
    assert result.history[-1].validation_accuracy == (logits.argmax(axis=1) == y[held_out]).mean()
    temperature = fit_temperature(logits, y[held_out])
    assert temperature != 1
    assert result.classifier.temperature == temperature
    measured = evaluate(softmax_with_temperature(logits, temperature), y[held_out], corpus.origins)
    figures = {key: getattr(measured, key) for key in ("accuracy", "macro_f1", "log_loss", "ece")}
    assert result.classifier.facts["validation"] == pytest.approx(figures, abs=1e-4)
    assert result.classifier.priors == pytest.approx(np.bincount(y[~held_out]) / len(rows))


def test_the_alphabet_is_of_training_names_alone(corpus: Corpus) -> None:
    pairs = [a + b for a in "abcdef" for b in "ghijklmnop"]
    names = tuple(pair + chr(0x4E00 + i) for i, pair in enumerate(pairs))  # a letter of its own in each
    own = Corpus(names, ("X", "Y") * 30, "here", corpus.report)
    held_out = validation_mask(own.names, SMALL.validation_share, SMALL.seed, own.labels)
    letters = train(own, replace(SMALL, epochs=1)).classifier.alphabet.letters
    assert [name[-1] in letters for name in names] == (~held_out).tolist()


def test_a_few_right_answers_do_not_make_it_surer(corpus: Corpus) -> None:
    """Where all 36 validation names are right, the likeliest temperature is next to 0, with no evidence."""
    result = train(corpus, replace(SMALL, epochs=12))
    assert result.history[-1].validation_accuracy == 1.0
    assert result.classifier.temperature == 1.0


def test_rows_without_letters_are_passed_over(corpus: Corpus, trained: TrainingResult) -> None:
    names, labels = (*corpus.names, "123", "?"), (*corpus.labels, "Italian", "Russian")
    result = train(Corpus(names, labels, corpus.source, corpus.report), replace(SMALL, epochs=1))
    facts = result.classifier.facts
    assert facts["names"] + facts["validation_names"] == len(corpus)


def test_names_per_second(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock that ticks once for each step, 141 names in batches of 50."""
    seen: list[Progress] = []
    monkeypatch.setattr("cognomen.training.run.time", SimpleNamespace(perf_counter=count().__next__))
    train(corpus, replace(SMALL, batch_size=50, epochs=1), on_progress=seen.append)
    assert [p.names_per_second for p in seen] == [50, 50, 47]


def test_progress_counts_up(corpus: Corpus) -> None:
    seen: list[Progress] = []
    result = train(corpus, replace(SMALL, epochs=2), on_progress=seen.append)
    steps = seen[-1].steps
    assert [(p.epoch, p.step) for p in seen] == [(e, s) for e in (1, 2) for s in range(1, steps + 1)]
    assert [p.record for p in seen if p.record] == result.history
    assert all(p.names_per_second > 0 for p in seen)


class StopAt:
    """Acts like Ctrl-C after a number of steps."""

    def __init__(self, epoch: int, step: int) -> None:
        self.place = (epoch, step)

    def __call__(self, progress: Progress) -> None:
        if (progress.epoch, progress.step) == self.place:
            raise KeyboardInterrupt


def test_resuming_ends_with_the_same_weights(corpus: Corpus, trained: TrainingResult, tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    stopped = train(corpus, SMALL, checkpoint=path, on_progress=StopAt(3, 2))
    assert stopped.interrupted
    assert len(stopped.history) == 2
    resumed = train(corpus, SMALL, checkpoint=path, resume=True)
    assert_same_weights(trained, resumed)
    assert resumed.history == trained.history


RUN = """
import sys
from pathlib import Path
from cognomen.corpora import load_corpus
from cognomen.training import TrainingConfig
from cognomen.training import train
def say(progress):
    print(progress.epoch, progress.step, flush=True)
corpus, checkpoint = load_corpus(sys.argv[1]), Path(sys.argv[3])
config = TrainingConfig.from_json(eval(sys.argv[2]))
train(corpus, config, checkpoint=checkpoint, on_progress=say)
"""


@pytest.mark.parametrize("stop", [2, 4, 6])
def test_resuming_a_run_of_averaged_weights(corpus: Corpus, tmp_path: Path, stop: int) -> None:
    """Stopped before the first is averaged, or later."""
    path, config = tmp_path / "run.checkpoint", replace(SMALL, swa_start=0.4)
    train(corpus, config, checkpoint=path, on_progress=StopAt(stop, 2))
    resumed = train(corpus, config, checkpoint=path, resume=True)
    assert_same_weights(train(corpus, config), resumed)
    read = read_checkpoint(path).tensors
    for name, tensor in weights(resumed).items():
        assert tensor.tobytes() == read[f"averaged/{name}"].tobytes()
        assert tensor.tobytes() != read[f"network/{name}"].tobytes()


def test_resuming_after_kill_9(folder: Path, corpus: Corpus, trained: TrainingResult, tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    command = [sys.executable, "-c", RUN, str(folder), repr(SMALL.to_json()), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("3 "):
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL
    assert_same_weights(trained, train(corpus, SMALL, checkpoint=path, resume=True))
    assert os.listdir(tmp_path) == ["run.checkpoint"]


OVERFITTING = replace(SMALL, epochs=12, dropout=(0.0, 0.0, 0.0), learning_rate=0.05, seed=1)


@pytest.fixture(scope="module")
def mixed_up(corpus: Corpus) -> Corpus:
    """Labels by chance: the more a network learns by heart, the more it is wrong elsewhere."""
    labels = tuple(np.random.default_rng(0).permutation(np.array(corpus.labels, object)))
    return replace(corpus, labels=labels)


@pytest.mark.parametrize(("swa_start", "group"), [(1.0, "network"), (0.2, "averaged")])
def test_interrupted_keeps_the_best_epoch(
    mixed_up: Corpus, tmp_path: Path, swa_start: float, group: str
) -> None:
    path, after, config = tmp_path / "run.checkpoint", {}, replace(OVERFITTING, swa_start=swa_start)

    def watch(progress: Progress) -> None:
        if progress.step == 1 and progress.epoch > 1:
            after[progress.epoch - 1] = read_checkpoint(path).tensors
        StopAt(9, 2)(progress)

    stopped = train(mixed_up, config, checkpoint=path, on_progress=watch)
    losses = [record.validation_loss for record in stopped.history]
    best = int(np.argmin(losses)) + 1
    assert len(stopped.history) == 8
    assert 1 < best < 7, "the test needs an epoch in the middle"
    assert [record.train_loss for record in stopped.history][-1] < stopped.history[best - 1].train_loss
    for name, tensor in weights(stopped).items():
        assert tensor.tobytes() == after[best][f"{group}/{name}"].tobytes(), name
    assert stopped.classifier.facts["epochs"] == best
    assert f"for {best} epochs" in stopped.classifier.card
    assert "stopped before its 12 epochs" in stopped.classifier.card

    train(mixed_up, config, checkpoint=path, on_progress=StopAt(best + 2, 1))
    resumed = train(mixed_up, config, checkpoint=path, resume=True, on_progress=StopAt(9, 2))
    assert_same_weights(stopped, resumed)


def test_a_run_that_ends_keeps_its_last_epoch(mixed_up: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    ended = train(mixed_up, OVERFITTING, checkpoint=path)
    for name, tensor in weights(ended).items():
        assert tensor.tobytes() == read_checkpoint(path).tensors[f"network/{name}"].tobytes(), name
    assert ended.classifier.facts["epochs"] == 12
    assert "stopped" not in ended.classifier.card
    again = train(mixed_up, OVERFITTING, checkpoint=path, resume=True)  # killed before the model was saved
    assert_same_weights(ended, again)
    assert again.classifier.temperature == ended.classifier.temperature


def test_a_checkpoint_after_each_epoch(corpus: Corpus, tmp_path: Path) -> None:
    path, epochs = tmp_path / "run.checkpoint", []

    def watch(progress: Progress) -> None:
        if progress.step == 1 and progress.epoch > 1:
            epochs.append(len(read_checkpoint(path).facts["history"]))

    train(corpus, SMALL, checkpoint=path, on_progress=watch)
    assert [*epochs, len(read_checkpoint(path).facts["history"])] == [1, 2, 3, 4, 5, 6]


def test_interrupted_before_the_first_epoch_passes_on(corpus: Corpus) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(corpus, SMALL, on_progress=StopAt(1, 2))


def test_nothing_to_resume(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="nothing to resume"):
        train(corpus, SMALL, checkpoint=tmp_path / "none", resume=True)


def test_a_damaged_checkpoint_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    write_checkpoint(path, Checkpoint({"a": np.ones(3, np.float32)}, {"b": 1}))
    assert read_checkpoint(path).facts == {"b": 1}
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(TrainingError, match="damaged"):
        train(corpus, SMALL, checkpoint=path, resume=True)
    path.write_bytes(b"hello")
    with pytest.raises(TrainingError, match="damaged"):
        train(corpus, SMALL, checkpoint=path, resume=True)


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}, {"cognomen-checkpoint": "{"}])
def test_another_safetensors_file_is_no_checkpoint(tmp_path: Path, metadata: dict[str, str] | None) -> None:
    path = tmp_path / "file"
    path.write_bytes(save({"a": np.ones(3)}, metadata))
    with pytest.raises(TrainingError, match="not a checkpoint"):
        read_checkpoint(path)


def test_a_full_disk_leaves_the_checkpoint_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left on device")

    path = tmp_path / "run.checkpoint"
    write_checkpoint(path, Checkpoint({"a": np.ones(3)}, {"epoch": 1}))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_checkpoint(path, Checkpoint({"a": np.zeros(3)}, {"epoch": 2}))
    assert read_checkpoint(path).facts == {"epoch": 1}


def test_another_runs_checkpoint_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    train(corpus, replace(SMALL, epochs=1), checkpoint=path)
    with pytest.raises(TrainingError, match="epochs was 1, is 6"):
        train(corpus, SMALL, checkpoint=path, resume=True)
    with pytest.raises(TrainingError, match=r"clip was 1\.0, is 2\.0; seed was 0, is 3"):
        train(corpus, replace(SMALL, epochs=1, clip=2.0, seed=3), checkpoint=path, resume=True)
    stored = read_checkpoint(path)
    older = {name: value for name, value in stored.facts["config"].items() if name != "clip"}
    write_checkpoint(tmp_path / "older", Checkpoint(stored.tensors, stored.facts | {"config": older}))
    with pytest.raises(TrainingError, match="clip was None"):
        train(corpus, replace(SMALL, epochs=1), checkpoint=tmp_path / "older", resume=True)
    other_labels = Corpus(corpus.names, corpus.labels[::-1], corpus.source, corpus.report)
    assert corpus_sha256(other_labels) != corpus_sha256(corpus)
    fewer = Corpus(corpus.names[1:], corpus.labels[1:], corpus.source, corpus.report)
    with pytest.raises(TrainingError, match="names are not the same"):
        train(fewer, replace(SMALL, epochs=1), checkpoint=path, resume=True)


@pytest.mark.parametrize("cell", ["gru", "rnn"])
def test_divergence_names_its_cause(corpus: Corpus, cell: str) -> None:
    wild = replace(SMALL, cell=cell, nonlinearity="relu", learning_rate=1e6, clip=1e9)
    with pytest.raises(
        TrainingError, match=r"diverged at epoch 1, step \d+.*learning rate: it is 1e\+06; try 100000"
    ):
        train(corpus, wild)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"cell": "rnn"}, "try 1e+19, or a cell with gates"),
        ({"cell": "rnn", "nonlinearity": "relu"}, "try 1e+19, or the tanh, or a cell with gates"),
        (
            {"cell": "rnn", "nonlinearity": "relu", "batch_size": 1000, "epochs": 1, "learning_rate": 3e38},
            "are not finite.*try 3e+37",
        ),
        (
            {"learning_rate": 0.02, "weight_decay": 1e4},
            "weight decay for its learning rate: it is 10000; try 0.5",
        ),
    ],
)
def test_divergence_in_other_ways(corpus: Corpus, changed: dict[str, Any], words: str) -> None:
    with pytest.raises(TrainingError, match=words.replace("+", r"\+")):
        train(corpus, replace(SMALL, **({"learning_rate": 1e20} | changed)))


@pytest.mark.parametrize(
    ("loss", "norm"), [(np.nan, 1.0), (np.inf, 1.0), (1.0, np.nan), (1.0, np.inf), (14.0, 1.0)]
)
def test_each_sign_of_divergence_counts(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, loss: float, norm: float
) -> None:
    """Three origins: a guess has a loss of 1.1, a batch of 36 with one of 14 is going wrong."""
    config = replace(SMALL, batch_size=36)
    monkeypatch.setattr("cognomen.rnn.training_loop.clip_grad_norm", lambda grads, limit: norm)
    monkeypatch.setattr(
        "cognomen.training.step.cross_entropy", lambda logits, y, **_: (loss, np.zeros_like(logits))
    )
    with pytest.raises(TrainingError, match="epoch 1, step 1"):
        train(corpus, config)


def test_one_name_that_costs_much_is_no_divergence(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same loss in batches of one: a mislabelled name, perhaps."""
    monkeypatch.setattr(
        "cognomen.training.step.cross_entropy", lambda logits, y, **_: (14.0, np.zeros_like(logits))
    )
    assert train(corpus, replace(SMALL, batch_size=1, epochs=1)).history[0].train_loss == 14


def test_too_little_to_learn_from(corpus: Corpus) -> None:
    lonely = Corpus((*corpus.names, "123"), (*corpus.labels, "Basque"), "here", corpus.report)
    with pytest.raises(TrainingError, match=r"no training names are left of \['Basque'\]"):
        train(lonely, SMALL)

    one = Corpus(("a", "b"), ("X", "X"), "here", corpus.report)
    with pytest.raises(TrainingError, match="two or more origins"):
        train(one, SMALL)


def test_configs_refuse_nonsense() -> None:
    nan = float("nan")
    for wrong in [
        *({name: 0} for name in ("epochs", "batch_size", "embedding_size", "hidden_size", "num_layers")),
        *({name: -1} for name in ("min_letter_count", "seed", "weight_decay")),
        *({name: float("inf")} for name in ("rdrop_alpha", "rnn_loss_weight", "weight_decay")),
        *({"swa_start": value} for value in (0.0, -0.1, 1.1, nan)),
        *({name: value} for name in ("learning_rate", "clip") for value in (0.0, -1.0, nan, float("inf"))),
        *(
            {n: v}
            for n in ("letter_dropout", "validation_share", "label_smoothing")
            for v in (-0.1, 1.0, nan)
        ),
    ]:
        with pytest.raises(InputError, match=next(iter(wrong))):
            TrainingConfig(**wrong)  # type: ignore[arg-type]
    assert TrainingConfig.from_json(SMALL.to_json()) == SMALL


def test_no_validation_names(corpus: Corpus) -> None:
    result = train(corpus, replace(SMALL, validation_share=0, epochs=1))
    assert result.history[0].validation_loss is None
    assert "validation" not in result.classifier.facts


def test_rare_letters_are_left_out(corpus: Corpus) -> None:
    names = tuple(f"{a}{b}" for a in "abcdefghijklm" for b in "nopqrstuvwxyz")  # 169 names
    many = Corpus(names * 12 + ("zañ",), ("X", "Y", "Z", "X") * 507 + ("X",), "here", corpus.report)
    config = replace(SMALL, epochs=1, batch_size=512, validation_share=0)
    assert "\u0303" not in train(many, config).classifier.alphabet.letters  # 1 in 2,029 names
    assert "\u0303" in train(many, replace(config, min_letter_count=1)).classifier.alphabet.letters
    few = Corpus((*names, "zañ"), ("X", "Y") * 85, "here", corpus.report)
    assert "\u0303" in train(few, config).classifier.alphabet.letters  # 1 in 170


def test_unknown_letters_are_trained(corpus: Corpus) -> None:
    start = train(corpus, replace(SMALL, epochs=1, letter_dropout=0.0))
    noisy = train(corpus, replace(SMALL, epochs=1, letter_dropout=0.2))
    assert not np.array_equal(weights(start)["embedding.weight"][0], weights(noisy)["embedding.weight"][0])


def test_a_model_tells_of_its_data_in_counts_and_holds_no_name(corpus: Corpus) -> None:
    dropped = (DroppedRow("Secretov", "Russian", "Russian.txt", 7, "junk"),) * 3
    report = replace(corpus.report, rows_read=500, dropped=dropped)
    clf = train(replace(corpus, report=report), replace(SMALL, epochs=1)).classifier
    assert f"500 rows read, {len(corpus):,} kept" in clf.card
    assert "3 rows dropped as junk" in clf.card
    assert "Secretov" not in clf.card + str(clf.facts)
    told = clf.card + str(clf.facts)
    assert not [name for name in corpus.names if name in told]


@pytest.mark.usefixtures("two_threads")  # it also checks that there are two again
def test_the_linear_algebra_has_one_thread_and_gets_the_others_back(corpus: Corpus) -> None:
    seen: list[set[int]] = []
    train(corpus, replace(SMALL, epochs=1), on_progress=lambda progress: seen.append(blas_threads()))
    assert seen
    assert all(now == {1} for now in seen)


# --- once calibrated, anew on all names --------------------------------------------------------------------

TWICE = replace(SMALL, refit=True, epochs=3, longest_ngram=2, logit_adjustment=0.15)


def test_the_second_network_learns_from_all_names(corpus: Corpus) -> None:
    first = train(corpus, replace(TWICE, refit=False))
    told: list[Progress] = []
    both = train(corpus, TWICE, on_progress=told.append)
    assert both.classifier.facts["names"] == len(corpus)
    assert both.classifier.facts["refit"]
    assert not first.classifier.facts["refit"]
    assert both.history == first.history
    for key in ("validation", "validation_names", "history"):
        assert both.classifier.facts[key] == first.classifier.facts[key]
    assert both.classifier.calibration == first.classifier.calibration
    alone = train(corpus, replace(TWICE, validation_share=0.0))
    assert alone.classifier.facts["names"] == len(corpus)
    for name, param in both.classifier.network.params.items():
        assert np.array_equal(param, alone.classifier.network.params[name]), name
    assert [(p.epoch, p.epochs) for p in told if p.record] == [(n, 6) for n in range(1, 7)]


def stop_at(epoch: int) -> Callable[[Progress], None]:
    """Press Ctrl-C when an epoch begins."""

    def on_progress(progress: Progress) -> None:
        if progress.epoch == epoch:
            raise KeyboardInterrupt

    return on_progress


@pytest.mark.parametrize("epoch", [2, 4, 5, 6])
def test_stopped_and_resumed_in_either_run(corpus: Corpus, tmp_path: Path, epoch: int) -> None:
    whole = train(corpus, TWICE)
    path = tmp_path / "checkpoint"
    stopped = train(corpus, TWICE, checkpoint=path, on_progress=stop_at(epoch))
    assert stopped.interrupted
    assert not stopped.classifier.facts["refit"], "the second network is not ready"
    assert len(stopped.history) == min(epoch - 1, TWICE.epochs)
    resumed = train(corpus, TWICE, checkpoint=path, resume=True)
    assert not resumed.interrupted
    assert resumed.classifier.facts == whole.classifier.facts
    for name, param in resumed.classifier.network.params.items():
        assert np.array_equal(param, whole.classifier.network.params[name]), name


def test_ngrams_are_those_of_the_training_names(corpus: Corpus) -> None:
    clf = train(corpus, replace(SMALL, epochs=1, longest_ngram=3, min_ngram_count=4)).classifier
    ngrams = clf.network.ngrams
    assert ngrams is not None
    assert ngrams.letters.shape[1] == 3
    assert ngrams.counts.min() == 4
    assert ngrams.counts.max() == clf.facts["names"], "the mark's own count"
    assert np.abs(ngrams.params["weight"][1:]).min(axis=1).max() > 0


@pytest.mark.parametrize(("share", "there"), [(0.5, True), (0.2, False)])
def test_the_limit_of_what_is_like_the_training(folder: Path, share: float, there: bool) -> None:
    """Of 200 names held out or more, the bits per letter that one in 200 exceeds; of fewer, none."""
    rng = np.random.default_rng(0)
    names = ["".join(rng.choice(list("abcdefgh"), 6)) for _ in range(500)]
    report = replace(load_corpus(folder).report, dropped=())
    corpus = Corpus(tuple(names), tuple(rng.choice(["A", "B"], 500)), "made up", report)
    config = replace(SMALL, epochs=1, longest_ngram=2, validation_share=share)
    clf = train(corpus, config).classifier
    limit = clf.calibration.ood_threshold
    assert (limit is not None) == there
    if limit is not None:
        held_out = validation_mask(corpus.names, share, config.seed, corpus.labels)
        rows = [name for name, out in zip(names, held_out, strict=True) if out]
        assert clf.network.ngrams is not None
        found = clf.network.ngrams.bits_per_letter(clf.alphabet.encode_all(rows))
        assert limit == pytest.approx(np.quantile(found, 0.995), abs=1e-4)


@pytest.mark.parametrize(
    "changed",
    [
        {"min_ngram_count": 10**6},
        {"batch_size": 1, "ngram_dropout": 0.99, "longest_ngram": 1},
        {"batch_size": 2, "ngram_dropout": 0.9},
    ],
)
def test_batches_without_any_ngram(corpus: Corpus, changed: dict[str, Any]) -> None:
    config = replace(SMALL, epochs=1, learning_rate=1e-3, **({"longest_ngram": 3} | changed))
    assert train(corpus, config).history


def test_what_an_earlier_run_left_is_not_resumed(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    train(corpus, TWICE, checkpoint=path, on_progress=stop_at(5))
    assert second_checkpoint(path).exists()
    other = replace(TWICE, seed=1)
    train(corpus, other, checkpoint=path, on_progress=stop_at(2))
    resumed = train(corpus, other, checkpoint=path, resume=True).classifier
    assert resumed.facts["config"]["seed"] == 1
    assert resumed.facts["refit"]


def test_one_step_by_hand(corpus: Corpus) -> None:
    """The gradient of the loss of all evidence, and of `rnn_loss_weight` times the recurrent part's."""
    config = replace(
        SMALL,
        longest_ngram=2,
        rnn_loss_weight=0.7,
        logit_adjustment=0.3,
        dropout=(0.0, 0.0, 0.0),
        ngram_dropout=0.0,
    )
    config = replace(config, letter_dropout=0.0, clip=1e6)
    run, twin = TrainingRun(corpus, config), TrainingRun(corpus, config)
    batch = twin.dataset.training[np.arange(8)]
    labels = batch.labels
    run.train_step(batch, run.rng, "a step")
    parts, backward = twin.network.forward_parts(batch.texts)
    class_log_prior = 0.3 * np.log(twin.dataset.priors)
    together = cross_entropy(parts[0] + parts[1] + class_log_prior, labels)[1]
    backward([together + 0.7 * cross_entropy(parts[0] + class_log_prior, labels)[1], together])
    for name, grad in twin.network.grads.items():
        np.testing.assert_allclose(run.network.grads[name], grad, atol=1e-6, err_msg=name)


def test_two_readings_of_each_name(corpus: Corpus) -> None:
    """The loss of both, each with noise of its own, and `rdrop_alpha` times how far they lie apart."""
    config = replace(
        SMALL, rdrop_alpha=0.6, logit_adjustment=0.3, dropout=(0.0, 0.0, 0.5), letter_dropout=0.0, clip=1e6
    )
    run, twin = TrainingRun(corpus, config), TrainingRun(corpus, config)
    rows = np.arange(8)
    loss, right = run.train_step(run.dataset.training[rows], run.rng, "a step")
    twice = twin.dataset.training[np.r_[rows, rows]]
    twin.rng.random(len(twice.texts.data))  # the letters', of which none is dropped
    (logits,), backward = twin.network.forward_parts(twice.texts, twin.rng)
    logits += 0.3 * np.log(twin.dataset.priors)
    expected, dlogits = cross_entropy(logits, twice.labels)
    apart, *gradients = disagreement(logits[:8], logits[8:])
    assert apart > 0
    backward([dlogits + 0.6 * np.concatenate(gradients)])
    for name, grad in twin.network.grads.items():
        np.testing.assert_allclose(run.network.grads[name], grad, atol=1e-6, err_msg=name)
    assert loss == pytest.approx(expected)
    assert 0 <= right <= 8


@pytest.mark.parametrize(("batch_size", "swa_start"), [(16, 0.5), (64, 0.4), (1000, 0.3), (16, 0.999)])
def test_the_network_that_answers_has_the_averaged_weights(
    corpus: Corpus, batch_size: int, swa_start: float
) -> None:
    """Four times an epoch, or at each step where there are fewer; until then it has the trained weights."""
    config = replace(SMALL, batch_size=batch_size, swa_start=swa_start)
    run, seen = TrainingRun(corpus, config), []
    step = run.train_step
    steps = step.steps // 6  # of an epoch

    def step_and_look(*given: Any) -> tuple[float, float]:
        told = step(*given)
        done = step.optimiser.steps
        if done >= swa_start * 6 * steps and done % max(1, steps // 4) == 0:
            seen.append({name: param.copy() for name, param in step.network.params.items()})
        return told

    step_and_look.end_epoch = step.end_epoch  # type: ignore[attr-defined]
    run.train_step = step_and_look  # type: ignore[assignment]
    for _ in range(6):
        run.epoch(lambda progress: None)
        for name, param in run.network.params.items():
            expected = np.mean([w[name] for w in seen], axis=0) if seen else step.network.params[name]
            np.testing.assert_allclose(param, expected, atol=1e-6)
    assert len(seen) == {(16, 0.5): 14, (64, 0.4): 11, (1000, 0.3): 5, (16, 0.999): 1}[batch_size, swa_start]
    assert step.optimiser.learning_rate == config.learning_rate


def test_without_averages_the_trained_network_answers(corpus: Corpus) -> None:
    run = TrainingRun(corpus, SMALL)
    assert run.network is run.train_step.network
    run.epoch(lambda progress: None)
    assert "averaged/output.weight" not in run.checkpoint().tensors


def test_two_readings_come_to_agree(corpus: Corpus) -> None:
    """With it, the answers under noise end nearer to each other."""
    apart = []
    for rdrop_alpha in (0.0, 10.0):
        run = TrainingRun(corpus, replace(SMALL, dropout=(0.0, 0.0, 0.5), rdrop_alpha=rdrop_alpha))
        for _ in range(3):
            run.epoch(lambda progress: None)
        names = run.dataset.training
        twice = names[np.tile(np.arange(len(names)), 2)]
        (logits,), _ = run.network.forward_parts(twice.texts, np.random.default_rng(0))
        apart.append(disagreement(*np.split(logits, 2))[0])
    assert apart[1] < apart[0] / 2


def test_the_dropout_reaches_the_ngrams(corpus: Corpus) -> None:
    run = TrainingRun(corpus, replace(SMALL, longest_ngram=2, ngram_dropout=0.35))
    assert run.network.ngrams is not None
    assert run.network.ngrams.dropout == 0.35


def test_without_names_held_out_there_is_one_training(corpus: Corpus) -> None:
    told: list[Progress] = []
    result = train(corpus, replace(TWICE, validation_share=0.0), on_progress=told.append)
    assert [p.epoch for p in told if p.record] == [1, 2, 3]
    assert not result.classifier.facts["refit"]


def test_balance_favours_rare_origins(corpus: Corpus) -> None:
    """With it, the rarest origin's mean logit rises against the commonest one's."""
    rows = [i for i, label in enumerate(corpus.labels) if label != corpus.origins[0] or i % 4 == 0]
    some = replace_names(corpus, rows)
    logits = []
    for balance in (0.0, 0.9):
        clf = train(some, replace(SMALL, epochs=3, logit_adjustment=balance)).classifier
        logits.append(clf.logits(some.names).mean(axis=0))
    rare, common = int(np.argmin(clf.priors)), int(np.argmax(clf.priors))
    gain = logits[1] - logits[0]
    assert gain[rare] > gain[common] + 0.3


def replace_names(corpus: Corpus, rows: list[int]) -> Corpus:
    """Some rows of a corpus."""
    names = tuple(corpus.names[i] for i in rows)
    return replace(corpus, names=names, labels=tuple(corpus.labels[i] for i in rows))


# --- names from outside ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def enlarged(corpus: Corpus) -> Corpus:
    """Twenty more Italian names, and one of each other origin, behind the corpus's own."""
    italian = [f"{a}{b}ello" for a in "BCDFGLMNPR" for b in "ao"]
    return corpus.with_outside(
        [*italian, "Yokoyamoto", "Zubrinsky"], ["Italian"] * 20 + ["Japanese", "Russian"]
    )


def test_names_from_outside_are_shown_at_first_only(corpus: Corpus, enlarged: Corpus) -> None:
    assert enlarged.outside == 22
    run = TrainingRun(enlarged, replace(SMALL, batch_size=8))
    names, own, step = run.dataset.training, run.dataset.own, run.train_step
    assert len(names) == own + 22
    assert [run.shown_in(epoch) for epoch in range(6)] == [own + 22] * 2 + [own] * 4
    shown: list[tuple[str, int]] = []

    def step_and_look(batch: Names, *others: Any) -> tuple[float, float]:
        shown.extend(spelled(batch))
        return step(batch, *others)

    def spelled(some: Names) -> list[tuple[str, int]]:
        texts = [run.dataset.alphabet.decode(text) for text in some.texts]
        return list(zip(texts, some.labels.tolist(), strict=True))

    step_and_look.end_epoch = step.end_epoch  # type: ignore[attr-defined]
    run.train_step = step_and_look  # type: ignore[assignment]
    told: list[Progress] = []
    for epoch in range(6):
        shown.clear()
        run.epoch(told.append)
        assert sorted(shown) == sorted(spelled(names[np.arange(run.shown_in(epoch))]))
        assert told[-1].step == told[-1].steps == math.ceil(len(shown) / 8)
    assert step.optimiser.steps == step.steps
    letters = {text for text, _ in spelled(names[np.arange(own)])}
    assert letters <= {normalise(name) for name in corpus.names}


def test_no_name_from_outside_is_held_out(corpus: Corpus, enlarged: Corpus) -> None:
    alone, data = (Dataset.of(names, SMALL, hold_out=True) for names in (corpus, enlarged))
    assert len(data.validation) == len(alone.validation) > 0
    assert data.own == len(alone.training)
    np.testing.assert_array_equal(data.validation.labels, alone.validation.labels)


def test_answers_are_about_names_such_as_the_corpuss_own(corpus: Corpus, enlarged: Corpus) -> None:
    """What is favoured follows from its own shares; that others were shown at first is allowed for."""
    alone, run = (TrainingRun(names, replace(SMALL, logit_adjustment=0.3)) for names in (corpus, enlarged))
    priors, labels = run.dataset.priors, run.dataset.training.labels
    np.testing.assert_array_equal(priors, alone.dataset.priors)
    np.testing.assert_array_equal(run.train_step.class_log_prior, alone.train_step.class_log_prior)
    shown = np.bincount(labels) / len(labels)
    for epoch in range(3):
        run.epoch(lambda progress: None)
        expected = np.log(shown / priors) if epoch < 2 else np.zeros(3)
        np.testing.assert_allclose(run.train_step.prior_correction, expected, atol=1e-6)


def test_no_weights_are_averaged_while_names_from_outside_are_shown(enlarged: Corpus) -> None:
    run = TrainingRun(enlarged, replace(SMALL, swa_start=0.01))
    for epoch in range(3):
        run.epoch(lambda progress: None)
        params = run.train_step.network.params
        same = [np.allclose(run.network.params[k], v, atol=1e-6) for k, v in params.items()]
        assert all(same) == (epoch < 2)


def test_how_many_are_from_outside_is_part_of_what_was_learnt(enlarged: Corpus) -> None:
    assert corpus_sha256(enlarged) != corpus_sha256(replace(enlarged, outside=0))


@pytest.mark.parametrize("epoch", [2, 4, 8])
def test_stopped_among_names_from_outside_and_resumed(enlarged: Corpus, tmp_path: Path, epoch: int) -> None:
    config = replace(SMALL, swa_start=0.5, refit=True)
    whole, path = train(enlarged, config), tmp_path / "checkpoint"
    assert train(enlarged, config, checkpoint=path, on_progress=stop_at(epoch)).interrupted
    assert_same_weights(whole, train(enlarged, config, checkpoint=path, resume=True))

"""The fit loop: it learns, repeats itself to the bit, survives being stopped, and says when it goes wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cognomen.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from cognomen.corpora import Corpus, load_corpus
from cognomen.errors import InputError, TrainingError
from cognomen.evaluation import validation_mask
from cognomen.recipe import Recipe
from cognomen.text import fold
from cognomen.training import Progress, TrainingResult, train

ENDINGS = {
    "Russian": ("ov", "in", "sky"),
    "Japanese": ("moto", "yama", "da"),
    "Italian": ("ini", "etti", "ucci"),
}
SMALL = Recipe(
    embedding_size=12, hidden_size=16, epochs=6, batch_size=16, learning_rate=0.02, validation_share=0.2
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


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn", "combined"])
def test_every_cell_learns(corpus: Corpus, cell: str) -> None:
    result = train(corpus, replace(SMALL, cell=cell))
    assert result.history[-1].train_accuracy > 0.8


def test_one_seed_gives_the_same_bits(corpus: Corpus, trained: TrainingResult) -> None:
    assert_same_weights(trained, train(corpus, SMALL))


def test_another_seed_gives_other_weights(corpus: Corpus, trained: TrainingResult) -> None:
    other = train(corpus, replace(SMALL, seed=1))
    assert weights(other)["output.weight"].tobytes() != weights(trained)["output.weight"].tobytes()


def test_validation_names_are_never_trained_on(corpus: Corpus, trained: TrainingResult) -> None:
    held_out = validation_mask(corpus.names, SMALL.validation_share, SMALL.seed, corpus.labels)
    facts = trained.classifier.facts
    assert facts["validation_names"] == held_out.sum()
    assert facts["names"] == (~held_out).sum()
    inside = {fold(n) for n, out in zip(corpus.names, held_out, strict=True) if not out}
    outside = {fold(n) for n, out in zip(corpus.names, held_out, strict=True) if out}
    assert not inside & outside


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
from cognomen.recipe import Recipe
from cognomen.training import train
def say(progress):
    print(progress.epoch, progress.step, flush=True)
corpus, recipe, checkpoint = load_corpus(sys.argv[1]), Recipe.from_json(eval(sys.argv[2])), Path(sys.argv[3])
train(corpus, recipe, checkpoint=checkpoint, on_progress=say)
"""


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


def test_interrupted_keeps_the_best_epoch(corpus: Corpus, tmp_path: Path) -> None:
    stopped = train(corpus, replace(SMALL, epochs=8), checkpoint=tmp_path / "c", on_progress=StopAt(6, 1))
    losses = [record.validation_loss for record in stopped.history]
    best = int(np.argmin(losses)) + 1
    again = train(corpus, replace(SMALL, epochs=8), on_progress=StopAt(best + 1, 1))
    assert_same_weights(stopped, again)


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


def test_another_runs_checkpoint_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    train(corpus, replace(SMALL, epochs=1), checkpoint=path)
    with pytest.raises(TrainingError, match="epochs was 1, is 6"):
        train(corpus, SMALL, checkpoint=path, resume=True)
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


def test_too_little_to_learn_from(corpus: Corpus) -> None:
    one = Corpus(("a", "b"), ("X", "X"), "here", corpus.report)
    with pytest.raises(TrainingError, match="two or more origins"):
        train(one, SMALL)


def test_recipes_refuse_nonsense() -> None:
    for wrong in [{"epochs": 0}, {"learning_rate": -1.0}, {"letter_dropout": 1.0}, {"hidden_size": 0}]:
        with pytest.raises(InputError, match=next(iter(wrong))):
            Recipe(**wrong)  # type: ignore[arg-type]
    assert Recipe.from_json(SMALL.to_json()) == SMALL


def test_no_validation_names(corpus: Corpus) -> None:
    result = train(corpus, replace(SMALL, validation_share=0, epochs=1))
    assert result.history[0].validation_loss is None
    assert "validation" not in result.classifier.facts


def test_rare_letters_are_left_out(corpus: Corpus) -> None:
    names = tuple(f"{a}{b}" for a in "abcdefghijklm" for b in "nopqrstuvwxyz")  # 169 names
    many = Corpus(names * 12 + ("zañ",), ("X", "Y", "Z", "X") * 507 + ("X",), "here", corpus.report)
    recipe = replace(SMALL, epochs=1, batch_size=512, validation_share=0)
    assert "\u0303" not in train(many, recipe).classifier.alphabet.letters  # 1 in 2,029 names
    assert "\u0303" in train(many, replace(recipe, min_letter_count=1)).classifier.alphabet.letters
    few = Corpus((*names, "zañ"), ("X", "Y") * 85, "here", corpus.report)
    assert "\u0303" in train(few, recipe).classifier.alphabet.letters  # 1 in 170


def test_unknown_letters_are_trained(corpus: Corpus) -> None:
    start = train(corpus, replace(SMALL, epochs=1, letter_dropout=0.0))
    noisy = train(corpus, replace(SMALL, epochs=1, letter_dropout=0.2))
    assert not np.array_equal(weights(start)["embedding.weight"][0], weights(noisy)["embedding.weight"][0])

"""The protocols: what is trained on, what is tested on, and that nothing depends on how it is run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from cognomen.corpora import Corpus, load_corpus
from cognomen.errors import InputError, TrainingError
from cognomen.protocols import RecipeTrainer, RunProgress, Tell, run_protocol, split
from cognomen.recipe import Recipe
from cognomen.text import fold

TINY = Recipe(embedding_size=6, hidden_size=8, epochs=2, batch_size=32, learning_rate=0.02)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three origins, told apart by their endings; some names twice, some with marks."""
    place = tmp_path_factory.mktemp("names")
    rng = np.random.default_rng(0)
    for origin, ending in {"Alpha": "ov", "Beta": "ini", "Gamma": "mann"}.items():
        stems = ["".join(rng.choice(list("bdgklmnprstaeiou"), 5)) for _ in range(60)]
        names = [stem.capitalize() + ending for stem in stems]
        names += names[:6] + ["Mü" + name for name in names[:5]] + ["Mu" + name for name in names[:5]]
        (place / f"{origin}.txt").write_text("\n".join(names), encoding="utf-8")
    return place


def remember(corpus: Corpus, names: Sequence[str], seed: int, tell: Tell) -> tuple[np.ndarray, Sequence[str]]:
    """Knows the training rows by heart, and answers Gamma for all others; its columns are in an odd order."""
    origins = ["Gamma", "Alpha", "Beta"]
    known = {fold(name): label for name, label in zip(corpus.names, corpus.labels, strict=True)}
    tell(1.0, "done")
    return np.array([[float(known.get(fold(n), "Gamma") == o) for o in origins] for n in names]), origins


def fail(corpus: Corpus, names: Sequence[str], seed: int, tell: Tell) -> tuple[np.ndarray, Sequence[str]]:
    raise TrainingError(f"run {seed} diverged")


def die(corpus: Corpus, names: Sequence[str], seed: int, tell: Tell) -> tuple[np.ndarray, Sequence[str]]:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def test_l_tests_every_name_once_and_never_leaks(folder: Path) -> None:
    corpus = load_corpus(folder)
    tested: Counter[int] = Counter()
    for run in range(10):
        training, test = split("L", corpus, run)
        assert not {fold(corpus.names[i]) for i in training} & {fold(corpus.names[i]) for i in test}
        assert len(training) + len(test) == len(corpus)
        tested.update(test.tolist())
    assert tested == Counter(range(len(corpus)))


def test_one_who_remembers_scores_chance_under_l_and_more_under_t(folder: Path) -> None:
    l_result = run_protocol("L", folder, remember, processes=2)
    labels = load_corpus(folder).labels
    assert l_result.evaluation.accuracy == pytest.approx(labels.count("Gamma") / len(labels))
    t_result = run_protocol("T", folder, remember, processes=2)
    assert t_result.evaluation.accuracy > l_result.evaluation.accuracy
    assert len(t_result.accuracies) == 5
    assert t_result.corpus["rows"] == 3 * 76  # the duplicates stay


def test_columns_are_found_by_name(folder: Path) -> None:
    evaluation = run_protocol("L", folder, remember).evaluation
    assert [(s.origin, round(s.recall, 6)) for s in evaluation.per_origin] == [
        ("Alpha", 0.0),
        ("Beta", 0.0),
        ("Gamma", 1.0),
    ]


def test_the_number_of_processes_changes_nothing(folder: Path) -> None:
    one, two = (run_protocol("L", folder, TINY, processes=n) for n in (1, 2))
    assert one.accuracies == two.accuracies
    assert one.evaluation.to_json() == two.evaluation.to_json()
    assert one.mean == pytest.approx(np.mean(one.accuracies))
    assert one.standard_deviation == pytest.approx(np.std(one.accuracies, ddof=1))
    assert one.method == {"recipe": TINY.to_json()}


def test_it_tells_how_far_it_is(folder: Path) -> None:
    seen: list[RunProgress] = []
    run_protocol("T", folder, TINY, processes=2, on_progress=seen.append)
    assert {p.run for p in seen} == set(range(5))
    for run in range(5):
        shares = [p.share for p in seen if p.run == run]
        assert shares == sorted(shares)
        assert shares[-1] == 1.0


def test_a_run_that_fails_says_why(folder: Path) -> None:
    with pytest.raises(TrainingError, match=r"run \d diverged"):
        run_protocol("L", folder, fail, processes=2)


def test_a_process_that_is_killed_is_noticed(folder: Path) -> None:
    with pytest.raises(TrainingError, match="ended from outside"):
        run_protocol("T", folder, die)


def test_threads_are_given_back(folder: Path) -> None:
    before = dict(os.environ)
    run_protocol("T", folder, remember)
    assert dict(os.environ) == before


def test_no_such_protocol(folder: Path) -> None:
    with pytest.raises(InputError, match="expected L or T, got 'X'"):
        run_protocol("X", folder)


def test_rows_without_letters_get_the_shares(folder: Path) -> None:
    corpus = load_corpus(folder)
    probabilities, origins = RecipeTrainer(TINY)(corpus, ["123", "Bobov"], 0, lambda share, figures: None)
    assert list(origins) == ["Alpha", "Beta", "Gamma"]
    assert probabilities.sum(axis=1) == pytest.approx(1.0, abs=1e-5)
    assert probabilities[0] == pytest.approx([1 / 3] * 3, abs=0.05)


LONG = """
import sys
from cognomen.protocols import run_protocol
from cognomen.recipe import Recipe
def say(progress):
    print(progress.run, progress.share, flush=True)
if __name__ == "__main__":
    run_protocol("L", sys.argv[1], Recipe(epochs=100_000, batch_size=8), processes=2, on_progress=say)
"""


def test_ctrl_c_ends_all_runs(folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "long.py"
    script.write_text(LONG)
    command = [sys.executable, str(script), str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the parent and to its runs
        process.communicate(timeout=60)  # ends when every process has closed the pipe
    assert process.returncode in (1, -signal.SIGINT)

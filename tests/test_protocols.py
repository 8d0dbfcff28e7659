"""The protocols: what is trained on, what is tested on, and that nothing depends on how it is run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from counting import blas_threads

from cognomen.corpora import Corpus, load_corpus
from cognomen.errors import InputError, TrainingError
from cognomen.evaluation import fold_number
from cognomen.evaluation.splits import stratified_split
from cognomen.text import fold
from cognomen.training import TrainingConfig, run_protocol, train
from cognomen.training.dataset import corpus_sha256
from cognomen.training.protocols import ClassifierMethod, FitPredict, RunProgress, Tell, split

TINY = TrainingConfig(
    embedding_size=6, hidden_size=8, epochs=2, batch_size=32, learning_rate=0.02, refit=False
)


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


@dataclass(frozen=True)
class RightIfTheParts:
    """Answers right if it was given the parts of the run that its seed names, and one thread."""

    folder: Path
    which: str

    def __call__(
        self, corpus: Corpus, names: Sequence[str], seed: int, tell: Tell
    ) -> tuple[np.ndarray, Sequence[str]]:
        whole = load_corpus(self.folder, clean=self.which == "L")
        training, test = split(self.which, whole, seed)
        rows = [(whole.names[i], whole.labels[i]) for i in training]
        assert rows == list(zip(corpus.names, corpus.labels, strict=True))
        assert [whole.names[i] for i in test] == list(names)
        assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
        assert blas_threads() == {1}
        if hasattr(signal, "pthread_sigmask"):  # deaf to Ctrl-C from its start
            assert signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())
        return np.array([[float(whole.labels[i] == o) for o in whole.origins] for i in test]), whole.origins


@pytest.mark.parametrize(("which", "runs"), [("L", 10), ("T", 5)])
def test_run_k_gets_part_k(folder: Path, which: str, runs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    assert run_protocol(which, folder, RightIfTheParts(folder, which)).accuracies == (1.0,) * runs


def test_l_follows_the_fold_number(folder: Path) -> None:
    corpus = load_corpus(folder)
    for run in range(10):
        assert {fold_number(corpus.names[i]) for i in split("L", corpus, run)[1]} == {run}


def test_t_draws_a_tenth_of_each_origin_by_seed(folder: Path) -> None:
    corpus = load_corpus(folder, clean=False)
    for run in range(5):
        training, test = split("T", corpus, run)
        expected = stratified_split(corpus.labels, 0.1, run)
        assert (training.tolist(), test.tolist()) == (expected[0].tolist(), expected[1].tolist())
        assert Counter(corpus.labels[i] for i in test) == dict.fromkeys(corpus.origins, 8)


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
    assert one.method == {"config": TINY.to_json()}


def test_it_tells_how_far_it_is(folder: Path) -> None:
    seen: list[RunProgress] = []
    facts = {"config": "tiny"}
    result = run_protocol("T", folder, TINY, facts=facts, processes=2, on_progress=seen.append)
    assert result.method == facts
    assert {p.run for p in seen} == set(range(5))
    for run in range(5):
        shares = [p.share for p in seen if p.run == run]
        assert shares == sorted(shares)
        assert shares[-1] == 1.0


def test_a_run_that_fails_says_why(folder: Path) -> None:
    with pytest.raises(TrainingError, match=r"run \d diverged"):
        run_protocol("L", folder, fail, processes=2)


def strange(corpus: Corpus, names: Sequence[str], seed: int, tell: Tell) -> tuple[np.ndarray, Sequence[str]]:
    return np.full((len(names), 2), 0.5), ["Alpha", "Atlantis"]


def short(corpus: Corpus, names: Sequence[str], seed: int, tell: Tell) -> tuple[np.ndarray, Sequence[str]]:
    return np.full((len(names) - 1, 2), 0.5), ["Alpha", "Beta"]


@pytest.mark.parametrize(
    ("method", "says"), [(strange, "Atlantis"), (short, r"run \d: .* \(24, 2\).* \(23, 2\)")]
)
def test_answers_that_do_not_fit_are_refused(folder: Path, method: FitPredict, says: str) -> None:
    with pytest.raises(TrainingError, match=says):
        run_protocol("T", folder, method)


def test_too_few_names_for_every_run_are_refused(tmp_path: Path) -> None:
    for origin in ("Alpha", "Beta"):
        (tmp_path / f"{origin}.txt").write_text(f"{origin}ov\n{origin}ini\n", encoding="utf-8")
    with pytest.raises(TrainingError, match=r"none in runs \[.*\]: .* has only 4 names"):
        run_protocol("L", tmp_path, remember)


def wait_or_fail(
    corpus: Corpus, names: Sequence[str], seed: int, tell: Tell
) -> tuple[np.ndarray, Sequence[str]]:
    """Run 1 fails; the others go on until they are told to stop."""
    if seed == 1:
        raise TrainingError("run 1 diverged")
    for _ in range(2000):
        time.sleep(0.02)
        tell(0.5, "waiting")
    raise TrainingError(f"run {seed} was never stopped")


def test_a_run_that_fails_ends_the_others(folder: Path) -> None:
    with pytest.raises(TrainingError, match="run 1 diverged"):
        run_protocol("T", folder, wait_or_fail, processes=2)


def test_a_process_that_is_killed_is_noticed(folder: Path) -> None:
    with pytest.raises(TrainingError, match="was killed"):
        run_protocol("T", folder, die)


def test_threads_are_given_back(folder: Path) -> None:
    before = dict(os.environ)
    run_protocol("T", folder, remember)
    assert dict(os.environ) == before


def test_no_such_protocol(folder: Path) -> None:
    with pytest.raises(InputError, match="expected L or T, got 'X'"):
        run_protocol("X", folder)
    with pytest.raises(InputError, match="processes: expected a whole number, 1 or more, got 0"):
        run_protocol("T", folder, processes=0)


def test_a_config_answers_as_its_classifier_does(folder: Path) -> None:
    """Seeds add up, the temperature is used, and a row without letters gets the shares of the origins."""
    corpus = load_corpus(folder)
    config = replace(TINY, seed=4, validation_share=0.4, learning_rate=0.005, longest_ngram=0)
    names, told = ["Bobov", "123", "Dlgimann"], []
    probabilities, origins = ClassifierMethod(config)(corpus, names, 3, lambda *words: told.append(words))
    clf = train(corpus, replace(config, seed=7)).classifier
    assert list(origins) == ["Alpha", "Beta", "Gamma"]
    assert clf.temperature != 1
    assert probabilities[[0, 2]] == pytest.approx(clf.predict_proba(["Bobov", "Dlgimann"]), abs=1e-6)
    assert probabilities[1] == pytest.approx(clf.priors)
    shares = [share for share, _ in told]
    assert shares == pytest.approx(np.arange(1, len(shares) + 1) / len(shares))


def test_what_is_told_of_the_result(folder: Path) -> None:
    corpus = load_corpus(folder)
    told = run_protocol("L", folder, remember, facts={"by": "heart"}).to_json()
    assert told["method"] == {"by": "heart"}
    assert told["corpus"] == {"source": corpus.source, "rows": len(corpus), "sha256": corpus_sha256(corpus)}
    assert told["seconds"] > 0
    assert "macro_f1" in told["intervals"]
    assert "intervals" not in run_protocol("T", folder, remember).to_json()


LONG = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs start without
from cognomen.training import run_protocol
from cognomen.training import TrainingConfig
def say(progress):
    print(progress.run, progress.share, flush=True)
if __name__ == "__main__":
    run_protocol("L", sys.argv[1], TrainingConfig(epochs=100_000, batch_size=8), processes=2, on_progress=say)
"""


@contextmanager
def long_protocol(folder: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A protocol that has begun, in a process group of its own; one that hangs is ended with all its runs."""
    script = tmp_path / "long.py"
    script.write_text(LONG)
    command = [sys.executable, str(script), str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield process
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise


def test_ctrl_c_ends_all_runs(folder: Path, tmp_path: Path) -> None:
    with long_protocol(folder, tmp_path) as process:
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the parent and to its runs
        _, errors = process.communicate(timeout=60)  # ends when every process has closed the pipes
    assert process.returncode in (1, -signal.SIGINT)
    assert errors.count("KeyboardInterrupt") == 1, "of the parent alone: a run says nothing"


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process as POSIX does")
def test_runs_end_with_a_parent_that_is_killed(folder: Path, tmp_path: Path) -> None:
    with long_protocol(folder, tmp_path) as process:
        process.kill()
        process.communicate(timeout=60)  # ends when every process has closed the pipes


def most_frequent(
    corpus: Corpus, names: Sequence[str], seed: int, tell: Tell
) -> tuple[np.ndarray, Sequence[str]]:
    """Answers every name with the shares of the origins in training, so always with the commonest one."""
    counts = Counter(corpus.labels)
    shares = np.array([counts[origin] / len(corpus) for origin in corpus.origins])
    return np.tile(shares, (len(names), 1)), corpus.origins


@pytest.mark.skipif(
    "COGNOMEN_NAMES" not in os.environ, reason="COGNOMEN_NAMES names no folder of the 18 files"
)
def test_always_russian_scores_what_protocol_md_says() -> None:
    result = run_protocol("L", os.environ["COGNOMEN_NAMES"], most_frequent, processes=2)
    assert result.evaluation.count == 17_985
    assert round(result.evaluation.accuracy, 3) == 0.519
    assert round(result.evaluation.macro_f1, 3) == 0.038

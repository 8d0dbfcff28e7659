"""Protocols L and T: train, and measure on rows not trained on, several times over.

L, leak-free: ten runs on the cleaned names; run k tests on fold k, which holds every spelling of its names.
T, the tutorial's rows: five runs on all rows, duplicates kept, a random tenth of each origin as test
rows. About a tenth of those stand in training too: it serves for comparison with
published figures only.

Each run is a process of its own with one thread of linear algebra, so the figures do not depend on how many
run side by side.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.calibration import softmax_with_temperature
from cognomen.classifier.classifier import Classifier
from cognomen.corpora import Corpus, load_corpus
from cognomen.errors import InputError, TrainingError
from cognomen.evaluation.metrics import Evaluation, bootstrap_intervals, evaluate
from cognomen.evaluation.splits import FOLDS, split_by_fold, stratified_split
from cognomen.rnn.arrays import Array
from cognomen.text.spelling import normalise
from cognomen.training.config import Recipe
from cognomen.training.progress import Progress
from cognomen.training.run import fingerprint
from cognomen.training.training import train

__all__ = ["FitPredict", "ProtocolResult", "RecipeTrainer", "RunProgress", "run_protocol", "split"]

RUNS = {"L": FOLDS, "T": 5}
TEST_SHARE = 0.1  # of each origin's rows, under T
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")

Tell = Callable[[float, str], None]
FitPredict = Callable[[Corpus, Sequence[str], int, Tell], tuple[Array, Sequence[str]]]
"""Trains on a corpus and answers for test names: (corpus, names, seed, tell) -> (probabilities (N, C), the C
origins). `tell(share, figures)` is to be called now and then with how much is done, 0 to 1, and a few words.
It must be a function of a module, or an object that can be sent to another process."""


@dataclass(frozen=True)
class RunProgress:
    """Where one run stands: `run` counts from 0, `share` from 0 to 1; `figures` are a few words about it."""

    run: int
    runs: int
    share: float
    figures: str


@dataclass(frozen=True)
class ProtocolResult:
    """What a protocol measured.

    Attributes:
        which: "L" or "T".
        accuracies: of each run, the share of test rows answered right.
        evaluation: of all runs' test rows together.
        seconds: from the first run's start to the last one's end.
        method: what was trained; JSON values.
        corpus: its source, size and hash; JSON values.
    """

    which: str
    accuracies: tuple[float, ...]
    evaluation: Evaluation
    seconds: float
    method: dict[str, Any]
    corpus: dict[str, Any]

    @property
    def mean(self) -> float:
        """The mean accuracy of the runs."""
        return float(np.mean(self.accuracies))

    @property
    def standard_deviation(self) -> float:
        """The sample standard deviation of the runs' accuracies."""
        return float(np.std(self.accuracies, ddof=1))

    def to_json(self) -> dict[str, Any]:
        """All figures, with bootstrap intervals where the pooled rows are different names (L)."""
        intervals = {"intervals": bootstrap_intervals(self.evaluation).to_json()} if self.which == "L" else {}
        return {
            "protocol": self.which,
            "accuracies": list(self.accuracies),
            "mean": self.mean,
            "standard_deviation": self.standard_deviation,
            "evaluation": self.evaluation.to_json(),
            **intervals,
            "seconds": round(self.seconds, 1),
            "method": self.method,
            "corpus": self.corpus,
        }


@dataclass(frozen=True)
class RecipeTrainer:
    """Trains as `cognomen train` does; run k takes the recipe's seed + k."""

    recipe: Recipe

    def __call__(
        self, corpus: Corpus, names: Sequence[str], seed: int, tell: Tell
    ) -> tuple[Array, Sequence[str]]:
        """See `FitPredict`. A row without letters is answered with the shares of the origins in training."""
        clf = self.train(corpus, seed, tell)
        probabilities = np.tile(np.array(clf.priors, np.float32), (len(names), 1))  # (N, C)
        readable = [i for i, name in enumerate(names) if normalise(name)]
        logits = clf.logits([names[i] for i in readable])
        probabilities[readable] = softmax_with_temperature(logits, clf.temperature)
        return probabilities, clf.origins

    def train(self, corpus: Corpus, seed: int, tell: Tell) -> Classifier:
        """The classifier of a run."""

        def on_progress(progress: Progress) -> None:
            done = (progress.epoch - 1 + progress.step / progress.steps) / progress.epochs
            tell(done, f"loss {progress.loss:.3f}, right {progress.accuracy:.1%}")

        recipe = replace(self.recipe, seed=self.recipe.seed + seed)
        return train(corpus, recipe, on_progress=on_progress).classifier


def run_protocol(
    which: str,
    data: str | Path,
    method: Recipe | FitPredict | None = None,
    *,
    facts: dict[str, Any] | None = None,
    encoding: str | None = None,
    processes: int = 1,
    on_progress: Callable[[RunProgress], None] = lambda progress: None,
) -> ProtocolResult:
    """Measure a way of training under a protocol.

    Args:
        which: "L" or "T".
        data: what `load_corpus` takes.
        method: a recipe, `Recipe()` when not given, or any other `FitPredict`.
        facts: what the result says of the method; the recipe's settings if it is one.
        encoding: of the data's text files; UTF-8 if None.
        processes: runs at a time; the figures do not depend on it.
        on_progress: called here, in this process, as the runs go on.

    Raises:
        InputError: there is no such protocol, or no process is allowed.
        DataError: the names cannot be read.
        TrainingError: a run has no names to train or test on, failed, or gave answers that do not fit, or
            its process was ended from outside.
    """
    if which not in RUNS:
        raise InputError(f"protocol: expected L or T, got {which!r}")
    if processes < 1:
        raise InputError(f"processes: expected at least 1, got {processes}")
    corpus = load_corpus(data, clean=which == "L", encoding=encoding)
    if method is None or isinstance(method, Recipe):
        recipe = method or Recipe()
        method, facts = RecipeTrainer(recipe), facts or {"recipe": recipe.to_json()}
    began = time.perf_counter()
    _check_enough(which, corpus)
    answers = _run_all(which, corpus, method, processes, on_progress)
    places = {origin: i for i, origin in enumerate(corpus.origins)}
    labels = [
        np.array([places[corpus.labels[row]] for row in split(which, corpus, k)[1]])
        for k in range(RUNS[which])
    ]
    return ProtocolResult(
        which,
        tuple(float((p.argmax(axis=1) == y).mean()) for p, y in zip(answers, labels, strict=True)),
        evaluate(np.concatenate(answers), np.concatenate(labels), corpus.origins),
        time.perf_counter() - began,
        facts or {},
        {"source": corpus.source, "rows": len(corpus), "sha256": fingerprint(corpus)},
    )


def split(which: str, corpus: Corpus, run: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The training and the test rows of a run."""
    return (
        split_by_fold(corpus.names, run) if which == "L" else stratified_split(corpus.labels, TEST_SHARE, run)
    )


def _check_enough(which: str, corpus: Corpus) -> None:
    """Each run needs rows to train on and rows to test on."""
    lacking = [k for k in range(RUNS[which]) if not all(map(len, split(which, corpus, k)))]
    if lacking:
        raise TrainingError(
            f"protocol {which}: expected training and test names in every run, but there are none in runs "
            f"{lacking}: {corpus.source} has only {len(corpus)} names; give more"
        )


def _run_all(
    which: str,
    corpus: Corpus,
    method: FitPredict,
    processes: int,
    on_progress: Callable[[RunProgress], None],
) -> list[Array]:
    """The answers of every run, (N, C) each, with the corpus' origins as columns."""
    context = get_context("spawn")
    # No lock guards `stop`: a process ended from outside could hold it for ever.
    told, stop = context.Queue(), context.RawValue("b", 0)
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(told, stop)) as pool:
        try:
            with _one_thread_each(), _without_ctrl_c():
                runs = [pool.submit(_run_one, which, corpus, method, k) for k in range(RUNS[which])]
            _watch(runs, told, on_progress)
            return [run.result() for run in runs]
        except BrokenProcessPool as error:
            raise TrainingError("a run's process was ended from outside; is there enough memory?") from error
        finally:
            stop.value = 1  # a run that goes on after an error or Ctrl-C ends at its next step
            pool.shutdown(wait=True, cancel_futures=True)


def _watch(runs: Sequence[Future[Array]], told: Any, on_progress: Callable[[RunProgress], None]) -> None:
    """Pass on what the runs tell until all have ended; raise what a run raised as soon as it has."""
    while not all(run.done() for run in runs):
        for run in runs:
            if run.done():
                run.result()
        try:
            on_progress(RunProgress(*told.get(timeout=0.1)))
        except queue.Empty:
            continue
    while True:
        try:
            on_progress(RunProgress(*told.get(timeout=0.1)))
        except queue.Empty:
            return


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes that start in here do their linear algebra in one thread."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """Let processes that start in here never hear Ctrl-C; here it is heard a moment later."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _StoppedError(Exception):
    """Raised inside a run that is no longer wanted."""


_lines: dict[str, Any] = {}  # in a run's process: the queue that it tells, and whether it should stop


def _begin(told: Any, stop: Any) -> None:
    """Prepare a process for its runs; Ctrl-C reaches the parent, which stops them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    told.cancel_join_thread()  # the parent may have stopped listening: do not wait for it when leaving
    _lines.update(told=told, stop=stop)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """End this process when its parent is gone (kill -9): nobody waits for the answers any more."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run_one(which: str, corpus: Corpus, method: FitPredict, run: int) -> Array:
    """One run, in its own process: train, and answer for its test rows, (N, C)."""
    training, test = split(which, corpus, run)
    told = -1.0

    def tell(share: float, figures: str) -> None:
        nonlocal told
        if _lines["stop"].value:
            raise _StoppedError
        if share - told >= 0.002 or share >= 1:
            told = share
            _lines["told"].put((run, RUNS[which], share, figures))

    names, labels = np.array(corpus.names, object), np.array(corpus.labels, object)
    part = replace(corpus, names=tuple(names[training]), labels=tuple(labels[training]))
    probabilities, origins = method(part, list(names[test]), run, tell)
    return _in_columns(probabilities, origins, corpus.origins, len(test), run)


def _in_columns(
    probabilities: Array, origins: Sequence[str], columns: Sequence[str], count: int, run: int
) -> Array:
    """A method's answers with the corpus' origins as columns, (N, C); 0 for an origin that it never saw."""
    if probabilities.shape != (count, len(origins)) or not set(origins) <= set(columns):
        raise TrainingError(
            f"run {run}: expected probabilities ({count}, {len(origins)}), a row for each test name and a "
            f"column for each of its origins, all from {list(columns)}; "
            f"got {probabilities.shape} for {list(origins)}"
        )
    answers = np.zeros((count, len(columns)), probabilities.dtype)
    answers[:, [columns.index(origin) for origin in origins]] = probabilities
    return answers

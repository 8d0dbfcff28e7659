"""Protocols L and T: train and evaluate on held-out rows, several times.

L, leak-free: ten runs on the cleaned names; run k tests on fold k, which contains every spelling of its
names. T, the tutorial's rows: five runs on all rows, duplicates included, each with a random tenth of every
origin as test rows. About a tenth of those are in the training part too, so T serves only for comparison
with published figures.

Each run is a process of its own with one thread of linear algebra, so the results do not depend on how many
run in parallel.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.calibration import softmax_with_temperature
from cognomen.classifier.classifier import Classifier
from cognomen.corpora import Corpus, load_corpus
from cognomen.corpora.table import COLUMNS
from cognomen.errors import InputError, TrainingError, check_whole_number
from cognomen.evaluation.intervals import bootstrap_intervals
from cognomen.evaluation.metrics import Evaluation, evaluate
from cognomen.evaluation.splits import FOLDS, split_by_fold, stratified_split
from cognomen.io.processes import run_all
from cognomen.rnn.arrays import Array
from cognomen.text.spelling import normalise
from cognomen.training.config import TrainingConfig
from cognomen.training.dataset import corpus_sha256
from cognomen.training.run import Progress
from cognomen.training.training import train

RUNS = {"L": FOLDS, "T": 5}
TEST_SHARE = 0.1  # of each origin's rows, under T

Tell = Callable[[float, str], None]
FitPredict = Callable[[Corpus, Sequence[str], int, Tell], tuple[Array, Sequence[str]]]
"""Trains on a corpus and predicts test names: (corpus, names, seed, tell) -> (probabilities (N, C), the C
origins). It should call `tell(share, figures)` now and then with the share that is done, 0 to 1, and a short
text. It must be picklable, as a function of a module is: it is sent to another process."""


@dataclass(frozen=True)
class RunProgress:
    """The progress of one run: `run` counts from 0, `share` goes from 0 to 1, `figures` is a short text."""

    run: int
    runs: int
    share: float
    figures: str


@dataclass(frozen=True)
class ProtocolResult:
    """The result of a protocol.

    Attributes:
        which: "L" or "T".
        accuracies: the accuracy of each run.
        evaluation: of the test rows of all runs together.
        seconds: wall-clock time of all runs.
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
class ClassifierMethod:
    """A `FitPredict` that trains as `cognomen train` does; run k has the config's seed + k."""

    config: TrainingConfig

    def __call__(
        self, corpus: Corpus, names: Sequence[str], seed: int, tell: Tell
    ) -> tuple[Array, Sequence[str]]:
        """See `FitPredict`. The probabilities of a row without letters are the model's priors."""
        clf = self.train(corpus, seed, tell)
        probabilities = np.tile(np.array(clf.priors, np.float32), (len(names), 1))  # (N, C)
        readable = [i for i, name in enumerate(names) if normalise(name)]
        logits = clf.logits([names[i] for i in readable])
        probabilities[readable] = softmax_with_temperature(logits, clf.temperature)
        return probabilities, clf.origins

    def train(self, corpus: Corpus, seed: int, tell: Tell) -> Classifier:
        """Train the classifier of a run."""

        def on_progress(progress: Progress) -> None:
            done = (progress.epoch - 1 + progress.step / progress.steps) / progress.epochs
            tell(done, f"loss {progress.loss:.3f}, accuracy {progress.accuracy:.1%}")

        config = replace(self.config, seed=self.config.seed + seed)
        return train(corpus, config, on_progress=on_progress).classifier


def run_protocol(
    which: str,
    data: str | Path,
    method: TrainingConfig | FitPredict | None = None,
    *,
    facts: dict[str, Any] | None = None,
    encoding: str | None = None,
    columns: tuple[str, str] | tuple[str, str, str] = COLUMNS,
    processes: int = 1,
    on_progress: Callable[[RunProgress], None] = lambda progress: None,
) -> ProtocolResult:
    """Evaluate a training method under a protocol.

    Args:
        which: "L" or "T".
        data: as for `load_corpus`.
        method: a config, `TrainingConfig()` by default, or any other `FitPredict`.
        facts: the result's description of the method; by default the config.
        encoding, columns: as for `load_corpus`.
        processes: the number of runs in parallel; the results do not depend on it.
        on_progress: called in this process as the runs go on.

    Raises:
        InputError: there is no such protocol, or `processes` is below 1.
        DataError: the names cannot be read.
        TrainingError: a run has no names to train or test on, fails, or returns probabilities of another
            shape, or its process is killed.
    """
    if which not in RUNS:
        raise InputError(f"protocol: expected L or T, got {which!r}")
    check_whole_number("processes", processes)
    corpus = load_corpus(data, clean=which == "L", encoding=encoding, columns=columns)
    if method is None or isinstance(method, TrainingConfig):
        config = method or TrainingConfig()
        method, facts = ClassifierMethod(config), facts or {"config": config.to_json()}
    began = time.perf_counter()
    _check_enough(which, corpus)
    predicted = _run_all(which, corpus, method, processes, on_progress)
    labels = np.searchsorted(corpus.origins, corpus.labels)
    targets = [labels[split(which, corpus, k)[1]] for k in range(RUNS[which])]
    return ProtocolResult(
        which,
        tuple(float((p.argmax(axis=1) == y).mean()) for p, y in zip(predicted, targets, strict=True)),
        evaluate(np.concatenate(predicted), np.concatenate(targets), corpus.origins),
        time.perf_counter() - began,
        facts or {},
        {"source": corpus.source, "rows": len(corpus), "sha256": corpus_sha256(corpus)},
    )


def split(which: str, corpus: Corpus, run: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The training and the test rows of a run, as sorted indices, (M,) and (N - M,)."""
    if which == "L":
        return split_by_fold(corpus.names, run)
    return stratified_split(corpus.labels, TEST_SHARE, run)


def _check_enough(which: str, corpus: Corpus) -> None:
    """Every run needs rows to train on and rows to test on."""
    lacking = [k for k in range(RUNS[which]) if not all(map(len, split(which, corpus, k)))]
    if lacking:
        raise TrainingError(
            f"protocol {which}: expected training and test names in every run, but there are none in runs "
            f"{lacking}: {corpus.source} has only {len(corpus)} names; give more"
        )


class _Run(NamedTuple):
    """One run of a protocol."""

    which: str
    corpus: Corpus
    method: FitPredict
    number: int


def _run_all(
    which: str,
    corpus: Corpus,
    method: FitPredict,
    processes: int,
    on_progress: Callable[[RunProgress], None],
) -> list[Array]:
    """The test probabilities of every run, (N, C) each, with the corpus' origins as columns."""
    runs = [_Run(which, corpus, method, number) for number in range(RUNS[which])]

    def report(run: _Run, share: float, figures: str) -> None:
        on_progress(RunProgress(run.number, len(runs), share, figures))

    found: dict[int, Array] = {}
    for run, probabilities in run_all(_run_one, runs, processes, report):
        if probabilities is None:
            raise TrainingError("a run's process was killed; is there enough memory?")
        found[run.number] = probabilities
    return [found[number] for number in range(len(runs))]


def _run_one(run: _Run, report: Tell) -> Array:
    """One run, in its own process: train, and predict its test rows, (N, C)."""
    corpus = run.corpus
    training, test = split(run.which, corpus, run.number)
    names = [corpus.names[row] for row in test.tolist()]
    probabilities, origins = run.method(corpus.part(training), names, run.number, report)
    return in_columns(probabilities, origins, corpus.origins, len(test), run.number)


def in_columns(
    probabilities: Array, origins: Sequence[str], columns: Sequence[str], count: int, run: int
) -> Array:
    """Probabilities (N, C) with the corpus' origins as columns; 0 for origins that the method never saw.

    Raises:
        TrainingError: the method gave another shape, or an origin that the corpus does not have.
    """
    if probabilities.shape != (count, len(origins)) or not set(origins) <= set(columns):
        raise TrainingError(
            f"run {run}: expected probabilities ({count}, {len(origins)}), a row per name, a column per "
            f"origin, all of {list(columns)}; got {probabilities.shape} for {list(origins)}"
        )
    answers = np.zeros((count, len(columns)), probabilities.dtype)
    answers[:, [columns.index(origin) for origin in origins]] = probabilities
    return answers

"""From a corpus to a classifier: a run to calibrate with, and a run on all names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cognomen.classifier.classifier import Classifier
from cognomen.corpora import Corpus
from cognomen.errors import InputError, TrainingError
from cognomen.io.temporary import sibling
from cognomen.rnn.engine.blas import one_blas_thread, reuse_memory
from cognomen.training.calibrate import calibrate, places_of
from cognomen.training.card import model_card
from cognomen.training.checkpoint import read_checkpoint, write_checkpoint
from cognomen.training.config import TrainingConfig
from cognomen.training.dataset import corpus_sha256, describe_corpus
from cognomen.training.run import EpochRecord, Progress, TrainingRun

MEASURED = ("validation_names", "history", "validation")  # facts that a second run takes over from the first


@dataclass(frozen=True)
class TrainingResult:
    """A trained classifier and how it was trained.

    Attributes:
        classifier: its `facts` describe its training.
        history: of the run that held names out, or of the only one.
        interrupted: whether Ctrl-C ended the training early.
    """

    classifier: Classifier
    history: list[EpochRecord]
    interrupted: bool


def train(
    corpus: Corpus,
    config: TrainingConfig | None = None,
    *,
    checkpoint: Path | None = None,
    resume: bool = False,
    validation: Corpus | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> TrainingResult:
    """Train a classifier on a corpus.

    By default there are two runs. The first holds some names out, which calibrate the probabilities. The
    second trains in the same way on all names, and takes over the calibration.

    Names from outside (`Corpus.with_outside`) are shown only in the first third of the epochs. None of them
    is held out, and the loss corrects for their origins' shares, so that the probabilities are those of
    names such as the corpus's own.

    The result has the averaged weights, or those of the last epoch, as the config says. If the first run is
    interrupted (Ctrl-C) after an epoch or more, it has the weights of the epoch that did best on the
    validation names; if the second one is, the first's.
    The same corpus, config and machine give the same weights, bit for bit, also after stopping and resuming.
    The linear algebra uses one thread, so they do not depend on the number of cores either.

    Args:
        corpus: surnames and their origins.
        config: the settings; `TrainingConfig()` by default.
        checkpoint: a file that is replaced after each epoch, to resume from. The second run's is
            `second_checkpoint(checkpoint)`.
        resume: continue from `checkpoint`.
        validation: the names to hold out, of the same origins, instead of some of the corpus.
        on_progress: called after each step.

    Raises:
        InputError: it is no corpus.
        TrainingError: the corpus is too small, there is nothing to resume, the checkpoint belongs to another
            run, or training diverged.
    """
    if not isinstance(corpus, Corpus):
        raise InputError(
            f"expected a Corpus, got an object of type {type(corpus).__name__!r}. "
            "Read one with cognomen.corpora.load_corpus."
        )
    config = TrainingConfig() if config is None else config
    if resume and checkpoint is None:
        raise TrainingError("resuming needs the checkpoint's path, got None")
    reuse_memory()
    with one_blas_thread():
        run = TrainingRun(corpus, config, validation=validation)
        if checkpoint is not None and not resume:  # left by an earlier run
            for path in (checkpoint, second_checkpoint(checkpoint)):
                path.unlink(missing_ok=True)
        first = _train(run, checkpoint, resume, on_progress)
        if first.interrupted or not config.refits:
            return first
        again = None if checkpoint is None else second_checkpoint(checkpoint)
        resume = resume and again is not None and again.exists()
        run = TrainingRun(corpus, config, refit=True)
        try:
            second = _train(run, again, resume, on_progress, first.classifier)
        except KeyboardInterrupt:  # in its first epoch
            return replace(first, interrupted=True)
        if second.interrupted:
            return replace(first, interrupted=True)
        return replace(second, history=first.history)


def second_checkpoint(checkpoint: Path) -> Path:
    """The checkpoint of the second run, beside that of the first."""
    return sibling(checkpoint, ".all-names")


def _train(
    run: TrainingRun,
    checkpoint: Path | None,
    resume: bool,
    on_progress: Callable[[Progress], None],
    first: Classifier | None = None,
) -> TrainingResult:
    """Train to the last epoch, or to Ctrl-C; `first` is the classifier of the first run."""
    if resume and checkpoint is not None:
        run.restore(read_checkpoint(checkpoint))
    interrupted, epochs = False, run.config.epochs
    try:
        while len(run.history) < epochs:
            run.epoch(on_progress)
            if checkpoint is not None:
                write_checkpoint(checkpoint, run.checkpoint())
        run.learn_letters()
        run.fit_names()
    except KeyboardInterrupt:
        if not run.history:
            raise
        interrupted, epochs = True, run.load_best()
        run.learn_letters()  # they are in the alphabet, and would be answered at random
    return TrainingResult(_classifier(run, epochs, first), run.history, interrupted)


def _classifier(run: TrainingRun, epochs: int, first: Classifier | None) -> Classifier:
    """The classifier of a run: its network, calibrated by the first run's validation names or its own."""
    corpus, data = run.corpus, run.dataset
    facts: dict[str, Any] = {
        "config": run.config.to_json(),
        "cognomen": version("cognomen"),
        "source": corpus.source,
        "data": describe_corpus(corpus),
        "corpus_sha256": corpus_sha256(corpus),
        "names": len(data.training),
        "refit": first is not None,
        "epochs": epochs,
    }
    if first is None:
        calibrated = calibrate(run.validation_logits(), run.network, data, corpus)
        calibration, default_prior = calibrated.calibration, calibrated.default_prior
        facts |= calibrated.facts | {"history": [asdict(record) for record in run.history]}
    else:
        calibration, default_prior = first.calibration, first.default_prior
        facts |= {key: first.facts[key] for key in MEASURED if key in first.facts}
    priors = data.priors.tolist()
    places = places_of(corpus)
    card = model_card(corpus.origins, priors, facts, places=places, default_prior=default_prior)
    return Classifier(
        run.network,
        data.alphabet,
        corpus.origins,
        priors,
        calibration,
        facts,
        card,
        places=places,
        default_prior=default_prior,
    )

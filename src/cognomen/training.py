"""From a corpus to a classifier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cognomen.checkpoint import read_checkpoint, write_checkpoint
from cognomen.classifier import Classifier
from cognomen.corpora import Corpus
from cognomen.errors import TrainingError
from cognomen.fitting import Run
from cognomen.progress import EpochRecord, Progress
from cognomen.recipe import Recipe
from cognomen.rnn.machine import one_blas_thread, reuse_memory

__all__ = ["EpochRecord", "Progress", "TrainingResult", "train"]


@dataclass(frozen=True)
class TrainingResult:
    """A trained classifier, how it came to be, and whether it was stopped early."""

    classifier: Classifier
    history: list[EpochRecord]
    interrupted: bool


def train(
    corpus: Corpus,
    recipe: Recipe | None = None,
    *,
    checkpoint: Path | None = None,
    resume: bool = False,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> TrainingResult:
    """Train a classifier on a corpus.

    The result has the weights of the last epoch. If it is interrupted (Ctrl-C) after an epoch or more, it
    has those of the epoch that did best on the validation names. The same corpus, recipe and machine
    give the same weights, bit for bit, also after stopping and resuming. The linear algebra is held to one
    thread, so they do not depend on the number of cores either.

    Args:
        corpus: surnames and their origins.
        recipe: the settings; `Recipe()` when not given.
        checkpoint: a file that is replaced after each epoch, to resume from.
        resume: go on from `checkpoint`.
        on_progress: called after each step.

    Raises:
        TrainingError: the corpus has too little, there is nothing to resume, the checkpoint belongs to
            another run, or training diverged.
    """
    run = Run(corpus, Recipe() if recipe is None else recipe)
    if resume:
        if checkpoint is None:
            raise TrainingError("resuming needs the checkpoint's path, got None")
        run.restore(read_checkpoint(checkpoint))
    reuse_memory()
    with one_blas_thread():
        return _go_on(run, checkpoint, on_progress)


def _go_on(run: Run, checkpoint: Path | None, on_progress: Callable[[Progress], None]) -> TrainingResult:
    """Train to the last epoch, or to Ctrl-C."""
    interrupted, epochs = False, run.recipe.epochs
    try:
        while len(run.history) < run.recipe.epochs:
            run.epoch(on_progress)
            if checkpoint is not None:
                write_checkpoint(checkpoint, run.checkpoint())
    except KeyboardInterrupt:
        if not run.history:
            raise
        interrupted, epochs = True, run.back_to_best()
    return TrainingResult(run.classifier(epochs), run.history, interrupted)

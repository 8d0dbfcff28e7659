"""From a corpus to a classifier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cognomen.classifier.classifier import Classifier
from cognomen.corpora import Corpus
from cognomen.errors import TrainingError
from cognomen.rnn.engine.blas import one_blas_thread, reuse_memory
from cognomen.training.checkpoint import read_checkpoint, write_checkpoint
from cognomen.training.config import Recipe
from cognomen.training.progress import EpochRecord, Progress
from cognomen.training.run import Run

__all__ = ["EpochRecord", "Progress", "TrainingResult", "second_checkpoint", "train"]


@dataclass(frozen=True)
class TrainingResult:
    """A trained classifier, how it came to be, and whether it was stopped early.

    Attributes:
        classifier: with all that the facts of its training say.
        history: of the run that held names out; the only one, where there was no second.
        interrupted: whether Ctrl-C came.
    """

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

    There are two runs, unless the recipe says otherwise. From the first some names are held out, which tell
    how far its answers can be trusted: the calibration. The second then learns from all names.

    Names from outside (`with_outside`) are shown in the first third of the epochs only. None of them is held
    out, and what the origins' shares were there is allowed for, so that the answers are about names such as
    the corpus's own.

    The result has the weights of the last epoch, or their average, as the recipe says. If the first run is
    interrupted (Ctrl-C) after an epoch or more, it has those of the epoch that did best on the validation
    names; if the second one is, the first's.
    The same corpus, recipe and machine give the same weights, bit for bit, also after stopping and resuming.
    The linear algebra is held to one thread, so they do not depend on the number of cores either.

    Args:
        corpus: surnames and their origins.
        recipe: the settings; `Recipe()` when not given.
        checkpoint: a file that is replaced after each epoch, to resume from. The second run's is
            `second_checkpoint(checkpoint)`.
        resume: go on from `checkpoint`.
        on_progress: called after each step.

    Raises:
        TrainingError: the corpus has too little, there is nothing to resume, the checkpoint belongs to
            another run, or training diverged.
    """
    recipe = Recipe() if recipe is None else recipe
    if resume and checkpoint is None:
        raise TrainingError("resuming needs the checkpoint's path, got None")
    reuse_memory()
    with one_blas_thread():
        run = Run(corpus, recipe)
        if checkpoint is not None and not resume:  # what an earlier run may have left
            for path in (checkpoint, second_checkpoint(checkpoint)):
                path.unlink(missing_ok=True)
        first = _run(run, checkpoint, resume, on_progress)
        if first.interrupted or not recipe.refits:
            return first
        again = None if checkpoint is None else second_checkpoint(checkpoint)
        resume = resume and again is not None and again.exists()
        try:
            second = _run(Run(corpus, recipe, first.classifier), again, resume, on_progress)
        except KeyboardInterrupt:  # in its first epoch
            return replace(first, interrupted=True)
        return replace(
            first if second.interrupted else second, history=first.history, interrupted=second.interrupted
        )


def second_checkpoint(checkpoint: Path) -> Path:
    """The file of the second run, beside the first one's."""
    return checkpoint.with_name(f"{checkpoint.name}.all-names")


def _run(
    run: Run, checkpoint: Path | None, resume: bool, on_progress: Callable[[Progress], None]
) -> TrainingResult:
    """Train to the last epoch, or to Ctrl-C."""
    if resume and checkpoint is not None:
        run.restore(read_checkpoint(checkpoint))
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

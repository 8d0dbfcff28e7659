"""`cognomen train`: names with known origins in, a model folder out.

\b
Examples:
  cognomen train tutorial --out my-model
  cognomen train names/ --out my-model --cell lstm --epochs 30 --seed 7
  cognomen train people.csv --out my-model --resume
  cognomen predict --model my-model Smith

{ABOUT_DATA}

After each epoch MODEL.checkpoint is written beside the model; --resume continues from it, and ends with the
same weights as a run that was never stopped. Ctrl-C keeps the model of the best epoch. Progress goes to
stderr. A first training holds names out to calibrate the probabilities; a second one, with as many epochs,
uses all names (--no-refit skips it).
{EXIT_CODES}
"""

from __future__ import annotations

import os
import shlex
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cognomen.apps.cli.config_options import config_options
from cognomen.apps.cli.errors import Interrupted
from cognomen.apps.cli.input import read_corpus
from cognomen.apps.cli.options import DATA, data_options, epilog
from cognomen.apps.cli.plots import draw, plots_option
from cognomen.apps.cli.progress import ProgressBar, training_progress
from cognomen.apps.cli.render import wrapped
from cognomen.errors import ModelError, TrainingError
from cognomen.io.model_folder import check_replaceable
from cognomen.io.temporary import followed, sibling

if TYPE_CHECKING:
    from cognomen.training.training import TrainingResult

RESUME = "the same command with --resume continues."
NOTHING = "The first epoch had not ended: there is nothing to keep."
TWICE = (
    "Two trainings of {epochs}: the first holds names out, to measure it; the second uses all names "
    "(--no-refit leaves it out)."
)
FIGURES = {"accuracy": "accuracy", "macro_f1": "macro-F1", "log_loss": "log loss", "ece": "ECE"}


@click.command("train", epilog=epilog(__doc__))
@click.argument("data", type=DATA)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="MODEL", help="The new folder."
)
@data_options
@click.option("--resume", is_flag=True, help="Continue from MODEL.checkpoint with the same settings.")
@click.option("--force", is_flag=True, help="Replace an existing model or an unfinished run.")
@plots_option("Draw the loss curve there (PNG).")
@config_options()
def command(
    data: str,
    out: Path,
    *,
    reading: dict[str, Any],
    resume: bool,
    force: bool,
    plots: Path | None,
    **settings: Any,
) -> None:
    """Train a model on the names of DATA and write it to the folder MODEL."""
    from cognomen.plots.evaluation import loss_curve
    from cognomen.training.config import TrainingConfig
    from cognomen.training.training import second_checkpoint, train

    checkpoint = sibling(followed(out), ".checkpoint")
    check_place(out, checkpoint, resume=resume, force=force)
    config = TrainingConfig(**settings)
    corpus = read_corpus(data, **reading)
    click.echo(f"{corpus.source}: {len(corpus):,} names of {len(corpus.origins)} origins")
    click.echo(corpus.report.summary())
    if config.refits:
        epochs = f"{config.epochs} epoch{'s' * (config.epochs > 1)}"
        click.echo(wrapped(TWICE.format(epochs=epochs)))
    try:
        with ProgressBar() as bar:
            watch = training_progress(bar)
            result = train(corpus, config, checkpoint=checkpoint, resume=resume, on_progress=watch)
    except KeyboardInterrupt:  # before there was a model: in the first epoch, or in the calibration
        kept = f"The epochs so far are in {checkpoint}; {RESUME}" if checkpoint.exists() else NOTHING
        raise Interrupted(f"Stopped. {kept}") from None
    result.classifier.save(out)
    if plots is not None:
        draw({"loss.png": partial(loss_curve, result.history)}, plots)
    if result.interrupted:
        raise Interrupted(stopped(result, config.epochs, out))
    for path in (checkpoint, second_checkpoint(checkpoint)):
        path.unlink(missing_ok=True)
    click.echo(finished(result, out))


def check_place(out: Path, checkpoint: Path, *, resume: bool, force: bool) -> None:
    """Check before the training that its model can be written at the end.

    Raises:
        ModelError: there is something else, or no permission to write.
        TrainingError: there is an unfinished run.
    """
    parent = followed(out).parent
    if not parent.is_dir():
        raise ModelError(f"{out}: there is no folder {parent} to write it in. Create it, or choose another.")
    if not os.access(parent, os.W_OK):
        raise ModelError(f"{out}: you may not write in {parent}. Choose another folder.")
    check_replaceable(followed(out))
    if resume or force:
        return
    if checkpoint.exists():
        raise TrainingError(
            f"{checkpoint} holds an unfinished run. Continue it with --resume, or start again with --force."
        )
    if out.is_dir() and any(out.iterdir()):
        raise ModelError(f"{out} is a model already. Replace it with --force, or choose another folder.")


def stopped(result: TrainingResult, epochs: int, out: Path) -> str:
    """What Ctrl-C left behind."""
    if len(result.history) == epochs:
        what = "in the second training, on all names. The model of the first one"
    else:
        what = f"after {len(result.history)} of {epochs} epochs. The model of the best one"
    return f"Stopped {what} is in {out}; {RESUME}"


def finished(result: TrainingResult, out: Path) -> str:
    """The results on the validation names, and where the model is."""
    facts, text = result.classifier.facts, ""
    if measured := facts.get("validation"):
        figures = ", ".join(f"{words} {measured[key]:.3f}" for key, words in FIGURES.items())
        which = "a first training with the same settings" if facts["refit"] else "the training"
        text = f"On {facts['validation_names']:,} names held out of {which}: {figures}.\n"
    return f"{text}The model is in {out}. Try it: cognomen predict --model {shlex.quote(str(out))} Smith"

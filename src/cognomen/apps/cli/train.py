"""`cognomen train`: names with known origins in, a model folder out."""

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
from cognomen.apps.cli.options import encoding_option
from cognomen.apps.cli.plots import draw, ready_to_draw
from cognomen.apps.cli.progress import ProgressBar, training_progress
from cognomen.errors import ModelError, TrainingError
from cognomen.io.model_folder import check_replaceable

if TYPE_CHECKING:
    from cognomen.training.training import TrainingResult

FIGURES = {"accuracy": "accuracy", "macro_f1": "macro-F1", "log_loss": "log loss", "ece": "ECE"}
EXAMPLES = """\b
Examples:
  cognomen train tutorial --out my-model
  cognomen train names/ --out my-model --cell lstm --epochs 30 --seed 7
  cognomen train people.csv --out my-model --resume
  cognomen predict --model my-model Smith

DATA is a folder of <Origin>.txt files with a name a line, a CSV, TSV or Parquet table with the columns
name and origin, or the name of a known corpus (`cognomen data list`).

After each epoch MODEL.checkpoint is written beside the model; --resume goes on from it, and ends with the
same weights as a run that was never stopped. Ctrl-C keeps the model of the best epoch. Progress goes to
stderr. Names are held out of a first training for the calibration; a second one, with as many epochs, then
learns from all (--no-refit leaves that out).

\b
Exit codes: 0 done, 1 an error that the message explains,
2 not understood, 130 Ctrl-C.
"""


@click.command("train", epilog=EXAMPLES)
@click.argument("data", type=click.Path())
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="MODEL", help="The new folder."
)
@encoding_option
@click.option("--resume", is_flag=True, help="Go on from MODEL.checkpoint with the same settings.")
@click.option("--force", is_flag=True, help="Replace an existing model or an unfinished run.")
@click.option(
    "--plots", type=click.Path(path_type=Path), metavar="FOLDER", help="Draw the loss curve there (PNG)."
)
@config_options()
def command(
    data: str,
    out: Path,
    *,
    encoding: str | None,
    resume: bool,
    force: bool,
    plots: Path | None,
    **settings: Any,
) -> None:
    """Train a model on the names of DATA and write it to the folder MODEL."""
    from cognomen.plots.evaluation import loss_curve
    from cognomen.training.config import TrainingConfig
    from cognomen.training.training import second_checkpoint, train

    checkpoint = Path(f"{out.resolve()}.checkpoint")
    check_place(out, checkpoint, resume=resume, force=force)
    if plots is not None:
        ready_to_draw(plots)
    config = TrainingConfig(**settings)
    corpus = read_corpus(data, encoding)
    click.echo(f"{corpus.source}: {len(corpus):,} names of {len(corpus.origins)} origins")
    click.echo(corpus.report.summary())
    try:
        with ProgressBar() as bar:
            watch = training_progress(bar)
            result = train(corpus, config, checkpoint=checkpoint, resume=resume, on_progress=watch)
    except KeyboardInterrupt:
        raise Interrupted(stopped_early(checkpoint)) from None
    result.classifier.save(out)
    if plots is not None:
        draw({"loss.png": partial(loss_curve, result.history)}, plots)
    if result.interrupted:
        raise Interrupted(stopped(result, config.epochs, out))
    for path in (checkpoint, second_checkpoint(checkpoint)):
        path.unlink(missing_ok=True)
    click.echo(finished(result, out))


def check_place(out: Path, checkpoint: Path, *, resume: bool, force: bool) -> None:
    """Find out before the training whether its model can be written at the end.

    Raises ModelError or TrainingError with what stands in the way.
    """
    parent = out.resolve().parent
    if not parent.is_dir():
        raise ModelError(f"{out}: there is no folder {parent} to write it in. Create it, or choose another.")
    if not os.access(parent, os.W_OK):
        raise ModelError(f"{out}: you may not write in {parent}. Choose another folder.")
    check_replaceable(out.resolve())
    if resume or force:
        return
    if checkpoint.exists():
        raise TrainingError(
            f"{checkpoint} holds an unfinished run. Go on with --resume, or start anew with --force."
        )
    if out.is_dir() and any(out.iterdir()):
        raise ModelError(f"{out} is a model already. Replace it with --force, or choose another folder.")


def stopped_early(checkpoint: Path) -> str:
    """Say what Ctrl-C left where no model could be made: before the first epoch, or in the calibration."""
    if checkpoint.exists():
        return f"Stopped. What was learnt is in {checkpoint}; the same command with --resume goes on."
    return "Stopped before the first epoch had ended: there is nothing to keep."


def stopped(result: TrainingResult, epochs: int, out: Path) -> str:
    """Say what Ctrl-C left behind."""
    if len(result.history) == epochs:
        return (
            f"Stopped while training anew on all names. The first model, from most of them, is in {out}; "
            "the same command with --resume goes on."
        )
    return (
        f"Stopped after {len(result.history)} of {epochs} epochs. The model of the best one is in {out}; "
        "the same command with --resume goes on."
    )


def finished(result: TrainingResult, out: Path) -> str:
    """Give the validation figures, and where the model is."""
    measured = result.classifier.facts.get("validation")
    lines = [f"The model is in {out}. Try it: cognomen predict --model {shlex.quote(str(out))} Smith"]
    if measured:
        count = result.classifier.facts["validation_names"]
        figures = ", ".join(f"{words} {measured[key]:.3f}" for key, words in FIGURES.items())
        when = (
            "a first training with the same settings" if result.classifier.facts["refit"] else "the training"
        )
        lines.insert(0, f"On {count:,} names kept out of {when}: {figures}.")
    return "\n".join(lines)

"""Output of the loop's command: progress, results, answers, figures."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from cognomen.apps.cli.progress import clock
from cognomen.evaluation.metrics import Evaluation, evaluate
from cognomen.tutorial.loop import PLOT_STEPS, LoopProgress, LoopResult
from cognomen.tutorial.vocabulary import unicode_to_ascii

QUIT: Final = "quit"


def tell(progress: LoopProgress, began: float) -> None:
    """Print the tutorial's line of progress, and the remaining time."""
    left = (time.monotonic() - began) / progress.share * (1 - progress.share)
    click.echo(f"{progress} · {clock(left)} left", err=True)


def remembered(fitted: LoopResult, category_lines: Mapping[str, Sequence[str]]) -> Evaluation:
    """Evaluate the network on the rows that it was trained on."""
    lines = [line for category in fitted.all_categories for line in category_lines[category]]
    numbers = [len(category_lines[category]) for category in fitted.all_categories]
    labels = np.repeat(np.arange(len(numbers)), numbers)  # (N,)
    return evaluate(fitted.probabilities(lines), labels, fitted.all_categories)


def summary(fitted: LoopResult, evaluation: Evaluation) -> str:
    """The results of the loop in words, and their limits."""
    steps = fitted.settings.steps
    last = steps % PLOT_STEPS or PLOT_STEPS
    how = "all rows equally often" if fitted.settings.rows else "all origins equally often"
    return (
        f"The last {last:,} of {steps:,} names drawn, {how}: "
        f"loss {fitted.all_losses[-1]:.3f}, {fitted.all_accuracies[-1]:.1%} right.\n"
        f"All {evaluation.count:,} rows: {evaluation.accuracy:.1%} right, "
        f"macro-F1 {evaluation.macro_f1:.3f}.\n"
        "These are the training rows, as the tutorial holds none out. --protocol L evaluates the network on "
        "held-out names."
    )


def answer(fitted: LoopResult, name: str) -> dict[str, Any]:
    """The three best origins of a name in the tutorial's letters; none if it has none of these letters."""
    line = unicode_to_ascii(name)
    best = fitted.predict(line) if line.strip() else []
    return {
        "name": name,
        "read_as": line,
        "origins": [{"origin": origin, "probability": probability} for origin, probability in best],
    }


def in_words(answered: Mapping[str, Any]) -> str:
    """An answer as in the tutorial: the name, and below it the origins."""
    name, line = answered["name"], answered["read_as"]
    head = f"> {name}" if line == name else f"> {name} (read as {line!r})"
    rows = [f"  {best['origin']} {best['probability']:.1%}" for best in answered["origins"]]
    return "\n".join([head, *(rows or ["  unknown: none of its letters are among the tutorial's 57"])])


def converse(fitted: LoopResult) -> None:
    """Answer names from standard input until "quit"."""
    while True:
        try:
            name = input("Input: ").strip()
        except EOFError:
            click.echo()
            return
        if name == QUIT:
            return
        if name:
            click.echo(in_words(answer(fitted, name)))


def draw(fitted: LoopResult, evaluation: Evaluation, folder: Path) -> None:
    """Draw the loss curve and the confusion matrix of the training rows."""
    from cognomen.plots.evaluation import loss_curve
    from cognomen.training.run import EpochRecord

    curve = zip(fitted.all_losses, fitted.all_accuracies, strict=True)
    history = [EpochRecord(number, *point, None, None) for number, point in enumerate(curve, start=1)]
    path = folder / "loss.png"
    loss_curve(history, path, title="The tutorial's loop", unit="Thousand names drawn")
    click.echo(f"drawn: {path}", err=True)
    draw_confusion(evaluation, folder / "confusion.png", "What the rows it was trained on were taken for")


def draw_confusion(evaluation: Evaluation, path: Path, title: str) -> None:
    """Draw a confusion matrix and print its path."""
    from cognomen.plots.evaluation import confusion_matrix

    confusion_matrix(evaluation, path, title=title)
    click.echo(f"drawn: {path}", err=True)

"""The options of `train` and `protocol` that make up a recipe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from cognomen.training.config import Recipe

__all__ = ["recipe_options"]

Command = TypeVar("Command", bound=Callable[..., Any])

COUNT = click.IntRange(min=1)
SHARE = click.FloatRange(min=0, max=1, max_open=True)


def three_shares(value: Any) -> tuple[float, ...]:
    """Read `0.2,0,0.4`; a default comes as a tuple and stays one. Raises click.BadParameter."""
    try:
        shares = value if isinstance(value, tuple) else tuple(map(float, str(value).split(",")))
    except ValueError:
        shares = ()
    if len(shares) != 3 or not all(0 <= share < 1 for share in shares):
        raise click.BadParameter(f"expected three shares below 1 such as 0.2,0,0.4, got {value!r}.")
    return shares


METAVARS = {int: "N", float: "X", str: "WORD", tuple: "A,B,C"}

# Field of the recipe (its option is named alike), type, help.
OPTIONS: list[tuple[str, Any, str]] = [
    ("cell", click.Choice(["gru", "lstm", "rnn", "combined"]), "Kind of recurrent cell."),
    ("seed", click.IntRange(min=0), "Equal seeds give equal weights on the same machine."),
    ("epochs", COUNT, "How often every name is seen."),
    ("hidden_size", COUNT, "Numbers in each direction's memory."),
    ("embedding_size", COUNT, "Numbers for each letter."),
    ("num_layers", COUNT, "Recurrent layers on top of each other."),
    ("direction", click.Choice(["forward", "reverse", "both"]), "How names are read."),
    ("pooling", click.STRING, "How states become one: last, max, mean, or some joined by +."),
    ("nonlinearity", click.STRING, "Of the cells rnn and combined: tanh, relu or identity."),
    ("dropout", three_shares, "Shares dropped after the embedding, each layer, and pooling."),
    ("min_letter_count", click.IntRange(min=0), "Letters seen less often are left out of the alphabet."),
    (
        "longest_ngram",
        click.IntRange(min=0),
        "Letters in the longest n-grams with weights of their own; 0: none.",
    ),
    ("min_ngram_count", COUNT, "Names that must hold an n-gram."),
    ("ngram_dropout", SHARE, "Share dropped of each name's n-grams."),
    ("agreement", click.FloatRange(min=0), "Weight of two readings of a name agreeing; 0: read it once."),
    ("alone", click.FloatRange(min=0), "Weight of the recurrent part's loss without the n-grams."),
    ("letter_dropout", SHARE, "Share of letters shown as the unknown letter."),
    ("batch_size", COUNT, "Names in each step."),
    ("learning_rate", click.FloatRange(min=0, min_open=True), "Peak of the schedule."),
    (
        "average_from",
        click.FloatRange(0, 1, min_open=True),
        "Share of the steps after which weights are averaged; 1: not.",
    ),
    ("weight_decay", click.FloatRange(min=0), "Of AdamW."),
    ("label_smoothing", SHARE, "Share of each target spread over all origins."),
    ("clip", click.FloatRange(min=0, min_open=True), "Largest norm of a step's gradient."),
    ("balance", SHARE, "How much rare origins are favoured."),
    ("validation_share", SHARE, "Share of the names held out to watch progress and for calibration."),
    ("refit", bool, "Train anew on all names once calibrated."),
]


def recipe_options(command: Command) -> Command:
    """Give a command one option for each field of a recipe; it gets them as keywords for `Recipe`."""
    usual = Recipe()
    for field, kind, text in reversed(OPTIONS):
        default = getattr(usual, field)
        shown = ",".join(f"{share:g}" for share in default) if field == "dropout" else True
        flag = f"--{field.replace('_', '-')}"
        if kind is bool:
            command = click.option(
                f"{flag}/--no-{flag[2:]}", field, default=default, show_default=True, help=text
            )(command)
            continue
        metavar = METAVARS.get(type(default)) if not isinstance(kind, click.Choice) else None
        option = click.option(
            flag, field, type=kind, default=default, show_default=shown, metavar=metavar, help=text
        )
        command = option(command)
    return command

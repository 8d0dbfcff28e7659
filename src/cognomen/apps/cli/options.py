"""Options that several commands share: what is known of the names, and how sure an answer must be."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from cognomen.errors import DataError

__all__ = [
    "abstain_option",
    "chosen_origins",
    "column_option",
    "encoding_option",
    "model_options",
    "prior_option",
    "read_prior",
    "restrict_option",
]

Command = Callable[..., Any]
NAMED_PRIORS = ("training", "uniform")


def chosen_origins(_context: click.Context, _option: click.Parameter, text: str | None) -> list[str] | None:
    """Take a list of origins apart: "Irish,Scottish"."""
    return None if text is None else [origin.strip() for origin in text.split(",")]


def read_prior(
    _context: click.Context, _option: click.Parameter, text: str | None
) -> str | Mapping[str, float]:
    """Take "training" or "uniform", or read the shares from a JSON file.

    Raises DataError when the file holds something else, OSError when it cannot be read.
    """
    if text is None or text in NAMED_PRIORS:
        return text or "training"
    path = Path(text)
    try:
        shares = json.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError as error:
        raise DataError(f"--prior: expected uniform or a JSON file of shares, found no {text!r}") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: expected JSON in UTF-8: {error}") from error
    if not isinstance(shares, dict):
        raise DataError(
            f'{path}: expected an object with a share for each origin, such as {{"Irish": 0.7, "Scottish": '
            f"0.3}}, got {str(shares)[:40]!r}"
        )
    return shares


prior_option = click.option(
    "--prior",
    metavar="uniform|FILE",
    callback=read_prior,
    help="Mixture to expect: uniform, or a JSON file of shares by origin. Usually that of the training.",
)
restrict_option = click.option(
    "--restrict",
    metavar="A,B",
    callback=chosen_origins,
    help="The only origins that can be, with commas between them.",
)
abstain_option = click.option(
    "--abstain",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="P",
    help="Answer unknown (low-confidence) where no origin has this probability.",
)
encoding_option = click.option(
    "--encoding",
    metavar="NAME",
    help="Encoding of CSV and text files: utf-8 (the default), utf-16, cp1252 (Western Windows), ...",
)
column_option = click.option(
    "--column",
    required=True,
    metavar="NAME|NUMBER",
    help="The column that holds the names: its heading, or its number counted from 1.",
)


def model_options(command: Command) -> Command:
    """Give a command --model and --as-is."""
    command = click.option(
        "--as-is", is_flag=True, help="Take each text as a surname: do not look for one in a full name."
    )(command)
    return click.option(
        "--model", type=click.Path(), metavar="MODEL", help="A model folder instead of the shipped one."
    )(command)

"""The options of `train` and `protocol`: one for each setting of a config."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field, fields
from typing import Any, TypeVar

import click

from cognomen.network.config import Config, Range
from cognomen.training.config import TrainingConfig

Command = TypeVar("Command", bound=Callable[..., Any])

METAVARS = {int: "N", float: "X", str: "WORD", tuple: "A,B,C"}


def numbers(valid: Range, count: int) -> Callable[[Any], tuple[float, ...]]:
    """A converter of text such as `0.2,0,0.4`; it raises click.BadParameter."""
    each = click.FloatRange(**vars(valid))

    def convert(value: Any) -> tuple[float, ...]:
        texts = value if isinstance(value, tuple) else value.split(",")  # a default is a tuple already
        if len(texts) != count:
            raise click.BadParameter(f"expected {count} numbers such as 0.2,0,0.4, got {value!r}.")
        return tuple(each.convert(text, None, None) for text in texts)

    return convert


def config_options(config: type[Config] = TrainingConfig, **aliases: str) -> Callable[[Command], Command]:
    """Give a command one option for each setting; it gets them as keywords for the config.

    Args:
        config: has the settings.
        aliases: other flags of some settings, by their names.
    """

    def decorate(command: Command) -> Command:
        for each in reversed(fields(config)):
            command = option(each, *filter(None, [aliases.get(each.name)]))(command)
        return command

    return decorate


def option(setting: Field[Any], *aliases: str) -> Callable[[Command], Command]:
    """The option of a setting: named alike, with the setting's default, help and range."""
    default: Any = setting.default
    valid, kind = setting.metadata["valid"], setting.metadata["type"]
    flag = f"--{setting.name.replace('_', '-')}"
    types: dict[type, Callable[[], Any]] = {
        bool: lambda: bool,
        str: lambda: click.Choice(valid) if valid else str,
        int: lambda: click.IntRange(**vars(valid)),
        float: lambda: click.FloatRange(**vars(valid)),
        tuple: lambda: numbers(valid, len(default)),
    }
    return click.option(
        f"{flag}/--no-{flag[2:]}" if kind is bool else flag,
        *aliases,
        setting.name,
        type=types[kind](),
        default=default,
        show_default=",".join(f"{number:g}" for number in default) if kind is tuple else True,
        metavar=None if kind is bool or isinstance(valid, tuple) else METAVARS[kind],
        help=setting.metadata["help"],
    )

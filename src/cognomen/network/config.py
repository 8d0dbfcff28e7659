"""Settings that describe themselves: what each is for and which values it may have stands on its own line.

The checks below, the options of the command line, and the list of attributes in the docstring follow from it.
"""

from __future__ import annotations

import math
import textwrap
from dataclasses import asdict, dataclass, field, fields
from inspect import cleandoc
from typing import Any, Self, TypeVar

from cognomen.errors import InputError, shortened

T = TypeVar("T")


@dataclass(frozen=True)
class Range:
    """The finite numbers from `min` to `max`; open ends are excluded. click's ranges have the same fields."""

    min: float = 0
    max: float | None = None
    min_open: bool = False
    max_open: bool = False

    def __contains__(self, value: float) -> bool:
        above = value > self.min if self.min_open else value >= self.min
        if self.max is None:
            return above and value < math.inf
        return above and (value < self.max if self.max_open else value <= self.max)

    def __str__(self) -> str:
        low, high = "[("[self.min_open], "])"[self.max_open or self.max is None]
        return f"in {low}{self.min:g}, {math.inf if self.max is None else self.max:g}{high}"


COUNT = Range(1)
SIZE = Range(1, 1 << 16)  # of an embedding, a state, a layer
NON_NEGATIVE = Range()
NGRAM_LENGTH = Range(0, 32)
POSITIVE = Range(min_open=True)
FRACTION = Range(max=1, max_open=True)

NOUNS = {int: "an integer", float: "a number", str: "a string", bool: "True or False", tuple: "numbers"}


def setting(default: T, help: str, valid: Range | tuple[str, ...] | None = None) -> T:
    """A field of a `Config`.

    Args:
        default: its type is the setting's: int, float, str, bool, or a tuple of floats.
        help: one sentence.
        valid: the numbers, or the words, that it may be; None if its user checks it.
    """
    return field(default=default, metadata={"help": help, "valid": valid, "type": type(default)})


@dataclass(frozen=True, kw_only=True)
class Config:
    """A base class of frozen dataclasses whose fields are `setting`s.

    Raises:
        InputError: a value has another type than the default, or is not valid.
    """

    def __post_init__(self) -> None:
        for each in fields(self):
            kind, valid = each.metadata["type"], each.metadata["valid"]
            value = getattr(self, each.name)
            values = value if isinstance(value, tuple) else (value,)
            if not _is(value, kind) or (valid is not None and not all(one in valid for one in values)):
                expected = f"one of {', '.join(valid)}" if isinstance(valid, tuple) else NOUNS[kind]
                within = f" {valid}" if isinstance(valid, Range) else ""
                raise InputError(f"{each.name}: expected {expected}{within}, got {shortened(value)}")

    def to_json(self) -> dict[str, Any]:
        """The fields by name, tuples as lists."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}

    @classmethod
    def from_json(cls, values: Any) -> Self:
        """The reverse of `to_json`.

        Raises:
            InputError: it is no object, or a field is missing, unknown, or not valid.
        """
        if not isinstance(values, dict):
            raise InputError(f"{cls.__name__}: expected an object, got {shortened(values)}")
        if wrong := {each.name for each in fields(cls)} ^ values.keys():
            raise InputError(f"{cls.__name__}: these fields are missing or unknown: {sorted(wrong)}")
        return cls(**{name: tuple(v) if isinstance(v, list) else v for name, v in values.items()})


def _is(value: Any, kind: type) -> bool:
    """Whether a value has a setting's type; an integer will do for a number, True and False for neither."""
    if kind is tuple:
        return isinstance(value, tuple) and all(_is(each, float) for each in value)
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


def describe(cls: type[T]) -> type[T]:
    """Append the attributes of a config, with their help, to its docstring."""
    rows = [f"    {each.name}: {each.metadata['help']}" for each in fields(cls)]  # type: ignore[arg-type]
    rows = [textwrap.fill(row, 110, subsequent_indent=" " * 8) for row in rows]
    cls.__doc__ = "\n".join([cleandoc(cls.__doc__ or ""), "", "Attributes:", *rows])
    return cls

"""What fixes the shapes of a network's parameters."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from cognomen.errors import InputError

__all__ = ["Architecture"]


@dataclass(frozen=True)
class Architecture:
    """Everything that fixes the shapes of a network's parameters, and how they are wired.

    Attributes:
        alphabet_size: letters, the unknown one included, V.
        origin_count: origins, C.
        cell: "gru", "lstm", "rnn" or "combined".
        embedding_size: numbers for each letter, E.
        hidden_size: numbers in each direction's memory, H.
        num_layers: recurrent layers on top of each other.
        direction: "forward", "reverse" or "both".
        pooling: "last", "max", "mean", or several joined by "+".
        nonlinearity: of the cells "rnn" and "combined"; the others have none to choose.
        longest_ngram: letters in the longest of the n-grams that have weights of their own; 0 for none.
    """

    alphabet_size: int
    origin_count: int
    cell: str = "gru"
    embedding_size: int = 64
    hidden_size: int = 128
    num_layers: int = 1
    direction: str = "both"
    pooling: str = "max+mean"
    nonlinearity: str = "tanh"
    longest_ngram: int = 0

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Architecture:
        """The reverse of `to_json`.

        Raises:
            InputError: a field is missing, unknown, of another type, or a number too small.
        """
        expected = {field.name: type(field.default) for field in fields(cls)}
        expected |= {"alphabet_size": int, "origin_count": int}
        if wrong := expected.keys() ^ values.keys():
            raise InputError(
                f"architecture: expected the fields {sorted(expected)}; these differ: {sorted(wrong)}"
            )
        for name, kind in expected.items():
            least = 0 if name == "longest_ngram" else 1
            if type(values[name]) is not kind or (kind is int and values[name] < least):
                raise InputError(f"architecture: {name}: expected a {kind.__name__}, got {values[name]!r}")
        return cls(**values)

"""What fixes the shapes of a network's parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cognomen.network.config import NGRAM_LENGTH, SIZE, Config, Range, describe, setting
from cognomen.rnn.cells import CELLS

MOST_LETTERS = 0x110000  # all code points of Unicode
MOST_ORIGINS = (1 << 15) - 1  # whose numbers fit in int16


@dataclass(frozen=True, kw_only=True)
class NetworkConfig(Config):
    """The settings of a network; with the data's letters and origins they make an `Architecture`."""

    cell: str = setting("gru", "Kind of recurrent cell.", tuple(CELLS))
    embedding_size: int = setting(64, "Size of a letter's embedding, E.", SIZE)
    hidden_size: int = setting(128, "Hidden units in each direction, H.", SIZE)
    num_layers: int = setting(1, "Stacked recurrent layers.", Range(1, 64))
    direction: str = setting("both", "How names are read.", ("forward", "reverse", "both"))
    pooling: str = setting(
        "max+mean", "How a name's states become one: last, max, mean, or several joined by +."
    )
    nonlinearity: str = setting("tanh", "Activation of the cells rnn and combined: tanh, relu or identity.")
    longest_ngram: int = setting(
        0, "Letters in the longest n-grams that have weights of their own; 0 for no n-grams.", NGRAM_LENGTH
    )
    ngram_rank: int = setting(
        0,
        "Rank of the weights of n-grams and whole names found by hash, for many names and origins; 0 for "
        "exact n-grams with a weight for each origin.",
        Range(0, 1 << 16),
    )


def _size(help: str, most: int) -> dict[str, Any]:
    """The metadata of a size that the data has."""
    return {"help": help, "valid": Range(1, most), "type": int}


@describe
@dataclass(frozen=True)
class Architecture(NetworkConfig):
    """Everything that fixes the shapes of a network's parameters, and how they are wired."""

    alphabet_size: int = field(metadata=_size("Letters, the unknown one included, V.", MOST_LETTERS))
    origin_count: int = field(metadata=_size("Origins, C.", MOST_ORIGINS))

    @property
    def least_weights(self) -> int:
        """Fewer weights than such a network has: those of one direction, without gates and biases."""
        e, h = self.embedding_size, self.hidden_size
        embedding, output = self.alphabet_size * e, self.origin_count * h
        ngrams = self.origin_count * self.ngram_rank
        return embedding + e * h + self.num_layers * h * h + output + ngrams

"""What fixes the shapes of a network's parameters."""

from __future__ import annotations

from dataclasses import dataclass, field

from cognomen.network.config import COUNT, NON_NEGATIVE, Config, describe, setting
from cognomen.rnn.cells import CELLS

SIZE = {"valid": COUNT, "type": int}


@dataclass(frozen=True, kw_only=True)
class NetworkConfig(Config):
    """The settings of a network; with the data's letters and origins they make an `Architecture`."""

    cell: str = setting("gru", "Kind of recurrent cell.", tuple(CELLS))
    embedding_size: int = setting(64, "Size of a letter's embedding, E.", COUNT)
    hidden_size: int = setting(128, "Hidden units in each direction, H.", COUNT)
    num_layers: int = setting(1, "Stacked recurrent layers.", COUNT)
    direction: str = setting("both", "How names are read.", ("forward", "reverse", "both"))
    pooling: str = setting(
        "max+mean", "How a name's states become one: last, max, mean, or several joined by +."
    )
    nonlinearity: str = setting("tanh", "Of the cells rnn and combined: tanh, relu or identity.")
    longest_ngram: int = setting(
        0, "Letters in the longest n-grams that have weights of their own; 0 for no n-grams.", NON_NEGATIVE
    )
    ngram_rank: int = setting(
        0,
        "Rank of the weights of n-grams and whole names found by hash, for many names and origins; 0 for "
        "exact n-grams with a weight for each origin.",
        NON_NEGATIVE,
    )


@describe
@dataclass(frozen=True)
class Architecture(NetworkConfig):
    """Everything that fixes the shapes of a network's parameters, and how they are wired."""

    alphabet_size: int = field(metadata={"help": "Letters, the unknown one included, V.", **SIZE})
    origin_count: int = field(metadata={"help": "Origins, C.", **SIZE})

"""The settings of a training run."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Any

from cognomen.errors import InputError
from cognomen.network.architecture import Architecture

__all__ = ["Recipe"]

ZERO_OR_MORE = ("agreement", "alone", "longest_ngram", "min_letter_count", "seed", "weight_decay")


@dataclass(frozen=True)
class Recipe:
    """Everything that fixes a training run, besides the names themselves.

    Attributes:
        cell, embedding_size, hidden_size, num_layers, direction, pooling, nonlinearity: see `Architecture`.
        longest_ngram: letters in the longest n-grams that get weights of their own; 0 for none.
        min_ngram_count: so many training names must hold an n-gram for it to get weights.
        ngram_dropout: share dropped of each name's n-grams.
        alone: how much it counts, beside the loss of all evidence together, that the recurrent part is right
            without the n-grams.
        agreement: how much it counts that two readings of a name agree, each with noise of its own; 0 to read
            it once (R-Drop: Liang et al. 2021).
        dropout: shares dropped after the embedding, after each recurrent layer, and after pooling.
        min_letter_count: a letter seen less often than this, and less than once in a thousand training names,
            is left out of the alphabet: what two or three names teach about a mark misleads the others.
        letter_dropout: share of letters shown as the unknown letter, so that the network learns its use.
        epochs: how often every training name is seen.
        batch_size: names in each step.
        learning_rate: the peak of the schedule.
        average_from: the share of the steps after which the weights are averaged, while the learning rate
            stays at its peak (SWA: Izmailov et al. 2018). 1 for none: the rate falls to nothing (one cycle).
        weight_decay: of AdamW.
        label_smoothing: share of each target spread over all origins.
        clip: largest norm of a step's gradient.
        balance: how much rare origins are favoured: in training, this times the logarithm of the origins'
            shares is added to the logits, so that the network need not learn that part of them.
        validation_share: share of the names held out, to watch progress and for calibration; may be 0.
        refit: whether, once calibrated, a new network is trained in the same way on all names, those held
            out among them. It keeps the calibration of the first.
        seed: of the starting weights, the order of the names, all noise, and the choice of validation names.

    Raises:
        InputError: a number is outside of what it may be.
    """

    cell: str = "gru"
    embedding_size: int = 64
    hidden_size: int = 128
    num_layers: int = 1
    direction: str = "both"
    pooling: str = "max+mean"
    nonlinearity: str = "tanh"
    longest_ngram: int = 5
    min_ngram_count: int = 2
    ngram_dropout: float = 0.5
    alone: float = 0.5
    agreement: float = 1.0
    dropout: tuple[float, float, float] = (0.1, 0.0, 0.6)
    min_letter_count: int = 10
    letter_dropout: float = 0.01
    epochs: int = 30
    batch_size: int = 128
    learning_rate: float = 3e-3
    average_from: float = 0.4
    weight_decay: float = 0.01
    label_smoothing: float = 0.0
    clip: float = 1.0
    balance: float = 0.3
    validation_share: float = 0.1
    refit: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        lowest = dict.fromkeys(
            ("epochs", "batch_size", "embedding_size", "hidden_size", "num_layers", "min_ngram_count"), 1
        )
        for name, least in (lowest | dict.fromkeys(ZERO_OR_MORE, 0)).items():
            if not least <= getattr(self, name) < math.inf:
                raise InputError(f"{name}: expected a number from {least} up, got {getattr(self, name)}")
        for name in ("learning_rate", "clip"):
            if not 0 < getattr(self, name) < math.inf:
                raise InputError(f"{name}: expected a positive number, got {getattr(self, name)}")
        if not 0 < self.average_from <= 1:
            raise InputError(f"average_from: expected a share in (0, 1], got {self.average_from}")
        for name in ("letter_dropout", "ngram_dropout", "validation_share", "label_smoothing", "balance"):
            if not 0 <= getattr(self, name) < 1:
                raise InputError(f"{name}: expected a share in [0, 1), got {getattr(self, name)}")

    @property
    def refits(self) -> bool:
        """Whether a second network is trained on all names: it takes names held out for that."""
        return self.refit and self.validation_share > 0

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self) | {"dropout": list(self.dropout)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Recipe:
        """The reverse of `to_json`."""
        return cls(**{**values, "dropout": tuple(values["dropout"])})

    def architecture(self, alphabet_size: int, origin_count: int) -> Architecture:
        """The architecture that this recipe trains."""
        shared = {f.name for f in fields(Architecture)} & {f.name for f in fields(self)}
        return Architecture(alphabet_size, origin_count, **{name: getattr(self, name) for name in shared})

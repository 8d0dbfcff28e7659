"""The settings of a generator and its training."""

from __future__ import annotations

from dataclasses import dataclass

from cognomen.network.config import COUNT, FRACTION, NON_NEGATIVE, POSITIVE, SIZE, Config, describe, setting


@describe
@dataclass(frozen=True, kw_only=True)
class GeneratorConfig(Config):
    """Everything that fixes the training of a generator, besides the names."""

    origin_size: int = setting(32, "Size of the embedding of an origin and a script.", SIZE)
    letter_size: int = setting(48, "Size of a letter's embedding.", SIZE)
    hidden_size: int = setting(256, "Hidden units of the decoder.", SIZE)
    dropout: float = setting(0.25, "Dropout of letters' embeddings, and of the decoder's output.", FRACTION)
    resampling: float = setting(
        0.3,
        "How much rare origins are favoured: lists of an origin and a script are drawn by their share of the "
        "names to the power of 1 minus this, which changes linearly over the training.",
        FRACTION,
    )
    final_resampling: float = setting(0.0, "The same at the end of the training.", FRACTION)
    frequency_power: float = setting(
        0.5, "Names that have weights are drawn by their weight to this power.", FRACTION
    )
    min_letter_count: int = setting(3, "Names with a letter seen less often are left out.", NON_NEGATIVE)
    epochs: int = setting(25, "Passes over the training names.", COUNT)
    batch_size: int = setting(128, "Names in each step.", COUNT)
    learning_rate: float = setting(4e-3, "Peak of the learning-rate schedule.", POSITIVE)
    weight_decay: float = setting(0.1, "Weight decay of AdamW.", NON_NEGATIVE)
    clip: float = setting(1.0, "Largest norm of a step's gradient.", POSITIVE)
    seed: int = setting(0, "Of the initial weights, the order of the names, and dropout.", NON_NEGATIVE)

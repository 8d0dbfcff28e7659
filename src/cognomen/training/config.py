"""The settings of a training run, each on one line: checks, options, help and docs follow from it."""

from __future__ import annotations

from dataclasses import dataclass, fields

from cognomen.network.architecture import Architecture, NetworkConfig
from cognomen.network.config import (
    COUNT,
    FRACTION,
    NGRAM_LENGTH,
    NON_NEGATIVE,
    POSITIVE,
    Range,
    describe,
    setting,
)

HASH_BITS = Range(1, 26)


@describe
@dataclass(frozen=True, kw_only=True)
class TrainingConfig(NetworkConfig):
    """Everything that fixes a training run, besides the names themselves.

    Raises:
        InputError: a value is out of its range.
    """

    longest_ngram: int = setting(
        5, "Letters in the longest n-grams that have weights of their own; 0 for no n-grams.", NGRAM_LENGTH
    )
    min_ngram_count: int = setting(
        2, "Training names that must contain an n-gram for it to have weights.", COUNT
    )
    rnn_loss_weight: float = setting(
        0.5, "Weight of the loss of the recurrent part alone, added to that of the network.", NON_NEGATIVE
    )
    rdrop_alpha: float = setting(
        1.0,
        "Weight of the divergence between two passes over a name with different dropout; 0 for one pass "
        "(R-Drop: Liang et al. 2021).",
        NON_NEGATIVE,
    )
    dropout: tuple[float, float, float] = setting(
        (0.1, 0.0, 0.6),
        "Dropout after the embedding, after each recurrent layer, and after pooling.",
        FRACTION,
    )
    ngram_dropout: float = setting(0.5, "Share of a name's n-grams that is dropped.", FRACTION)
    ngram_bits: int = setting(17, "Hashed n-grams have 2 to this power rows of weights.", HASH_BITS)
    name_bits: int = setting(
        17, "At most 2 to this power whole names have weights of their own, with hashed n-grams.", HASH_BITS
    )
    letter_dropout: float = setting(
        0.01, "Share of letters replaced by the unknown letter, so that the network learns its use.", FRACTION
    )
    min_letter_count: int = setting(
        10,
        "Letters seen less often, and less than once in a thousand names, are left out of the alphabet.",
        NON_NEGATIVE,
    )
    epochs: int = setting(30, "Passes over the training names.", Range(1, 1_000_000))
    frequency_power: float = setting(
        0.6,
        "Names of a table with weights are shown in proportion to their weight within their origin to this "
        "power; 0 shows all equally often, 1 as often as they occur.",
        Range(max=1),
    )
    origin_power: float = setting(
        0.3,
        "Origins of a table with weights are shown in proportion to their number of names to this power; 0 "
        "shows all equally often.",
        Range(max=1),
    )
    batch_size: int = setting(128, "Names in each step.", COUNT)
    learning_rate: float = setting(3e-3, "Peak of the learning-rate schedule.", POSITIVE)
    swa_start: float = setting(
        0.4,
        "Share of the steps after which the weights are averaged, at a constant learning rate (SWA: Izmailov "
        "et al. 2018); 1 for no averaging and a one-cycle schedule.",
        Range(max=1, min_open=True),
    )
    weight_decay: float = setting(0.01, "Weight decay of AdamW.", NON_NEGATIVE)
    label_smoothing: float = setting(0.0, "Share of each target spread over all origins.", FRACTION)
    clip: float = setting(1.0, "Largest norm of a step's gradient.", POSITIVE)
    logit_adjustment: float = setting(
        0.3,
        "How much rare origins are favoured: this times the log-prior is added to the logits in training "
        "(Menon et al. 2021).",
        FRACTION,
    )
    validation_share: float = setting(
        0.1, "Share of the names held out to measure progress and to calibrate; may be 0.", FRACTION
    )
    refit: bool = setting(
        True, "Once calibrated, train a second network on all names; it gets the calibration of the first."
    )
    seed: int = setting(
        0,
        "Equal seeds give equal weights on the same machine. Also chooses the validation names.",
        NON_NEGATIVE,
    )

    @property
    def refits(self) -> bool:
        """Whether a second network is trained on all names: it takes held-out names for that."""
        return self.refit and self.validation_share > 0

    def architecture(self, alphabet_size: int, origin_count: int) -> Architecture:
        """The architecture that this config trains."""
        shared = {each.name: getattr(self, each.name) for each in fields(NetworkConfig)}
        return Architecture(alphabet_size, origin_count, **shared)

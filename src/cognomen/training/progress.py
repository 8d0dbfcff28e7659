"""What a training run tells while it goes on."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EpochRecord", "Progress"]


@dataclass(frozen=True)
class EpochRecord:
    """What one pass over the training names gave; no validation names, no validation figures (None)."""

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None


@dataclass(frozen=True)
class Progress:
    """Where a run stands: after each step, and with `record` after each epoch.

    `epoch` and `step` count from 1; `loss` and `accuracy` are means over this epoch's names so far.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    accuracy: float
    names_per_second: float
    record: EpochRecord | None = None

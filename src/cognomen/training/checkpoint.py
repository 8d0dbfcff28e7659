"""Checkpoints: the state of a training run in one file, replaced after each epoch, to resume from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from cognomen.errors import TrainingError
from cognomen.io.files import write_atomically
from cognomen.rnn.arrays import Array


@dataclass(frozen=True)
class Checkpoint:
    """The state of a run between two epochs.

    Attributes:
        tensors: all arrays, by name.
        facts: everything else; JSON values.
    """

    tensors: dict[str, Array]
    facts: dict[str, Any]


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Replace the file at `path` atomically."""
    write_atomically(path, save(checkpoint.tensors, {"cognomen-checkpoint": json.dumps(checkpoint.facts)}))


def read_checkpoint(path: Path) -> Checkpoint:
    """Read what `write_checkpoint` wrote.

    Raises:
        TrainingError: there is no such file, or it is damaged or not a checkpoint.
    """
    if not path.is_file():
        raise TrainingError(
            f"nothing to resume: expected a checkpoint at {path}; train without resuming first"
        )
    try:
        with safe_open(path, framework="numpy") as file:
            facts = json.loads((file.metadata() or {})["cognomen-checkpoint"])
            return Checkpoint({name: file.get_tensor(name) for name in file.keys()}, facts)  # noqa: SIM118
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise TrainingError(
            f"{path} is not a checkpoint, or it is damaged ({error}); delete it and train from the start"
        ) from error

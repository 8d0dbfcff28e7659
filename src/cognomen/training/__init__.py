"""From a corpus of names to a model."""

from cognomen.training.config import TrainingConfig
from cognomen.training.generator import train_generator
from cognomen.training.protocols import ProtocolResult, run_protocol
from cognomen.training.run import EpochRecord, Progress
from cognomen.training.training import TrainingResult, train

__all__ = [
    "EpochRecord",
    "Progress",
    "ProtocolResult",
    "TrainingConfig",
    "TrainingResult",
    "run_protocol",
    "train",
    "train_generator",
]

"""From a corpus of names to a model."""

from cognomen.training.config import Recipe
from cognomen.training.generator import train_generator
from cognomen.training.progress import EpochRecord, Progress
from cognomen.training.protocols import ProtocolResult, run_protocol
from cognomen.training.training import TrainingResult, train

__all__ = [
    "EpochRecord",
    "Progress",
    "ProtocolResult",
    "Recipe",
    "TrainingResult",
    "run_protocol",
    "train",
    "train_generator",
]

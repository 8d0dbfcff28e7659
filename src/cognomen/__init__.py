"""Cognomen: a recurrent network to read, and the surname-origin classifier that runs on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cognomen.classifier import Answer, Classifier
from cognomen.errors import (
    CognomenError,
    DataError,
    DownloadError,
    InputError,
    MissingExtraError,
    ModelError,
    TrainingError,
)
from cognomen.rnn import RNN

__all__ = [
    "RNN",
    "Answer",
    "Classifier",
    "CognomenError",
    "DataError",
    "DownloadError",
    "InputError",
    "MissingExtraError",
    "ModelError",
    "TrainingError",
    "__version__",
]

if TYPE_CHECKING:
    __version__: str
else:

    def __getattr__(name: str) -> str:
        """Look up `__version__` when asked: few need it, and it takes its time."""
        if name == "__version__":
            from importlib.metadata import version

            return version("cognomen")
        raise AttributeError(f"module 'cognomen' has no attribute {name!r}")

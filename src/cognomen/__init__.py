"""Cognomen: a recurrent network to read, and the surname-origin classifier that runs on it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cognomen.errors import (
    CognomenError,
    DataError,
    DownloadError,
    InputError,
    MissingExtraError,
    ModelError,
    TrainingError,
)

if TYPE_CHECKING:
    from cognomen.classifier import Answer, Classifier
    from cognomen.rnn import RNN

    __version__: str

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

# Loaded when first asked for: without NumPy the command line answers --help, and Ctrl-C, at once.
_HOMES = {"RNN": "cognomen.rnn", "Answer": "cognomen.classifier", "Classifier": "cognomen.classifier"}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("cognomen")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'cognomen' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

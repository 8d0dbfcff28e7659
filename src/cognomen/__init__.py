"""Cognomen: a recurrent network to read, and the surname-origin classifier that runs on it."""

from __future__ import annotations

from importlib import import_module

from cognomen.errors import (
    CognomenError,
    DataError,
    DownloadError,
    InputError,
    MissingExtraError,
    ModelError,
    TrainingError,
)

TYPE_CHECKING = False  # for type checkers it is True; `typing` takes longer to load than all there is here
if TYPE_CHECKING:
    from typing import Any

    from cognomen.classifier.answers import Answer
    from cognomen.classifier.classifier import Classifier
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

__version__ = "0.1.0"

# Loaded when first asked for: without NumPy the command line answers --help, and Ctrl-C, at once.
_HOMES = {
    "RNN": "cognomen.rnn",
    "Answer": "cognomen.classifier.classifier",
    "Classifier": "cognomen.classifier.classifier",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'cognomen' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

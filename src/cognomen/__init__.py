"""Cognomen: a recurrent network to read, and the surname-origin classifier that runs on it."""

TYPE_CHECKING = False  # for type checkers it is True; `typing` takes longer to load than all there is here
if TYPE_CHECKING:
    from typing import Any

    from cognomen.classifier.answers import Answer
    from cognomen.classifier.classifier import Classifier
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

__version__ = "0.1.0"

# Loaded when first asked for: without NumPy the command line answers --help, and Ctrl-C, at once.
_HOMES = {
    "RNN": "cognomen.rnn",
    "Answer": "cognomen.classifier.classifier",
    "Classifier": "cognomen.classifier.classifier",
    "CognomenError": "cognomen.errors",
    "DataError": "cognomen.errors",
    "DownloadError": "cognomen.errors",
    "InputError": "cognomen.errors",
    "MissingExtraError": "cognomen.errors",
    "ModelError": "cognomen.errors",
    "TrainingError": "cognomen.errors",
}


def __getattr__(name: str) -> "Any":
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'cognomen' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _main() -> None:
    """Run the command line on `sys.argv` and exit with its exit code.

    It is here, and this module imports nothing, so that Ctrl-C is handled from the first import on.
    """
    try:
        from cognomen.apps.cli import main

        main()
    except KeyboardInterrupt:  # before the commands could handle it, or a second one while they did
        raise SystemExit(130) from None
    except RuntimeError as error:  # Python before 3.12 makes it of one that comes while a class is made
        if not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        raise SystemExit(130) from None

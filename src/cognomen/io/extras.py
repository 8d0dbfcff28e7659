"""Optional packages: the error at the door, with the command that installs them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from cognomen.errors import MissingExtraError


def require(module: str, extra: str, purpose: str, package: str | None = None) -> Any:
    """Import a module of an optional package.

    Args:
        module: its name in an import.
        extra: of pyproject.toml, which installs the package.
        purpose: what needs it, the beginning of a sentence.
        package: its name in an installation, if that is not the module's.

    Raises:
        MissingExtraError: it is not installed; the message says how to install it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(package or module, extra, purpose) from error

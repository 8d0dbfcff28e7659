"""Optional packages: the error at the door, with the command that installs them."""

from __future__ import annotations

from importlib import import_module

from cognomen.errors import MissingExtraError


def require(extra: str, purpose: str, *packages: str) -> None:
    """Raise MissingExtraError unless all packages can be imported.

    Args:
        extra: of pyproject.toml, which installs them.
        purpose: what needs them, the beginning of a sentence.
        packages: their names in an import.
    """
    for package in packages:
        try:
            import_module(package)
        except ImportError as error:
            raise MissingExtraError(package, extra, purpose) from error

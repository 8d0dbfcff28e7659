"""pyarrow, which only the extra `tables` installs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cognomen.errors import DataError, MissingExtraError

__all__ = ["parquet_errors", "require_pyarrow"]


def require_pyarrow(purpose: str) -> Any:
    """Import pyarrow with its Parquet module.

    Args:
        purpose: what needs it, the subject of the error message.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtraError("pyarrow", "tables", purpose) from error
    return pyarrow


@contextmanager
def parquet_errors(path: Path) -> Iterator[None]:
    """Turn the errors of pyarrow's Parquet reader into a DataError that names the file."""
    pa = require_pyarrow("Reading a Parquet table")
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"cannot read {path} as a Parquet table: {error}") from error

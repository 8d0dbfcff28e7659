"""pyarrow, which the extra `tables` installs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cognomen.errors import DataError, MissingExtraError
from cognomen.io.misnamed import hint_if_text


def find_pyarrow() -> Any:
    """Import pyarrow with the modules that are used here; None if it is not installed."""
    try:
        import pyarrow
        import pyarrow.compute
        import pyarrow.csv
        import pyarrow.parquet
    except ImportError:
        return None
    return pyarrow


def require_pyarrow(purpose: str) -> Any:
    """Import pyarrow.

    Args:
        purpose: what needs it, the subject of the error message.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    pyarrow = find_pyarrow()
    if pyarrow is None:
        raise MissingExtraError("pyarrow", "tables", purpose)
    return pyarrow


@contextmanager
def parquet_errors(path: Path) -> Iterator[None]:
    """Turn the errors of pyarrow's Parquet reader into a DataError that names the file."""
    pa = require_pyarrow("Reading a Parquet table")
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"cannot read {path} as a Parquet table: {str(error).rstrip('.')}.{hint_if_text(path)}"
        ) from error

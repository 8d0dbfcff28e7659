"""What several test files share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples each time, and no verdict by the clock: these machines are shared and slow.
settings.register_profile("cognomen", deadline=None, derandomize=True)
settings.load_profile("cognomen")


@pytest.fixture(scope="session")
def names_folder() -> Path:
    """The folder of the 18 files, which is not part of the project: COGNOMEN_NAMES says where it lies."""
    folder = os.environ.get("COGNOMEN_NAMES")
    if not folder:
        pytest.skip("COGNOMEN_NAMES does not name the folder of the 18 files")
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"COGNOMEN_NAMES names {folder!r}, which is not a folder")
    return path

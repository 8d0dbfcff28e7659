"""What several test files share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cli_running import tiny_classifier
from hypothesis import settings

# The same examples each time, and no verdict by the clock: these machines are shared and slow.
settings.register_profile("cognomen", deadline=None, derandomize=True)
settings.load_profile("cognomen")


# Files ("test_x.py") and tests ("test_x.py::test_y") that take long: `make slow` writes this list.
SLOW = frozenset(Path(__file__).with_name("slow.txt").read_text(encoding="utf-8").split())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the slow tests, so that `-m "not slow"` leaves them out."""
    for item in items:
        test = f"{item.path.name}::{getattr(item, 'originalname', item.name)}"
        if item.path.name in SLOW or test in SLOW:
            item.add_marker("slow")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import slow files without the slow tests."""
    return True if collection_path.name in SLOW and config.getoption("-m") == "not slow" else None


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a tiny model."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    tiny_classifier().save(folder)
    return str(folder)


@pytest.fixture(scope="session")
def names_folder() -> Path:
    """The folder of the 18 files, which is not part of the project: COGNOMEN_NAMES says where it lies."""
    return folder_in("COGNOMEN_NAMES", "the 18 files")


@pytest.fixture(scope="session")
def world_folder() -> Path:
    """The folder with the sources of the corpus world, which is not part of the project: COGNOMEN_WORLD."""
    return folder_in("COGNOMEN_WORLD", "the world's sources")


def folder_in(variable: str, of_what: str) -> Path:
    """The folder that an environment variable names; without it the test is skipped."""
    folder = os.environ.get(variable)
    if not folder:
        pytest.skip(f"{variable} does not name the folder of {of_what}")
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"{variable} names {folder!r}, which is not a folder")
    return path

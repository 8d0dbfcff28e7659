"""What several test files share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_running import tiny_classifier
from counting import blas_threads, free_for_all
from hypothesis import settings
from threadpoolctl import threadpool_info, threadpool_limits

from cognomen.rnn.engine import blas

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


@pytest.fixture
def two_threads() -> Iterator[None]:
    """Two threads for each product, however many this run was given."""
    if any(library.get("threading_layer") == "openmp" for library in threadpool_info()):
        pytest.skip("an algebra library that keeps the number for each thread")
    blas._libraries.cache_clear()  # another test may have loaded one more since
    free_for_all()
    with threadpool_limits(2, user_api="blas"):
        if blas_threads() != {2}:
            pytest.skip("no algebra library whose threads can be counted")
        free_for_all()
        yield
        found = blas_threads()
        free_for_all()
    assert found == {2}, "not put back"

"""How often, and with what, a network is asked; on how many threads products run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import ThreadpoolController, threadpool_info

from cognomen.classifier import Classifier
from cognomen.text.ragged import Ragged


def count_calls(clf: Classifier, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """From now on each call of the network adds (names, threads) to this list."""
    calls: list[tuple[int, int]] = []
    original = clf.network.evidence

    def evidence(names: Ragged, *, threads: int = 1, **options: Any) -> Any:
        calls.append((len(names), threads))
        return original(names, threads=threads, **options)

    monkeypatch.setattr(clf.network, "evidence", evidence)
    return calls


def blas_threads() -> set[int]:
    """On how many threads matrix products run, in each algebra library that is loaded."""
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


class Watched:
    """Numbers that note in `threads`, when a function reads them, on how many threads its products run."""

    def __init__(self, numbers: ArrayLike) -> None:
        self.numbers, self.threads = np.asarray(numbers), []

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        self.threads.append(blas_threads())
        return np.array(self.numbers, dtype)


def free_for_all() -> None:
    """Let any thread set the number: from 3.8 on threadpoolctl heeds the thread that came first alone."""
    for library in ThreadpoolController().lib_controllers:
        if hasattr(library, "clear_controlling_thread"):
            library.clear_controlling_thread(force=True)

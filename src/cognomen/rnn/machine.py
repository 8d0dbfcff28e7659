"""What the libraries below NumPy do unasked, and how to make them do otherwise."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

import numpy as np

__all__ = ["map_on_threads", "one_blas_thread", "reuse_memory"]

Item = TypeVar("Item")
Result = TypeVar("Result")

LARGEST_KEPT = 31 << 20  # bytes; glibc takes sizes up to 32 MiB for its threshold

_lock = threading.Lock()
_limits: list[Any] = []  # one entry for each caller inside, the first of them with the numbers to go back to


@cache
def _libraries() -> Any:
    """The linear algebra libraries that are loaded; looking for them takes a millisecond."""
    from threadpoolctl import ThreadpoolController  # loads ctypes: not for a single name

    return ThreadpoolController()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Inside, each matrix product runs on the thread that asks for it.

    The number is the whole process's. So whoever comes first sets it, and whoever leaves last sets it back,
    however many threads are inside at once.
    """
    with _lock:
        _limits.append(None if _limits else _libraries().limit(limits=1, user_api="blas"))
    try:
        yield
    finally:
        with _lock:
            first = _limits[0]
            _limits.pop()
            if not _limits:
                first.restore_original_limits()


def reuse_memory() -> None:
    """Let the C library keep freed memory for the next step.

    glibc hands large freed blocks back to the system, which clears them anew whenever they are asked for: a
    quarter of the time of a training step. What counts as large is learned from the largest block freed so
    far (`man mallopt`, M_MMAP_THRESHOLD). So one such block is asked for and freed, never touched.
    """
    np.empty(LARGEST_KEPT, np.uint8)


def map_on_threads(function: Callable[[Item], Result], items: Iterable[Item], threads: int) -> list[Result]:
    """[function(item) for item in items], on several threads if more than one is asked for."""
    if threads == 1:
        return [function(item) for item in items]
    from concurrent.futures import ThreadPoolExecutor  # not for a single thread

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(function, items))

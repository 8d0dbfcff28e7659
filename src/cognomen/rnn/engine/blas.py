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
_inside: list[list[int]] = []  # an entry for each caller inside: what the first of them found


@cache
def _libraries() -> list[Any]:
    """The linear algebra libraries that are loaded; looking for them takes a millisecond."""
    from threadpoolctl import ThreadpoolController  # loads ctypes: not for a single name

    libraries: list[Any] = ThreadpoolController().select(user_api="blas").lib_controllers
    return libraries


def _set_threads(numbers: list[int]) -> None:
    """Give each library a number of threads, whatever thread asks.

    From 3.8 on, threadpoolctl obeys one thread only until that gives the control back.
    """
    for library, number in zip(_libraries(), numbers, strict=True):
        give_back = getattr(library, "clear_controlling_thread", lambda force: None)
        give_back(force=True)
        library.set_num_threads(number)
        give_back(force=True)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Inside, each matrix product runs on the thread that asks for it.

    The number is the whole process's. So whoever comes first sets it, and whoever leaves last sets it back,
    however many threads are inside at once. (An OpenBLAS built on OpenMP, which NumPy's wheels do not bring,
    has a number for each thread: only the caller's is set there.)
    """
    entered = False
    try:
        with _lock:
            _inside.append([library.get_num_threads() for library in _libraries()])
            entered = True
            if len(_inside) == 1:
                _set_threads([1] * len(_libraries()))
        yield
    finally:
        with _lock:
            if entered and len(_inside) == 1:
                _set_threads(_inside[0])
            if entered:
                _inside.pop()


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

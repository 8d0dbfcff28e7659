"""Settings of the libraries below NumPy: BLAS threads, and memory that the C library keeps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

import numpy as np

Item = TypeVar("Item")
Result = TypeVar("Result")

LARGEST_KEPT = 31 << 20  # bytes; glibc's threshold grows up to 32 MiB

_lock = threading.Lock()
_inside: list[list[int]] = []  # per caller inside: the numbers of threads that it found


@cache
def _libraries() -> list[Any]:
    """The BLAS libraries that are loaded; finding them takes a millisecond."""
    from threadpoolctl import ThreadpoolController  # imports ctypes, which a single name does not need

    libraries: list[Any] = ThreadpoolController().select(user_api="blas").lib_controllers
    return libraries


def _set_threads(numbers: list[int]) -> None:
    """Set each library's number of threads, from any thread.

    From 3.8 on, threadpoolctl lets only the first thread that sets it do so, until that releases the control.
    """
    for library, number in zip(_libraries(), numbers, strict=True):
        release = getattr(library, "clear_controlling_thread", lambda force: None)
        release(force=True)
        library.set_num_threads(number)
        release(force=True)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Within the context, each matrix product runs on the calling thread alone.

    The setting is global to the process. So the first thread to enter changes it, and the last one to leave
    restores it. (An OpenBLAS built on OpenMP, unlike the one in NumPy's wheels, has a setting per thread:
    there only the caller's is changed.)
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

    glibc returns large freed blocks to the system, which clears them again when they are next allocated: a
    quarter of the time of a training step. The threshold for "large" grows to the largest block freed so far
    (`man mallopt`, M_MMAP_THRESHOLD). So one such block is allocated and freed here, never touched.
    """
    np.empty(LARGEST_KEPT, np.uint8)


def map_on_threads(function: Callable[[Item], Result], items: Iterable[Item], threads: int) -> list[Result]:
    """[function(item) for item in items], on that number of threads."""
    if threads == 1:
        return [function(item) for item in items]
    from concurrent.futures import ThreadPoolExecutor  # imported only where it is used: it is slow

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(function, items))

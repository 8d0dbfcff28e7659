"""Worker processes: with one thread of linear algebra, deaf to Ctrl-C, and none that outlives its parent."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def begin_worker() -> None:
    """Prepare a process for its work: one thread of linear algebra, and no Ctrl-C."""
    from threadpoolctl import threadpool_limits

    os.environ.update(dict.fromkeys(THREADS, "1"))  # for libraries that are loaded later
    threadpool_limits(1)  # for those that are loaded
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when its parent is killed, as nobody waits for the results then."""
    if parent := parent_process():
        parent.join()
    os._exit(1)


@contextmanager
def sigint_blocked() -> Iterator[None]:
    """Processes that start in here ignore Ctrl-C from the beginning, as they inherit the mask of signals.

    A Ctrl-C in the meantime reaches this process a moment later.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

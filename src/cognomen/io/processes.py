"""Jobs in several processes, of which one may be killed without the loss of the others.

Each process has one thread of linear algebra, is deaf to Ctrl-C, and does not outlive its parent.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from typing import Any, Final, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")
Report = Callable[..., None]
Work = Callable[[Job, Report], Result]
"""Does a job, and now and then calls its second argument, which raises an error when it is to stop. What it
calls that with, if anything, is reported to the parent."""

THREADS: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
POLL: Final = 0.1  # seconds between looks at what is reported


def run_all(
    work: Work[Job, Result],
    jobs: Sequence[Job],
    processes: int,
    on_report: Callable[..., None] = lambda job, *what: None,
) -> Iterator[tuple[Job, Result | None]]:
    """Do jobs, in order, and yield each with its result as soon as it is done; None if it never will be.

    Args:
        work: a function of a module, as it is sent to other processes.
        jobs: of values that can be sent, too.
        processes: how many jobs are done at the same time.
        on_report: called in this process with a job and what is reported of it.

    Raises:
        Exception: what a job raises; the others are stopped.
    """
    waiting = list(reversed(range(len(jobs))))
    while waiting:  # with a new pool, if one of its processes is killed
        with _pool(min(processes, len(waiting))) as (pool, reports):
            for number, result in _until_killed(pool, reports, work, jobs, waiting, processes, on_report):
                yield jobs[number], result


def _until_killed(
    pool: ProcessPoolExecutor,
    reports: Any,
    work: Work[Job, Result],
    jobs: Sequence[Job],
    waiting: list[int],
    processes: int,
    on_report: Callable[..., None],
) -> Iterator[tuple[int, Result | None]]:
    """Do the jobs, from the last to the first. Only those in work are handed over, the others can wait."""
    running: dict[Future[Result], int] = {}
    killed = False
    while running or (waiting and not killed):
        try:
            while waiting and len(running) < processes and not killed:
                with _sigint_blocked():
                    running[pool.submit(_run, work, jobs[waiting[-1]], waiting[-1])] = waiting[-1]
                waiting.pop()
        except BrokenProcessPool:
            killed = True
        done = wait(running, POLL, FIRST_COMPLETED).done
        while not reports.empty():
            number, what = reports.get()
            on_report(jobs[number], *what)
        for future in done:
            number = running.pop(future)
            if isinstance(future.exception(), BrokenProcessPool):
                killed = True
                yield number, None
            else:
                yield number, future.result()


@contextmanager
def _pool(processes: int) -> Iterator[tuple[ProcessPoolExecutor, Any]]:
    """Processes that stop in the midst of their jobs, and clean up, when the block is left; their reports."""
    context = get_context("spawn")
    stopping, reports = context.Event(), context.SimpleQueue()
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(stopping, reports)) as pool:
        try:
            yield pool, reports
        finally:
            stopping.set()


@contextmanager
def _sigint_blocked() -> Iterator[None]:
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


# --- in a worker -----------------------------------------------------------------------------------------

_stopping: Any = None  # the event that the parent sets
_reports: Any = None  # the queue to the parent


def _begin(stopping: Any, reports: Any) -> None:
    """Prepare a process for its work."""
    global _stopping, _reports
    _stopping, _reports = stopping, reports
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


class _StoppedError(Exception):
    """Ends a job of which nobody waits for the result."""


def _run(work: Work[Job, Result], job: Job, number: int) -> Result:
    def report(*what: Any) -> None:
        if _stopping.is_set():
            raise _StoppedError
        if what:
            _reports.put((number, what))

    return work(job, report)

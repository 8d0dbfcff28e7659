"""Jobs in several processes, of which one may be killed without the loss of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Final, TypeVar

from cognomen.io.processes import begin_worker, sigint_blocked

Job = TypeVar("Job")
Result = TypeVar("Result")
Work = Callable[[Job, Callable[[], None]], Result]
"""Does a job and now and then calls its second argument, which raises an error when it is to stop."""

KILLED: Final = "a process was killed, with this file or another in work; is there enough memory?"


def run_all(
    work: Work[Job, Result], jobs: Sequence[Job], processes: int
) -> Iterator[tuple[Job, Result | str]]:
    """Do jobs, in order, and yield each with its result as soon as it is done; `KILLED` if it never will be.

    Args:
        work: a function of a module, as it is sent to other processes.
        jobs: of values that can be sent, too.
        processes: how many jobs are done at the same time; with 1, all in this process.
    """
    if processes == 1:
        yield from ((job, work(job, lambda: None)) for job in jobs)
        return
    waiting = list(reversed(jobs))
    while waiting:  # with a new pool, if one of its processes is killed
        with _pool(min(processes, len(waiting))) as pool:
            yield from _until_killed(pool, work, waiting, processes)


def _until_killed(
    pool: ProcessPoolExecutor, work: Work[Job, Result], waiting: list[Job], processes: int
) -> Iterator[tuple[Job, Result | str]]:
    """Do the jobs, from the last to the first. Only those in work are handed over, the others can wait."""
    running: dict[Future[Result], Job] = {}
    killed = False
    while running or (waiting and not killed):
        try:
            while waiting and len(running) < processes and not killed:
                with sigint_blocked():
                    running[pool.submit(_run, work, waiting[-1])] = waiting[-1]
                waiting.pop()
        except BrokenProcessPool:
            killed = True
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            job = running.pop(future)
            if isinstance(future.exception(), BrokenProcessPool):
                killed = True
                yield job, KILLED
            else:
                yield job, future.result()


_stopping: Any = None  # in a worker: the event that its parent sets


@contextmanager
def _pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that stop in the midst of their jobs, and clean up, when the block is left."""
    context = get_context("spawn")
    stopping = context.Event()
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(stopping,)) as pool:
        try:
            yield pool
        finally:
            stopping.set()


def _begin(stopping: Any) -> None:
    global _stopping
    _stopping = stopping
    begin_worker()


class _StoppedError(Exception):
    """Ends a job of which nobody waits for the result."""


def _check() -> None:
    if _stopping.is_set():
        raise _StoppedError


def _run(work: Work[Job, Result], job: Job) -> Result:
    return work(job, _check)

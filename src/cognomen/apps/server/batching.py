"""Names of many clients answered together: while the model answers some, the next ones gather.

A call of many names is answered in pieces, in turn with the others, so that a single name does not wait for
all of them. Calls are answered together if they have the same options, and full names in the same order.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from cognomen.apps.server.messages import READING, encode
from cognomen.classifier.answers import Answer
from cognomen.classifier.classifier import Classifier
from cognomen.classifier.order import FEWEST, ColumnOrder
from cognomen.errors import CognomenError

BATCH = 1024  # names answered at once: some tenths of a second
PIECE = BATCH // 2  # of one call: room is left for others

Texts = list[str | None]


class BusyError(CognomenError):
    """Too much is waiting for answers already."""


class _Call:
    """Names that wait for their answers."""

    def __init__(self, names: Texts, options: Mapping[str, Any]) -> None:
        self.names, self.options = names, options
        self.key = encode(options)
        self.answers: list[Answer] = []
        self.taken = 0
        self.done: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()


class _Part(NamedTuple):
    """Names of a call in a batch."""

    call: _Call
    names: Texts


class Batcher:
    """Answers calls in batches, on one thread.

    Args:
        classifier: answers.
        most: names of all calls that may wait.
        on_batch: called with the number of names of each batch.
    """

    def __init__(
        self, classifier: Classifier, most: int, on_batch: Callable[[int], None] = lambda names: None
    ) -> None:
        self._classifier, self._most, self._on_batch = classifier, most, on_batch
        self._calls: deque[_Call] = deque()
        self._arrived = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "model")
        self.waiting = 0  # names

    async def answer(self, names: Texts, **options: Any) -> tuple[list[Answer], ColumnOrder]:
        """The answers to the names of a call, and the order in which its full names were read.

        Raises:
            BusyError: too many names are waiting.
            InputError: the options do not fit the model.
        """
        if self.waiting + len(names) > self._most:
            raise BusyError(f"{self.waiting:,} names are waiting for their answers. Try again in a moment.")
        self.waiting += len(names)
        try:
            order = await self._order_of(names, options)
            call = _Call(names, {**options, "order": order})
            self._calls.append(call)
            self._arrived.set()
            return await call.done, order
        finally:
            self.waiting -= len(names)

    async def _order_of(self, names: Texts, options: dict[str, Any]) -> ColumnOrder:
        """The order of full names in this call, which others must not change."""
        asked = options.get("order", "auto")
        if len(names) < FEWEST:
            return ColumnOrder.alone(asked)
        reading = {name: options[name] for name in READING if name in options}
        find = partial(self._classifier.column_order, names, **reading)
        return await asyncio.get_running_loop().run_in_executor(self._thread, find)

    async def run(self) -> None:
        """Answer calls until cancelled."""
        while True:
            await self._arrived.wait()
            batch = self._take()
            if not batch:
                self._arrived.clear()
                continue
            names = [name for part in batch for name in part.names]
            self._on_batch(len(names))
            await self._answer(batch, names)

    async def _answer(self, batch: list[_Part], names: Texts) -> None:
        """Answer a batch, and hand out what came of it: answers, or the error that its options made."""
        options = batch[0].call.options
        work = asyncio.get_running_loop().run_in_executor(
            self._thread, lambda: self._classifier(names, **options)
        )
        await asyncio.wait([work])
        error = work.exception()
        answers = iter(() if error is not None else work.result())
        for call, part in batch:
            call.answers += islice(answers, len(part))
            if call.done.done():  # it ran out of time
                continue
            if error is not None:
                call.done.set_exception(error)
            elif len(call.answers) == len(call.names):
                call.done.set_result(call.answers)

    def _take(self) -> list[_Part]:
        """The next batch: parts of the calls that have the options of the first; the rest of them wait."""
        batch: list[_Part] = []
        room, others, unfinished = BATCH, deque[_Call](), deque[_Call]()
        for call in self._calls:
            if call.done.done():
                continue
            if (batch and call.key != batch[0].call.key) or room == 0:
                others.append(call)
                continue
            part = call.names[call.taken : call.taken + min(PIECE, room)]
            batch.append(_Part(call, part))
            call.taken += len(part)
            room -= len(part)
            if call.taken < len(call.names):
                unfinished.append(call)
        self._calls = others + unfinished
        return batch

    def close(self) -> None:
        """Wait for the thread to end."""
        self._thread.shutdown()

"""What the routes share: the model, the limits, the threads, and how a call is admitted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request

from cognomen.apps.limits import Limits
from cognomen.apps.page.build import build_page
from cognomen.apps.server.batching import Batcher, BusyError
from cognomen.apps.server.messages import BadRequestError, Message, decode
from cognomen.apps.server.metrics import Metrics
from cognomen.classifier.classifier import Classifier
from cognomen.errors import InputError
from cognomen.io.model_folder import read_artifact
from cognomen.io.pretrained import DEFAULT, find_model

Found = TypeVar("Found")

PLAIN_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Cognomen</title>
<h1>Cognomen</h1>
<p>Which language does a surname sound like? Programs ask this server:
<a href="openapi.json">what it can be asked</a> (OpenAPI), and <a href="v1/model">its model</a>.</p>
<p>A name hints at the language it comes from. It does not tell anyone's nationality, ethnicity or
religion.</p>
</html>
"""


class Service:
    """One model, served.

    Args:
        model: as for `Classifier.load`.
        limits: of calls.
        token: that callers must know; None for none.

    Attributes:
        name: of the model: that of a pretrained one, or of its folder.
        sha256: of the model's tensors.
        stopping: whether the server is about to stop: answers then close their connections.
    """

    def __init__(self, model: str | Path | None, limits: Limits, token: str | None) -> None:
        self._folder = folder = find_model(DEFAULT if model is None else model)
        self.classifier = Classifier.load(model)
        self.name: str = folder.resolve().name
        self.sha256: str = read_artifact(folder).facts["tensors_sha256"]
        self.limits, self.token, self.stopping = limits, token, False
        self.metrics = Metrics()
        self._calls, self._page = 0, ""
        self._thread = ThreadPoolExecutor(1, "whole-lists")  # what takes seconds must not delay the batches

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer batches, as long as the server runs."""
        self.batcher = Batcher(self.classifier, self.limits.max_waiting, self.metrics.batch)
        self.metrics.waiting.set_function(lambda: self.batcher.waiting)
        self.metrics.calls.set_function(lambda: self._calls)
        task = asyncio.create_task(self.batcher.run())
        try:
            yield
        finally:
            task.cancel()
            self.batcher.close()
            self._thread.shutdown(cancel_futures=True)

    @asynccontextmanager
    async def admitted(self) -> AsyncIterator[None]:
        """A call in progress; it has its time and no more.

        Raises:
            BusyError: too many calls are in progress.
            TimeoutError: the time is over.
        """
        if self._calls >= self.limits.max_calls:
            raise BusyError(f"{self._calls} calls are in progress. Try again in a moment.")
        self._calls += 1
        try:
            async with asyncio.timeout(self.limits.timeout):
                yield
        finally:
            self._calls -= 1

    @asynccontextmanager
    async def call(self, request: Request, kind: type[Message]) -> AsyncIterator[Message]:
        """An admitted call, with the message that it brings; errors as for `admitted` and `read`."""
        async with self.admitted():
            yield await self.read(request, kind)

    async def apart(self, work: Callable[[], Found]) -> Found:
        """What a function returns that takes long, run on a thread of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def page(self) -> str:
        """The page of the model, made when it is first asked for; a plain one if it cannot show the cell."""
        if not self._page:
            self._page = await self.apart(self._made_page)
        return self._page

    def _made_page(self) -> str:
        try:
            return build_page(self._folder)
        except InputError:
            return PLAIN_PAGE

    async def read(self, request: Request, kind: type[Message]) -> Message:
        """The message in a request.

        Raises:
            HTTPException: it is not JSON by its headers, or too large.
            BadRequestError: it is not such a message.
        """
        check_headers(request)
        most, body = self.limits.max_body, bytearray()
        too_large = HTTPException(413, f"expected at most {most:,} bytes, got more. Send fewer names at once")
        if int(request.headers.get("content-length", 0)) > most:
            raise too_large
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise too_large
        return decode(bytes(body), kind)

    def check_count(self, names: int) -> None:
        """Raise BadRequestError if a call has too many names."""
        most = self.limits.max_names
        if names > most:
            text = f"names: expected at most {most:,}, got {names:,}. Send them in several calls"
            raise BadRequestError(422, text)


def check_headers(request: Request) -> None:
    """Raise HTTPException unless a request's body is plain JSON, or nothing says what it is.

    A page from elsewhere that the user's browser shows cannot send such a request unasked: a browser says
    whose page it is (Origin). Clients of the Open Inference Protocol do not say that they send JSON.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if "inference-header-content-length" in request.headers:
        raise HTTPException(415, "expected tensors as JSON, got binary ones. Set binary_data=False for each")
    if kind != "application/json" and (kind or "origin" in request.headers):
        raise HTTPException(415, f"expected the header Content-Type: application/json, got {kind!r}")
    coding = request.headers.get("content-encoding", "identity").lower()
    if coding != "identity":
        raise HTTPException(415, f"expected a body without Content-Encoding, got {coding!r}")


def options_of(request: Any, *fields: str) -> dict[str, Any]:
    """The classifier's options among the fields of a message."""
    return {each: getattr(request, each) for each in fields}

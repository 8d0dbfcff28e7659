"""A connection below the application: what is no HTTP has the same shape of error, and heads have an end."""

from __future__ import annotations

from asyncio import TimerHandle, Transport
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from cognomen.apps.server.messages import Failure, encode

MOST: Final = 1 << 16  # bytes of a head: the line of a request and its headers
SECONDS: Final = 30  # in which a head must come


class Connection(HttpToolsProtocol):
    """uvicorn's, which waits for a head for ever, and keeps all of it."""

    _timer: TimerHandle | None = None  # runs while a head is awaited
    _head = 0  # bytes of it so far

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Await the first head."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting for a head."""
        self._have_head()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Await the head of a request."""
        super().on_message_begin()
        self._have_head()
        self._await_head()

    def on_headers_complete(self) -> None:
        """Hand the request on. Raises ValueError, which ends the reading, if its head is too long."""
        self._have_head()
        self._head = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if self._head > MOST:
            raise ValueError("too long a head")
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Read on, but no head that has no end."""
        super().data_received(data)
        self._head += len(data) if self._timer else 0
        if self._head > MOST and not self.transport.is_closing():
            self.send_400_response("")

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request, and close the connection."""
        if self._head > MOST:
            msg = f"more than {MOST:,} bytes of headers"
        told = Failure(f"expected a request of HTTP/1.1 ({msg.rstrip('.')})", "BadRequest")
        body = encode(told)
        head = (
            "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()

    def _await_head(self) -> None:
        self._timer, self._head = self.loop.call_later(SECONDS, self.transport.close), 0

    def _have_head(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

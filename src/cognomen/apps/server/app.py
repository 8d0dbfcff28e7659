"""The application: routes, one error shape, the gate before all of it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from time import perf_counter
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cognomen.apps.limits import Limits
from cognomen.apps.server import protocol, routes
from cognomen.apps.server.access import is_authorised
from cognomen.apps.server.batching import BusyError
from cognomen.apps.server.messages import BadRequestError
from cognomen.apps.server.service import Service
from cognomen.errors import InputError

OPEN = ("/health/live", "/health/ready", "/v2/health/live", "/v2/health/ready")  # need no token
HEADERS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))


def create_app(
    model: str | Path | None = None, *, limits: Limits | None = None, token: str | None = None
) -> Starlette:
    """The server as an ASGI application.

    Args:
        model: as for `Classifier.load`.
        limits: of calls.
        token: that callers must send; None for none.

    Raises:
        ModelError: there is no such model.
    """
    service = Service(model, limits or Limits(), token)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with service.running():
            yield

    app = Starlette(
        routes=[*routes.ROUTES, *protocol.ROUTES],
        middleware=[Middleware(Gate, service=service)],
        exception_handlers=HANDLERS,
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # it would send the client to whatever host the request names
    app.state.service = service
    return app


class Gate:
    """Stands before all routes: asks for the token, counts, and closes connections when the server stops."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = perf_counter(), 500

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                closing = [(b"connection", b"close")] if self._service.stopping else []
                message["headers"] = [*message["headers"], *HEADERS, *closing]
            await send(message)

        app = self._app if self._welcomes(scope) else UNAUTHORISED
        try:
            await app(scope, receive, send_on)
        finally:
            route = getattr(scope.get("endpoint"), "__name__", "none")
            self._service.metrics.request(route, status, perf_counter() - started)

    def _welcomes(self, scope: Scope) -> bool:
        if self._service.token is None or scope["path"] in OPEN:
            return True
        sent = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        return is_authorised(sent, self._service.token)


# --- one error shape -------------------------------------------------------------------------------------


def failure(status: int, kind: str, message: str, **headers: str) -> Response:
    """An error as a response."""
    return routes.json({"error": message, "type": kind}, status, **headers)


UNAUTHORISED = failure(
    401,
    "Unauthorized",
    "expected the header Authorization: Bearer TOKEN, with the token that the server was started with",
    **{"WWW-Authenticate": 'Bearer, Basic realm="cognomen"'},
)


def _http_error(request: Request, error: HTTPException) -> Response:
    phrase, headers = HTTPStatus(error.status_code).phrase, dict(error.headers or {})
    told = {
        404: "nothing is here; /openapi.json lists what there is",
        405: f"expected the method {headers.get('Allow')}, got {request.method}",
    }
    message = told.get(error.status_code, phrase) if error.detail == phrase else error.detail
    return failure(error.status_code, "".join(phrase.title().split()), message, **headers)


def _timeout(request: Request, _error: Exception) -> Response:
    seconds = routes.service_of(request).limits.timeout
    message = f"no answer within {seconds} s. Send fewer names at once, or try again in a moment."
    return failure(503, "Timeout", message, **SOON)


SOON = {"Retry-After": "1"}
NOT_SENT = failure(400, "Disconnected", "the request was not sent to its end")
FAULT = failure(500, "InternalServerError", "this is a fault of the server; its log tells where")
HANDLERS: dict[Any, Callable[[Request, Any], Response]] = {
    HTTPException: _http_error,
    BadRequestError: lambda _, error: failure(error.status, "BadRequest", str(error)),
    # What only the model can tell: an origin it does not know, options that contradict each other.
    InputError: lambda _, error: failure(409, "InputError", str(error)),
    BusyError: lambda _, error: failure(429, "Busy", str(error), **SOON),
    TimeoutError: _timeout,
    ClientDisconnect: lambda _, error: NOT_SENT,
    Exception: lambda _, error: FAULT,
}


class WithoutNames(logging.Formatter):
    """Log where an error arose, but not what it says: it might quote a name."""

    def formatException(self, ei: Any) -> str:
        """The error's type and the places it came through."""
        kind, _, trace = ei
        places = []
        while trace is not None:
            code = trace.tb_frame.f_code
            places.append(f"  {code.co_filename}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        return "\n".join([f"{kind.__name__}, without its message, which might quote a name:", *places])

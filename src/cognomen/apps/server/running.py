"""The process of the server: its address, its start, and its end without a dropped answer."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn

from cognomen.apps.limits import Limits
from cognomen.apps.server.access import check_address
from cognomen.apps.server.app import WithoutNames, create_app
from cognomen.apps.server.connection import Connection

LOG = logging.getLogger("uvicorn.error")
GRACE = 1.0  # seconds in which open connections may still ask; each answer then closes its connection


class Server(uvicorn.Server):
    """Stops in three steps: take no more connections; answer what open ones ask; close them.

    Attributes:
        signal: the one that ended it.
        force_exit: whether it was told so twice, and answered nothing more.
    """

    signal: int | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; at once if asked a second time."""
        self.force_exit = self.should_exit
        LOG.disabled = self.force_exit  # that calls are broken off is no fault to tell of
        self.should_exit, self.signal = True, sig

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop in these steps."""
        self.config.app.state.service.stopping = True  # type: ignore[union-attr]
        await asyncio.sleep(0)  # connections that have been made are accepted before no more are
        for server in self.servers:
            server.close()
        waited = 0.0
        while self.server_state.connections and waited < GRACE and not self.force_exit:
            await asyncio.sleep(0.05)
            waited += 0.05
        await super().shutdown(sockets)


def serve(
    model: str | Path | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    token: str | None = None,
    limits: Limits | None = None,
    on_start: Callable[[str], None] = lambda url: None,
) -> Server:
    """Serve a model until a signal (SIGTERM, Ctrl-C) stops it.

    Args:
        model: as for `Classifier.load`.
        host: the address to listen on; one that other machines can reach needs a token.
        port: 0 takes any that is free.
        token: that callers must send.
        limits: of calls.
        on_start: called with the server's URL once it listens.

    Returns:
        The server, which has stopped.

    Raises:
        InputError: the address is public, and there is no token.
        ModelError: there is no such model.
        OSError: the address cannot be listened on.
    """
    check_address(host, token)
    limits = limits or Limits()
    app = create_app(model, limits=limits, token=token)
    with listening(host, port) as at:
        shown = f"[{host}]" if ":" in host else host or "0.0.0.0"
        config = uvicorn.Config(
            app,
            http=Connection,
            access_log=False,  # paths and addresses are nobody's business
            log_config=None,
            lifespan="on",
            server_header=False,
            timeout_graceful_shutdown=limits.timeout + 5,
            ws="none",
        )
        log_errors()
        server = Server(config)
        on_start(f"http://{shown}:{at.getsockname()[1]}")
        server.run(sockets=[at])
    return server


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        OSError: it cannot; the error names the address.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except (OSError, OverflowError) as error:
        number = error.errno if isinstance(error, OSError) else None
        text = str(error.strerror) if isinstance(error, OSError) else str(error)
        text = text.partition(" (while attempting")[0]  # Python repeats the address
        raise OSError(number, f"cannot listen on it: {text}", f"{host}:{port}") from error


def log_errors() -> None:
    """Log on standard error what goes wrong, without names."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(WithoutNames("%(asctime)s %(levelname)s %(message)s"))
    LOG.handlers, LOG.propagate = [handler], False
    LOG.setLevel(logging.WARNING)

"""What the tests of the server share: a real process that listens, and calls of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from cli_running import COMMAND, clean_environment

LOAD = str(Path(__file__).parent.parent / "benchmarks" / "timed" / "http_load.py")


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: Any


class Served:
    """A server in a process of its own, and calls of it."""

    def __init__(self, process: subprocess.Popen[str], url: str, token: str | None) -> None:
        self.process, self.url, self.token = process, url, token

    def get(self, path: str, **headers: str) -> Reply:
        return self.ask(path, None, **headers)

    def post(self, path: str, message: object, **headers: str) -> Reply:
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        return self.ask(path, body, **{"Content-Type": "application/json", **headers})

    def ask(self, path: str, body: bytes | None, method: str | None = None, **headers: str) -> Reply:
        if self.token and "Authorization" not in headers:
            headers["Authorization"] = f"Bearer {self.token}"
        headers = {name: value for name, value in headers.items() if value}
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return reply(answer)
        except urllib.error.HTTPError as error:
            with error:
                return reply(error)

    def stop(self) -> str:
        """Stop it with SIGTERM, and return what it wrote on standard error."""
        self.process.terminate()
        _, err = self.process.communicate(timeout=60)
        return err


def reply(answer: Any) -> Reply:
    body = answer.read()
    kind = answer.headers.get("Content-Type", "")
    return Reply(
        answer.status,
        dict(answer.headers),
        json.loads(body) if kind.startswith("application/json") else body.decode(),
    )


@contextmanager
def serving(*options: str, token: str | None = None, program: str | None = None) -> Iterator[Served]:
    """Start `cognomen serve` on a free port, and end it.

    Args:
        options: of the command.
        token: that it asks for.
        program: Python that runs in place of the command.
    """
    command = [COMMAND] if program is None else [sys.executable, "-c", program]
    environment = clean_environment(**({"COGNOMEN_TOKEN": token} if token else {}))
    process = subprocess.Popen(
        [*command, "serve", "--port", "0", *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"http://\S+", line)
        assert found, line + process.stderr.read()
        served = Served(process, found.group(), token)
        wait_until_ready(served)
        yield served
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_until_ready(served: Served) -> None:
    for _ in range(600):
        try:
            if served.get("/health/ready").status == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError("the server is not ready after 30 s")


def loading(
    served: Served, names: list[str], *, clients: int, per_call: int = 1, seconds: float = 2
) -> subprocess.Popen[str]:
    """Clients in a process of their own; `loaded` has what came of them."""
    arguments = ["--clients", str(clients), "--names", str(per_call), "--seconds", str(seconds)]
    process = subprocess.Popen(
        [sys.executable, LOAD, served.url, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write("".join(f"{name}\n" for name in names))
    process.stdin.close()
    process.stdin = None
    return process


def loaded(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, _ = process.communicate(timeout=120)
    found = json.loads(out)
    assert isinstance(found, dict)
    return found

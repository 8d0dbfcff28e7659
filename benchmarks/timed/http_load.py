"""Clients that ask a server over HTTP from a process of their own, each with a connection that it keeps.

    python benchmarks/timed/http_load.py http://127.0.0.1:8000 --clients 16 --names 1 --seconds 5 < names.txt

prints one JSON object: how many calls were answered (by status), refused (no connection) and dropped (sent,
but not answered to the end), the seconds of each answer, and the calls whose answers were to other names.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import threading
import time
from collections import Counter
from itertools import cycle, islice
from urllib.parse import urlsplit

HEADERS = {"Content-Type": "application/json"}


class Client(threading.Thread):
    """Asks one call after another until its time is over, or nothing listens any more."""

    def __init__(self, url: str, names: list[str], per_call: int, start: int, seconds: float) -> None:
        super().__init__()
        self.host, self.per_call, self.seconds = urlsplit(url).netloc, per_call, seconds
        self.names = islice(cycle(names), start, None)
        self.outcomes: Counter[str] = Counter()
        self.times: list[float] = []

    def run(self) -> None:
        end, connection = time.perf_counter() + self.seconds, None
        while time.perf_counter() < end:
            names = list(islice(self.names, self.per_call))
            try:
                if connection is None:
                    connection = http.client.HTTPConnection(self.host, timeout=120)
                    connection.connect()
            except OSError:
                self.outcomes["refused"] += 1
                return
            try:
                connection = self.ask(connection, names)
            except (OSError, http.client.HTTPException):
                self.outcomes["dropped"] += 1
                connection = None

    def ask(
        self, connection: http.client.HTTPConnection, names: list[str]
    ) -> http.client.HTTPConnection | None:
        """Ask, count, and return the connection if it is kept."""
        began = time.perf_counter()
        connection.request("POST", "/v1/predict", json.dumps({"names": names, "top_k": 1}), HEADERS)
        answer = connection.getresponse()
        body = json.loads(answer.read())
        self.times.append(time.perf_counter() - began)
        self.outcomes[str(answer.status)] += 1
        if answer.status == 200 and [each["name"] for each in body["answers"]] != names:
            self.outcomes["mixed up"] += 1
        if answer.will_close:
            connection.close()
            return None
        return connection


def load(url: str, names: list[str], clients: int, per_call: int, seconds: float) -> dict[str, object]:
    """Let clients ask at the same time."""
    step = max(len(names) // clients, 1)
    threads = [Client(url, names, per_call, k * step, seconds) for k in range(clients)]
    began = time.perf_counter()
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    elapsed = time.perf_counter() - began
    outcomes = sum((each.outcomes for each in threads), Counter[str]())
    times = sorted(t for each in threads for t in each.times)
    return {"outcomes": dict(outcomes), "elapsed": elapsed, "times": times}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--names", type=int, default=1, help="of a call")
    parser.add_argument("--seconds", type=float, default=5)
    given = parser.parse_args()
    names = sys.stdin.read().split("\n")[:-1]
    print(json.dumps(load(given.url, names, given.clients, given.names, given.seconds)))


if __name__ == "__main__":
    main()

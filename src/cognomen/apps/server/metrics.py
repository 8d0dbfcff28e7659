"""What the server counts, for Prometheus. No name, no id and no address is among it."""

from __future__ import annotations

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
NAMES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


class Metrics:
    """Counters of one server.

    Attributes:
        content_type: of the text that `text` returns.
    """

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        labels = ("route", "status")
        self._requests = Counter("cognomen_requests", "Requests answered.", labels, registry=registry)
        self._seconds = Histogram(
            "cognomen_request_seconds",
            "From a request to its answer.",
            ("route",),
            buckets=SECONDS,
            registry=registry,
        )
        self._batches = Histogram(
            "cognomen_batch_names", "Names answered at once.", buckets=NAMES, registry=registry
        )
        self.calls = Gauge("cognomen_calls_in_progress", "Calls in progress.", registry=registry)
        self.waiting = Gauge("cognomen_names_waiting", "Names that wait for answers.", registry=registry)

    def request(self, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def batch(self, names: int) -> None:
        """Count a batch."""
        self._batches.observe(names)

    def text(self) -> bytes:
        """All of it, in Prometheus's text format."""
        return generate_latest(self._registry)

"""What the server counts about itself, for Prometheus; readable by operators only.

Counters hold routes, methods and numbers, never an id, a member's action or
content. With several worker processes each scrape sums up all of them: the client
library keeps values in files of ``PROMETHEUS_MULTIPROC_DIR``, which must be set
before this module is imported (``serve`` does so).
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from taxii_server.storage.protocol import Store

_METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"})
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)  # seconds
_FACTS_EVERY_S = 15


class Metrics:
    """The counters of one process, and their sum over all processes for a scrape."""

    def __init__(self, store: Store) -> None:
        self._registry = CollectorRegistry()
        self._store_facts = _StoreFacts(store)
        self._requests = Counter(
            "clearinghouse_requests",
            "Requests answered",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "clearinghouse_request_seconds",
            "Time from the request's headers to the response",
            ("route",),
            registry=self._registry,
            buckets=_BUCKETS,
        )
        self._pages = Counter(
            "clearinghouse_pages",
            "Pages of objects, manifests and versions served",
            registry=self._registry,
        )
        self._objects = Counter(
            "clearinghouse_pushed_objects",
            "Objects in pushes that were answered",
            ("outcome",),
            registry=self._registry,
        )
        self._ignored = Counter(
            "clearinghouse_ignored_filters",
            "Match fields that were not understood and ignored",
            registry=self._registry,
        )

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        method = method if method in _METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def count_page(self, ignored_filters: int) -> None:
        """Count one page served and the match fields that were ignored for it."""
        self._pages.inc()
        if ignored_filters:
            self._ignored.inc(ignored_filters)

    def count_push(self, accepted: int, failed: int) -> None:
        """Count the objects of one push."""
        self._objects.labels("accepted").inc(accepted)
        self._objects.labels("failed").inc(failed)

    def exposition(self) -> bytes:
        """Return all figures in Prometheus's text format."""
        registry = self._registry
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # untyped upstream
        store_registry = CollectorRegistry()
        store_registry.register(self._store_facts)
        return generate_latest(registry) + generate_latest(store_registry)


class _StoreFacts(Collector):
    """Figures of the store, asked for at most every 15 seconds because they may scan."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._asked = float("-inf")
        self._log_bytes = 0
        self._entries = 0

    def collect(self) -> Iterator[Metric]:
        with self._lock:
            if time.monotonic() - self._asked >= _FACTS_EVERY_S:
                facts = self._store.facts()
                self._log_bytes, self._entries = facts.log_bytes, facts.entries
                self._asked = time.monotonic()
        yield GaugeMetricFamily(
            "clearinghouse_wal_bytes", "Size of the store's write-ahead log", value=self._log_bytes
        )
        yield GaugeMetricFamily(
            "clearinghouse_entries", "Entries in all collections", value=self._entries
        )

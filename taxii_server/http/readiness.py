"""Whether this process can serve: the answer behind ``/readyz``."""

from __future__ import annotations

import threading
import time

from taxii_server.storage.protocol import Store

_CHECK_EVERY_S = 1


class Readiness:
    """Whether the store answers, asked at most once a second however often clients ask."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._ready_at = float("-inf")

    def require(self) -> None:
        """Return if the store answers. Raises ``StorageUnavailableError`` (503)."""
        with self._lock:
            if time.monotonic() - self._ready_at >= _CHECK_EVERY_S:
                self._store.check()
                self._ready_at = time.monotonic()

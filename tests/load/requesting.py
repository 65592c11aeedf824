"""One request of a load process, repeated over kills: what a careful client does."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.wire import Answer, Client

ATTEMPTS = 600  # a tenth of a second apart: longer than any restart here
TIMEOUT_S = 30


@dataclass(slots=True)
class Persistent:
    """A client that keeps its connection, and starts a request again when it breaks."""

    client: Client
    retries: int = 0
    _connection: http.client.HTTPConnection | None = field(default=None, init=False)

    def request(self, send: Callable[[http.client.HTTPConnection], Answer]) -> tuple[Answer, bool]:
        """Return the answer, and whether an earlier attempt may have had its effect."""
        tried = False
        for _ in range(ATTEMPTS):
            if self._connection is None:
                self._connection = self.client.connect(TIMEOUT_S)
            try:
                answer = send(self._connection)
            except (OSError, http.client.HTTPException):
                self._connection.close()
                self._connection = None
                tried = True
            else:
                if answer.status not in {429, 500, 502, 503}:
                    return answer, tried
                # The only 5xx that is expected is 503; a 500 is counted by the caller's log.
                tried = True
            self.retries += 1
            time.sleep(0.1)
        raise AssertionError("the server did not come back")

    def get(self, path: str, query: Mapping[str, Any]) -> Answer:
        """GET, as often as needed."""
        return self.request(lambda over: self.client.get(path, query, over=over))[0]

    def post(self, path: str, body: object) -> tuple[Answer, bool]:
        """POST the same body until it is acknowledged; a repeat is a duplicate, a success."""
        return self.request(lambda over: self.client.post(path, body, over=over))

    def delete(self, path: str, query: Mapping[str, Any]) -> tuple[Answer, bool]:
        """DELETE until acknowledged."""
        return self.request(lambda over: self.client.delete(path, query, over=over))


def client_of(job: Mapping[str, Any]) -> Persistent:
    """Return the client that a job description names."""
    return Persistent(Client("127.0.0.1", job["port"], job["authorization"], "/coalition/"))

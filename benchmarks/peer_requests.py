"""The client of the comparison: the same code, and the same requests, for every server.

One connection per thread, kept open as long as the server keeps it. What is timed is
the whole exchange: sending, waiting, reading the body. A page's body is decoded only
in a walk, which needs ``next``.
"""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import quote

from benchmarks.peer_objects import make_envelope, make_indicator
from benchmarks.peer_process import HOST, Peer

TAXII = "application/taxii+json;version=2.1"
PAGE = 100  # objects
THREADS = 4
TIMEOUT_S = 60
MOST_REQUESTS = 400  # of one thread in one sample
START_S = 60
LOAD = 500  # objects of one push while loading

LOADED, PUSHED = 1, 2  # series of indicators


class Session:
    """One connection to one server, of its ``number``-th client."""

    def __init__(self, peer: Peer, number: int = 0) -> None:
        self._peer = peer
        self._authorization = peer.authorizations[number % len(peer.authorizations)]
        self._connection = http.client.HTTPConnection(HOST, peer.port, timeout=TIMEOUT_S)
        self._connection.connect()

    def close(self) -> None:
        self._connection.close()

    def get(self, path: str) -> bytes:
        """Return the body of a 200 answer; any other is an error."""
        return self._send("GET", path, None, frozenset({200}))

    def push(self, body: bytes, collection: str) -> None:
        """POST an envelope; an answer that does not mean "stored" is an error."""
        self._send("POST", f"{collection}objects/", body, self._peer.stored)

    def _send(self, method: str, path: str, body: bytes | None, wanted: frozenset[int]) -> bytes:
        headers = {"Accept": TAXII, "Authorization": self._authorization}
        if body is not None:
            headers["Content-Type"] = TAXII
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status not in wanted:
            raise RuntimeError(
                f"{self._peer.name} answered {method} {path} with {answer.status}: {text[:300]!r}"
            )
        return text


@dataclass(slots=True)
class Workload:
    """The requests to one server, and how many objects it holds and has been sent."""

    peer: Peer
    size: int
    _pushed: Iterator[int] = field(default_factory=lambda: itertools.count(0, PAGE))
    _asked: Iterator[int] = field(default_factory=itertools.count)

    def page(self, session: Session) -> None:
        """GET the first page."""
        session.get(f"{self.peer.reads}objects/?limit={PAGE}")

    def walk(self, session: Session) -> None:
        """GET all pages; they must hold every object once."""
        seen = 0
        token = ""
        for _ in range(self.size // PAGE + 2):
            page = json.loads(session.get(f"{self.peer.reads}objects/?limit={PAGE}{token}"))
            seen += len(page.get("objects", []))
            if not page.get("more"):
                break
            token = f"&next={quote(page['next'], safe='')}"
        if seen != self.size:
            raise RuntimeError(f"{self.peer.name} showed {seen} objects of {self.size}")

    def push(self, session: Session) -> None:
        """POST a page of new objects to the collection for writing."""
        session.push(make_envelope(next(self._pushed), PAGE, PUSHED), self.peer.writes)

    def one_object(self, session: Session) -> None:
        """GET one object by its id, another one each time."""
        n = next(self._asked) * 7919 % self.size
        session.get(f"{self.peer.reads}objects/{make_indicator(n, LOADED)['id']}/")

    def manifest(self, session: Session) -> None:
        """GET the first page of the manifest."""
        session.get(f"{self.peer.reads}manifest/?limit={PAGE}")


Request = Callable[[Workload, Session], None]


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the table. Pushes are counted, so that all servers hold the same objects."""

    name: str
    request: Request
    times: int | None = None  # requests of a sample; None: as many as there is time for
    shows_pages: bool = False

    @property
    def is_push(self) -> bool:
        return self.times is not None


OPERATIONS = (
    Operation(f"page of {PAGE}", Workload.page, shows_pages=True),
    Operation("walk of all pages", Workload.walk, shows_pages=True),
    Operation(f"push of {PAGE}", Workload.push, times=2),
    Operation("object by id", Workload.one_object),
    Operation(f"manifest of {PAGE}", Workload.manifest, shows_pages=True),
)


def measure(workload: Workload, operation: Operation, threads: int, seconds: float) -> float:
    """Return the milliseconds that a request took, with this many clients at once.

    The time until the last client is done, by all requests: with four clients it says
    how many requests the server finishes, not how long one client waits.
    """
    barrier = threading.Barrier(threads)
    times = None if operation.times is None else max(1, operation.times // threads)

    def run(number: int) -> tuple[float, float, int]:
        session = Session(workload.peer, number)
        try:
            barrier.wait(TIMEOUT_S)
            began = time.perf_counter()
            done = 0
            while done < (times or MOST_REQUESTS):
                operation.request(workload, session)
                done += 1
                if times is None and time.perf_counter() - began >= seconds:
                    break
            return began, time.perf_counter(), done
        finally:
            session.close()

    with ThreadPoolExecutor(threads) as pool:
        runs = list(pool.map(run, range(threads)))
    took_s = max(end for _, end, _ in runs) - min(began for began, _, _ in runs)
    return took_s * 1e3 / sum(done for _, _, done in runs)


def warm_up(peer: Peer, size: int) -> None:
    """Let every client log in to every worker, and check that the last object is there."""
    path = f"{peer.reads}objects/{make_indicator(size - 1, LOADED)['id']}/"
    for number in range(THREADS * 4):
        session = Session(peer, number)
        try:
            session.get(path)
        finally:
            session.close()


def wait_until_ready(peer: Peer, is_running: Callable[[], bool]) -> None:
    """Return when discovery is answered."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and is_running():
        try:
            session = Session(peer)
            try:
                session.get(peer.discovery)
                return
            finally:
                session.close()
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
    raise RuntimeError(f"{peer.name} did not start within {START_S} s; its log says why")


def load_by_pushing(peer: Peer, size: int) -> None:
    """Push the objects that are there before anything is timed."""
    session = Session(peer)
    try:
        for first in range(0, size, LOAD):
            session.push(make_envelope(first, min(LOAD, size - first), LOADED), peer.reads)
    finally:
        session.close()

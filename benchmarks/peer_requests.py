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
MOST_FAILURES = 20  # of one thread in one sample
START_S = 60
LOAD = 500  # objects of one push while loading

LOADED, PUSHED = 1, 2  # series of indicators


class UnexpectedAnswerError(Exception):
    """A server answered, but not with what was asked for."""


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
            raise UnexpectedAnswerError(f"{method} {path}: {answer.status}, {text[:200]!r}")
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
            raise UnexpectedAnswerError(f"a walk showed {seen} objects of {self.size}")

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


@dataclass(frozen=True, slots=True)
class Sample:
    """What one or several clients at once measured; failed requests count for nothing."""

    ms: float  # per request
    requests: int
    failures: tuple[str, ...]


def measure(workload: Workload, operation: Operation, clients: int, seconds: float) -> Sample:
    """Ask one server for one thing, again and again.

    The time until the last client is done, by all requests: with four clients it says
    how many requests the server finishes, not how long one client waits.
    """
    barrier = threading.Barrier(clients)
    times = None if operation.times is None else max(1, operation.times // clients)

    def run(number: int) -> _Run:
        session = Session(workload.peer, number)
        try:
            barrier.wait(TIMEOUT_S)
            return _ask(workload, operation, session, times, seconds)
        finally:
            session.close()

    with ThreadPoolExecutor(clients) as pool:
        runs = list(pool.map(run, range(clients)))
    took_s = max(run.ended for run in runs) - min(run.began for run in runs)
    done = sum(run.done for run in runs)
    failures = tuple(itertools.chain.from_iterable(run.failures for run in runs))
    if not done:
        raise RuntimeError(f"{workload.peer.name}, {operation.name}: {failures[0]}")
    return Sample(took_s * 1e3 / done, done + len(failures), failures)


@dataclass(frozen=True, slots=True)
class _Run:
    began: float
    ended: float
    done: int
    failures: list[str]


def _ask(
    workload: Workload, operation: Operation, session: Session, times: int | None, seconds: float
) -> _Run:
    """Send requests until there are as many as wanted, or the time is over."""
    failures: list[str] = []
    done = 0
    began = time.perf_counter()
    while done < (times or MOST_REQUESTS) and len(failures) < MOST_FAILURES:
        try:
            operation.request(workload, session)
            done += 1
        except UnexpectedAnswerError as error:
            failures.append(str(error))
        if times is None and done and time.perf_counter() - began >= seconds:
            break
    return _Run(began, time.perf_counter(), done, failures)


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
        except (OSError, http.client.HTTPException, UnexpectedAnswerError):
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

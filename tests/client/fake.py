"""A small TAXII server on the standard library's HTTP server, which misbehaves on request.

It keeps what it is sent, pages it, and before answering serves the troubles that a
test has queued: a refusal, a lost connection, a redirect.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from taxii_server.client.bundles import read_documents
from taxii_server.client.session import Credentials, RetryPolicy, TaxiiSession
from taxii_server.clock import format_us

CT = "application/taxii+json;version=2.1"
ROOT = "/coalition/"
COLLECTION = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; without a status the connection is closed instead."""

    status: int | None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


LOST = Reply(None)


def refusal(status: int, description: str = "no", **headers: str) -> Reply:
    """Return a TAXII error."""
    error = {"title": "Refused", "description": description, "http_status": str(status)}
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(error).encode(), names)


@dataclass(slots=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class FakeTaxii:
    """One API Root; a context manager. Dates are 1, 2, 3 … microseconds."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.troubles: list[Reply] = []
        self.after_pages: dict[int, list[Reply]] = {}  # troubles queued once n pages are served
        self.objects: list[str] = []  # raw texts in order of date_added
        self.page_size = 2
        self.gives_next = True
        self.max_content_length = 100_000
        self.pending_polls = 0
        self.failing: dict[str, str] = {}  # id -> message
        self.messages: dict[str, str] = {}  # id -> message of its success
        self.collections: list[dict[str, Any]] = [collection_resource()]
        self._pages = 0
        self._status: dict[str, Any] = {}
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._serve("GET")

            def do_POST(self) -> None:
                self._serve("POST")

            def _serve(self, method: str) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                parts = urlsplit(self.path)
                query = {k: v[0] for k, v in parse_qs(parts.query).items()}
                seen = Seen(method, parts.path, query, dict(self.headers.items()), body)
                fake.seen.append(seen)
                reply = fake.troubles.pop(0) if fake.troubles else fake.answer(seen)
                if reply.status is None:
                    self.close_connection = True
                    self.connection.close()
                    return
                self.send_response(reply.status)
                for name, value in {"Content-Type": CT, **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass  # a connection that a test cut

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> FakeTaxii:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def root_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}{ROOT}"

    @property
    def collection_url(self) -> str:
        return f"{self.root_url}collections/{COLLECTION}/"

    def session(
        self, *, tell: Callable[[str], None] = lambda _: None, **retry: Any
    ) -> TaxiiSession:
        """Return a session that does not really wait between attempts."""
        policy = RetryPolicy(**{"sleep": lambda _: None, **retry})
        return TaxiiSession(Credentials(user="sam", password="pä:ss"), retry=policy, tell=tell)

    def speak_tls(self, context: ssl.SSLContext) -> None:
        """Serve TLS from now on."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def add(self, *things: Mapping[str, Any] | str) -> None:
        """Let the collection hold objects."""
        self.objects += [t if isinstance(t, str) else json.dumps(t) for t in things]

    def posts(self) -> list[Seen]:
        """Return the requests that brought envelopes."""
        return [seen for seen in self.seen if seen.method == "POST"]

    def answer(self, seen: Seen) -> Reply:
        """Answer as a TAXII server does."""
        if seen.path.endswith("/objects/"):
            return self._accept(seen) if seen.method == "POST" else self._page(seen.query)
        if "/status/" in seen.path:
            return self._status_reply(200)
        if seen.path == "/taxii2/":
            return _json({"title": "Fake", "api_roots": [ROOT]})
        if seen.path == ROOT:
            versions = ["application/taxii+json;version=2.1"]
            size = self.max_content_length
            return _json({"title": "R", "versions": versions, "max_content_length": size})
        if seen.path == f"{ROOT}collections/":
            return _json({"collections": self.collections} if self.collections else {})
        name = seen.path.removeprefix(f"{ROOT}collections/").rstrip("/")
        for resource in self.collections:
            if name in (resource["id"], resource.get("alias")):
                return _json(resource)
        return refusal(404, "not here")

    def _accept(self, seen: Seen) -> Reply:
        if len(seen.body) > self.max_content_length:
            return refusal(413, "too large")
        (document,) = read_documents(seen.body.decode(), "envelope")
        successes, failures = [], []
        for item in document.objects:
            detail = {"id": item.id, "version": item.version or ""}
            if item.id in self.failing:
                failures.append({**detail, "message": self.failing[item.id]})
                continue
            if item.text not in self.objects:
                self.objects.append(item.text)
            message = self.messages.get(item.id or "")
            successes.append({**detail, "message": message} if message else detail)
        self._status = {
            "id": "2d086da7-4bdc-4f91-900e-d77486753710",
            "status": "complete",
            "total_count": len(document.objects),
            "success_count": len(successes),
            "successes": successes,
            "failure_count": len(failures),
            "failures": failures,
            "pending_count": 0,
        }
        return self._status_reply(202)

    def _status_reply(self, status: int) -> Reply:
        if self.pending_polls > 0:
            self.pending_polls -= 1
            counts = {"success_count": 0, "failure_count": 0}
            return _json({**self._status, "status": "pending", **counts}, status)
        return _json(self._status, status)

    def _page(self, query: Mapping[str, str]) -> Reply:
        start = int(query.get("next", 0))
        if not start and "added_after" in query:
            dates = [format_us(n + 1) for n in range(len(self.objects))]
            start = sum(date <= query["added_after"] for date in dates)
        end = min(start + self.page_size, len(self.objects))
        more = end < len(self.objects)
        text = f'{{"more": {json.dumps(more)}'
        if more and self.gives_next:
            text += f', "next": "{end}"'
        if end > start:
            text += f', "objects": [{", ".join(self.objects[start:end])}]'
        headers = {
            "X-TAXII-Date-Added-First": format_us(start + 1),
            "X-TAXII-Date-Added-Last": format_us(max(end, start + 1)),
        }
        self._pages += 1
        self.troubles += self.after_pages.get(self._pages, [])
        return Reply(200, (text + "}").encode(), headers)


def collection_resource(**changes: Any) -> dict[str, Any]:
    """Return a collection that can be read and written."""
    resource = {
        "id": COLLECTION,
        "title": "From Sample",
        "alias": "from-sample",
        "can_read": True,
        "can_write": True,
    }
    return {**resource, **changes}


def _json(resource: Mapping[str, Any], status: int = 200) -> Reply:
    return Reply(status, json.dumps(resource).encode())

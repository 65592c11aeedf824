"""HTTP as bytes: requests that no client library would send, answers as they came.

Each request opens its own connection, unless a ``Session`` is used as a context
manager: a test then owns what it does to the connection.
"""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

TAXII = "application/taxii+json;version=2.1"
TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """One response: header names in lower case, in the order sent, repeats kept."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the first header of this name."""
        return next((value for key, value in self.headers if key == name.lower()), None)

    def all(self, name: str) -> list[str]:
        """Return every header of this name."""
        return [value for key, value in self.headers if key == name.lower()]

    def json(self) -> Any:
        """Return the body as JSON, duplicate keys refused."""
        return json.loads(self.body, object_pairs_hook=_no_duplicates)

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The ``objects`` of an envelope or manifest, ``[]`` where the key is omitted."""
        return list(self.json().get("objects", []))

    @property
    def ids(self) -> list[str]:
        """The ids of ``objects``."""
        return [one["id"] for one in self.objects]

    @property
    def dates(self) -> tuple[str | None, str | None]:
        """Both X-TAXII-Date-Added headers."""
        return self.header("X-TAXII-Date-Added-First"), self.header("X-TAXII-Date-Added-Last")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    assert len(found) == len(pairs), "duplicate key in a response"
    return found


@dataclass(frozen=True, slots=True)
class Client:
    """Where to, and as whom. Paths may be absolute or below ``prefix``."""

    host: str
    port: int
    authorization: str | None = None
    prefix: str = ""
    tls: ssl.SSLContext | None = field(default=None, compare=False)

    def at(self, prefix: str) -> Client:
        """Return the same client, relative paths below ``prefix``."""
        return replace(self, prefix=prefix)

    def path(self, path: str, query: Mapping[str, Any] | None = None) -> str:
        """Return the request target for ``path``."""
        target = path if path.startswith("/") else self.prefix + path
        return f"{target}?{urlencode(query)}" if query else target

    def connect(self, timeout_s: float = TIMEOUT_S) -> http.client.HTTPConnection:
        """Open a connection of its own."""
        if self.tls is not None:
            return http.client.HTTPSConnection(
                self.host, self.port, timeout=timeout_s, context=self.tls
            )
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout_s)

    def send(
        self,
        method: str,
        path: str,
        headers: Iterable[tuple[str, str]] = (),
        *,
        body: bytes = b"",
        query: Mapping[str, Any] | None = None,
        accept: str | None = TAXII,
        authorize: bool = True,
        over: http.client.HTTPConnection | None = None,
    ) -> Answer:
        """Send one request with exactly these headers beside Host, Accept and Authorization.

        Content-Length is sent where there is a body, or where the method is POST,
        unless ``headers`` brings its own framing.
        """
        sent = list(headers)
        names = {name.lower() for name, _ in sent}
        if accept is not None and "accept" not in names:
            sent.append(("Accept", accept))
        if authorize and self.authorization is not None and "authorization" not in names:
            sent.append(("Authorization", self.authorization))
        framed = names & {"content-length", "transfer-encoding"}
        if (body or method == "POST") and not framed:
            sent.append(("Content-Length", str(len(body))))
        connection = over or self.connect()
        try:
            connection.putrequest(method, self.path(path, query), skip_accept_encoding=True)
            for name, value in sent:
                connection.putheader(name, value)
            connection.endheaders(body or None)
            response = connection.getresponse()
            content = response.read()
        finally:
            if over is None:
                connection.close()
        seen = tuple((name.lower(), value) for name, value in response.getheaders())
        return Answer(response.status, seen, content)

    def get(self, path: str, query: Mapping[str, Any] | None = None, **options: Any) -> Answer:
        """GET."""
        return self.send("GET", path, query=query, **options)

    def delete(self, path: str, query: Mapping[str, Any] | None = None, **options: Any) -> Answer:
        """DELETE."""
        return self.send("DELETE", path, query=query, **options)

    def post(
        self, path: str, body: object, *, content_type: str | None = TAXII, **options: Any
    ) -> Answer:
        """POST ``body``: bytes as they are, anything else as JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = list(options.pop("headers", ()))
        if content_type is not None:
            headers.append(("Content-Type", content_type))
        return self.send("POST", path, headers, body=raw, **options)

    def raw(self, data: bytes, *, timeout_s: float = TIMEOUT_S) -> bytes:
        """Send these bytes and return everything until the server closes or is silent."""
        with socket.create_connection((self.host, self.port), timeout=timeout_s) as sock:
            sock.sendall(data)
            received = b""
            try:
                while chunk := sock.recv(65536):
                    received += chunk
            except TimeoutError:
                pass
            return received


def basic(name: str, password: str) -> str:
    """Return a Basic Authorization header's value (RFC 7617, UTF-8)."""
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def bearer(token: str) -> str:
    """Return a Bearer Authorization header's value (RFC 6750)."""
    return f"Bearer {token}"

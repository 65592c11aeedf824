"""Responses: bytes with the one media type of TAXII 2.1, and the headers that all share."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from datetime import UTC, datetime

import orjson
from flask import Response, request

from taxii_server.http import context
from taxii_server.media_types import CT, accepts_gzip
from taxii_server.services.pages import ListedPage

_DRAINED_BEYOND = 8 * 1024 * 1024  # bytes
_COMPRESS_FROM = 1024  # bytes; less is not worth the work
_COMPRESS_LEVEL = 1  # of 9; a page must not cost more to compress than to read


def taxii_response(body: bytes | Mapping[str, object], status: int = 200) -> Response:
    """Return a response with a TAXII resource as its body; ``b""`` for none."""
    text = body if isinstance(body, bytes) else orjson.dumps(body)
    return Response(text, status, content_type=CT)


def page_response(page: ListedPage) -> Response:
    """Return a page with the dates of its first and last item (section 3.2)."""
    context.here().ignored = page.ignored
    context.server().metrics.count_page(len(page.ignored))
    response = taxii_response(page.to_body())
    response.headers["X-TAXII-Date-Added-First"] = page.first
    response.headers["X-TAXII-Date-Added-Last"] = page.last
    return response


def finish_response(response: Response) -> Response:
    """Add the headers that every response has, and compress it if the client agrees."""
    response.headers["Vary"] = "Accept, Accept-Encoding, Authorization"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.date = datetime.now(UTC)
    body = response.get_data()
    if len(body) > _COMPRESS_FROM and accepts_gzip(request.headers.get("Accept-Encoding", "")):
        response.set_data(gzip.compress(body, _COMPRESS_LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    if response.status_code >= 400:
        _drain_when_sent(response)
    return response


def _drain_when_sent(response: Response) -> None:
    """Let the client of a refused request finish sending, after it was answered."""
    server, environ = context.server(), request.environ
    most = server.services.limits.max_content_length + _DRAINED_BEYOND
    response.call_on_close(lambda: server.bodies.drain(environ, most))

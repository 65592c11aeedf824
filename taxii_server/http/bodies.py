"""Reading request bodies: bounded in length, in number and after decoding.

Bytes are taken from the connection as they arrive, so a body that is too large is
noticed before it is held. A reader occupies one thread of the worker; the slots
keep threads free for everybody else, however slowly some clients send.
"""

from __future__ import annotations

import threading
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from taxii_server.errors import (
    ContentTooLargeError,
    TooManyRequestsError,
    UnprocessableError,
    UnsupportedMediaError,
)

_CHUNK = 64 * 1024  # bytes
_GZIP = 16 + zlib.MAX_WBITS
_RETRY_AFTER_S = 2
BODIES_PER_CLIENT = 2
BODIES_PER_PROCESS = 12
"""Of 16 threads: four are left for reading even when every upload is slow."""

LARGE_BODY = 8 * 1024 * 1024  # bytes
"""A decoded body becomes Python values of many times its size, so large ones take turns."""


class ByteStream(Protocol):
    """Where a body is read from, WSGI's ``wsgi.input``."""

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes; none at the end."""
        ...


class BodySlots:
    """How many bodies may be read and worked on at once, by one client and in all."""

    def __init__(
        self, per_client: int = BODIES_PER_CLIENT, in_all: int = BODIES_PER_PROCESS
    ) -> None:
        self._per_client = per_client
        self._in_all = in_all
        self._held: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._large = threading.Lock()

    @contextmanager
    def hold(self, client: str) -> Iterator[None]:
        """Hold one slot for a client.

        Raises:
            TooManyRequestsError: It has its slots, or all are taken (HTTP 429).
        """
        with self._lock:
            if self._held[client] >= self._per_client:
                raise TooManyRequestsError(
                    f"At most {self._per_client} bodies at once; send one after the other.",
                    retry_after_s=_RETRY_AFTER_S,
                )
            if self._held.total() >= self._in_all:
                raise TooManyRequestsError(
                    "Too many bodies are being received; try again.", retry_after_s=_RETRY_AFTER_S
                )
            self._held[client] += 1
        try:
            yield
        finally:
            with self._lock:
                self._held[client] -= 1
                if not self._held[client]:
                    del self._held[client]

    @contextmanager
    def work_on(self, body: bytes) -> Iterator[None]:
        """Work on a body; of those above ``LARGE_BODY``, one at a time in this process."""
        if len(body) <= LARGE_BODY:
            yield
            return
        with self._large:
            yield

    def drain(self, environ: Mapping[str, Any], most: int) -> None:
        """Read what is left of a refused request's body and forget it, if a slot is free.

        A connection that is closed with unread bytes is reset, and a client that is
        still sending may then never see why it was refused.

        Args:
            environ: The request. Nothing is read of a client that waits to be asked
                for its body (``Expect``), or has sent none.
            most: bytes after which to give up.
        """
        length = environ.get("CONTENT_LENGTH") or "0"
        if "HTTP_EXPECT" in environ or (length == "0" and "HTTP_TRANSFER_ENCODING" not in environ):
            return
        try:
            with self.hold(""):
                left = most
                while left > 0 and (chunk := environ["wsgi.input"].read(_CHUNK)):
                    left -= len(chunk)
        except TooManyRequestsError:
            return


@dataclass(frozen=True, slots=True)
class BodySource:
    """A body that has not been read: its stream and what its headers say."""

    stream: ByteStream
    declared: int | None  # bytes, from Content-Length; None if chunked
    gzipped: bool


def parse_body_source(environ: Mapping[str, Any]) -> BodySource:
    """Return where the body of a request is to be read from.

    Chunked transfer wins over a Content-Length (RFC 9112 section 6.3). With
    neither there is no body.

    Raises:
        UnsupportedMediaError: Its Content-Encoding is not gzip (HTTP 415).
    """
    coding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if coding not in {"", "identity", "gzip", "x-gzip"}:
        raise UnsupportedMediaError("Send the body as it is, or with Content-Encoding: gzip")
    chunked = "HTTP_TRANSFER_ENCODING" in environ
    length = environ.get("CONTENT_LENGTH") or "0"
    declared = None if chunked else int(length) if _is_length(length) else 0
    return BodySource(environ["wsgi.input"], declared, coding in {"gzip", "x-gzip"})


def read_body(source: BodySource, max_content_length: int) -> bytes:
    """Return the decoded body.

    Args:
        source: Untrusted input.
        max_content_length: bytes after decoding.

    Raises:
        ContentTooLargeError: It is larger (HTTP 413); noticed before anything is
            read where the Content-Length says so.
        UnprocessableError: It ended early, or is not the gzip it says (HTTP 422).
    """
    # Compressing what cannot be compressed makes it a little larger.
    most = max_content_length
    if source.gzipped:
        most += max_content_length // 100 + 1024
    if source.declared is not None and source.declared > most:
        raise ContentTooLargeError(max_content_length)
    chunks = _chunks(source, most, max_content_length)
    if source.gzipped:
        chunks = _gunzip(chunks, max_content_length)
    return b"".join(chunks)


def _is_length(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _chunks(source: BodySource, most: int, max_content_length: int) -> Iterator[bytes]:
    """Yield the body as sent, at most ``most`` bytes of it."""
    count, declared = 0, source.declared
    while declared is None or count < declared:
        wanted = _CHUNK if declared is None else min(_CHUNK, declared - count)
        chunk = source.stream.read(wanted)
        if not chunk:
            break
        count += len(chunk)
        if count > most:
            raise ContentTooLargeError(max_content_length)
        yield chunk
    if declared is not None and count < declared:
        raise UnprocessableError(f"The body ended after {count} of {declared} bytes.")


def _gunzip(chunks: Iterator[bytes], max_content_length: int) -> Iterator[bytes]:
    """Yield the decoded bytes of one or more gzip members, never more than may be held."""
    count, member, between = 0, zlib.decompressobj(_GZIP), True
    try:
        for chunk in chunks:
            rest = chunk.lstrip(b"\0") if between else chunk  # padding between members
            while rest or not between:
                decoded = member.decompress(rest, _CHUNK)
                count += len(decoded)
                if count > max_content_length:
                    raise ContentTooLargeError(max_content_length)
                yield decoded
                between, rest = member.eof, member.unconsumed_tail
                if member.eof:
                    rest = member.unused_data.lstrip(b"\0")
                    member = zlib.decompressobj(_GZIP)
                elif not rest and len(decoded) < _CHUNK:
                    break  # it needs more input; a full chunk may have more behind it
    except zlib.error as exc:
        raise UnprocessableError("The body is not gzip, although its headers say so.") from exc
    if not between:
        raise UnprocessableError("The gzip body ends in the middle.")

"""Reading bodies, bounded (``taxii_server.http.bodies``)."""

from __future__ import annotations

import gzip
import io
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from taxii_server.errors import (
    ContentTooLargeError,
    TooManyRequestsError,
    UnprocessableError,
    UnsupportedMediaError,
)
from taxii_server.http.bodies import (
    LARGE_BODY,
    BodySlots,
    BodySource,
    parse_body_source,
    read_body,
)

LIMIT = 1000


class CountingStream:
    """A stream that remembers how much was taken of it."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)
        self.taken = 0

    def read(self, size: int, /) -> bytes:
        chunk = self._content.read(size)
        self.taken += len(chunk)
        return chunk


def read(content: bytes, *, declared: int | None = None, gzipped: bool = False) -> bytes:
    """Read a body, chunked unless its length is declared."""
    return read_body(BodySource(CountingStream(content), declared, gzipped), LIMIT)


def environ(**headers: Any) -> Mapping[str, Any]:
    return {"wsgi.input": CountingStream(b"body"), **headers}


@pytest.mark.parametrize("size", [0, 1, LIMIT])
def test_a_body_up_to_the_limit_is_read_whole(size: int) -> None:
    """T-ADD-10, T-ADD-12: equal to the limit is accepted, with or without a length."""
    body = b"x" * size

    assert read(body, declared=size) == body
    assert read(body) == body


def test_a_declared_length_over_the_limit_is_refused_before_reading() -> None:
    """T-ADD-09."""
    stream = CountingStream(b"x" * 5000)

    with pytest.raises(ContentTooLargeError):
        read_body(BodySource(stream, 5000, gzipped=False), LIMIT)
    assert stream.taken == 0


def test_a_chunked_body_over_the_limit_is_refused_by_count() -> None:
    """T-ADD-11: and not much more than the limit was read."""
    stream = CountingStream(b"x" * 10_000_000)

    with pytest.raises(ContentTooLargeError):
        read_body(BodySource(stream, None, gzipped=False), LIMIT)
    assert stream.taken <= LIMIT + 64 * 1024


def test_a_body_that_ends_before_its_length_is_not_taken_for_whole() -> None:
    """A client that disconnects in the middle has pushed nothing."""
    with pytest.raises(UnprocessableError):
        read(b'{"objects":[]}', declared=100)


def test_nothing_is_read_beyond_the_declared_length() -> None:
    stream = CountingStream(b"bodynext")

    assert read_body(BodySource(stream, 4, gzipped=False), LIMIT) == b"body"
    assert stream.taken == 4


def test_gzip_is_decoded_over_several_members() -> None:
    """T-ADD-27."""
    members = gzip.compress(b"one ") + gzip.compress(b"") + gzip.compress(b"two") + b"\0" * 7

    assert read(members, gzipped=True) == b"one two"


@pytest.mark.parametrize("size", [LIMIT, 64 * 1024, 64 * 1024 * 3])
def test_gzip_that_ends_where_a_chunk_ends_is_whole(size: int) -> None:
    """T-ADD-27: output that waits inside the decoder is asked for."""
    source = BodySource(CountingStream(gzip.compress(b"\0" * size)), None, gzipped=True)

    assert read_body(source, size) == b"\0" * size


def test_the_limit_of_gzip_counts_decoded_bytes() -> None:
    """T-ADD-27: a bomb is refused while it is small."""
    stream = CountingStream(gzip.compress(b"\0" * 50_000_000))

    with pytest.raises(ContentTooLargeError):
        read_body(BodySource(stream, None, gzipped=True), LIMIT)
    assert stream.taken <= 64 * 1024


def test_endless_empty_gzip_members_are_refused() -> None:
    with pytest.raises(ContentTooLargeError):
        read(gzip.compress(b"") * 10_000, gzipped=True)


@pytest.mark.parametrize(
    "body",
    [
        b"not gzip",
        gzip.compress(b"x" * 100)[:-3],
        gzip.compress(b"x")[:5],
        gzip.compress(b"x") + b"y",
    ],
)
def test_broken_gzip_is_unprocessable(body: bytes) -> None:
    with pytest.raises(UnprocessableError):
        read(body, gzipped=True)


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_another_content_encoding_is_unsupported(coding: str) -> None:
    """T-ADD-27."""
    with pytest.raises(UnsupportedMediaError):
        parse_body_source(environ(HTTP_CONTENT_ENCODING=coding))


def test_chunked_wins_over_a_content_length() -> None:
    """RFC 9112 section 6.3."""
    source = parse_body_source(environ(HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="3"))

    assert source.declared is None


@pytest.mark.parametrize("length", ["", "-1", "+4", "4_0", "٤", "9" * 30])
def test_without_a_usable_length_there_is_no_body(length: str) -> None:
    assert parse_body_source(environ(CONTENT_LENGTH=length)).declared == 0


def test_a_client_has_two_slots_and_others_are_not_touched() -> None:
    """T-ERR-09: the third body at once is 429 with Retry-After."""
    slots = BodySlots()

    with slots.hold("a"), slots.hold("a"):
        with pytest.raises(TooManyRequestsError) as refused, slots.hold("a"):
            pass
        with slots.hold("b"):
            pass
    with slots.hold("a"):
        pass
    assert int(refused.value.headers()["Retry-After"]) > 0


def test_a_slot_is_given_back_when_the_request_fails() -> None:
    slots = BodySlots(per_client=1)

    with pytest.raises(UnprocessableError), slots.hold("a"):
        raise UnprocessableError("broken")
    with slots.hold("a"):
        pass


def test_some_threads_are_always_left_for_readers() -> None:
    slots = BodySlots(per_client=1, in_all=2)

    with slots.hold("a"), slots.hold("b"), pytest.raises(TooManyRequestsError), slots.hold("c"):
        pass


def test_a_refused_body_is_drained_up_to_a_bound() -> None:
    stream = CountingStream(b"x" * 1_000_000)

    BodySlots().drain({"wsgi.input": stream, "CONTENT_LENGTH": "1000000"}, 200_000)

    assert 200_000 <= stream.taken < 300_000


@pytest.mark.parametrize("headers", [{}, {"CONTENT_LENGTH": "9", "HTTP_EXPECT": "100-continue"}])
def test_nothing_is_drained_where_nothing_was_sent(headers: dict[str, str]) -> None:
    stream = CountingStream(b"next request")

    BodySlots().drain({"wsgi.input": stream, **headers}, 1000)

    assert stream.taken == 0


def test_large_bodies_are_worked_on_one_at_a_time_and_small_ones_beside_them() -> None:
    """INV-BOUNDED: a body becomes values of many times its size."""
    slots = BodySlots()
    large, entered = b"x" * (LARGE_BODY + 1), threading.Event()

    def second() -> None:
        with slots.work_on(large):
            entered.set()

    with slots.work_on(large):
        waiting = threading.Thread(target=second)
        waiting.start()
        with slots.work_on(b"small"):
            assert not entered.wait(0.05)
    waiting.join()
    assert entered.is_set()

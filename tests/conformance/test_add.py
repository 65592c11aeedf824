"""Add objects (T-ADD)."""

from __future__ import annotations

import gzip
import json
import socket

import pytest

from tests.conformance.checks import is_error, require_status
from tests.support.servers import RunningServer
from tests.support.stix import (
    FIRST,
    envelope,
    make_id,
    make_indicator,
    make_relationship,
    make_sdo,
    make_statement,
    make_url,
    newer,
    stamp,
)
from tests.support.wire import TAXII, Client

BUNDLE = "bundle--aeb8c1a1-5a2e-4f1a-8f0b-2f1b0d1c9a11"
MAX = 1_048_576  # max_content_length of the shared server


def test_one_indicator_is_added_at_once(filled: Client) -> None:
    """T-ADD-01, T-ADD-21, T-INT-13: complete, total and success 1."""
    stix = make_indicator()
    answer = filled.post("objects/", envelope(stix))
    status = answer.json()

    assert (answer.status, answer.header("Content-Type")) == (202, TAXII)
    require_status(status)
    assert status["status"] == "complete"
    assert (status["total_count"], status["success_count"]) == (1, 1)
    assert status["successes"][0]["id"] == stix["id"]
    assert status["successes"][0]["version"] == FIRST


def test_an_exact_duplicate_is_a_success_and_changes_nothing(filled: Client) -> None:
    """T-ADD-02, T-ADD-03, A-12: canonical JSON decides; one copy, the same date_added."""
    stix = make_indicator(x_number=1)
    filled.post("objects/", envelope(stix))
    before = filled.get("manifest/").body
    reordered = json.dumps({"objects": [dict(reversed(stix.items()))]}).replace(": 1}", ": 1.0}")

    status = filled.post("objects/", reordered.encode()).json()

    assert (status["success_count"], status["failure_count"]) == (1, 0)
    assert "duplicate" in status["successes"][0]["message"]
    assert filled.get("manifest/").body == before


def test_a_newer_version_stands_beside_the_older(filled: Client) -> None:
    """T-ADD-04: both under match[version]=all."""
    first = make_indicator()
    filled.post("objects/", envelope(first))

    assert filled.post("objects/", envelope(newer(first))).json()["success_count"] == 1
    assert filled.get("objects/?match[version]=all").objects == [first, newer(first)]


def test_an_older_version_is_stored_but_not_latest(filled: Client) -> None:
    """T-ADD-05: the greater ``modified`` stays last."""
    last = newer(make_indicator(), 5)
    older = newer(last, 3)
    filled.post("objects/", envelope(last))

    assert filled.post("objects/", envelope(older)).json()["success_count"] == 1
    assert filled.get("objects/").objects == [last]
    assert filled.get("objects/?match[version]=first").objects == [older]


def test_other_content_under_a_known_version_is_a_failure(filled: Client) -> None:
    """T-ADD-06, INV-AUTHOR: version-conflict, the stored one unchanged."""
    stix = make_indicator()
    filled.post("objects/", envelope(stix))

    status = filled.post("objects/", envelope({**stix, "name": "other"})).json()

    assert status["failure_count"] == 1
    assert "version-conflict" in status["failures"][0]["message"]
    assert filled.get("objects/?match[version]=all").objects == [stix]


def test_an_object_twice_in_one_envelope_is_stored_once(filled: Client) -> None:
    """T-ADD-07: both are successes."""
    stix = make_indicator()

    status = filled.post("objects/", envelope(stix, stix)).json()

    require_status(status)
    assert (status["total_count"], status["success_count"]) == (2, 2)
    assert filled.get("objects/?match[version]=all").objects == [stix]


@pytest.mark.parametrize(
    "around",
    [
        {"type": "bundle", "id": BUNDLE},
        {"type": "bundle", "id": BUNDLE, "spec_version": "2.0"},
        {"x_note": "hello"},
        {"more": True, "next": "abc"},
        {"x_first": {"objects": []}},
    ],
    ids=str,
)
def test_a_bundle_and_unknown_properties_are_read_as_an_envelope(
    filled: Client, around: dict[str, object]
) -> None:
    """T-ADD-08, T-ADD-26, T-CUS-02, T-INT-16, Q-09."""
    stix = make_indicator()

    answer = filled.post("objects/", {**around, "objects": [stix]})

    assert answer.status == 202
    assert filled.get("objects/").objects == [stix]


def _padded(length: int) -> bytes:
    body = json.dumps(envelope(make_indicator())).encode()
    return body + b" " * (length - len(body))


def test_the_length_limit_is_exact(facebook: Client) -> None:
    """T-ADD-09, T-ADD-10, Q-18: equal is accepted, one more is 413."""
    path = "collections/from-facebook/objects/"

    assert facebook.post(path, _padded(MAX)).status == 202
    answer = facebook.post(path, _padded(MAX + 1))
    assert answer.status == 413
    assert is_error(answer)


def test_a_refused_large_body_is_answered_not_reset(facebook: Client) -> None:
    """T-ADD-09: a client that sends all of it before it reads still learns why."""
    answer = facebook.post("collections/from-facebook/objects/", b" " * (5 * MAX))

    assert answer.status == 413
    assert is_error(answer)


def test_a_client_that_waits_for_100_continue_is_served(shared: RunningServer) -> None:
    """T-ADD-10: curl asks so before a larger body."""
    body = json.dumps(envelope(make_indicator(description="x" * 5_000))).encode()
    head = _head(shared, f"Content-Length: {len(body)}\r\nExpect: 100-continue")
    with socket.create_connection(("127.0.0.1", shared.port), timeout=10) as sock:
        sock.sendall(head)
        interim = sock.recv(65536)
        assert interim.startswith(b"HTTP/1.1 100"), interim
        sock.sendall(body)
        received = b""
        while chunk := sock.recv(65536):
            received += chunk

    assert b"HTTP/1.1 202" in interim + received


def _head(server: RunningServer, framing: str) -> bytes:
    who = server.client("both-facebook").authorization
    return (
        "POST /coalition/collections/from-facebook/objects/ HTTP/1.1\r\nHost: x\r\n"
        f"Connection: close\r\nAccept: {TAXII}\r\nContent-Type: {TAXII}\r\n"
        f"Authorization: {who}\r\n{framing}\r\n\r\n"
    ).encode()


def test_a_chunked_body_is_counted(shared: RunningServer) -> None:
    """T-ADD-11: 413 once max_content_length is passed, whatever the sender claims."""
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    with socket.create_connection(("127.0.0.1", shared.port), timeout=30) as sock:
        sock.sendall(_head(shared, "Transfer-Encoding: chunked"))
        sent = 0
        try:
            for _ in range(64):  # 4 MiB, if it were taken
                sock.sendall(chunk)
                sent += 1
            sock.sendall(b"0\r\n\r\n")
        except ConnectionError:
            pass
        answer = sock.recv(65536)

    assert answer.startswith(b"HTTP/1.1 413"), answer[:200]


@pytest.mark.parametrize("framing", ["Content-Length: 10", "Content-Length: 5000000"])
def test_a_lying_content_length_is_no_500(shared: RunningServer, framing: str) -> None:
    """T-ADD-11: too short is a truncated body, too long is 413."""
    body = json.dumps(envelope(make_indicator())).encode()

    answer = shared.client().raw(_head(shared, framing) + body, timeout_s=5)

    assert answer.startswith((b"HTTP/1.1 422", b"HTTP/1.1 413", b"HTTP/1.1 400")), answer[:100]


@pytest.mark.parametrize("value", ["-1", "abc", "1, 2", "99999999999999999999999"])
def test_a_malformed_content_length_is_refused(shared: RunningServer, value: str) -> None:
    """T-ADD-11: by the HTTP server or by us, never 500."""
    answer = shared.client().raw(_head(shared, f"Content-Length: {value}") + b"{}", timeout_s=5)

    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 413")) or answer == b"", answer[:100]


def test_a_small_chunked_body_is_read(shared: RunningServer) -> None:
    """T-ADD-12: no Content-Length is needed."""
    body = json.dumps(envelope(make_indicator())).encode()
    chunks = b"".join(
        f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (body[:10], body[10:])
    )

    answer = shared.client().raw(
        _head(shared, "Transfer-Encoding: chunked") + chunks + b"0\r\n\r\n", timeout_s=10
    )

    assert answer.startswith(b"HTTP/1.1 202"), answer[:200]


DEEP = '{"objects":[' + '{"a":' * 70 + "1" + "}" * 70 + "]}"
BODIES = {
    "not json": b"hello",
    "array": b"[]",
    "string": b'"objects"',
    "number": b"1",
    "null": b"null",
    "truncated": b'{"objects":[{"type":"indicator"',
    "trailing": b'{"objects":[{"a":1}]} x',
    "two values": b'{"objects":[{"a":1}]}{}',
    "empty": b"",
    "blank": b"   ",
    "empty object": b"{}",
    "empty list": b'{"objects":[]}',
    "objects no list": b'{"objects":{}}',
    "objects null": b'{"objects":null}',
    "nan": b'{"objects":[{"a":NaN}]}',
    "infinity": b'{"objects":[{"a":-Infinity}]}',
    "bom": b"\xef\xbb\xbf" + b'{"objects":[{"a":1}]}',
    "not utf-8": b'{"objects":[{"a":"\xff"}]}',
    "utf-16": '{"objects":[{"a":1}]}'.encode("utf-16"),
    "too deep": DEEP.encode(),
    "very deep": b'{"objects":' + b"[" * 100_000,
    "control character": b'{"objects":[{"a":"\x01"}]}',
    "single quotes": b"{'objects':[{}]}",
    "comment": b'{"objects":[{"a":1}] /* no */}',
    "trailing comma": b'{"objects":[{"a":1},]}',
    "NUL": b"\x00" * 10,
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_envelope_is_422(filled: Client, name: str) -> None:
    """T-ADD-13, T-ADD-14, T-ADD-28, A-25, T-CN-16: nothing is stored."""
    answer = filled.post("objects/", BODIES[name])

    assert answer.status == 422
    assert is_error(answer)
    assert filled.get("objects/").objects == []


def test_valid_objects_are_taken_and_the_others_reported(filled: Client) -> None:
    """T-ADD-15: id, version and message; without an id it is ``objects/<index>``."""
    good = make_indicator()
    broken = make_indicator()
    del broken["pattern"]

    status = filled.post("objects/", envelope(broken, good, {"type": "indicator"})).json()

    require_status(status)
    assert (status["success_count"], status["failure_count"]) == (1, 2)
    assert {one["id"] for one in status["failures"]} == {broken["id"], "objects/2"}
    assert "pattern" in next(f for f in status["failures"] if f["id"] == broken["id"])["message"]
    assert filled.get("objects/").objects == [good]


@pytest.mark.parametrize(
    "item", [1, None, "text", [], {}, {"id": 5}, {"id": None, "type": []}, True, 1.5, [[]]], ids=str
)
def test_items_that_are_no_objects_fail_alone(filled: Client, item: object) -> None:
    """T-ADD-15, T-ADD-16: all failed is 202 with all failures."""
    good = make_indicator()

    status = filled.post("objects/", {"objects": [item, good]})
    alone = filled.post("objects/", {"objects": [item]})

    assert status.status == alone.status == 202
    require_status(status.json())
    assert status.json()["success_count"] == 1
    assert (alone.json()["total_count"], alone.json()["failure_count"]) == (1, 1)


INSIDE = {
    "duplicate key": '"name":"a","name":"b"',
    "duplicate key deep": '"x_deep":{"a":[{"b":1,"b":2}]}',
    "lone surrogate": '"name":"\\ud800"',
    "lone surrogate in a key": '"x_deep":{"\\udfff":1}',
    "large integer": '"x_big":9007199254740992',
    "small integer": '"x_big":-9007199254740992',
    "very large integer": '"x_big":' + "9" * 400,
    "escaped duplicate": '"name":"a","n\\u0061me":"b"',
}


@pytest.mark.parametrize("name", INSIDE)
def test_what_is_not_i_json_inside_an_object_is_that_objects_failure(
    filled: Client, name: str
) -> None:
    """T-ADD-28, T-CN-16, T-DT-04: its neighbours are stored."""
    good = make_indicator()
    bad = json.dumps(make_indicator())[:-1] + "," + INSIDE[name] + "}"
    body = '{"objects":[' + bad + "," + json.dumps(good) + "]}"

    answer = filled.post("objects/", body.encode())

    assert answer.status == 202
    assert answer.json()["failure_count"] == 1
    assert filled.get("objects/").objects == [good]


@pytest.mark.parametrize("text", ["9007199254740991", "-9007199254740991", "1.5", "1e400", "-0.0"])
def test_numbers_within_i_json_are_taken_or_refused_alone(filled: Client, text: str) -> None:
    """T-ADD-28, T-DT-04: the largest safe integer is fine; 1e400 has no double."""
    body = '{"objects":[' + json.dumps(make_indicator())[:-1] + f',"x_n":{text}' + "}]}"

    status = filled.post("objects/", body.encode())

    assert status.status == 202
    assert status.json()["success_count"] == (0 if text == "1e400" else 1)


def test_depth_64_is_read(filled: Client) -> None:
    """T-ADD-28: the limit is 64 levels, counted from the envelope."""
    inner: object = 1
    for _ in range(40):
        inner = {"a": inner}

    assert filled.post("objects/", envelope(make_indicator(x_deep=inner))).status == 202


def test_objects_without_a_modified_property_are_taken(filled: Client) -> None:
    """T-ADD-22, T-ADD-23, A-13: an observable and a marking-definition."""
    objects = [make_url(), make_statement()]

    assert filled.post("objects/", envelope(*objects)).json()["success_count"] == 2
    assert filled.get("objects/").objects == objects
    again = filled.post("objects/", envelope(*objects)).json()
    assert again["success_count"] == 2
    changed = {**objects[0], "defanged": True}
    assert filled.post("objects/", envelope(changed)).json()["success_count"] == 1
    assert filled.get(f"objects/{changed['id']}/").objects == [changed]
    assert len(filled.get(f"objects/{changed['id']}/versions/").json()["versions"]) == 2


def test_references_may_dangle(filled: Client) -> None:
    """T-ADD-24: accepted into the collection."""
    stix = make_relationship(make_id("malware"), make_id("campaign"))

    assert filled.post("objects/", envelope(stix)).json()["success_count"] == 1


def test_custom_content_is_taken(filled: Client) -> None:
    """T-ADD-25: properties, extensions, and types that an extension in the object declares."""
    extension = make_id("extension-definition")
    declared = {extension: {"extension_type": "new-sdo"}}
    objects = [
        make_indicator(x_custom="a"),
        make_indicator(extensions={extension: {"extension_type": "property-extension", "a": 1}}),
        make_sdo("x-custom-type", anything=[1], extensions=declared),
    ]

    assert filled.post("objects/", envelope(*objects)).json()["success_count"] == 3
    assert filled.get("objects/").objects == objects


def test_a_type_that_nothing_declares_fails_and_the_message_says_what_to_do(
    filled: Client,
) -> None:
    """T-ADD-25: as ``accept_undeclared_types`` says; it is false unless set."""
    status = filled.post("objects/", envelope(make_sdo("x-custom-type"), make_indicator())).json()

    assert (status["success_count"], status["failure_count"]) == (1, 1)
    (failure,) = status["failures"]
    assert failure["message"].startswith("/type undeclared-type: ")
    assert "accept_undeclared_types" in failure["message"]


def test_a_gzipped_body_is_decoded_and_counted_decoded(filled: Client) -> None:
    """T-ADD-27: 413 by the decoded bytes; other encodings 415; not gzip at all is no 500."""
    stix = make_indicator()
    body = json.dumps(envelope(stix)).encode()
    zipped = [("Content-Encoding", "gzip")]

    assert filled.post("objects/", gzip.compress(body), headers=zipped).status == 202
    assert filled.get("objects/").objects == [stix]
    bomb = gzip.compress(b" " * (50 * MAX))
    assert filled.post("objects/", bomb, headers=zipped).status == 413
    assert filled.post("objects/", body, headers=zipped).status in {400, 422}
    cut = gzip.compress(body)[:-8]
    assert filled.post("objects/", cut, headers=zipped).status in {400, 422}
    for encoding in ("br", "deflate", "gzip, gzip", "zstd"):
        answer = filled.post("objects/", body, headers=[("Content-Encoding", encoding)])
        assert answer.status == 415, encoding
        assert is_error(answer)
    identity = [("Content-Encoding", "identity")]
    assert filled.post("objects/", envelope(make_url()), headers=identity).status == 202


def test_an_add_can_be_read_at_once(filled: Client) -> None:
    """T-ADD-20: read your writes once the status is complete, through every worker."""
    for n in range(10):
        stix = make_indicator(modified=stamp(n + 1))
        assert filled.post("objects/", envelope(stix)).json()["status"] == "complete"
        assert filled.get(f"objects/{stix['id']}/").objects == [stix]


def test_an_add_refuses_as_listed(filled: Client) -> None:
    """T-ADD-18: 415 and 406."""
    body = envelope(make_indicator())

    assert filled.post("objects/", body, content_type="text/plain").status == 415
    assert filled.post("objects/", body, accept="text/html").status == 406

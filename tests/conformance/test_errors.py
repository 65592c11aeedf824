"""Data types and error resources (T-DT, T-ERR)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest

from taxii_server.app import open_services
from taxii_server.errors import StorageUnavailableError
from taxii_server.http.application import create_app
from taxii_server.storage.protocol import Store
from tests.conformance.checks import TIMESTAMP, UUID4, is_error, require_no_empty_lists
from tests.support.coalitions import everybody_shares
from tests.support.servers import DataFolder, RunningServer
from tests.support.stix import envelope, make_indicator
from tests.support.wire import TAXII, Answer, Client, basic

OBJECTS = "/coalition/collections/from-facebook/objects/"
"""Error requests: status, method, path, headers, body."""
PROVOKED = (
    (400, "GET", OBJECTS + "?limit=0", (), b""),
    (403, "GET", "/coalition/collections/write-only/objects/", (), b""),
    (404, "GET", "/coalition/collections/hidden/", (), b""),
    (405, "PUT", OBJECTS, (), b""),
    (406, "GET", OBJECTS, (("Accept", "text/html"),), b""),
    (413, "POST", OBJECTS, (("Content-Type", TAXII),), b" " * 1_048_577),
    (415, "POST", OBJECTS, (("Content-Type", "text/plain"),), b"{}"),
    (422, "POST", OBJECTS, (("Content-Type", TAXII),), b"{}"),
)


@pytest.mark.parametrize("case", PROVOKED, ids=lambda case: str(case[0]))
def test_every_failure_is_a_taxii_error(
    facebook: Client, case: tuple[int, str, str, tuple[tuple[str, str], ...], bytes]
) -> None:
    """T-ERR-01, T-ERR-02, T-ERR-03, T-ERR-04, T-ERR-06, T-ERR-07, T-DT-07.

    ``http_status`` is a string and the response's own; a body is always sent.
    """
    status, method, path, headers, body = case

    answer = facebook.send(method, path, headers, body=body)

    assert answer.status == status
    assert is_error(answer)
    assert answer.json()["http_status"] == str(status)


def test_an_error_carries_an_opaque_error_id(facebook: Client) -> None:
    """T-ERR-05: two failures, two ids, and no trace in the text."""
    first, second = (facebook.get("/nope/").json() for _ in range(2))

    assert first["error_id"] != second["error_id"]
    assert "Traceback" not in str(first)


class BrokenStore:
    """Fails whatever it is asked, with what it was told to raise."""

    def __init__(self, failure: Exception) -> None:
        self._failure = failure

    def __getattr__(self, name: str) -> Any:
        def fail(*_: object, **__: object) -> NoReturn:
            raise self._failure

        return fail


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (RuntimeError("SELECT secret FROM entry"), 500),
        (StorageUnavailableError("the store did not answer"), 503),
    ],
)
def test_a_failure_inside_shows_an_error_id_and_nothing_else(
    tmp_path: Path, failure: Exception, status: int
) -> None:
    """T-ERR-05, T-ERR-08, T-ERR-01, T-NET-20: forced in this process; 503 says when to return."""
    folder = DataFolder.make(tmp_path / "data", everybody_shares())
    who = folder.add_client("sub-cisa", "cisa", "subscriber")
    opened = open_services(folder.path)
    try:
        store = cast(Store, BrokenStore(failure))
        broken = replace(opened, services=replace(opened.services, store=store))
        client = create_app(broken).test_client()
        headers = {"Authorization": basic(who.name, who.password), "Accept": TAXII}
        got = client.get("/coalition/collections/for-cisa/objects/", headers=headers)
        answer = Answer(got.status_code, tuple((k.lower(), v) for k, v in got.headers), got.data)
    finally:
        opened.services.store.close()

    assert answer.status == status
    assert is_error(answer)
    assert answer.json()["error_id"]
    assert b"secret" not in answer.body
    assert b"Traceback" not in answer.body
    assert (answer.header("Retry-After") is not None) is (status == 503)


def test_too_many_failed_logins_are_429_for_that_name_only(shared: RunningServer) -> None:
    """T-ERR-08: with Retry-After, even for the right password; other names are not touched."""
    wrong = [("Authorization", basic("sub-microsoft", "wrong"))]
    answers = [shared.client().get("/taxii2/", headers=wrong) for _ in range(14)]

    assert [answer.status for answer in answers[:10]] == [401] * 10
    assert answers[-1].status == 429
    assert int(answers[-1].header("Retry-After") or 0) > 0
    assert is_error(answers[-1])
    assert shared.client("sub-microsoft").get("/taxii2/").status == 429
    assert shared.client("sub-google").get("/taxii2/").status == 200


@pytest.mark.parametrize(
    ("expected", "method", "path", "headers", "authorize"),
    [
        (401, "GET", "/nope/", [("Accept", "text/html")], False),
        (404, "PUT", "/coalition/collections/hidden/objects/", [("Accept", "text/html")], True),
        (405, "PUT", "/coalition/collections/write-only/manifest/", [], True),
        (403, "GET", "/coalition/collections/write-only/objects/?limit=0", [], True),
        (
            403,
            "GET",
            "/coalition/collections/write-only/objects/",
            [("Accept", "text/html")],
            True,
        ),
        (
            403,
            "POST",
            "/coalition/collections/read-only/objects/",
            [("Content-Type", "text/plain"), ("Accept", "text/html")],
            True,
        ),
        (406, "POST", OBJECTS, [("Content-Type", "text/plain"), ("Accept", "text/html")], True),
        (415, "POST", OBJECTS, [("Content-Type", "text/plain")], True),
        (413, "POST", OBJECTS, [("Content-Type", TAXII), ("Content-Length", "999999999")], True),
        (406, "GET", OBJECTS + "?limit=0", [("Accept", "text/html")], True),
    ],
)
def test_checks_come_in_the_decided_order(  # noqa: PLR0917
    facebook: Client,
    expected: int,
    method: str,
    path: str,
    headers: list[tuple[str, str]],
    authorize: bool,
) -> None:
    """T-ERR-09: 401, route and visibility 404, 405, permission, 406, 415, 413, 400, 422."""
    answer = facebook.send(method, path, headers, authorize=authorize)

    assert answer.status == expected


def test_resources_have_exactly_the_specified_names_and_types(
    facebook: Client, filled: Client
) -> None:
    """T-DT-01, T-DT-03 to T-DT-06, T-DT-08: every resource by its property table.

    T-DT-04 integers, T-DT-05 literals, T-DT-06 lower-case names.
    """
    status = filled.post("objects/", envelope(make_indicator(), {"type": "indicator"})).json()
    assert TIMESTAMP.fullmatch(status["request_timestamp"])
    assert UUID4.fullmatch(status["id"])
    assert {type(status[f"{n}_count"]) for n in ("total", "success", "failure", "pending")} == {int}
    for collection in facebook.get("collections/").json()["collections"]:
        assert UUID4.fullmatch(collection["id"])
        assert type(collection["can_read"]) is type(collection["can_write"]) is bool
        assert set(collection) <= COLLECTION_NAMES
    root = facebook.get("").json()
    assert type(root["max_content_length"]) is int
    assert 0 < root["max_content_length"] < 2**53
    assert set(root) <= {"title", "description", "versions", "max_content_length"}
    assert set(facebook.get("/taxii2/").json()) <= DISCOVERY_NAMES
    page = filled.get("objects/").json()
    assert page.get("more", False) is False
    assert set(page) <= {"more", "next", "objects"}
    (record,) = filled.get("manifest/").objects
    assert set(record) == {"id", "date_added", "version", "media_type"}
    assert TIMESTAMP.fullmatch(record["date_added"])


COLLECTION_NAMES = {
    "id",
    "title",
    "description",
    "alias",
    "can_read",
    "can_write",
    "media_types",
}
DISCOVERY_NAMES = {"title", "description", "contact", "default", "api_roots"}


def test_empty_lists_are_omitted(facebook: Client, filled: Client, shared: RunningServer) -> None:
    """T-DT-02: collections, objects, versions, api_roots, successes, failures."""
    operator = shared.client("operator")
    for client, path in (
        (operator, "/taxii2/"),
        (operator, "collections/"),
        (filled, "objects/"),
        (filled, "manifest/"),
        (facebook, "collections/"),
    ):
        answer = client.get(path)
        assert answer.status == 200
        require_no_empty_lists(answer.json())
    status = filled.post("objects/", envelope(make_indicator()))
    assert "failures" not in status.json()
    assert "pendings" not in status.json()

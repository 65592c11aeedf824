"""``cytaxii2`` (Cyware), over a real socket; it has no delete and no versions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cytaxii2 import cytaxii2

from tests.clients.conftest import MANY
from tests.support.servers import RunningServer
from tests.support.stix import Stix, envelope, make_id, make_indicator, make_malware


def connect(server: RunningServer, name: str) -> Any:
    """Return the library's client for a client of ours."""
    who = server.folder.clients[name]
    return cytaxii2.cytaxii2(f"{server.url}/taxii2/", who.name, who.password)


@pytest.fixture
def publisher(server: RunningServer) -> Any:
    """Return facebook's publisher."""
    return connect(server, "pub-facebook")


@pytest.fixture
def subscriber(server: RunningServer) -> Any:
    """Return cisa's subscriber."""
    return connect(server, "sub-cisa")


def test_it_discovers_root_and_collections(publisher: Any) -> None:
    """T-DISC-03, A-17, Q-11: it asks ``default`` as an absolute URL."""
    assert publisher.discovery_request()["response"]["title"] == "Test coalition"
    assert publisher.root_discovery()["status_code"] == 200
    (found,) = publisher.collection_request()["response"]["collections"]
    one = publisher.collection_data_request(found["id"])
    assert one["response"]["alias"] == "from-facebook"


def test_it_pushes_and_polls(publisher: Any, subscriber: Any) -> None:
    """T-ADD-01, T-FLT-07, T-FLT-08, T-CN-18: a Content-Type on GET is ignored."""
    stix, other = make_indicator(), make_malware()
    pushed = publisher.inbox_request("from-facebook", json.dumps(envelope(stix, other)))

    assert pushed["status_code"] == 202
    assert pushed["response"]["success_count"] == 2
    by_id = subscriber.poll_request("for-cisa", object_id=stix["id"])
    assert by_id["response"]["objects"] == [stix]
    by_type = subscriber.poll_request(
        "for-cisa", object_type="malware", object_id=f"{stix['id']},{other['id']}"
    )
    assert by_type["response"]["objects"] == [other]


def test_it_pages_by_next(subscriber: Any, many: list[Stix]) -> None:
    """T-PAG-07: 2,500 objects with limit=100."""
    found: list[Stix] = []
    token = None
    for _ in range(MANY):
        page = subscriber.poll_request("for-cisa", limit=100, next=token, object_type="indicator")
        assert page["status_code"] == 200
        found += page["response"].get("objects", [])
        token = page["response"].get("next")
        if token is None:
            break

    ids = [one["id"] for one in found]
    assert len(ids) == len(set(ids))
    assert {one["id"] for one in many} <= set(ids)


def test_it_reads_every_error_as_json(server: RunningServer, subscriber: Any) -> None:
    """T-ERR-04, Q-11: it calls ``json`` on every error body."""
    wrong = cytaxii2.cytaxii2(f"{server.url}/taxii2/", "sub-cisa", "wrong")
    for answer, expected in (
        (wrong.discovery_request(), 401),
        (subscriber.poll_request("from-facebook"), 404),
        (subscriber.poll_request("for-cisa", limit=0, added_after="x"), 400),
        (subscriber.inbox_request("for-cisa", json.dumps(envelope(make_indicator()))), 403),
        (subscriber.collection_data_request(make_id("url")), 404),
    ):
        assert answer["status_code"] == expected
        assert answer["response"]["title"]

"""``taxii2-client`` (OASIS), over a real socket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from requests.exceptions import HTTPError
from taxii2client.exceptions import AccessError
from taxii2client.v21 import ApiRoot, Collection, Server, as_pages

from tests.clients.conftest import MANY
from tests.support.servers import RunningServer
from tests.support.stix import Stix, envelope, make_indicator, make_malware, newer, stamp


def connect(server: RunningServer, name: str) -> Server:
    """Return the library's server object for a client of ours."""
    who = server.folder.clients[name]
    return Server(f"{server.url}/taxii2/", user=who.name, password=who.password)


def collection(root: ApiRoot, alias: str) -> Collection:
    """Return the collection of this alias."""
    found: Collection = next(one for one in root.collections if one.alias == alias)
    return found


@pytest.fixture
def mine(server: RunningServer) -> Iterator[Collection]:
    """Yield facebook's submissions."""
    connection = connect(server, "pub-facebook")
    yield collection(connection.default, "from-facebook")
    connection.close()


@pytest.fixture
def feed(server: RunningServer) -> Iterator[Collection]:
    """Yield cisa's feed."""
    connection = connect(server, "sub-cisa")
    yield collection(connection.default, "for-cisa")
    connection.close()


def test_it_discovers_the_server(server: RunningServer) -> None:
    """T-DISC-03, Q-08: ``default`` resolves to one of the roots."""
    connection = connect(server, "pub-facebook")

    assert connection.title == "Test coalition"
    assert connection.default.url == f"{server.url}/coalition/"
    assert "application/taxii+json;version=2.1" in connection.default.versions
    assert {one.alias for one in connection.default.collections} == {"from-facebook"}
    connection.close()


def test_it_pushes_and_reads_the_status(server: RunningServer, mine: Collection) -> None:
    """T-ADD-01, T-STAT-01, Q-06, Q-07: the library checks counts and lists itself."""
    good, bad = make_indicator(), make_indicator()
    del bad["pattern"]

    status = mine.add_objects(envelope(good, bad))
    again = connect(server, "pub-facebook").default.get_status(status.id)

    assert (status.success_count, status.failure_count) == (1, 1)
    assert again.successes == status.successes
    assert again.failures[0]["id"] == bad["id"]


def test_it_pages_through_everything(feed: Collection, many: list[Stix]) -> None:
    """T-PAG-07, Q-02, Q-03: 2,500 objects with limit=100."""
    pages = list(as_pages(feed.get_objects, per_request=100, type="indicator"))
    found = [one for page in pages for one in page["objects"]]
    names = {one["id"]: one for one in found}

    assert len(pages) >= MANY / 100
    assert len(found) == len(names)
    assert [one for one in found if one["id"] in {m["id"] for m in many}] == many


def test_it_pages_without_a_limit_and_through_the_manifest(
    feed: Collection, many: list[Stix]
) -> None:
    """Q-03, T-MAN-09: per_request=0 makes it change the limit between pages."""
    objects = [o for page in as_pages(feed.get_objects) for o in page.get("objects", [])]
    records = [
        record
        for page in as_pages(feed.get_manifest, per_request=400)
        for record in page.get("objects", [])
    ]

    assert {one["id"] for one in many} <= {one["id"] for one in objects}
    assert [one["id"] for one in records] == [one["id"] for one in objects]


def test_it_filters_gets_lists_versions_and_deletes(mine: Collection) -> None:
    """T-FLT-07, T-FLT-17, T-OBJ-06, T-VER-01, T-DEL-01, in the library's words."""
    first, other = make_indicator(), make_malware()
    mine.add_objects(envelope(first, newer(first), other))
    stix_id = first["id"]

    assert mine.get_objects(id=stix_id)["objects"] == [newer(first)]
    assert mine.get_objects(id=[stix_id, other["id"]], type="malware")["objects"] == [other]
    assert mine.get_object(stix_id, version="all")["objects"] == [first, newer(first)]
    assert mine.get_object(stix_id, version="first")["objects"] == [first]
    assert mine.object_versions(stix_id)["versions"] == [first["modified"], stamp(1)]
    assert mine.get_manifest(id=stix_id)["objects"][0]["version"] == stamp(1)
    mine.delete_object(stix_id, version=stamp(1))
    assert mine.get_object(stix_id)["objects"] == [first]
    mine.delete_object(stix_id)
    with pytest.raises(HTTPError, match="404"):
        mine.get_object(stix_id)


def test_it_reports_errors(server: RunningServer, mine: Collection, feed: Collection) -> None:
    """Wrong password, no right to write, nothing there, a bad parameter."""
    with pytest.raises(HTTPError, match="401"):
        Server(f"{server.url}/taxii2/", user="pub-facebook", password="wrong").refresh()
    with pytest.raises(AccessError):
        feed.add_objects(envelope(make_indicator()))
    with pytest.raises(HTTPError, match="400"):
        mine.get_objects(limit=-1)
    with pytest.raises(HTTPError, match="404"):
        ApiRoot(
            f"{server.url}/nope/",
            user="pub-facebook",
            password=server.folder.clients["pub-facebook"].password,
        ).refresh()

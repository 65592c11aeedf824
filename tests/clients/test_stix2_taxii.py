"""``stix2.TAXIICollectionSource`` and ``TAXIICollectionSink``, over a real socket."""

from __future__ import annotations

import pytest
from stix2 import Filter, TAXIICollectionSink, TAXIICollectionSource, v21
from stix2.datastore import DataSourceError
from taxii2client.v21 import Collection

from tests.support.servers import RunningServer
from tests.support.stix import Stix, make_campaign, make_id


def collection(server: RunningServer, name: str, alias: str) -> Collection:
    """Return the collection by its id: taxii2-client refuses a URL without the body's id."""
    who = server.folder.clients[name]
    known = server.client("auditor").get(f"collections/{alias}/").json()
    url = f"{server.url}/coalition/collections/{known['id']}/"
    return Collection(url, user=who.name, password=who.password)


@pytest.fixture
def sink(server: RunningServer) -> TAXIICollectionSink:
    """Return a sink into facebook's submissions."""
    return TAXIICollectionSink(collection(server, "pub-facebook", "from-facebook"))


@pytest.fixture
def source(server: RunningServer) -> TAXIICollectionSource:
    """Return a source from cisa's feed."""
    return TAXIICollectionSource(collection(server, "sub-cisa", "for-cisa"))


def test_what_the_sink_adds_the_source_gets(
    sink: TAXIICollectionSink, source: TAXIICollectionSource
) -> None:
    """T-ADD-08, T-OBJ-01, Q-09: a library object, a dict, a list; each is sent as a bundle."""
    campaign = v21.Campaign(name="From the library")
    plain: Stix = make_campaign(name="From a dict")

    sink.add(campaign)
    sink.add([plain])
    sink.add(v21.Bundle(v21.Identity(name="In a bundle", identity_class="group")))

    assert source.get(campaign.id) == campaign
    assert source.get(plain["id"]).name == "From a dict"
    assert [one.name for one in source.query([Filter("name", "=", "In a bundle")])] == [
        "In a bundle"
    ]


def test_the_source_queries_and_lists_versions(
    sink: TAXIICollectionSink, source: TAXIICollectionSource
) -> None:
    """T-FLT-08, T-FLT-17, Q-10: items_per_page=5000 is lowered, not refused."""
    first = v21.Campaign(name="One", allow_custom=False)
    second = first.new_version(name="Two")
    sink.add([first, second])

    versions = source.all_versions(first.id)

    assert sorted(one.name for one in versions) == ["One", "Two"]
    found = source.query([Filter("type", "=", "campaign"), Filter("id", "=", first.id)])
    assert [one.name for one in found] == ["Two"]


def test_the_source_reads_everything(source: TAXIICollectionSource, many: list[Stix]) -> None:
    """T-PAG-04, T-PAG-07: 2,500 objects and the supplied ones, the server's pages."""
    found = {one["id"] for one in source.query([Filter("type", "=", "indicator")])}

    assert {one["id"] for one in many} <= found
    assert source.query([Filter("type", "=", "marking-definition")])


def test_what_is_not_there_is_none(source: TAXIICollectionSource) -> None:
    """T-OBJ-03, Q-10: 404 becomes None; an empty envelope would be a KeyError."""
    assert source.get(make_id("campaign")) is None


def test_rights_are_checked_before_anything_is_sent(server: RunningServer) -> None:
    """T-COL-06: the library refuses by ``can_write`` and by 404."""
    with pytest.raises(DataSourceError):
        TAXIICollectionSink(collection(server, "sub-cisa", "for-cisa"))
    with pytest.raises(DataSourceError):
        TAXIICollectionSource(collection(server, "sub-cisa", "from-facebook"))

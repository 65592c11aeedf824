"""Collections and rights on them (T-COL, T-PERM)."""

from __future__ import annotations

import pytest

from tests.conformance.checks import is_error
from tests.support.coalitions import (
    BOXES,
    MISSING,
    READ_ONLY,
    READ_WRITE,
    WRITE_ONLY,
    collection_toml,
    everybody_shares,
)
from tests.support.servers import DataFolder, RunningServer
from tests.support.stix import envelope, make_id, make_indicator, make_malware_2_0
from tests.support.wire import TAXII, Client

RIGHTS = {
    "write-only": (False, True),
    "read-write": (True, True),
    "read-only": (True, False),
    "look-only": (False, False),
    "from-facebook": (True, True),
    "for-facebook": (True, False),
}


def test_the_list_is_sorted_by_id_and_always_the_same(
    shared: RunningServer, facebook: Client
) -> None:
    """T-COL-01, T-COL-03, T-COL-04, A-28, T-INT-02, T-INT-07: across workers too."""
    answers = [facebook.get("collections/") for _ in range(10)]
    ids = [one["id"] for one in answers[0].json()["collections"]]

    assert answers[0].status == 200
    assert answers[0].header("Content-Type") == TAXII
    assert ids == sorted(ids)
    assert {READ_WRITE, READ_ONLY, WRITE_ONLY} <= set(ids)
    assert len({answer.body for answer in answers}) == 1


def test_nobody_who_sees_nothing_gets_an_empty_object(shared: RunningServer) -> None:
    """T-COL-02: an operator reads no content."""
    answer = shared.client("operator").get("collections/")

    assert (answer.status, answer.body) == (200, b"{}")


@pytest.mark.parametrize(("alias", "rights"), RIGHTS.items())
def test_a_collection_says_what_this_client_may_do(
    facebook: Client, alias: str, rights: tuple[bool, bool]
) -> None:
    """T-COL-05, T-COL-06, T-COL-15, T-INT-07, T-INT-08, T-INT-18: none of it, too."""
    found = facebook.get(f"collections/{alias}/").json()

    assert (found["can_read"], found["can_write"]) == rights
    assert found["title"]
    assert found["id"]


def test_rights_are_computed_for_the_requester(shared: RunningServer) -> None:
    """T-COL-06: the roles of one member differ on its submissions and its feed."""
    expected = {
        ("pub-facebook", "from-facebook"): (True, True),
        ("pub-facebook", "for-facebook"): None,
        ("sub-facebook", "from-facebook"): None,
        ("sub-facebook", "for-facebook"): (True, False),
        ("aud-facebook", "from-facebook"): (True, False),
        ("aud-facebook", "for-facebook"): (True, False),
        ("auditor", "from-facebook"): (True, False),
        ("auditor", "hidden"): (True, False),
        ("operator", "from-facebook"): None,
        ("pub-twitter", "from-facebook"): None,
        ("sub-facebook", "read-write"): (True, False),
    }
    for (name, alias), rights in expected.items():
        answer = shared.client(name).get(f"collections/{alias}/")
        if rights is None:
            assert answer.status == 404, (name, alias)
        else:
            found = answer.json()
            assert (found["can_read"], found["can_write"]) == rights, (name, alias)


def test_an_alias_names_the_collection_everywhere(facebook: Client) -> None:
    """T-COL-08, T-COL-09, A-24: get, add, read, manifest, object, versions, delete."""
    by_id, by_alias = f"collections/{READ_WRITE}/", "collections/read-write/"
    stix = make_indicator()

    assert facebook.get(by_alias).json()["id"] == READ_WRITE
    assert facebook.get(by_alias).body == facebook.get(by_id).body
    assert facebook.post(by_alias + "objects/", envelope(stix)).status == 202
    for rest in (
        "objects/",
        "manifest/",
        f"objects/{stix['id']}/",
        f"objects/{stix['id']}/versions/",
    ):
        assert facebook.get(by_alias + rest).body == facebook.get(by_id + rest).body
    assert facebook.delete(f"{by_alias}objects/{stix['id']}/").status == 200
    assert facebook.get(f"{by_id}objects/{stix['id']}/").status == 404


def test_a_page_token_of_the_alias_is_good_for_the_id(filled: Client, facebook: Client) -> None:
    """T-COL-09: they are one collection."""
    filled.post("objects/", envelope(make_indicator(), make_indicator()))
    token = filled.get("objects/", {"limit": 1}).json()["next"]
    by_id = filled.get("").json()["id"]

    answer = facebook.get(f"collections/{by_id}/objects/", {"limit": 1, "next": token})

    assert answer.status == 200
    assert len(answer.objects) == 1


def test_aliases_are_unique_and_not_another_ids_name(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """T-COL-07: the configuration is refused otherwise."""
    group = {"readers": ["facebook"], "writers": ["facebook"]}
    for extra in (
        (collection_toml("one", **group), collection_toml("one", **group)),
        (collection_toml("from-facebook", **group),),
        (collection_toml("one", id=READ_WRITE, **group), collection_toml(READ_WRITE, **group)),
    ):
        folder = tmp_path_factory.mktemp("aliases") / "data"
        with pytest.raises(AssertionError, match=r"(?s)alias|unique|twice"):
            DataFolder.make(folder, everybody_shares(*extra))


def test_media_types_list_what_can_be_stored(facebook: Client) -> None:
    """T-COL-10, T-COL-11, A-29, T-ADD-17: STIX 2.0 only where it is listed."""
    plain = facebook.get("collections/read-write/").json()
    mixed = facebook.get("collections/mixed-00/").json()
    old = make_malware_2_0()

    assert plain["media_types"] == ["application/stix+json;version=2.1"]
    assert set(mixed["media_types"]) == {
        "application/stix+json;version=2.1",
        "application/stix+json;version=2.0",
    }
    refused = facebook.post("collections/read-write/objects/", envelope(old)).json()
    taken = facebook.post("collections/mixed-00/objects/", envelope(old)).json()
    assert (refused["failure_count"], taken["success_count"]) == (1, 1)


def test_a_hidden_collection_is_absent_and_404(facebook: Client, shared: RunningServer) -> None:
    """T-COL-13, T-COL-14, T-COL-16, T-INT-10: as one that does not exist, by id and alias."""
    listed = shared.client("pub-twitter").get("collections/").json()["collections"]
    hidden_id = next(one["id"] for one in listed if one.get("alias") == "hidden")
    mine = facebook.get("collections/").json()["collections"]

    assert hidden_id not in {one["id"] for one in mine}
    for name in ("hidden", hidden_id, MISSING, "no-such-alias"):
        for rest in ("", "objects/", "manifest/", f"objects/{make_id('url')}/"):
            answer = facebook.get(f"collections/{name}/{rest}")
            assert answer.status == 404
            assert is_error(answer)
        assert facebook.post(f"collections/{name}/objects/", {}).status == 404


def test_collections_refuse_as_everything_does(shared: RunningServer, facebook: Client) -> None:
    """T-COL-12, T-COL-14, T-PERM-10: 401 without credentials, 406 for a bad Accept."""
    for path in ("collections/", "collections/read-write/", "collections/hidden/objects/"):
        assert shared.client().get(path).status == 401
    assert facebook.get("collections/", accept="text/html").status == 406
    assert facebook.get("collections/read-write/", accept="text/html").status == 406


def test_the_list_is_not_paginated(facebook: Client) -> None:
    """T-COL-17: TAXII 2.1 has no limit there."""
    everything = facebook.get("collections/")

    assert facebook.get("collections/?limit=1").body == everything.body
    assert len(everything.json()["collections"]) > BOXES


READS = ("objects/", "manifest/", "objects/{}/", "objects/{}/versions/")


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("alias", ["write-only", "look-only"])
def test_reading_without_the_right_is_403_where_the_collection_is_visible(
    facebook: Client, twitter: Client, alias: str, path: str
) -> None:
    """T-PERM-01, T-PERM-02, T-PERM-03, T-PERM-04, T-INT-09, A-02.

    The same for an object that exists and one that does not.
    """
    stix = make_indicator()
    writer = facebook if alias == "write-only" else twitter
    assert writer.post(f"collections/{alias}/objects/", envelope(stix)).status == 202

    present = facebook.get(f"collections/{alias}/{path.format(stix['id'])}")
    absent = facebook.get(f"collections/{alias}/{path.format(make_id('indicator'))}")

    for answer in (present, absent):
        assert answer.status == 403
        assert is_error(answer)
    known = {key: value for key, value in present.json().items() if key != "error_id"}
    assert known == {key: value for key, value in absent.json().items() if key != "error_id"}


@pytest.mark.parametrize("alias", ["read-only", "look-only", "for-facebook"])
def test_adding_without_the_right_is_403(facebook: Client, alias: str) -> None:
    """T-PERM-05, T-INT-09: also to a feed, which nobody writes by TAXII."""
    answer = facebook.post(f"collections/{alias}/objects/", envelope(make_indicator()))

    assert answer.status == 403
    assert is_error(answer)


@pytest.mark.parametrize(
    ("alias", "expected"),
    [("look-only", 404), ("read-only", 403), ("write-only", 403), ("for-facebook", 403)],
)
def test_delete_answers_by_the_table_whether_the_object_exists_or_not(
    facebook: Client, twitter: Client, alias: str, expected: int
) -> None:
    """T-PERM-06, T-PERM-07, T-PERM-08, T-PERM-11, T-INT-09: permission before existence."""
    stix = make_indicator()
    if alias != "for-facebook":
        writer = facebook if alias == "write-only" else twitter
        assert writer.post(f"collections/{alias}/objects/", envelope(stix)).status == 202

    for one in (stix["id"], make_id("indicator")):
        answer = facebook.delete(f"collections/{alias}/objects/{one}/")
        assert answer.status == expected
        assert is_error(answer)


def test_delete_with_both_rights_is_200_or_404(facebook: Client) -> None:
    """T-PERM-09."""
    stix = make_indicator()
    facebook.post("collections/read-write/objects/", envelope(stix))
    path = f"collections/read-write/objects/{stix['id']}/"

    assert [facebook.delete(path).status for _ in range(2)] == [200, 404]


def test_a_write_only_client_reads_its_status(facebook: Client) -> None:
    """T-PERM-13: 202, then 200 although can_read is false."""
    status = facebook.post("collections/write-only/objects/", envelope(make_indicator()))

    assert status.status == 202
    assert facebook.get(f"status/{status.json()['id']}/").status == 200


def test_what_is_not_released_is_nowhere_in_a_feed(shared: RunningServer) -> None:
    """T-PERM-12, INV-SCOPE: not in objects, manifest, versions, ``more`` or date headers."""
    subscriber = shared.client("sub-fbi").at("/coalition/collections/for-fbi/")
    walked = subscriber.get("objects/", {"limit": 100})
    while walked.json().get("more"):
        walked = subscriber.get("objects/", {"limit": 100, "next": walked.json()["next"]})
    last = walked.dates[1]
    red = make_indicator(
        object_marking_refs=["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"]
    )
    pushed = (
        shared.client("pub-google").post("collections/from-google/objects/", envelope(red)).json()
    )

    assert pushed["success_count"] == 1
    for form in ("objects/", "manifest/"):
        answer = subscriber.get(form, {"added_after": last, "limit": 1})
        assert not answer.json().get("more")
        assert red["id"] not in answer.ids
        assert answer.dates[1] == last
    assert subscriber.get(f"objects/{red['id']}/").status == 404
    assert subscriber.get(f"objects/{red['id']}/versions/").status == 404

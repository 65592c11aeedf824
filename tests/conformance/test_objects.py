"""Manifest, objects, object and versions (T-MAN, T-GET, T-OBJ, T-VER)."""

from __future__ import annotations

import pytest

from tests.conformance.checks import is_error, require_dates, walk
from tests.support.servers import RunningServer
from tests.support.stix import (
    FIRST,
    Stix,
    envelope,
    make_campaign,
    make_id,
    make_identity,
    make_indicator,
    make_malware,
    make_malware_2_0,
    make_relationship,
    make_statement,
    make_url,
    newer,
    stamp,
)
from tests.support.wire import TAXII, Client

QUERIES: tuple[dict[str, str], ...] = (
    {},
    {"match[type]": "indicator"},
    {"match[type]": "indicator,url"},
    {"match[version]": "all"},
    {"match[version]": "first"},
    {"match[version]": "first,last"},
    {"match[version]": stamp(1)},
    {"match[spec_version]": "2.1"},
    {"match[spec_version]": "2.0"},
    {"match[type]": "indicator", "match[version]": "all", "match[spec_version]": "2.1"},
    {"added_after": "2999-01-01T00:00:00Z"},
)


def put_mixture(filled: Client) -> list[Stix]:
    """Put an indicator of two versions, a URL and a statement there."""
    first = make_indicator()
    objects = [first, make_url(), make_statement(), newer(first)]
    assert filled.post("objects/", envelope(*objects)).json()["success_count"] == 4
    return objects


def test_a_manifest_record_describes_each_object(filled: Client) -> None:
    """T-MAN-01, T-MAN-02, T-MAN-03, T-MAN-04, T-INT-11, Q-16: version text is the object's own."""
    objects = put_mixture(filled)
    answer = filled.get("manifest/")
    records = {one["id"]: one for one in answer.objects}

    assert (answer.status, answer.header("Content-Type")) == (200, TAXII)
    require_dates(answer)
    assert set(records) == {one["id"] for one in objects}
    assert records[objects[0]["id"]]["version"] == stamp(1)
    assert records[objects[2]["id"]]["version"] == FIRST
    assert records[objects[1]["id"]]["version"] == records[objects[1]["id"]]["date_added"]
    assert {one["media_type"] for one in answer.objects} == {"application/stix+json;version=2.1"}


def test_a_manifest_without_match_is_an_empty_object(filled: Client) -> None:
    """T-MAN-05, A-04."""
    answer = filled.get("manifest/")

    assert (answer.status, answer.body) == (200, b"{}")


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_the_manifest_filters_as_objects_do(filled: Client, query: dict[str, str]) -> None:
    """T-MAN-06, T-MAN-07: the same ids and versions for the same query."""
    put_mixture(filled)
    records = filled.get("manifest/", query).objects
    dated = {one["id"]: one["version"] for one in records}
    objects = filled.get("objects/", query).objects

    assert [(one["id"], one["version"]) for one in records] == [
        (one["id"], one.get("modified", one.get("created", dated.get(one["id"]))))
        for one in objects
    ]


def test_the_manifest_has_one_record_for_each_version(filled: Client) -> None:
    """T-MAN-08: match[version]=all."""
    first = make_indicator()
    filled.post("objects/", envelope(first, newer(first, 1), newer(first, 2)))

    versions = [
        one["version"] for one in filled.get("manifest/", {"match[version]": "all"}).objects
    ]

    assert versions == [FIRST, stamp(1), stamp(2)]


def test_the_manifest_is_paged_with_next(filled: Client) -> None:
    """T-MAN-09, A-19, T-PAG-05, Q-02: ``more`` and ``next``, which the resource table forgot."""
    filled.post("objects/", envelope(make_indicator(), make_indicator()))

    page = filled.get("manifest/", {"limit": 1}).json()

    assert page["more"] is True
    assert isinstance(page["next"], str)
    assert len(walk(filled, "manifest/", limit=1)) == 2


ALL_KINDS = (
    make_campaign(),
    make_identity(),
    make_indicator(),
    make_malware(),
    make_statement(),
    make_url(),
    make_relationship(make_id("campaign"), make_id("identity")),
)


def test_an_envelope_holds_stix_objects_and_is_no_bundle(filled: Client) -> None:
    """T-GET-01, T-GET-02, T-GET-03, T-INT-11."""
    filled.post("objects/", envelope(*ALL_KINDS))
    answer = filled.get("objects/")
    found = answer.json()

    assert (answer.status, answer.header("Content-Type")) == (200, TAXII)
    require_dates(answer)
    assert set(found) <= {"more", "objects"}
    assert found["objects"] == list(ALL_KINDS)


def test_no_match_is_an_empty_envelope(filled: Client) -> None:
    """T-GET-04, A-04, Q-22, T-INT-11: exactly ``{"more": false}``."""
    for query in ({}, {"match[type]": "malware"}):
        answer = filled.get("objects/", query)
        assert (answer.status, answer.json()) == (200, {"more": False})


def test_only_the_latest_version_comes_by_default(filled: Client) -> None:
    """T-GET-05, T-OBJ-05, T-ADD-04: three versions, in objects and object."""
    first = make_indicator()
    last = newer(first, 2, name="third")
    filled.post("objects/", envelope(first, last, newer(first, 1)))

    assert filled.get("objects/").objects == [last]
    assert filled.get(f"objects/{first['id']}/").objects == [last]


def test_objects_come_back_as_they_were_sent(filled: Client) -> None:
    """T-GET-06, INV-VERBATIM, A-14: unknown properties and timestamps' text, nothing added."""
    stix = make_indicator(
        created="2020-01-01T00:00:00Z",
        modified="2020-01-01T00:00:00.120000000Z",
        x_custom={"deep": [1, 2.50, {"x": None}], "": ""},
        description="",
    )
    sent = filled.post("objects/", envelope(stix))

    assert sent.json()["success_count"] == 1, sent.body
    assert filled.get("objects/").objects == [stix]
    assert filled.get("manifest/").objects[0]["version"] == stix["modified"]


@pytest.mark.parametrize("rest", ["objects/", "manifest/", "objects/{}/", "objects/{}/versions/"])
def test_reading_refuses_with_the_listed_codes(
    shared: RunningServer, filled: Client, facebook: Client, rest: str
) -> None:
    """T-GET-07, T-OBJ-11, T-VER-10: 400, 401, 403, 404 and 406."""
    stix = make_indicator()
    filled.post("objects/", envelope(stix))
    path = rest.format(stix["id"])

    for answer, expected in (
        (filled.get(path, {"limit": "0"}), 400),
        (filled.get(path, authorize=False), 401),
        (facebook.get("collections/write-only/" + path), 403),
        (facebook.get("collections/hidden/" + path), 404),
        (filled.get(path, accept="text/html"), 406),
    ):
        assert answer.status == expected
        assert is_error(answer)


def test_an_object_is_an_envelope_of_its_own(filled: Client) -> None:
    """T-OBJ-01, T-OBJ-02, T-INT-12."""
    stix = make_indicator()
    filled.post("objects/", envelope(make_indicator(), stix))
    answer = filled.get(f"objects/{stix['id']}/")

    assert (answer.status, answer.header("Content-Type")) == (200, TAXII)
    assert answer.objects == [stix]
    require_dates(answer)


@pytest.mark.parametrize(
    "stix_id",
    ["indicator--f35739fb-759e-464d-abb7-fc9c6f28bed6", "indicator--x", "nonsense", "a" * 300],
)
def test_an_unknown_object_is_404(filled: Client, stix_id: str) -> None:
    """T-OBJ-03, T-OBJ-10, T-VER-05, A-03, Q-10, T-INT-12: also an id with bad syntax."""
    for path in (f"objects/{stix_id}/", f"objects/{stix_id}/versions/"):
        answer = filled.get(path)
        assert answer.status == 404
        assert is_error(answer)


def test_a_known_object_that_filters_exclude_is_an_empty_envelope(filled: Client) -> None:
    """T-OBJ-04, A-03, T-VER-04: 200."""
    stix = make_indicator()
    filled.post("objects/", envelope(stix))
    late = {"added_after": "2999-01-01T00:00:00Z"}

    answer = filled.get(f"objects/{stix['id']}/", late)
    assert (answer.status, answer.json()) == (200, {"more": False})
    versions = filled.get(f"objects/{stix['id']}/versions/", late)
    assert (versions.status, versions.body) == (200, b"{}")
    require_dates(versions)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("all", [0, 1, 2]),
        ("first", [0]),
        ("last", [2]),
        (stamp(1), [1]),
        ("first,last", [0, 2]),
        (f"{FIRST},{stamp(2)}", [0, 2]),
        (stamp(9), []),
    ],
)
def test_versions_of_an_object_are_chosen(filled: Client, wanted: str, expected: list[int]) -> None:
    """T-OBJ-06: all, first, last, an instant, unions."""
    first = make_indicator()
    versions = [first, newer(first, 1), newer(first, 2)]
    filled.post("objects/", envelope(*versions))

    found = filled.get(f"objects/{first['id']}/", {"match[version]": wanted}).objects

    assert found == [versions[n] for n in expected]


def test_an_object_is_filtered_paged_and_its_other_filters_ignored(filled: Client) -> None:
    """T-OBJ-07, T-OBJ-08, T-OBJ-09, A-08."""
    first = make_indicator()
    filled.post("objects/", envelope(first, newer(first)))
    path = f"objects/{first['id']}/"

    assert filled.get(path, {"match[spec_version]": "2.0"}).objects == []
    assert len(filled.get(path, {"match[spec_version]": "2.1"}).objects) == 1
    assert len(walk(filled, path, limit=1, **{"match[version]": "all"})) == 2
    dates = [one["date_added"] for one in filled.get("manifest/?match[version]=all").objects]
    later = filled.get(path, {"added_after": dates[0], "match[version]": "all"})
    assert later.objects == [newer(first)]
    for ignored in ({"match[type]": "malware"}, {"match[id]": make_id("url")}):
        assert filled.get(path, ignored).objects == [newer(first)]


def test_versions_are_the_objects_own_texts(filled: Client) -> None:
    """T-VER-01, T-VER-02, T-VER-03, A-13, T-INT-12: also without ``modified``."""
    objects = put_mixture(filled)
    url, statement = objects[1], objects[2]
    records = {one["id"]: one for one in filled.get("manifest/").objects}

    answer = filled.get(f"objects/{objects[0]['id']}/versions/")
    assert (answer.status, answer.header("Content-Type")) == (200, TAXII)
    require_dates(answer)
    assert answer.json()["versions"] == [FIRST, stamp(1)]
    assert filled.get(f"objects/{statement['id']}/versions/").json()["versions"] == [FIRST]
    (version,) = filled.get(f"objects/{url['id']}/versions/").json()["versions"]
    assert version == records[url["id"]]["version"]
    assert filled.get("objects/", {"match[version]": version}).objects == [url]


def test_versions_are_paged_by_added_after_and_by_next(filled: Client) -> None:
    """T-VER-06, T-INT-15, Q-04: limit=3 of 5, then the remaining 2."""
    first = make_indicator()
    filled.post("objects/", envelope(*(newer(first, n) for n in range(5))))
    path = f"objects/{first['id']}/versions/"

    page = filled.get(path, {"limit": 3})
    by_date = filled.get(path, {"added_after": page.dates[1]})
    by_next = filled.get(path, {"next": page.json()["next"]})

    assert page.json()["more"] is True
    assert len(page.json()["versions"]) == 3
    assert by_date.json()["versions"] == [stamp(3), stamp(4)]
    assert by_next.json()["versions"] == [stamp(3), stamp(4)]


def test_versions_filter_by_spec_version_and_ignore_the_rest(filled: Client) -> None:
    """T-VER-07, T-VER-08."""
    first = make_indicator()
    filled.post("objects/", envelope(first, newer(first)))
    path = f"objects/{first['id']}/versions/"
    everything = filled.get(path).body

    assert filled.get(path, {"match[spec_version]": "2.1"}).body == everything
    assert filled.get(path, {"match[spec_version]": "2.0"}).body == b"{}"
    for ignored in ({"match[version]": "last"}, {"match[type]": "malware"}):
        assert filled.get(path, ignored).body == everything


def test_versions_default_to_the_latest_specification(facebook: Client) -> None:
    """T-VER-09, T-FLT-25: an id stored as 2.0 and 2.1 shows the 2.1 versions."""
    here = facebook.at("/coalition/collections/mixed-01/")
    old = make_malware_2_0()
    new = make_malware(id=old["id"], modified=stamp(1))
    here.post("objects/", envelope(old, new))
    path = f"objects/{old['id']}/versions/"

    assert here.get(path).json()["versions"] == [stamp(1)]
    assert here.get(path, {"match[spec_version]": "2.0"}).json()["versions"] == [FIRST]
    assert here.get(path, {"match[spec_version]": "2.0,2.1"}).json()["versions"] == [
        FIRST,
        stamp(1),
    ]

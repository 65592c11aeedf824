"""Delete an object (T-DEL)."""

from __future__ import annotations

import pytest

from tests.conformance.checks import is_error, walk
from tests.support.servers import RunningServer
from tests.support.stix import (
    FIRST,
    envelope,
    make_id,
    make_indicator,
    make_malware,
    make_malware_2_0,
    newer,
    stamp,
)
from tests.support.wire import TAXII, Client


def test_a_deleted_object_is_gone(filled: Client) -> None:
    """T-DEL-01, T-DEL-02, T-DEL-03, T-DEL-09, A-27, T-INT-13: empty body, then 404."""
    stix, other = make_indicator(), make_indicator()
    filled.post("objects/", envelope(stix, other))
    path = f"objects/{stix['id']}/"

    answer = filled.delete(path)

    assert (answer.status, answer.body) == (200, b"")
    assert answer.header("Content-Type") == TAXII
    assert answer.header("Content-Length") == "0"
    assert filled.get(path).status == 404
    assert filled.get(path + "versions/").status == 404
    for form in ("objects/", "manifest/"):
        assert filled.get(form, {"match[version]": "all"}).ids == [other["id"]]
    assert filled.delete(path).status == 404


def test_without_a_version_all_versions_go(filled: Client) -> None:
    """T-DEL-04, A-11."""
    first = make_indicator()
    filled.post("objects/", envelope(first, newer(first, 1), newer(first, 2)))

    assert filled.delete(f"objects/{first['id']}/").status == 200
    assert filled.get("objects/?match[version]=all").objects == []


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ("first", [1, 2]),
        ("last", [0, 1]),
        ("all", []),
        (stamp(1), [0, 2]),
        ("2020-01-01T00:00:01Z", [0, 2]),
        ("first,last", [1]),
    ],
)
def test_only_the_named_versions_go(filled: Client, wanted: str, left: list[int]) -> None:
    """T-DEL-05: the others are still there."""
    first = make_indicator()
    versions = [first, newer(first, 1), newer(first, 2)]
    filled.post("objects/", envelope(*versions))
    path = f"objects/{first['id']}/"

    assert filled.delete(path, {"match[version]": wanted}).status == 200

    answer = filled.get(path, {"match[version]": "all"})
    assert answer.status == (200 if left else 404)
    if left:
        found = sorted(answer.objects, key=lambda one: str(one["modified"]))
        assert found == [versions[n] for n in left]


def test_the_next_older_version_is_appended_again_as_latest(filled: Client) -> None:
    """T-DEL-06: with a new date_added, so that pollers see it."""
    first = make_indicator()
    filled.post("objects/", envelope(first, newer(first)))
    last = filled.get("objects/?match[version]=all").dates[1]

    assert filled.delete(f"objects/{first['id']}/", {"match[version]": "last"}).status == 200

    assert filled.get(f"objects/{first['id']}/").objects == [first]
    assert filled.get("objects/", {"added_after": last}).objects == [first]
    assert filled.get("objects/?match[version]=all").objects == [first]


def test_only_versions_of_one_specification_go(facebook: Client) -> None:
    """T-DEL-07: match[spec_version]=2.0."""
    here = facebook.at("/coalition/collections/mixed-02/")
    old = make_malware_2_0()
    new = make_malware(id=old["id"], modified=stamp(1))
    here.post("objects/", envelope(old, new))

    assert here.delete(f"objects/{old['id']}/", {"match[spec_version]": "2.0"}).status == 200

    both = {"match[spec_version]": "2.0,2.1", "match[version]": "all"}
    assert here.get("objects/", both).objects == [new]
    assert here.delete(f"objects/{old['id']}/", {"match[spec_version]": "2.0"}).status == 404


def test_what_is_not_there_is_404(filled: Client) -> None:
    """T-DEL-08: an unknown id, a version that does not exist."""
    stix = make_indicator()
    filled.post("objects/", envelope(stix))

    for answer in (
        filled.delete(f"objects/{make_id('indicator')}/"),
        filled.delete("objects/nonsense/"),
        filled.delete(f"objects/{stix['id']}/", {"match[version]": stamp(5)}),
        filled.delete(f"objects/{stix['id']}/", {"match[spec_version]": "2.0"}),
    ):
        assert answer.status == 404
        assert is_error(answer)
    assert filled.get("objects/").objects == [stix]


@pytest.mark.parametrize(
    "query",
    [
        "match[type]=indicator",
        "match[id]=x",
        "match[foo]=x",
        "version=first",
        "limit=1",
        "added_after=2020-01-01T00:00:00Z",
        "next=x",
        "match[version]=latest",
        "match[version]=all,first",
        "match[version]=first&match[version]=last",
        "match[version]=",
        "match[spec_version]=",
    ],
)
def test_a_filter_that_delete_does_not_know_is_400(filled: Client, query: str) -> None:
    """T-DEL-10, T-DEL-14: a delete is never widened by ignoring what was asked."""
    stix = make_indicator()
    filled.post("objects/", envelope(stix))

    answer = filled.delete(f"objects/{stix['id']}/?{query}")

    assert answer.status == 400
    assert is_error(answer)
    assert filled.get("objects/").objects == [stix]


def test_other_collections_are_not_touched(filled: Client, facebook: Client) -> None:
    """T-DEL-11: a delete in one group leaves the other; one on submissions takes back feeds."""
    stix = make_indicator()
    filled.post("objects/", envelope(stix))
    facebook.post("collections/read-write/objects/", envelope(stix))

    assert filled.delete(f"objects/{stix['id']}/").status == 200
    assert facebook.get(f"collections/read-write/objects/{stix['id']}/").status == 200


def test_a_delete_on_submissions_takes_back_what_was_released(
    shared: RunningServer, facebook: Client
) -> None:
    """T-DEL-11: ``sharing.md`` section 6."""
    stix = make_indicator()
    facebook.post("collections/from-facebook/objects/", envelope(stix))
    feed = shared.client("sub-cisa").at("/coalition/collections/for-cisa/")
    assert feed.get(f"objects/{stix['id']}/").objects == [stix]

    assert facebook.delete(f"collections/from-facebook/objects/{stix['id']}/").status == 200

    assert feed.get(f"objects/{stix['id']}/").status == 404
    assert facebook.delete(f"collections/from-facebook/objects/{stix['id']}/").status == 404


def test_a_delete_between_pages_skips_nothing_else(filled: Client) -> None:
    """T-DEL-12, T-PAG-10: what was served and what was not."""
    objects = [make_indicator() for _ in range(6)]
    filled.post("objects/", envelope(*objects))
    page = filled.get("objects/", {"limit": 2})
    for gone in (objects[0], objects[2]):
        filled.delete(f"objects/{gone['id']}/")

    rest = filled.get("objects/", {"limit": 10, "next": page.json()["next"]})

    assert page.objects == objects[:2]
    assert rest.objects == objects[3:]


def test_an_object_is_posted_again_with_a_new_date(filled: Client) -> None:
    """T-DEL-13: accepted into the collection."""
    stix = make_indicator()
    filled.post("objects/", envelope(stix))
    before = filled.get("manifest/").objects[0]["date_added"]
    filled.delete(f"objects/{stix['id']}/")

    assert filled.post("objects/", envelope(stix)).json()["success_count"] == 1

    assert filled.get("objects/").objects == [stix]
    assert filled.get("manifest/").objects[0]["date_added"] > before


def test_an_object_posted_again_is_not_released_again(
    shared: RunningServer, facebook: Client
) -> None:
    """T-DEL-13: into submissions, message ``withdrawn: not released``; a newer version is."""
    stix = make_indicator()
    path = "collections/from-facebook/objects/"
    facebook.post(path, envelope(stix))
    facebook.delete(f"{path}{stix['id']}/")
    feed = shared.client("sub-cisa").at("/coalition/collections/for-cisa/")

    status = facebook.post(path, envelope(stix)).json()

    assert status["success_count"] == 1
    assert "withdrawn: not released" in status["successes"][0]["message"]
    assert facebook.get(f"{path}{stix['id']}/").objects == [stix]
    assert feed.get(f"objects/{stix['id']}/").status == 404
    facebook.post(path, envelope(newer(stix)))
    assert feed.get(f"objects/{stix['id']}/").objects == [newer(stix)]


def test_a_delete_refuses_as_listed(filled: Client) -> None:
    """T-DEL-14: 400, 401 and 406."""
    stix = make_indicator()
    filled.post("objects/", envelope(stix))
    path = f"objects/{stix['id']}/"

    assert filled.delete(path, {"match[version]": "x"}).status == 400
    assert filled.delete(path, authorize=False).status == 401
    assert filled.delete(path, accept="text/html").status == 406
    assert filled.get(path).objects[0]["modified"] == FIRST


def test_a_walk_goes_on_after_deletes(filled: Client) -> None:
    """T-DEL-12: ``more`` may announce a page that is empty by then."""
    objects = [make_indicator() for _ in range(3)]
    filled.post("objects/", envelope(*objects))
    token = filled.get("objects/", {"limit": 1}).json()["next"]
    for gone in objects[1:]:
        filled.delete(f"objects/{gone['id']}/")

    answer = filled.get("objects/", {"next": token})

    assert (answer.status, answer.json()) == (200, {"more": False})
    assert walk(filled, "objects/")[0].objects == objects[:1]

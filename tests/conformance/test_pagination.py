"""Pagination (T-PAG)."""

from __future__ import annotations

import re

import pytest

from tests.conformance.checks import is_error, page_of, walk
from tests.support.servers import RunningServer
from tests.support.stix import Stix, envelope, make_id, make_indicator, newer
from tests.support.wire import Client

SERVER_LIMIT = 100  # max_page_size of the shared server


def put(filled: Client, count: int) -> list[Stix]:
    """Post ``count`` objects."""
    objects = [make_indicator() for _ in range(count)]
    assert filled.post("objects/", envelope(*objects)).json()["success_count"] == count
    return objects


@pytest.mark.parametrize("form", ["objects/", "manifest/"])
def test_a_page_has_at_most_the_limit_and_says_whether_there_is_more(
    filled: Client, form: str
) -> None:
    """T-PAG-01, T-PAG-02, T-PAG-03, T-PAG-05, T-PAG-06, T-PAG-18, T-INT-14.

    T-PAG-18: a limit of exactly the number of matches has no more.
    """
    put(filled, 3)

    for limit, shown, more in ((1, 1, True), (2, 2, True), (3, 3, False), (4, 3, False)):
        page = filled.get(form, {"limit": limit}).json()
        assert len(page["objects"]) == shown
        assert page.get("more", False) is more
        assert isinstance(page["next"], str) if more else "next" not in page


def test_the_server_has_a_cap_of_its_own(filled: Client) -> None:
    """T-PAG-04, T-PAG-19, T-GET-08, Q-10, Q-32: with and without a limit, never 400."""
    put(filled, SERVER_LIMIT + 1)

    for query in ({}, {"limit": 5000}, {"limit": "9" * 30}):
        page = filled.get("objects/", query).json()
        assert len(page["objects"]) == SERVER_LIMIT
        assert page["more"] is True


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_a_walk_by_next_sees_everything_once(filled: Client, limit: int) -> None:
    """T-PAG-07, INV-POLL."""
    objects = put(filled, 7)

    seen = [one for page in walk(filled, "objects/", limit=limit) for one in page.objects]

    assert seen == objects


@pytest.mark.parametrize("limit", [1, 3])
def test_a_walk_by_added_after_sees_everything_once(filled: Client, limit: int) -> None:
    """T-PAG-08, INV-POLL."""
    objects = put(filled, 7)
    seen: list[Stix] = []
    after = "1970-01-01T00:00:00Z"
    for _ in range(len(objects) + 1):
        page = filled.get("objects/", {"limit": limit, "added_after": after})
        seen += page.objects
        after = page.dates[1] or after

    assert seen == objects


def test_a_page_also_ends_at_its_bytes(tmp_path_factory: pytest.TempPathFactory) -> None:
    """T-PAG-02, T-PAG-03, INV-BOUNDED: ``max_page_bytes``, one object at least."""
    from tests.support.coalitions import everybody_shares
    from tests.support.servers import DataFolder

    folder = DataFolder.make(
        tmp_path_factory.mktemp("bytes") / "data",
        everybody_shares(),
        "[taxii]\nmax_page_bytes = 65536\n",
    )
    folder.add_client("pub-facebook", "facebook", "publisher")
    with RunningServer(folder) as server:
        client = server.client("pub-facebook").at("/coalition/collections/from-facebook/")
        large = [make_indicator(description="x" * size) for size in (40_000, 40_000, 90_000, 10)]
        client.post("objects/", envelope(*large))

        pages = walk(client, "objects/")

    assert [len(page.objects) for page in pages] == [1, 1, 1, 1]
    assert [one for page in pages for one in page.objects] == large


def test_what_is_added_meanwhile_comes_at_the_end(filled: Client) -> None:
    """T-PAG-09: what was served is not repeated."""
    objects = put(filled, 3)
    first = filled.get("objects/", {"limit": 2})
    late = put(filled, 1)

    rest = filled.get("objects/", {"limit": 10, "next": first.json()["next"]})

    assert first.objects + rest.objects == objects + late


def test_what_is_deleted_meanwhile_leaves_no_gap(filled: Client) -> None:
    """T-PAG-10: the final page may be empty."""
    objects = put(filled, 5)
    first = filled.get("objects/", {"limit": 2})
    filled.delete(f"objects/{objects[2]['id']}/")

    rest = filled.get("objects/", {"limit": 2, "next": first.json()["next"]})

    assert rest.objects == objects[3:]


def test_a_new_version_of_an_unseen_object_appears_once(filled: Client) -> None:
    """T-PAG-11: as the new version, later."""
    objects = put(filled, 3)
    first = filled.get("objects/", {"limit": 1})
    changed = newer(objects[1], 1)
    filled.post("objects/", envelope(changed))

    rest = filled.get("objects/", {"limit": 10, "next": first.json()["next"]})

    assert rest.objects == [objects[2], changed]


def test_the_limit_may_change_between_pages(filled: Client) -> None:
    """T-PAG-12, Q-03."""
    objects = put(filled, 6)
    first = filled.get("objects/", {"limit": 1})

    second = filled.get("objects/", {"limit": 3, "next": first.json()["next"]})

    assert second.objects == objects[1:4]


def test_filters_dropped_on_page_2_still_apply(filled: Client) -> None:
    """T-PAG-13, A-10, Q-23: Elastic sends only ``next`` and ``limit``."""
    first = make_indicator()
    filled.post("objects/", envelope(first, newer(first, 1), newer(first, 2)))
    put(filled, 2)
    page = filled.get("objects/", {"limit": 1, "match[version]": "all", "match[id]": first["id"]})

    rest = filled.get("objects/", {"limit": 10, "next": page.json()["next"]})

    assert rest.objects == [newer(first, 1), newer(first, 2)]
    assert rest.json()["more"] is False


@pytest.mark.parametrize(
    "conflict",
    [
        {"match[type]": "malware"},
        {"match[version]": "first"},
        {"match[id]": "indicator--4ac4c40c-9edb-405e-86ed-c98a98c96c18"},
        {"match[spec_version]": "2.0"},
        {"added_after": "2020-01-01T00:00:00Z"},
    ],
    ids=str,
)
def test_a_conflicting_filter_on_page_2_is_400(filled: Client, conflict: dict[str, str]) -> None:
    """T-PAG-14, A-10."""
    put(filled, 2)
    page = filled.get("objects/", {"limit": 1, "match[type]": "indicator"})

    answer = filled.get("objects/", {"limit": 1, "next": page.json()["next"], **conflict})

    assert answer.status == 400
    assert is_error(answer)


def test_a_token_is_good_only_where_it_was_issued(
    filled: Client, facebook: Client, shared: RunningServer
) -> None:
    """T-PAG-15: not in another collection, endpoint or form, nor changed in any character."""
    objects = put(filled, 2)
    token = filled.get("objects/", {"limit": 1}).json()["next"]
    path = f"objects/{objects[0]['id']}/"

    assert facebook.get("collections/read-write/objects/", {"next": token}).status == 400
    assert filled.get("manifest/", {"next": token}).status == 400
    assert filled.get(path, {"next": token}).status == 400
    assert filled.get(path + "versions/", {"next": token}).status == 400
    for n in range(0, len(token), 5):
        changed = token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1 :]
        assert filled.get("objects/", {"next": changed}).status == 400, n
    other = shared.client("pub-twitter")
    alias_path = filled.prefix + "objects/"
    assert other.get(alias_path, {"next": token}).status == 404


def test_a_token_loses_its_use_with_the_right(shared: RunningServer) -> None:
    """T-PAG-15: rights are checked on every page, as a role that cannot read shows."""
    client = shared.client("aud-facebook")
    pushed = shared.client("pub-facebook").post(
        "collections/from-facebook/objects/", envelope(make_indicator(), make_indicator())
    )
    assert pushed.status == 202
    token = client.get("collections/from-facebook/objects/", {"limit": 1}).json()["next"]

    for name in ("sub-facebook", "pub-twitter", "operator"):
        answer = shared.client(name).get("collections/from-facebook/objects/", {"next": token})
        assert answer.status == 404, name


def test_an_empty_next_is_absent(filled: Client) -> None:
    """T-PAG-16, Q-17: MISP sends it."""
    put(filled, 1)

    assert filled.get("objects/?next=&limit=50").body == filled.get("objects/").body


@pytest.mark.parametrize(
    "token", ["x", "AAAA", "A" * 3000, "%2B%2F%3D", "1", "null", "..", "%F0%9F%98%80"]
)
def test_a_token_that_is_not_ours_is_400(facebook: Client, token: str) -> None:
    """T-PAG-16: whatever it is."""
    answer = facebook.get(f"collections/from-facebook/objects/?next={token}")

    assert answer.status == 400
    assert is_error(answer)


def test_a_token_is_short_and_needs_no_escaping(filled: Client) -> None:
    """T-PAG-17: at most 2,048 characters; what does not fit must be repeated."""
    objects = put(filled, 3)
    ids = ",".join([one["id"] for one in objects] + [make_id("indicator") for _ in range(400)])
    small = filled.get("objects/", {"limit": 1}).json()["next"]
    large = filled.get("objects/", {"limit": 1, "match[id]": ids}).json()["next"]

    for token in (small, large):
        assert re.fullmatch(r"[A-Za-z0-9_.~-]{1,2048}", token)
    repeated = filled.get("objects/", {"limit": 5, "match[id]": ids, "next": large})
    assert repeated.objects == objects[1:]
    assert filled.get("objects/", {"limit": 5, "next": large}).status == 400


def test_versions_and_object_pages_are_walked_too(filled: Client) -> None:
    """T-PAG-05, T-PAG-07: all four list endpoints."""
    first = make_indicator()
    filled.post("objects/", envelope(*(newer(first, n) for n in range(5))))
    path = f"objects/{first['id']}/"

    for walked in (
        walk(filled, path, limit=2, **{"match[version]": "all"}),
        walk(filled, path + "versions/", limit=2),
        walk(filled, "manifest/", limit=2, **{"match[version]": "all"}),
    ):
        assert [len(page_of(page)) for page in walked] == [2, 2, 1]

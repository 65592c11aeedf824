"""Date headers and order (T-HDR, T-SORT)."""

from __future__ import annotations

import threading
from email.utils import parsedate_to_datetime
from itertools import pairwise
from time import time

import pytest

from tests.conformance.checks import TIMESTAMP, page_of, require_dates, walk
from tests.support.servers import RunningServer
from tests.support.stix import envelope, make_id, make_indicator, newer
from tests.support.wire import Client

EPOCH = "1970-01-01T00:00:00.000000Z"


def paths_of(stix_id: str) -> tuple[str, ...]:
    """Return the four list endpoints that answer for an object."""
    return ("objects/", "manifest/", f"objects/{stix_id}/", f"objects/{stix_id}/versions/")


def test_every_list_endpoint_sends_both_dates(filled: Client) -> None:
    """T-HDR-01, T-HDR-02, T-HDR-07: GET and HEAD alike."""
    stix = make_indicator()
    filled.post("objects/", envelope(stix))

    for path in paths_of(stix["id"]):
        get, head = filled.get(path), filled.send("HEAD", path)
        require_dates(get)
        assert head.dates == get.dates


def test_the_dates_are_those_of_the_pages_first_and_last_item(filled: Client) -> None:
    """T-HDR-03: of this page, not of the collection."""
    filled.post("objects/", envelope(*(make_indicator() for _ in range(5))))
    dates = [one["date_added"] for one in filled.get("manifest/").objects]

    first = filled.get("objects/", {"limit": 2})
    second = filled.get("objects/", {"limit": 2, "next": first.json()["next"]})

    assert first.dates == (dates[0], dates[1])
    assert second.dates == (dates[2], dates[3])
    assert filled.get("manifest/", {"limit": 2}).dates == (dates[0], dates[1])


def test_an_empty_answer_has_valid_dates(filled: Client) -> None:
    """T-HDR-04, A-05: the later of added_after and the cursor, else the epoch."""
    after = "2031-05-06T07:08:09.1Z"

    for path in ("objects/", "manifest/"):
        assert filled.get(path).dates == (EPOCH, EPOCH)
        assert filled.get(path, {"added_after": after}).dates == (
            "2031-05-06T07:08:09.100000Z",
            "2031-05-06T07:08:09.100000Z",
        )


def test_an_empty_last_page_keeps_the_cursor(filled: Client) -> None:
    """T-HDR-04, A-05, T-PAG-10, T-DEL-12: a client that stores Last loses nothing."""
    first, second = make_indicator(), make_indicator()
    filled.post("objects/", envelope(first, second))
    page = filled.get("objects/", {"limit": 1})
    filled.delete(f"objects/{second['id']}/")

    empty = filled.get("objects/", {"limit": 1, "next": page.json()["next"]})

    assert empty.status == 200
    assert empty.objects == []
    assert empty.dates == page.dates


def test_a_single_item_has_equal_dates(filled: Client) -> None:
    """T-HDR-05: limit=1."""
    stix = make_indicator()
    filled.post("objects/", envelope(stix))

    for path in paths_of(stix["id"]):
        first, last = filled.get(path, {"limit": 1}).dates
        assert first == last != EPOCH


def test_other_resources_have_no_dates(facebook: Client) -> None:
    """T-HDR-06: discovery, root, collections, status, errors."""
    status = facebook.post("collections/from-facebook/objects/", envelope(make_indicator()))
    for path in (
        "/taxii2/",
        "",
        "collections/",
        "collections/from-facebook/",
        f"status/{status.json()['id']}/",
        "nope/",
    ):
        assert facebook.get(path).dates == (None, None)
    assert status.dates == (None, None)


def test_the_date_header_is_accurate(facebook: Client) -> None:
    """T-HDR-08: clients correct their skew with it."""
    shown = parsedate_to_datetime(facebook.get("/taxii2/").header("Date") or "")

    assert abs(shown.timestamp() - time()) < 5


def test_objects_come_in_the_order_of_their_arrival(filled: Client) -> None:
    """T-SORT-01, T-SORT-02, T-SORT-03: STIX dates are never used; manifest and objects agree."""
    late = make_indicator(created="2020-01-01T00:00:00.000Z", modified="2020-01-01T00:00:00.000Z")
    early = make_indicator(created="2010-01-01T00:00:00.000Z", modified="2010-01-01T00:00:00.000Z")
    for stix in (late, early):
        filled.post("objects/", envelope(stix))

    assert filled.get("objects/").ids == [late["id"], early["id"]]
    records = filled.get("manifest/").objects
    assert [one["id"] for one in records] == [late["id"], early["id"]]
    dates = [one["date_added"] for one in records]
    assert dates == sorted(dates)


def test_versions_come_in_the_order_of_their_arrival(filled: Client) -> None:
    """T-SORT-04, T-VER-01, A-20, T-ADD-05: v2 posted before v1 stands before it."""
    first = make_indicator()
    second = newer(first)
    for stix in (second, first):
        assert filled.post("objects/", envelope(stix)).json()["success_count"] == 1

    answer = filled.get(f"objects/{first['id']}/versions/")

    assert answer.json()["versions"] == [second["modified"], first["modified"]]
    assert filled.get(f"objects/{first['id']}/").objects == [second]


def test_one_envelope_gives_strictly_increasing_dates_in_its_order(filled: Client) -> None:
    """T-SORT-05, A-23: pairwise distinct microseconds."""
    objects = [make_indicator() for _ in range(50)]
    filled.post("objects/", envelope(*objects))

    records = filled.get("manifest/").objects

    assert [one["id"] for one in records] == [one["id"] for one in objects]
    assert all(a["date_added"] < b["date_added"] for a, b in pairwise(records))
    assert all(TIMESTAMP.fullmatch(one["date_added"]) for one in records)


def test_nothing_appears_before_what_was_already_served(
    shared: RunningServer, filled: Client
) -> None:
    """T-SORT-06, INV-POLL: two writers and a poll by added_after=<Last> meanwhile."""
    total = 6 * 40
    done: list[int] = []

    def write() -> None:
        for _ in range(6):
            answer = filled.post("objects/", envelope(*(make_indicator() for _ in range(20))))
            done.append(answer.json()["success_count"])

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    seen: list[str] = []
    last, idle = EPOCH, 0
    while idle < 2:
        alive = any(writer.is_alive() for writer in writers)
        answer = filled.get("objects/", {"added_after": last, "limit": 7})
        seen += answer.ids
        assert (answer.dates[1] or "") >= last
        last = answer.dates[1] or last
        idle = 0 if answer.ids or alive else idle + 1
    for writer in writers:
        writer.join()

    assert sum(done) == total
    assert len(seen) == len(set(seen)) == total
    assert seen == [one for page in walk(filled, "objects/") for one in page.ids]


@pytest.mark.parametrize("path", ["objects/", "manifest/"])
def test_pages_hold_what_the_whole_holds(filled: Client, path: str) -> None:
    """T-MAN-02, T-SORT-02: the same items in pages of one as in one page."""
    filled.post("objects/", envelope(*(make_indicator() for _ in range(4))))

    pages = walk(filled, path, limit=1)

    assert [item for page in pages for item in page_of(page)] == page_of(filled.get(path))
    assert make_id("url") not in pages[0].ids

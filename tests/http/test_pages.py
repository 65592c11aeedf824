"""Pages, their tokens and their dates, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from taxii_server.clock import format_us
from tests.http.conftest import ROOM, Site, make_identity

ROOM_OF = "/coalition/collections/room/"
EPOCH = "1970-01-01T00:00:00.000000Z"
FIRST, LAST = "X-TAXII-Date-Added-First", "X-TAXII-Date-Added-Last"


@pytest.fixture(scope="module")
def pushed(site: Site) -> list[dict[str, Any]]:
    """Seven objects in a room, the last with three versions, in the order pushed."""
    objects = [make_identity(name=f"object {n}") for n in range(7)]
    site.push(*objects, to=ROOM)
    for second in (1, 2):
        objects.append({**objects[6], "modified": f"2020-01-01T00:00:0{second}.000Z"})
        site.push(objects[-1], to=ROOM)
    return objects


def walk(site: Site, path: str, key: str) -> list[Any]:
    """Return all items of a list, two by two."""
    found: list[Any] = []
    answer = site.get(path, query_string={"limit": "2"}).json
    while True:
        assert answer is not None
        found += answer.get(key, [])
        if not answer.get("more"):
            assert "next" not in answer
            return found
        answer = site.get(path, query_string={"limit": "2", "next": answer["next"]}).json


def test_a_walk_gives_everything_once_and_in_order(site: Site, pushed: list[Any]) -> None:
    """INV-POLL, T-PAG-07, T-PAG-06: objects and manifest alike."""
    latest = [*pushed[:6], pushed[8]]

    assert walk(site, ROOM, "objects") == latest
    manifest = walk(site, ROOM_OF + "manifest/", "objects")
    assert [record["id"] for record in manifest] == [o["id"] for o in latest]
    assert [record["version"] for record in manifest] == [o["modified"] for o in latest]


def test_versions_are_walked_too(site: Site, pushed: list[Any]) -> None:
    """T-VER-06, A-19, A-20."""
    path = f"{ROOM}{pushed[6]['id']}/versions/"

    assert walk(site, path, "versions") == [o["modified"] for o in pushed[6:]]


def test_the_filter_of_a_walk_goes_on_where_a_client_drops_it(
    site: Site, pushed: list[Any]
) -> None:
    """T-PAG-13, A-10."""
    first = site.get(ROOM, query_string={"limit": "1", "match[version]": "first"}).json
    assert first is not None

    rest = site.get(ROOM, query_string={"next": first["next"]}).json

    assert rest is not None
    assert first["objects"] + rest["objects"] == pushed[:7]


@pytest.mark.parametrize(
    "path",
    [
        ROOM + "?match[version]=all&next={token}",
        ROOM_OF + "manifest/?next={token}",
        "/coalition/collections/from-facebook/objects/?next={token}",
        ROOM + "?next={token}A",
        ROOM + "?next={token}&next={token}",
        ROOM + "?next=x",
        ROOM + "{id}/?next={token}",
    ],
)
def test_a_token_is_good_for_its_own_walk_only(site: Site, pushed: list[Any], path: str) -> None:
    """T-PAG-14 to T-PAG-16."""
    first = site.get(ROOM, query_string={"limit": "1", "match[version]": "first"}).json
    assert first is not None

    answer = site.get(path.replace("{token}", first["next"]).replace("{id}", pushed[0]["id"]))

    assert answer.status_code == 400


def test_a_token_gives_no_right_to_read(site: Site, pushed: list[Any]) -> None:
    """T-PAG-15."""
    first = site.get(ROOM, query_string={"limit": "1"}).json
    assert first is not None
    assert pushed

    answer = site.get(ROOM, query_string={"next": first["next"]}, client="pub-twitter")

    assert answer.status_code == 404


def test_the_dates_are_those_of_the_first_and_last_item(site: Site, pushed: list[Any]) -> None:
    """T-HDR-01 to T-HDR-03, T-HDR-05, T-FLT-06, T-PAG-08."""
    manifest = walk(site, ROOM_OF + "manifest/", "objects")
    assert pushed

    page = site.get(ROOM, query_string={"limit": "3"})
    rest = site.get(ROOM, query_string={"added_after": page.headers[LAST]})

    assert page.headers[FIRST] == manifest[0]["date_added"]
    assert page.headers[LAST] == manifest[2]["date_added"]
    assert rest.headers[FIRST] == manifest[3]["date_added"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/coalition/collections/from-facebook/objects/", b'{"more":false}'),
        ("/coalition/collections/from-facebook/manifest/", b"{}"),
    ],
)
def test_an_empty_list_is_an_empty_resource_with_harmless_dates(
    site: Site, path: str, body: bytes
) -> None:
    """T-GET-04, T-MAN-05, T-HDR-04, A-04, A-05."""
    empty = site.get(path)
    later = site.get(path, query_string={"added_after": "2030-01-01T00:00:00Z"})

    assert (empty.status_code, empty.data) == (200, body)
    assert empty.headers[FIRST] == empty.headers[LAST] == EPOCH
    assert later.headers[FIRST] == later.headers[LAST] == "2030-01-01T00:00:00.000000Z"


@pytest.mark.parametrize(
    ("added_after", "expected"),
    [
        ("9999-12-31T23:59:60Z", "9999-12-31T23:59:59.999999Z"),
        ("0001-01-01T00:00:00Z", EPOCH),
        ("2030-01-01T02:00:00.1234567+02:00", "2030-01-01T00:00:00.123456Z"),
    ],
)
def test_the_date_of_an_empty_page_is_always_a_date(
    site: Site, added_after: str, expected: str
) -> None:
    """A-05, at the ends of time."""
    path = "/coalition/collections/from-facebook/objects/"

    answer = site.get(path, query_string={"added_after": added_after})

    assert answer.headers[LAST] == expected


def test_the_end_of_a_walk_keeps_the_cursor(site: Site, pushed: list[Any]) -> None:
    """A-05: what goes away during a walk leaves a page with nothing, dated where it was."""
    alone = make_identity()
    path = f"{ROOM}{alone['id']}/"
    for second in (0, 1):
        site.push({**alone, "modified": f"2020-01-01T00:00:0{second}.000Z"}, to=ROOM)
    query = {"limit": "1", "match[version]": "all"}
    first = site.get(path, query_string=query)
    assert first.json is not None
    newest = {"match[version]": "2020-01-01T00:00:01.000Z"}
    assert site.request("DELETE", path, query_string=newest).status_code == 200

    rest = site.get(path, query_string={**query, "next": first.json["next"]})

    assert rest.headers[LAST] >= first.headers[LAST]
    assert pushed


def test_a_known_object_that_is_filtered_out_is_an_empty_envelope(
    site: Site, pushed: list[Any]
) -> None:
    """T-OBJ-03, T-OBJ-04, A-03, T-VER-04, T-VER-05."""
    path = f"{ROOM}{pushed[0]['id']}/"
    late = "?added_after=2999-01-01T00:00:00Z"
    unknown = f"{ROOM}{make_identity()['id']}/"

    assert site.get(path + late).data == b'{"more":false}'
    assert site.get(path + "versions/" + late).data == b"{}"
    assert site.get(unknown + late).status_code == 404
    assert site.get(unknown + "versions/").status_code == 404


def test_other_match_fields_are_ignored_for_one_object(site: Site, pushed: list[Any]) -> None:
    """T-OBJ-09, T-VER-08, A-08."""
    path = f"{ROOM}{pushed[6]['id']}/"

    assert site.get(path + "?match[type]=tool&match[id]=x").json == {
        "more": False,
        "objects": [pushed[8]],
    }
    versions = site.get(path + "versions/?match[version]=first").json
    assert versions is not None
    assert len(versions["versions"]) == 3


def test_a_larger_limit_is_lowered(site: Site, pushed: list[Any]) -> None:
    """T-PAG-04, T-PAG-19."""
    assert pushed
    assert site.get(ROOM, query_string={"limit": "5000"}).status_code == 200


def test_dates_have_six_digits() -> None:
    """T-DT-01."""
    assert format_us(0) == EPOCH

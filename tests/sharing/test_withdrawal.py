"""What DELETE takes back, and what a withdrawn version may do later (``sharing.md`` section 6)."""

from __future__ import annotations

import apsw
import pytest

from taxii_server.errors import ForbiddenError, NotFoundError
from tests.sharing.world import World, message
from tests.support.stix import Stix, make_campaign, make_id, make_url

V1 = "2021-01-01T00:00:00.000Z"
V2 = "2022-01-01T00:00:00.000Z"
V3 = "2023-01-01T00:00:00.000Z"


def versions(*modified: str) -> list[Stix]:
    """Return versions of one new campaign."""
    stix_id = make_id("campaign")
    return [make_campaign(id=stix_id, created=V1, modified=each) for each in modified]


def test_delete_takes_an_object_out_of_submissions_and_every_feed(world: World) -> None:
    (pushed,) = versions(V1)
    world.push("facebook", pushed)

    world.delete("facebook", pushed["id"])

    assert world.log("from-facebook") == []
    assert world.log("for-cisa") == []


def test_delete_without_a_version_takes_all_versions(world: World) -> None:
    """A-11, T-DEL-04."""
    one, two = versions(V1, V2)
    world.push("facebook", one, two)

    world.delete("facebook", one["id"])

    assert world.log("from-facebook") == []


def test_what_another_line_supports_stays_in_the_feed(world: World) -> None:
    pushed = make_url("https://a.example/")
    world.push("facebook", pushed)
    world.push("twitter", pushed)

    world.delete("facebook", pushed["id"])

    assert world.log("for-cisa") == [pushed]
    assert world.log("for-facebook") == [pushed]
    assert world.log("for-twitter") == []


def test_the_version_that_remains_is_appended_again(world: World) -> None:
    """T-DEL-06 and INV-POLL: with a new date, after whatever came meanwhile."""
    one, two = versions(V1, V2)
    other = make_campaign()
    world.push("facebook", one)
    world.push("facebook", two)
    world.push("facebook", other)

    world.delete("facebook", one["id"], "last")

    assert world.log("from-facebook") == [other, one]
    assert world.read("for-cisa") == [other, one]


def test_a_remaining_version_that_never_stood_in_a_feed_is_decided_now(world: World) -> None:
    """Section 6: where it does not stand, section 5 applies: it is the newest now."""
    one, two = versions(V1, V2)
    world.push("facebook", two)
    world.push("facebook", one)

    world.delete("facebook", two["id"], V2)

    assert world.log("for-cisa") == [one]


def test_deleting_an_older_version_leaves_the_newest_where_it_is(world: World) -> None:
    one, two = versions(V1, V2)
    world.push("facebook", one)
    world.push("facebook", two)

    world.delete("facebook", one["id"], "first")

    assert world.log("from-facebook") == [two]
    assert world.log("for-cisa") == [two]


def test_a_withdrawn_version_pushed_again_is_stored_but_not_released(world: World) -> None:
    """T-DEL-13: an automatic re-send must not undo a correction."""
    (pushed,) = versions(V1)
    world.push("facebook", pushed)
    world.delete("facebook", pushed["id"])

    status = world.push("facebook", pushed)

    assert "withdrawn: not released" in message(status)
    assert world.log("from-facebook") == [pushed]
    assert world.log("for-cisa") == []


def test_a_newer_version_after_a_withdrawal_is_released(world: World) -> None:
    one, two = versions(V1, V2)
    world.push("facebook", one)
    world.delete("facebook", one["id"])

    world.push("facebook", two)

    assert world.log("for-cisa") == [two]


def test_a_version_not_newer_than_the_newest_withdrawn_is_not_released(world: World) -> None:
    one, two, three = versions(V1, V2, V3)
    world.push("facebook", three)
    world.delete("facebook", three["id"])

    status = world.push("facebook", one, two)

    for number in (0, 1):
        assert message(status, number).startswith("withdrawn: not released")
    assert world.log("for-cisa") == []


def test_an_object_without_dates_stays_withdrawn_whatever_its_content(world: World) -> None:
    pushed = make_url("https://a.example/")
    world.push("facebook", pushed)
    world.delete("facebook", pushed["id"])

    status = world.push("facebook", {**pushed, "x_seen": 1})

    assert "withdrawn: not released" in message(status)
    assert world.log("for-cisa") == []


def test_other_content_under_a_withdrawn_version_is_a_conflict(world: World) -> None:
    (pushed,) = versions(V1)
    world.push("facebook", pushed)
    world.delete("facebook", pushed["id"])

    status = world.push("facebook", {**pushed, "name": "Other"})

    assert message(status).startswith("version-conflict")


def test_a_version_pushed_again_after_withdrawal_is_not_promoted_later(world: World) -> None:
    """It is not the newest of its line for release, now or after a further DELETE."""
    one, _, three = versions(V1, V2, V3)
    world.push("facebook", one)
    world.delete("facebook", one["id"])
    world.push("facebook", one)
    world.push("facebook", three)

    world.delete("facebook", one["id"], V3)

    assert world.log("from-facebook") == [one]
    assert world.log("for-cisa") == []


def test_delete_takes_no_other_members_line(world: World) -> None:
    """INV-AUTHOR: what others pushed under the id is not there for the deleter."""
    pushed = make_url("https://a.example/")
    world.push("facebook", pushed)

    with pytest.raises(NotFoundError):
        world.delete("twitter", pushed["id"])

    assert world.log("for-cisa") == [pushed]


def test_delete_of_a_version_that_does_not_exist_is_not_found(world: World) -> None:
    """T-DEL-08."""
    (pushed,) = versions(V1)
    world.push("facebook", pushed)

    with pytest.raises(NotFoundError):
        world.delete("facebook", pushed["id"], V2)


def test_withdrawing_from_submissions_takes_the_producers_line_in_circles_too(
    world: World,
) -> None:
    (pushed,) = versions(V1)
    world.push("facebook", pushed)
    world.push("facebook", pushed, to="circle")

    world.delete("facebook", pushed["id"])

    assert world.log("circle") == []
    assert "withdrawn" in message(world.push("facebook", pushed, to="circle"))


def test_what_is_deleted_in_a_circle_is_simply_gone(world: World) -> None:
    """Section 7: anything may be pushed again, other content too."""
    (pushed,) = versions(V1)
    world.push("facebook", pushed, to="circle")
    world.delete("facebook", pushed["id"], at="circle")

    status = world.push("facebook", {**pushed, "name": "Other"}, to="circle")

    assert status["success_count"] == 1


def test_a_circles_object_of_another_member_cannot_be_deleted(world: World) -> None:
    """Section 7: an object in which the deleter has no line is 403."""
    (pushed,) = versions(V1)
    world.push("facebook", pushed, to="circle")

    with pytest.raises(ForbiddenError):
        world.delete("twitter", pushed["id"], at="circle")


def test_a_circle_keeps_what_another_line_supports(world: World) -> None:
    pushed = make_url("https://a.example/")
    world.push("facebook", pushed, to="circle")
    world.push("twitter", pushed, to="circle")

    world.delete("facebook", pushed["id"], at="circle")

    assert world.log("circle") == [pushed]


def test_the_text_is_erased_when_no_live_entry_shows_it(world: World) -> None:
    """Section 6: the tombstone keeps id, version, digest and times, not the text."""
    secret = "q7-only-here"
    (pushed,) = versions(V1)
    world.push("facebook", {**pushed, "name": secret})
    world.delete("facebook", pushed["id"])

    assert texts_with(world, secret) == 0


def texts_with(world: World, needle: str) -> int:
    """Return how many stored texts hold the needle."""
    connection = apsw.Connection(str(world.data / "clearinghouse.db"))
    try:
        found = connection.execute(
            "SELECT count(*) FROM object WHERE body LIKE ?", (f"%{needle}%",)
        )
        return int(next(iter(found))[0])
    finally:
        connection.close()

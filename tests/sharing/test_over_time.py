"""What must hold when members, circles and policies change, and between producers unseen.

Each of these was found by attacking the invariants; ``tests/security/test_attacks.py`` is
the random search, these are its findings and those of reading the code.
"""

from __future__ import annotations

import json

import apsw
import pytest

from taxii_server.access.principal import Principal, Role
from taxii_server.errors import ConfigError, NotFoundError
from taxii_server.filters import ObjectFilter
from taxii_server.services.reading_status import get_status
from taxii_server.storage.protocol import PageQuery
from taxii_server.storage.sqlite import store as sqlite_store
from tests.sharing.conftest import OpenWorld
from tests.sharing.world import World, message
from tests.support.coalitions import (
    EVERYBODY_SHARES,
    HEAD,
    collection_toml,
    everybody_shares,
    members_toml,
)
from tests.support.stix import (
    make_campaign,
    make_identity,
    make_indicator,
    make_statement,
    make_url,
)

V1 = "2021-01-01T00:00:00.000Z"
V2 = "2022-01-01T00:00:00.000Z"
WITHOUT_FBI = HEAD + members_toml(agencies=("cisa",)) + EVERYBODY_SHARES
CIRCLE = collection_toml(
    "circle",
    readers=["facebook", "twitter", "google"],
    writers=["facebook", "twitter", "microsoft"],
)


def test_what_another_writer_of_a_circle_sent_does_not_change_what_one_knows(world: World) -> None:
    """INV-SCOPE: microsoft writes to the circle and does not read it; its own copy counts."""
    marking = make_statement()
    world.push("twitter", marking, to="circle")
    world.push("microsoft", marking, to="circle")
    marked = make_indicator(object_marking_refs=[marking["id"]])

    world.push("microsoft", marked)

    assert marked in world.read("for-cisa")


def test_a_writer_that_does_not_read_gets_no_date_of_the_circles_log(world: World) -> None:
    """INV-SCOPE: whether others were there before would show in the version of a URL."""
    known, new = make_url("https://a.example/"), make_url("https://b.example/")
    world.push("facebook", known, to="circle")

    status = world.push("microsoft", known, new, to="circle")

    versions = {one["version"] for one in status["successes"]}
    assert versions == {status["request_timestamp"]}


def test_a_type_first_seen_during_a_poll_is_not_passed_by(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INV-POLL: a page must not show what came with an object and miss that object."""
    world.push("facebook", make_indicator())
    late, beside = make_campaign(), make_indicator()
    look_up, pushed = sqlite_store._number, []

    def interrupted(db: apsw.Connection, *arguments: object) -> int | None:
        found = look_up(db, *arguments)  # type: ignore[arg-type]  # passed on as they come
        if found is None and not pushed:
            pushed.append(world.push("facebook", late, beside))
        return found

    monkeypatch.setattr(sqlite_store, "_number", interrupted)
    wanted = ObjectFilter(types=frozenset({"campaign", "indicator"}))
    feed = world.collection("for-twitter").id
    page = world.services.store.read_page(PageQuery(feed, wanted, 0, 100, 1 << 20))

    shown = json.loads(b"[" + page.text + b"]")
    assert pushed
    assert (late in shown) == (beside in shown)


def test_the_sharing_extension_in_capitals_withholds_too(world: World) -> None:
    """INV-DENY: UUIDs are compared without regard to case."""
    key = "extension-definition--13A0353C-47A7-43B6-9479-894055067EF7"
    pushed = make_indicator(extensions={key: {"extension_type": "property-extension"}})

    world.push("facebook", pushed)

    assert world.read("for-cisa") == []


def test_a_status_names_the_date_of_an_entry_that_was_appended_again(world: World) -> None:
    """T-STAT-07: the version in the status is one that DELETE knows."""
    one = make_url("https://1.example/")
    world.push("facebook", one, to="circle")
    world.push("facebook", {**one, "value": "https://2.example/"}, to="circle")
    version = world.push("twitter", one, to="circle")["successes"][0]["version"]

    world.delete("twitter", one["id"], version, at="circle")

    assert [shown["value"] for shown in world.read("circle")] == ["https://2.example/"]


def test_delete_reaches_the_feed_of_a_member_that_left(open_world: OpenWorld) -> None:
    """Section 6: every feed that held it, whoever is a member today."""
    world = open_world(everybody_shares())
    pushed = make_campaign()
    world.push("facebook", pushed)
    world.restart(WITHOUT_FBI)

    world.delete("facebook", pushed["id"])

    world.restart(everybody_shares())
    assert world.read("for-fbi") == []


def test_delete_reaches_a_circle_that_is_not_configured_today(open_world: OpenWorld) -> None:
    world = open_world(everybody_shares(CIRCLE))
    pushed = make_campaign()
    world.push("facebook", pushed)
    world.push("facebook", pushed, to="circle")
    world.restart(everybody_shares())

    world.delete("facebook", pushed["id"])

    world.restart(everybody_shares(CIRCLE))
    assert world.read("circle") == []


def test_other_content_of_a_withdrawn_version_falls_in_a_circle_too(world: World) -> None:
    """Section 6: the same versions of the producer's line fall, whatever they say there."""
    pushed = make_campaign(modified=V2, created=V1)
    world.push("facebook", pushed)
    world.push("facebook", {**pushed, "name": "For the circle"}, to="circle")

    world.delete("facebook", pushed["id"])

    assert world.read("circle") == []


def test_a_former_members_clients_read_none_of_its_statuses(open_world: OpenWorld) -> None:
    """Section 8: a member that is removed reads nothing."""
    world = open_world(everybody_shares())
    status = world.push("fbi", make_campaign())
    asks = Principal("pub-fbi", "fbi", frozenset({Role.PUBLISHER}))
    world.restart(WITHOUT_FBI)

    with pytest.raises(NotFoundError):
        get_status(world.services, asks, "coalition", status["id"])


def test_an_identity_stays_reserved_when_its_member_has_left(open_world: OpenWorld) -> None:
    """INV-AUTHOR: reserved for ever."""
    world = open_world(everybody_shares())
    identity = world.services.coalition.member("fbi").identities[0]
    world.restart(WITHOUT_FBI)

    signed = world.push("facebook", make_campaign(created_by_ref=identity))
    taken = world.push("facebook", make_identity(id=identity, modified="2099-01-01T00:00:00Z"))

    assert message(signed).startswith("not-the-creator")
    assert message(taken).startswith("not-the-creator")


def test_an_identity_cannot_pass_to_another_member(open_world: OpenWorld) -> None:
    """INV-AUTHOR: not by editing the file either."""
    world = open_world(everybody_shares())
    identity = world.services.coalition.member("fbi").identities[0]
    own = world.services.coalition.member("cisa").identities[0]
    stolen = f'name = "cisa"\nidentities = ["{own}", "{identity}"]'

    with pytest.raises(ConfigError, match="stays reserved"):
        world.restart(WITHOUT_FBI.replace('name = "cisa"', stolen))


def test_an_identity_older_than_the_supplied_one_is_not_released_by_a_delete(world: World) -> None:
    """Section 5: the supplied identity is the first version of its member's line."""
    own = world.services.coalition.member("facebook").identities[0]
    old = make_identity(id=own, created="2000-01-01T00:00:00Z", modified="2000-01-01T00:00:00Z")
    world.push("facebook", old, {**old, "modified": "2099-01-01T00:00:00Z"})

    world.delete("facebook", own, "last")

    wanted = ObjectFilter(ids=frozenset({own}))
    feed = world.collection("for-cisa").id
    page = world.services.store.read_page(PageQuery(feed, wanted, 0, 10, 1 << 20))
    assert [shown["name"] for shown in json.loads(b"[" + page.text + b"]")] == ["Facebook"]


def test_an_entry_appended_again_keeps_the_policy_that_released_it(open_world: OpenWorld) -> None:
    """INV-DENY: an entry records its rule and the version of the policy it stood in."""
    world = open_world(everybody_shares())
    pushed = make_campaign(created=V1, modified=V1)
    world.push("facebook", pushed, {**pushed, "modified": V2})
    released_under = world.services.coalition.policy.version
    world.restart(HEAD + members_toml())

    world.delete("facebook", pushed["id"], "last")

    feed = world.collection("for-cisa").id
    entries = world.services.store.look(lambda view: view.entries_of([pushed["id"]]))
    live = [e for e in entries[pushed["id"]] if e.collection == feed and e.flags.live]
    assert [(e.rule, e.policy_version) for e in live] == [
        ("everybody sees everything", released_under)
    ]


def test_the_remaining_version_is_delivered_again_even_if_it_was_latest_by_another_line(
    world: World,
) -> None:
    """Section 6: a poller that kept the newest version must learn which one is left."""
    one = make_campaign(created=V1, modified=V1)
    two = {**one, "modified": V2}
    world.push("facebook", one)
    world.push("google", one)
    world.push("facebook", two)
    other = make_campaign()
    world.push("facebook", other)

    world.delete("facebook", one["id"], "last")

    assert world.read("for-cisa") == [other, one]

"""What a push does to submissions, feeds and circles (``sharing.md`` sections 1, 2, 3 and 5)."""

from __future__ import annotations

import json

import pytest

from taxii_server.filters import ObjectFilter
from taxii_server.storage.protocol import PageQuery
from tests.sharing.conftest import OpenWorld
from tests.sharing.world import World, message
from tests.support.coalitions import HEAD, collection_toml, members_toml
from tests.support.stix import (
    TLP2_AMBER,
    TLP2_AMBER_STRICT,
    TLP2_CLEAR,
    TLP2_RED,
    make_campaign,
    make_id,
    make_identity,
    make_indicator,
    make_sdo,
    make_statement,
    make_url,
)

NEWER = "2021-01-01T00:00:00.000Z"
NEWEST = "2022-01-01T00:00:00.000Z"


def test_an_object_reaches_every_feed_that_a_rule_names_but_its_producers(world: World) -> None:
    """Row 1 and row 3 of section 3: released by rule, never back to the producer."""
    pushed = make_campaign()

    status = world.push("facebook", pushed)

    assert status["success_count"] == 1
    assert world.read("for-twitter") == [pushed]
    assert world.read("for-cisa") == [pushed]
    assert world.read("for-facebook") == []


def test_without_a_rule_nothing_is_released(open_world: OpenWorld) -> None:
    """INV-DENY: no rule, no release."""
    world = open_world(HEAD + members_toml())

    status = world.push("facebook", make_campaign())

    assert "released to nobody" in message(status)
    assert world.read("for-twitter") == []


def test_an_exact_copy_is_a_success_and_stored_once(world: World) -> None:
    """T-ADD-02, T-ADD-03: duplicate, one copy, in the submissions and in feeds."""
    pushed = make_campaign()
    world.push("facebook", pushed)

    status = world.push("facebook", pushed)

    assert message(status).startswith("duplicate")
    assert world.log("from-facebook") == [pushed]
    assert world.log("for-twitter") == [pushed]


def test_other_content_under_the_same_version_is_a_failure(world: World) -> None:
    """INV-AUTHOR: never an overwrite (A-12)."""
    pushed = make_campaign()
    world.push("facebook", pushed)

    status = world.push("facebook", {**pushed, "name": "Other"})

    assert status["failure_count"] == 1
    assert message(status).startswith("version-conflict")
    assert world.log("from-facebook") == [pushed]


def test_equal_content_of_two_producers_stands_once_in_a_feed(world: World) -> None:
    """Section 2: an equal object from another producer adds support and appends nothing."""
    pushed = make_url("https://a.example/")
    world.push("facebook", pushed)

    status = world.push("twitter", pushed)

    assert message(status).startswith("released to")
    assert world.log("for-cisa") == [pushed]
    assert world.log("for-facebook") == [pushed]


def test_different_contents_of_two_producers_stand_side_by_side(world: World) -> None:
    """Section 2: nobody's push supersedes another member's line."""
    one = make_url("https://a.example/")
    other = {**one, "x_seen": 1}
    world.push("facebook", one)
    world.push("twitter", other)

    assert world.read("for-cisa") == [one, other]


def test_what_another_member_pushed_never_conflicts(world: World) -> None:
    """Section 1: conflicts are judged inside the pusher's own line."""
    shared = make_campaign()
    world.push("cisa", shared)

    status = world.push("fbi", {**shared, "name": "Other"})

    assert status["failure_count"] == 0


def test_a_newer_version_supersedes_the_older_in_feeds(world: World) -> None:
    first = make_campaign()
    second = {**first, "modified": NEWER}
    world.push("facebook", first)
    world.push("facebook", second)

    assert world.read("for-cisa") == [second]
    assert world.log("for-cisa") == [first, second]


def test_an_older_version_is_stored_but_not_released(world: World) -> None:
    """Section 5: a version is appended to a feed only while it is the newest of its line."""
    first = make_campaign()
    second = {**first, "modified": NEWER}
    world.push("facebook", second)

    status = world.push("facebook", first)

    assert "newer version" in message(status)
    assert world.read("from-facebook") == [second]
    assert world.log("from-facebook") == [second, first]
    assert world.log("for-cisa") == [second]


def test_versions_of_one_push_count_as_pushed_in_their_order(world: World) -> None:
    """Section 5: by ``modified``, whatever the order in the envelope (T-SORT-05 keeps that)."""
    first = make_campaign()
    second = {**first, "modified": NEWER}

    world.push("facebook", second, first)

    assert world.log("from-facebook") == [second, first]
    assert world.log("for-cisa") == [first, second]
    assert world.read("for-cisa") == [second]


def test_a_withheld_newest_version_leaves_what_the_feed_had(world: World) -> None:
    """Section 5: what the feed had stays, and the producer is told."""
    first = make_campaign(object_marking_refs=[TLP2_AMBER])
    second = {**first, "modified": NEWER, "object_marking_refs": [TLP2_RED]}
    world.push("facebook", first)

    status = world.push("facebook", second)

    assert "TLP:RED" in message(status)
    assert world.read("for-cisa") == [first]


@pytest.mark.parametrize(
    ("marking", "seen"),
    [(TLP2_CLEAR, True), (TLP2_AMBER, True), (TLP2_AMBER_STRICT, False), (TLP2_RED, False)],
)
def test_a_rule_releases_up_to_its_ceiling(
    open_world: OpenWorld, marking: str, *, seen: bool
) -> None:
    """Row 3: ``up_to`` is amber unless set; RED is withheld always."""
    rule = '[[release]]\nname = "all"\nfrom = ["members"]\nto = ["members"]\ntypes = ["*"]\n'
    world = open_world(HEAD + members_toml() + rule)

    world.push("facebook", make_campaign(object_marking_refs=[marking]))

    assert bool(world.read("for-cisa")) is seen


def test_a_withhold_rule_overrides_a_release_rule(open_world: OpenWorld) -> None:
    """Row 2 comes before row 3."""
    rules = (
        '[[release]]\nname = "all"\nfrom = ["members"]\nto = ["members"]\ntypes = ["*"]\n'
        '[[withhold]]\nname = "no accounts"\nfrom = ["companies"]\nto = ["agencies"]\n'
        'types = ["user-account"]\nunless = "pseudonymous"\n'
    )
    world = open_world(HEAD + members_toml() + rules)
    account = {"type": "user-account", "spec_version": "2.1", "id": make_id("user-account")}

    status = world.push("facebook", {**account, "user_id": "1"})

    assert "no accounts" in message(status)
    assert world.read("for-cisa") == []
    assert len(world.read("for-twitter")) == 1


def test_an_unknown_marking_withholds(world: World) -> None:
    """Row 6: a marking whose definition the producer never knew."""
    status = world.push(
        "facebook", make_campaign(object_marking_refs=[make_id("marking-definition")])
    )

    assert "builtin:unknown-marking" in message(status)
    assert world.read("for-cisa") == []


def test_a_statement_marking_sent_along_does_not_restrict(world: World) -> None:
    """Row 6: known is what the push being decided holds too, whatever the order."""
    statement = make_statement()
    pushed = make_campaign(object_marking_refs=[statement["id"]])

    world.push("facebook", pushed, statement)

    assert pushed in world.read("for-cisa")


def test_a_refused_content_of_a_marking_is_not_known(world: World) -> None:
    """Section 3, row 6: what is in no line of the producer does not count."""
    statement = make_statement()
    other = {**statement, "definition_type": "x-other", "definition": {"x_other": "1"}}
    pushed = make_campaign(object_marking_refs=[statement["id"]])

    status = world.push("facebook", pushed, statement, other)

    assert message(status, 2).startswith("version-conflict")
    assert pushed in world.read("for-cisa")


def test_granular_markings_withhold_for_now(world: World) -> None:
    pushed = make_campaign(
        description="x",
        granular_markings=[{"marking_ref": TLP2_CLEAR, "selectors": ["description"]}],
    )

    world.push("facebook", pushed)

    assert world.read("for-cisa") == []


def test_an_identity_of_another_member_cannot_sign(world: World) -> None:
    """INV-AUTHOR: reserved ids are accepted only from their owner."""
    identity = world.services.coalition.member("twitter").identities[0]

    status = world.push("facebook", make_campaign(created_by_ref=identity))

    assert message(status).startswith("not-the-creator")


def test_an_identity_in_capitals_is_reserved_too(world: World) -> None:
    """INV-AUTHOR: some consumers compare UUIDs without regard to case (RFC 4122 section 3)."""
    identity = world.services.coalition.member("twitter").identities[0]
    shouted = f"identity--{identity.removeprefix('identity--').upper()}"

    by_author = world.push("facebook", make_campaign(created_by_ref=shouted))
    by_id = world.push("facebook", make_identity(id=shouted))

    assert message(by_author).startswith("not-the-creator")
    assert message(by_id).startswith("not-the-creator")


def test_the_coalitions_identity_is_accepted_from_nobody(world: World) -> None:
    status = world.push("facebook", make_campaign(created_by_ref=world.services.coalition.identity))

    assert message(status).startswith("not-the-creator")


def test_an_id_seen_from_its_creator_is_refused(world: World) -> None:
    """Section 1: STIX 2.1 section 3.6 wants a new id and ``derived-from``."""
    identity = world.services.coalition.member("twitter").identities[0]
    signed = make_campaign(created_by_ref=identity)
    world.push("twitter", signed)
    mine = {**signed, "modified": NEWER}
    del mine["created_by_ref"]

    status = world.push("facebook", mine)

    assert message(status).startswith("not-the-creator")


def test_an_id_that_the_pusher_cannot_see_changes_nothing(open_world: OpenWorld) -> None:
    """INV-SCOPE: no rule releases it, so the answer is as if it were not there."""
    world = open_world(HEAD + members_toml())
    identity = world.services.coalition.member("twitter").identities[0]
    signed = make_campaign(created_by_ref=identity)
    world.push("twitter", signed)
    mine = {**signed, "modified": NEWER}
    del mine["created_by_ref"]

    assert world.push("facebook", mine)["success_count"] == 1


def test_what_was_pulled_may_be_pushed_back_and_makes_no_line(world: World) -> None:
    """Section 1: an exact copy of what stands in the own feed is a success, ``duplicate``."""
    identity = world.services.coalition.member("twitter").identities[0]
    signed = make_campaign(created_by_ref=identity)
    world.push("twitter", signed)

    status = world.push("facebook", signed)

    assert message(status).startswith("duplicate")
    assert world.log("from-facebook") == []


def test_a_feed_begins_with_what_the_server_supplies(world: World) -> None:
    """Section 2: markings and all identities, the feed's own member's too."""
    feed = world.collection("for-cisa")
    identities = {m.identities[0] for m in world.services.coalition.members}

    held = {i for i in identities if world.services.store.has_object(feed.id, i)}

    assert held == identities
    assert world.services.store.has_object(feed.id, TLP2_AMBER)


def test_a_members_newer_identity_supersedes_the_supplied_one_everywhere(world: World) -> None:
    """Section 2: ``builtin:library`` stands for rows 1 and 3, so its own feed gets it too."""
    own = world.services.coalition.member("facebook").identities[0]
    newer = make_identity(
        id=own, name="Facebook, Inc.", created=NEWER, modified="2099-01-01T00:00:00Z"
    )

    status = world.push("facebook", newer)

    assert "cisa" in message(status)
    for alias in ("for-cisa", "for-facebook"):
        assert _latest(world, alias, own) == [newer]


def test_a_supplied_identity_is_latest_again_when_the_pushed_one_falls(world: World) -> None:
    """Section 2: what is supplied never leaves."""
    own = world.services.coalition.member("facebook").identities[0]
    supplied = _latest(world, "for-cisa", own)
    world.push("facebook", make_identity(id=own, modified="2099-01-01T00:00:00Z"))

    world.delete("facebook", own)

    assert _latest(world, "for-cisa", own) == supplied


def test_a_tlp_marking_with_other_content_is_a_duplicate_that_makes_no_line(world: World) -> None:
    """Section 1, T-CUS: tools send markings along; the server's own content stays."""
    marking = make_statement(id=TLP2_AMBER)

    status = world.push("facebook", marking)

    assert message(status).startswith("duplicate")
    assert world.log("from-facebook") == []


def test_content_that_a_line_without_dates_had_before_is_a_duplicate(world: World) -> None:
    """Section 5: it does not become newest again."""
    one = make_url("https://a.example/")
    two = {**one, "x_seen": 2}
    world.push("facebook", one)
    world.push("facebook", two)

    status = world.push("facebook", one)

    assert message(status).startswith("duplicate")
    assert world.read("for-cisa") == [two]


def test_another_line_makes_superseded_content_latest_again_at_the_end(world: World) -> None:
    """INV-POLL: what starts to match the default view is appended again, never in place."""
    one = make_url("https://a.example/")
    two = {**one, "x_seen": 2}
    world.push("facebook", one)
    world.push("facebook", two)

    world.push("twitter", one)

    assert world.log("for-cisa") == [two, one]
    assert world.read("for-cisa") == [two, one]


def test_a_circle_shows_what_its_writers_wrote_and_routes_nothing(world: World) -> None:
    """Section 7: no routing."""
    pushed = make_indicator()

    world.push("facebook", pushed, to="circle")

    assert world.log("circle") == [pushed]
    assert world.log("for-twitter") == []


def test_a_circle_refuses_what_a_withhold_rule_keeps_from_a_reader(open_world: OpenWorld) -> None:
    """Section 7: a circle is no way around the policy."""
    rule = (
        '[[withhold]]\nname = "no reports"\nfrom = ["facebook"]\nto = ["cisa"]\n'
        'types = ["report"]\n'
    )
    circle = collection_toml("circle", readers=["facebook", "cisa"], writers=["facebook"])
    world = open_world(HEAD + members_toml() + rule + circle)
    report = make_sdo("report", name="R", published=NEWER, object_refs=[make_id("campaign")])

    status = world.push("facebook", report, make_campaign(), to="circle")

    assert status["success_count"] == 1
    assert "not-for-this-circle" in status["failures"][0]["message"]


def _latest(world: World, alias: str, stix_id: str) -> list[object]:
    query = PageQuery(
        world.collection(alias).id, ObjectFilter(ids=frozenset({stix_id})), 0, 10, 1 << 20
    )
    return list(json.loads(b"[" + world.services.store.read_page(query).text + b"]"))

"""INV-AUTHOR: nobody's object is touched by somebody else, nobody signs as somebody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.coalitions import collection_toml
from tests.support.servers import DataFolder, RunningServer
from tests.support.stix import (
    TLP2_CLEAR,
    TLP_GREEN,
    Stix,
    envelope,
    make_identity,
    make_indicator,
    make_url,
    newer,
    stamp,
)

IDENTITIES = {
    "facebook": "identity--f0000000-0000-4000-8000-000000000001",
    "twitter": "identity--f0000000-0000-4000-8000-000000000002",
    "cisa": "identity--f0000000-0000-4000-8000-000000000003",
}
SECOND = "identity--f0000000-0000-4000-8000-000000000009"
COALITION = """\
[coalition]
name = "Authors"

[[member]]
name = "facebook"
kind = "company"
title = "Facebook"
identities = ["identity--f0000000-0000-4000-8000-000000000001",
              "identity--f0000000-0000-4000-8000-000000000009"]

[[member]]
name = "twitter"
kind = "company"
title = "Twitter"
identities = ["identity--f0000000-0000-4000-8000-000000000002"]

[[member]]
name = "cisa"
kind = "agency"
title = "CISA"
identities = ["identity--f0000000-0000-4000-8000-000000000003"]

[[release]]
name = "all but malware"
from = ["members"]
to = ["members"]
types = ["indicator", "identity", "url", "campaign"]
up_to = "amber"

"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Yield a coalition of three whose identities are configured."""
    text = COALITION + collection_toml(
        "circle", readers=["facebook", "twitter"], writers=["facebook", "twitter"]
    )
    folder = DataFolder.make(tmp_path_factory.mktemp("authors") / "data", text)
    for member in IDENTITIES:
        folder.add_client(member, member, "publisher", "subscriber")
    with RunningServer(folder) as running:
        yield running


def push(server: RunningServer, member: str, *objects: Stix, to: str = "") -> dict[str, str]:
    """Push, and return for each id ``ok`` or the failure, and the message."""
    path = f"collections/{to or f'from-{member}'}/objects/"
    status = server.client(member).post(path, envelope(*objects)).json()
    said = {one["id"]: "ok " + one.get("message", "") for one in status.get("successes", [])}
    return said | {one["id"]: one["message"] for one in status.get("failures", [])}


def feed(server: RunningServer, member: str, stix_id: str) -> list[Stix]:
    """Return every version of an id in a member's feed."""
    query = {"match[id]": stix_id, "match[version]": "all"}
    return server.client(member).get(f"collections/for-{member}/objects/", query).objects


@pytest.mark.parametrize("identity", [IDENTITIES["twitter"], IDENTITIES["cisa"]])
def test_nobody_signs_as_another_member(server: RunningServer, identity: str) -> None:
    """INV-AUTHOR: a reserved ``created_by_ref`` is its owner's alone."""
    stix = make_indicator(created_by_ref=identity)

    assert push(server, "facebook", stix)[stix["id"]].startswith("not-the-creator")
    assert feed(server, "cisa", stix["id"]) == []


def test_a_member_signs_with_each_of_its_identities(server: RunningServer) -> None:
    """INV-AUTHOR: all that the configuration lists."""
    for identity in (IDENTITIES["facebook"], SECOND):
        stix = make_indicator(created_by_ref=identity)
        assert push(server, "facebook", stix)[stix["id"]].startswith("ok")


def test_nobody_carries_a_reserved_id(server: RunningServer) -> None:
    """INV-AUTHOR: another member's identity, a second one, the coalition's own."""
    listed = server.client("cisa").get("collections/for-cisa/objects/?match[type]=identity")
    coalitions = next(one for one in listed.objects if one["name"] == "Authors")

    for stix_id in (IDENTITIES["twitter"], IDENTITIES["cisa"], coalitions["id"]):
        forged = make_identity(id=stix_id, name="Forged", modified=stamp(500))
        assert push(server, "facebook", forged)[stix_id].startswith("not-the-creator")
    signed = make_indicator(created_by_ref=coalitions["id"])
    assert push(server, "facebook", signed)[signed["id"]].startswith("not-the-creator")
    assert [one["name"] for one in feed(server, "cisa", coalitions["id"])] == ["Authors"]


def test_a_members_newer_identity_supersedes_the_supplied_one(server: RunningServer) -> None:
    """``sharing.md`` section 2: the first version in its member's line is the server's."""
    own = make_identity(
        id=IDENTITIES["cisa"],
        name="CISA, in full",
        created="2035-01-01T00:00:00.000Z",
        modified="2035-01-01T00:00:00.000Z",
    )

    assert push(server, "cisa", own)[own["id"]].startswith("ok")

    seen = server.client("facebook").get(f"collections/for-facebook/objects/{own['id']}/").objects
    assert seen == [own]
    every = feed(server, "facebook", own["id"])
    assert [one["name"] for one in every] == ["CISA", own["name"]]
    server.client("cisa").delete(f"collections/from-cisa/objects/{own['id']}/")
    left = server.client("facebook").get(f"collections/for-facebook/objects/{own['id']}/").objects
    assert [one["name"] for one in left] == ["CISA"]


def test_an_id_that_another_created_needs_a_new_id(server: RunningServer) -> None:
    """STIX 2.1 section 3.6: visible to the pusher and signed by somebody else."""
    stix = make_indicator(created_by_ref=IDENTITIES["twitter"])
    push(server, "twitter", stix)
    other = newer({**stix, "created_by_ref": IDENTITIES["facebook"]}, 9)

    assert push(server, "facebook", other)[stix["id"]].startswith("not-the-creator")
    assert feed(server, "cisa", stix["id"]) == [stix]


def test_an_id_that_the_pusher_cannot_see_never_changes_the_answer(server: RunningServer) -> None:
    """INV-SCOPE: the same push is accepted when the other's object is not released to it."""
    red = {"object_marking_refs": ["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"]}
    stix = make_indicator(created_by_ref=IDENTITIES["twitter"], **red)
    push(server, "twitter", stix)
    mine = make_indicator(id=stix["id"], created_by_ref=IDENTITIES["facebook"])

    assert push(server, "facebook", mine)[stix["id"]].startswith("ok")


def test_an_exact_copy_of_what_stands_in_the_feed_is_a_duplicate(server: RunningServer) -> None:
    """Tools push back what they pulled: a success, and no line."""
    stix = make_indicator(created_by_ref=IDENTITIES["twitter"])
    push(server, "twitter", stix)

    assert push(server, "facebook", stix)[stix["id"]].startswith("ok duplicate")
    assert (
        server.client("facebook").get(f"collections/from-facebook/objects/{stix['id']}/").status
        == 404
    )
    server.client("twitter").delete(f"collections/from-twitter/objects/{stix['id']}/")
    assert feed(server, "cisa", stix["id"]) == []


def test_what_the_server_supplies_is_a_duplicate(server: RunningServer) -> None:
    """An exact copy is a success; a TLP marking is one in any wording, and keeps its own."""
    client = server.client("facebook")
    supplied = client.get("collections/for-facebook/objects/?match[type]=marking-definition")
    green = next(one for one in supplied.objects if one["id"] == TLP_GREEN)

    assert push(server, "facebook", green)[TLP_GREEN].startswith("ok duplicate")
    changed = {**green, "name": "TLP:MINE"}
    assert push(server, "facebook", changed)[TLP_GREEN].startswith("ok duplicate")
    assert feed(server, "cisa", TLP_GREEN) == [green]
    assert {one["id"] for one in supplied.objects} >= {TLP_GREEN, TLP2_CLEAR}
    assert client.get(f"collections/from-facebook/objects/{TLP_GREEN}/").status == 404


def test_two_members_lines_of_one_id_are_independent(server: RunningServer) -> None:
    """INV-AUTHOR: neither supersedes, revokes nor withdraws the other's."""
    mine = make_indicator(name="facebook's")
    theirs = {**mine, "name": "twitter's"}
    revoked = newer(theirs, 5, revoked=True)
    push(server, "facebook", mine)

    assert push(server, "twitter", theirs)[mine["id"]].startswith("ok")
    assert push(server, "twitter", revoked)[mine["id"]].startswith("ok")

    both = server.client("cisa").get(f"collections/for-cisa/objects/{mine['id']}/").objects
    assert both == [mine, revoked]
    server.client("twitter").delete(f"collections/from-twitter/objects/{mine['id']}/")
    assert feed(server, "cisa", mine["id"]) == [mine]


def test_an_equal_object_of_two_members_stands_once_and_as_long_as_one_supports_it(
    server: RunningServer,
) -> None:
    """``sharing.md`` section 2: support."""
    stix = make_indicator()
    push(server, "facebook", stix)
    before = server.client("cisa").get("collections/for-cisa/objects/").dates
    push(server, "twitter", stix)

    assert server.client("cisa").get("collections/for-cisa/objects/").dates == before
    assert feed(server, "cisa", stix["id"]) == [stix]
    server.client("facebook").delete(f"collections/from-facebook/objects/{stix['id']}/")
    assert feed(server, "cisa", stix["id"]) == [stix]
    server.client("twitter").delete(f"collections/from-twitter/objects/{stix['id']}/")
    assert feed(server, "cisa", stix["id"]) == []


def test_other_content_under_a_known_version_is_a_conflict_in_ones_own_line_only(
    server: RunningServer,
) -> None:
    """INV-AUTHOR: also in a group collection."""
    for to in ("", "circle"):
        stix = make_indicator()
        other = {**stix, "name": "other"}
        push(server, "facebook", stix, to=to)

        assert push(server, "facebook", other, to=to)[stix["id"]].startswith("version-conflict")
        assert push(server, "twitter", other, to=to)[stix["id"]].startswith("ok")


def test_a_circle_member_deletes_only_its_own_lines(server: RunningServer) -> None:
    """``sharing.md`` section 7: an object in which the deleter has no line is 403."""
    mine, shared = make_indicator(), make_url()
    push(server, "facebook", mine, shared, to="circle")
    push(server, "twitter", shared, to="circle")
    twitter = server.client("twitter")

    assert twitter.delete(f"collections/circle/objects/{mine['id']}/").status == 403
    assert twitter.delete(f"collections/circle/objects/{shared['id']}/").status == 200
    assert twitter.get(f"collections/circle/objects/{shared['id']}/").objects == [shared]
    assert twitter.delete(f"collections/circle/objects/{shared['id']}/").status == 403
    facebook = server.client("facebook")
    assert facebook.delete(f"collections/circle/objects/{shared['id']}/").status == 200
    assert twitter.get(f"collections/circle/objects/{shared['id']}/").status == 404

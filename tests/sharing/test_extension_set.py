"""The extension set in a coalition: definitions are supplied, audiences and recalls are checked."""

from __future__ import annotations

import pytest

from stix_models.deterministic import own_id
from stix_models.extensions import (
    EXTENSION_OF_NAME,
    EXTENSIONS,
    SET_IDENTITY,
    extension_definitions,
    set_identity,
)
from taxii_server.filters import ALL, ObjectFilter
from taxii_server.sharing import coalition, library
from taxii_server.storage.protocol import PageQuery
from tests.sharing.conftest import OpenWorld
from tests.sharing.world import World, message
from tests.support.coalitions import everybody_shares
from tests.support.stix import Stix, make_indicator, make_sdo

SHARING = EXTENSION_OF_NAME["sharing"].id
RECALL = EXTENSION_OF_NAME["recall"].id
FOREIGN = "extension-definition--2a1c4e9b-0d53-4f6e-9a7b-3f0a6c1d2e4f"


def _head(world: World, alias: str) -> list[str]:
    query = PageQuery(world.collection(alias).id, ObjectFilter(versions=ALL), 0, 1000, 1 << 30)
    return world.services.store.read_page(query).text.decode().split('"id":"')[1:]


def _narrowed(*audience: str) -> Stix:
    content = {"extension_type": "property-extension", "audience": list(audience)}
    return make_indicator(extensions={SHARING: content})


def _foreign() -> Stix:
    return make_indicator(extensions={FOREIGN: {"extension_type": "property-extension", "a1b": 1}})


def _campaign(creator: str | None, name: str = "Prairie Echo") -> Stix:
    made = make_sdo("campaign", id=own_id("campaign", str(creator), name), name=name)
    return made if creator is None else {**made, "created_by_ref": creator}


def _definition() -> Stix:
    return {
        **extension_definitions()[0],
        "id": FOREIGN,
        "created_by_ref": "identity--0f3f2f4a-6f6e-4c7f-9a53-1a2b3c4d5e6f",
        "name": "foreign",
    }


def test_each_feed_begins_with_the_definitions_and_who_signed_them(world: World) -> None:
    """``sharing.md`` section 2."""
    ids = [text.partition('"')[0] for text in _head(world, "for-cisa")]

    assert ids.count(SET_IDENTITY) == 1
    for extension in EXTENSIONS:
        assert ids.count(extension.id) == 1


def test_an_exact_copy_of_a_definition_is_a_duplicate_and_makes_no_line(world: World) -> None:
    """Tools send definitions along with the objects that use them."""
    status = world.push("facebook", set_identity(), *extension_definitions())

    assert status["success_count"] == 1 + len(EXTENSIONS)
    assert world.ids("from-facebook") == []


def test_nobody_changes_a_definition_of_the_set(world: World) -> None:
    changed = {**extension_definitions()[0], "modified": "2027-01-01T00:00:00.000Z"}

    status = world.push("facebook", changed)

    assert message(status).startswith("not-the-creator")


def test_nobody_signs_with_the_sets_identity(world: World) -> None:
    """INV-AUTHOR: the identity is reserved in every coalition."""
    status = world.push("facebook", make_indicator(created_by_ref=SET_IDENTITY))

    assert message(status).startswith("not-the-creator")


def test_an_audience_of_members_and_groups_is_accepted(world: World) -> None:
    status = world.push("facebook", _narrowed("cisa", "agencies", "members"))

    assert status["failure_count"] == 0


def test_an_audience_that_nobody_is_fails_and_says_which_name(world: World) -> None:
    """Object model section 5: a misspelt name would hide the object from whom it was meant for."""
    status = world.push("facebook", _narrowed("cisa", "cissa"), make_indicator())

    assert (status["success_count"], status["failure_count"]) == (1, 1)
    said = str(status["failures"][0]["message"])
    assert said.startswith(f"/extensions/{SHARING}/audience/1 unknown-audience:")
    assert '"cissa"' in said


def test_a_repeatable_id_of_the_pushers_own_identity_is_not_a_shared_one(world: World) -> None:
    """Object model section 2: it is made of who created the object."""
    own = world.services.coalition.member("facebook").identities[0]

    assert "shared-id" not in message(world.push("facebook", _campaign(own)))


@pytest.mark.parametrize("creator", [None, "identity--c78cb6e5-0c4b-4611-8297-d1b8b55e40b5"])
def test_a_repeatable_id_that_others_could_make_too_warns(
    world: World, creator: str | None
) -> None:
    """Object model section 5: two members could meet on it."""
    assert "shared-id" in message(world.push("facebook", _campaign(creator)))


def test_a_definition_that_a_member_brought_before_gains_support_when_it_is_supplied(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``sharing.md`` section 2: an equal object appends nothing. An older server let it in."""
    monkeypatch.setattr(library, "extension_definitions", list)
    monkeypatch.setattr(coalition, "SET_IDENTITY", "identity--of-nobody")
    world = open_world(everybody_shares())
    world.push("facebook", extension_definitions()[0])
    monkeypatch.undo()

    world.restart(everybody_shares())

    ids = [text.partition('"')[0] for text in _head(world, "for-cisa")]
    assert [ids.count(extension.id) for extension in EXTENSIONS] == [1] * len(EXTENSIONS)
    world.delete("facebook", EXTENSIONS[0].id)
    assert EXTENSIONS[0].id in [text.partition('"')[0] for text in _head(world, "for-cisa")]


def test_a_member_cannot_recall(world: World) -> None:
    """Object model section 3: recall notes are the coalition's alone."""
    withdrawn = [{"ref": make_indicator()["id"]}]
    content = {
        "extension_type": "property-extension",
        "withdrawn": withdrawn,
        "withdrawn_at": "2026-11-24T00:00:00.000Z",
    }

    note = make_sdo("note", content="gone", object_refs=[withdrawn[0]["ref"]])

    status = world.push("facebook", {**note, "extensions": {RECALL: content}})

    assert message(status).startswith("not-the-creator")


def test_an_extension_whose_definition_was_never_sent_warns(world: World) -> None:
    """Object model section 5."""
    status = world.push("facebook", _foreign())

    assert f"unknown-extension: {FOREIGN}" in message(status)


def test_an_extension_whose_definition_comes_along_does_not_warn(world: World) -> None:
    status = world.push("facebook", _foreign(), _definition())

    assert status["success_count"] == 2
    assert not any("unknown-extension" in message(status, n) for n in (0, 1))


def test_a_definition_that_the_pusher_sent_before_is_remembered(world: World) -> None:
    world.push("facebook", _definition())

    assert "unknown-extension" not in message(world.push("facebook", _foreign()))


def test_a_definition_that_another_member_sent_counts_once_it_can_be_seen(world: World) -> None:
    """All is released to all here, so google's definition stands in facebook's feed."""
    world.push("google", _definition())

    assert "unknown-extension" not in message(world.push("facebook", _foreign()))


def test_a_definition_in_somebody_elses_submissions_alone_does_not_count(world: World) -> None:
    """INV-SCOPE: what the pusher cannot see never changes its answer."""
    red = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
    world.push("google", {**_definition(), "object_marking_refs": [red]})

    assert "unknown-extension" in message(world.push("facebook", _foreign()))

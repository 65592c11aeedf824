"""The profile ``opencti`` against members who want to take the place of others' objects."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxii_server.client.bundles import StixText, read_objects
from taxii_server.client.opencti.ids import TARGET_TYPES, link_id, new_id
from taxii_server.client.opencti.profile import PROFILE
from taxii_server.client.pull import merge
from tests.client.fake import FakeTaxii
from tests.client.test_opencti_profile import BUYER, CLUSTER, LATER, cluster, rewrite, rewrite_one
from tests.client.test_opencti_pulls import do_pull
from tests.support.stix import (
    FIRST,
    Stix,
    make_campaign,
    make_id,
    make_identity,
    make_relationship,
    make_sdo,
)


@pytest.mark.parametrize(
    "sent",
    [
        make_sdo("intrusion-set", name="n"),
        make_identity(),
        make_sdo("note", content="c", object_refs=[make_id("campaign")]),
        make_relationship(make_id("campaign"), make_id("tool")),
    ],
    ids=lambda sent: str(sent["type"]),
)
@pytest.mark.parametrize("write", [str, str.upper], ids=["small letters", "capitals"])
def test_an_object_that_comes_with_an_id_of_the_profiles_gets_another(
    sent: Stix, write: Callable[[str], str]
) -> None:
    """Anybody can compute such an id. Names of the object follow, and nothing else changes."""
    taken = f"{sent['type']}--{write('c0ffee00-1111-3111-8111-111111111111')}"
    report = make_sdo("report", object_refs=[taken], x_about={"a": taken})

    made = rewrite_one({**sent, "id": taken})

    assert made["id"] == new_id(taken) != taken
    assert new_id(made["id"]) != made["id"]
    assert made["external_references"] == [{"source_name": "clearinghouse", "external_id": taken}]
    rest = {k: v for k, v in made.items() if k not in ("id", "external_references")}
    assert rest == {k: v for k, v in sent.items() if k != "id"}
    assert rewrite_one(report)["object_refs"] == [made["id"]]
    assert rewrite_one(report)["x_about"] == {"a": made["id"]}


@given(
    st.sets(
        st.builds(
            lambda stix_type, number, version, write: (
                f"{stix_type}--{write(str(uuid.UUID(int=number, version=version)))}"
            ),
            st.sampled_from([*TARGET_TYPES, *TARGET_TYPES.values(), "relationship", "foreign"]),
            st.integers(0xABC << 112, (0xABC << 112) + 3),
            st.sampled_from([3, 4, 5]),
            st.sampled_from([str, str.upper]),
        ),
        max_size=8,
    )
)
def test_no_two_objects_meet_in_one_id(originals: set[str]) -> None:
    """Nor does an object come into the place of one that the profile made of another."""
    predicted = originals | {new_id(one) for one in originals}
    predicted |= {link_id(one, "uses", CLUSTER) for one in originals}

    given_out = [new_id(one) for one in predicted]
    given_out += [link_id(one, "uses", CLUSTER) for one in predicted]

    assert len(set(given_out)) == len(given_out)


def test_a_reference_that_only_the_profile_may_give_is_removed() -> None:
    """Somebody could make an object look as if it was made of another's."""
    claim = {"source_name": " ClearingHouse", "external_id": CLUSTER}
    other = {"source_name": "Clearinghouse", "url": "https://clearinghouse.example/1"}
    kept = {"source_name": "DISARM", "external_id": "T0114"}

    for sources, left in (([claim, other, kept], [other, kept]), ([claim], None)):
        made = rewrite_one(make_campaign(external_references=sources))
        assert made.get("external_references") == left
    made = rewrite_one(cluster(external_references=[claim | {"external_id": BUYER}]))
    assert [one["external_id"] for one in made["external_references"]] == [CLUSTER]


def test_an_object_under_an_id_of_another_type_is_left_out() -> None:
    """Whatever looks at ids alone would take it for the object that the profile made."""
    for stix_id in (new_id(CLUSTER), f" {new_id(CLUSTER)}", "no id"):
        assert rewrite({"type": "foreign-thing", "id": stix_id, "name": "n"}) == []


def test_an_object_that_claims_anothers_origin_replaces_nothing() -> None:
    """Even in a file that others wrote: only the id proves what was made of what."""
    (mine,) = PROFILE.rewrite(read_objects(json.dumps(cluster()), "test")[0])
    claim = [{"source_name": "clearinghouse", "external_id": CLUSTER}]
    for other_id in (make_id("intrusion-set"), new_id(BUYER), new_id(CLUSTER).upper()):
        claiming = {"type": "intrusion-set", "modified": LATER, "external_references": claim}
        (other,) = read_objects(json.dumps({**claiming, "id": other_id}), "test")

        assert PROFILE.origin(other) != PROFILE.origin(mine)
        assert merge([mine], [other], keep_all=False, origin=PROFILE.origin) == [mine, other]


VICTIM = cluster(
    id="coordinated-account-cluster--abcdef11-1111-4111-8111-111111111111",
    created_by_ref="identity--abcdef22-1111-4111-8111-111111111111",
    account_refs=["user-account--abcdef33-1111-5111-8111-111111111111"],
)
CLAIM = [{"source_name": "clearinghouse", "external_id": VICTIM["id"]}]
MADE_ID = new_id(VICTIM["id"])
LINK_ID = link_id(VICTIM["id"], "related-to", VICTIM["account_refs"][0])
LINK = {
    "source_ref": MADE_ID,
    "target_ref": VICTIM["account_refs"][0],
    "relationship_type": "related-to",
}


def attack(stix_type: str, stix_id: str, **properties: Any) -> Stix:
    """Return an object that would be newer than the victim's, with a claim to be made of it."""
    said = {"name": "nothing to see", "modified": LATER, "external_references": CLAIM}
    return make_sdo(stix_type, **{**said, "id": stix_id, **properties})


def in_capitals(stix_id: str) -> str:
    """Return an id with its UUID in capitals: to the server it is another object's."""
    return stix_id[:-36] + stix_id[-36:].upper()


def references_of(item: StixText) -> list[Stix]:
    """Return the external references of an object."""
    found: list[Stix] = item.content.get("external_references", [])
    return found


ATTACKS = {
    "the id of the intrusion set": attack("intrusion-set", MADE_ID),
    "the same in capitals": attack("intrusion-set", in_capitals(MADE_ID)),
    "the id that this one gets": attack("intrusion-set", new_id(MADE_ID)),
    "the id of the relationship": attack("relationship", LINK_ID, **LINK),
    "the same relationship": attack("relationship", make_id("relationship"), **LINK),
    "the id of the relationship that this one gets": attack("relationship", new_id(LINK_ID)),
    "the cluster's id in capitals": attack(VICTIM["type"], in_capitals(VICTIM["id"])),
    "another cluster with the claim": attack(VICTIM["type"], CLUSTER),
    "the cluster's id, by another": attack(
        VICTIM["type"], VICTIM["id"], created_by_ref=make_id("identity")
    ),
    "the cluster's id, by nobody": attack(VICTIM["type"], VICTIM["id"]),
    "an id of another type": attack("foreign-thing", MADE_ID),
    "no type": {"id": MADE_ID, "modified": LATER, "external_references": CLAIM},
    "an id with a blank": attack("intrusion-set", f"{MADE_ID} "),
    "a note": attack("note", make_id("note"), object_refs=[MADE_ID], content="withdrawn"),
}
SAME_ID = {"the cluster's id, by another", "the cluster's id, by nobody"}
"""What a server accepts only from who cannot see the victim's: then a plain feed has both too."""


@pytest.mark.parametrize("first", ["victim", "attack"])
@pytest.mark.parametrize("name", ATTACKS)
def test_nobody_takes_the_place_of_what_was_made_of_anothers_object(
    fake: FakeTaxii, tmp_path: Path, name: str, first: str
) -> None:
    """Anybody can compute the new ids. Nothing of the victim's leaves, changes or gets a double."""
    whole, grown, state = tmp_path / "whole.json", tmp_path / "grown.json", tmp_path / "state"
    things = [VICTIM, ATTACKS[name]]
    for thing in things if first == "victim" else reversed(things):
        fake.add(thing)
        do_pull(fake, grown, state)
    do_pull(fake, whole)

    mine = PROFILE.rewrite(read_objects(json.dumps(VICTIM), "test")[0])
    assert len(mine) == 2
    for out in (whole, grown):
        held = read_objects(out.read_text(), "test")
        assert [one for one in mine if one not in held] == []
        if name not in SAME_ID:
            ids = [str(one.id).strip().lower() for one in held]
            assert [ids.count(str(one.id)) for one in mine] == [1, 1]
            linked = [one for one in held if CLAIM[0] in references_of(one)]
            assert linked == [one for one in held if one in mine]


def test_an_object_without_dates_is_not_replaced_by_one_with_dates(
    fake: FakeTaxii, tmp_path: Path
) -> None:
    """An observable's id is anybody's, and the note that stands for one is dated 1970."""
    mine = {"type": "foreign-sco", "id": make_id("foreign-sco"), "spec_version": "2.1", "a": "b"}
    out, state = tmp_path / "out.json", tmp_path / "state"
    fake.add(mine)
    do_pull(fake, out, state)
    fake.add({**mine, "a": "c", "created": FIRST, "modified": LATER})

    do_pull(fake, out, state)

    notes = [one for one in json.loads(out.read_text())["objects"] if one["type"] == "note"]
    assert [note["content"][-1] for note in notes] == ["b", "c"]

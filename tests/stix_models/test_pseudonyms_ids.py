"""Which ids of a rewritten bundle stay: none of which somebody could check a guessed login."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import pytest

from stix_models.canonical import canonical_json
from stix_models.deterministic import SCO_NAMESPACE, has_own_id, own_id, sco_id
from stix_models.extensions import EXTENSION_OF_NAME
from stix_models.opencti import opencti_id
from stix_models.pseudonyms import PseudonymKey, pseudonym
from tests.stix_models.pseudonym_bundles import (
    BUNDLE_ID,
    CREATOR,
    KEY,
    make_account,
    make_bundle,
    make_own_relationship,
    make_signed,
    objects_of,
    refusals,
    rewrite,
    written,
)
from tests.support.stix import TLP2_GREEN, make_id, make_identity

LOGIN = "harbour_lights"
ACCOUNT = make_account(account_login=LOGIN)
NEW = sco_id(
    "user-account",
    {"account_type": "twitter", "user_id": pseudonym(KEY, "twitter", "login", LOGIN)},
)


def hashed(stix_type: str, *made_of: str) -> str:
    """Return a UUIDv5 of a tool that is not known here."""
    return f"{stix_type}--{uuid.uuid5(SCO_NAMESPACE, canonical_json([*made_of]).decode())}"


def disguised(stix_type: str, *made_of: str) -> str:
    """Return a hash that has the form of a random id."""
    digest = hashlib.sha256("\n".join(made_of).encode()).digest()
    return f"{stix_type}--{uuid.UUID(bytes=digest[:16], version=4)}"


def is_gone(stix_id: str, *objects: dict[str, Any], **options: Any) -> bool:
    """Return whether an id is in the bundle of an account and these, and not when rewritten."""
    bundle = make_bundle(ACCOUNT, *objects)
    assert stix_id.encode() in written(bundle)
    return stix_id[-36:].encode() not in written(rewrite(bundle, **options).bundle)


def test_ids_that_are_made_of_an_accounts_id_are_made_anew() -> None:
    """Whoever guesses a login can compute the raw account's id, and from it all of these."""
    cluster = make_signed("campaign", name="Harbour", x_refs=[ACCOUNT["id"]])
    cluster["id"] = own_id("campaign", CREATOR, "Harbour")
    own = make_own_relationship(cluster["id"], "controls", ACCOUNT["id"])
    nested = make_own_relationship(own["id"], "x-about", ACCOUNT["id"])
    of_opencti = make_signed(
        "relationship", relationship_type="x", source_ref=ACCOUNT["id"], target_ref=CREATOR
    )
    of_opencti["id"] = hashed("relationship", ACCOUNT["id"])
    report = make_signed("report", name="R", object_refs=[own["id"], of_opencti["id"]])
    bundle = make_bundle(ACCOUNT, cluster, own, nested, of_opencti, report)

    found = rewrite(bundle)

    made = found.bundle["objects"]
    assert made[1]["id"] == cluster["id"]  # made of its name, not of what it lists
    assert has_own_id(made[2])
    assert made[2]["target_ref"] == NEW
    assert has_own_id(made[3])
    assert made[3]["source_ref"] == made[2]["id"]
    assert made[5]["object_refs"] == [made[2]["id"], made[4]["id"]]
    gone = {one["id"] for one in (own, nested, of_opencti, report)}
    assert found.report.renamed.keys() == gone
    assert not any(one.encode() in written(found.bundle) for one in (*gone, ACCOUNT["id"]))


@pytest.mark.parametrize("make", [hashed, disguised])
@pytest.mark.parametrize(
    "stix_type", ["report", "note", "opinion", "grouping", "indicator", "x-thing", "relationship"]
)
def test_what_names_an_account_gets_an_id_that_only_key_holders_can_make(
    make: Any, stix_type: str
) -> None:
    """A hash of the references can be written like a random id, so its form proves nothing."""
    stix_id = make(stix_type, ACCOUNT["id"])

    assert is_gone(stix_id, make_signed(stix_type, id=stix_id, object_refs=[ACCOUNT["id"]]))


def test_what_names_something_with_a_new_id_gets_one_too() -> None:
    first = make_signed("note", object_refs=[ACCOUNT["id"]])
    second = make_signed("note", object_refs=[first["id"]])
    second["id"] = disguised("note", first["id"])
    third = make_signed("note", object_refs=[second["id"]])
    third["id"] = disguised("note", second["id"])

    assert is_gone(third["id"], third, second, first)


@pytest.mark.parametrize("make", [hashed, disguised])
def test_what_is_redacted_gets_an_id_that_only_key_holders_can_make(make: Any) -> None:
    text = f"Run by {LOGIN}"
    note = make_signed("note", id=make("note", text), content=text, object_refs=[CREATOR])

    assert is_gone(note["id"], note, redact=True)


def test_a_hash_that_cannot_be_explained_goes_from_any_object() -> None:
    person = make_identity(id=hashed("identity", LOGIN), name="Redacted")

    assert is_gone(person["id"], person)


def test_a_relationship_to_an_address_that_is_redacted_gets_another_id() -> None:
    """Its id is a hash of the address's id, which is a hash of the address."""
    address = {"type": "url", "value": f"https://t.example/{LOGIN}"}
    address["id"] = sco_id("url", address)
    link = make_signed("relationship", source_ref=CREATOR, target_ref=address["id"])
    link["id"] = hashed("relationship", CREATOR, address["id"])
    bundle = make_bundle(ACCOUNT, link, address)

    made = objects_of(bundle, redact=True)

    assert made[2]["id"] == sco_id("url", made[2])
    assert made[1]["target_ref"] == made[2]["id"]
    assert is_gone(link["id"], link, address, redact=True)


def test_an_observable_with_a_foreign_hash_gets_the_standards_id() -> None:
    """So that others who saw it still meet on it; its own properties tell nothing more."""
    file = {"type": "file", "name": "a.txt", "id": hashed("file", LOGIN)}

    assert objects_of(make_bundle(ACCOUNT, file))[1]["id"] == sco_id("file", file)


def test_an_observable_whose_id_is_made_of_itself_does_not_turn_round() -> None:
    file = {"type": "file", "name": "a.txt", "id": hashed("file", "1")}
    file["parent_directory_ref"] = file["id"]

    assert is_gone(file["id"], file)


def test_ids_that_tell_nothing_stay() -> None:
    """Others refer to them; a bundle about accounts is no reason to break that."""
    creator = make_identity(id=hashed("identity", "A company"), name="A company")
    channel = make_signed("channel", name="News", id=opencti_id("channel", "News"))
    own = make_signed("narrative", name="N", id=own_id("narrative", CREATOR, "N"))
    marking = {"type": "marking-definition", "id": hashed("marking-definition", "A circle")}
    domain = {"type": "domain-name", "value": "a.example"}
    domain["id"] = sco_id("domain-name", domain)
    random = {**make_signed("campaign", name="C"), "created_by_ref": creator["id"]}
    stay = [creator, channel, own, marking, domain, random]

    assert objects_of(make_bundle(ACCOUNT, *stay))[1:] == stay


def test_without_a_raw_account_every_id_stays() -> None:
    report = make_signed("report", id=hashed("report", "a"), object_refs=[CREATOR])
    bundle = make_bundle(report)

    assert rewrite(bundle).bundle == bundle


@pytest.mark.parametrize("make", [hashed, disguised])
def test_the_bundle_gets_another_id_everywhere(make: Any) -> None:
    """It may be made of the ids of the accounts in it."""
    old_id = make("bundle", ACCOUNT["id"])
    note = make_signed("note", content=f"In {old_id}.", object_refs=[CREATOR])

    made = rewrite({**make_bundle(ACCOUNT, note), "id": old_id}).bundle

    assert made["id"] != old_id
    assert made["objects"][1]["content"] == f"In {made['id']}."


def test_a_new_id_is_the_same_in_every_bundle_and_another_with_another_key() -> None:
    """So that what two bundles say of one object, and its versions, stay together."""
    note = make_signed("note", content="a", object_refs=[ACCOUNT["id"]])
    alone = objects_of(make_bundle(ACCOUNT, note))
    among = objects_of(make_bundle(make_signed("campaign", name="C"), note, ACCOUNT))
    other = rewrite(make_bundle(ACCOUNT, note), PseudonymKey("k-2021", bytes(32)))

    assert alone[1]["id"] == among[1]["id"]
    assert alone[1]["id"] != other.bundle["objects"][1]["id"]
    assert rewrite(make_bundle(ACCOUNT)).bundle["id"] != BUNDLE_ID


def test_a_reference_to_a_hash_that_is_not_in_the_bundle_warns() -> None:
    """It may be a hash of the account's, and nothing here can make it anew."""
    stranger = hashed("relationship", ACCOUNT["id"])
    sure = make_id("campaign")
    note = make_signed(
        "note", content="a", object_refs=[stranger, sure], object_marking_refs=[TLP2_GREEN]
    )
    bundle = make_bundle(ACCOUNT, note)

    (warning,) = rewrite(bundle).report.warnings

    assert (warning.pointer, warning.rule) == ("/objects/1/object_refs/0", "hash-of-stranger")
    assert rewrite(make_bundle(note)).report.warnings == []


def test_an_id_that_is_no_id_refuses_the_bundle() -> None:
    """It could be anything, and would stay."""
    for stix_id in (f"note--{hashlib.sha256(LOGIN.encode()).hexdigest()}", 5, None):
        note = {**make_signed("note", content="a", object_refs=[CREATOR]), "id": stix_id}

        assert refusals(make_bundle(note)) == [("/objects/0/id", "id")]


def test_the_sets_extension_definitions_stay() -> None:
    definition = {"type": "extension-definition", "id": EXTENSION_OF_NAME["recall"].id}

    assert objects_of(make_bundle(ACCOUNT, definition))[1] == definition

"""The sample story has all that the object model has, and holds together as a story."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from stix_models.disarm import technique
from stix_models.extensions import EXTENSION_OF_NAME, EXTENSIONS, NEW_SDO
from stix_models.markings import TLP_2
from stix_models.pseudonyms import pseudonym
from stix_models.relationships import RELATIONS
from taxii_server.demo.stix import AMBER_STRICT, DEMO_KEY, FICTION, RED
from taxii_server.demo.story import members_that_push, story

CLUSTER = "coordinated-account-cluster"
SHARING = EXTENSION_OF_NAME["sharing"].id
Stix = Mapping[str, Any]


def pushed() -> Iterator[tuple[str, Stix]]:
    """Yield every object with who pushes it, in the order of the pushes."""
    for part in story():
        for thing in part.content["objects"]:
            yield part.member, thing


OBJECTS: dict[str, Stix] = {thing["id"]: thing for _, thing in pushed()}


def of_type(stix_type: str) -> list[Stix]:
    return [thing for thing in OBJECTS.values() if thing["type"] == stix_type]


def joined(verb: str, source_type: str, target_type: str) -> dict[str, set[str]]:
    """Return by source which targets a verb joins it to."""
    found: dict[str, set[str]] = defaultdict(set)
    for link in of_type("relationship"):
        ends = link["source_ref"], link["target_ref"]
        types = tuple(OBJECTS[end]["type"] for end in ends)
        if link["relationship_type"] == verb and types == (source_type, target_type):
            found[ends[0]].add(ends[1])
    return found


def test_four_members_tell_it() -> None:
    assert members_that_push() == ("facebook", "twitter", "google", "cisa")


@pytest.mark.parametrize("name", [e.name for e in EXTENSIONS if e.name != "recall"])
def test_every_object_and_extension_of_the_set_appears(name: str) -> None:
    """But *recall*, which only a coalition writes."""
    extension = EXTENSION_OF_NAME[name]
    if extension.extension_type == NEW_SDO:
        assert of_type(name)
    assert any(extension.id in thing.get("extensions", {}) for thing in OBJECTS.values())


def test_recall_does_not_appear() -> None:
    recall = EXTENSION_OF_NAME["recall"].id
    assert not any(recall in thing.get("extensions", {}) for thing in OBJECTS.values())


@pytest.mark.parametrize(
    "stix_type",
    [
        *("campaign", "intrusion-set", "threat-actor", "identity", "location", "attack-pattern"),
        *("infrastructure", "indicator", "course-of-action", "observed-data", "report"),
        *("grouping", "sighting", "opinion", "note", "relationship", "marking-definition"),
        *("user-account", "media-content", "domain-name", "url", "email-addr", "ipv4-addr"),
    ],
)
def test_the_types_that_go_with_it_appear(stix_type: str) -> None:
    assert of_type(stix_type)


def test_every_suggested_relationship_appears() -> None:
    """Section 4 of the object model: each verb, from each source, to each target."""
    told = {
        (
            OBJECTS[link["source_ref"]]["type"],
            link["relationship_type"],
            OBJECTS[link["target_ref"]]["type"],
        )
        for link in of_type("relationship")
    }

    suggested = {triple for relation in RELATIONS for triple in relation.triples()}
    assert suggested - told == set()


def test_every_level_of_tlp_and_a_statement_is_used() -> None:
    used = {marking for thing in OBJECTS.values() for marking in thing["object_marking_refs"]}

    assert used == {*TLP_2, FICTION}


def test_clusters_on_three_platforms_share_domains_and_ad_buyers() -> None:
    clusters = {
        platform: {c["id"] for c in of_type(CLUSTER) if platform in c["platforms"]}
        for platform in ("facebook", "twitter", "youtube")
    }
    sites = joined("uses", CLUSTER, "domain-name")
    for cluster, more in joined("controls", CLUSTER, "domain-name").items():
        sites[cluster] |= more
    buyers: dict[str, set[str]] = defaultdict(set)
    for buyer, funded in joined("funds", "ad-buyer", CLUSTER).items():
        for cluster in funded:
            buyers[cluster].add(buyer)

    def shared(of: Mapping[str, set[str]]) -> set[str]:
        return set.intersection(
            *(set().union(*(of[one] for one in ids)) for ids in clusters.values())
        )

    assert len(shared(sites)) >= 2
    assert len(shared(buyers)) >= 1
    assert any(len(funded) >= 2 for funded in joined("funds", "ad-buyer", CLUSTER).values())


def test_one_means_of_payment_ties_buyers_of_two_platforms() -> None:
    paid: dict[str, set[str]] = defaultdict(set)
    for buyer in of_type("ad-buyer"):
        for fingerprint in buyer.get("payment_fingerprints", ()):
            paid[fingerprint].update(buyer["platforms"])

    assert any({"facebook", "google-ads"} <= platforms for platforms in paid.values())


def test_two_members_meet_on_one_pseudonymous_account() -> None:
    """Facebook knows a login, Twitter the account: with one key they make one object."""
    pushers: dict[str, dict[str, Stix]] = defaultdict(dict)
    for member, thing in pushed():
        if thing["type"] == "user-account":
            pushers[thing["id"]][member] = thing

    met = [found for found in pushers.values() if found.keys() == {"facebook", "twitter"}]
    assert len(met) == 4
    for found in met:
        assert found["facebook"] == found["twitter"]
    logins = {found["twitter"]["user_id"] for found in met}
    assert pseudonym(DEMO_KEY, "twitter", "login", "@DWhitcomb_WI_example") in logins


def test_techniques_are_those_of_disarm() -> None:
    techniques = of_type("attack-pattern")

    assert len(techniques) >= 10
    for each in techniques:
        (reference,) = each["external_references"]
        found = technique(reference["external_id"])
        assert found is not None, reference


def test_an_estimate_is_corrected_and_a_mistake_revoked() -> None:
    versions: dict[str, list[Stix]] = defaultdict(list)
    for _, thing in pushed():
        if "modified" in thing and thing not in versions[thing["id"]]:
            versions[thing["id"]].append(thing)
    changed = [found for found in versions.values() if len(found) > 1]

    for first, second in changed:
        assert first["created"] == second["created"]
        assert first["modified"] < second["modified"]
    assert {"campaign", CLUSTER} <= {found[0]["type"] for found in changed}
    assert {found[1]["type"] for found in changed if found[1].get("revoked")} == {
        "channel",
        "relationship",
    }
    assert any("reversed_at" in action for action in of_type("platform-action"))


def test_nothing_is_named_before_it_was_pushed() -> None:
    known = set(TLP_2)
    for part in story():
        known |= {thing["id"] for thing in part.content["objects"]}
        for thing in part.content["objects"]:
            assert names_of(thing) - {thing["id"]} <= known, (part.name, thing["id"])


def test_nobody_names_what_it_cannot_see() -> None:
    """Another's object is named only where it was shared up to AMBER, with no audience."""
    hidden: dict[str, set[str]] = defaultdict(set)  # by who pushed it
    for member, thing in pushed():
        if {AMBER_STRICT, RED} & {*thing["object_marking_refs"]} or SHARING in thing.get(
            "extensions", {}
        ):
            hidden[member].add(thing["id"])
    for member, thing in pushed():
        others = {i for owner, ids in hidden.items() if owner != member for i in ids}
        assert not names_of(thing) & others, thing["id"]


def test_what_has_an_audience_or_an_embargo_is_named_by_nothing() -> None:
    """So that nothing else waits for it, whoever may see it and when."""
    restricted = {t["id"] for t in OBJECTS.values() if SHARING in t.get("extensions", {})}

    assert len(restricted) >= 4
    for _, thing in pushed():
        assert not names_of(thing) & restricted - {thing["id"]}


def test_audience_embargo_purpose_and_legal_basis_are_used() -> None:
    used = {
        key for thing in OBJECTS.values() for key in thing.get("extensions", {}).get(SHARING, ())
    }

    assert used == {"extension_type", "audience", "release_at", "purpose", "legal_basis"}


def test_what_is_told_has_happened() -> None:
    for _, thing in pushed():
        for key in ("performed_at", "last_seen", "reversed_at", "last_observed"):
            assert thing.get(key, "") <= thing.get("modified", "9999"), (thing["id"], key)


def test_leads_pass_from_member_to_member() -> None:
    """Facebook's lead to both others, Twitter's to Google, Google's back, CISA's to Google."""
    pusher: dict[str, str] = {}
    for member, thing in pushed():
        pusher.setdefault(thing["id"], member)

    led = {
        (pusher[reason], pusher[action["id"]])
        for action in of_type("platform-action")
        for reason in action.get("triggered_by_refs", ())
    }

    assert led >= {
        ("facebook", "twitter"),
        ("facebook", "google"),
        ("twitter", "google"),
        ("google", "facebook"),
        ("twitter", "facebook"),
        ("cisa", "google"),
    }


def names_of(thing: Stix) -> set[str]:
    """Return every id that the object names, at any depth, references and extensions' too."""
    found: set[str] = set()
    pending: list[Any] = [thing]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending.extend(inner for key, inner in value.items() if key != "id")
        elif isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, str) and "--" in value:
            found.add(value)
    return found


def test_the_story_is_json_of_a_readable_size() -> None:
    """A file is looked at by people: none has more than 150 objects."""
    for part in story():
        assert len(part.content["objects"]) <= 150
        assert json.loads(json.dumps(part.content)) == part.content

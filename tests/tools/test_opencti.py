"""The story in pycti's bundle splitter, with and without the profile (Must show 5)."""

from __future__ import annotations

import random

import pytest

from stix_models.opencti import opencti_id
from stix_models.validation import validate
from taxii_server.client.opencti.facts import ENTITY_TYPES, OBSERVABLE_TYPES
from taxii_server.client.opencti.ids import TARGET_TYPES, is_left_out
from taxii_server.client.opencti.mapped import SOURCE_NAME
from tests.tools.feeds import Feeds
from tests.tools.results import Results, split
from tests.tools.running import ask

VECTORS = [
    ("narrative", "Mail-in ballots are fraud", "b6f59d88-546a-5202-b396-95f43a114de3"),
    ("narrative", "  ELECTION was Stolen  ", "60e5fc03-462f-5a00-8ec1-f29a1d010d63"),
    ("narrative", "Выборы сфальсифицированы", "9f5150d0-a8ff-5cbb-aeb7-1a02cc710e0f"),
    ("narrative", "İstanbul ΣΊΣΥΦΟΣ ǅ", "1efcf3b8-0021-5382-b1bf-0ad4a877a2b0"),
    ("channel", "  @IRA_Copy_Page ", "6777711b-2ebc-5b39-848d-43eeabba987f"),
    ("channel", "РИА «Правда»", "df2a53a3-eb2a-58ce-a364-a74d39f9589e"),
    ("event", "2020 US Presidential Election", "5e70a1d8-c22c-5bed-93ad-308d1bda5bc4"),
    ("event", "\tDNC Convention\n", "77c5ac23-0875-5d7d-825c-81f75ce605cc"),
]
ALPHABETS = (
    "abc XYZ 123",
    "\t\n\x0b\x1f\x85\u00a0\u2003\u2028\u3000 a",  # what Python counts as white space, and not
    '"\\/\b\x00\x7f<&',  # what JSON escapes
    "ÄÖÜßẞéŸĳǅŉ",  # letters whose lower case is longer, or none
    "İıΣσςΑΆⓐ",
    "日本語 한국어 русский العربية",
    "𝔸𐐀🗳️👩🏽‍💻\ue000\uffff",  # beyond the basic plane, and above it in another order
)


def random_names() -> list[tuple[str, str]]:
    """Return a few hundred names that try what normalising can do, the same each time."""
    choose = random.Random("names")
    types = ("narrative", "channel", "event")
    return [
        (choose.choice(types), "".join(choose.choices(choose.choice(ALPHABETS), k=length)))
        for length in range(1, 25)
        for _ in range(20)
    ]


@pytest.mark.parametrize(("stix_type", "name", "uuid"), VECTORS)
def test_the_id_helper_gives_the_vectors(stix_type: str, name: str, uuid: str) -> None:
    """Section 7 of the object model."""
    assert opencti_id(stix_type, name) == f"{stix_type}--{uuid}"


def test_the_id_helper_gives_what_pycti_gives(tools: None) -> None:
    names = [(stix_type, name) for stix_type, name, _ in VECTORS] + random_names()

    assert [opencti_id(*one) for one in names] == ask("ids", names)


@pytest.mark.parametrize(
    ("stix_type", "name"), [("campaign", "Prairie Echo"), ("narrative", "half a pair \ud83d")]
)
def test_the_id_helper_refuses_what_opencti_has_no_id_for(stix_type: str, name: str) -> None:
    with pytest.raises(ValueError):
        opencti_id(stix_type, name)


def test_with_the_profile_nothing_is_dropped(results: Results, feeds: Feeds) -> None:
    """Every object gets through, and keeps every name in it."""
    found = results.opencti

    assert found.dropped == frozenset()
    assert found.removed == {}
    assert found.taken == {obj["id"] for obj in feeds.mapped}


def test_with_the_profile_every_object_of_the_feed_is_there(feeds: Feeds) -> None:
    """Under its own id, or referred to as what another was made of."""
    there = {obj["id"] for obj in feeds.mapped} | {
        ref["external_id"]
        for obj in feeds.mapped
        for ref in obj.get("external_references", ())
        if ref["source_name"] == SOURCE_NAME
    }

    missing = {obj["id"] for obj in feeds.sent} - there

    assert {ref for ref in missing if not is_left_out(ref)} == set()


def test_without_the_profile_much_is_dropped(results: Results) -> None:
    """The comparison compares something: each of the set's own types, and what names them."""
    dropped = {obj["type"] for obj in results.plain.drops()}

    assert dropped >= {*TARGET_TYPES, "relationship", "extension-definition"}
    assert len(results.plain.removed) > 1


def test_what_the_profile_makes_is_valid(feeds: Feeds) -> None:
    problems = [
        (obj["id"], problem)
        for obj in feeds.mapped
        for problem in validate(obj, accept_undeclared_types=False)
        if problem.severity == "error"
    ]

    assert problems == []


def test_opencti_gives_each_mapped_object_an_id_of_its_own(feeds: Feeds, tools: None) -> None:
    """OpenCTI makes ids of contents and names. Only names are meant to meet there."""
    made = [obj for obj in feeds.mapped if SOURCE_NAME in str(obj.get("external_references"))]
    objects = [obj for obj in made if obj["type"] in ("identity", "intrusion-set", "note")]
    unlike = {obj["name"].lower() if "name" in obj else obj["content"] for obj in objects}

    found = ask("ask_for_id", objects)

    assert len(objects) > 20
    assert len(set(found)) == len(unlike)


def test_the_types_that_get_through_are_those_of_pycti(tools: None) -> None:
    facts = ask("facts", SOURCE_NAME)

    assert frozenset(facts["entities"]) == ENTITY_TYPES
    assert frozenset(facts["observables"]) == OBSERVABLE_TYPES


def test_pycti_guesses_no_date_from_the_reference_to_the_original(tools: None) -> None:
    """It would become the start of the relationship."""
    assert ask("facts", SOURCE_NAME)["date"] is None


def test_an_object_that_takes_anothers_place_gets_through_beside_it(tools: None) -> None:
    """The attack that ``ORDERS`` is about works on pycti: the profile has a reason."""
    victim = {"type": "campaign", "id": "campaign--aaaaaaaa-0000-4000-8000-000000000001"}
    attacker = {
        "type": "campaign",
        "id": "campaign--aaaaaaaa-0000-4000-8000-000000000002",
        "x_opencti_id": victim["id"],
    }

    found = split([victim, attacker])

    assert victim["id"] not in found.taken


def test_pycti_first_then_stix_models_warns_and_works(tools: None) -> None:
    found = ask("registered", ["pycti", "stix_models"])

    assert found["failed"] is None
    assert [text.split()[0] for text in found["said"]] == ["channel", "media-content"]
    assert {"narrative", "channel", "ad-buyer", "media-content"} <= set(found["types"])


def test_stix_models_first_makes_pycti_fail(tools: None) -> None:
    """The other order is pycti's to allow; the page about OpenCTI says so."""
    found = ask("registered", ["stix_models", "pycti"])

    assert found["failed"].startswith("pycti: DuplicateRegistrationError")

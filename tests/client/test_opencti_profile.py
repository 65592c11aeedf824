"""What the profile ``opencti`` makes of each object."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stix_models.extensions import (
    EXTENSION_OF_NAME,
    EXTENSIONS,
    SET_IDENTITY,
    extension_definitions,
    set_identity,
)
from stix_models.markings import OPENCTI_SDO
from stix_models.schema_files import example
from taxii_server.client.bundles import read_objects
from taxii_server.client.exact_json import read_exact, write_exact
from taxii_server.client.opencti.ids import new_id
from taxii_server.client.opencti.profile import PROFILE
from taxii_server.client.opencti.verbs import verb_for_opencti
from taxii_server.client.session import ClientError
from tests.support.stix import (
    TLP2_GREEN,
    TLP2_RED,
    Stix,
    make_campaign,
    make_id,
    make_identity,
    make_relationship,
    make_sdo,
)

CLUSTER = "coordinated-account-cluster--11111111-1111-4111-8111-111111111111"
BUYER = "ad-buyer--22222222-2222-4222-8222-222222222222"
LATER = "2020-10-05T00:00:00.000Z"


def rewrite(obj: Stix) -> list[Stix]:
    """Return what OpenCTI gets instead of an object."""
    (item,) = read_objects(json.dumps(obj), "test")
    return [json.loads(made.text) for made in PROFILE.rewrite(item)]


def rewrite_one(obj: Stix) -> Stix:
    """Return the first object that OpenCTI gets, which is the object itself."""
    return rewrite(obj)[0]


def leaves(value: Any, below: str = "") -> list[str]:
    """Return every text and number in JSON, as text, without ids and structure."""
    if isinstance(value, dict):
        return [
            leaf
            for key, inner in value.items()
            if key not in ("type", "spec_version", "extension_type")
            for leaf in leaves(inner, key)
        ]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in leaves(inner, below)]
    if isinstance(value, bool) or value is None:
        return []
    return [str(value)]


def cluster(**properties: Any) -> Stix:
    """Return a cluster with a fixed id."""
    made = {"name": "Wolves", "cluster_types": ["bot-network"], "platforms": ["twitter"]}
    return make_sdo("coordinated-account-cluster", **{**made, "id": CLUSTER, **properties})


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("coordinated-account-cluster", "intrusion-set"),
        ("ad-buyer", "identity"),
        ("political-ad", "note"),
        ("platform-action", "note"),
    ],
)
def test_a_type_that_opencti_lacks_becomes_another(name: str, target: str) -> None:
    sent = {**example(name), "confidence": 70, "labels": ["a"]}

    made = rewrite_one(sent)

    assert made["type"] == target
    assert made["id"].startswith(f"{target}--")
    assert {"source_name": "clearinghouse", "external_id": sent["id"]} in made[
        "external_references"
    ]
    kept = ("created", "modified", "created_by_ref", "object_marking_refs", "confidence")
    assert {key: made[key] for key in kept} == {key: sent[key] for key in kept}
    assert made["labels"] == ["a", name]


@pytest.mark.parametrize("name", [extension.name for extension in EXTENSIONS] + ["media-content"])
def test_nothing_that_an_object_says_is_lost(name: str) -> None:
    """Each example has every property: its values are in OpenCTI's object or its text."""
    sent = example(name)
    made = rewrite(sent)
    there = "\n".join(leaves(made))

    missing = [leaf for leaf in leaves(sent) if new_id_or_same(leaf) not in there]

    assert missing == []


def new_id_or_same(text: str) -> str:
    """Return what a reference became, and any other text as it is."""
    return new_id(text) if text.count("--") == 1 and " " not in text else text


@given(
    st.dictionaries(
        st.from_regex(r"[a-z][a-z_]{2,12}", fullmatch=True).filter(lambda k: k != "type"),
        st.recursive(
            st.text(max_size=60) | st.integers() | st.booleans(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text("abc_", min_size=1), inner, max_size=3)
            ),
            max_leaves=8,
        ),
        max_size=6,
    )
)
def test_an_object_of_any_other_type_becomes_a_note_that_says_all_of_it(said: Stix) -> None:
    """No value of any shape in any property makes the pull fail, and none is lost."""
    known = {"type", "spec_version", "id", "created", "modified"}
    obj = make_sdo("foreign-thing", **{k: v for k, v in said.items() if k not in known})

    made = rewrite_one(obj)

    assert made["type"] == "note"
    assert made["content"]
    there = without_space("".join(leaves(made)))
    assert [leaf for leaf in leaves(obj) if without_space(leaf) not in there] == []


def without_space(text: str) -> str:
    """Return the text as it is found however its lines are indented."""
    return "".join(text.split())


def test_the_new_id_depends_on_the_old_one_alone() -> None:
    """Two pulls, two machines and anything that only names the object must come to the same."""
    made = rewrite_one(cluster())
    other = rewrite_one(cluster(name="Foxes", modified=LATER))

    assert made["id"] == other["id"] == "intrusion-set--139c79dd-1d0a-374b-aea6-ccddd81ca2f9"
    assert new_id(CLUSTER.replace("1111-", "1112-", 1)) != made["id"]


@pytest.mark.parametrize(
    ("obj", "path"),
    [
        (make_sdo("report", object_refs=[CLUSTER]), ("object_refs", 0)),
        (make_sdo("note", content="c", object_refs=[CLUSTER]), ("object_refs", 0)),
        (make_sdo("opinion", opinion="agree", object_refs=[CLUSTER]), ("object_refs", 0)),
        (make_sdo("grouping", context="x", object_refs=[CLUSTER]), ("object_refs", 0)),
        (make_sdo("sighting", sighting_of_ref=CLUSTER), ("sighting_of_ref",)),
        (make_relationship(CLUSTER, make_id("campaign")), ("source_ref",)),
        (make_relationship(make_id("campaign"), CLUSTER), ("target_ref",)),
        (make_campaign(created_by_ref=CLUSTER), ("created_by_ref",)),
        (make_campaign(extensions={"extension-definition--1": {"a": {"b_ref": CLUSTER}}}), None),
        (make_campaign(x_things=[{"about": CLUSTER}]), ("x_things", 0, "about")),
    ],
)
def test_what_names_the_object_names_the_new_one(
    obj: Stix, path: tuple[str | int, ...] | None
) -> None:
    found: Any = rewrite_one(obj)
    for step in path or ("extensions", "extension-definition--1", "a", "b_ref"):
        found = found[step]

    assert found == new_id(CLUSTER)


def test_a_recall_names_what_opencti_has() -> None:
    """A person who is told to forget an object must find it there."""
    extension = EXTENSION_OF_NAME["recall"]
    recall = {
        "extension_type": extension.extension_type,
        "withdrawn": [{"ref": CLUSTER}],
        "withdrawn_at": LATER,
    }
    note = make_sdo(
        "note", content="Forget it.", object_refs=[CLUSTER], extensions={extension.id: recall}
    )

    made = rewrite_one(note)

    assert made["extensions"][extension.id]["withdrawn"] == [{"ref": new_id(CLUSTER)}]
    assert new_id(CLUSTER) in made["content"]
    assert made["content"].startswith("Forget it.")


def test_references_of_a_cluster_become_relationships() -> None:
    accounts = [make_id("user-account"), make_id("user-account")]
    channel = make_id("channel")
    sent = cluster(account_refs=accounts, channel_refs=[channel], object_marking_refs=[TLP2_GREEN])

    made, *links = rewrite(sent)

    assert [(one["relationship_type"], one["target_ref"]) for one in links] == [
        ("related-to", accounts[0]),
        ("related-to", accounts[1]),
        ("uses", channel),
    ]
    assert {one["source_ref"] for one in links} == {made["id"]}
    assert all(one["object_marking_refs"] == [TLP2_GREEN] for one in links)
    assert accounts[0] not in made["description"]
    assert len({one["id"] for one in links}) == 3


def test_what_two_lists_name_is_one_relationship() -> None:
    """Its id would be the same, and OpenCTI would take one of the two descriptions."""
    both, one = make_id("url"), make_id("identity")
    sent = cluster(content_refs=[both, both], lead_source_refs=[one, both])

    _, *links = rewrite(sent)

    assert {link["target_ref"]: link["description"] for link in links} == {
        both: "From the content refs and the lead source refs of the coordinated-account-cluster",
        one: "From the lead source refs of the coordinated-account-cluster",
    }
    assert len(links) == 2


def test_an_object_that_opencti_takes_is_written_as_it_came() -> None:
    """INV-VERBATIM, also for numbers that Python would print in another way."""
    ends = '","name":"n","x_a":1.10,"x_b":1e400}'
    text = '{"type":"campaign","id":"' + make_id("campaign") + ends

    (made,) = PROFILE.rewrite(read_objects(text, "test")[0])

    assert made.text == text


def test_a_rewritten_object_keeps_its_numbers() -> None:
    report = make_sdo("report", object_refs=[CLUSTER], x_a=0)
    text = json.dumps(report).replace('"x_a": 0', '"x_a": [1.10, 1e400, "1.10"]')

    (made,) = PROFILE.rewrite(read_objects(text, "test")[0])

    assert '"x_a":[1.10,1e400,"1.10"]' in made.text


@pytest.mark.parametrize(
    ("source", "verb", "target", "taken"),
    [
        ("coordinated-account-cluster", "amplifies", "narrative", "uses"),
        ("coordinated-account-cluster", "originates", "narrative", "uses"),
        ("coordinated-account-cluster", "uses", "attack-pattern", "uses"),
        ("coordinated-account-cluster", "controls", "channel", "related-to"),
        ("coordinated-account-cluster", "attributed-to", "threat-actor", "attributed-to"),
        ("coordinated-account-cluster", "attributed-to", "identity", "related-to"),
        ("coordinated-account-cluster", "targets", "event", "targets"),
        ("coordinated-account-cluster", "originates-from", "location", "originates-from"),
        (
            "coordinated-account-cluster",
            "overlaps-with",
            "coordinated-account-cluster",
            "related-to",
        ),
        ("ad-buyer", "purchased", "political-ad", "related-to"),
        ("ad-buyer", "located-at", "location", "located-at"),
        ("channel", "belongs-to", "ad-buyer", "belongs-to"),
        ("channel", "belongs-to", "identity", "related-to"),
        ("channel", "publishes", "media-content", "publishes"),
        ("channel", "uses", "narrative", "uses"),
        ("user-account", "publishes", "media-content", "publishes"),
        ("media-content", "uses", "narrative", "uses"),
        ("narrative", "subnarrative-of", "narrative", "subnarrative-of"),
        ("narrative", "targets", "event", "related-to"),
        ("campaign", "uses", "narrative", "uses"),
        ("campaign", "uses", "coordinated-account-cluster", "related-to"),
        ("campaign", "attributed-to", "threat-actor", "attributed-to"),
        ("infrastructure", "consists-of", "domain-name", "consists-of"),
        ("event", "located-at", "location", "located-at"),
        ("user-account", "duplicate-of", "user-account", "related-to"),
        ("foreign-thing", "revoked-by", "tool", "revoked-by"),
    ],
)
def test_verbs_are_those_of_opencti(source: str, verb: str, target: str, taken: str) -> None:
    assert verb_for_opencti(source, verb, target) == taken


def test_a_verb_that_is_not_taken_stays_readable() -> None:
    sent = make_relationship(
        BUYER, CLUSTER, relationship_type="funds", description="By card.", confidence=60
    )

    made = rewrite_one(sent)

    assert made["relationship_type"] == "related-to"
    assert made["description"] == "By card.\n\nSent as: ad-buyer funds coordinated-account-cluster"
    assert (made["id"], made["confidence"]) == (sent["id"], 60)


def test_a_marking_of_a_part_marks_the_whole() -> None:
    """OpenCTI knows no granular markings; a name in TLP:RED must not go out as TLP:GREEN."""
    granular = [{"marking_ref": TLP2_RED, "selectors": ["name"]}]
    for sent in (
        make_campaign(object_marking_refs=[TLP2_GREEN], granular_markings=granular),
        cluster(
            object_marking_refs=[TLP2_GREEN],
            granular_markings=granular,
            account_refs=[make_id("user-account")],
        ),
    ):
        for made in rewrite(sent):
            assert made["object_marking_refs"] == [TLP2_GREEN, TLP2_RED]


def test_no_object_gives_orders_to_opencti() -> None:
    """An import would delete, merge, share, or let the object stand for another."""
    orders = {
        "opencti_operation": "delete",
        "is_inferred": True,
        "granted_refs": ["identity--1"],
        "stix_ids": [make_id("campaign")],
    }
    extension = {"extension_type": "property-extension", "id": "x", "score": 5, **orders}
    sent = make_campaign(
        **orders,
        x_opencti_id=make_id("campaign"),
        x_opencti_stix_ids=[make_id("campaign")],
        extensions={OPENCTI_SDO: extension},
    )

    made = rewrite_one(sent)

    assert made == {
        **make_campaign(id=sent["id"]),
        "extensions": {OPENCTI_SDO: {"extension_type": "property-extension", "score": 5}},
    }


def test_a_sighting_that_does_not_say_where_was_seen_by_its_maker() -> None:
    """OpenCTI drops it otherwise."""
    maker = make_id("identity")
    sent = make_sdo("sighting", sighting_of_ref=make_id("campaign"), created_by_ref=maker)

    assert rewrite_one(sent)["where_sighted_refs"] == [maker]


def test_an_identity_that_made_itself_says_nothing_of_it() -> None:
    identity = make_identity()

    assert rewrite_one({**identity, "created_by_ref": identity["id"]}) == identity


def test_a_source_without_url_and_id_is_told_in_the_text() -> None:
    """OpenCTI drops it otherwise."""
    sources = [{"source_name": "A friend", "description": "by telephone"}]

    made = rewrite_one(make_campaign(description="Old.", external_references=sources))

    assert made["description"].startswith("Old.\n\n")
    assert "A friend" in made["description"]
    assert "by telephone" in made["description"]


def test_a_translation_becomes_a_note_about_what_it_translates() -> None:
    campaign = make_id("campaign")
    sent = make_sdo("language-content", object_ref=campaign, contents={"de": {"name": "Wölfe"}})

    made = rewrite_one(sent)

    assert made["object_refs"] == [campaign]
    assert "Wölfe" in made["content"]


def test_an_object_without_dates_becomes_a_note_of_1970() -> None:
    """Observables have none, a note must have them, and they must be the same each time."""
    sent = {"type": "foreign-sco", "spec_version": "2.1", "id": make_id("foreign-sco"), "a": "b"}

    made = rewrite_one(sent)

    assert made["created"] == made["modified"] == "1970-01-01T00:00:00.000Z"
    assert made["object_refs"]  # a note must have one


@pytest.mark.parametrize(
    "sent",
    [
        {"type": "foreign-sco", "spec_version": "2.1", "id": make_id("foreign-sco"), "a": "b"},
        make_sdo("sighting", sighting_of_ref=make_id("campaign")),
        make_sdo("note", content="c", object_refs=[extension_definitions()[0]["id"]]),
    ],
    ids=lambda sent: str(sent["type"]),
)
def test_what_stands_beside_the_set_brings_it(sent: Stix) -> None:
    """A circle's feed holds no identity of the set: the reference would lead nowhere."""
    made, beside = rewrite(sent)

    assert [SET_IDENTITY] in (made.get("object_refs"), made.get("where_sighted_refs"))
    assert beside == set_identity()


def test_definitions_are_left_out_and_so_is_what_is_about_them() -> None:
    definition = extension_definitions()[0]
    about = make_relationship(definition["id"], make_id("campaign"))
    report = make_sdo("report", object_refs=[definition["id"], CLUSTER])
    only = make_sdo("report", object_refs=[definition["id"]], created_by_ref=make_id("identity"))

    assert rewrite(definition) == rewrite(about) == []
    assert rewrite_one(report)["object_refs"] == [new_id(CLUSTER)]
    assert rewrite_one(only)["object_refs"] == [only["created_by_ref"]]
    assert rewrite(make_sdo("language-content", object_ref=definition["id"], contents={})) == []


def test_no_reference_to_a_definition_is_left() -> None:
    """Definitions are left out, so it would lead nowhere; at any depth, in texts too."""
    ref = extension_definitions()[0]["id"]
    inner = {"declared_by_ref": ref, "object_refs": [ref], "a": "b"}
    for stix_type in ("user-account", "foreign-thing", "campaign"):
        sent = make_sdo(stix_type, created_by_ref=ref, x_ref=ref, x_refs=[ref], x_in=inner)
        made = rewrite_one(sent)
        assert ref not in json.dumps(made), made
        assert made.get("x_in", {"a": "b"}) == {"a": "b"}


def test_a_pseudonymous_account_stays_as_it_is() -> None:
    """Nothing may stand beside a pseudonym."""
    account = example("pseudonymous-account")

    assert rewrite(account) == [account]


def test_a_lone_surrogate_is_written_as_the_escape_it_was() -> None:
    """It is valid JSON that has no UTF-8."""
    text = json.dumps(cluster(description="half \ud83d"))

    (made,) = PROFILE.rewrite(read_objects(text, "test")[0])

    assert "half \\ud83d" in made.text
    made.text.encode()


def test_an_object_nested_too_deeply_is_a_sentence() -> None:
    deep: Any = CLUSTER
    for _ in range(800):
        deep = [deep]
    (item,) = read_objects(json.dumps(make_campaign(x_deep=deep)), "test")

    with pytest.raises(ClientError, match="nested too deeply"):
        PROFILE.rewrite(item)


def test_what_is_no_stix_object_passes() -> None:
    for text in ('{"objects":[1, null, {"type": "campaign"}, {"a": "b"}]}',):
        for item in read_objects(text, "test"):
            assert PROFILE.rewrite(item) == [item]


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_exact_json_is_the_same_json(value: Any) -> None:
    written = write_exact(read_exact(json.dumps(value)))

    assert json.loads(written) == json.loads(json.dumps(value))
    assert write_exact(read_exact(written)) == written

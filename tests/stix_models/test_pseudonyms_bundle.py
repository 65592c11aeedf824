"""Rewriting bundles: references follow, what tells goes, what cannot be known refuses."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from stix_models.deterministic import own_id, sco_id
from stix_models.extensions import EXTENSION_OF_NAME
from stix_models.markings import OPENCTI_SCO, OPENCTI_SDO
from stix_models.pseudonyms import PseudonymKey, pseudonym
from stix_models.validation import validate
from tests.stix_models.pseudonym_bundles import (
    CREATOR,
    KEY,
    make_account,
    make_bundle,
    make_own_relationship,
    make_signed,
    marks,
    objects_of,
    opencti,
    refusals,
    rewrite,
    written,
)
from tests.support.stix import TLP2_AMBER, TLP2_GREEN, TLP2_RED, make_id, make_url

PSEUDONYMOUS = EXTENSION_OF_NAME["pseudonymous-account"].id
SHARING = EXTENSION_OF_NAME["sharing"].id
CLUSTER = EXTENSION_OF_NAME["coordinated-account-cluster"].id


def make_cluster(**properties: Any) -> dict[str, Any]:
    """Return a cluster of the bundle's creator, with an id of its own."""
    made = make_signed(
        "coordinated-account-cluster",
        name="Harbour Lights",
        cluster_types=["sockpuppet-network"],
        platforms=["twitter"],
        extensions={CLUSTER: {"extension_type": "new-sdo"}},
    )
    return {**made, "id": own_id(made["type"], CREATOR, made["name"]), **properties}


def id_of(platform: str, kind: Any, value: str) -> str:
    """Return the id on which all holders of the key meet."""
    user_id = pseudonym(KEY, platform, kind, value)
    return sco_id("user-account", {"account_type": platform, "user_id": user_id})


def test_two_companies_bundles_about_one_account_meet_on_one_id() -> None:
    """Must show 8: they write the login differently and know different things beside it."""
    ours = make_bundle(make_account(account_login="@Harbour_Lights", display_name="Harbour"))
    theirs = make_bundle(
        make_account(account_login="harbour_lights", account_created="2020-01-01T00:00:00.000Z"),
        make_account(account_login="somebody_else"),
    )

    first = {obj["id"] for obj in objects_of(ours)}
    second = {obj["id"] for obj in objects_of(theirs)}

    assert first & second == {id_of("twitter", "login", "harbour_lights")}


def test_what_one_knows_both_ways_meets_what_two_others_know_one_way() -> None:
    both = make_account(user_id="100001234", account_login="harbour_lights")
    bundle = make_bundle(both, make_cluster(account_refs=[both["id"]]))

    by_id, by_login, joined, cluster = objects_of(bundle)

    assert by_id["id"] == id_of("twitter", "id", "100001234")
    assert by_login["id"] == id_of("twitter", "login", "harbour_lights")
    assert joined["relationship_type"] == "related-to"
    assert (joined["source_ref"], joined["target_ref"]) == (by_id["id"], by_login["id"])
    assert cluster["account_refs"] == [by_id["id"]]


def test_the_joining_relationship_is_of_who_names_the_account_and_as_restricted_as_it() -> None:
    sharing = {"extension_type": "property-extension", "audience": ["companies"]}
    both = make_account(
        user_id="100001234",
        account_login="harbour_lights",
        object_marking_refs=[TLP2_AMBER],
        granular_markings=[{"marking_ref": TLP2_RED, "selectors": ["account_login"]}],
        extensions={SHARING: sharing},
    )
    cluster = make_cluster(account_refs=[both["id"]])

    joined = objects_of(make_bundle(make_signed("campaign", name="A"), both, cluster))[3]

    assert joined["created_by_ref"] == CREATOR
    assert joined["created"] == joined["modified"] == cluster["created"]
    assert sorted(joined["object_marking_refs"]) == sorted([TLP2_AMBER, TLP2_RED])
    assert joined["extensions"] == {SHARING: sharing}
    assert validate(joined, accept_undeclared_types=False) == []


def test_references_follow_in_lists_keys_ends_and_prose() -> None:
    account = make_account(account_login="harbour_lights")
    old, new = account["id"], id_of("twitter", "login", "harbour_lights")
    bundle = make_bundle(
        make_signed("report", name="R", published="2020-01-01T00:00:00Z", object_refs=[old]),
        make_signed("relationship", relationship_type="x", source_ref=old, target_ref=CREATOR),
        make_signed("sighting", sighting_of_ref=CREATOR, observed_data_refs=[old]),
        make_signed("note", content=f"See ({old}) and {old.upper()}.", object_refs=[old, CREATOR]),
        make_signed("campaign", name="C", x_roles={old: "loud", f"of {old}": [[{"at": old}]]}),
        {**make_url("https://a.example"), "x_owner_ref": old},
        account,
        x_of=[old],
    )

    report, relationship, sighting, note, campaign, url, made = objects_of(bundle)

    assert made["id"] == new
    assert report["object_refs"] == [new]
    assert relationship["source_ref"] == new
    assert sighting["observed_data_refs"] == [new]
    assert note["content"] == f"See ({new}) and {new}."
    assert note["object_refs"] == [new, CREATOR]
    assert campaign["x_roles"] == {new: "loud", f"of {new}": [[{"at": new}]]}
    assert url["x_owner_ref"] == new
    assert rewrite(bundle).bundle["x_of"] == [new]
    (replaced,) = rewrite(bundle).report.replaced
    assert (replaced.pointer, replaced.old_id) == ("/objects/6", old)
    assert replaced.new_ids == (new,)
    assert replaced.references == 10


def test_an_object_that_names_no_account_stays_as_it_is() -> None:
    """Numbers, empty lists, nulls, dates and unknown properties included."""
    other = make_signed(
        "x-thing",
        confidence=1.0,
        x_a=None,
        x_b=[],
        x_c={"ﬁ": "\u2028 ok"},
        modified="2020-02-01T00:00:00.123456Z",
    )
    bundle = make_bundle(other, make_account(account_login="harbour_lights"))
    before = copy.deepcopy(bundle)

    assert objects_of(bundle)[0] == other
    assert bundle == before


def test_rewriting_twice_changes_nothing() -> None:
    account = make_account(user_id="100001234", account_login="harbour_lights")
    cluster = make_cluster(account_refs=[account["id"]])
    link = make_own_relationship(cluster["id"], "controls", account["id"])
    bundle = make_bundle(account, cluster, link)

    once = rewrite(bundle)
    twice = rewrite(once.bundle)

    assert written(rewrite(bundle).bundle) == written(once.bundle)
    assert written(twice.bundle) == written(once.bundle)
    assert twice.report.replaced == []
    assert twice.report.already_pseudonymous == {"k-2020": 2}


def test_an_account_that_is_pseudonymous_by_another_key_stays() -> None:
    """It came from another circle, or from before the key changed; nobody has the raw one."""
    bundle = make_bundle(make_account(account_login="harbour_lights"))
    once = rewrite(bundle, PseudonymKey("k-2019", bytes(32)))

    again = rewrite(once.bundle)

    assert again.bundle == once.bundle
    assert again.report.already_pseudonymous == {"k-2019": 1}


def test_openctis_extensions_go_from_every_object() -> None:
    account = make_account(account_login="harbour_lights", extensions=opencti(id="jack"))
    link = make_signed(
        "relationship",
        relationship_type="uses",
        source_ref=account["id"],
        target_ref=CREATOR,
        extensions=opencti(source_value="harbour_lights", source_ref="user-account--x"),
    )
    channel = make_signed(
        "channel", name="News", extensions=opencti("new-sdo", name="harbour_lights")
    )
    media = {
        "type": "media-content",
        "id": make_id("media-content"),
        "url": "https://a.example/1",
        "extensions": {OPENCTI_SCO: {"extension_type": "new-sco", "labels": ["harbour_lights"]}},
    }
    marked = make_signed(
        "campaign",
        name="C",
        extensions=opencti(id="x"),
        granular_markings=[
            {"marking_ref": TLP2_RED, "selectors": [f"extensions.{OPENCTI_SDO}.id", "name"]},
            {"marking_ref": TLP2_RED, "selectors": [f"extensions.{OPENCTI_SCO}"]},
        ],
    )
    bundle = make_bundle(account, link, channel, media, marked)

    made = objects_of(bundle)

    assert "harbour_lights" not in str(made)
    assert made[0]["extensions"].keys() == {PSEUDONYMOUS}
    assert "extensions" not in made[1]
    assert made[2]["extensions"] == {EXTENSION_OF_NAME["channel"].id: {"extension_type": "new-sdo"}}
    assert made[3]["extensions"] == {OPENCTI_SCO: {"extension_type": "new-sco"}}
    assert made[4]["granular_markings"] == [{"marking_ref": TLP2_RED, "selectors": ["name"]}]
    assert rewrite(bundle).report.opencti_extensions == 9
    for obj in made:
        found = validate(obj, accept_undeclared_types=False)
        assert [problem for problem in found if problem.severity == "error"] == []


def test_equal_accounts_become_one() -> None:
    first = make_account(account_login="Harbour_Lights", display_name="Jill")
    second = make_account(account_login="harbour_lights", credential="horse staple")
    cluster = make_cluster(account_refs=[first["id"], second["id"]])
    bundle = make_bundle(first, second, cluster)

    account, cluster = objects_of(bundle)

    attributes = account["extensions"][PSEUDONYMOUS]["attributes"]
    assert attributes == ["account_login", "credential", "display_name"]
    assert cluster["account_refs"] == [account["id"]]
    assert rewrite(bundle).report.merged == 1


def test_while_keys_change_both_pseudonyms_are_made_and_joined() -> None:
    """Object model, rotation: both tokens for 90 days, joined by duplicate-of."""
    old_key = PseudonymKey("k-2019", bytes(32))
    account = make_account(user_id="100001234", account_login="harbour_lights")
    cluster = make_cluster(account_refs=[account["id"]])
    bundle = make_bundle(account, cluster)
    before = {one["id"] for one in rewrite(bundle, old_key).bundle["objects"]}

    made = objects_of(bundle, previous_key=old_key)

    accounts = [one for one in made if one["type"] == "user-account"]
    links = {
        (one["source_ref"], one["relationship_type"], one["target_ref"])
        for one in made
        if one["type"] == "relationship"
    }
    new_id, new_login, old_id, old_login = [one["id"] for one in accounts]
    assert {old_id, old_login} < before
    assert links == {
        (new_id, "related-to", new_login),
        (new_id, "duplicate-of", old_id),
        (new_login, "duplicate-of", old_login),
    }
    assert made[-1]["account_refs"] == [new_id]


def test_who_joins_accounts_can_be_said() -> None:
    bundle = make_bundle(make_account(user_id="100001234", account_login="harbour_lights"))
    by = {"created_by_ref": CREATOR, "created": "2020-01-01T00:00:00.000Z"}

    assert refusals(bundle) == [("/objects/0", "no-author")]
    assert objects_of(bundle, **by)[2]["created_by_ref"] == CREATOR


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"account_type": None}, ("/account_type", "account-type")),
        ({"account_type": "Twitter"}, ("/account_type", "account-type")),
        ({"account_type": "my space"}, ("/account_type", "account-type")),
        ({"account_type": ""}, ("/account_type", "account-type")),
        ({"account_type": "a\nb"}, ("/account_type", "account-type")),
        ({"account_type": ["twitter"]}, ("/account_type", "account-type")),
        ({"account_login": None, "display_name": "Harbour"}, ("", "no-identifier")),
        ({"account_login": ""}, ("/account_login", "identifier")),
        ({"account_login": " @ "}, ("/account_login", "identifier")),
        ({"account_login": "a\nb"}, ("/account_login", "identifier")),
        ({"account_login": "har\u200bbour"}, ("/account_login", "identifier")),
        ({"account_login": "har\u034fbour"}, ("/account_login", "identifier")),
        ({"account_login": "harbour\ufe0f"}, ("/account_login", "identifier")),
        ({"user_id": "4711\u2060"}, ("/user_id", "identifier")),
        ({"display_name": ["Harbour"]}, ("/display_name", "identifier")),
        ({"credential": 4711}, ("/credential", "identifier")),
        ({"object_marking_refs": {}}, ("/object_marking_refs", "malformed")),
        ({"object_marking_refs": [{}]}, ("/object_marking_refs", "malformed")),
        ({"extensions": {SHARING: 5}}, (f"/extensions/{SHARING}", "malformed")),
        ({"user_id": 4711}, ("/user_id", "identifier")),
        ({"user_id": f"pseudonym:k-1:id:{'ab' * 32}"}, ("/user_id", "lost-extension")),
        (
            {"extensions": {"extension-definition--x": {}}},
            ("/extensions/extension-definition--x", "unknown-extension"),
        ),
        ({"extensions": []}, ("/extensions", "malformed")),
        ({"id": "user-account--1"}, ("/id", "id")),
        ({"id": make_id("identity")}, ("/id", "id")),
        ({"granular_markings": [{}]}, ("/granular_markings", "malformed")),
        ({"granular_markings": {}}, ("/granular_markings", "malformed")),
    ],
)
def test_an_account_that_cannot_be_replaced_refuses_the_bundle(
    change: dict[str, Any], refusal: tuple[str, str]
) -> None:
    account = {**make_account(account_login="harbour_lights"), **change}
    bundle = make_bundle({k: v for k, v in account.items() if v is not None})

    assert refusals(bundle) == [(f"/objects/0{refusal[0]}", refusal[1])]


@pytest.mark.parametrize(
    "change",
    [
        {"account_login": "harbour_lights"},
        {"display_name": "Harbour"},
        {"x_login": "harbour_lights"},
        {"user_id": "harbour_lights"},
        {"user_id": f"pseudonym:k-2021:login:{'ab' * 32}"},
        {"extensions": {PSEUDONYMOUS: {"extension_type": "property-extension"}, "other": {}}},
        {"extensions": {PSEUDONYMOUS: "x"}},
        {"extensions": {PSEUDONYMOUS: {}}},
        {"extensions": {PSEUDONYMOUS: {"key_id": ["k-2020"], "kind": "login"}}},
        {
            "extensions": {
                PSEUDONYMOUS: {"key_id": "k-2020", "kind": "login", "attributes": [1, "a"]}
            }
        },
        {"id": 5},
        {"id": ["x"]},
        {"id": make_account(account_login="harbour_lights")["id"]},
    ],
)
def test_an_account_that_only_says_that_it_is_pseudonymous_refuses_the_bundle(
    change: dict[str, Any],
) -> None:
    (made,) = objects_of(make_bundle(make_account(account_login="harbour_lights")))

    assert refusals(make_bundle(made)) == []
    assert refusals(make_bundle({**made, **change})) != []


@pytest.mark.parametrize(
    ("bundle", "refusal"),
    [
        ([], ("", "malformed")),
        ({"type": "report"}, ("", "malformed")),
        ({"type": "bundle", "objects": {}}, ("/objects", "malformed")),
        ({"type": "bundle", "objects": [1]}, ("/objects/0", "malformed")),
        ({"type": "bundle", "objects": [{"type": 1}]}, ("/objects/0", "malformed")),
        (
            {"type": "bundle", "objects": [{"type": "x", "a": float("nan")}]},
            ("/objects/0", "malformed"),
        ),
        (
            {"type": "bundle", "objects": [{"type": "x", "a": "\ud800"}]},
            ("/objects/0", "malformed"),
        ),
        ({"type": "bundle", "a": "\ud800"}, ("", "malformed")),
    ],
)
def test_what_is_no_bundle_of_objects_is_refused(bundle: Any, refusal: tuple[str, str]) -> None:
    assert refusals(bundle) == [refusal]


def test_a_bundle_without_objects_comes_back() -> None:
    assert rewrite({"type": "bundle", "id": "x"}).bundle == {"type": "bundle", "id": "x"}


def test_a_named_account_that_is_not_in_the_bundle_refuses_it() -> None:
    """Its id may be made of raw identifiers, and nothing here can replace it."""
    stranger = make_account(account_login="harbour_lights")["id"]
    bundle = make_bundle(
        make_cluster(account_refs=[stranger]),
        make_signed("note", content=f"See {stranger}.", object_refs=[CREATOR]),
    )

    assert refusals(bundle) == [
        ("/objects/0/account_refs/0", "unknown-account"),
        ("/objects/1/content", "unknown-account"),
    ]


@pytest.mark.parametrize("stix_type", ["User-Account", "user_account", "user\u2010account"])
def test_an_account_in_disguise_refuses_the_bundle(stix_type: str) -> None:
    """A program takes it for something else and would send it as it is."""
    account = {**make_account(account_login="harbour_lights"), "type": stix_type}

    assert refusals(make_bundle(account)) == [("/objects/0/type", "account-in-disguise")]


FOREIGN = "extension-definition--99999999-9999-4999-8999-999999999999"


@pytest.mark.parametrize(
    ("extended", "pointer"),
    [
        ({"extensions": {FOREIGN: {"real_name": "Jill"}}}, f"extensions/{FOREIGN}"),
        ({"extensions": {FOREIGN.upper(): {"real_name": "Jill"}}}, f"extensions/{FOREIGN.upper()}"),
        ({"extensions": {"x-who-ext": {"real_name": "Jill"}}}, "extensions/x-who-ext"),
        ({"x_a": [{"extensions": {FOREIGN: {"x": 1}}}]}, f"x_a/0/extensions/{FOREIGN}"),
        ({"x_a": {OPENCTI_SDO: {"creator": "Jill"}}}, f"x_a/{OPENCTI_SDO}"),
    ],
)
def test_an_unknown_extension_on_any_object_refuses_the_bundle(
    extended: dict[str, Any], pointer: str
) -> None:
    """Object model, section 3: whom it names cannot be known."""
    note = make_signed("note", content="a", object_refs=[CREATOR], **extended)

    assert refusals(make_bundle(note)) == [(f"/objects/0/{pointer}", "unknown-extension")]


def test_an_extension_that_a_person_read_may_stay_and_so_may_one_that_says_nothing() -> None:
    read = make_signed("campaign", name="C", extensions={FOREIGN: {"x": 1}})
    empty = make_signed("x-thing", extensions={FOREIGN: {"extension_type": "new-sdo"}})
    file = {
        "type": "file",
        "id": make_id("file"),
        "extensions": {"pdf-ext": {"is_optimized": True}},
    }

    assert objects_of(make_bundle(empty, file)) == [empty, file]
    assert objects_of(make_bundle(read), known_extensions=frozenset({FOREIGN})) == [read]


def test_an_account_inside_of_another_object_refuses_the_bundle() -> None:
    """STIX 2.0, and observed-data of it, had accounts without ids there."""
    inside = {"0": {"type": "user-account", "account_login": "harbour_lights"}}

    found = refusals(make_bundle(make_signed("observed-data", objects=inside)))

    assert found == [("/objects/0/objects/0", "embedded-account")]


def test_what_translates_an_account_refuses_the_bundle() -> None:
    account = make_account(account_login="harbour_lights")
    contents = {"de": {"display_name": "Hafenlichter"}}
    translation = make_signed("language-content", object_ref=account["id"], contents=contents)

    assert refusals(make_bundle(account, translation)) == [("/objects/1", "translated-account")]


def test_a_mail_address_of_an_account_refuses_the_bundle() -> None:
    account = make_account(account_login="harbour_lights")
    address = {
        "type": "email-addr",
        "id": make_id("email-addr"),
        "value": "a@b.example",
        "belongs_to_ref": account["id"],
    }

    found = refusals(make_bundle(account, address))

    assert found == [("/objects/1/belongs_to_ref", "address-of-account")]


def test_accounts_that_become_one_and_differ_refuse_the_bundle() -> None:
    first = make_account(account_login="Harbour_Lights", object_marking_refs=[TLP2_GREEN])
    second = make_account(account_login="harbour_lights", object_marking_refs=[TLP2_RED])

    assert refusals(make_bundle(first, second)) == [("/objects/1", "becomes-one")]


def test_two_accounts_with_one_id_refuse_the_bundle() -> None:
    first = make_account(account_login="harbour_lights")
    second = make_account(account_login="somebody_else", id=first["id"])

    assert refusals(make_bundle(first, second)) == [("/objects/1/id", "two-accounts")]


def test_a_relationship_between_two_spellings_of_an_account_refuses_the_bundle() -> None:
    first = make_account(account_login="Harbour_Lights")
    second = make_account(account_login="harbour_lights")
    link = make_own_relationship(first["id"], "duplicate-of", second["id"])

    found = refusals(make_bundle(first, second, link))

    assert found == [("/objects/2", "relates-to-itself")]


def test_a_marking_that_counts_in_a_shortened_list_refuses_the_bundle() -> None:
    first = make_account(account_login="Harbour_Lights")
    second = make_account(account_login="harbour_lights")
    marking = {"marking_ref": TLP2_RED, "selectors": ["account_refs.[1]"]}
    cluster = make_cluster(
        account_refs=[first["id"], second["id"], CREATOR], granular_markings=[marking]
    )

    found = refusals(make_bundle(first, second, cluster))

    assert found == [("/objects/2/granular_markings/0/selectors/0", "selector")]


def test_every_problem_is_reported_at_once() -> None:
    bundle = make_bundle(
        make_account(account_login=""),
        make_account(user_id="4711", account_type="X", id=make_id("user-account")),
    )

    assert len(refusals(bundle)) == 2


def test_a_channel_that_names_a_pseudonymous_account_warns() -> None:
    account = make_account(account_login="harbour_lights")
    channel = make_signed("channel", name="News of the port", account_refs=[account["id"]])

    (warning,) = rewrite(make_bundle(account, channel)).report.warnings

    assert (warning.pointer, warning.rule) == ("/objects/1/account_refs", "telling-channel")
    assert marks(make_bundle(account, channel)) == frozenset()


@pytest.mark.parametrize(
    ("platform", "said"), [("mastodon", "platform-ov"), ("other", "different platforms")]
)
def test_a_platform_on_which_others_may_not_meet_warns(platform: str, said: str) -> None:
    """The vocabulary is open: there are more platforms than it has."""
    bundle = make_bundle(make_account(account_login="harbour_lights", account_type=platform))

    (warning,) = rewrite(bundle).report.warnings

    assert (warning.pointer, warning.rule) == ("/objects/0/account_type", "other-platform")
    assert said in warning.message

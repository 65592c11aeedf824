"""The extension set's own rules: each with a case that breaks it and one that does not."""

from __future__ import annotations

from typing import Any

import pytest

from stix_models.deterministic import sco_id
from stix_models.extensions import (
    DISARM_EXTENSION,
    EXTENSION_OF_NAME,
    EXTENSIONS,
    INCIDENT_CORE_EXTENSION,
)
from stix_models.markings import OPENCTI_SCO, OPENCTI_SDO, TLP_2_EXTENSION
from stix_models.rules import problems_of, unknown_extensions
from stix_models.schema_files import NEW_TYPES, example
from stix_models.validation import is_declared, validate
from tests.stix_models.objects import MINIMAL, OBSERVABLES, TIME, UUID, make

EARLY, LATE = "2020-01-01T00:00:00.000Z", "2020-01-02T00:00:00Z"
FOREIGN = f"extension-definition--{UUID}"
PROPERTY = {"extension_type": "property-extension"}
NEW = {"extension_type": "new-sdo"}
ID_OF = {name: found.id for name, found in EXTENSION_OF_NAME.items()}


def errors(obj: dict[str, Any], **options: bool) -> list[tuple[str, str]]:
    """Return pointer and rule of each error."""
    found = validate(obj, accept_undeclared_types=options.get("accept", False))
    return [(p.pointer, p.rule) for p in found if p.severity == "error"]


def changed(name: str, **change: Any) -> dict[str, Any]:
    """Return an example with other properties."""
    return {**example(name), **change}


def with_extension(name: str, extension: str, **content: Any) -> dict[str, Any]:
    """Return an example with other content in one of its extensions."""
    obj = example(name)
    obj["extensions"][ID_OF[extension]] |= content
    return obj


@pytest.mark.parametrize(
    ("name", "earlier", "later"),
    [
        ("narrative", "first_seen", "last_seen"),
        ("coordinated-account-cluster", "first_seen", "last_seen"),
        ("ad-buyer", "first_seen", "last_seen"),
        ("channel", "first_seen", "last_seen"),
        ("political-ad", "start_time", "stop_time"),
        ("event", "start_time", "stop_time"),
        ("platform-action", "performed_at", "reversed_at"),
    ],
)
def test_an_interval_of_the_set_does_not_end_before_it_begins(
    name: str, earlier: str, later: str
) -> None:
    assert errors(changed(name, **{earlier: EARLY, later: LATE})) == []
    assert errors(changed(name, **{earlier: EARLY, later: EARLY})) == []
    assert errors(changed(name, **{earlier: LATE, later: EARLY})) == [(f"/{later}", "time-order")]


def test_the_last_ad_is_not_before_the_first() -> None:
    name = "coordinated-account-cluster"

    assert errors(changed(name, ad_spend={"first_ad": EARLY, "last_ad": EARLY})) == []
    assert errors(changed(name, ad_spend={"first_ad": LATE, "last_ad": EARLY})) == [
        ("/ad_spend/last_ad", "time-order")
    ]


@pytest.mark.parametrize(
    ("name", "property_name", "more"),
    [
        ("coordinated-account-cluster", "ad_spend", {}),
        ("ad-buyer", "total_spend", {"currency": "EUR"}),
        ("political-ad", "spend", {"currency": "EUR"}),
        ("political-ad", "impressions", {}),
    ],
)
def test_lower_does_not_exceed_upper(name: str, property_name: str, more: dict[str, Any]) -> None:
    def ranged(**bounds: int) -> list[tuple[str, str]]:
        return errors(changed(name, **{property_name: {**more, **bounds}}))

    assert ranged(lower=5, upper=5) == ranged(lower=5) == ranged(upper=5) == []
    assert ranged(lower=6, upper=5) == [(f"/{property_name}/upper", "range")]


@pytest.mark.parametrize(
    "name", ["narrative", "coordinated-account-cluster", "channel", "platform-action"]
)
def test_lower_does_not_exceed_upper_in_each_metric(name: str) -> None:
    good = {"metric": "views", "lower": 1, "upper": 2}
    bad = {"metric": "views", "lower": 3, "upper": 2}

    assert errors(changed(name, metrics=[good, good])) == []
    assert errors(changed(name, metrics=[good, bad])) == [("/metrics/1/upper", "range")]


def test_lower_does_not_exceed_upper_in_an_estimate() -> None:
    def estimate(**bounds: int) -> list[tuple[str, str]]:
        found = {"metric": "views", **bounds}
        name = "influence-campaign"
        return errors(with_extension(name, name, amplification_estimate=found))

    at = f"/extensions/{ID_OF['influence-campaign']}/amplification_estimate/upper"
    assert estimate(lower=1, upper=1) == []
    assert estimate(lower=2, upper=1) == [(at, "range")]


@pytest.mark.parametrize(
    ("uppers", "accounts", "valid"),
    [
        ([2], 2, True),
        ([1, 1], 2, True),
        ([1], 2, False),
        ([1, 1], 3, False),
        ([1, None], 3, True),  # open at the top
        ([], 3, True),  # not counted
    ],
)
def test_a_cluster_lists_no_more_accounts_than_it_counts(
    uppers: list[int | None], accounts: int, valid: bool
) -> None:
    counts = [{"metric": "accounts", "lower": 0, "upper": upper} for upper in uppers]
    metrics = [{k: v for k, v in count.items() if v is not None} for count in counts]
    refs = [f"user-account--{UUID[:-1]}{number}" for number in range(accounts)]
    obj = changed("coordinated-account-cluster", account_refs=refs)
    obj["metrics"] = [*metrics, {"metric": "pages", "upper": 0}]

    assert errors(obj) == ([] if valid else [("/account_refs", "account-count")])


@pytest.mark.parametrize("name", NEW_TYPES)
def test_a_new_object_declares_itself(name: str) -> None:
    """Section 2: one definition a class."""
    at = (f"/extensions/{ID_OF[name]}", "required")
    other = "event" if name != "event" else "channel"

    assert errors(changed(name, extensions={FOREIGN: NEW})) == [at]
    assert at in errors(changed(name, extensions={ID_OF[other]: NEW}))
    assert at in errors({k: v for k, v in example(name).items() if k != "extensions"})
    assert errors(changed(name, extensions={ID_OF[name]: NEW, FOREIGN: PROPERTY})) == []


@pytest.mark.parametrize("name", ["narrative", "channel", "event"])
def test_opencti_declares_the_objects_that_it_has_too(name: str) -> None:
    obj = changed(name, extensions={OPENCTI_SDO: {**NEW, "id": UUID, "type": "x"}})

    assert errors(obj) == []
    assert is_declared(obj)
    assert errors({**obj, "name": 1}) == [("/name", "type")]  # our schema applies by type


@pytest.mark.parametrize("name", sorted(set(NEW_TYPES) - {"narrative", "channel", "event"}))
def test_opencti_declares_no_others(name: str) -> None:
    assert errors(changed(name, extensions={OPENCTI_SDO: NEW})) != []


def test_an_event_of_incident_core_is_a_foreign_object() -> None:
    """Object model section 2: our schema does not apply to it."""
    core = {INCIDENT_CORE_EXTENSION: NEW}
    obj = make("event", created=TIME, modified=TIME, extensions=core, name=1, start_time="soon")

    assert errors(obj) == []
    assert is_declared(obj)
    assert errors({**obj, "confidence": 101}) == [("/confidence", "maximum")]
    undeclared = {**obj, "extensions": {INCIDENT_CORE_EXTENSION: PROPERTY}}
    assert errors(undeclared) == [("/type", "undeclared-type")]


@pytest.mark.parametrize("extensions", [None, {OPENCTI_SCO: {"extension_type": "new-sco"}}])
def test_a_post_needs_no_extension(extensions: Any) -> None:
    obj = changed("media-content", extensions=extensions)

    assert errors({k: v for k, v in obj.items() if v is not None}) == []


@pytest.mark.parametrize("extension", EXTENSIONS, ids=lambda found: found.name)
def test_an_extension_stands_on_the_types_it_extends_only(extension: Any) -> None:
    content = example_content(extension.name)
    types = {*MINIMAL, "media-content", "x-foreign"}
    for type_name in sorted(types - {"marking-definition"}):
        obj = make(type_name, extensions={extension.id: content})
        if type_name == "media-content":
            obj["url"] = "https://video.example/"
        allowed = {
            "sharing": type_name != "extension-definition",
        }.get(extension.name, type_name in extension.extends)
        misplaced = (f"/extensions/{extension.id}", "extension-place")

        assert (misplaced not in errors(obj, accept=True)) == allowed, type_name


def example_content(name: str) -> dict[str, Any]:
    """Return what an extension holds in its example."""
    content: dict[str, Any] = example(name)["extensions"][ID_OF[name]]
    return content


def test_an_extension_of_the_set_is_validated_wherever_it_occurs() -> None:
    """On foreign types and STIX 2.1's own alike: a broken audience must never be overlooked."""
    for type_name in sorted({*MINIMAL, "x-foreign"} - {"marking-definition"}):
        sharing = {**PROPERTY, "audience": "cisa"}
        obj = make(type_name, extensions={ID_OF["sharing"]: sharing})
        at = (f"/extensions/{ID_OF['sharing']}/audience", "type")

        assert at in errors(obj, accept=True), type_name


def test_the_id_of_an_extension_in_capitals_is_no_way_around_it() -> None:
    key = ID_OF["sharing"].replace("13a0353c", "13A0353C")
    obj = make("campaign", extensions={key: {**PROPERTY, "audience": ["cisa"]}})

    assert errors(obj) == [(f"/extensions/{key}", "extension-id")]


def test_the_extensions_that_nobody_needs_to_define() -> None:
    """Object model section 2: the set's, OpenCTI's, TLP 2.0, MITRE's and Incident Core."""
    known = [found.id for found in EXTENSIONS]
    known += [OPENCTI_SDO, OPENCTI_SCO, TLP_2_EXTENSION, DISARM_EXTENSION, INCIDENT_CORE_EXTENSION]
    extensions = {**dict.fromkeys(known, PROPERTY), "archive-ext": {"a": 1}, FOREIGN: PROPERTY}

    assert unknown_extensions({"extensions": extensions}) == {FOREIGN}
    assert unknown_extensions(
        {"extensions": {FOREIGN.upper().replace("EXTENSION-DEFINITION", "extension-definition"): 1}}
    ) == {FOREIGN}
    assert unknown_extensions({}) == unknown_extensions({"extensions": 1}) == frozenset()


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"account_login": "jack"}, "/account_login"),
        ({"display_name": "Jack"}, "/display_name"),
        ({"account_created": TIME}, "/account_created"),
        ({"x_note": "jack"}, "/x_note"),
        ({"defanged": False}, "/defanged"),
        ({"is_service_account": False}, "/is_service_account"),
        ({"user_id": "jack"}, "/user_id"),
        ({"user_id": "pseudonym:k-2020:login:0120"}, "/user_id"),
        ({"user_id": f"pseudonym:k-2020:login:{'A' * 64}"}, "/user_id"),
        ({"user_id": f"pseudonym:k-2020:name:{'a' * 64}"}, "/user_id"),
        ({"user_id": f"pseudonym:k-2020:login:{'a' * 64} jack"}, "/user_id"),
        ({"user_id": f"pseudonym:k-2020:login:{'a' * 64}\n"}, "/user_id"),
        ({"user_id": None}, "/user_id"),
        ({"account_type": None}, "/account_type"),
        ({"account_type": "Twitter"}, "/account_type"),
        ({"id": sco_id("user-account", {"user_id": "jack"})}, "/id"),
        ({"id": "user-account--8e2e2d2b-17d4-1cbf-938f-98ee46b3cd3f"}, "/id"),
    ],
)
def test_nothing_raw_is_left_beside_a_pseudonym(change: dict[str, Any], pointer: str) -> None:
    obj = changed("pseudonymous-account", **change)
    obj = {key: value for key, value in obj.items() if value is not None}

    assert [found for found, _ in errors(obj)] == [pointer]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"key_id": "k-2021"}, "key_id"),
        ({"key_id": "K 2020"}, "key_id"),
        ({"kind": "id"}, "kind"),
        ({"kind": "name"}, "kind"),
        ({"scheme": "sha256"}, "scheme"),
        ({"attributes": ["jack"]}, "attributes/0"),
        ({"login": "jack"}, "login"),
    ],
)
def test_the_extension_says_what_the_pseudonym_says(change: dict[str, Any], name: str) -> None:
    obj = with_extension("pseudonymous-account", "pseudonymous-account", **change)
    at = f"/extensions/{ID_OF['pseudonymous-account']}/{name}"

    assert [pointer for pointer, _ in errors(obj)] == [at]


@pytest.mark.parametrize("key", [ID_OF["social-account"], OPENCTI_SDO, FOREIGN, "unix-account-ext"])
def test_a_pseudonym_has_no_other_extension_but_sharing(key: str) -> None:
    obj = example("pseudonymous-account")
    obj["extensions"][ID_OF["sharing"]] = {**PROPERTY, "audience": ["cisa"]}
    assert errors(obj) == []

    obj["extensions"][key] = {**PROPERTY, "gid": 1}

    assert errors(obj) == [(f"/extensions/{key}", "pseudonym")]


def test_a_pseudonym_may_be_marked() -> None:
    obj = changed(
        "pseudonymous-account",
        granular_markings=[
            {"selectors": ["user_id"], "marking_ref": f"marking-definition--{UUID}"}
        ],
        spec_version="2.1",
        is_disabled=False,
    )

    assert errors(obj) == []


def test_a_message_about_a_pseudonym_never_repeats_what_may_be_raw() -> None:
    obj = changed("pseudonymous-account", user_id="jack-the-raw", account_login="jack-the-raw")

    assert "jack" not in " ".join(
        problem.message for problem in validate(obj, accept_undeclared_types=False)
    )


@pytest.mark.parametrize("type_name", sorted(set(MINIMAL) - OBSERVABLES))
def test_the_rules_of_the_set_leave_other_objects_alone(type_name: str) -> None:
    obj = make(type_name, x_metrics=[{"lower": 2, "upper": 1}], x_card="4111111111111111")

    assert list(problems_of(obj)) == []

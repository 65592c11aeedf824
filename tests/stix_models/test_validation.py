"""What is valid STIX 2.1: the stix2 library makes it, mutations break it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stix_models.problems import Problem
from stix_models.validation import MAX_PROBLEMS, validate, validate_common
from tests.stix_models.objects import (
    CLASSES,
    FILE,
    LATER,
    MINIMAL,
    OBSERVABLES,
    TIME,
    UUID,
    make,
    valid_objects,
)

EXTENSION = f"extension-definition--{UUID}"
VERSIONED = sorted(set(MINIMAL) - OBSERVABLES)


def errors(obj: Any, *, accept_undeclared_types: bool = False) -> list[Problem]:
    found = validate(obj, accept_undeclared_types=accept_undeclared_types)
    return [problem for problem in found if problem.severity == "error"]


def where(obj: Any) -> list[str]:
    return [problem.pointer for problem in errors(obj)]


@given(valid_objects())
def test_what_the_stix2_library_makes_is_accepted(obj: dict[str, Any]) -> None:
    assert errors(obj) == []


def test_null_is_no_value() -> None:
    """Section 2.10 and 3.1: what has no value is left out."""
    assert where({**make("campaign"), "x_nothing": None}) == ["/x_nothing"]


@pytest.mark.parametrize("type_name", sorted(set(CLASSES) & set(MINIMAL)))
def test_every_type_of_the_stix2_library_is_known(type_name: str) -> None:
    assert errors(make(type_name)) == []


@given(valid_objects(), st.data())
def test_a_required_property_that_is_missing_is_named(
    obj: dict[str, Any], data: st.DataObject
) -> None:
    required = ["type", "id"]
    if obj["type"] not in OBSERVABLES:
        required += ["created", "modified", "spec_version"]
    name = data.draw(st.sampled_from(required))
    del obj[name]

    assert f"/{name}" in [p.pointer for p in errors(obj, accept_undeclared_types=True)]


@pytest.mark.parametrize(
    ("type_name", "name"),
    [
        (type_name, name)
        for type_name, properties in MINIMAL.items()
        for name in properties
        if (type_name, name)
        not in {  # one of several, or not required by the standard
            ("artifact", "payload_bin"),
            ("file", "name"),
            ("location", "country"),
            ("malware-analysis", "result"),
            ("network-traffic", "src_ref"),
            ("observed-data", "object_refs"),
            ("process", "pid"),
            ("user-account", "user_id"),
            ("windows-registry-key", "key"),
            ("x509-certificate", "issuer"),
        }
    ],
)
def test_a_property_that_its_type_requires_is_named(type_name: str, name: str) -> None:
    assert where(make(type_name, **{name: None})) == [f"/{name}"]


@pytest.mark.parametrize(
    ("type_name", "name"),
    [
        ("artifact", "payload_bin"),
        ("file", "name"),
        ("location", "country"),
        ("malware-analysis", "result"),
        ("network-traffic", "src_ref"),
        ("observed-data", "object_refs"),
        ("process", "pid"),
        ("user-account", "user_id"),
        ("windows-registry-key", "key"),
        ("x509-certificate", "issuer"),
    ],
)
def test_where_one_of_several_is_required_the_message_lists_them(type_name: str, name: str) -> None:
    (problem,) = errors(make(type_name, **{name: None}))

    assert problem.rule == "choice"
    assert name in problem.message


@given(valid_objects(), st.data())
def test_a_value_of_another_kind_is_refused_where_it_is(
    obj: dict[str, Any], data: st.DataObject
) -> None:
    standard = sorted(name for name in obj if not name.startswith("x_") and name != "type")
    name = data.draw(st.sampled_from(standard))
    obj[name] = data.draw(st.sampled_from([{}, [], None, -0.5]))

    found = where(obj)

    if (name, obj["type"]) != ("contents", "language-content"):
        assert f"/{name}" in found
    assert found


@pytest.mark.parametrize(
    "bad",
    [
        "2016-05-12",
        "2016-05-12T08:17:27",
        "2016-05-12T08:17:27.000+00:00",
        "2016-05-12 08:17:27.000Z",
        "2016-05-12t08:17:27.000z",
        "2016-02-30T08:17:27.000Z",
        "2015-02-29T08:17:27.000Z",
        "1900-02-29T08:17:27.000Z",
        "2016-04-31T08:17:27.000Z",
        "2016-13-01T08:17:27.000Z",
        "0000-01-01T00:00:00.000Z",
        "2016-05-12T24:00:00.000Z",
        "2016-05-12T08:17:61.000Z",
        "2016-05-12T08:17:27.Z",
        "٢٠١٦-05-12T08:17:27.000Z",
        f"2016-05-12T08:17:27.{'0' * 65}Z",
        "2016-05-12T08:17:27.000Z\n",
        "",
    ],
)
@pytest.mark.parametrize("name", ["created", "modified", "first_seen"])
def test_a_timestamp_that_is_none_is_refused(name: str, bad: str) -> None:
    """Section 2.16, and no version could be computed from it."""
    assert where(make("campaign", **{name: bad})) == [f"/{name}"]


@pytest.mark.parametrize("type_name", ["file", "x-foreign"])
def test_a_version_that_is_no_timestamp_is_refused_on_every_type(type_name: str) -> None:
    obj = make(type_name, created=TIME, modified="yesterday")

    assert [p.pointer for p in errors(obj, accept_undeclared_types=True)] == ["/modified"]


@pytest.mark.parametrize(
    "good",
    [
        "2016-05-12T08:17:27.000Z",
        "2016-05-12T08:17:27.123456789Z",
        "2016-12-31T23:59:60.000Z",
        "2016-02-29T08:17:27.000Z",
        "2000-02-29T08:17:27.000Z",
        "0001-01-01T00:00:00.000Z",
        "9999-12-31T23:59:59.999Z",
    ],
)
def test_a_timestamp_of_any_precision_is_accepted(good: str) -> None:
    assert errors(make("campaign", created=good, modified=good, first_seen=good)) == []


def test_a_coarse_version_is_accepted_with_a_warning() -> None:
    """Section 3.2 wants milliseconds; the instant is exact all the same."""
    obj = make("campaign", created="2016-05-12T08:17:27Z", modified="2016-05-12T08:17:27.5Z")

    found = validate(obj, accept_undeclared_types=False)

    assert {(p.pointer, p.severity) for p in found} >= {
        ("/created", "warning"),
        ("/modified", "warning"),
    }


@pytest.mark.parametrize(
    ("created", "modified", "valid"),
    [
        ("2016-05-12T08:17:27.1Z", "2016-05-12T08:17:27.10Z", True),
        ("2016-05-12T08:17:27.10Z", "2016-05-12T08:17:27.1Z", True),
        ("2016-05-12T08:17:27Z", "2016-05-12T08:17:27.000Z", True),
        ("2016-05-12T08:17:27.000Z", "2016-05-12T08:17:27Z", True),
        ("2016-05-12T08:17:27.2Z", "2016-05-12T08:17:27.10Z", False),
        ("2016-05-12T08:17:27.001Z", "2016-05-12T08:17:27Z", False),
        ("2016-05-12T08:17:30Z", "2016-05-12T08:17:27.999Z", False),
    ],
)
def test_modified_is_compared_with_created_as_an_instant(
    created: str, modified: str, valid: bool
) -> None:
    found = where(make("campaign", created=created, modified=modified))

    assert found == ([] if valid else ["/modified"])


@pytest.mark.parametrize(
    ("type_name", "earlier", "later", "may_be_equal"),
    [
        ("campaign", "first_seen", "last_seen", True),
        ("sighting", "first_seen", "last_seen", True),
        ("observed-data", "first_observed", "last_observed", True),
        ("network-traffic", "start", "end", True),
        ("indicator", "valid_from", "valid_until", False),
        ("relationship", "start_time", "stop_time", False),
    ],
)
def test_an_interval_does_not_end_before_it_begins(
    type_name: str, earlier: str, later: str, may_be_equal: bool
) -> None:
    assert where(make(type_name, **{earlier: TIME, later: LATER})) == []
    assert where(make(type_name, **{earlier: LATER, later: TIME})) == [f"/{later}"]
    assert where(make(type_name, **{earlier: TIME, later: TIME})) == (
        [] if may_be_equal else [f"/{later}"]
    )


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"id": f"tool--{UUID}"}, "/id"),
        ({"id": UUID}, "/id"),
        ({"id": f"campaign--{UUID}x"}, "/id"),
        ({"spec_version": "2.0"}, "/spec_version"),
        ({"created_by_ref": f"campaign--{UUID}"}, "/created_by_ref"),
        ({"confidence": 101}, "/confidence"),
        ({"confidence": "50"}, "/confidence"),
        ({"labels": ["a", 1]}, "/labels/1"),
        ({"lang": "not a language"}, "/lang"),
        ({"revoked": "true"}, "/revoked"),
        ({"severity": 1}, "/severity"),
        ({"x_empty": []}, "/x_empty"),
        ({"ab": 1}, "/ab"),
        ({"X-name": 1}, "/X-name"),
        ({"object_marking_refs": [f"identity--{UUID}"]}, "/object_marking_refs/0"),
        ({"external_references": [{"description": "a"}]}, "/external_references/0/source_name"),
        ({"external_references": [{"source_name": "a"}]}, "/external_references/0"),
        (
            {"external_references": [{"source_name": "cve", "external_id": "CVE-1"}]},
            "/external_references/0/external_id",
        ),
        ({"granular_markings": [{"selectors": ["name"]}]}, "/granular_markings/0"),
        (
            {"granular_markings": [{"selectors": ["a b"], "lang": "en"}]},
            "/granular_markings/0/selectors/0",
        ),
        (
            {"granular_markings": [{"selectors": ["name", "nothing"], "lang": "en"}]},
            "/granular_markings/0/selectors/1",
        ),
        (
            {"granular_markings": [{"selectors": ["aliases.[7]"], "lang": "en"}]},
            "/granular_markings/0/selectors/0",
        ),
        ({"extensions": {}}, "/extensions"),
        ({"extensions": {"other": {"a": 1}}}, "/extensions/other"),
        ({"extensions": {EXTENSION: {"a": 1}}}, f"/extensions/{EXTENSION}/extension_type"),
        (
            {"extensions": {EXTENSION: {"extension_type": "new"}}},
            f"/extensions/{EXTENSION}/extension_type",
        ),
    ],
)
def test_a_broken_common_property_is_refused_where_it_is(
    change: dict[str, Any], pointer: str
) -> None:
    assert where(make("campaign", aliases=["a"], **change)) == [pointer]


@pytest.mark.parametrize(
    ("type_name", "change", "pointer"),
    [
        ("relationship", {"source_ref": f"sighting--{UUID}"}, "/source_ref"),
        ("relationship", {"relationship_type": "Uses It"}, "/relationship_type"),
        ("sighting", {"sighting_of_ref": f"marking-definition--{UUID}"}, "/sighting_of_ref"),
        ("observed-data", {"object_refs": [f"tool--{UUID}"]}, "/object_refs/0"),
        ("observed-data", {"objects": {"0": {"type": "file"}}}, ""),
        ("domain-name", {"resolves_to_refs": ["1"]}, "/resolves_to_refs/0"),
        ("file", {"parent_directory_ref": "1"}, "/parent_directory_ref"),
        ("file", {"hashes": {"MD5": "x"}}, "/hashes/MD5"),
        ("malware", {"is_family": True}, "/name"),
        ("malware", {"is_family": "yes"}, "/is_family"),
        ("email-message", {"is_multipart": True, "body": "a"}, "/body"),
        ("email-message", {"is_multipart": 1}, "/is_multipart"),
        ("network-traffic", {"is_active": True, "end": TIME}, "/end"),
        ("ipv4-addr", {"value": "256.0.0.1"}, "/value"),
        ("ipv6-addr", {"value": "::g"}, "/value"),
        ("location", {"latitude": 1}, "/longitude"),
        ("opinion", {"opinion": "maybe"}, "/opinion"),
        ("windows-registry-key", {"key": "hklm\\software"}, "/key"),
        ("language-content", {"contents": {"de": "Name"}}, "/contents/de"),
        (
            "language-content",
            {"contents": {"not_a_language": {"a": "b"}}},
            "/contents/not_a_language",
        ),
        ("extension-definition", {"extension_properties": ["abc"]}, ""),
    ],
)
def test_a_broken_rule_of_one_type_is_refused_where_it_is(
    type_name: str, change: dict[str, Any], pointer: str
) -> None:
    assert pointer in where(make(type_name, **change))


@pytest.mark.parametrize("type_name", ["bundle", "action"])
def test_a_type_that_is_no_object_is_refused(type_name: str) -> None:
    obj = {"type": type_name, "id": f"{type_name}--{UUID}"}

    assert [p.rule for p in errors(obj, accept_undeclared_types=True)] == ["reserved"]


def test_an_undeclared_type_is_a_matter_of_the_setting() -> None:
    obj = make("x-foreign", created=TIME, modified=TIME, whatever=None, Name="")

    assert [p.rule for p in errors(obj)] == ["undeclared-type"]
    assert errors(obj, accept_undeclared_types=True) == []


@pytest.mark.parametrize("extension_type", ["new-sdo", "new-sco", "new-sro"])
def test_an_extension_declares_a_type(extension_type: str) -> None:
    """Section 7.3: a new object carries the extension that makes it."""
    extensions = {EXTENSION: {"extension_type": extension_type}}

    assert errors(make("x-foreign", created=TIME, modified=TIME, extensions=extensions)) == []


def test_an_extension_that_adds_properties_declares_no_type() -> None:
    extensions = {EXTENSION: {"extension_type": "property-extension", "a": 1}}

    assert [p.rule for p in errors(make("x-foreign", extensions=extensions))] == ["undeclared-type"]


def test_an_observable_of_an_unknown_type_needs_no_dates() -> None:
    obj = {"type": "x-foreign", "id": f"x-foreign--{UUID}", "url": "https://example.com"}

    assert errors(obj, accept_undeclared_types=True) == []


def test_a_new_domain_object_needs_its_dates() -> None:
    extensions = {EXTENSION: {"extension_type": "new-sdo"}}

    obj = make("x-foreign", created=None, modified=None, extensions=extensions)

    assert where(obj) == ["/created", "/modified"]


@pytest.mark.parametrize(
    "change",
    [{"confidence": 101}, {"created_by_ref": "x"}, {"object_marking_refs": []}, {"lang": ""}],
)
def test_a_foreign_type_is_held_to_the_common_properties(change: dict[str, Any]) -> None:
    obj = make("x-foreign", created=TIME, modified=TIME, **change)
    (name,) = change

    assert [p.pointer for p in errors(obj, accept_undeclared_types=True)] == [f"/{name}"]


@pytest.mark.parametrize("obj", [None, 1, "x", [], {}, {"type": []}, {"type": "campaign"}])
def test_any_json_value_gets_an_answer(obj: Any) -> None:
    assert errors(obj, accept_undeclared_types=True)


@given(st.recursive(st.none() | st.text() | st.floats(), lambda x: st.dictionaries(st.text(), x)))
def test_no_input_makes_a_message_long(value: Any) -> None:
    """Messages go into statuses; they say what to do, not what was sent."""
    obj = make("campaign", name=value, confidence=value, **{"created_by_ref": "x" * 10_000})

    for problem in errors(obj):
        assert len(problem.message) < 300
        assert len(problem.pointer) < 1_200


def test_a_statement_needs_its_statement() -> None:
    obj = make("marking-definition", modified=None, definition_type="statement", definition={})

    assert where(obj) == ["/definition/statement"]


def test_a_marking_may_not_mark_itself_nor_be_a_new_tlp() -> None:
    own = f"marking-definition--{UUID}"
    obj = make("marking-definition", modified=None, definition_type="tlp", definition={"tlp": "x"})

    assert where({**obj, "object_marking_refs": [own]}) == ["/definition_type", "/id"]


def test_modified_on_a_marking_warns() -> None:
    """Object model section 1: OpenCTI sends it."""
    obj = make("marking-definition", definition_type="statement", definition={"statement": "a"})

    (problem,) = validate(obj, accept_undeclared_types=False)

    assert (problem.pointer, problem.severity) == ("/modified", "warning")


def test_a_stix_2_0_object_is_held_to_the_common_properties() -> None:
    obj = make("campaign", spec_version=None, anything_goes=None)

    assert validate_common(obj) == []
    assert [p.pointer for p in validate_common({**obj, "modified": "2016"})] == ["/modified"]
    assert [p.pointer for p in validate_common({**obj, "spec_version": "2.1"})] == ["/spec_version"]
    assert [p.pointer for p in validate_common({**obj, "id": FILE})] == ["/id"]


@pytest.mark.parametrize(
    "change",
    [
        {"aliases": [1] * 1_000_000},
        {"external_references": [{"source_name": "a"}] * 300_000},
        {f"X{n}": n for n in range(300_000)},
    ],
    ids=["list", "references", "names"],
)
def test_an_object_with_very_many_errors_is_refused_quickly(change: dict[str, Any]) -> None:
    """All of them would take up to a minute; the bound is generous for a slow machine."""
    obj = make("campaign", **change)
    started = time.monotonic()

    found = errors(obj)

    assert 1 <= len(found) <= MAX_PROBLEMS
    assert time.monotonic() - started < 10


def test_a_technique_that_disarm_does_not_have_warns_and_names_the_nearest() -> None:
    """Object model section 6: unknown ids warn."""
    reference = {"source_name": "DISARM", "external_id": "T0491"}
    obj = make("attack-pattern", external_references=[reference])

    found = {p.rule: p for p in validate(obj, accept_undeclared_types=False)}

    assert found["unknown-technique"].severity == "warning"
    assert "the nearest is T0" in found["unknown-technique"].message

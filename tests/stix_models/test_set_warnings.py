"""Warnings: what is said of a valid object, and what is not."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from stix_models.extensions import EXTENSION_OF_NAME, extension_definitions, set_identity
from stix_models.markings import tlp_definitions
from stix_models.schema_files import EXAMPLE_NAMES, OBJECT_TYPES, example, schema
from stix_models.validation import MAX_PROBLEMS, validate
from stix_models.vocabularies import OPEN_VOCABULARIES
from tests.stix_models.objects import IDENTITY, MINIMAL, OBSERVABLES, TIME, UUID, make

GREEN = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"


def warned(obj: dict[str, Any]) -> list[tuple[str, str]]:
    """Return pointer and rule of each warning of an object without errors."""
    found = validate(obj, accept_undeclared_types=True)
    assert {problem.severity for problem in found} <= {"warning"}
    return [(problem.pointer, problem.rule) for problem in found]


def terms_of(found: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], str]]:
    """Return where a schema has terms, with the vocabulary; a test of its own, so written anew."""
    if "$ref" in found and "#/$defs/" in found["$ref"]:
        found = schema("common")["$defs"][found["$ref"].rpartition("/")[2]]
    places = [(path, found["x-vocabulary"])] if "x-vocabulary" in found else []
    for name, inner in found.get("properties", {}).items():
        places += terms_of(inner, (*path, name))
    return places + (terms_of(found["items"], (*path, "0")) if "items" in found else [])


ALL_TERMS = [(name, *place) for name in EXAMPLE_NAMES for place in terms_of(schema(name))]


@pytest.mark.parametrize(("name", "path", "vocabulary"), ALL_TERMS)
def test_a_term_that_is_not_listed_warns_where_it_is(
    name: str, path: tuple[str, ...], vocabulary: str
) -> None:
    obj = example(name)
    at = () if name in OBJECT_TYPES else ("extensions", EXTENSION_OF_NAME[name].id)
    place: Any = obj
    *parents, last = (*at, *path)
    for step in parents:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[int(last) if isinstance(place, list) else last] = "quite-another-thing"

    (problem,) = validate(obj, accept_undeclared_types=False)

    assert problem.pointer == "/" + "/".join((*at, *path))
    assert (problem.severity, problem.rule) == ("warning", "vocabulary")
    assert vocabulary in problem.message


def test_every_vocabulary_is_looked_after() -> None:
    assert {vocabulary for _, _, vocabulary in ALL_TERMS} == set(OPEN_VOCABULARIES)


def test_a_slip_of_the_pen_is_told_the_term_that_was_meant() -> None:
    (problem,) = validate(
        {**example("narrative"), "veracity": "missleading"}, accept_undeclared_types=False
    )

    assert problem.message.endswith("did you mean misleading?")


@pytest.mark.parametrize(
    ("type_name", "change", "pointer"),
    [
        ("threat-actor", {"threat_actor_types": ["troll"]}, "/threat_actor_types/0"),
        ("identity", {"identity_class": "company"}, "/identity_class"),
        ("location", {"region": "Ohio"}, "/region"),
        ("report", {"report_types": ["campaign", "takedown"]}, "/report_types/1"),
        ("user-account", {"account_type": "parler"}, "/account_type"),
    ],
)
def test_the_vocabularies_of_the_standard_are_known(
    type_name: str, change: dict[str, Any], pointer: str
) -> None:
    creator = {} if type_name in OBSERVABLES else {"created_by_ref": IDENTITY}

    obj = make(type_name, object_marking_refs=[GREEN], **creator, **change)

    assert warned(obj) == [(pointer, "vocabulary")]


@pytest.mark.parametrize("platform", OPEN_VOCABULARIES["platform-ov"])
def test_an_account_may_be_on_any_platform_of_the_set(platform: str) -> None:
    """The standard lists two platforms and would have every other one warn."""
    assert warned(make("user-account", account_type=platform, object_marking_refs=[GREEN])) == []


@pytest.mark.parametrize("type_name", sorted(set(MINIMAL)))
def test_a_missing_creator_and_a_missing_marking_warn_where_they_are_missed(
    type_name: str,
) -> None:
    signed = type_name in OBSERVABLES | {"identity", "extension-definition"}
    marked = type_name == "extension-definition"
    expected = [] if marked else [("/object_marking_refs", "no-marking")]
    expected += [] if signed else [("/created_by_ref", "no-creator")]

    obj = make(type_name)

    assert warned(obj) == expected


@pytest.mark.parametrize("name", ["narrative", "media-content"])
def test_they_warn_on_the_objects_of_the_set_too(name: str) -> None:
    obj = {
        k: v for k, v in example(name).items() if k not in {"created_by_ref", "object_marking_refs"}
    }
    creator = [] if name == "media-content" else [("/created_by_ref", "no-creator")]

    assert warned(obj) == [("/object_marking_refs", "no-marking"), *creator]


def test_a_granular_marking_is_a_marking() -> None:
    marking = {"selectors": ["value"], "marking_ref": GREEN}

    assert warned(make("url", granular_markings=[marking])) == []


@pytest.mark.parametrize(
    "obj", [*extension_definitions(), *tlp_definitions()], ids=lambda o: o["name"]
)
def test_what_a_server_supplies_warns_of_nothing(obj: dict[str, Any]) -> None:
    assert warned(obj) == []


def test_the_identity_that_signs_the_definitions_lacks_a_marking_only() -> None:
    assert warned(set_identity()) == [("/object_marking_refs", "no-marking")]


def test_a_pseudonym_under_a_random_id_is_accepted_with_a_warning() -> None:
    """STIX 2.1 section 2.9: deterministic ids are a SHOULD; a random one tells nobody anything."""
    obj = {**example("pseudonymous-account"), "id": f"user-account--{UUID}"}

    assert warned(obj) == [("/id", "sco-id")]


def test_a_foreign_type_is_warned_of_as_well() -> None:
    assert warned(make("x-foreign", created=TIME, modified=TIME)) == [
        ("/object_marking_refs", "no-marking"),
        ("/created_by_ref", "no-creator"),
    ]


def test_warnings_hide_no_error_and_are_no_more_than_the_limit() -> None:
    terms = [f"term-{number}" for number in range(1_000)]
    obj = {**example("narrative"), "narrative_types": terms, "created": "2020-10-08T14:00:00Z"}

    assert len(warned(obj)) == MAX_PROBLEMS
    assert Counter(
        problem.severity
        for problem in validate(
            {**obj, "last_seen": "2019-01-01T00:00:00Z"}, accept_undeclared_types=False
        )
    ) == {"error": 1}

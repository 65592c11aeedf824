"""The sample story is valid STIX 2.1, the same everywhere, and shows the policy at work."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import stix2

from taxii_server.demo import stix
from taxii_server.demo.stix import AMBER, AMBER_STRICT, CLEAR, GREEN, RED
from taxii_server.demo.story import StoryBundle, members_that_push, story

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own imports are deprecated
    import stix2validator

BUNDLES = [pytest.param(part, id=part.name) for part in story()]


def all_objects() -> Iterator[dict[str, Any]]:
    for part in story():
        yield from part.content["objects"]


@pytest.mark.parametrize("part", BUNDLES)
def test_the_validator_of_oasis_finds_no_error(part: StoryBundle) -> None:
    options = stix2validator.ValidationOptions(version="2.1")

    found = stix2validator.validate_string(json.dumps(part.content), options)

    assert found.is_valid, [str(error) for r in found.object_results for error in r.errors]


@pytest.mark.parametrize("part", BUNDLES)
def test_the_reference_library_reads_it(part: StoryBundle) -> None:
    parsed = stix2.parse(json.dumps(part.content), version="2.1")

    assert len(parsed.objects) == len(part.content["objects"])


def test_observables_have_the_ids_that_the_reference_library_makes() -> None:
    """STIX 2.1 section 2.9."""
    observables = [thing for thing in all_objects() if "created" not in thing]
    for thing in observables:
        content = {key: value for key, value in thing.items() if key != "id"}
        assert stix2.parse(content, version="2.1").id == thing["id"]
    assert len(observables) > 10


def test_it_is_the_same_each_time() -> None:
    assert story() == story()


def test_every_level_of_tlp_is_used() -> None:
    used = {marking for thing in all_objects() for marking in thing["object_marking_refs"]}

    assert used == {CLEAR, GREEN, AMBER, AMBER_STRICT, RED}


def test_tlp_markings_have_the_ids_of_the_standard() -> None:
    for level in ("clear", "green", "amber", "amber_strict", "red"):
        standard = {
            "clear": "94868c89-83c2-464b-929b-a1a8aa3c8487",
            "green": "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
            "amber": "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
            "amber_strict": "939a9414-2ddd-4d32-a0cd-375ea402b003",
            "red": "e828b379-4e03-4974-9ac4-e53a884c97c1",
        }[level]
        assert getattr(stix, level.upper()) == f"marking-definition--{standard}"


def test_several_companies_and_an_agency_take_part() -> None:
    assert members_that_push() == ("facebook", "twitter", "google", "reddit", "cisa")


def test_nothing_is_named_before_it_was_pushed() -> None:
    known: set[str] = {CLEAR, GREEN, AMBER, AMBER_STRICT, RED}
    for part in story():
        known |= {thing["id"] for thing in part.content["objects"]}
        for thing in part.content["objects"]:
            for key, value in thing.items():
                refs = [value] if key.endswith("_ref") else value if key.endswith("_refs") else []
                assert set(refs) <= known, (part.name, key)


def test_all_names_are_invented() -> None:
    """Hosts are under ``.example`` (RFC 2606) and addresses for documentation (RFC 5737)."""
    values = [thing["value"] for thing in all_objects() if "value" in thing]
    for value in values:
        assert ".example" in value or value.startswith("203.0.113."), value

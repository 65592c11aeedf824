"""TLP levels by id, and which marking is a mere statement."""

from __future__ import annotations

from typing import Any

import pytest
import stix2

from stix_models.markings import OPENCTI_AMBER_STRICT, is_statement, tlp_definitions, tlp_level
from stix_models.validation import validate

STATEMENT: dict[str, Any] = {
    "type": "marking-definition",
    "spec_version": "2.1",
    "id": "marking-definition--f79f25d2-8b96-4580-b169-eb7b613a7c31",
    "created": "2020-01-01T00:00:00.000Z",
    "definition_type": "statement",
    "definition": {"statement": "Copyright 2020"},
}


def test_levels_are_in_the_order_of_tlp() -> None:
    """Sharing section 3: clear = white < green < amber < amber+strict < red."""
    levels = {found["name"]: tlp_level(found["id"]) for found in tlp_definitions()[:5]}

    assert levels == {
        "TLP:CLEAR": 0,
        "TLP:GREEN": 1,
        "TLP:AMBER": 2,
        "TLP:AMBER+STRICT": 3,
        "TLP:RED": 4,
    }


def test_the_older_markings_have_the_same_levels() -> None:
    levels = {found["name"]: tlp_level(found["id"]) for found in tlp_definitions()[5:]}

    assert levels == {"TLP:WHITE": 0, "TLP:GREEN": 1, "TLP:AMBER": 2, "TLP:RED": 4}
    assert tlp_level(OPENCTI_AMBER_STRICT) == 3


def test_an_unknown_marking_has_no_level() -> None:
    assert tlp_level(STATEMENT["id"]) is None


def test_the_tlp_1_definitions_are_those_of_the_stix2_library() -> None:
    published = [stix2.TLP_WHITE, stix2.TLP_GREEN, stix2.TLP_AMBER, stix2.TLP_RED]

    for ours, theirs in zip(tlp_definitions()[5:], published, strict=True):
        assert stix2.parse(ours) == theirs
        assert ours["created"] == "2017-01-20T00:00:00.000Z"


def test_every_supplied_definition_is_valid() -> None:
    for found in tlp_definitions():
        assert validate(found, accept_undeclared_types=False) == []


def test_a_statement_is_recognised() -> None:
    assert is_statement(STATEMENT)


@pytest.mark.parametrize(
    "change",
    [
        {"definition_type": "tlp"},
        {"definition": {"statement": "x", "audience": "y"}},
        {"definition": {"statement": 1}},
        {"definition": "Copyright"},
        {"type": "identity"},
        {"extensions": {"extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce": {"a": 1}}},
        {"extensions": []},
    ],
)
def test_a_marking_that_says_more_is_no_mere_statement(change: dict[str, Any]) -> None:
    """What is not understood might restrict (sharing section 3, row 6)."""
    assert not is_statement({**STATEMENT, **change})

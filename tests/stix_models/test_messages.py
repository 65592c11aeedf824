"""What people read: the golden file of bad objects, and words for every pattern.

When a message changes on purpose, ``python -m tests.stix_models.golden`` writes the
file anew; the difference is then to be read aloud.
"""

from __future__ import annotations

from typing import Any

import pytest

from stix_models import compiled
from stix_models.forms import form_of
from stix_models.schema_files import EXAMPLE_NAMES
from tests.stix_models.golden import cases, found_in
from tests.stix_models.objects import MINIMAL

CASES = cases()
RULES = {
    *("account-count", "allowed-values", "choice", "contents", "currency", "empty", "extension-id"),
    *(
        "extension-place",
        "forbidden-value",
        "id-type",
        "id-version",
        "ipv6-address",
        "language",
        "marks-itself",
    ),
    *("marking-modified", "maximum", "minimum", "name", "no-creator", "no-marking", "pattern"),
    *("payment-data", "pseudonym", "range", "reference-type", "required", "reserved", "sco-id"),
    *("contradiction", "selector", "spec-version", "time-order", "timestamp-precision"),
    *("tlp-marking", "type", "undeclared-type", "vocabulary"),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_a_bad_object_is_told_what_to_change(case: dict[str, Any]) -> None:
    assert found_in(case) == case["expected"]


def test_the_golden_file_has_every_rule_every_object_and_many_cases() -> None:
    named = {case["of"] for case in CASES if isinstance(case["of"], str)}
    types = {case["of"].get("type") for case in CASES if isinstance(case["of"], dict)}

    assert len(CASES) >= 60
    assert {problem[2] for case in CASES for problem in case["expected"]} == RULES
    assert named == set(EXAMPLE_NAMES)
    assert len(types & set(MINIMAL)) >= 19


def test_every_case_is_found_and_no_message_is_long_or_vague() -> None:
    for case in CASES:
        assert case["expected"], case["says"]
        for *_, message in case["expected"]:
            assert message[0].isupper() or message[0] in '"abcdefghijklmnopqrstuvwxyz0123456789'
            assert message.endswith((".", "?"))
            assert len(message) < 320
            assert "of the form that STIX asks for" not in message
            assert "breaks a rule of STIX" not in message


def patterns() -> set[str]:
    """Return every pattern that a value can fail."""
    found: set[str] = set()

    def walk(schema: Any, key: str = "") -> None:
        if isinstance(schema, dict):
            if isinstance(schema.get("pattern"), str) and key not in {"not", "if"}:
                found.add(schema["pattern"])
            for name, inner in schema.items():
                walk(inner, name)
        elif isinstance(schema, list):
            for inner in schema:
                walk(inner)

    for name, schema in compiled._relaxed_schemas().items():
        if not name.startswith("flawless/") and name != "common/bundle":
            walk(schema)
    return found


@pytest.mark.parametrize("pattern", sorted(patterns()))
def test_every_pattern_is_said_in_words(pattern: str) -> None:
    assert form_of(pattern)

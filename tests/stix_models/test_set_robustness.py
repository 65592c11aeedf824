"""Whatever is sent under a type gets an answer: no exception, no long message, no long time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stix_models.compiled import SCHEMA_OF_TYPE
from stix_models.extensions import EXTENSIONS
from stix_models.problems import Problem
from stix_models.rules import problems_of, unknown_extensions
from stix_models.schema_files import EXAMPLE_NAMES, example, schema
from stix_models.validation import MAX_PROBLEMS, validate, validate_common

TYPES = sorted(SCHEMA_OF_TYPE)
NAMES = sorted(
    {name for type_name in EXAMPLE_NAMES for name in schema(type_name)["properties"]}
    | {"granular_markings", "labels", "external_references", "hashes", "x_own"}
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["\ud800", "\x00", "4111111111111111", "identity--", "2020-01-01T00:00:00Z"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*NAMES, "lower", "upper", "metric"]) | st.text(max_size=5),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
EXTENSION_IDS = st.sampled_from([found.id for found in EXTENSIONS])


def judged(obj: Any) -> list[Problem]:
    """Return what is found, after looking at its form."""
    found = validate(obj, accept_undeclared_types=True)
    validate_common(obj)
    assert len(found) <= MAX_PROBLEMS
    for problem in found:
        assert len(problem.message) < 500
        assert len(problem.pointer) < 1_200
        assert problem.pointer == "" or problem.pointer.startswith("/")
    return found


@settings(max_examples=300)
@given(st.sampled_from(TYPES), st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6))
def test_anything_under_a_type_gets_an_answer(type_name: str, properties: dict[str, Any]) -> None:
    assert judged({**properties, "type": type_name})
    list(problems_of({**properties, "type": type_name}))


@settings(max_examples=300)
@given(st.sampled_from(EXAMPLE_NAMES), st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=2))
def test_an_example_with_anything_in_it_gets_an_answer(
    name: str, properties: dict[str, Any]
) -> None:
    judged({**example(name), **properties})


@settings(max_examples=200)
@given(
    st.sampled_from(EXAMPLE_NAMES),
    st.dictionaries(EXTENSION_IDS | st.text(max_size=5), VALUES, min_size=1, max_size=2),
)
def test_anything_in_an_extension_gets_an_answer(name: str, extensions: dict[str, Any]) -> None:
    obj = example(name)
    obj["extensions"] = {**obj.get("extensions", {}), **extensions}

    judged(obj)
    list(problems_of(obj))
    unknown_extensions(obj)


@given(VALUES)
def test_anything_that_is_no_object_gets_an_answer(value: Any) -> None:
    judged(value)
    list(problems_of(value))


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_very_deep_values_get_an_answer(name: str) -> None:
    """A body is at most 64 levels deep."""
    deep: Any = "4111111111111111"
    for _ in range(60):
        deep = {"a": [deep]}

    judged({**example(name), "x_deep": deep, "description": deep})


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_very_long_values_get_an_answer(name: str) -> None:
    long = "a1 -" * 250_000
    for property_name in schema(name)["properties"]:
        judged({**example(name), property_name: long})
        judged({**example(name), property_name: [long]})
    judged({**example(name), "x_long": [long, {long: long}]})


def test_very_many_values_get_an_answer() -> None:
    metrics = [{"metric": "accounts", "lower": 2, "upper": 1}] * 100_000
    cluster = example("coordinated-account-cluster")

    assert len(judged({**cluster, "metrics": metrics})) == MAX_PROBLEMS
    assert len(judged({**cluster, "behaviors": ["own-term"] * 100_000})) == MAX_PROBLEMS
    assert judged({**cluster, "account_refs": ["x"] * 100_000})


def test_half_a_surrogate_pair_is_no_text() -> None:
    """``read_envelope`` refuses it before; who calls from elsewhere gets an answer too."""
    found = judged({**example("narrative"), "created_by_ref": "\ud800"})

    assert [(problem.pointer, problem.rule) for problem in found] == [("", "text")]

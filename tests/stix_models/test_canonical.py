"""Canonical JSON: the quick way writes exactly what RFC 8785 asks for."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from stix_models.canonical import canonical_json, digest

INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
)


@given(VALUES)
def test_the_quick_way_and_the_library_agree(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@given(st.dictionaries(TEXTS, INTEGERS | TEXTS, min_size=2))
def test_the_order_of_names_does_not_matter(value: dict[str, Any]) -> None:
    turned = dict(reversed(value.items()))

    assert digest(turned) == digest(value)


@given(VALUES)
def test_canonical_text_means_the_same_value(value: Any) -> None:
    """All numbers are doubles to RFC 8785, those without a point too."""
    assert json.loads(canonical_json(value), parse_int=float) == value


def test_names_are_ordered_by_utf_16_units() -> None:
    """RFC 8785 section 3.2.3: U+1F600 comes before U+FB33, though its code point is larger."""
    assert (
        canonical_json({"\ufb33": 1, "\U0001f600": 2}) == b'{"\xf0\x9f\x98\x80":2,"\xef\xac\xb3":1}'
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1", "1.0"),
        ("0", "-0"),
        ("0", "-0.0"),
        ("1.10", "1.1"),
        ("1E2", "100"),
        ('"é"', '"\\u00e9"'),
    ],
)
def test_other_spellings_of_a_value_have_the_same_digest(one: str, other: str) -> None:
    assert digest({"x": json.loads(one)}) == digest({"x": json.loads(other)})


@pytest.mark.parametrize(
    "text", ["T10:20:30.5Z", ":1.5", ",null", "[1e5", '":2.0', "\\", '\\"', "1e9"]
)
def test_a_text_that_looks_like_a_number_is_only_a_text(text: str) -> None:
    value = {"x": text, "y": [text, text], text: 1}

    assert canonical_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        2**53,
        "\ud800",
        {"\udc00": 1},
        {"x": [float("nan")]},
        {1: 2},
        {"x": b""},
    ],
)
def test_what_has_no_canonical_text_is_an_error(value: Any) -> None:
    """Never ``null`` in place of NaN, which would make two contents equal."""
    with pytest.raises(ValueError):  # several libraries' subclasses
        canonical_json(value)

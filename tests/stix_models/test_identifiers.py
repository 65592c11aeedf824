"""Which texts are STIX identifiers (STIX 2.1 sections 2.9 and 3.1)."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stix_models.identifiers import (
    InvalidIdentifierError,
    StixId,
    is_identifier,
    parse_identifier,
    type_of,
)

UUID = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
TYPE_NAMES = st.from_regex(r"[a-z][a-z0-9]{2,20}(-[a-z0-9]{1,9}){0,3}", fullmatch=True)


@given(
    TYPE_NAMES, st.sampled_from([1, 3, 4, 5]).flatmap(lambda v: st.uuids(version=v)), st.booleans()
)
def test_every_type_name_with_any_uuid_is_an_identifier(
    type_name: str, value: uuid.UUID, upper: bool
) -> None:
    """The version and the case of the UUID are not a MUST of section 2.9."""
    text = f"{type_name}--{str(value).upper() if upper else value}"

    assert is_identifier(text)
    assert type_of(text) == type_name
    assert parse_identifier(text) == StixId(type_name, value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tool",
        "tool--00000000-0000-0000-0000-000000000000",  # not of RFC 4122's variant
        UUID,
        f"--{UUID}",
        f"tool-{UUID}",
        f"ab--{UUID}",
        f"Tool--{UUID}",
        f"my tool--{UUID}",
        f"a--b--{UUID}",
        f"{'a' * 251}--{UUID}",
        f"tool--{UUID}\n",
        f"tool--{UUID[:-1]}",
        f"tool--{{{UUID}}}",
        f"tool--{UUID.replace('-', '')}",
        f"tool--{UUID[:-1]}٣",
        f"tööl--{UUID}",
    ],
)
def test_other_texts_are_no_identifiers_and_parsing_says_so(text: str) -> None:
    assert not is_identifier(text)
    with pytest.raises(InvalidIdentifierError):
        parse_identifier(text)


@pytest.mark.parametrize("value", [None, 1, [], {}, b"tool--" + UUID.encode()])
def test_a_value_that_is_no_text_is_no_identifier(value: object) -> None:
    assert not is_identifier(value)


def test_an_error_never_repeats_a_long_input() -> None:
    with pytest.raises(InvalidIdentifierError) as caught:
        parse_identifier("x" * 10_000 + "--" + "y" * 10_000)

    assert len(str(caught.value)) < 200

"""Raw payment data in an ad buyer: found at any depth, and not seen where there is none."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stix_models.rules import problems_of
from stix_models.rules_payment import MAY_BE_PAYMENT_DATA, payment_rules
from stix_models.schema_files import example
from stix_models.validation import validate

CARDS = [  # numbers that the card schemes publish for tests
    "4111111111111111",
    "4222222222222",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "30569309025904",
    "6011111111111117",
    "3530111333300000",
    "6200000000000005",
    "6304000000000000",
]
IBANS = [  # examples of the registry
    "DE89370400440532013000",
    "GB29NWBK60161331926819",
    "FR1420041010050500013M02606",
    "NO9386011117947",
    "MT84MALT011000012345MTLCAST001S",
    "RU0304452522540817810538091310419",
]
NO_PAYMENT_DATA = [
    "4111111111111112",  # the check digit is another
    "1111111111111117",  # no scheme begins so
    "41111111111111111111",  # too long
    "a4111111111111111",
    "DE89370400440532013001",  # the checksum is another
    "DE8937040044053201300",  # too short
    "AR01234567890123456789",  # an advertiser's number
    "100001234567890",  # an account's number
    "8e2e2d2b-4111-4111-8111-111111111111",
    "2020-10-08T14:00:00.000Z",
    "+1 415 555 0100",
    "hmac-sha256:k-2020:" + "4111111111111111" * 4,
]


def grouped(text: str, size: int, separator: str) -> str:
    return separator.join(text[start : start + size] for start in range(0, len(text), size))


def found_in(value: Any, name: str = "description") -> list[str]:
    return [problem.pointer for problem in payment_rules({"type": "ad-buyer", name: value})]


@pytest.mark.parametrize("number", [*CARDS, *IBANS])
def test_payment_data_is_refused_in_any_dress(number: str) -> None:
    assert found_in(number) == ["/description"]
    assert found_in(f"Paid with {number}, in May.") == ["/description"]
    assert found_in(f"({number})") == ["/description"]
    assert found_in([{"deep": [{"deeper": number}]}]) == ["/description/0/deep/0/deeper"]
    assert found_in({number: 1}) == ["/description"]


@pytest.mark.parametrize("separator", [" ", "-", ".", "\u00a0"])
@pytest.mark.parametrize("number", ["4111111111111111", "5555555555554444", *IBANS])
def test_groups_of_four_hide_nothing(number: str, separator: str) -> None:
    assert found_in(f"Paid with {grouped(number, 4, separator)} twice") == ["/description"]


@pytest.mark.parametrize("text", ["3782 822463 10005", "3782-822463-10005", "3056 930902 5904"])
def test_groups_as_on_other_cards_hide_nothing(text: str) -> None:
    assert found_in(text) == ["/description"]


@pytest.mark.parametrize("number", IBANS)
def test_small_letters_hide_nothing(number: str) -> None:
    assert found_in(number.lower()) == ["/description"]


def test_a_number_in_place_of_a_text_hides_nothing() -> None:
    assert found_in(4111111111111111) == ["/description"]
    assert found_in(4111111111111111.0) == ["/description"]
    assert found_in([True, None, 1.5, float("nan"), 10**400, 12]) == []


@pytest.mark.parametrize("text", NO_PAYMENT_DATA)
def test_what_only_resembles_payment_data_is_accepted(text: str) -> None:
    assert found_in(text) == []


def test_an_ad_buyer_is_refused_and_other_types_are_not_looked_at() -> None:
    number = {"x_number": CARDS[0]}

    (problem,) = validate({**example("ad-buyer"), **number}, accept_undeclared_types=False)

    assert (problem.pointer, problem.rule) == ("/x_number", "payment-data")
    assert list(problems_of({**example("political-ad"), **number})) == []


def test_the_name_of_a_property_is_looked_at_and_not_repeated() -> None:
    (problem,) = payment_rules({"type": "ad-buyer", "x_a": {"card 4111 1111 1111 1111": 1}})

    assert problem.pointer == "/x_a"
    assert "4111" not in problem.message


@given(
    st.sampled_from([*CARDS, *IBANS]),
    st.sampled_from(["", " ", "-", "."]),
    st.text(max_size=5),
    st.text(max_size=5),
)
def test_the_quick_look_overlooks_nothing(
    number: str, separator: str, before: str, after: str
) -> None:
    """The short cut of ``flawless`` trusts it; see there."""
    text = before + grouped(number, 4, separator) + after

    if found_in(text):
        assert re.search(MAY_BE_PAYMENT_DATA, text)


def test_a_huge_text_is_looked_through_in_good_time() -> None:
    """Both patterns are bounded; each of these would take hours in one that is not."""
    for text in ("4" * 500_000, "4111 " * 100_000, "DE89" * 100_000, "DE89 " * 100_000):
        assert found_in(text) == []

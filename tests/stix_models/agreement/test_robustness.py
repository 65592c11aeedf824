"""No input makes validation fail with an exception, or run on.

Nothing here is timed: an engine that backtracks would not end on these within the
life of a machine. What is asserted is an answer.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stix_models.problems import Problem
from stix_models.validation import validate, validate_common
from tests.stix_models.agreement import values
from tests.stix_models.agreement.examples import Stix, examples, names
from tests.stix_models.agreement.mutations import mutate, places

HUGE = 10_000_000  # characters
LONG_LIST = 100_000  # items
DEEPEST = 64  # levels, as a body may have them

EVIL = (  # texts on which patterns that backtrack take time by the square or worse
    "a" * 200,
    "a" * 200 + "!",
    "-a" * 5_000 + "-",
    "a-" * 5_000,
    "a" * 5_000 + "--" + values.UUID4,
    "2024-01-10T08:00:00." + "1" * 50_000,
    "cpe:2.3:a:" + "\\*" * 5_000,
    "cpe:2.3:a" + ":" * 5_000,
    ":" * 5_000,
    "::" + "f" * 5_000 + "/",
    "1." * 5_000,
    "a." * 5_000,
    "a.[0]" * 5_000,
    "en" + "-a" * 5_000,
    "CVE-2024-" + "9" * 50_000,
    "A" * 50_001 + "=",
    "pseudonym:" * 5_000,
    "4111 1111 1111 1111 " * 2_000,
    "DE89 3704 0044 0532 0130 00 " * 2_000,
    "\\" * 5_000,
    "\ud7ff\ue000\U0010ffff" * 1_000,
    "\u0000" * 1_000,
    "\ud800" * 1_000,
)

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)


def answered(obj: Any) -> list[Problem]:
    """Return the problems, of which each must be fit to be told."""
    validate_common(obj)
    for accept in (True, False):
        problems = validate(obj, accept_undeclared_types=accept)
        assert len(problems) <= 5
        for problem in problems:
            assert problem.pointer == "" or problem.pointer.startswith("/")
            assert len(problem.pointer) < 2_000
            assert 0 < len(problem.message) < 2_000
    return problems


@given(json_values)
def test_any_json_value_is_answered(value: Any) -> None:
    answered(value)


@given(st.sampled_from(names()), json_values, st.integers(0, 10**6))
@settings(max_examples=300)
def test_any_json_value_anywhere_in_an_object_is_answered(name: str, value: Any, seed: int) -> None:
    random = Random(seed)
    obj = random.choice(examples(name))
    at, key = random.choice(list(places(obj)))
    at[key] = value

    answered(obj)


@given(st.sampled_from(names()), st.integers(0, 10**6))
@settings(max_examples=200)
def test_objects_spoilt_ten_times_are_answered(name: str, seed: int) -> None:
    random = Random(seed)
    obj = random.choice(examples(name))
    for _ in range(10):
        if obj:
            mutate(random, obj)

    answered(obj)


@pytest.mark.parametrize("name", names())
def test_texts_that_patterns_dislike_are_answered_in_every_place(name: str) -> None:
    texts = iter(EVIL * 100)
    for obj in examples(name):
        for at, key in list(places(obj)):
            if isinstance(at[key], str):
                kept, at[key] = at[key], next(texts)
                answered(obj)
                at[key] = kept


@pytest.mark.parametrize("text", EVIL, ids=range(len(EVIL)))
def test_texts_that_patterns_dislike_are_answered_as_names(text: str) -> None:
    for name in ("campaign", "file", "narrative", "language-content"):
        obj = examples(name)[0]
        answered({**obj, text: text})
        answered({**obj, "extensions": {text: {"extension_type": text, text: text}}})
        answered({**obj, "contents": {text: {text: text}}})
        answered({**obj, "hashes": {text: text, "SHA-256": text, "TLSH": text}})


def huge_objects() -> Iterator[tuple[str, Stix]]:
    """Yield objects with a huge text in one place each, by the place's name."""
    for name, key in (
        *(("campaign", key) for key in ("id", "type", "created", "name", "lang", "created_by_ref")),
        *(("software", key) for key in ("cpe", "swid")),
        ("ipv6-addr", "value"),
        ("url", "value"),
        ("indicator", "pattern"),
        ("artifact", "payload_bin"),
        ("windows-registry-key", "key"),
        ("narrative", "description"),
        ("ad-buyer", "name"),
        ("pseudonymous-account", "user_id"),
    ):
        for text in ("a", "1", "-"):
            yield f"{key} of {name}, {text}", {**examples(name)[0], key: text * HUGE}
    campaign = examples("campaign")[0]
    marking = {"marking_ref": f"marking-definition--{values.UUID4}", "selectors": ["a." * HUGE]}
    yield "a name", {**campaign, "a" * HUGE: 1}
    yield "an extension's key", {**campaign, "extensions": {"a" * HUGE + "-ext": {"abc": 1}}}
    yield "a selector", {**campaign, "granular_markings": [marking]}
    yield "a hash", {**examples("file")[0], "hashes": {"SSDEEP": "3:" * HUGE}}


@pytest.mark.parametrize("number", range(4))
def test_texts_of_ten_million_characters_are_answered(number: int) -> None:
    found = [obj for place, (_, obj) in enumerate(huge_objects()) if place % 4 == number]

    assert len(found) > 10
    for obj in found:
        answered(obj)


def nested(levels: int, inner: Any, *, lists: bool) -> Any:
    """Return a value inside of so many lists or objects."""
    for _ in range(levels):
        inner = [inner] if lists else {"abc": inner}
    return inner


@pytest.mark.parametrize("lists", [True, False])
@pytest.mark.parametrize("name", names())
def test_the_deepest_nesting_is_answered_in_every_place(name: str, *, lists: bool) -> None:
    for obj in examples(name):
        for at, key in list(places(obj)):
            kept, at[key] = at[key], nested(DEEPEST - 1, "text", lists=lists)
            answered(obj)
            at[key] = kept
        obj["x_deep"] = nested(DEEPEST - 1, "text", lists=lists)
        answered(obj)


@pytest.mark.parametrize(
    ("name", "key", "item"),
    [
        ("campaign", "labels", "text"),
        ("campaign", "labels", None),
        ("campaign", "x_list", 1),
        ("campaign", "external_references", {"source_name": "a", "external_id": "1"}),
        ("campaign", "external_references", {}),
        ("campaign", "object_marking_refs", f"marking-definition--{values.UUID4}"),
        ("campaign", "granular_markings", {"selectors": ["name", "no"], "lang": "en"}),
        ("report", "object_refs", f"campaign--{values.UUID4}"),
        ("observed-data", "object_refs", f"relationship--{values.UUID4}"),
        ("coordinated-account-cluster", "account_refs", f"user-account--{values.UUID4}"),
        ("coordinated-account-cluster", "metrics", {"metric": "accounts", "lower": 2, "upper": 1}),
        ("coordinated-account-cluster", "platforms", "unheard-of"),
        ("ad-buyer", "disclaimers", "paid for by 4111 1111 1111 1111"),
        ("windows-registry-key", "values", {}),
    ],
)
def test_lists_of_a_hundred_thousand_items_are_answered(name: str, key: str, item: Any) -> None:
    answered({**examples(name)[0], key: [copy.copy(item) for _ in range(LONG_LIST)]})


@pytest.mark.parametrize("key", ["x_many", "hashes", "extensions", "contents", "objects"])
def test_dictionaries_of_a_hundred_thousand_keys_are_answered(key: str) -> None:
    for name in ("file", "language-content", "observed-data", "campaign"):
        many = {f"{number}-{values.UUID4}": {"abc": "text"} for number in range(LONG_LIST)}
        answered({**examples(name)[0], key: many})


def test_a_hundred_thousand_properties_are_answered() -> None:
    more: Stix = {f"x_{number}": [] for number in range(LONG_LIST)}

    assert answered({**examples("campaign")[0], **more})

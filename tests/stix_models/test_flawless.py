"""The short cut for objects without a flaw: it changes the cost of validation, never the answer."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stix_models.compiled import FLAWLESS, SCHEMA_OF_TYPE
from stix_models.deterministic import sco_id
from stix_models.flawless import _REMEMBERED, _are_new_markings, _markings
from stix_models.rules_pseudonym import quick_meeting_id
from stix_models.schema_files import EXAMPLE_NAMES, example
from stix_models.validation import the_long_way, validate
from tests.stix_models.golden import cases, object_of
from tests.stix_models.objects import IDENTITY, MINIMAL, OBSERVABLES, TIME, make, valid_objects

GREEN = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
THE_LONG_WAY = {"extension-definition", "ipv6-addr", "language-content", "marking-definition"}
WRONG: list[Any] = [
    *(None, [], {}, "", 0, -1, 1.5, True, "x", ["x"], [None], {"a": None}, "identity--x"),
    *("2020-02-30T00:00:00.000Z", "2020-02-03T00:00:00Z", "2020-02-03t00:00:00.000z"),
    *(
        "0000-02-03T00:00:00.000Z",
        "2020-02-03T00:00:00.000+00:00",
        f"2020-02-03T00:00:00.{'0' * 65}Z",
    ),
    *(IDENTITY, [IDENTITY], [GREEN], "4111111111111111", 4111111111111111, "A" * 300, "X"),
]


def agreed(obj: Any) -> list[Any]:
    """Return what both ways find, which is the same."""
    found = validate(obj, accept_undeclared_types=False)
    assert found == the_long_way(obj, accept_undeclared_types=False)
    return found


def flawless(type_name: str) -> dict[str, Any]:
    creator = {} if type_name in OBSERVABLES else {"created_by_ref": IDENTITY}
    return make(type_name, object_marking_refs=[GREEN], **creator)


def takes_the_short_cut(obj: dict[str, Any]) -> bool:
    is_flawless = FLAWLESS[obj["type"]]
    return is_flawless is not None and is_flawless(obj)


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_every_example_takes_the_short_cut(name: str) -> None:
    assert takes_the_short_cut(example(name))


@pytest.mark.parametrize("type_name", sorted(SCHEMA_OF_TYPE))
def test_a_type_has_a_short_cut_unless_it_is_named_here(type_name: str) -> None:
    assert (FLAWLESS[type_name] is None) == (type_name in THE_LONG_WAY)
    if type_name in MINIMAL and type_name not in THE_LONG_WAY | {
        "email-message",
        "x509-certificate",
    }:
        assert takes_the_short_cut(flawless(type_name))


def test_a_name_that_is_no_type_is_not_remembered() -> None:
    for name in ("common", "core", "sharing", "x-foreign", "", "constructor"):
        assert FLAWLESS[name] is None
        assert name not in dict(FLAWLESS)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value inside of a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found: list[tuple[Any, ...]] = []
    for key, item in inner:
        found.append((*path, key))
        if isinstance(item, dict | list):
            found += places(item, (*path, key))
    return found


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_both_ways_agree_on_every_example_with_anything_wrong_anywhere(name: str) -> None:
    whole = example(name)
    for path in places(whole):
        for wrong in [*WRONG, "DELETE", "ADD"]:
            obj = copy.deepcopy(whole)
            place: Any = obj
            for step in path[:-1]:
                place = place[step]
            if wrong == "DELETE":
                del place[path[-1]]
            elif wrong == "ADD" and isinstance(place, dict):
                place["further"] = None
            else:
                place[path[-1]] = wrong
            agreed(obj)


@given(valid_objects(), st.data())
def test_both_ways_agree_on_objects_of_the_standard(
    obj: dict[str, Any], data: st.DataObject
) -> None:
    obj |= {"object_marking_refs": [GREEN]}
    if obj["type"] not in OBSERVABLES:
        obj |= {"created_by_ref": IDENTITY}
    agreed(obj)
    name = data.draw(st.sampled_from(sorted(obj)))

    agreed({**obj, name: data.draw(st.sampled_from(WRONG))})


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["says"])
def test_both_ways_agree_on_the_bad_objects(case: dict[str, Any]) -> None:
    assert agreed(object_of(case))


@pytest.mark.parametrize(
    ("change", "short"),
    [
        ({}, True),
        ({"modified": "2016-05-12T08:17:27.0000Z"}, True),
        ({"modified": "2016-12-31T23:59:60.000Z"}, True),
        ({"modified": "2016-12-31T22:59:60.000Z"}, False),
        ({"modified": "2015-05-12T08:17:27.000Z"}, False),
        ({"created": "2016-05-12t08:17:27.000Z"}, False),
        ({"created": "0000-05-12T08:17:27.000Z"}, False),
        ({"created": "2016-05-12T08:17:27.00Z"}, False),
        ({"x_own": 1}, False),
        ({"granular_markings": [{"selectors": ["name"], "lang": "en"}]}, False),
        ({"object_marking_refs": [f"marking-definition--{IDENTITY[-36:]}"]}, True),
        ({"object_marking_refs": [GREEN, IDENTITY]}, False),
        ({"created_by_ref": f"{IDENTITY}x"}, False),
    ],
)
def test_who_takes_the_short_cut(change: dict[str, Any], short: bool) -> None:
    obj = {**flawless("campaign"), **change}

    assert takes_the_short_cut(obj) == short
    agreed(obj)


def test_what_is_remembered_of_markings_is_bounded() -> None:
    random_ids = random.Random(0)  # the same each time
    for _ in range(_REMEMBERED + 10):
        digits = f"{random_ids.getrandbits(96):024x}"
        assert _are_new_markings(
            [f"marking-definition--{digits[:8]}-{digits[8:12]}-4000-8000-{digits[12:]}"]
        )

    assert len(_markings) <= _REMEMBERED + 1
    assert takes_the_short_cut(flawless("campaign"))


def test_a_pseudonyms_id_found_quickly_is_the_standards() -> None:
    for number in range(50):
        user_id = f"pseudonym:k-2020:login:{number:064x}"
        made_of = {"account_type": "twitter", "user_id": user_id}

        assert quick_meeting_id("twitter", user_id) == sco_id("user-account", made_of)


def test_times_are_compared_on_the_short_way_as_well() -> None:
    obj = {**flawless("campaign"), "first_seen": TIME, "last_seen": "2015-05-12T08:17:27.000Z"}

    assert [problem.rule for problem in agreed(obj)] == ["time-order"]

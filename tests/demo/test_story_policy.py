"""What the packaged policy does with the story: no raw account reaches an agency."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from stix_models.extensions import EXTENSION_OF_NAME
from taxii_server.demo.stix import FICTION
from taxii_server.demo.story import story
from taxii_server.sharing.coalition import MemberKind
from taxii_server.sharing.coalition_file import load_coalition
from taxii_server.sharing.policy import decide, traits_of

COALITION = load_coalition(Path(__file__).parents[2] / "config" / "coalition.toml")
PSEUDONYMOUS = EXTENSION_OF_NAME["pseudonymous-account"].id
AGENCIES = [m.name for m in COALITION.members if m.kind is MemberKind.AGENCY]
Stix = Mapping[str, Any]


def is_raw(thing: Stix) -> bool:
    return thing["type"] == "email-addr" or (
        thing["type"] == "user-account" and PSEUDONYMOUS not in thing.get("extensions", {})
    )


def released(recipient: str) -> Iterator[Stix]:
    """Yield what the packaged policy releases of the story, the producer's own objects not."""
    for part in story():
        default = COALITION.member(part.member).default_marking
        for thing in part.content["objects"]:
            traits = traits_of(thing, default, {FICTION})
            if decide(traits, part.member, recipient, COALITION.policy, 0).released:
                yield thing


RAW = [thing for part in story() for thing in part.content["objects"] if is_raw(thing)]


def test_every_agency_is_asked_about() -> None:
    assert "cisa" in AGENCIES
    assert len(RAW) >= 8


@pytest.mark.parametrize("agency", AGENCIES)
def test_no_raw_account_reaches_an_agency(agency: str) -> None:
    assert not [thing["id"] for thing in released(agency) if is_raw(thing)]


@pytest.mark.parametrize("agency", ["cisa", "fbi"])
def test_no_name_of_a_raw_account_stands_in_what_an_agency_gets(agency: str) -> None:
    """Neither in prose nor in an address."""
    names = {
        str(thing[key])
        for thing in RAW
        for key in ("account_login", "user_id", "display_name", "value")
        if key in thing
    }
    text = json.dumps([*released(agency)])

    assert not {name for name in names if name in text}


@pytest.mark.parametrize("recipient", ["cisa", "twitter", "reddit"])
def test_a_member_gets_a_part_that_is_worth_having(recipient: str) -> None:
    types = {thing["type"] for thing in released(recipient)}

    assert {"coordinated-account-cluster", "narrative", "ad-buyer", "platform-action"} <= types


@pytest.mark.parametrize(
    ("recipient", "expected"), [("reddit", True), ("fbi", False), ("odni", False)]
)
def test_industry_sees_raw_accounts_and_agencies_do_not(recipient: str, expected: bool) -> None:
    assert any(is_raw(thing) for thing in released(recipient)) is expected

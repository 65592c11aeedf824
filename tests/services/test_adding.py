"""What a push answers, object by object (T-ADD-15, T-STAT-07)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from taxii_server.app import SERVER_FILE
from taxii_server.services.statuses import forget_expired
from tests.sharing.world import World, message
from tests.support.coalitions import everybody_shares
from tests.support.stix import FIRST, make_campaign, make_url

_TICK = 1_600_000_000_000_000


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return a world whose clock stands still."""
    return World(tmp_path, everybody_shares(), lambda: _TICK)


@pytest.mark.parametrize(
    ("bad", "named", "pointer"),
    [
        ({"type": "campaign"}, "objects/0", "/id"),
        ({"id": "campaign--x", "created": FIRST, "modified": FIRST}, "objects/0", "/id"),
        ({"id": 1}, "objects/0", "/id"),
        ({"name": 1}, None, "/name"),
        ({"created": "yesterday"}, None, "/created"),
    ],
)
def test_a_bad_object_gets_its_own_failure_and_its_neighbour_is_stored(
    world: World, bad: dict[str, Any], named: str | None, pointer: str
) -> None:
    good, wrong = make_campaign(), make_campaign(**bad)
    if bad == {"type": "campaign"}:
        del wrong["id"]

    status = world.push("facebook", wrong, good)

    (failure,) = status["failures"]
    assert failure["id"] == (named or wrong["id"])
    assert pointer in failure["message"]
    assert world.log("from-facebook") == [good]


def test_an_object_without_dates_is_named_by_its_date_added(world: World) -> None:
    """T-STAT-07: the version is the entry's date in the collection pushed to."""
    status = world.push("facebook", make_url())

    assert status["successes"][0]["version"].startswith("2020-09-13T12:26:40.")


def test_an_sdo_without_spec_version_is_a_2_0_object_and_refused_here(world: World) -> None:
    """T-FLT-27, T-ADD-17: this collection stores STIX 2.1."""
    old = make_campaign()
    del old["spec_version"]

    status = world.push("facebook", old)

    assert "spec-version" in message(status)


def test_a_name_based_id_of_an_object_with_dates_warns(world: World) -> None:
    """STIX 2.1 section 2.9 keeps UUIDv5 for cyber-observables; ``shared_ids`` decides."""
    shared = make_campaign(id="campaign--b6f59d88-546a-5202-b396-95f43a114de3")

    status = world.push("facebook", shared)

    assert "warning: /id shared-id" in message(status)


def test_shared_ids_can_be_rejected(tmp_path: Path) -> None:
    shared = make_campaign(id="campaign--b6f59d88-546a-5202-b396-95f43a114de3")
    world = World(
        tmp_path,
        everybody_shares(),
        lambda: _TICK,
        {SERVER_FILE: '[sharing]\nshared_ids = "reject"'},
    )

    assert world.push("facebook", shared)["failure_count"] == 1


def test_recipients_are_named_only_if_the_setting_says_so(tmp_path: Path) -> None:
    """``status_names_recipients`` (``sharing.md`` section 9)."""
    silent = "[sharing]\nstatus_names_recipients = false"
    world = World(tmp_path, everybody_shares(), lambda: _TICK, {SERVER_FILE: silent})

    said = message(world.push("facebook", make_campaign()))

    assert "released" not in said
    assert "twitter" not in said


def test_a_status_is_deleted_when_its_retention_has_passed(tmp_path: Path) -> None:
    """T-STAT-11, T-STAT-12: not a microsecond before."""
    now = [_TICK]
    world = World(tmp_path, everybody_shares(), lambda: now[0])
    status = world.push("facebook", make_campaign())
    services = world.services

    now[0] += services.limits.status_retention_us
    kept = forget_expired(services)
    now[0] += 1
    deleted = forget_expired(services)

    assert (kept, deleted) == (0, 1)
    assert services.store.get_status(status["id"]) is None

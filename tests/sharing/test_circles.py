"""Who may join a circle (``sharing.md`` section 7)."""

from __future__ import annotations

import pytest

from taxii_server.app import COALITION_FILE, open_services
from taxii_server.errors import ConfigError
from tests.sharing.conftest import OpenWorld
from tests.support.coalitions import HEAD, collection_toml, members_toml
from tests.support.stix import make_campaign, make_sdo

RULE = (
    '[[withhold]]\nname = "no reports"\nfrom = ["facebook"]\nto = ["cisa"]\ntypes = ["report"]\n\n'
)


def coalition(*readers: str) -> str:
    """Return a coalition with a circle of these readers."""
    return (
        HEAD + members_toml() + RULE + collection_toml("circle", readers=readers, writers=readers)
    )


def test_a_reader_joins_when_every_object_passes_for_it(open_world: OpenWorld) -> None:
    world = open_world(coalition("facebook", "twitter"))
    pushed = make_campaign()
    world.push("facebook", pushed, to="circle")

    world.restart(coalition("facebook", "twitter", "cisa"))

    assert world.log("circle") == [pushed]


def test_a_reader_from_whom_a_rule_withholds_an_object_cannot_join(open_world: OpenWorld) -> None:
    """A circle is no way around the policy, and neither is joining it later."""
    world = open_world(coalition("facebook", "twitter"))
    report = make_sdo("report", name="R", published="2020-01-01T00:00:00Z")
    world.push("facebook", {**report, "object_refs": [report["id"]]}, to="circle")

    with pytest.raises(ConfigError, match=r"cisa cannot join: 1 of its objects .*no reports"):
        world.restart(coalition("facebook", "twitter", "cisa"))


def test_a_reader_that_left_is_judged_again_when_it_comes_back(open_world: OpenWorld) -> None:
    """What was pushed meanwhile was never judged for it."""
    world = open_world(coalition("facebook", "cisa"))
    world.restart(coalition("facebook"))
    report = make_sdo("report", name="R", published="2020-01-01T00:00:00Z")
    world.push("facebook", {**report, "object_refs": [report["id"]]}, to="circle")

    with pytest.raises(ConfigError, match="cannot join"):
        world.restart(coalition("facebook", "cisa"))


def test_looking_at_an_edited_file_lets_nobody_in(open_world: OpenWorld) -> None:
    """A command is no start: the running server judges pushes for the readers it knows."""
    world = open_world(coalition("facebook"))
    running = world.services
    (world.data / COALITION_FILE).write_text(coalition("facebook", "cisa"), encoding="utf-8")
    open_services(world.data).services.store.close()
    report = make_sdo("report", name="R", published="2020-01-01T00:00:00Z")
    world.services = running
    world.push("facebook", {**report, "object_refs": [report["id"]]}, to="circle")

    with pytest.raises(ConfigError, match="cannot join"):
        world.restart(coalition("facebook", "cisa"))

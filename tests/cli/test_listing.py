"""``clearinghouse member list`` and ``collection list``, and how durations are read."""

from __future__ import annotations

import uuid
from pathlib import Path

import click
import pytest

from taxii_server.cli.options import parse_duration
from tests.cli.conftest import Run, read_json

CIRCLE = """
[[collection]]
alias = "war-room"
title = "War [room]"
root = "circles"
readers = ["facebook", "twitter", "cisa"]
writers = ["facebook"]
"""


def test_member_list_has_every_member_with_its_identity(run: Run, data: Path) -> None:
    found = read_json(run("member", "list", "--data", data, "--json"))

    assert len(found) == 14
    assert list(found[0]) == ["name", "kind", "title", "identities", "default_marking"]
    assert (found[0]["name"], found[0]["kind"]) == ("facebook", "company")
    assert found[0]["identities"][0].startswith("identity--")


def test_the_ids_are_fixed_by_init(run: Run, data: Path) -> None:
    first = read_json(run("member", "list", "--data", data, "--json"))

    assert read_json(run("member", "list", "--data", data, "--json")) == first


def test_collection_list_has_submissions_and_feed_of_every_member(run: Run, data: Path) -> None:
    found = read_json(run("collection", "list", "--data", data, "--json"))

    assert len({c["id"] for c in found}) == 28
    assert all(uuid.UUID(c["id"]).version == 4 for c in found)
    assert found[0] | {"id": ""} == {
        "id": "",
        "root": "coalition",
        "alias": "from-facebook",
        "title": "From Facebook",
        "kind": "submissions",
        "readers": ["facebook"],
        "writers": ["facebook"],
        "visible_to": [],
        "media_types": ["application/stix+json;version=2.1"],
    }


def test_the_tables_for_people_are_never_cut(run: Run, data: Path) -> None:
    with (data / "coalition.toml").open("a", encoding="utf-8") as file:
        file.write(CIRCLE)
    collections = read_json(run("collection", "list", "--data", data, "--json"))

    lines = run("collection", "list", "--data", data).stdout.splitlines()
    members = run("member", "list", "--data", data).stdout

    assert len(lines) == 1 + 29
    for line, collection in zip(lines[1:], collections, strict=True):
        assert line.split()[0] == collection["id"]
        assert collection["title"] in line
    assert "/circles/" in lines[-1]
    assert "DOJ National Security Division" in members


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("90", 90), ("90s", 90), ("15m", 900), ("24h", 86_400), ("7d", 604_800)],
)
def test_a_duration_is_seconds_or_has_a_unit(text: str, seconds: int) -> None:
    context = click.Context(click.Command("x"))

    assert parse_duration(context, click.Option(["--grace"]), text) == seconds * 1_000_000


@pytest.mark.parametrize("text", ["", "-1", "1.5h", "1w", "h", "1 h", "9999999999"])
def test_other_durations_are_refused(text: str) -> None:
    context = click.Context(click.Command("x"))

    with pytest.raises(click.BadParameter, match="is not a duration"):
        parse_duration(context, click.Option(["--grace"]), text)

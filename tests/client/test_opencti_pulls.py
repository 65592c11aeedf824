"""The profile ``opencti`` over pages and repeated pulls, and in the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from stix_models.extensions import extension_definitions
from stix_models.schema_files import example
from taxii_server.cli.push_pull import pull
from taxii_server.client.opencti.ids import new_id
from taxii_server.client.opencti.profile import PROFILE
from taxii_server.client.pull import OutputFormat, PullOptions, pull_collection
from tests.client.fake import FakeTaxii
from tests.client.test_opencti_profile import BUYER, CLUSTER, cluster
from tests.support.stix import (
    FIRST,
    make_campaign,
    make_id,
    make_relationship,
    make_sdo,
    newer,
)


def do_pull(fake: FakeTaxii, out: Path, state: Path | None = None, **options: Any) -> None:
    wanted = PullOptions(out=out, state=state, profile=PROFILE, **options)
    pull_collection(fake.session(), fake.root_url, wanted)


def test_pages_and_pulls_make_no_difference(fake: FakeTaxii, tmp_path: Path) -> None:
    """The same lines come out at once, page by page, and over repeated pulls."""
    account = make_id("user-account")
    things = [
        make_relationship(BUYER, CLUSTER, relationship_type="funds"),  # before what it names
        cluster(account_refs=[account]),
        example("political-ad"),
        make_sdo("report", object_refs=[CLUSTER, BUYER]),
        *extension_definitions()[:2],
    ]
    once, piecewise = tmp_path / "once.jsonl", tmp_path / "piecewise.jsonl"
    for thing in things:
        fake.add(thing)
        do_pull(fake, piecewise, tmp_path / "state", format=OutputFormat.JSONL)
    do_pull(fake, once, format=OutputFormat.JSONL)

    assert once.read_text() == piecewise.read_text()
    assert len(once.read_text().splitlines()) == 5


def test_a_newer_version_replaces_everything_made_of_the_older(
    fake: FakeTaxii, tmp_path: Path
) -> None:
    """Also the relationship to an account that the newer version no longer names."""
    gone, stays = make_id("user-account"), make_id("user-account")
    out, state = tmp_path / "out.json", tmp_path / "state"
    fake.add(cluster(account_refs=[gone, stays]), make_campaign())
    do_pull(fake, out, state)
    fake.add(newer(cluster(account_refs=[stays])))

    do_pull(fake, out, state)

    held = json.loads(out.read_text())["objects"]
    assert sorted(obj["type"] for obj in held) == ["campaign", "intrusion-set", "relationship"]
    assert [obj["target_ref"] for obj in held if "target_ref" in obj] == [stays]


def test_a_pull_with_and_one_without_the_profile_are_remembered_apart(
    fake: FakeTaxii, tmp_path: Path
) -> None:
    fake.add(cluster())
    plain, state = tmp_path / "plain.jsonl", tmp_path / "state"
    do_pull(fake, tmp_path / "mapped.jsonl", state, format=OutputFormat.JSONL)

    options = PullOptions(out=plain, state=state, format=OutputFormat.JSONL)
    pull_collection(fake.session(), fake.root_url, options)

    assert json.loads(plain.read_text()) == cluster()


def test_the_command_says_what_it_left_out(fake: FakeTaxii, tmp_path: Path) -> None:
    fake.add(cluster(), *extension_definitions())
    out = tmp_path / "out.json"
    command = ["--url", fake.root_url, "--user", "sam", "--out", str(out), "--profile", "opencti"]
    environment = {"CLEARINGHOUSE_PASSWORD": "pä:ss"}

    said = CliRunner().invoke(pull, command, env=environment)
    as_json = CliRunner().invoke(pull, [*command, "--json"], env=environment)

    assert said.exit_code == 0, said.output
    assert f"13 objects from from-sample (From Sample); {out} holds 1." in said.stdout
    assert "12 of them were left out: the tool has no place for them" in said.stdout
    assert json.loads(as_json.stdout)["left_out_count"] == 12
    assert json.loads(as_json.stdout)["written_count"] == 1
    (made,) = json.loads(out.read_text())["objects"]
    assert made["id"] == new_id(CLUSTER)
    assert made["created"] == FIRST


def test_an_unknown_profile_is_wrong_usage(fake: FakeTaxii, tmp_path: Path) -> None:
    command = ["--url", fake.root_url, "--user", "sam", "--out", str(tmp_path / "o"), "--profile"]

    done = CliRunner().invoke(pull, [*command, "misp"])

    assert done.exit_code == 2
    assert "opencti" in done.stderr
    assert fake.seen == []

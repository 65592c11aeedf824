"""The client and this server, over a real socket: what is pushed is what is pulled."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from taxii_server.cli.main import main
from tests.support.servers import RunningServer
from tests.support.stix import (
    make_campaign,
    make_id,
    make_identity,
    make_relationship,
    make_sdo,
    newer,
)


def run(shared: RunningServer, box: str, *arguments: object) -> Result:
    """Run push or pull on a box as facebook's client."""
    client = shared.folder.clients["both-facebook"]
    command = [str(a) for a in arguments]
    command += ["--url", f"{shared.url}/coalition/collections/{box}", "--user", client.name]
    return CliRunner().invoke(main, command, env={"CLEARINGHOUSE_PASSWORD": client.password})


@pytest.fixture
def framework(tmp_path: Path) -> tuple[Path, list[dict[str, Any]]]:
    """Return a file like a published framework, shuffled: techniques, tactics, relationships."""
    author = make_identity(name="Framework authors")
    declared = {make_id("extension-definition"): {"extension_type": "new-sdo"}}
    tactics = [
        make_sdo("x-tactic", name=f"Tactic {n}", description="", extensions=declared)
        for n in range(12)
    ]
    techniques = [
        make_sdo(
            "attack-pattern",
            name=f"Technique {n}: ä",
            created_by_ref=author["id"],
            x_number=n / 3,
            x_tactic_refs=[tactics[n % 12]["id"]],
        )
        for n in range(300)
    ]
    links = [make_relationship(t["id"], techniques[0]["id"]) for t in techniques[1:200]]
    objects = [author, *tactics, *techniques, *links]
    random.Random(7).shuffle(objects)
    file = tmp_path / "framework.json"
    bundle = {"type": "bundle", "id": "bundle--0d2b1d0a-8f6f-4bb1-8f3c-1d5ed33e1c3e"}
    file.write_text(json.dumps({**bundle, "objects": objects}, indent=2, ensure_ascii=False))
    return file, objects


def by_id(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(objects, key=lambda thing: str(thing["id"]))


def test_pull_equals_push(
    shared: RunningServer, box: str, tmp_path: Path, framework: tuple[Path, list[dict[str, Any]]]
) -> None:
    """INV-VERBATIM, over several pages."""
    file, objects = framework
    out = tmp_path / "out.json"

    pushed = run(shared, box, "push", file, "--json")
    pulled = run(shared, box, "pull", "--out", out)

    assert pushed.exit_code == 0, pushed.output
    assert json.loads(pushed.stdout)["success_count"] == len(objects)
    assert pulled.exit_code == 0, pulled.output
    assert by_id(json.loads(out.read_text())["objects"]) == by_id(objects)


def test_pushing_again_is_a_success_and_stores_nothing(
    shared: RunningServer, box: str, tmp_path: Path, framework: tuple[Path, list[dict[str, Any]]]
) -> None:
    file, objects = framework
    out, state = tmp_path / "out.jsonl", tmp_path / "state.json"
    pull = ("pull", "--out", out, "--format", "jsonl", "--state", state, "--all-versions")
    run(shared, box, "push", file)
    run(shared, box, *pull)

    again = run(shared, box, "push", file)
    run(shared, box, *pull)

    assert again.exit_code == 0, again.output
    assert len(out.read_text().splitlines()) == len(objects)


def test_a_state_continues_with_a_new_version_only(
    shared: RunningServer, box: str, tmp_path: Path
) -> None:
    campaign = make_campaign()
    file, out, state = (tmp_path / name for name in ("in.json", "out.jsonl", "state.json"))
    pull = ("pull", "--out", out, "--format", "jsonl", "--state", state)
    for thing in (campaign, newer(campaign, name="Renamed")):
        file.write_text(json.dumps(thing))
        assert run(shared, box, "push", file).exit_code == 0
        assert run(shared, box, *pull).exit_code == 0

    names = [json.loads(line)["name"] for line in out.read_text().splitlines()]
    assert names == [campaign["name"], "Renamed"]


def test_each_refused_object_is_a_failure_of_its_own(
    shared: RunningServer, box: str, tmp_path: Path
) -> None:
    file = tmp_path / "in.json"
    good, bad = make_campaign(), make_campaign(name=7)
    file.write_text(json.dumps({"type": "bundle", "objects": [good, bad]}))

    done = run(shared, box, "push", file, "--json")

    assert done.exit_code == 1
    summary = json.loads(done.stdout)
    assert [failure["id"] for failure in summary["failures"]] == [bad["id"]]
    assert summary["success_count"] == 1


def test_a_bundle_larger_than_the_limit_is_split(
    shared: RunningServer, box: str, tmp_path: Path
) -> None:
    """The shared server takes 1 MiB; T-ADD-10."""
    file = tmp_path / "in.json"
    things = [make_campaign(description="d" * 40_000) for _ in range(60)]
    file.write_text(json.dumps({"type": "bundle", "objects": things}))

    summary = json.loads(run(shared, box, "push", file, "--json").stdout)

    assert summary["success_count"] == 60
    assert summary["envelope_count"] == 3


def test_an_api_root_with_several_collections_lists_them(
    shared: RunningServer, tmp_path: Path
) -> None:
    client, out = shared.folder.clients["both-facebook"], tmp_path / "out.json"
    done = CliRunner().invoke(
        main,
        ["pull", "--url", f"{shared.url}/coalition", "--user", client.name, "--out", str(out)],
        env={"CLEARINGHOUSE_PASSWORD": client.password},
    )

    assert done.exit_code == 1
    assert "for-facebook (For Facebook)" in done.stderr
    assert "give the URL of one with --url" in done.stderr

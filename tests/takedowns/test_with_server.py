"""From one company's report to another company's leads, over a real server (must show 7).

The commands and the filter are those of ``docs/takedowns.md``; its Python is run as it
is written there.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from stix2 import Filter, TAXIICollectionSource
from taxii2client.v21 import Collection

from taxii_server.cli.main import main
from tests.support.coalitions import everybody_shares
from tests.support.servers import DataFolder, RunningServer, run_command
from tests.takedowns.published import published
from tests.takedowns.reports import example_reports

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "takedowns.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Yield a server where everything is released to everybody."""
    folder = DataFolder.make(tmp_path_factory.mktemp("takedowns") / "data", everybody_shares())
    folder.add_client("pub-facebook", "facebook", "publisher")
    folder.add_client("sub-twitter", "twitter", "subscriber")
    with RunningServer(folder) as running:
        yield running


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return our own reports and the published ones, each a cluster of its own."""
    folder = tmp_path_factory.mktemp("reports")
    for name, raw in example_reports().items():
        (folder / name).write_bytes(raw)
    return [*sorted(folder.glob("*.csv")), *published()]


@pytest.fixture(scope="module")
def sent(
    server: RunningServer, reports: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """Convert all reports as facebook, push the bundle, and return it."""
    bundle = tmp_path_factory.mktemp("sent") / "bundle.json"
    members = json.loads(run_command("member", "list", "--data", server.folder.path, "--json"))
    (facebook,) = [m["identities"][0] for m in members if m["name"] == "facebook"]
    run_command("convert", *reports, "--member", facebook, "--marking", "green", "-o", bundle)
    pushed = as_client(server, "pub-facebook", "push", str(bundle), "--json")
    objects = json.loads(bundle.read_text(encoding="utf-8"))["objects"]
    assert json.loads(pushed)["success_count"] == len(objects)
    return {obj["id"]: obj for obj in objects}


@pytest.fixture(scope="module")
def feed(
    server: RunningServer, sent: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Pull twitter's feed into a file, after facebook's push."""
    assert sent
    out = tmp_path_factory.mktemp("pulled") / "feed.json"
    as_client(server, "sub-twitter", "pull", "--out", str(out))
    return out


def as_client(server: RunningServer, name: str, *arguments: str) -> str:
    """Run push or pull as one of the clients; it must succeed."""
    client = server.folder.clients[name]
    command = [*arguments, "--url", f"{server.url}/coalition/", "--user", client.name]
    done = CliRunner().invoke(main, command, env={"CLEARINGHOUSE_PASSWORD": client.password})
    assert done.exit_code == 0, done.output + done.stderr
    return done.stdout


def test_all_of_a_bundle_arrives_as_it_was_sent(feed: Path, sent: dict[str, Any]) -> None:
    """Accepted whole, released whole, unchanged."""
    pulled = {obj["id"]: obj for obj in json.loads(feed.read_text(encoding="utf-8"))["objects"]}

    assert {stix_id: pulled.get(stix_id) for stix_id in sent} == sent


def test_the_documented_filter_finds_every_lead_on_twitter(
    feed: Path, sent: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(feed.parent)
    printed, names = io.StringIO(), {}
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "docs/takedowns.md", "exec"), names)  # noqa: S102 - our own page

    expected = {obj["id"] for obj in sent.values() if obj.get("account_type") == "twitter"}
    assert {lead.id for lead in names["leads"]} == expected
    assert len(expected) >= 4
    assert re.search(r"^HarborVoice1 \[.*'harbor-voice'.*\]$", printed.getvalue(), re.MULTILINE)


def test_every_channel_leads_to_an_account_of_its_platform(sent: dict[str, Any]) -> None:
    """So the one filter finds channels too."""
    channels = [obj for obj in sent.values() if obj["type"] == "channel"]

    assert channels
    for channel in channels:
        (account,) = [sent[ref] for ref in channel["account_refs"]]
        assert channel["platform"] in {account["account_type"], "other"}


def test_the_filter_works_on_the_feed_itself(server: RunningServer, sent: dict[str, Any]) -> None:
    """``stix2`` asks the server; what TAXII cannot match it filters itself."""
    client = server.folder.clients["sub-twitter"]
    listed = server.client("sub-twitter").get("collections/").json()["collections"]
    (mine,) = [one["id"] for one in listed if one["can_read"]]
    url = f"{server.url}/coalition/collections/{mine}/"
    collection = Collection(url, user=client.name, password=client.password)
    source = TAXIICollectionSource(collection, allow_custom=True, items_per_page=1000)
    telegram = [Filter("type", "=", "user-account"), Filter("account_type", "=", "telegram")]

    found = {account.id for account in source.query(telegram)}

    expected = {obj["id"] for obj in sent.values() if obj.get("account_type") == "telegram"}
    assert found == expected
    collection.close()

"""The sample story, pushed to a real server and pulled by another member, once a profile."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from taxii_server.cli.main import main
from taxii_server.client.bundles import read_objects
from taxii_server.client.push import push_objects
from taxii_server.client.session import Credentials, TaxiiSession
from taxii_server.demo.story import members_that_push, story
from tests.support.servers import DataFolder, RunningServer

ROOT = Path(__file__).parents[2]
READER = "microsoft"
"""A company that tells nothing in the story, so that it gets everything that companies get."""


@dataclass(frozen=True, slots=True)
class Feeds:
    """Two bundles of one feed, as ``clearinghouse pull`` wrote them."""

    plain: Path
    opencti: Path

    @property
    def sent(self) -> list[dict[str, Any]]:
        """The objects of the feed as they are."""
        return objects_of(self.plain)

    @property
    def mapped(self) -> list[dict[str, Any]]:
        """The objects that the profile made of them."""
        return objects_of(self.opencti)


def objects_of(file: Path) -> list[dict[str, Any]]:
    """Return the objects of a bundle."""
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["objects"]
    return found


def pull_story(folder: Path) -> Feeds:
    """Tell the story to a server with the packaged coalition; pull the reader's feed."""
    coalition = (ROOT / "config" / "coalition.toml").read_text(encoding="utf-8")
    data = DataFolder.make(folder / "data", coalition)
    for member in members_that_push():
        data.add_client(f"pub-{member}", member, "publisher")
    data.add_client("reader", READER, "subscriber")
    feeds = Feeds(folder / "plain.json", folder / "opencti.json")
    with RunningServer(data) as server:
        url = f"{server.url}/coalition/"
        _tell(data, url)
        _pull(data, url, "--out", feeds.plain)
        _pull(data, url, "--out", feeds.opencti, "--profile", "opencti")
    return feeds


def _tell(data: DataFolder, url: str) -> None:
    for part in story():
        who = data.clients[f"pub-{part.member}"]
        objects = read_objects(json.dumps(part.content), part.name)
        with TaxiiSession(Credentials(user=who.name, password=who.password)) as session:
            report = push_objects(session, url, objects)
        assert report.ok, (part.name, report.stopped, report.failures)


def _pull(data: DataFolder, url: str, *options: object) -> None:
    who = data.clients["reader"]
    command = ["pull", "--url", url, "--user", who.name, *map(str, options)]
    done = CliRunner().invoke(main, command, env={"CLEARINGHOUSE_PASSWORD": who.password})
    assert done.exit_code == 0, done.output

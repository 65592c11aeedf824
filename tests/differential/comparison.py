"""Both servers on the same data, every request sent to both, answers side by side."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.differential import data
from tests.differential.exchange import Exchange, Seen, run
from tests.differential.exchanges import exchanges
from tests.differential.medallion_server import running_medallion
from tests.support.coalitions import HEAD, members_toml
from tests.support.servers import DataFolder, RunningServer, run_command
from tests.support.wire import Client

OWNER = "facebook"
SETTINGS = f"[taxii]\nmax_page_size = 100\nmax_content_length = {data.MAX_CONTENT_LENGTH}\n"


@dataclass(frozen=True, slots=True)
class Compared:
    """What both servers answered to one request."""

    exchange: Exchange
    ours: Seen
    theirs: Seen

    @property
    def aspects(self) -> list[str]:
        """In what the answers differ."""
        return self.ours.differs_from(self.theirs)


@dataclass(frozen=True, slots=True)
class Pair:
    """A client of this server and one of medallion."""

    ours: Client
    theirs: Client

    def compare(self, exchange: Exchange) -> Compared:
        """Send the request to both."""
        ours = run(self.ours, exchange, f"http://{self.ours.host}:{self.ours.port}")
        theirs = run(self.theirs, exchange, f"http://{self.theirs.host}:{self.theirs.port}")
        return Compared(exchange, ours, theirs)


@contextlib.contextmanager
def running_pair(folder: Path, content: data.Json) -> Iterator[Pair]:
    """Start both servers: medallion on the file, this one on what was imported from it."""
    with running_medallion(folder, content) as theirs:
        file = folder / "data.json"
        file.write_text(json.dumps(content), encoding="utf-8")
        made = DataFolder.make(folder / "data", HEAD + members_toml(), SETTINGS)
        run_command("import-medallion", file, "--data", made.path, "--owner", OWNER)
        made.add_client("importer", OWNER, "publisher")
        with RunningServer(made) as server:
            yield Pair(server.client("importer"), theirs)


def compare_everything(folder: Path) -> list[Compared]:
    """Return what both servers answered to every request, in order."""
    with running_pair(folder, data.make_data()) as pair:
        return [pair.compare(exchange) for exchange in exchanges()]

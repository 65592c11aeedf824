"""One server for the clients: everything is released, 2,500 objects wait in a feed."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.support.coalitions import everybody_shares
from tests.support.servers import DataFolder, RunningServer
from tests.support.stix import Stix, envelope, make_indicator

MANY = 2_500


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Yield a server of two workers with a publisher and a subscriber for every member."""
    folder = DataFolder.make(
        tmp_path_factory.mktemp("clients") / "data",
        everybody_shares(),
        "[sharing]\naccept_undeclared_types = true\n",  # DISARM's file has 17 such objects
    )
    for member in ("facebook", "twitter", "cisa"):
        folder.add_client(f"pub-{member}", member, "publisher")
        folder.add_client(f"sub-{member}", member, "subscriber")
    folder.add_client("auditor", None, "auditor")
    with RunningServer(folder, workers=2) as running:
        yield running


@pytest.fixture(scope="package")
def many(server: RunningServer) -> list[Stix]:
    """Push 2,500 indicators as facebook and return them, in order."""
    objects = [make_indicator(name=f"number {n}") for n in range(MANY)]
    client = server.client("pub-facebook")
    for start in range(0, MANY, 500):
        body = json.dumps(envelope(*objects[start : start + 500])).encode()
        answer = client.post("collections/from-facebook/objects/", body)
        assert answer.json()["success_count"] == 500
    return objects

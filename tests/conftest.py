"""Fixtures of the whole suite: one server that read and write tests share.

The shared server is started once. Tests that write use fresh ids, and those that
look at a whole collection take a ``box``: a group collection nobody used before.
Hypothesis draws the same examples each time, so that a failure is the change's;
``CLEARINGHOUSE_TEST_HYPOTHESIS=exploring`` draws new ones.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support.coalitions import BOXES, MEMBERS, conformance
from tests.support.servers import DataFolder, RunningServer
from tests.support.wire import Client

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("exploring", deadline=None)
settings.load_profile(os.environ.get("CLEARINGHOUSE_TEST_HYPOTHESIS", "repeatable"))

SHARED_SETTINGS = """\
[taxii]
max_page_size = 100
max_content_length = 1048576
"""


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Yield the server that tests share: two workers, every mix of rights."""
    folder = DataFolder.make(
        tmp_path_factory.mktemp("shared") / "data", conformance(), SHARED_SETTINGS
    )
    folder.add_usual_clients(MEMBERS)
    folder.add_client("both-facebook", "facebook", "publisher", "subscriber")
    folder.add_client("aud-facebook", "facebook", "auditor")
    folder.add_client("auditor", None, "auditor")
    folder.add_client("operator", None, "operator")
    with RunningServer(folder, workers=2) as server:
        yield server


@pytest.fixture(scope="session")
def _boxes() -> Iterator[str]:
    return iter([f"box-{n:03d}" for n in range(BOXES)])


@pytest.fixture
def box(_boxes: Iterator[str]) -> str:
    """Return the alias of an empty group collection that only facebook reads and writes."""
    return next(_boxes)


@pytest.fixture
def facebook(shared: RunningServer) -> Client:
    """Return a publisher and subscriber of facebook, relative to the API Root."""
    return shared.client("both-facebook")


@pytest.fixture
def twitter(shared: RunningServer) -> Client:
    """Return a publisher of twitter, relative to the API Root."""
    return shared.client("pub-twitter")


@pytest.fixture
def filled(facebook: Client, box: str) -> Client:
    """Return facebook's client relative to an empty box of its own."""
    return facebook.at(f"/coalition/collections/{box}/")

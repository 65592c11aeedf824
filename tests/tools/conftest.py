"""The story's feed, pulled once, and what pycti and misp-stix make of it."""

from __future__ import annotations

import pytest

from tests.tools.feeds import Feeds, pull_story
from tests.tools.results import Results, try_tools
from tests.tools.running import ToolsMissingError, tools_python


@pytest.fixture(scope="session")
def tools() -> None:
    """Fail the tests that need other people's tools where these are not installed."""
    try:
        tools_python()
    except ToolsMissingError as exc:
        pytest.fail(str(exc))


@pytest.fixture(scope="session")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Feeds:
    """Return the story's feed as it is, and as the profile rewrote it."""
    return pull_story(tmp_path_factory.mktemp("story"))


@pytest.fixture(scope="session")
def results(tools: None, feeds: Feeds) -> Results:
    """Return what the tools make of both."""
    return try_tools(feeds)

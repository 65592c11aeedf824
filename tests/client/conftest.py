"""Fixtures of the client's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.client.fake import FakeTaxii


@pytest.fixture
def fake() -> Iterator[FakeTaxii]:
    """Yield an empty fake TAXII server."""
    with FakeTaxii() as server:
        yield server

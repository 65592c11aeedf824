"""One fixture, every backend: tests ask for ``store`` and know nothing else of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from taxii_server.clock import Clock
from taxii_server.storage.protocol import Store
from taxii_server.storage.sqlite import create_store
from tests.storage.making import SetClock

BACKENDS = ["sqlite"]


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> Iterator[Store]:
    """Yield an empty store, once per backend."""
    opened = _create_store(request.param, tmp_path / "data", clock)
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=BACKENDS)
def shared_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """Yield a store for generated tests, which use new collections in each example."""
    opened = _create_store(request.param, tmp_path_factory.mktemp("shared") / "data", SetClock())
    yield opened
    opened.close()


def _create_store(backend: str, folder: Path, clock: Clock) -> Store:
    assert backend == "sqlite"
    return create_store(folder, clock)

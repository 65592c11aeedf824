"""Fixtures of the sharing tests."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sharing.world import World
from tests.support.coalitions import collection_toml, everybody_shares

OpenWorld = Callable[[str], World]


@pytest.fixture
def open_world(tmp_path: Path) -> Iterator[OpenWorld]:
    """Yield a function that opens a world with a given ``coalition.toml``."""
    opened: list[World] = []
    ticks = itertools.count(1_600_000_000_000_000, 1_000_000)

    def make(coalition: str) -> World:
        folder = tmp_path / f"world-{len(opened)}"
        folder.mkdir()
        opened.append(World(folder, coalition, lambda: next(ticks)))
        return opened[-1]

    yield make
    for world in opened:
        world.close()


@pytest.fixture
def world(open_world: OpenWorld) -> World:
    """Return a world in which all is released to all, with one circle of three companies."""
    circle = collection_toml(
        "circle",
        readers=["facebook", "twitter", "google"],
        writers=["facebook", "twitter", "microsoft"],
    )
    return open_world(everybody_shares(circle))

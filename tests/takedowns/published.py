"""Takedown reports as companies publish them, if there are any beside the repository.

The folder named by CLEARINGHOUSE_TEST_TAKEDOWNS, or a copy beside the repository, is
used if it exists. Its files are read and never copied; what tests need everywhere is
made by ``reports``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[3] / "shared" / "real-data" / "takedowns"


def published() -> list[Path]:
    """Return the published reports, sorted; none if there is no such folder."""
    folder = Path(os.environ.get("CLEARINGHOUSE_TEST_TAKEDOWNS", BESIDE))
    return sorted(folder.glob("*.csv")) if folder.is_dir() else []


def require_published(name: str) -> Path:
    """Return one published report, or skip the test."""
    for path in published():
        if path.name == name:
            return path
    pytest.skip(f"no published report {name}: set CLEARINGHOUSE_TEST_TAKEDOWNS to their folder")

"""``python -m benchmarks.peers`` completes. No test says how fast anything is.

Without OpenTAXII, which needs an environment of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (
    "page of 100",
    "walk of all pages",
    "push of 100",
    "object by id",
    "manifest of 100",
)


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.peers", "--quick", "--json"]
    done = subprocess.run(
        [*command, "--without", "opentaxii"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def test_every_operation_is_measured_with_one_client_and_with_four(report: dict[str, Any]) -> None:
    measured = [(row["operation"], row["clients"]) for row in report["rows"]]
    assert measured == [(name, clients) for name in OPERATIONS for clients in (1, 4)]


def test_every_server_has_all_its_figures_in_every_row(report: dict[str, Any]) -> None:
    for row in report["rows"]:
        assert set(row["servers"]) == {"clearinghouse", "medallion"}, row
        for figures in row["servers"].values():
            assert set(figures) == {"median_ms", "min_ms", "ratio"}, row
            assert all(figure > 0 for figure in figures.values()), row

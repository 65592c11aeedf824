"""Fixtures of the command-line tests: a data folder, and a way to run commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from taxii_server.cli.main import main

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs ``clearinghouse`` with these arguments."""
    monkeypatch.delenv("CLEARINGHOUSE_DATA", raising=False)

    def command(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return command


@pytest.fixture
def data(tmp_path: Path, run: Run) -> Path:
    """Return a data folder of the packaged coalition."""
    folder = tmp_path / "data"
    assert run("init", "--data", folder).exit_code == 0
    return folder


def read_json(result: Result) -> Any:
    """Return the one line of JSON that a successful command printed."""
    assert result.exit_code == 0, result.output
    (line,) = result.stdout.splitlines()
    return json.loads(line)

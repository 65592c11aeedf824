"""Where other people's tools are not installed, the tests say what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.tools.running import ToolsMissingError, tools_python


def test_missing_tools_are_an_error_with_the_command_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A half installed environment is missing too: its mark is made last."""
    (tmp_path / "tools" / "bin").mkdir(parents=True)
    (tmp_path / "tools" / "bin" / "python").touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))

    with pytest.raises(ToolsMissingError, match=r"make \.venv/tools/complete"):
        tools_python()

"""Ask other people's tools something: each question is a process of their own environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TIMEOUT_S = 120


class ToolsMissingError(Exception):
    """The tools' environment is not there; the message says how to make it."""


def tools_python() -> Path:
    """Return the Python that has pycti and misp-stix.

    Raises:
        ToolsMissingError: It was never installed, or not to the end.
    """
    folder = Path(sys.prefix) / "tools"
    if not (folder / "complete").exists():
        raise ToolsMissingError(f"{folder} is missing: run `make .venv/tools/complete` first.")
    return folder / "bin" / "python"


def ask(question: str, about: Any) -> Any:
    """Return pycti's answer to a question of ``pycti_process.py``."""
    return _run("pycti_process.py", question, stdin=json.dumps(about))


def import_into_misp(bundle: Path) -> dict[str, Any]:
    """Return what misp-stix makes of a bundle."""
    found: dict[str, Any] = _run("misp_process.py", str(bundle))
    return found


def _run(script: str, *arguments: str, stdin: str = "") -> Any:
    command = [str(tools_python()), str(HERE / script), *arguments]
    done = subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])

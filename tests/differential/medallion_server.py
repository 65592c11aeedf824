"""A real medallion, started for tests on a data file."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support.wire import Client, basic

USER = "somebody"
PASSWORD = "with a password"


@contextlib.contextmanager
def running_medallion(folder: Path, data: Any, *, max_page_size: int = 100) -> Iterator[Client]:
    """Yield a client of a medallion that has loaded exactly ``data``."""
    file = folder / "medallion-data.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    config = folder / "medallion-config.json"
    backend = {
        "module": "medallion.backends.memory_backend",
        "module_class": "MemoryBackend",
        "filename": str(file),
    }
    settings = {
        "backend": backend,
        "users": {USER: PASSWORD},
        "taxii": {"max_page_size": max_page_size},
    }
    config.write_text(json.dumps(settings), encoding="utf-8")
    script = Path(__file__).with_name("medallion_process.py")
    with (folder / "medallion.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, str(script), str(config)], stdout=subprocess.PIPE, stderr=log
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, (folder / "medallion.log").read_text(encoding="utf-8")
        yield Client("127.0.0.1", int(line), basic(USER, PASSWORD))
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()

"""A server of the comparison as a process, and what a client must know of it."""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HOST = "127.0.0.1"
STOP_S = 20


@dataclass(frozen=True, slots=True)
class Peer:
    """Where a server listens and how its collections are reached.

    ``reads`` and ``writes`` are paths of collections with a slash at the end. The
    answers that mean that a push was stored are ``stored``. Clients take the
    ``authorizations`` in turn.
    """

    name: str
    port: int
    authorizations: tuple[str, ...] = field(repr=False)
    reads: str
    writes: str
    discovery: str = "/taxii2/"
    stored: frozenset[int] = frozenset({202})


def basic(user: str, password: str) -> str:
    """Return an Authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def free_port() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        port: int = sock.getsockname()[1]
        return port


@contextlib.contextmanager
def running(
    command: Sequence[str | Path], log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server as a process group of its own, and end all of it."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env={**os.environ, **(environment or {})},
        )
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_S)

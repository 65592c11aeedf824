"""The demo's own server: the real ``clearinghouse serve`` in a process of its own."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests

_START_S = 60
_STOP_S = 20
_LINES_SHOWN = 10


class DemoError(Exception):
    """Why the demo cannot go on; the message is a sentence."""


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def check_port(port: int) -> None:
    """Find out that a loopback port cannot be had before a server is started for nothing.

    Raises:
        DemoError: It cannot.
    """
    with socket.socket() as sock:
        # As servers do: a port whose last connections are still being buried is free.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", port))
        except OSError as exc:
            why = (
                "is in use" if exc.errno == errno.EADDRINUSE else f"cannot be had ({exc.strerror})"
            )
            raise DemoError(
                f"Port {port} of 127.0.0.1 {why}; give another --port, or none to take a free one."
            ) from exc


class DemoServer:
    """A server on loopback; a context manager that stops it at the end.

    It gets a session of its own, so that Ctrl-C at the terminal reaches only the
    demo, which then stops the server and waits for it.
    """

    def __init__(self, data: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.log = data / "server.log"
        command = [sys.executable, "-m", "taxii_server.cli.main", "serve", "--data", str(data)]
        command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "2"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )

    def __enter__(self) -> DemoServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait_ready(self) -> None:
        """Return once the server answers that it is ready.

        Raises:
            DemoError: It ended, or took too long.
        """
        end = time.monotonic() + _START_S
        with requests.Session() as http:
            http.trust_env = False  # no proxy stands before loopback
            while time.monotonic() < end:
                if self._process.poll() is not None:
                    raise DemoError(f"The server did not start: {self._last_words()}")
                try:
                    if http.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                        return
                except requests.RequestException:
                    pass  # not listening yet
                time.sleep(0.1)
        raise DemoError(f"The server was not ready in {_START_S} seconds: {self._last_words()}")

    def wait(self) -> None:
        """Return never, unless the server ends by itself.

        Raises:
            DemoError: It did.
        """
        self._process.wait()
        raise DemoError(f"The server ended by itself: {self._last_words()}")

    def stop(self) -> None:
        """Stop the server and wait until it has gone; a second Ctrl-C ends it at once."""
        if self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            os.killpg(self._process.pid, signal.SIGKILL)  # its workers too
            self._process.wait()

    def _last_words(self) -> str:
        return last_words(self.log.read_text(encoding="utf-8", errors="replace"))


def last_words(log: str) -> str:
    r"""Return the last sentence of a server's log, then its last lines whole.

    >>> last_words('{"message": "starting"}\nno such folder\n')
    'no such folder\n\nThe end of its log:\n{"message": "starting"}'
    """
    lines = [line for line in log.splitlines() if line.strip()]
    if not lines:
        return "it logged nothing."
    plain = [n for n, line in enumerate(lines) if not line.startswith("{")]
    chosen = plain[-1] if plain else len(lines) - 1  # what is meant for people is not JSON
    rest = lines[max(0, len(lines) - _LINES_SHOWN) :]
    if lines[chosen] in rest:
        rest.remove(lines[chosen])
    end = "\n\nThe end of its log:\n" + "\n".join(rest) if rest else ""
    return _sentence(lines[chosen]) + end


def _sentence(line: str) -> str:
    """Return the message of a log record, or the line itself."""
    try:
        record = json.loads(line)
    except ValueError:
        return line
    return str(record.get("message") or record.get("event") or line)

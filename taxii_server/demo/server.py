"""The demo's own server: the real ``clearinghouse serve`` in a process of its own."""

from __future__ import annotations

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
_LOG_SHOWN = 2000  # characters
_MAIN = "from taxii_server.cli.main import main; main(prog_name='clearinghouse')"


class DemoError(Exception):
    """Why the demo cannot go on; the message is a sentence."""


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


class DemoServer:
    """A server on loopback; a context manager that stops it at the end.

    It gets a session of its own, so that Ctrl-C at the terminal reaches only the
    demo, which then stops the server and waits for it.
    """

    def __init__(self, data: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.log = data / "server.log"
        command = [sys.executable, "-c", _MAIN, "serve", "--data", str(data)]
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
                    raise DemoError(f"The server did not start.\n{self._end_of_log()}")
                try:
                    if http.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                        return
                except requests.RequestException:
                    pass  # not listening yet
                time.sleep(0.1)
        raise DemoError(f"The server was not ready in {_START_S} seconds.\n{self._end_of_log()}")

    def wait(self) -> None:
        """Return never, unless the server ends by itself.

        Raises:
            DemoError: It did.
        """
        self._process.wait()
        raise DemoError(f"The server ended by itself.\n{self._end_of_log()}")

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

    def _end_of_log(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-_LOG_SHOWN:]

"""Real servers for tests: a data folder, a process group, and ways to hurt it.

The folder is made by the command line's own code, called in this process because
starting a Python for each client costs half a second. The server is a process
group of its own, so that ``kill -9`` of all of it is one call.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from click.testing import CliRunner

from taxii_server.cli.main import main
from tests.support.wire import Client, basic, bearer

START_S = 60
STOP_S = 30


def run_command(*arguments: str | Path) -> str:
    """Run ``clearinghouse`` in this process and return what it printed; it must succeed."""
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == 0, f"{arguments}: {done.output}\n{done.stderr}\n{done.exception!r}"
    return done.stdout


@dataclass(frozen=True, slots=True)
class Credentials:
    """A client as ``client add --json`` printed it."""

    name: str
    member: str | None
    roles: tuple[str, ...]
    password: str = field(repr=False)
    token: str = field(repr=False)


@dataclass(slots=True)
class DataFolder:
    """A data folder and the clients made in it."""

    path: Path
    clients: dict[str, Credentials] = field(default_factory=dict)

    @classmethod
    def make(cls, path: Path, coalition: str, server: str = "") -> DataFolder:
        """Run ``init`` with this coalition, and use ``server`` as ``server.toml``."""
        source = path.parent / f"{path.name}.coalition.toml"
        source.write_text(coalition, encoding="utf-8")
        run_command("init", "--data", path, "--coalition", source)
        (path / "server.toml").write_text(server, encoding="utf-8")
        return cls(path)

    def add_client(self, name: str, member: str | None, *roles: str) -> Credentials:
        """Run ``client add`` and remember what it printed."""
        arguments: list[str | Path] = ["client", "add", name, "--data", self.path, "--json"]
        if member is not None:
            arguments += ["--member", member]
        for role in roles:
            arguments += ["--role", role]
        shown = json.loads(run_command(*arguments))
        made = Credentials(
            shown["name"], shown["member"], tuple(shown["roles"]), shown["password"], shown["token"]
        )
        self.clients[name] = made
        return made

    def add_usual_clients(self, members: Sequence[str]) -> None:
        """Add ``pub-M`` (publisher) and ``sub-M`` (subscriber) for every member."""
        for member in members:
            self.add_client(f"pub-{member}", member, "publisher")
            self.add_client(f"sub-{member}", member, "subscriber")

    def copy(self, path: Path) -> DataFolder:
        """Return a copy; no server and no connection of this process may have it open."""
        shutil.copytree(self.path, path)
        return DataFolder(path, dict(self.clients))


def free_port() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


class RunningServer:
    """``clearinghouse serve`` on a data folder; a context manager that stops it.

    ``options`` are further options of the command; with ``ready`` false nothing
    waits for /readyz (a server that listens by TLS is asked by its own test).
    """

    def __init__(
        self,
        folder: DataFolder,
        *,
        workers: int = 1,
        options: Sequence[str | Path] = (),
        ready: bool = True,
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder.path.parent / f"{folder.path.name}.log"
        self._workers = workers
        self._options = [str(option) for option in options]
        self._wait = ready
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> RunningServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server and wait until it is ready."""
        command = [str(Path(sys.executable).parent / "clearinghouse"), "serve"]
        command += ["--data", str(self.folder.path), "--port", str(self.port)]
        command += ["--workers", str(self._workers), *self._options]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        if self._wait:
            self.wait_ready()

    def wait_ready(self) -> None:
        """Return when /readyz answers 200; fail if the process ends or time is over."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            assert self._process is not None
            assert self._process.poll() is None, f"serve ended:\n{self.log_text()[-4000:]}"
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.client().get("/readyz").status == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"not ready in {START_S} s:\n{self.log_text()[-4000:]}")

    def stop(self) -> int:
        """Ask the server to stop, wait, and return its exit code; kill it if it does not."""
        if self._process is None:
            return 0
        process, self._process = self._process, None
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            code = -1
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_S)
        return code

    def kill_all(self) -> None:
        """``kill -9`` the whole process group, as a power cut to the processes."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(STOP_S)
        self._process = None
        time.sleep(0.05)  # the kernel closes the workers' sockets

    def kill_worker(self, choose: random.Random) -> int | None:
        """``kill -9`` one worker and return its process id; ``None`` if there is none just now."""
        workers = self.worker_pids()
        if not workers:
            return None
        chosen = choose.choice(workers)
        with contextlib.suppress(ProcessLookupError):
            os.kill(chosen, signal.SIGKILL)
        return chosen

    def worker_pids(self) -> list[int]:
        """Return the process ids of the workers."""
        assert self._process is not None
        listing = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        found = []
        for word in listing.read_text().split():
            with contextlib.suppress(OSError):
                command = Path(f"/proc/{word}/cmdline").read_bytes()
                if command and b"resource_tracker" not in command:
                    found.append(int(word))
        return found

    def restart(self) -> None:
        """Stop gracefully and start again on the same port."""
        self.stop()
        self.start()

    def log_text(self) -> str:
        """Return everything the server has logged."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def client(self, name: str | None = None, *, token: bool = False) -> Client:
        """Return an HTTP client for a client of the folder, or an anonymous one."""
        prefix = "/coalition/"
        if name is None:
            return Client("127.0.0.1", self.port, None, prefix)
        who = self.folder.clients[name]
        shown = bearer(who.token) if token else basic(who.name, who.password)
        return Client("127.0.0.1", self.port, shown, prefix)

    @property
    def url(self) -> str:
        """The server's address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

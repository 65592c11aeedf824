"""The supervisor of worker processes: granian, with what a server under fire needs.

All workers accept from one listening socket, which the supervisor holds. So what
was not yet accepted survives a killed worker, and connections wait while none runs.
(granian's own way on Linux is a socket per worker: what waits in a killed worker's
queue is reset, and a second server on the same port is not noticed.)

A killed worker is replaced at once, however often: granian itself gives up when one
dies twice within seconds. The server only ends when no worker is left that can start.
"""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import time
from collections import deque
from pathlib import Path
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.server.mp import MPServer

from taxii_server.errors import ConfigError
from taxii_server.logs import CONFIG, fields
from taxii_server.settings import Listener

logger = logging.getLogger(__name__)

BLOCKING_THREADS = 16  # per worker
_STOP_WITHIN_S = 10  # seconds that requests have to finish after a stop signal
_FAILURES = 5  # within _FAILING_S: workers cannot start
_FAILING_S = 20.0
_RETRY_AFTER_S = 5.0  # then, while another worker still serves
_LOOK_EVERY_S = 0.5
_BIND_WITHIN_S = 8.0  # workers of a killed supervisor leave within about 6
_KEEPALIVE = (  # a peer that vanished is noticed after about two minutes
    ("TCP_KEEPIDLE", 60),
    ("TCP_KEEPINTVL", 15),
    ("TCP_KEEPCNT", 4),
)


class Supervisor(MPServer):
    """Serves ``taxii_server.http.wsgi:make_app`` in worker processes until it is stopped."""

    def __init__(self, listener: Listener, workers: int, certificate: tuple[str, str] | None):
        cert, key = certificate or (None, None)
        super().__init__(
            "taxii_server.http.wsgi:make_app",
            address=listener.host,
            port=listener.port,
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,
            websockets=False,
            workers=workers,
            blocking_threads=BLOCKING_THREADS,
            factory=True,
            respawn_failed_workers=True,
            workers_kill_timeout=_STOP_WITHIN_S,
            ssl_cert=Path(cert) if cert else None,
            ssl_key=Path(key) if key else None,
            ssl_protocol_min=SSLProtocols.tls12,
            log_dictconfig=CONFIG,
        )
        self.failed = False
        # A worker that is told to stop while it still starts must not run the
        # supervisor's own handlers, which it inherits, and go on.
        os.register_at_fork(after_in_child=_stop_when_told)
        self._failed_at: deque[float] = deque(maxlen=_FAILURES)
        self._retry_at = 0.0

    def _init_shared_socket(self) -> None:
        """Listen, before any worker is there; granian hands the socket to each."""
        self._ssp = None
        self._sso = listen(self.bind_addr, self.bind_port, self.backlog)
        self._shd = SocketHolder(self._sso.fileno(), False, self.backlog)  # type: ignore[assignment, call-arg]  # granian's stub lacks the constructor

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        """Replace workers that died, until a stop signal or until none can start."""
        while not self.interrupt_signal:
            self.main_loop_interrupt.wait(_LOOK_EVERY_S)
            self.main_loop_interrupt.clear()
            # Not relied on: of two workers that die at once, one can be missing in it.
            self.interrupt_children.clear()
            if self.reload_signal:
                self._reload(spawn_target, target_loader)  # type: ignore[no-untyped-call]  # in granian
            dead = [i for i, worker in enumerate(self.wrks) if not worker.inner.is_alive()]
            if len(dead) == len(self.wrks) and time.monotonic() < self._retry_at:
                self.failed = True
                return
            for index in dead:
                if not self.interrupt_signal and self._may_replace(index):
                    self._respawn_workers([index], spawn_target, target_loader)

    def _may_replace(self, index: int) -> bool:
        """Return whether to start a worker again now: always after a kill, paced if it fails."""
        code, now = self.wrks[index].inner.exitcode, time.monotonic()
        if code != -signal.SIGKILL:
            if now < self._retry_at:
                return False
            self._failed_at.append(now)
            if len(self._failed_at) == _FAILURES and now - self._failed_at[0] < _FAILING_S:
                self._failed_at.clear()
                self._retry_at = now + _RETRY_AFTER_S
        logger.warning("worker ended", extra=fields(worker=index + 1, exit_code=code))
        return True


def _stop_when_told() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def listen(host: str, port: int, backlog: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        ConfigError: The address is taken, or not one of this machine.
    """
    deadline = time.monotonic() + _BIND_WITHIN_S
    waiting = False
    while True:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            listening = socket.create_server(found[4][:2], family=found[0], backlog=backlog)
            break
        except OSError as exc:
            if exc.errno != errno.EADDRINUSE:
                raise ConfigError(f"{host}:{port}", [f"cannot listen: {exc.strerror}"]) from exc
            if time.monotonic() > deadline:
                problem = (
                    "cannot listen: another process listens there; stop it, or choose another "
                    "--port or [server] listen"
                )
                raise ConfigError(f"{host}:{port}", [problem]) from exc
            if not waiting:
                logger.warning(
                    "the address is taken; waiting for it to become free",
                    extra=fields(host=host, port=port, at_most_s=_BIND_WITHIN_S),
                )
            waiting = True
            time.sleep(_LOOK_EVERY_S)
    listening.setblocking(False)
    # Accepted connections inherit these on Linux. Without the first, a response that
    # is written in two parts waits 40 ms for the client's delayed acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        if hasattr(socket, name):
            listening.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return listening

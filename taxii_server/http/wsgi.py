"""What a worker process serves: ``make_app`` is called once in each, after the fork.

The store is opened here and nowhere earlier, because its connections must not
cross a fork. Which data folder it is, and what ``serve`` was told beyond the
folder's files, comes from the environment; so any WSGI server can be used:
``gunicorn --workers 2 --threads 16 "taxii_server.http.wsgi:make_app()"``.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

from flask import Flask

from taxii_server.app import COALITION_FILE, open_services
from taxii_server.errors import StorageUnavailableError
from taxii_server.http.application import create_app
from taxii_server.logs import configure_logging
from taxii_server.services.circles import admit_readers
from taxii_server.services.context import Services
from taxii_server.services.statuses import forget_expired
from taxii_server.settings import settings_from_json

logger = logging.getLogger(__name__)

DATA = "CLEARINGHOUSE_DATA"
SETTINGS = "CLEARINGHOUSE_SETTINGS"
"""JSON of the settings as ``serve`` resolved them; without it ``server.toml`` is read."""

COALITION = "CLEARINGHOUSE_COALITION"
"""Path of the coalition file as it was at start, so that a worker that replaces another
decides by the same policy; without it ``coalition.toml`` is read."""

SUPERVISOR = "CLEARINGHOUSE_SUPERVISOR"
"""Process id of the supervisor; without it nobody is watched."""

_WATCH_EVERY_S = 0.25
_FORGET_EVERY_S = 600.0
_SWITCH_INTERVAL_S = 0.0005
"""Requests let go of the interpreter for each statement of SQLite, and with Python's 5 ms
each waits that long to get it back from a busy neighbour (ADR 4 has the figures)."""

_STOP_WITHIN_S = 5.0


def make_app() -> Flask:
    """Open the data folder named by the environment and return its application.

    Raises:
        ConfigError: A file or the store cannot be used.
    """
    configure_logging()
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    supervisor = os.environ.get(SUPERVISOR)
    if supervisor is not None:
        _stop_with(int(supervisor))
    data = Path(os.environ[DATA])
    resolved, coalition = os.environ.get(SETTINGS), os.environ.get(COALITION)
    opened = open_services(
        data,
        settings=settings_from_json(resolved) if resolved else None,
        coalition_file=Path(coalition) if coalition else None,
    )
    admit_readers(opened.services, data / COALITION_FILE)
    _forget_expired_statuses(opened.services)
    return create_app(opened)


def _forget_expired_statuses(services: Services) -> None:
    """Delete expired statuses now and then; each worker does, and none has to."""

    def forget() -> None:
        while True:
            time.sleep(_FORGET_EVERY_S)
            try:
                forget_expired(services)
            except StorageUnavailableError:
                logger.warning("expired statuses could not be deleted", exc_info=True)

    threading.Thread(target=forget, name="statuses", daemon=True).start()


def _stop_with(supervisor: int) -> None:
    """End this process when its supervisor is gone, so that a new one can listen."""

    def watch() -> None:
        while os.getppid() == supervisor:
            time.sleep(_WATCH_EVERY_S)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_STOP_WITHIN_S)
        os._exit(1)

    threading.Thread(target=watch, name="supervisor-watch", daemon=True).start()

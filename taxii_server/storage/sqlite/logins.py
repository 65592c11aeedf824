"""Failed logins, in a small database of their own: guessing must not slow the store.

Only a digest of name and address is kept, so that a row is small whatever was sent
and names stand nowhere. ``synchronous=NORMAL`` never waits for the disk, loses the
newest rows in a power cut, and (unlike OFF) leaves a sound file then.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from taxii_server.errors import StorageUnavailableError
from taxii_server.storage.sqlite.database import (
    OneProcess,
    locked_file,
    open_connection,
    translated_errors,
)

_KEPT_US = 10 * 60 * 1_000_000  # well beyond the two minutes promised

_SCHEMA = """
CREATE TABLE IF NOT EXISTS failed (who BLOB NOT NULL, at_us INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS failed_who ON failed (who, at_us);
CREATE INDEX IF NOT EXISTS failed_at ON failed (at_us);
"""


class FailedLogins:
    """The failed logins of all processes that share a data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "run"
        self._db: apsw.Connection | None = None
        self._process = OneProcess()
        self._lock = threading.Lock()

    def count(self, name: str, address: str, since_us: int) -> tuple[int, int]:
        """Return how many failed since then, and when the oldest of those did."""
        query = "SELECT count(*), coalesce(min(at_us), 0) FROM failed WHERE who = ? AND at_us >= ?"
        with self._opened() as db:
            row: tuple[Any, ...] = db.execute(query, (_digest(name, address), since_us)).fetchall()[
                0
            ]
        return row[0], row[1]

    def record(self, name: str, address: str, at_us: int) -> None:
        """Remember one, and forget what is old or, after a clock jump, far ahead."""
        with self._opened() as db:
            db.execute(
                "DELETE FROM failed WHERE at_us < ? OR at_us > ?",
                (at_us - _KEPT_US, at_us + _KEPT_US),
            )
            db.execute("INSERT INTO failed VALUES (?, ?)", (_digest(name, address), at_us))

    def close(self) -> None:
        """Close the connection of this process."""
        if self._process.close():
            with self._lock:
                if self._db is not None:
                    self._db.close(True)
                self._db = None

    @contextmanager
    def _opened(self) -> Iterator[apsw.Connection]:
        self._process.require()
        with self._lock, translated_errors():
            if self._db is None:
                self._db = self._open()
            yield self._db

    def _open(self) -> apsw.Connection:
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as exc:
            raise StorageUnavailableError("The store cannot be written; try again.") from exc
        # Processes that start together must not all change the new file's journal mode.
        with locked_file(self._folder / "logins.lock"):
            opened = open_connection(self._folder / "logins.db", create=True)
            opened.execute("PRAGMA journal_mode = WAL").fetchall()
            opened.execute("PRAGMA synchronous = NORMAL")
            opened.execute(_SCHEMA)
        return opened


def _digest(name: str, address: str) -> bytes:
    return hashlib.sha256(f"{name}\0{address}".encode()).digest()[:16]

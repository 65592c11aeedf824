"""Connections, the writers' queue and the only translation of driver errors.

Writers of all processes queue on a lock file before ``BEGIN IMMEDIATE``: SQLite's
own busy handler retries at random and starves some of them for seconds. Each
thread reads on a connection of its own; one connection per process writes.

The database, ``-wal`` and ``-shm`` files are never opened by plain means: closing
such a file drops the POSIX locks that SQLite holds on it in this process, and
acknowledged writes vanish. For the same reason nothing works across a fork.
"""

from __future__ import annotations

import fcntl
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw

from taxii_server.clock import Clock
from taxii_server.errors import StorageUnavailableError

DATABASE_NAME = "clearinghouse.db"
LOCK_NAME = "clearinghouse.lock"

_LARGE_LOG = 64 * 1024 * 1024  # bytes of write-ahead log, then it is truncated
_BUSY_MS = 10_000  # writers hold the lock file, so only recovery and checkpoints are waited for
_TRUNCATE_BUSY_MS = 100


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn the driver's exceptions into ``StorageUnavailableError``; all others pass."""
    try:
        yield
    except (apsw.CorruptError, apsw.NotADBError) as exc:
        raise StorageUnavailableError("The store is damaged; restore a backup.") from exc
    except (apsw.ReadOnlyError, apsw.CantOpenError, apsw.FullError) as exc:
        problem = "The store cannot be written; look at its folder's rights and free space."
        raise StorageUnavailableError(problem) from exc
    except apsw.Error as exc:
        raise StorageUnavailableError("The store did not answer; try again.") from exc


class OneProcess:
    """Refuses to be used after a fork, or once closed.

    A forked process must not touch its parent's connections: not even a lock that
    another thread of the parent held at that moment.
    """

    def __init__(self) -> None:
        self._pid: int | None = None
        self._closed = False

    def require(self) -> None:
        """Return if this is the process that used the store first."""
        pid = os.getpid()
        if self._pid is None:
            self._pid = pid
        if self._pid != pid:
            raise RuntimeError(
                f"this store was used in process {self._pid} before the fork; "
                "open it again in each process"
            )
        if self._closed:
            raise StorageUnavailableError("The store is closed.")

    def close(self) -> bool:
        """Refuse all further use; return whether the connections are this process's to close."""
        self._closed = True
        return self._pid == os.getpid()


class Database:
    """The main database file of one data folder, for all threads of one process."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path = folder / DATABASE_NAME
        self._lock_path = folder / LOCK_NAME
        self._log_path = folder / f"{DATABASE_NAME}-wal"
        self._clock = clock
        self._process = OneProcess()
        self._opened: weakref.WeakSet[apsw.Connection] = weakref.WeakSet()
        self._of_thread = threading.local()
        self._writer: apsw.Connection | None = None
        self._writing = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[apsw.Connection]:
        """Give the connection on which this thread reads, one statement at a time."""
        self._process.require()
        with translated_errors():
            yield self._read_connection()

    @contextmanager
    def writing(self, deadline_us: int | None = None) -> Iterator[apsw.Connection]:
        """Hold the writers' lock and a transaction, which is committed at the end.

        Raises:
            StorageUnavailableError: The database failed, or ``deadline_us`` had
                passed when it was this writer's turn. Nothing is stored then, nor
                when the body raises.
        """
        self._process.require()
        with translated_errors(), self._turn(deadline_us):
            db = self._write_connection()
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                with suppress(apsw.Error):  # what went wrong first is the news
                    if db.in_transaction:
                        db.execute("ROLLBACK")
                raise
            if self.log_bytes() > _LARGE_LOG:
                self._truncate(db)

    def truncate_log(self) -> None:
        """Empty the write-ahead log, which still holds what was erased; a reader may prevent it."""
        with translated_errors(), self._turn(None):
            self._truncate(self._write_connection())

    def check(self) -> None:
        """Return if the database can be read and written."""
        with self.reading() as db:
            db.execute("SELECT schema_version FROM meta").fetchall()
            if not self._writing.acquire(blocking=False):
                return  # another thread is writing at this moment
            try:
                self._try_to_write(self._write_connection())
            finally:
                self._writing.release()

    def log_bytes(self) -> int:
        """Return the size of the write-ahead log."""
        try:
            return self._log_path.stat().st_size
        except FileNotFoundError:
            return 0

    def close(self) -> None:
        """Close every connection that this process opened. Safe to call twice."""
        if not self._process.close():
            return
        for connection in tuple(self._opened):
            with suppress(apsw.Error):  # in use by a thread: closed when that lets go of it
                connection.close(True)
        self._opened.clear()

    @contextmanager
    def _turn(self, deadline_us: int | None) -> Iterator[None]:
        """Wait until this thread may write; the wait itself ends at the deadline."""
        wait_s = -1.0  # for ever
        if deadline_us is not None:
            left_s = (deadline_us - self._clock()) / 1_000_000
            wait_s = min(max(left_s, 0.0), threading.TIMEOUT_MAX)
        if not self._writing.acquire(timeout=wait_s):
            raise StorageUnavailableError("The store was busy too long; try again.")
        try:
            with locked_file(self._lock_path):
                if deadline_us is not None and self._clock() > deadline_us:
                    raise StorageUnavailableError("The store was busy too long; try again.")
                yield
        finally:
            self._writing.release()

    def _read_connection(self) -> apsw.Connection:
        found: apsw.Connection | None = getattr(self._of_thread, "connection", None)
        if found is None:
            found = open_connection(self._path)
            found.execute("PRAGMA query_only = ON")
            found.execute("PRAGMA temp_store = MEMORY")
            self._of_thread.connection = found
            self._opened.add(found)
        return found

    def _write_connection(self) -> apsw.Connection:
        if self._writer is None:
            found = open_connection(self._path)
            found.execute("PRAGMA synchronous = FULL")
            found.execute("PRAGMA secure_delete = ON")  # an erased text leaves the file
            found.execute("PRAGMA cache_size = -65536")  # KiB
            self._opened.add(found)
            self._writer = found
        return self._writer

    def _try_to_write(self, db: apsw.Connection) -> None:
        db.set_busy_timeout(0)
        try:
            with suppress(apsw.BusyError):  # another process is writing at this moment
                db.execute("BEGIN IMMEDIATE")
                db.execute("ROLLBACK")
        finally:
            db.set_busy_timeout(_BUSY_MS)

    @staticmethod
    def _truncate(db: apsw.Connection) -> None:
        # The batch is committed already: a reader in the way only postpones this.
        with suppress(apsw.Error):
            db.set_busy_timeout(_TRUNCATE_BUSY_MS)
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        db.set_busy_timeout(_BUSY_MS)


def open_connection(path: Path, *, create: bool = False) -> apsw.Connection:
    """Open a connection to an existing database file, or make the file."""
    flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if create else 0)
    connection = apsw.Connection(str(path), flags=flags)
    connection.set_busy_timeout(_BUSY_MS)
    return connection


@contextmanager
def snapshot(db: apsw.Connection) -> Iterator[None]:
    """Let several statements see one state of the database."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def sync_folder(folder: Path) -> None:
    """Make the names of new files in ``folder`` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked_file(path: Path) -> Iterator[None]:
    """Hold a lock of all processes; they queue for it in the order in which they came.

    The file is opened for each turn: an inherited descriptor would share its lock
    with a forked process.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        raise StorageUnavailableError("The store cannot be written; try again.") from exc
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

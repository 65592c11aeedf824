"""Whether another process has the database open: a running server does, in each worker.

Asked of SQLite itself, so no mark can be left behind by a killed process: in WAL
mode every open connection holds a shared lock on the file, and one that wants to be
the only one is refused while there are others.
"""

from __future__ import annotations

from pathlib import Path

import apsw

from taxii_server.storage.sqlite.database import DATABASE_NAME, open_connection, translated_errors


def is_in_use(folder: Path) -> bool:
    """Return whether anybody has the database of this data folder open.

    Raises:
        StorageUnavailableError: The file cannot be read.
    """
    with translated_errors():
        connection = open_connection(folder / DATABASE_NAME)
        try:
            connection.set_busy_timeout(0)
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        except apsw.BusyError:
            return True
        finally:
            connection.close(True)
    return False

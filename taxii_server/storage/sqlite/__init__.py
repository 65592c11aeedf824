"""The embedded backend: one SQLite database in the data folder."""

from taxii_server.storage.sqlite.store import (
    SQLiteStore,
    create_store,
    open_store,
    upgrade_store,
)

__all__ = ["SQLiteStore", "create_store", "open_store", "upgrade_store"]

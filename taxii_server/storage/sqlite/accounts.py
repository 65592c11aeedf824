"""Rows that belong to no log: clients, statuses and fixed ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import apsw

from taxii_server.storage.protocol import ClientRecord, StatusRecord

_CLIENT = """
    SELECT name, member, roles, password_hash, token_hash, disabled,
        old_password_hash, old_token_hash, old_until_us
    FROM client
"""


def get_client(db: apsw.Connection, name: str) -> ClientRecord | None:
    """Return the client of this name."""
    return _one_client(db.execute(f"{_CLIENT} WHERE name = ?", (name,)).fetchall())


def find_client_by_token(db: apsw.Connection, token_hash: bytes) -> ClientRecord | None:
    """Return the client whose current or old token has this hash."""
    query = f"{_CLIENT} WHERE token_hash = ?1 OR old_token_hash = ?1"
    return _one_client(db.execute(query, (token_hash,)).fetchall())


def list_clients(db: apsw.Connection) -> Sequence[ClientRecord]:
    """Return all clients by name."""
    return [_client(row) for row in db.execute(f"{_CLIENT} ORDER BY name").fetchall()]


def add_client(db: apsw.Connection, record: ClientRecord) -> bool:
    """Insert a client unless its name is taken."""
    before = db.total_changes()
    db.execute(
        "INSERT INTO client VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING",
        _client_row(record),
    )
    return db.total_changes() > before


def replace_client(db: apsw.Connection, record: ClientRecord) -> bool:
    """Replace a client if there is one of this name."""
    name, *rest = _client_row(record)
    before = db.total_changes()
    db.execute(
        """
        UPDATE client SET member = ?, roles = ?, password_hash = ?, token_hash = ?, disabled = ?,
            old_password_hash = ?, old_token_hash = ?, old_until_us = ?
        WHERE name = ?
        """,
        (*rest, name),
    )
    return db.total_changes() > before


def get_status(db: apsw.Connection, status_id: str) -> StatusRecord | None:
    """Return a status."""
    query = "SELECT id, api_root, member, completed_us, body FROM status WHERE id = ?"
    rows: list[tuple[Any, ...]] = db.execute(query, (status_id,)).fetchall()
    return StatusRecord(*rows[0]) if rows else None


def put_statuses(db: apsw.Connection, records: Iterable[StatusRecord]) -> None:
    """Store statuses; one that is there already is replaced."""
    rows = [(r.id, r.api_root, r.member, r.completed_us, r.body) for r in records]
    db.executemany("INSERT OR REPLACE INTO status VALUES (?, ?, ?, ?, ?)", rows)


def delete_statuses(db: apsw.Connection, completed_before_us: int) -> int:
    """Delete statuses that were completed earlier and return how many."""
    before = db.total_changes()
    db.execute("DELETE FROM status WHERE completed_us < ?", (completed_before_us,))
    return db.total_changes() - before


def find_fixed_id(db: apsw.Connection, name: str) -> str | None:
    """Return the id fixed for a name."""
    found: str | None = db.execute("SELECT id FROM fixed_id WHERE name = ?", (name,)).get
    return found


def fix_id(db: apsw.Connection, name: str, proposed: str) -> None:
    """Fix an id for a name that has none."""
    db.execute("INSERT INTO fixed_id VALUES (?, ?) ON CONFLICT DO NOTHING", (name, proposed))


def remember(db: apsw.Connection, name: str, value: str) -> None:
    """Keep a value under a name, instead of the one before."""
    db.execute("INSERT OR REPLACE INTO remembered VALUES (?, ?)", (name, value))


def find_remembered(db: apsw.Connection, name: str) -> str | None:
    """Return the value kept under a name."""
    found: str | None = db.execute("SELECT value FROM remembered WHERE name = ?", (name,)).get
    return found


def _one_client(rows: Sequence[tuple[Any, ...]]) -> ClientRecord | None:
    return _client(rows[0]) if rows else None


def _client(row: tuple[Any, ...]) -> ClientRecord:
    name, member, roles, password_hash, token_hash, disabled, *old = row
    return ClientRecord(
        name, member, frozenset(roles.split()), password_hash, token_hash, bool(disabled), *old
    )


def _client_row(record: ClientRecord) -> tuple[apsw.SQLiteValue, ...]:
    return (
        record.name,
        record.member,
        " ".join(sorted(record.roles)),
        record.password_hash,
        record.token_hash,
        int(record.disabled),
        record.old_password_hash,
        record.old_token_hash,
        record.old_until_us,
    )

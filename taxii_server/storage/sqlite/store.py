"""``Store`` on one SQLite database in the data folder, and how it is made and opened.

A batch is planned, executed and recorded in one transaction, under the writers'
lock: here the contract's promises about batches are those of SQLite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import apsw

from taxii_server.clock import Clock
from taxii_server.errors import ConfigError
from taxii_server.storage.protocol import (
    SCHEMA_VERSION,
    Batch,
    BatchKind,
    ClientRecord,
    Committed,
    Page,
    PageQuery,
    Planner,
    PlanView,
    Seen,
    StatusMaker,
    StatusRecord,
    StoreFacts,
)
from taxii_server.storage.sqlite import accounts, schema
from taxii_server.storage.sqlite.database import (
    DATABASE_NAME,
    Database,
    open_connection,
    snapshot,
    sync_folder,
    translated_errors,
)
from taxii_server.storage.sqlite.execution import Execution, next_batch_no
from taxii_server.storage.sqlite.logins import FailedLogins
from taxii_server.storage.sqlite.pages import page_statement
from taxii_server.storage.sqlite.planning import SQLitePlanView


class SQLiteStore:
    """The embedded backend. Made by ``create_store`` and ``open_store``."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._clock = clock
        self._database = Database(folder, clock)
        self._logins = FailedLogins(folder)
        self._collections: dict[str, int] = {}  # numbers never change, see ``numbers``
        self._types: dict[str, int] = {}

    def read_page(self, query: PageQuery) -> Page:
        with self._database.reading() as db:
            collection = _number(db, self._collections, "collection", "id", query.collection)
            if collection is None:
                return Page()
            wanted = query.wanted.types or frozenset()
            if wanted <= self._types.keys():
                return self._read_page(db, query, collection)
            # A type that is seen for the first time between its look-up and the page
            # would be missing in a page that shows what came with it.
            with snapshot(db):
                return self._read_page(db, query, collection)

    def _read_page(self, db: apsw.Connection, query: PageQuery, collection: int) -> Page:
        numbers = {t: _number(db, self._types, "type", "name", t) for t in query.wanted.types or ()}
        types = {name: number for name, number in numbers.items() if number is not None}
        statement = page_statement(query, collection, types)
        if statement is None:
            return Page()
        row: tuple[Any, ...] = db.execute(statement.sql, statement.values).fetchall()[0]
        text, count, first_us, last_us, last_seq, more = row
        return Page(text, count, first_us, last_us, last_seq, bool(more)) if count else Page()

    def has_object(self, collection: str, stix_id: str) -> bool:
        query = """
            SELECT EXISTS (
                SELECT 1 FROM entry INDEXED BY entry_thing
                WHERE thing = (SELECT n FROM thing WHERE id = ?)
                    AND collection = (SELECT n FROM collection WHERE id = ?) AND live > 0
            )
        """
        with self._database.reading() as db:
            return bool(db.execute(query, (stix_id, collection)).get)

    def commit(
        self,
        batch: Batch,
        plan: Planner,
        status: StatusMaker | None = None,
        *,
        deadline_us: int | None = None,
    ) -> Committed:
        with self._database.writing(deadline_us) as db:
            batch_no = next_batch_no(db)
            planned = plan(SQLitePlanView(batch_no, db))
            # An import keeps dates: only ``not_before_us`` and the log's order count.
            now_us = 0 if batch.kind is BatchKind.IMPORT else self._clock()
            dates_us = Execution(db, batch_no, now_us).run(batch, planned)
            committed = Committed(batch_no, planned, dates_us)
            record = None if status is None else status(committed)
            if record is not None:
                accounts.put_statuses(db, [record])
        if planned.erase:
            self._database.truncate_log()
        return committed

    def look(self, at: Callable[[PlanView], Seen]) -> Seen:
        with self._database.reading() as db, snapshot(db):
            return at(SQLitePlanView(0, db))

    def get_status(self, status_id: str) -> StatusRecord | None:
        with self._database.reading() as db:
            return accounts.get_status(db, status_id)

    def put_statuses(self, records: Iterable[StatusRecord]) -> None:
        with self._database.writing() as db:
            accounts.put_statuses(db, records)

    def delete_statuses(self, completed_before_us: int) -> int:
        with self._database.writing() as db:
            return accounts.delete_statuses(db, completed_before_us)

    def fix_id(self, name: str, proposed: str) -> str:
        fixed = self._find_fixed_id(name)
        if fixed is None:
            with self._database.writing() as db:
                accounts.fix_id(db, name, proposed)
                fixed = accounts.find_fixed_id(db, name)
        return fixed or proposed

    def fixed_ids(self) -> Mapping[str, str]:
        with self._database.reading() as db:
            rows: list[tuple[Any, ...]] = db.execute("SELECT name, id FROM fixed_id").fetchall()
        return dict(rows)

    def remember(self, name: str, value: str) -> None:
        with self._database.writing() as db:
            accounts.remember(db, name, value)

    def remembered(self, name: str) -> str | None:
        with self._database.reading() as db:
            return accounts.find_remembered(db, name)

    def get_client(self, name: str) -> ClientRecord | None:
        with self._database.reading() as db:
            return accounts.get_client(db, name)

    def find_client_by_token(self, token_hash: bytes) -> ClientRecord | None:
        with self._database.reading() as db:
            return accounts.find_client_by_token(db, token_hash)

    def list_clients(self) -> Sequence[ClientRecord]:
        with self._database.reading() as db:
            return accounts.list_clients(db)

    def add_client(self, record: ClientRecord) -> bool:
        with self._database.writing() as db:
            return accounts.add_client(db, record)

    def replace_client(self, record: ClientRecord) -> bool:
        with self._database.writing() as db:
            return accounts.replace_client(db, record)

    def count_failed_logins(self, name: str, address: str, since_us: int) -> tuple[int, int]:
        return self._logins.count(name, address, since_us)

    def record_failed_login(self, name: str, address: str, at_us: int) -> None:
        self._logins.record(name, address, at_us)

    def facts(self) -> StoreFacts:
        query = """
            SELECT (SELECT schema_version FROM meta), coalesce(max(date), 0), coalesce(sum(seq), 0)
            FROM log
        """
        with self._database.reading() as db:
            row: tuple[Any, ...] = db.execute(query).fetchall()[0]
        return StoreFacts(row[0], row[1], row[2], self._database.log_bytes())

    def check(self) -> None:
        self._database.check()

    def close(self) -> None:
        self._database.close()
        self._logins.close()

    def _find_fixed_id(self, name: str) -> str | None:
        with self._database.reading() as db:
            return accounts.find_fixed_id(db, name)


def create_store(folder: Path, clock: Clock) -> SQLiteStore:
    """Make an empty store in the data folder, and the folder if need be.

    Raises:
        ConfigError: There is a store already, or this SQLite library is not safe.
    """
    schema.require_safe_library()
    path = folder / DATABASE_NAME
    if path.exists():
        raise ConfigError(path, ["is a store already; choose another data folder"])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with translated_errors():
        db = open_connection(path, create=True)
        try:
            path.chmod(0o600)  # the -wal and -shm files get the same mode from SQLite
            db.execute("PRAGMA journal_mode = WAL").fetchall()
            db.execute("PRAGMA synchronous = FULL")
            schema.create_schema(db)
        finally:
            db.close()
    sync_folder(folder)
    sync_folder(folder.parent)
    return SQLiteStore(folder, clock)


def open_store(folder: Path, clock: Clock) -> SQLiteStore:
    """Open the store of a data folder. Connections are made when first needed.

    Raises:
        ConfigError: There is none, it was made by a newer version or needs an
            upgrade, or this SQLite library is not safe.
    """
    schema.require_safe_library()
    found = _schema_version(folder)
    if found < SCHEMA_VERSION:
        problem = (
            f"has schema version {found}, this server needs {SCHEMA_VERSION}; "
            f"run clearinghouse upgrade --data {folder}"
        )
        raise ConfigError(folder / DATABASE_NAME, [problem])
    return SQLiteStore(folder, clock)


def upgrade_store(folder: Path, clock: Clock) -> tuple[int, int]:
    """Upgrade the store of a data folder and return its schema versions before and after.

    Raises:
        ConfigError: There is none, it was made by a newer version, no upgrade
            leads from its version, or this SQLite library is not safe.
    """
    schema.require_safe_library()
    found = _schema_version(folder)
    if any(version not in schema.UPGRADES for version in range(found, SCHEMA_VERSION)):
        problem = f"has schema version {found}, from which no upgrade is known"
        raise ConfigError(folder / DATABASE_NAME, [problem])
    if found < SCHEMA_VERSION:
        database = Database(folder, clock)
        try:
            with database.writing() as db:
                schema.upgrade_schema(db, found)
        finally:
            database.close()
    return found, SCHEMA_VERSION


def _schema_version(folder: Path) -> int:
    path = folder / DATABASE_NAME
    if not path.exists():
        raise ConfigError(path, [f"is missing; run clearinghouse init --data {folder}"])
    with translated_errors():
        db = open_connection(path)
        try:
            found = schema.find_schema_version(db)
        finally:
            db.close()
    if found is None:
        raise ConfigError(path, ["is not a Clearinghouse store"])
    if found > SCHEMA_VERSION:
        problem = f"was made by a newer version of Clearinghouse (schema {found}); install that"
        raise ConfigError(path, [problem])
    return found


def _number(
    db: apsw.Connection, known: dict[str, int], table: str, column: str, text: str
) -> int | None:
    """Return the number of a collection or type; only what exists is remembered."""
    found = known.get(text)
    if found is None:
        # Table and column are literals of this module.
        query = f"SELECT n FROM {table} WHERE {column} = ?"  # noqa: S608
        found = db.execute(query, (text,)).get
        if found is not None:
            known[text] = found
    return found

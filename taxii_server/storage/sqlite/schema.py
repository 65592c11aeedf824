"""The tables and indexes of the SQLite store, and which SQLite may open them.

Everything that occurs many times is a number: an entry is 178 bytes instead of
529, and an index on it a quarter of that. Each index is led by the collection and
ends with ``seq``, and has nothing but equality before ``seq``: a page is then a
range that is read in order and stops at its limit. Indexes are partial, because
superseded and withdrawn entries, which no view shows, would otherwise pile up in
every range; a query must repeat the index's own condition for SQLite to use it.

``entry.version`` is the object's version, or the instant of the entry's own date
for objects without one, so that ``match[version]`` is one range for both.
"""

from __future__ import annotations

import apsw

from taxii_server.errors import ConfigError
from taxii_server.storage.protocol import SCHEMA_VERSION

SPEC_NUMBERS = {"2.0": 0, "2.1": 1}
"""``entry.spec`` and ``object.spec``; 0 and 1 take no room in an SQLite record."""

SPEC_TEXTS = {number: text for text, number in SPEC_NUMBERS.items()}

TABLES = """
CREATE TABLE meta (schema_version INTEGER NOT NULL) STRICT;

CREATE TABLE collection (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE member (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE type (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE thing (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE rule (
    n INTEGER PRIMARY KEY, name TEXT NOT NULL, policy_version TEXT NOT NULL,
    UNIQUE (name, policy_version)
) STRICT;

-- body is last: a text that overflows its page is not read for the columns before it
CREATE TABLE object (
    n INTEGER PRIMARY KEY, owner INTEGER NOT NULL, thing INTEGER NOT NULL,
    type INTEGER NOT NULL, spec INTEGER NOT NULL, version TEXT, version_text TEXT,
    digest BLOB NOT NULL, size INTEGER NOT NULL, signed INTEGER NOT NULL,
    statement INTEGER NOT NULL, body TEXT,
    UNIQUE (thing, owner, digest)
) STRICT;

CREATE TABLE line (
    n INTEGER PRIMARY KEY, collection INTEGER NOT NULL, producer INTEGER NOT NULL,
    thing INTEGER NOT NULL, withdrawn TEXT,
    UNIQUE (thing, collection, producer)
) STRICT;

CREATE TABLE log (
    collection INTEGER PRIMARY KEY, seq INTEGER NOT NULL, date INTEGER NOT NULL
) STRICT;

CREATE TABLE entry (
    collection INTEGER NOT NULL, seq INTEGER NOT NULL, date INTEGER NOT NULL,
    object INTEGER NOT NULL, thing INTEGER NOT NULL, type INTEGER NOT NULL,
    version TEXT NOT NULL, spec INTEGER NOT NULL, latest INTEGER NOT NULL,
    first INTEGER NOT NULL, live INTEGER NOT NULL, size INTEGER NOT NULL,
    batch INTEGER NOT NULL, ordinal INTEGER NOT NULL, rule INTEGER NOT NULL,
    PRIMARY KEY (collection, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE support (
    collection INTEGER NOT NULL, seq INTEGER NOT NULL, line INTEGER NOT NULL,
    rank TEXT NOT NULL, live INTEGER NOT NULL,
    PRIMARY KEY (collection, seq, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE batch (
    no INTEGER PRIMARY KEY, kind TEXT NOT NULL, collection INTEGER NOT NULL,
    producer INTEGER NOT NULL, received_us INTEGER NOT NULL, policy_version TEXT NOT NULL
) STRICT;

CREATE TABLE status (
    id TEXT PRIMARY KEY, api_root TEXT NOT NULL, member TEXT NOT NULL,
    completed_us INTEGER NOT NULL, body BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE client (
    name TEXT PRIMARY KEY, member TEXT, roles TEXT NOT NULL, password_hash TEXT NOT NULL,
    token_hash BLOB NOT NULL, disabled INTEGER NOT NULL, old_password_hash TEXT,
    old_token_hash BLOB, old_until_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE fixed_id (name TEXT PRIMARY KEY, id TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE remembered (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""

INDEXES = """
CREATE UNIQUE INDEX entry_dated ON entry (collection, date);
CREATE INDEX entry_latest ON entry (collection, latest, spec, seq) WHERE latest > 0;
CREATE INDEX entry_latest_typed ON entry (collection, latest, spec, type, seq) WHERE latest > 0;
CREATE INDEX entry_first ON entry (collection, first, spec, seq) WHERE first > 0;
CREATE INDEX entry_first_typed ON entry (collection, first, spec, type, seq) WHERE first > 0;
CREATE INDEX entry_live ON entry (collection, live, spec, seq) WHERE live > 0;
CREATE INDEX entry_live_typed ON entry (collection, live, spec, type, seq) WHERE live > 0;
CREATE INDEX entry_instant ON entry (collection, version, live, spec, seq) WHERE live > 0;
CREATE INDEX entry_instant_typed ON entry (collection, version, live, spec, type, seq)
    WHERE live > 0;
-- what stands behind seq lets a reader pass an id's superseded versions inside the index
CREATE INDEX entry_thing ON entry (thing, collection, seq, live, latest, first, spec, object);

CREATE INDEX status_completed ON status (completed_us);
CREATE UNIQUE INDEX client_token ON client (token_hash);
CREATE UNIQUE INDEX client_old_token ON client (old_token_hash) WHERE old_token_hash IS NOT NULL;
"""

UPGRADES: dict[int, str] = {}
"""The script that leads from each older schema version to the next one."""


def require_safe_library() -> None:
    """Return if the SQLite library of this process has the WAL fix.

    Before 3.51.3 (backported to 3.50.7 and 3.44.6) commits could be lost when
    several connections wrote and checkpointed a write-ahead log together.

    Raises:
        ConfigError: It has not.
    """
    version = apsw.sqlite_lib_version()
    if not is_safe_library(version):
        problem = "can lose commits; install an apsw with SQLite 3.51.3 or newer"
        raise ConfigError(f"SQLite {version}", [problem])


def is_safe_library(version: str) -> bool:
    """Return whether an SQLite version, given as ``3.51.3``, has the WAL fix."""
    major, minor, patch = (int(part) for part in (*version.split("."), "0")[:3])
    fixed_patch = {44: 6, 50: 7, 51: 3}.get(minor)
    if major == 3 and fixed_patch is not None:
        return patch >= fixed_patch
    return (major, minor) > (3, 51)


def create_schema(db: apsw.Connection) -> None:
    """Make every table and index of the current schema version, in one transaction."""
    with db:
        db.execute(TABLES)
        db.execute(INDEXES)
        db.execute("INSERT INTO meta VALUES (?)", (SCHEMA_VERSION,))


def find_schema_version(db: apsw.Connection) -> int | None:
    """Return the schema version, or ``None`` if this is not one of our databases."""
    try:
        return int(db.execute("SELECT schema_version FROM meta").get)
    except (apsw.SQLError, apsw.NotADBError, TypeError):
        return None


def upgrade_schema(db: apsw.Connection, found: int) -> None:
    """Lead the tables from version ``found`` to the current one, in one transaction."""
    with db:
        for version in range(found, SCHEMA_VERSION):
            db.execute(UPGRADES[version])
        db.execute("UPDATE meta SET schema_version = ?", (SCHEMA_VERSION,))

"""Numbers for the texts that stand once in the database: ids, names, lines.

Rows of these tables are never changed or deleted, so a number that was read once
holds for ever. A number given inside a transaction holds only if that commits:
new rows are kept in the ``Numbering`` of one commit and written by ``flush``.
"""

from __future__ import annotations

from collections.abc import Iterable

import apsw

from taxii_server.storage.protocol import LineKey

Key = tuple[str | int, ...]


class Numbering:
    """The rows of one table by key, those being made in this transaction included."""

    def __init__(self, db: apsw.Connection, table: str, *columns: str) -> None:
        tests = " AND ".join(f"{column} = ?" for column in columns)
        marks = ", ".join("?" * (len(columns) + 1))
        # Table and column names are literals of this package.
        self._select = f"SELECT n FROM {table} WHERE {tests}"  # noqa: S608
        self._insert = f"INSERT INTO {table} (n, {', '.join(columns)}) VALUES ({marks})"  # noqa: S608
        self._last = f"SELECT coalesce(max(n), 0) FROM {table}"  # noqa: S608
        self._db = db
        self._known: dict[Key, int] = {}
        self._new: list[Key] = []
        self._next = 0

    def find(self, *key: str | int) -> int | None:
        """Return the number of a key, or ``None`` if there is none yet."""
        found = self._known.get(key)
        if found is None:
            found = self._db.execute(self._select, key).get
            if found is not None:
                self._known[key] = found
        return found

    def ensure(self, *key: str | int) -> int:
        """Return the number of a key, a new one if need be."""
        found = self.find(*key)
        if found is None:
            if not self._next:
                self._next = self._db.execute(self._last).get + 1
            found = self._known[key] = self._next
            self._new.append((found, *key))
            self._next += 1
        return found

    def flush(self) -> None:
        """Write the new rows."""
        self._db.executemany(self._insert, self._new)
        self._new.clear()


class Numberings:
    """All numberings of one commit."""

    def __init__(self, db: apsw.Connection) -> None:
        self.collections = Numbering(db, "collection", "id")
        self.members = Numbering(db, "member", "name")
        self.types = Numbering(db, "type", "name")
        self.things = Numbering(db, "thing", "id")
        self.rules = Numbering(db, "rule", "name", "policy_version")
        self.lines = Numbering(db, "line", "thing", "collection", "producer")
        self._of_lines: dict[LineKey, int] = {}

    def line(self, key: LineKey) -> int:
        """Return the number of a line, a new one if need be."""
        found = self._of_lines.get(key)
        if found is None:  # the same line supports an entry in every feed
            found = self._of_lines[key] = self.lines.ensure(
                self.things.ensure(key.stix_id),
                self.collections.ensure(key.collection),
                self.members.ensure(key.producer),
            )
        return found

    def flush(self) -> None:
        """Write the new rows of every table."""
        for numbering in self._all():
            numbering.flush()

    def _all(self) -> Iterable[Numbering]:
        return (self.collections, self.members, self.types, self.things, self.rules, self.lines)

"""Execute a plan: every row that one batch writes, in one transaction.

A plan speaks in ids, the tables in numbers; all numbers are resolved first, and
each table then takes its rows in one go. What a plan may not ask (an entry of a
text that is not there, a change of an entry that never was) is a programming
error and raises ``ValueError``, so that nothing of the batch is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from taxii_server.clock import format_us
from taxii_server.storage.protocol import (
    Append,
    Batch,
    Change,
    LineState,
    ObjectKey,
    Plan,
    StoredObject,
    SupportChange,
)
from taxii_server.storage.sqlite.numbers import Numberings
from taxii_server.storage.sqlite.schema import SPEC_NUMBERS

_INSERT_OBJECT = "INSERT INTO object VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_ENTRY = "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_SUPPORT = "INSERT INTO support VALUES (?, ?, ?, ?, ?)"
_FIND_OBJECT = """
    SELECT n, thing, type, version, spec, size, body IS NULL FROM object
    WHERE thing = ? AND owner = ? AND digest = ?
"""
_CHANGE_ENTRY = "UPDATE entry SET live = ?, latest = ?, first = ? WHERE collection = ? AND seq = ?"
_CHANGE_SUPPORT = """
    INSERT INTO support
    SELECT collection, seq, ?, ?, ? FROM entry WHERE collection = ? AND seq = ?
    ON CONFLICT (collection, seq, line) DO UPDATE SET rank = excluded.rank, live = excluded.live
"""
_LIVE_ENTRY = """
    SELECT EXISTS (
        SELECT 1 FROM entry INDEXED BY entry_thing WHERE thing = ? AND live > 0 AND object = ?
    )
"""
_SET_LOG = """
    INSERT INTO log VALUES (?, ?, ?)
    ON CONFLICT (collection) DO UPDATE SET seq = excluded.seq, date = excluded.date
"""


@dataclass(slots=True)
class _Text:
    """What an entry repeats of its object."""

    n: int
    thing: int
    type: int
    version: str | None
    spec: int
    size: int
    erased: int


@dataclass(slots=True)
class _Log:
    """Where a log ends."""

    seq: int
    date: int


class Execution:
    """One batch being written."""

    def __init__(self, db: apsw.Connection, batch_no: int, now_us: int) -> None:
        self._db = db
        self._batch_no = batch_no
        self._now_us = now_us
        self._numbers = Numberings(db)
        self._texts: dict[ObjectKey, _Text] = {}
        self._logs: dict[int, _Log] = {}

    def run(self, batch: Batch, plan: Plan) -> tuple[int, ...]:
        """Write everything of the batch and return the dates of its appended entries.

        Raises:
            ValueError: The plan asks what no store can do.
        """
        self._put_objects(plan.objects)
        self._put_lines(plan.lines)
        dates = self._append(plan)
        self._change_entries(plan.changes)
        self._change_supports(plan.support_changes)
        self._erase(plan)
        self._db.execute(
            "INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?)",
            (
                self._batch_no,
                batch.kind,
                self._numbers.collections.ensure(batch.collection),
                self._numbers.members.ensure(batch.producer),
                batch.received_us,
                plan.policy_version,
            ),
        )
        self._numbers.flush()
        return dates

    def _put_objects(self, objects: Iterable[StoredObject]) -> None:
        next_n = self._db.execute("SELECT coalesce(max(n), 0) + 1 FROM object").get
        rows = []
        restored = []
        for stored in objects:
            size = len(stored.body.encode())
            known = self._find_text(stored.key)
            if known is None:
                text = self._new_text(next_n, stored, size)
                next_n += 1
                self._texts[stored.key] = text
                rows.append(self._object_row(text, stored))
            elif known.erased:  # pushed again after it was deleted
                known.erased, known.size = 0, size
                restored.append((stored.body, size, known.n))
        self._db.executemany(_INSERT_OBJECT, rows)
        self._db.executemany("UPDATE object SET body = ?, size = ? WHERE n = ?", restored)

    def _new_text(self, n: int, stored: StoredObject, size: int) -> _Text:
        return _Text(
            n,
            self._numbers.things.ensure(stored.key.stix_id),
            self._numbers.types.ensure(stored.type),
            stored.version,
            SPEC_NUMBERS[stored.spec_version],
            size,
            erased=0,
        )

    def _object_row(self, text: _Text, stored: StoredObject) -> tuple[apsw.SQLiteValue, ...]:
        owner = self._numbers.members.ensure(stored.key.owner)
        return (
            *(text.n, owner, text.thing, text.type, text.spec),
            *(stored.version, stored.version_text, stored.key.digest, text.size),
            *(int(stored.signed), int(stored.statement), stored.body),
        )

    def _find_text(self, key: ObjectKey) -> _Text | None:
        found = self._texts.get(key)
        if found is None:
            thing = self._numbers.things.find(key.stix_id)
            owner = self._numbers.members.find(key.owner)
            if thing is not None and owner is not None:
                row: tuple[Any, ...] | None = self._db.execute(
                    _FIND_OBJECT, (thing, owner, key.digest)
                ).fetchone()
                if row is not None:
                    found = self._texts[key] = _Text(*row)
        return found

    def _require_text(self, key: ObjectKey) -> _Text:
        found = self._find_text(key)
        if found is None or found.erased:
            state = "unknown" if found is None else "erased"
            raise ValueError(f"the plan names an object whose text is {state}: {key.stix_id}")
        return found

    def _put_lines(self, lines: Iterable[LineState]) -> None:
        rows = [(line.withdrawn, self._numbers.line(line.key)) for line in lines]
        self._numbers.lines.flush()
        self._db.executemany(
            "UPDATE line SET withdrawn = ?1 WHERE n = ?2 AND withdrawn IS NOT ?1", rows
        )

    def _append(self, plan: Plan) -> tuple[int, ...]:
        entries = []
        supports = []
        dates = []
        for ordinal, append in enumerate(plan.appends):
            text = self._require_text(append.object)
            collection = self._numbers.collections.ensure(append.collection)
            log = self._next_place(collection, append)
            dates.append(log.date)
            rule = self._numbers.rules.ensure(
                append.rule, append.policy_version or plan.policy_version
            )
            place = (collection, log.seq)
            flags = append.flags
            entries.append(
                (
                    *place,
                    *(log.date, text.n, text.thing, text.type, text.version or _instant(log.date)),
                    *(text.spec, flags.latest, flags.first, flags.live, text.size),
                    *(self._batch_no, ordinal, rule),
                )
            )
            for support in append.supports:
                line = self._numbers.line(support.line)
                supports.append((*place, line, support.rank, int(support.live)))
        # By log, because each index is led by it: the plan's order jumps between them.
        self._db.executemany(_INSERT_ENTRY, sorted(entries))
        self._db.executemany(_INSERT_SUPPORT, sorted(supports))
        self._db.executemany(_SET_LOG, [(n, log.seq, log.date) for n, log in self._logs.items()])
        return tuple(dates)

    def _next_place(self, collection: int, append: Append) -> _Log:
        """Advance a log by one entry: no holes, and dates that never go back."""
        log = self._logs.get(collection)
        if log is None:
            query = "SELECT seq, date FROM log WHERE collection = ?"
            row: tuple[Any, ...] | None = self._db.execute(query, (collection,)).fetchone()
            log = self._logs[collection] = _Log(*row) if row else _Log(0, -1)
        log.seq += 1
        log.date = max(self._now_us, append.not_before_us, log.date + 1)
        return log

    def _change_entries(self, changes: Iterable[Change]) -> None:
        rows = []
        for change in changes:
            collection = self._numbers.collections.ensure(change.collection)
            flags = change.flags
            rows.append((flags.live, flags.latest, flags.first, collection, change.seq))
        self._require_each(_CHANGE_ENTRY, rows)

    def _change_supports(self, changes: Iterable[SupportChange]) -> None:
        rows = []
        for change in changes:
            support = change.support
            line = self._numbers.line(support.line)
            collection = self._numbers.collections.ensure(change.collection)
            rows.append((line, support.rank, int(support.live), collection, change.seq))
        self._require_each(_CHANGE_SUPPORT, rows)

    def _require_each(self, statement: str, rows: Sequence[tuple[int | str, ...]]) -> None:
        before = self._db.total_changes()
        self._db.executemany(statement, rows)
        if self._db.total_changes() - before != len(rows):
            raise ValueError("the plan changes an entry that does not exist")

    def _erase(self, plan: Plan) -> None:
        appended = {append.object for append in plan.appends}
        rows = []
        for key in plan.erase:
            text = self._find_text(key)
            if text is None or key in appended:
                state = "unknown" if text is None else "appended by it"
                raise ValueError(f"the plan erases an object that is {state}: {key.stix_id}")
            rows.append((text.n,))
            if self._db.execute(_LIVE_ENTRY, (text.thing, text.n)).get:
                raise ValueError(f"the plan erases the text of a live entry: {key.stix_id}")
        self._db.executemany("UPDATE object SET body = NULL WHERE n = ?", rows)


def next_batch_no(db: apsw.Connection) -> int:
    """Return the number of the batch that begins; batches are never deleted."""
    return int(db.execute("SELECT coalesce(max(no), 0) + 1 FROM batch").get)


def _instant(date_us: int) -> str:
    """Return the normalised instant of a date (see ``clock``), which has microseconds at most."""
    return format_us(date_us)[:-1].rstrip("0").rstrip(".")

"""What a planner reads of the SQLite store, inside the transaction of its batch.

A push asks for a thousand ids at once, each in up to every log: one statement per
chunk of ids, and the keys that recur in its rows are made once.
"""

# ruff: noqa: S608 -- only literals of this module are joined into SQL; every value is bound

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import apsw

from taxii_server.storage.protocol import (
    EntryState,
    Flags,
    LineKey,
    LineState,
    ObjectKey,
    StoredObject,
    Support,
)
from taxii_server.storage.sqlite.schema import SPEC_TEXTS

_CHUNK = 500  # ids of one statement

_COLUMNS = """
    SELECT t.id, e.collection, e.seq, e.date, e.object, m.name, o.digest, o.version, o.spec,
        o.signed, o.statement, r.name, r.policy_version, e.live, e.latest, e.first,
        s.line, l.collection, l.producer, s.rank, s.live
"""

_JOINED = """
    CROSS JOIN object o ON o.n = e.object
    CROSS JOIN member m ON m.n = o.owner
    CROSS JOIN rule r ON r.n = e.rule
    LEFT JOIN support s ON s.collection = e.collection AND s.seq = e.seq
    LEFT JOIN line l ON l.n = s.line
    ORDER BY t.id, e.collection, e.seq, s.line
"""

_ENTRIES = f"""
    {_COLUMNS}
    FROM json_each(?) j
    CROSS JOIN thing t ON t.id = j.value
    CROSS JOIN entry e INDEXED BY entry_thing ON e.thing = t.n
    {_JOINED}
"""

# The entries are chosen in the index alone, and only the chosen ones are read.
_EDGES = f"""
    WITH pushed (thing, version, digest) AS MATERIALIZED (
        SELECT t.n, j.value ->> 1, unhex(j.value ->> 2)
        FROM json_each(?) j CROSS JOIN thing t ON t.id = j.value ->> 0
    ),
    same (object) AS MATERIALIZED (
        SELECT o.n FROM pushed p CROSS JOIN object o
        ON o.thing = p.thing AND (o.version = p.version OR o.digest = p.digest)
    ),
    chosen (thing, collection, seq) AS MATERIALIZED (
        SELECT e.thing, e.collection, e.seq
        FROM (SELECT DISTINCT thing FROM pushed) p
        CROSS JOIN entry e INDEXED BY entry_thing ON e.thing = p.thing
        WHERE e.latest > 0 OR e.first > 0 OR e.object IN (SELECT object FROM same)
    )
    {_COLUMNS}
    FROM chosen c
    CROSS JOIN thing t ON t.n = c.thing
    CROSS JOIN entry e ON e.collection = c.collection AND e.seq = c.seq
    {_JOINED}
"""

_LINES = """
    SELECT t.id, c.id, m.name, l.withdrawn
    FROM json_each(?) j
    CROSS JOIN thing t ON t.id = j.value
    CROSS JOIN line l ON l.thing = t.n
    CROSS JOIN collection c ON c.n = l.collection
    CROSS JOIN member m ON m.n = l.producer
    ORDER BY j.key, l.n
"""

_TEXT = """
    SELECT body FROM object
    WHERE thing = (SELECT n FROM thing WHERE id = ?)
        AND owner = (SELECT n FROM member WHERE name = ?) AND digest = ?
"""

_Row = tuple[Any, ...]


@dataclass(slots=True)
class SQLitePlanView:
    """``PlanView`` of one transaction."""

    batch_no: int
    db: apsw.Connection
    _collections: dict[int, str] = field(default_factory=dict)
    _members: dict[int, str] = field(default_factory=dict)
    _flags: dict[tuple[int, int, int], Flags] = field(default_factory=dict)
    _objects: dict[int, ObjectKey] = field(default_factory=dict)
    _lines: dict[int, LineKey] = field(default_factory=dict)

    def entries_of(self, stix_ids: Iterable[str]) -> Mapping[str, Sequence[EntryState]]:
        return self._entries(_ENTRIES, _chunks(dict.fromkeys(stix_ids)))

    def edges_of(self, objects: Iterable[StoredObject]) -> Mapping[str, Sequence[EntryState]]:
        by_id = sorted(objects, key=lambda stored: stored.key.stix_id)
        keys = [(o.key.stix_id, o.version, o.key.digest.hex()) for o in by_id]
        return self._entries(_EDGES, _chunks(keys))

    def lines_of(self, stix_ids: Iterable[str]) -> Mapping[str, Sequence[LineState]]:
        found: dict[str, list[LineState]] = {}
        for chunk in _chunks(dict.fromkeys(stix_ids)):
            for stix_id, collection, producer, withdrawn in self.db.execute(_LINES, (chunk,)):
                line = LineState(LineKey(collection, producer, stix_id), withdrawn)
                found.setdefault(stix_id, []).append(line)
        return found

    def texts_of(self, keys: Iterable[ObjectKey]) -> Mapping[ObjectKey, str]:
        found: dict[ObjectKey, str] = {}
        for key in keys:
            text = self.db.execute(_TEXT, (key.stix_id, key.owner, key.digest)).get
            if text is not None:
                found[key] = text
        return found

    def _entries(self, query: str, chunks: Iterable[str]) -> Mapping[str, Sequence[EntryState]]:
        self._collections.update(self.db.execute("SELECT n, id FROM collection"))
        self._members.update(self.db.execute("SELECT n, name FROM member"))
        found: dict[tuple[str, int, int], EntryState] = {}
        for chunk in chunks:
            for place, group in groupby(self.db.execute(query, (chunk,)), itemgetter(0, 1, 2)):
                if place not in found:
                    found[place] = self._entry(place[0], list(group))
        by_id: dict[str, list[EntryState]] = {}
        for (stix_id, _, _), state in found.items():
            by_id.setdefault(stix_id, []).append(state)
        return by_id

    def _entry(self, stix_id: str, rows: list[_Row]) -> EntryState:
        """Return one entry from its rows, one for each line that ever supported it."""
        (_, collection, seq, date, object_n, owner, digest, version, spec) = rows[0][:9]
        signed, statement, rule, policy_version, *flags = rows[0][9:16]
        key = self._objects.get(object_n)
        if key is None:
            key = self._objects[object_n] = ObjectKey(owner, stix_id, digest)
        return EntryState(
            collection=self._collections[collection],
            seq=seq,
            date_added_us=date,
            object=key,
            version=version,
            spec_version=SPEC_TEXTS[spec],
            signed=bool(signed),
            statement=bool(statement),
            rule=rule,
            policy_version=policy_version,
            flags=self._shared_flags(flags[0], flags[1], flags[2]),
            supports=tuple(self._support(stix_id, row) for row in rows if row[16] is not None),
        )

    def _support(self, stix_id: str, row: _Row) -> Support:
        line_n, collection, producer, rank, live = row[16:]
        line = self._lines.get(line_n)
        if line is None:
            names = self._collections[collection], self._members[producer]
            line = self._lines[line_n] = LineKey(*names, stix_id)
        return Support(line, rank, bool(live))

    def _shared_flags(self, live: int, latest: int, first: int) -> Flags:
        key = (live, latest, first)
        if key not in self._flags:
            self._flags[key] = Flags(live, latest, first)
        return self._flags[key]


def _chunks(values: Iterable[object]) -> Iterator[str]:
    """Return the values as JSON lists of a bounded length."""
    rest = iter(values)
    while chunk := list(islice(rest, _CHUNK)):
        yield json.dumps(chunk)

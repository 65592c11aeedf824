"""How SQLite executes each page: index ranges only, and no work beyond the page.

These tests look at the statements themselves, with a connection of their own, so
that a new filter combination without an index fails here and not in production.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import apsw
import pytest

from taxii_server.filters import ALL, ObjectFilter, VersionFilter
from taxii_server.storage.protocol import Flags, PageForm, PageQuery, Plan
from taxii_server.storage.sqlite import create_store, pages
from taxii_server.storage.sqlite.database import DATABASE_NAME, open_connection
from taxii_server.storage.sqlite.pages import page_statement
from tests.storage.making import COLLECTION, SetClock, execute, make_append, make_id, make_object

TYPES = {"indicator": 1, "url": 2}

RANGES = {
    "latest": "entry_latest (collection=? AND latest=? AND spec=? AND seq>?)",
    "first": "entry_first (collection=? AND first=? AND spec=? AND seq>?)",
    "all": "entry_live (collection=? AND live=? AND spec=? AND seq>?)",
    "instant": "entry_instant (collection=? AND version=? AND live=? AND spec=? AND seq>?)",
}
TYPED_RANGES = {
    view: text.replace(" (", "_typed (").replace("spec=? AND", "spec=? AND type=? AND")
    for view, text in RANGES.items()
}
DATED = "entry_dated (collection=? AND date<?)"
ENTRY_BY_KEY = "SEARCH e USING PRIMARY KEY (collection=? AND seq=?)"
OF_ID = "entry_thing (thing=? AND collection=? AND seq>?)"
BY_ID = "SEARCH {} USING COVERING INDEX sqlite_autoindex_thing_1 (id=?)"

IDS_AND_LISTS = {
    BY_ID.format("thing"),
    BY_ID.format("t"),
    f"SEARCH d USING COVERING INDEX {DATED}",
    "SCAN j VIRTUAL TABLE INDEX 1:",
    "SCAN json_each VIRTUAL TABLE INDEX 1:",
    "CREATE BLOOM FILTER",
    *(f"{kind} SUBQUERY {n}" for kind in ("SCALAR", "LIST") for n in range(9)),
}

AN_INSTANT = frozenset({"2020-01-01T00:00:00"})
VERSIONS = {
    "latest": None,
    "first": VersionFilter(first=True),
    "all": ALL,
    "instant": VersionFilter(instants=AN_INSTANT),
    "first+latest": VersionFilter(first=True, last=True),
    "first+instant": VersionFilter(first=True, instants=AN_INSTANT),
    "latest+instant": VersionFilter(last=True, instants=AN_INSTANT | {"2021-01-01T00:00:00"}),
    "first+latest+instant": VersionFilter(first=True, last=True, instants=AN_INSTANT),
}
SPECS = [None, frozenset({"2.0"}), frozenset({"2.1"}), frozenset({"2.0", "2.1"})]
KINDS = [None, frozenset({"indicator"}), frozenset({"indicator", "url"})]
ONE_ID = frozenset({make_id(1)})
SOME_IDS = frozenset({make_id(1), make_id(2)})


@pytest.fixture
def db(tmp_path: Path) -> Iterator[apsw.Connection]:
    create_store(tmp_path, SetClock()).close()
    opened = open_connection(tmp_path / DATABASE_NAME)
    yield opened
    opened.close()


def all_queries(versions: VersionFilter | None, ids: frozenset[str] | None) -> Iterator[PageQuery]:
    for specs, types, added_after, form in product(SPECS, KINDS, [None, 5], PageForm):
        wanted = ObjectFilter(added_after, ids, types, specs, versions)
        yield PageQuery(COLLECTION, wanted, 0, 100, 1 << 20, form)


def explain(db: apsw.Connection, query: PageQuery) -> tuple[list[str], list[str]]:
    """Return the steps that pick entries, and all other steps of the statement."""
    known = {name: TYPES[name] for name in query.wanted.types or ()}
    statement = page_statement(query, 1, known)
    assert statement is not None
    rows = db.execute(f"EXPLAIN QUERY PLAN {statement.sql}", statement.values).fetchall()
    picking = {node for node, _, _, detail in rows if detail == "MATERIALIZE picked"}
    assert len(picking) == 1
    inner, outer = [], []
    for node, parent, _, detail in rows:
        if parent in picking:
            picking.add(node)
            inner.append(str(detail))
        else:
            outer.append(str(detail))
    return inner, outer


def is_bounded_by_the_page(step: str) -> bool:
    """Return whether a step outside the picking handles ``limit + 1`` rows at most."""
    return (
        step.startswith(("CO-ROUTINE", "MATERIALIZE picked", "SCAN (subquery-", "SCALAR SUBQUERY"))
        or step.startswith("CORRELATED SCALAR SUBQUERY")
        or step in {"SCAN picked", "SCAN p", "SCAN page", ENTRY_BY_KEY}
        or step == "USE TEMP B-TREE FOR ORDER BY"
        or step.endswith("USING INTEGER PRIMARY KEY (rowid=?)")
    )


@pytest.mark.parametrize("name", VERSIONS)
def test_entries_are_picked_by_ranges_of_the_named_indexes_alone(
    db: apsw.Connection, name: str
) -> None:
    """Every combination of view, specification, type, ``added_after`` and form."""
    for query in all_queries(VERSIONS[name], ids=None):
        ranges = RANGES if query.wanted.types is None else TYPED_RANGES
        allowed = {f"SEARCH e USING COVERING INDEX {ranges[view]}" for view in name.split("+")}
        picking, rest = explain(db, query)

        searches = {s for s in picking if s.startswith("SEARCH e ")}
        dated = {s for s in picking if s.startswith("SEARCH d ")}
        merging = {
            s for s in picking if s.startswith(("MERGE", "LEFT", "RIGHT", "SCALAR SUBQUERY"))
        }

        assert searches == allowed
        assert dated <= {f"SEARCH d USING COVERING INDEX {DATED}"}
        assert bool(dated) == (query.wanted.added_after_us is not None)
        assert set(picking) == searches | dated | merging
        assert [s for s in rest if not is_bounded_by_the_page(s)] == []


@pytest.mark.parametrize("form", PageForm)
def test_texts_are_looked_up_in_the_order_of_the_log_and_not_sorted(
    db: apsw.Connection, form: PageForm
) -> None:
    """T-FLT-02: the order of the text is that in which SQLite visits the entries."""
    _, rest = explain(db, PageQuery(COLLECTION, ObjectFilter(), 0, 100, 1 << 20, form))

    assert rest[:1] == ["CO-ROUTINE page"]
    assert rest.count("USE TEMP B-TREE FOR ORDER BY") == 1
    assert rest.index(ENTRY_BY_KEY) < rest.index("USE TEMP B-TREE FOR ORDER BY")
    assert rest.index("USE TEMP B-TREE FOR ORDER BY") < rest.index("SCAN p")
    assert rest.index("SCAN p") < rest.index("SEARCH o USING INTEGER PRIMARY KEY (rowid=?)")


@pytest.mark.parametrize("name", VERSIONS)
@pytest.mark.parametrize("ids", [ONE_ID, SOME_IDS], ids=["one", "several"])
def test_entries_of_ids_are_picked_from_those_ids_alone(
    db: apsw.Connection, name: str, ids: frozenset[str]
) -> None:
    """What is sorted are entries of several ids; those of one id stand in order."""
    for query in all_queries(VERSIONS[name], ids):
        picking, rest = explain(db, query)

        entries = {s for s in picking if s.startswith("SEARCH e ")}
        sorting = {s for s in picking if s.startswith("USE TEMP")}
        expected = f"SEARCH e USING {'INDEX' if 'instant' in name else 'COVERING INDEX'} {OF_ID}"

        assert entries == {expected}
        assert sorting <= ({"USE TEMP B-TREE FOR ORDER BY"} if ids is SOME_IDS else set())
        assert set(picking) - entries - sorting <= IDS_AND_LISTS
        assert [s for s in rest if not is_bounded_by_the_page(s)] == []


@pytest.mark.parametrize("name", VERSIONS)
def test_more_ranges_than_are_merged_are_read_range_by_range(
    db: apsw.Connection, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(pages, "MAX_RANGES", 0)
    for query in all_queries(VERSIONS[name], ids=None):
        ranges = RANGES if query.wanted.types is None else TYPED_RANGES
        picking, _ = explain(db, query)

        searches = {s for s in picking if s.startswith("SEARCH e ")}

        assert searches == {f"SEARCH e USING COVERING INDEX {ranges[v]}" for v in name.split("+")}
        assert [s for s in picking if s.startswith("SCAN") and "_ VIRTUAL TABLE" not in s] == []


@pytest.mark.parametrize("name", VERSIONS)
@pytest.mark.parametrize("types", [None, frozenset({"indicator"})])
def test_a_page_takes_as_many_steps_at_the_end_of_a_log_as_at_its_start(
    tmp_path: Path, name: str, types: frozenset[str] | None
) -> None:
    """INV-BOUNDED, counted in steps of SQLite's machine: the timed twin is benchmarks/paging.py."""
    with_entries(tmp_path, entries=3_000)
    wanted = ObjectFilter(types=types, versions=VERSIONS[name])

    start = steps_of_page(tmp_path, wanted, after_seq=0)
    end = steps_of_page(tmp_path, wanted, after_seq=2_700)

    assert end <= 1.1 * start


def with_entries(folder: Path, *, entries: int) -> None:
    """Fill a log in which superseded versions, other types and 2.0 objects abound."""
    store = create_store(folder, SetClock())
    kinds = ("indicator", "url", "malware")
    flags = (Flags(), Flags(1, 0, 0), Flags(1, 0, 1), Flags(2, 2, 2))
    objects = [
        make_object(make_id(n, kinds[n % 3]), spec="2.0" if n % 4 == 3 else "2.1")
        for n in range(entries)
    ]
    appends = [make_append(o, flags=flags[n % 4]) for n, o in enumerate(objects)]
    execute(store, Plan("p1", objects=tuple(objects), appends=tuple(appends)))
    store.close()


def steps_of_page(folder: Path, wanted: ObjectFilter, *, after_seq: int) -> int:
    db = open_connection(folder / DATABASE_NAME)
    known = {"indicator": db.execute("SELECT n FROM type WHERE name = 'indicator'").get}
    query = PageQuery(COLLECTION, wanted, after_seq, 10, 1 << 20)
    statement = page_statement(query, 1, known if wanted.types else {})
    assert statement is not None
    steps = 0

    def count() -> bool:
        nonlocal steps
        steps += 1
        return False

    db.set_progress_handler(count, 1)
    (row,) = db.execute(statement.sql, statement.values).fetchall()
    db.close()
    assert row[1] == 10
    return steps


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT name FROM client WHERE token_hash = ?1 OR old_token_hash = ?1",
        "SELECT id FROM status WHERE completed_us < ?1",
    ],
)
def test_small_look_ups_use_an_index(db: apsw.Connection, statement: str) -> None:
    rows = db.execute(f"EXPLAIN QUERY PLAN {statement}", (1,)).fetchall()

    assert [str(row[3]) for row in rows if str(row[3]).startswith("SCAN")] == []

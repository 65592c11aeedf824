"""What is SQLite's own: the file, its schema version, forks and several processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from taxii_server.clock import now_us
from taxii_server.errors import ConfigError, StorageUnavailableError
from taxii_server.storage.protocol import SCHEMA_VERSION, TOMBSTONE, Change, Plan, PlanView
from taxii_server.storage.sqlite import (
    SQLiteStore,
    create_store,
    open_store,
    schema,
    upgrade_store,
)
from taxii_server.storage.sqlite import database as database_module
from taxii_server.storage.sqlite.database import DATABASE_NAME, LOCK_NAME, open_connection
from taxii_server.storage.sqlite.in_use import is_in_use
from taxii_server.storage.sqlite.planning import SQLitePlanView
from tests.storage.making import (
    COLLECTION,
    execute,
    joined,
    make_batch,
    make_id,
    make_object,
    push,
    read,
)

FOLDER = Path(__file__).parent.parent.parent


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with an empty store that is closed."""
    folder = tmp_path / "data"
    create_store(folder, now_us).close()
    return folder


@pytest.fixture
def sqlite(data: Path) -> Iterator[SQLiteStore]:
    opened = open_store(data, now_us)
    yield opened
    opened.close()


def run_python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(
        command, cwd=FOLDER, capture_output=True, text=True, timeout=120, check=False
    )


def set_schema_version(folder: Path, version: int) -> None:
    db = open_connection(folder / DATABASE_NAME)
    db.execute("UPDATE meta SET schema_version = ?", (version,))
    db.close()


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ("3.51.3", True),
        ("3.51.2", False),
        ("3.51", False),
        ("3.52.0", True),
        ("3.50.7", True),
        ("3.50.6", False),
        ("3.49.9", False),
        ("3.44.6", True),
        ("3.44.5", False),
        ("3.45.9", False),
        ("4.0.0", True),
        ("4.44.0", True),
    ],
)
def test_a_library_that_can_lose_commits_is_refused(version: str, *, safe: bool) -> None:
    assert schema.is_safe_library(version) is safe


def test_the_refusal_of_a_library_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.49.0")

    for use in (create_store, open_store, upgrade_store):
        with pytest.raises(ConfigError, match=r"SQLite 3\.49\.0: .*3\.51\.3 or newer"):
            use(tmp_path, now_us)


def test_a_store_is_not_made_over_another(data: Path) -> None:
    with pytest.raises(ConfigError, match="is a store already"):
        create_store(data, now_us)


def test_a_store_that_is_not_there_is_not_made_by_opening_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="clearinghouse init"):
        open_store(tmp_path, now_us)

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / DATABASE_NAME).write_bytes(b"not a database, but long enough to be looked at" * 30)

    with pytest.raises(ConfigError, match="is not a Clearinghouse store"):
        open_store(tmp_path, now_us)


def test_the_file_is_readable_by_its_owner_only(data: Path) -> None:
    assert (data / DATABASE_NAME).stat().st_mode & 0o077 == 0


def test_a_newer_store_is_refused(data: Path) -> None:
    set_schema_version(data, SCHEMA_VERSION + 1)

    for use in (open_store, upgrade_store):
        with pytest.raises(ConfigError, match="made by a newer version"):
            use(data, now_us)


def test_an_older_store_is_refused_until_it_is_upgraded(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_schema_version(data, SCHEMA_VERSION - 1)
    with pytest.raises(ConfigError, match=f"run clearinghouse upgrade --data {data}"):
        open_store(data, now_us)
    step = {SCHEMA_VERSION - 1: "INSERT INTO fixed_id VALUES ('upgraded', 'yes')"}
    monkeypatch.setattr(schema, "UPGRADES", step)

    assert upgrade_store(data, now_us) == (SCHEMA_VERSION - 1, SCHEMA_VERSION)

    opened = open_store(data, now_us)
    assert opened.fixed_ids() == {"upgraded": "yes"}
    opened.close()


def test_an_upgrade_without_a_known_way_changes_nothing(data: Path) -> None:
    set_schema_version(data, SCHEMA_VERSION - 1)

    with pytest.raises(ConfigError, match="no upgrade is known"):
        upgrade_store(data, now_us)


def test_upgrading_a_current_store_does_nothing(data: Path) -> None:
    assert upgrade_store(data, now_us) == (SCHEMA_VERSION, SCHEMA_VERSION)


def test_what_was_committed_is_there_when_the_store_is_opened_again(
    data: Path, sqlite: SQLiteStore
) -> None:
    objects = [make_object(make_id(n)) for n in range(3)]
    push(sqlite, *objects)
    sqlite.close()

    again = open_store(data, now_us)

    assert read(again).text == joined(objects)
    again.close()


def test_commits_are_synced(sqlite: SQLiteStore) -> None:
    """INV-DURABLE: each commit waits for the disk."""
    push(sqlite, make_object(make_id(1)))
    seen = []

    def plan(view: PlanView) -> Plan:
        assert isinstance(view, SQLitePlanView)
        seen.append((view.db.pragma("synchronous"), view.db.pragma("journal_mode")))
        return Plan("p1")

    sqlite.commit(make_batch(), plan)

    assert seen == [(2, "wal")]


def test_an_erased_text_is_nowhere_in_the_files(data: Path, sqlite: SQLiteStore) -> None:
    """sharing.md section 6: erased from storage, free pages included."""
    secret = make_object(make_id(1), content="only-here-" * 2_000)
    push(sqlite, secret, make_object(make_id(2)))
    execute(sqlite, Plan("p1", changes=(Change(COLLECTION, 1, TOMBSTONE),), erase=(secret.key,)))
    sqlite.close()  # the last connection takes the write-ahead log with it

    assert [p.name for p in data.iterdir() if p.is_file() and b"only-here-" in p.read_bytes()] == []


def test_an_erased_text_leaves_the_write_ahead_log_at_once(data: Path, sqlite: SQLiteStore) -> None:
    """Read by another process: opening the files here would drop this one's locks."""
    secret = make_object(make_id(1), content="only-here-" * 2_000)
    push(sqlite, secret, make_object(make_id(2)))
    execute(sqlite, Plan("p1", changes=(Change(COLLECTION, 1, TOMBSTONE),), erase=(secret.key,)))

    found = subprocess.run(
        ["grep", "-rl", "only-here-", str(data)], capture_output=True, text=True, check=False
    )

    assert (found.returncode, found.stdout) == (1, "")


def test_a_large_write_ahead_log_is_truncated(
    sqlite: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(sqlite, *(make_object(make_id(n)) for n in range(50)))
    assert sqlite.facts().log_bytes > 0
    monkeypatch.setattr(database_module, "_LARGE_LOG", 1)

    push(sqlite, make_object(make_id(77)))

    assert sqlite.facts().log_bytes == 0
    assert read(sqlite).count == 51


def test_a_driver_error_is_the_cause_of_the_failure(sqlite: SQLiteStore, data: Path) -> None:
    db = open_connection(data / DATABASE_NAME)
    db.execute("DROP TABLE fixed_id")
    db.close()

    with pytest.raises(StorageUnavailableError) as caught:
        sqlite.fixed_ids()

    assert isinstance(caught.value.__cause__, apsw.Error)
    assert "fixed_id" not in str(caught.value)


def test_a_store_that_cannot_be_written_fails_its_check(data: Path, sqlite: SQLiteStore) -> None:
    push(sqlite, make_object(make_id(1)))
    db = open_connection(data / DATABASE_NAME)
    db.execute("DROP TABLE meta")
    db.close()

    with pytest.raises(StorageUnavailableError):
        sqlite.check()


def test_a_store_that_another_process_writes_passes_its_check(
    data: Path, sqlite: SQLiteStore
) -> None:
    db = open_connection(data / DATABASE_NAME)
    db.execute("BEGIN IMMEDIATE")

    sqlite.check()

    assert db.in_transaction  # it did not wait for the other to end
    db.execute("ROLLBACK")
    db.close()


def test_an_open_store_is_in_use_until_it_is_closed(data: Path, sqlite: SQLiteStore) -> None:
    assert is_in_use(data) is False
    sqlite.fixed_ids()
    assert is_in_use(data) is True

    sqlite.close()

    assert is_in_use(data) is False


def test_a_lock_file_that_cannot_be_opened_is_a_failure_of_the_store(
    data: Path, sqlite: SQLiteStore
) -> None:
    (data / LOCK_NAME).mkdir()

    with pytest.raises(StorageUnavailableError):
        push(sqlite, make_object(make_id(1)))


def test_nothing_here_loads_a_second_sqlite_library() -> None:
    """Two libraries in one process drop each other's POSIX locks; commits vanish then."""
    code = """
import sys
import taxii_server.storage.sqlite
import tests.storage.making
print(sorted({"sqlite3", "_sqlite3"} & set(sys.modules)))
"""
    assert run_python(code).stdout.strip() == "[]"


def test_a_store_refuses_to_work_after_a_fork(tmp_path: Path) -> None:
    code = """
import os, sys
from pathlib import Path
from taxii_server.clock import now_us
from taxii_server.storage.sqlite import create_store
store = create_store(Path(sys.argv[1]), now_us)
store.fix_id("a", "b")
store.record_failed_login("a", "b", 1)
child = os.fork()
if child == 0:
    refused = 0
    for use in (store.fixed_ids, store.check, lambda: store.fix_id("c", "d"),
                lambda: store.count_failed_logins("a", "b", 0)):
        try:
            use()
        except RuntimeError as error:
            refused += "before the fork" in str(error)
    store.close()
    os._exit(refused)
_, status = os.waitpid(child, 0)
print(os.waitstatus_to_exitcode(status), store.fixed_ids(), store.fix_id("c", "d"))
store.close()
"""
    assert output_of(code, tmp_path) == "4 {'a': 'b'} d"


def test_a_store_that_was_not_used_yet_may_be_used_in_a_forked_process(tmp_path: Path) -> None:
    code = """
import os, sys
from pathlib import Path
from taxii_server.clock import now_us
from taxii_server.storage.sqlite import create_store
store = create_store(Path(sys.argv[1]), now_us)
child = os.fork()
if child == 0:
    os._exit(store.fix_id("a", "b") == "b")
_, status = os.waitpid(child, 0)
print(os.waitstatus_to_exitcode(status), store.fixed_ids())
store.close()
"""
    assert output_of(code, tmp_path) == "1 {'a': 'b'}"


def output_of(code: str, folder: Path) -> str:
    finished = run_python(code, folder)
    assert finished.stderr == ""
    return finished.stdout.strip()


WRITER = """
import sys
from pathlib import Path
from taxii_server.clock import now_us
from taxii_server.storage.sqlite import open_store
from tests.storage.making import make_id, make_object, push
folder, first = Path(sys.argv[1]), int(sys.argv[2])
store = open_store(folder, now_us)
for n in range(first, first + 120, 3):
    push(store, *(make_object(make_id(k)) for k in range(n, n + 3)))
    store.record_failed_login("soc", "10.0.0.1", now_us())
store.close()
"""


def test_processes_that_write_at_once_lose_nothing(data: Path, sqlite: SQLiteStore) -> None:
    """INV-POLL, INV-DURABLE: no hole, no entry twice, dates in order, batches whole."""
    command = [sys.executable, "-c", WRITER, str(data)]
    writers = [
        subprocess.Popen([*command, str(first)], cwd=FOLDER, stderr=subprocess.PIPE, text=True)
        for first in (1_000, 2_000)
    ]
    while any(writer.poll() is None for writer in writers):
        page = read(sqlite)
        assert page.last_seq == page.count
        assert page.count % 3 == 0

    assert [writer.communicate(timeout=60)[1] for writer in writers] == ["", ""]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert read(sqlite).count == 240
    assert sqlite.facts().entries == 240
    assert sqlite.count_failed_logins("soc", "10.0.0.1", 0)[0] == 80

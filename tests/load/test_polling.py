"""INV-POLL and INV-DURABLE under load, and under ``kill -9`` (must show 4).

Four writers, one for each company, push, make new versions and delete; three
pollers follow one agency's feed, each in both views. Judged at the end: every
poller's list against a full walk, and the full walk against what the writers were
told. ``CLEARINGHOUSE_TEST_LOAD=quick`` is a tenth of it.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.checks import walk
from tests.load.writer import BATCH
from tests.support.coalitions import COMPANIES, everybody_shares
from tests.support.servers import DataFolder, RunningServer

ROOT = Path(__file__).parents[2]
QUICK = os.environ.get("CLEARINGHOUSE_TEST_LOAD", "full") == "quick"
OBJECTS = 2_000 if QUICK else 20_000
KILLED_OBJECTS = 1_000 if QUICK else 4_000
KILLS = 6 if QUICK else 32
WITHIN_S = 1_500  # a bound for a server that hangs, not a measure

Seen = list[list[Any]]
STREAMS: list[list[dict[str, Any]]] = [
    [
        {"style": "next", "version": "all", "form": "manifest", "limit": 73},
        {"style": "next", "version": None, "form": "objects", "limit": 50},
    ],
    [
        {"style": "after", "version": "all", "form": "manifest", "limit": 50},
        {"style": "after", "version": None, "form": "manifest", "limit": 91},
    ],
    [
        {"style": "either", "version": "all", "form": "objects", "limit": 60},
        {"style": "either", "version": None, "form": "manifest", "limit": 40},
        {"style": "either", "version": "all", "form": "manifest", "limit": 17},
    ],
]


class Load:
    """Writers and pollers on one server, and what each of them reported."""

    def __init__(self, server: RunningServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.supplied = {item[0] for item in self.final("for-cisa", "all")}
        self.stop_writing, self.stop_polling = folder / "enough", folder / "written"
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, batches: int, *, until_told: bool) -> None:
        """Start all processes."""
        for n, streams in enumerate(STREAMS):
            job: dict[str, Any] = {
                "path": "collections/for-cisa/",
                "streams": streams,
                "until": str(self.stop_polling),
            }
            self._start("poller", f"poller-{n}", "sub-cisa", {**job, "seed": n})
        for n, member in enumerate(COMPANIES):
            job = {"member": member, "batches": batches, "seed": 100 + n}
            if until_told:
                job["until"] = str(self.stop_writing)
            self._start("writer", f"writer-{member}", f"pub-{member}", job)

    def _start(self, module: str, name: str, client: str, job: dict[str, Any]) -> None:
        file = self.folder / f"{name}.job.json"
        authorization = self.server.client(client, token=True).authorization
        out = self.folder / f"{name}.out.json"
        common = {"port": self.server.port, "authorization": authorization, "out": str(out)}
        file.write_text(json.dumps({**job, **common}), encoding="utf-8")
        with (self.folder / f"{name}.log").open("wb") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", f"tests.load.{module}", str(file)],
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )

    def writing(self) -> bool:
        """Return whether any writer is still at work."""
        return any(p.poll() is None for n, p in self._running.items() if n.startswith("writer"))

    def finish(self, kind: str) -> list[dict[str, Any]]:
        """Wait for the processes of one kind and return their reports; they must succeed."""
        reports = []
        for name, process in self._running.items():
            if name.startswith(kind):
                code = process.wait(WITHIN_S)
                log = (self.folder / f"{name}.log").read_text(encoding="utf-8")
                assert code == 0, f"{name}:\n{log[-3000:]}"
                text = (self.folder / f"{name}.out.json").read_text(encoding="utf-8")
                reports.append(json.loads(text))
        return reports

    def kill_processes(self) -> None:
        """End whatever is left after a failure."""
        for process in self._running.values():
            if process.poll() is None:
                process.kill()
                process.wait(30)

    def final(self, alias: str, version: str | None) -> Seen:
        """Return a full walk of a collection's manifest: [id, version, date_added]."""
        client = self.server.client("auditor", token=True)
        query = {"limit": 1000} | ({} if version is None else {"match[version]": version})
        pages = walk(client, f"collections/{alias}/manifest/", **query)
        return [[o["id"], o["version"], o["date_added"]] for page in pages for o in page.objects]


@pytest.fixture
def load(tmp_path: Path) -> Any:
    """Yield a load on a fresh server of two workers."""
    folder = DataFolder.make(tmp_path / "data", everybody_shares())
    for member in COMPANIES:
        folder.add_client(f"pub-{member}", member, "publisher")
    folder.add_client("sub-cisa", "cisa", "subscriber")
    folder.add_client("auditor", None, "auditor")
    with RunningServer(folder, workers=2) as server:
        work = tmp_path / "work"
        work.mkdir()
        made = Load(server, work)
        yield made
        made.kill_processes()


def test_every_poller_sees_what_the_invariant_says(load: Load) -> None:
    """INV-POLL, T-PAG-07, T-PAG-08, T-SORT-06: nothing is lost, nothing comes out of order."""
    batches = OBJECTS // BATCH // len(COMPANIES)
    load.start(batches, until_told=False)

    written = load.finish("writer")
    load.stop_polling.touch()
    polled = load.finish("poller")

    assert sum(one["pushed"] for one in written) >= OBJECTS
    judge(load, written, polled)


def test_nothing_acknowledged_is_lost_when_processes_are_killed(load: Load) -> None:
    """INV-DURABLE, INV-POLL, T-STAT-15: ``kill -9`` of single workers and of everything."""
    choose = random.Random(7)
    load.start(KILLED_OBJECTS // BATCH // len(COMPANIES), until_told=True)

    kills = kill_at_random(load.server, choose, load.writing)
    load.stop_writing.touch()
    written = load.finish("writer")
    load.server.kill_all()
    load.server.start()
    load.stop_polling.touch()
    polled = load.finish("poller")

    assert kills >= KILLS
    judge(load, written, polled)


def kill_at_random(server: RunningServer, choose: random.Random, going: Callable[[], bool]) -> int:
    """Kill workers, and every third time the whole group, while the writers are at work."""
    kills = 0
    while kills < KILLS and going():
        time.sleep(choose.uniform(0.05, 1.2))
        if kills % 3 == 2:
            server.kill_all()
            server.start()
            kills += 1
        elif server.kill_worker(choose) is not None:
            kills += 1
    return kills


def judge(load: Load, written: list[dict[str, Any]], polled: list[dict[str, Any]]) -> None:
    """Compare writers, pollers and the server's final state."""
    every, latest = load.final("for-cisa", "all"), load.final("for-cisa", None)
    require_acknowledged(load, written, every, latest)
    require_statuses(load, written)
    for report in polled:
        for stream in report["streams"]:
            seen: Seen = stream["seen"]
            if stream["version"] is None:
                require_latest(seen, latest)
            elif stream["form"] == "manifest":
                require_every_entry_once_in_order(seen, every)
            else:
                require_in_order(seen, every)


def require_acknowledged(
    load: Load, written: list[dict[str, Any]], every: Seen, latest: Seen
) -> None:
    """INV-DURABLE: the feed and each submissions hold exactly what the writers were told."""
    told = {stix_id: versions for one in written for stix_id, versions in one["live"].items()}
    expected = {(stix_id, version) for stix_id in told for version in told[stix_id]}
    dated = [(i, None if i.startswith("url--") else v) for i, v, _ in every]
    held = [entry for entry in dated if entry[0] not in load.supplied]
    assert len(held) == len(set(held))
    assert set(held) == expected
    newest = {stix_id: max(map(str, versions)) for stix_id, versions in told.items()}
    shown = {i: "None" if i.startswith("url--") else v for i, v, _ in latest}
    assert {i: v for i, v in shown.items() if i not in load.supplied} == newest
    for member, report in zip(COMPANIES, written, strict=True):
        own = {
            (i, None if i.startswith("url--") else v)
            for i, v, _ in load.final(f"from-{member}", "all")
        }
        assert own == {(i, version) for i, vs in report["live"].items() for version in vs}


def require_statuses(load: Load, written: list[dict[str, Any]]) -> None:
    """INV-DURABLE, T-STAT-15: every acknowledged push can still be looked up, complete."""
    auditor = load.server.client("auditor", token=True)
    for report in written:
        for status_id in report["statuses"]:
            status = auditor.get(f"status/{status_id}/").json()
            assert (status["status"], status["failure_count"]) == ("complete", 0)


def require_every_entry_once_in_order(seen: Seen, every: Seen) -> None:
    """INV-POLL, match[version]=all: each live entry exactly once, dates strictly increasing."""
    assert all(a[2] < b[2] for a, b in pairwise(seen))
    live = {tuple(entry) for entry in every}
    assert [entry for entry in seen if tuple(entry) in live] == every


def require_in_order(seen: Seen, every: Seen) -> None:
    """INV-POLL without dates: the live entries are among those seen, in their order."""
    rest = iter((i, None if i.startswith("url--") else v) for i, v, _ in seen)
    for stix_id, version, _ in every:
        if not stix_id.startswith(("marking-definition--", "identity--", "extension-definition--")):
            wanted = (stix_id, None if stix_id.startswith("url--") else version)
            assert wanted in rest, wanted  # consumes what came before


def require_latest(seen: Seen, latest: Seen) -> None:
    """INV-POLL, default view: it ends with the latest version of every object."""
    ends: dict[str, str | None] = {}
    for stix_id, version, _ in seen:
        ends[stix_id] = version
    for stix_id, version, _ in latest:
        assert stix_id in ends, stix_id
        if ends[stix_id] is not None:
            assert ends[stix_id] == version, stix_id

"""A writer process: pushes, makes new versions, deletes, and remembers what was acknowledged.

``python -m tests.load.writer JOB.json``. Each step is repeated until the server
acknowledges it, so that the state written at the end is what the server must hold.
Steps are idempotent on purpose: versions only grow, a delete names its version.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

from tests.load.requesting import client_of
from tests.support.stix import Stix, envelope, make_indicator, make_url, newer

BATCH = 50
MOST = 20  # times the batches asked for, if the signal to end does not come


class Writer:
    """State of one writer: for each id the live versions, ``None`` for an object without one."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job
        self.random = random.Random(job["seed"])
        self.client = client_of(job)
        self.path = f"collections/from-{job['member']}/objects/"
        self.live: dict[str, list[str | None]] = {}
        self.seeds: dict[str, Stix] = {}
        self.versions: dict[str, int] = {}
        self.pushed = 0
        self.acknowledged = 0
        self.statuses: list[str] = []

    def run(self) -> None:
        """Write until the batches are done and, if the job says so, the signal is there."""
        wait_for = self.job.get("until")
        for n in range(self.job["batches"] * MOST):
            if n >= self.job["batches"] and (wait_for is None or Path(wait_for).exists()):
                break
            self.push()
            if n % 4 == 3:
                self.delete_some()
        report = {
            "live": self.live,
            "pushed": self.pushed,
            "acknowledged": self.acknowledged,
            "statuses": self.statuses,
            "retries": self.client.retries,
        }
        Path(self.job["out"]).write_text(json.dumps(report), encoding="utf-8")

    def push(self) -> None:
        """Push a batch: two thirds new objects, the rest new versions of what is there."""
        objects = [self._make() for _ in range(BATCH)]
        answer, _ = self.client.post(self.path, envelope(*objects))
        assert answer.status == 202, answer
        status = answer.json()
        assert status["status"] == "complete", status
        assert status["success_count"] == len(objects), status
        self.acknowledged += 1
        self.statuses.append(status["id"])
        self.pushed += len(objects)
        for stix in objects:
            self.live.setdefault(stix["id"], []).append(stix.get("modified"))

    def _make(self) -> Stix:
        dated = [one for one in self.live if one in self.seeds]
        if dated and self.random.random() < 0.35:
            stix_id = self.random.choice(dated[-400:])
            self.versions[stix_id] += 1
            return newer(self.seeds[stix_id], self.versions[stix_id])
        if self.random.random() < 0.1:
            return make_url()
        stix = make_indicator(name=f"{self.job['member']} {self.pushed}")
        self.seeds[stix["id"]], self.versions[stix["id"]] = stix, 0
        return stix

    def delete_some(self) -> None:
        """Delete a few objects whole, and a few single versions, the newest among them."""
        for stix_id in self.random.sample(list(self.live), min(6, len(self.live))):
            versions = self.live[stix_id]
            if len(versions) > 1 and self.random.random() < 0.7:
                gone = self.random.choice(sorted(versions, key=str)[-2:])
                self._delete(stix_id, {"match[version]": gone})
                versions.remove(gone)
            else:
                self._delete(stix_id, {})
                del self.live[stix_id]
                self.seeds.pop(stix_id, None)

    def _delete(self, stix_id: str, query: dict[str, Any]) -> None:
        answer, tried = self.client.delete(f"{self.path}{stix_id}/", query)
        gone_before = tried and answer.status == 404  # the first attempt was not acknowledged
        assert answer.status == 200 or gone_before, (answer, stix_id, query)
        self.acknowledged += 1


if __name__ == "__main__":
    Writer(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))).run()

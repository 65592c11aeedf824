"""A poller process: follows one feed in several ways at once and writes down what it saw.

``python -m tests.load.poller JOB.json``. A stream walks by ``next``, by
``added_after=<Last>`` or by either in turn. It ends when the job's signal is there
and nothing new has come twice since.
"""

from __future__ import annotations

import json
import random
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.load.requesting import Persistent, client_of

EPOCH = "1970-01-01T00:00:00.000000Z"
MOST = 200_000  # requests of one stream


@dataclass(slots=True)
class Stream:
    """One way of polling and what it has seen: [id, version, date_added or null]."""

    style: str  # next, after, either
    version: str | None  # match[version]
    form: str  # objects or manifest
    limit: int
    last: str = EPOCH
    token: str | None = None
    idle: int = 0
    seen: list[list[str | None]] = field(default_factory=list)

    def poll(self, client: Persistent, path: str, choose: random.Random) -> None:
        """Ask for one page and note it."""
        query: dict[str, Any] = {"limit": self.limit}
        if self.version is not None:
            query["match[version]"] = self.version
        by_token = self.style == "next" or (self.style == "either" and choose.random() < 0.5)
        if self.token is not None and by_token:
            query["next"] = self.token
        else:
            query["added_after"] = self.last
        answer = client.get(f"{path}{self.form}/", query)
        assert answer.status == 200, answer
        first, last = answer.dates
        assert first is not None
        assert last is not None
        page = answer.json()
        items = page.get("objects", [])
        if items:
            assert first > self.last, "a page began at or before the last date served"
        assert last >= self.last, "Last went back"
        self.last = last
        # A token of an added_after walk carries that filter; only a walk by next may go on with it.
        self.token = page["next"] if page.get("more") else None
        if "added_after" in query and self.token is not None and self.style == "after":
            self.token = None
        self.idle = 0 if items or page.get("more") else self.idle + 1
        for item in items:
            is_record = "date_added" in item  # an extension-definition has another version
            version = item["version"] if is_record else item.get("modified")
            self.seen.append([item["id"], version, item.get("date_added")])


def run(job: dict[str, Any]) -> None:
    """Poll every stream of the job in turn."""
    client = client_of(job)
    choose = random.Random(job["seed"])
    streams = [Stream(**one) for one in job["streams"]]
    for _ in range(MOST):
        ended = Path(job["until"]).exists()
        if not ended:
            for stream in streams:
                stream.idle = 0
        elif all(stream.idle >= 2 for stream in streams):
            break
        for stream in streams:
            stream.poll(client, job["path"], choose)
        if all(stream.idle for stream in streams):
            time.sleep(0.02)
    else:
        raise AssertionError("the poll did not drain")
    seen = [
        {"style": one.style, "version": one.version, "form": one.form, "seen": one.seen}
        for one in streams
    ]
    report = {"streams": seen, "retries": client.retries}
    Path(job["out"]).write_text(json.dumps(report), encoding="utf-8")


if __name__ == "__main__":
    run(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))

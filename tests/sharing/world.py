"""A coalition over a real store, without HTTP: what sharing does, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from taxii_server.access.principal import Principal, Role
from taxii_server.app import COALITION_FILE, init_data, open_services
from taxii_server.clock import parse_instant
from taxii_server.filters import ALL, LAST, ObjectFilter, VersionFilter
from taxii_server.services.adding import add_objects
from taxii_server.services.circles import admit_readers
from taxii_server.services.deleting import delete_object
from taxii_server.sharing.coalition import Collection
from taxii_server.storage.protocol import PageQuery

Stix = dict[str, Any]


class World:
    """Members push, delete and read by name; ``from-a`` and the like are collections."""

    def __init__(
        self,
        folder: Path,
        coalition: str,
        clock: Callable[[], int],
        files: Mapping[str, str] | None = None,
    ) -> None:
        source = folder / "coalition.toml"
        source.write_text(coalition, encoding="utf-8")
        self.data = folder / "data"
        self._clock = clock
        init_data(self.data, source, clock=clock)
        for name, text in (files or {}).items():
            (self.data / name).write_text(text, encoding="utf-8")
        self.services = open_services(self.data, clock=clock).services
        admit_readers(self.services, self.data / COALITION_FILE)

    def close(self) -> None:
        self.services.store.close()

    def restart(self, coalition: str) -> None:
        """Start again with another ``coalition.toml``."""
        self.close()
        (self.data / COALITION_FILE).write_text(coalition, encoding="utf-8")
        self.services = open_services(self.data, clock=self._clock).services
        admit_readers(self.services, self.data / COALITION_FILE)

    def collection(self, alias: str) -> Collection:
        """Return a collection by its alias."""
        return next(c for c in self.services.coalition.collections if c.alias == alias)

    def push(self, member: str, *objects: Stix, to: str | None = None) -> Stix:
        """Push as a publisher of ``member``; return the status resource."""
        body = json.dumps({"objects": list(objects)}).encode()
        record = add_objects(
            self.services,
            _publisher(member),
            self.collection(to or f"from-{member}"),
            body,
            received_us=self.services.clock(),
        )
        return dict(json.loads(record.body))

    def delete(
        self, member: str, stix_id: str, version: str | None = None, *, at: str | None = None
    ) -> None:
        """Delete as a publisher of ``member``; ``version`` is a keyword or a timestamp."""
        wanted = ObjectFilter(versions=None if version is None else _versions(version))
        collection = self.collection(at or f"from-{member}")
        delete_object(self.services, _publisher(member), collection, stix_id, wanted)

    def read(self, alias: str, *, versions: VersionFilter = LAST) -> list[Stix]:
        """Return what stands in a collection, less what the server supplies to every feed."""
        collection = self.collection(alias)
        query = PageQuery(collection.id, ObjectFilter(versions=versions), 0, 10_000, 1 << 30)
        found = json.loads(b"[" + self.services.store.read_page(query).text + b"]")
        return [each for each in found if each["id"] not in self._supplied]

    def log(self, alias: str) -> list[Stix]:
        """Return every live version in a collection, oldest entry first."""
        return self.read(alias, versions=ALL)

    def ids(self, alias: str) -> list[str]:
        """Return the ids that a poll of the collection ends with."""
        return [each["id"] for each in self.read(alias)]

    @property
    def _supplied(self) -> set[str]:
        query = PageQuery("library", ObjectFilter(), 0, 10_000, 1 << 30)
        page = self.services.store.read_page(query)
        return {each["id"] for each in json.loads(b"[" + page.text + b"]")}


def message(status: Stix, number: int = 0) -> str:
    """Return the message of one object of a status, successes before failures."""
    details = [*status.get("successes", ()), *status.get("failures", ())]
    return str(details[number].get("message", ""))


def _publisher(member: str) -> Principal:
    return Principal(f"pub-{member}", member, frozenset({Role.PUBLISHER}))


def _versions(text: str) -> VersionFilter:
    if text in {"first", "last", "all"}:
        return VersionFilter(**{text: True})
    return VersionFilter(instants=frozenset({parse_instant(text)}))

"""``import-medallion``: a data file of medallion becomes group collections of one owner.

Everything is read, validated and named first; then the store is written, one batch a
collection, then the statuses, and ``coalition.toml`` last, in one rename. Until that
rename nobody can reach any of it. If the process dies before, running the import
again finishes it: collections are not known yet, and what the store has of them
already is left as it stands. After it, a second run finds every collection there
and changes nothing.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from taxii_server.clock import format_us, instant_to_us, parse_instant
from taxii_server.errors import ConfigError
from taxii_server.services.context import Services
from taxii_server.services.importing.medallion_file import Finding, MedallionFile, Severity
from taxii_server.services.importing.objects import DatedCandidate, ImportPlanner, ObjectReader
from taxii_server.services.importing.tables import (
    CoalitionText,
    ImportRights,
    ImportTable,
    TableMaker,
    with_collections,
)
from taxii_server.services.statuses import status_text
from taxii_server.sharing.coalition import Collection
from taxii_server.storage.protocol import Batch, BatchKind, StatusRecord

_STATUS_ID = re.compile(r"[A-Za-z0-9._~-]{1,64}", re.ASCII)  # Get Status looks up no longer one
_LISTS = {"successes": "success_count", "failures": "failure_count", "pendings": "pending_count"}


@dataclass(frozen=True, slots=True)
class ImportedCollection:
    """A collection as it is now, and how many of the file's object versions it took."""

    root: str
    id: str
    alias: str
    title: str
    objects: int
    skipped: int


@dataclass(slots=True)
class ImportReport:
    """What an import did; nothing at all where ``collections`` is empty."""

    collections: list[ImportedCollection] = field(default_factory=list)
    statuses: int = 0
    findings: list[Finding] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return the report for programs."""
        return {
            "collections": [
                {
                    "root": c.root,
                    "id": c.id,
                    "alias": c.alias,
                    "title": c.title,
                    "objects": c.objects,
                    "skipped": c.skipped,
                }
                for c in self.collections
            ],
            "statuses": self.statuses,
            "findings": [
                {"severity": f.severity.value, "where": f.where, "what": f.what}
                for f in self.findings
            ],
        }


def import_collections(
    services: Services,
    coalition_file: Path,
    found: MedallionFile,
    rights: ImportRights,
    source: str,
) -> ImportReport:
    """Import everything in ``found`` that can be taken; report what cannot.

    Args:
        services: Of a data folder that no server uses at this time.
        coalition_file: The folder's ``coalition.toml``; tables are appended.
        found: The file's content. Untrusted.
        rights: Who owns, reads and writes what is imported.
        source: The file's name, for the comment above the tables.

    Raises:
        ConfigError: A name is no member or group, or ``coalition.toml`` cannot take
            the tables; nothing was changed.
        StorageUnavailableError: The store failed; run the import again.
    """
    text = CoalitionText.load(coalition_file)
    unknown = text.unknown_names(services.coalition, (*rights.readers, *rights.writers))
    if rights.owner not in services.coalition.names:
        raise ConfigError(coalition_file, [f"has no member {rights.owner!r}, who is to own it all"])
    if unknown:
        names = ", ".join(map(repr, unknown))
        raise ConfigError(coalition_file, [f"has no member or group {names}"])
    importing = _Importing(services, text, rights)
    return importing.run(found, source)


class _Importing:
    """One run: from what the file holds to what the store and ``coalition.toml`` hold."""

    def __init__(self, services: Services, text: CoalitionText, rights: ImportRights) -> None:
        self._services = services
        self._text = text
        self._rights = rights
        self._now_us = services.clock()
        self._report = ImportReport()

    def run(self, found: MedallionFile, source: str) -> ImportReport:
        report = self._report
        report.findings += found.findings
        maker = TableMaker(self._services.coalition, self._rights, self._services.store.fixed_ids())
        tables = self._acceptable(maker.tables(found))
        report.findings += maker.findings
        if not tables:
            return report
        collections = self._text.collections(tables)
        reader = ObjectReader(self._services, self._rights.owner, self._now_us)
        objects = [
            reader.read(table.source, collections[table.source.id].spec_versions)
            for table in tables
        ]
        report.findings += reader.findings
        statuses = list(self._statuses(found, {table.root for table in tables}))
        # Nothing was written until here.
        for table, valid in zip(tables, objects, strict=True):
            self._commit(table, collections, valid)
        self._services.store.put_statuses(statuses)
        report.statuses = len(statuses)
        comment = f"From {source}, by import-medallion at {format_us(self._now_us)}"
        _replace_file(self._text.path, self._text.with_tables(tables, _one_line(comment)))
        return report

    def _acceptable(self, tables: Sequence[ImportTable]) -> list[ImportTable]:
        """Return the tables of the API Roots at whose paths this server can answer."""
        self._text.collections([])
        by_root: dict[str, list[ImportTable]] = {}
        for table in tables:
            by_root.setdefault(table.root, []).append(table)
        accepted: list[ImportTable] = []
        for root, group in by_root.items():
            try:
                self._text.collections([*accepted, *group])
            except ConfigError as error:
                self._skip(f"/{root}/", "; ".join(error.problems))
            else:
                accepted += group
        return accepted

    def _commit(
        self,
        table: ImportTable,
        collections: Mapping[str, Collection],
        objects: Sequence[DatedCandidate],
    ) -> None:
        """Put the objects of one collection into the store, in one batch."""
        coalition = with_collections(self._services.coalition, collections.values())
        collection = collections[table.source.id]
        batch = Batch(BatchKind.IMPORT, collection.id, self._rights.owner, self._now_us)
        planner = ImportPlanner(coalition, collection, batch, objects)
        committed = self._services.store.commit(batch, planner)
        sources = {one.candidate.index: one.source for one in objects}
        taken = 0
        for outcome in committed.plan.outcomes:
            at = sources[outcome.index]
            if outcome.accepted and not outcome.message:
                taken += 1
            elif outcome.accepted:
                self._warn(at.where, f"{at.stix_id}: {outcome.message}; it stands once")
            else:
                self._skip(at.where, f"{at.stix_id}: {outcome.message}")
        total = len(table.source.objects)
        self._report.collections.append(
            ImportedCollection(
                table.root, collection.id, table.alias, table.title, taken, total - taken
            )
        )

    def _statuses(self, found: MedallionFile, roots: set[str]) -> Iterable[StatusRecord]:
        """Return the statuses of the imported API Roots; retention counts from now."""
        owner = self._rights.owner
        taken: set[str] = set()
        for root in found.roots:
            for status in root.statuses:
                where = f"{root.path}/status/{status['id']}"
                problem = _status_problem(status)
                known = self._services.store.get_status(str(status["id"]))
                if root.path not in roots:
                    problem = "belongs to an API Root that was not imported"
                elif status["id"] in taken or (
                    known is not None and (known.api_root, known.member) != (root.path, owner)
                ):
                    problem = "has the id of another status"
                if problem is not None:
                    self._skip(where, problem)
                    continue
                taken.add(str(status["id"]))
                if status["status"] == "pending":
                    self._warn(where, "is pending in the file and stays so; nothing completes it")
                text = status_text(_status_resource(status))
                yield StatusRecord(str(status["id"]), root.path, owner, self._now_us, text)

    def _skip(self, where: str, what: str) -> None:
        self._report.findings.append(Finding(Severity.SKIPPED, where, what))

    def _warn(self, where: str, what: str) -> None:
        self._report.findings.append(Finding(Severity.WARNING, where, what))


def _status_problem(status: Mapping[str, Any]) -> str | None:
    """Return why this is no status resource that a client could read (section 4.3.1)."""
    if not _STATUS_ID.fullmatch(str(status["id"])):
        return "has an id that is not at most 64 letters, digits and . _ ~ -"
    if status.get("status") not in {"complete", "pending"}:
        return "is neither complete nor pending"
    for name in ("total_count", *_LISTS.values()):
        count = status.get(name)
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            return f"has no {name}"
    if status["total_count"] != sum(status[name] for name in _LISTS.values()):
        return "has counts that do not add up to total_count"
    for name, count in _LISTS.items():
        details = status.get(name) or []
        if not isinstance(details, list) or not all(map(_is_detail, details)):
            return f"has {name} that are not a list of objects with id and version"
        if details and len(details) != status[count]:
            return f"has {len(details)} {name}, but {count} says {status[count]}"
    return None


def _is_detail(detail: object) -> bool:
    if not isinstance(detail, dict):
        return False
    texts = [detail.get("id"), detail.get("version"), detail.get("message", "")]
    return all(isinstance(text, str) for text in texts)


def _status_resource(status: Mapping[str, Any]) -> dict[str, Any]:
    """Return the resource in TAXII's form: six digits in times, no empty list."""
    names = ("id", "status", "total_count", *_LISTS, *_LISTS.values())
    resource = {name: status[name] for name in names if status.get(name) not in (None, [])}
    for name in _LISTS:
        if name in resource:
            resource[name] = [
                {key: detail[key] for key in ("id", "version", "message") if key in detail}
                for detail in resource[name]
            ]
    requested = status.get("request_timestamp")
    with suppress(ValueError):  # optional in the resource, so one that is no time is left out
        resource["request_timestamp"] = format_us(instant_to_us(parse_instant(str(requested))))
    return resource


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _replace_file(path: Path, text: str) -> None:
    """Replace a file so that after a crash it is wholly the old one or wholly the new one."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

"""What a DELETE takes back (TAXII 2.1 section 5.7, ``sharing.md`` section 6).

Only the deleter's own line falls. On submissions its versions leave every feed
that they alone supported, and the producer's lines of that id in every circle; the
newest version that remains is the latest again, by being appended again where it
stands. What was withdrawn is remembered by the line, so that an automatic re-send
does not undo a correction. Inside a circle a deleted version is simply gone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from taxii_server.clock import format_us, parse_instant
from taxii_server.errors import ForbiddenError, NotFoundError
from taxii_server.filters import ALL, ObjectFilter
from taxii_server.sharing.acceptance import WITHDRAWN, supplied_rank
from taxii_server.sharing.coalition import Coalition, Collection, CollectionKind
from taxii_server.sharing.knowledge import Knowledge, markings_of
from taxii_server.sharing.log import EVERYTHING, Draft, Logs
from taxii_server.sharing.policy import traits_of
from taxii_server.sharing.release import Fanout
from taxii_server.storage.protocol import SERVER, Batch, LineKey, LineState, Plan, PlanView, Support


class DeletePlanner:
    """Plans one DELETE of an object by the batch's producer; called by the store with its view."""

    def __init__(
        self,
        coalition: Coalition,
        collection: Collection,
        batch: Batch,
        stix_id: str,
        wanted: ObjectFilter,
    ) -> None:
        self._coalition = coalition
        self._collection = collection
        self._batch = batch
        self._line = LineKey(collection.id, batch.producer, stix_id)
        self._wanted = wanted

    def __call__(self, view: PlanView) -> Plan:
        """Return the plan.

        Raises:
            NotFoundError: There is no such object or version here (HTTP 404).
            ForbiddenError: It stands here, but nothing of it is the deleter's (HTTP 403).
        """
        ids = [self._line.stix_id]
        logs = Logs(view.entries_of(ids), view.lines_of(ids))
        own = self._held(logs, self._collection.id, self._line)
        if not own:
            if logs.live(self._collection.id, self._line.stix_id):
                raise ForbiddenError(
                    "This object was added by another member; nothing was deleted."
                )
            raise NotFoundError
        taken = self._selected(own)
        if not taken:
            raise NotFoundError
        self._fall(logs, self._line, own, taken)
        if self._collection.kind is CollectionKind.SUBMISSIONS:
            self._withdraw(logs, taken)
            self._promote(logs, view, own, taken)
        return logs.to_plan(self._coalition.policy.version)

    def _selected(self, own: Sequence[Draft]) -> list[Draft]:
        """Return what the filter names, judged among the line's own versions."""
        specs = self._wanted.spec_versions
        versions = self._wanted.versions or ALL
        among = [entry for entry in own if specs is None or entry.spec_version in specs]
        shown = among
        if specs is None and among:  # first and last are what GET shows by default (T-FLT-25)
            top = max(entry.spec_version for entry in among)
            shown = [entry for entry in among if entry.spec_version == top]
        return [
            entry
            for entry in among
            if versions.all
            or (versions.first and entry is shown[0])
            or (versions.last and entry is shown[-1])
            or version_here(entry) in versions.instants
        ]

    def _withdraw(self, logs: Logs, taken: Sequence[Draft]) -> None:
        """Take the versions out of every log, configured today or not.

        Feeds that the line released to hold them by the line itself; circles by the
        producer's own line there, under which the same versions fall.
        """
        digests = {entry.object.digest for entry in taken}
        versions = {entry.version for entry in taken} - {None}
        mark = newest_withdrawn(taken, self._line)
        self._mark(logs, self._line, mark)
        for log in logs.collections_of(self._line.stix_id):
            if log == self._collection.id:
                continue
            for line in (self._line, self._line._replace(collection=log)):
                held = self._held(logs, log, line)
                fallen = [
                    entry
                    for entry in held
                    if entry.object.digest in digests or entry.version in versions
                ]
                self._fall(logs, line, held, fallen)
                if fallen and line.collection == log:
                    self._mark(logs, line, mark)

    @staticmethod
    def _held(logs: Logs, log: str, line: LineKey) -> list[Draft]:
        """Return what the line holds in a log, less what the server supplied, oldest first."""
        entries = [e for e in logs.live(log, line.stix_id) if e.supported_by(line)]
        pushed = [entry for entry in entries if entry.object.owner != SERVER]
        return sorted(pushed, key=lambda entry: entry.supports[line].rank)

    @staticmethod
    def _fall(logs: Logs, line: LineKey, held: Sequence[Draft], fallen: Sequence[Draft]) -> None:
        """Take the line's support from ``fallen``; where its newest falls, renew the next."""
        for entry in fallen:
            logs.support(entry, Support(line, entry.supports[line].rank, live=False))
        gone = set(fallen)
        remaining = [entry for entry in held if entry not in gone]
        if remaining and held[-1] in gone:
            logs.renew(remaining[-1])

    def _promote(
        self, logs: Logs, view: PlanView, own: Sequence[Draft], taken: Sequence[Draft]
    ) -> None:
        """Release the newest remaining version to the feeds where it does not stand yet.

        Where it stands it becomes the latest again by itself; elsewhere section 5
        applies: it is the newest of its line now, and policy decides.
        """
        gone = set(taken)
        released = [entry for entry in own if entry.rule != WITHDRAWN]
        remaining = [entry for entry in released if entry not in gone]
        if not remaining or released[-1] not in gone:
            return
        supplied = supplied_rank(logs, self._coalition, self._line)
        if supplied is not None and supplied > remaining[-1].supports[self._line].rank:
            return
        newest = remaining[-1]
        content = json.loads(view.texts_of([newest.object])[newest.object])
        markings = markings_of(content)
        producer = self._line.producer
        known = Knowledge(Logs(view.entries_of(markings)), self._coalition, producer)
        statements = known.statements(markings)
        default = self._coalition.member(producer).default_marking
        Fanout(self._coalition, logs, self._batch).release(
            newest, traits_of(content, default, statements), newest.supports[self._line]
        )

    @staticmethod
    def _mark(logs: Logs, line: LineKey, mark: str) -> None:
        known = logs.line(line)
        before = (known.withdrawn if known else None) or ""
        logs.set_line(LineState(line, max(before, mark)))


def version_here(entry: Draft) -> str:
    """Return the instant that ``match[version]`` names this entry by in its collection."""
    return entry.version or parse_instant(format_us(entry.date_added_us))


def newest_withdrawn(taken: Sequence[Draft], line: LineKey) -> str:
    """Return the mark that a withdrawal of these entries leaves on the line."""
    if any(entry.version is None for entry in taken):
        return EVERYTHING
    return max(entry.supports[line].rank for entry in taken)

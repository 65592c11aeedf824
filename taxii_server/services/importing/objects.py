"""Objects of an import: read and validated, dated as the file dates them, planned.

They become lines of the owner in a group collection. What an import may not do is
what a push may not do: carry another member's identity (INV-AUTHOR), or bring into a
circle what the policy keeps from one of its readers (``sharing.md`` section 7).

An import keeps dates, which are unique and ascending in a log: of equal ones the
later in the manifest moves on by a microsecond. None lies ahead of the clock, since
a store that is dated ahead of its clock is refused at the next start.

Planning twice is the same as once: what the collection holds already is left as it
stands, so an import that was interrupted is finished by running it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stix_models.validation import validate, validate_common
from taxii_server.errors import UnprocessableError
from taxii_server.services.candidates import sentences, spec_version_of, stored_object
from taxii_server.services.context import Services
from taxii_server.services.envelope import read_envelope
from taxii_server.services.importing.medallion_file import (
    FileCollection,
    FileObject,
    Finding,
    Severity,
)
from taxii_server.sharing.acceptance import Acceptance, Candidate
from taxii_server.sharing.coalition import Coalition, Collection
from taxii_server.sharing.knowledge import Knowledge, markings_of
from taxii_server.sharing.log import Logs
from taxii_server.sharing.policy import circle_refusal, traits_of
from taxii_server.storage.protocol import (
    LIBRARY,
    Batch,
    LineState,
    Outcome,
    Plan,
    PlanView,
    Support,
)

IMPORTED = "builtin:import"


@dataclass(frozen=True, slots=True)
class DatedCandidate:
    """A valid object of the file, and the date that its entry gets."""

    candidate: Candidate
    source: FileObject
    date_added_us: int


class ObjectReader:
    """Reads the objects of one collection; keeps a finding for each that cannot be taken."""

    def __init__(self, services: Services, owner: str, now_us: int) -> None:
        self._services = services
        self._owner = owner
        self._now_us = now_us
        self.findings: list[Finding] = []

    def read(
        self, collection: FileCollection, spec_versions: frozenset[str]
    ) -> list[DatedCandidate]:
        """Return the valid objects in the order of their dates."""
        valid = []
        for index, source in enumerate(collection.objects):
            candidate = self._read(index, source, spec_versions)
            if candidate is not None:
                valid.append((candidate, source))
        dates = self._dates(collection.where, [source for _, source in valid])
        return [
            DatedCandidate(candidate, source, date_us)
            for (candidate, source), date_us in zip(valid, dates, strict=True)
        ]

    def _read(
        self, index: int, source: FileObject, spec_versions: frozenset[str]
    ) -> Candidate | None:
        try:
            (item,) = read_envelope(b'{"objects":[' + source.text.encode() + b"]}")
        except UnprocessableError as exc:
            self._skip(source, str(exc))
            return None
        problems = list(item.faults)
        content = item.value
        if content is not None and not problems:
            spec = spec_version_of(content)
            if spec not in spec_versions:
                self._skip(source, f"is STIX {spec}, which media_types does not list")
                return None
            problems = list(self._validate(content, spec))
        errors = [p for p in problems if p.severity == "error"]
        if content is None or errors:
            self._skip(source, sentences(errors))
            return None
        stored = stored_object(content, item.text, self._owner, self._services.coalition)
        return Candidate(index, stored, content)

    def _validate(self, content: Mapping[str, Any], spec: str) -> Sequence[Any]:
        if spec == "2.0":
            return validate_common(content)
        undeclared = self._services.limits.accept_undeclared_types
        return validate(content, accept_undeclared_types=undeclared)

    def _dates(self, where: str, sources: Sequence[FileObject]) -> list[int]:
        """Return ascending dates, each the file's own where that is possible."""
        dates: list[int] = []
        equal = ahead = early = 0
        last = 0
        for source in sources:
            wanted = self._now_us if source.date_added_us is None else source.date_added_us
            ahead += wanted > self._now_us
            early += wanted < 1
            inside = max(1, min(wanted, self._now_us))
            equal += inside == wanted and inside <= last and source.date_added_us is not None
            last = max(inside, last + 1)
            dates.append(last)
        for count, what in (
            (equal, "dates that were not later than the one before moved on by microseconds"),
            (ahead, "dates ahead of the clock moved back to the time of the import"),
            (early, "dates before 1970 moved on to 1970"),
        ):
            if count:
                self.findings.append(Finding(Severity.WARNING, where, f"{count} {what}"))
        return dates

    def _skip(self, source: FileObject, what: str) -> None:
        finding = Finding(Severity.SKIPPED, source.where, f"{source.stix_id}: {what}")
        self.findings.append(finding)


class ImportPlanner:
    """Plans the import of one collection; called by the store with its view."""

    def __init__(
        self,
        coalition: Coalition,
        collection: Collection,
        batch: Batch,
        objects: Sequence[DatedCandidate],
    ) -> None:
        self._coalition = coalition
        self._collection = collection
        self._batch = batch
        self._objects = objects
        self._default_marking = coalition.member(batch.producer).default_marking

    def __call__(self, view: PlanView) -> Plan:
        """Return the plan; ``outcomes`` say what became of each object."""
        candidates = [one.candidate for one in self._objects]
        ids = {candidate.stored.key.stix_id for candidate in candidates}
        ids |= {stix_id.lower() for stix_id in ids}
        markings = {marking for c in candidates for marking in markings_of(c.content)}
        self._logs = Logs(view.entries_of(ids | markings), view.lines_of(ids))
        self._acceptance = Acceptance(
            self._coalition, self._collection, self._batch, self._logs, view.batch_no
        )
        known = Knowledge(self._logs, self._coalition, self._batch.producer)
        self._statements = known.statements_with(markings, candidates, self._is_refused)
        outcomes = [self._import(one) for one in self._objects]
        return self._logs.to_plan(self._coalition.policy.version, lambda: outcomes)

    def _import(self, one: DatedCandidate) -> Outcome:
        candidate = one.candidate
        stored = candidate.stored
        line = self._acceptance.line(stored)
        for entry in self._logs.live(line.collection, line.stix_id):
            if not entry.supported_by(line):
                continue
            if entry.object.digest == stored.key.digest:
                return Outcome(candidate.index, True, "duplicate")
            if stored.version is not None and entry.version == stored.version:
                said = "version-conflict: this version stands earlier with other content"
                return Outcome(candidate.index, False, said)
        refusal = self._refusal(candidate, self._statements)
        if refusal is not None:
            return Outcome(candidate.index, False, refusal)
        if self._logs.line(line) is None:
            self._logs.set_line(LineState(line, None))
        support = Support(line, self._acceptance.rank(candidate))
        draft = self._logs.append(line.collection, stored, IMPORTED, support, one.date_added_us)
        return Outcome(candidate.index, True, "", entry=draft.position)

    def _is_refused(self, candidate: Candidate, statements: set[str]) -> bool:
        return self._refusal(candidate, statements) is not None

    def _refusal(self, candidate: Candidate, statements: set[str]) -> str | None:
        """Return why the owner may not bring this object here."""
        verdict = self._acceptance.authorship(candidate)
        if verdict is not None and not self._repeats_what_is_supplied(candidate):
            return verdict.message
        traits = traits_of(candidate.content, self._default_marking, statements)
        refused = circle_refusal(
            traits, self._batch.producer, self._collection.readers, self._coalition.policy
        )
        return None if refused is None else f"not-for-this-circle: {refused.sentence}"

    def _repeats_what_is_supplied(self, candidate: Candidate) -> bool:
        """Return whether this is a definition of the server, word for word.

        Nothing would be added by a push of it; but circles do not begin with what is
        supplied, and a collection of medallion that holds it keeps it.
        """
        key = candidate.stored.key
        owner = self._coalition.reserved.get(key.stix_id.lower(), self._batch.producer)
        supplied = self._logs.live(LIBRARY, key.stix_id)
        return owner == self._batch.producer and any(
            entry.object.digest == key.digest for entry in supplied
        )

"""Add Objects (TAXII 2.1 section 5.5): from a request body to a durable status.

Each object is read, validated and judged on its own: a bad one gets its failure,
its neighbours are stored. Validation happens before the store's write lock is
taken; authorship and release are planned under it (``sharing.release``).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from stix_models.deterministic import has_own_id
from stix_models.identifiers import is_identifier
from stix_models.problems import Problem
from stix_models.rules import unknown_extensions
from stix_models.validation import validate, validate_common
from taxii_server.access.principal import Principal
from taxii_server.clock import format_us, parse_instant
from taxii_server.services.candidates import (
    MAX_PROBLEMS,
    sentence,
    sentences,
    spec_version_of,
    stored_object,
)
from taxii_server.services.context import Services
from taxii_server.services.envelope import EnvelopeItem, read_envelope
from taxii_server.services.statuses import StatusDetail, complete_status, status_text
from taxii_server.sharing.acceptance import Candidate
from taxii_server.sharing.audience import audience_problems
from taxii_server.sharing.coalition import Collection
from taxii_server.sharing.release import PushPlanner
from taxii_server.storage.protocol import (
    Batch,
    BatchKind,
    Committed,
    Outcome,
    StatusRecord,
)

DEADLINE_US = 60_000_000
"""A push that has waited this long for its turn is given up; nothing of it is stored."""


def add_objects(
    services: Services,
    principal: Principal,
    collection: Collection,
    body: bytes,
    *,
    received_us: int,
) -> StatusRecord:
    """Store what is valid, release what policy names, and return the status.

    Args:
        services: The coalition and its store.
        principal: A publisher who may write here; permissions are already checked.
        collection: The collection pushed to.
        body: The decoded request body. Untrusted input, bounded in length.
        received_us: When the request arrived.

    Raises:
        UnprocessableError: The body is not an envelope with objects (HTTP 422).
        StorageUnavailableError: Nothing was stored (HTTP 503).
    """
    member = principal.member
    if member is None:
        raise ValueError("a client without a member has nothing to publish for")
    adding = _Adding(services, collection, member, received_us)
    candidates = adding.read(read_envelope(body))
    batch = Batch(BatchKind.PUSH, collection.id, member, received_us)
    planner = PushPlanner(
        services.coalition,
        collection,
        batch,
        candidates,
        names_recipients=services.limits.status_names_recipients,
    )
    status_id = services.new_id()
    records: list[StatusRecord] = []

    def make_status(committed: Committed) -> StatusRecord:
        resource = complete_status(status_id, received_us, adding.details(committed))
        text = status_text(resource)
        records.append(StatusRecord(status_id, collection.root, member, services.clock(), text))
        return records[-1]

    services.store.commit(
        batch,
        planner,
        make_status,
        deadline_us=received_us + DEADLINE_US,
    )
    return records[-1]


class _Adding:
    """One push while it is read: its valid candidates, and the failures so far."""

    def __init__(
        self, services: Services, collection: Collection, member: str, received_us: int
    ) -> None:
        self._services = services
        self._collection = collection
        self._member = member
        self._received_us = received_us
        self._failures: list[StatusDetail] = []
        self._candidates: dict[int, Candidate] = {}

    def read(self, items: Sequence[EnvelopeItem]) -> list[Candidate]:
        """Return the valid objects, in the order sent; keep a failure for each other one."""
        for item in items:
            problems = list(item.faults)
            if not problems and item.value is not None:
                problems = self._validate(item.value)
            errors = [problem for problem in problems if problem.severity == "error"]
            if item.value is None or errors:
                self._fail(item, errors)
            else:
                warnings = tuple(f"warning: {sentence(p)}" for p in problems)
                coalition = self._services.coalition
                stored = stored_object(item.value, item.text, self._member, coalition)
                self._candidates[item.index] = Candidate(
                    item.index,
                    stored,
                    item.value,
                    warnings[:MAX_PROBLEMS],
                    frozenset(unknown_extensions(item.value)),
                )
        return list(self._candidates.values())

    def details(self, committed: Committed) -> list[StatusDetail]:
        """Return what became of every object of the push."""
        outcomes = committed.plan.outcomes
        return [*self._failures, *(self._detail(o, committed.dates_us) for o in outcomes)]

    def _validate(self, content: Mapping[str, Any]) -> list[Problem]:
        spec = spec_version_of(content)
        if spec not in self._collection.spec_versions:
            stored = " and ".join(sorted(self._collection.spec_versions))
            problem = f"this collection stores STIX {stored}; set spec_version accordingly"
            return [Problem("/spec_version", "spec-version", "error", problem)]
        limits = self._services.limits
        if spec == "2.0":
            found = list(validate_common(content))
            return [*found, *audience_problems(content, self._services.coalition)]
        found = list(validate(content, accept_undeclared_types=limits.accept_undeclared_types))
        if any(problem.severity == "error" for problem in found):
            return found
        found += audience_problems(content, self._services.coalition)
        if _has_shared_id(content) and not self._has_id_of_its_own(content):
            problem = "a deterministic id may be used by others too (STIX 2.1 section 2.9)"
            severity: Literal["error", "warning"]
            severity = "warning" if limits.accept_shared_ids else "error"
            found.append(Problem("/id", "shared-id", severity, problem))
        return found

    def _has_id_of_its_own(self, content: Mapping[str, Any]) -> bool:
        """Return whether the id is made of an identity that is the pusher's alone."""
        signed_by = str(content.get("created_by_ref")).lower()
        owner = self._services.coalition.reserved.get(signed_by)
        return owner == self._member and has_own_id(content)

    def _fail(self, item: EnvelopeItem, errors: Sequence[Problem]) -> None:
        content = item.value or {}
        stix_id = content.get("id")
        known = isinstance(stix_id, str) and is_identifier(stix_id)
        self._failures.append(
            StatusDetail(
                item.index,
                str(stix_id) if known else f"objects/{item.index}",
                _version_text(content) or format_us(self._received_us),
                accepted=False,
                message=sentences(errors),
            )
        )

    def _detail(self, outcome: Outcome, dates_us: Sequence[int]) -> StatusDetail:
        candidate = self._candidates[outcome.index]
        version = candidate.stored.version_text
        if version is None:
            version = format_us(self._entry_date(outcome, dates_us))
        return StatusDetail(
            outcome.index,
            candidate.stored.key.stix_id,
            version,
            outcome.accepted,
            outcome.message,
        )

    def _entry_date(self, outcome: Outcome, dates_us: Sequence[int]) -> int:
        """Return the date that is an unversioned object's version where it was pushed to."""
        # A writer that does not read a circle may not learn whether others were there
        # before: a date of the log would tell, so it gets its own request's, always.
        if self._member not in self._collection.readers:
            return self._received_us
        if outcome.entry is not None:
            return dates_us[outcome.entry]
        return self._received_us if outcome.date_added_us is None else outcome.date_added_us


def _has_shared_id(content: Mapping[str, Any]) -> bool:
    """Return whether an object with dates has a name-based id, which STIX leaves to SCOs."""
    if "created" not in content or content.get("type") == "marking-definition":
        return False
    return uuid.UUID(str(content["id"]).rpartition("--")[2]).version == 5


def _version_text(content: Mapping[str, Any]) -> str | None:
    for name in ("modified", "created"):
        text = content.get(name)
        if isinstance(text, str):
            try:
                parse_instant(text)
            except ValueError:
                continue
            return text
    return None

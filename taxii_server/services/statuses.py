"""Status resources: what became of each pushed object (TAXII 2.1 section 4.3.1).

A status is written once, with the batch it describes, as the JSON text that every
later request gets: a complete status never changes (T-STAT-10).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from taxii_server.clock import format_us
from taxii_server.services.context import Services


@dataclass(frozen=True, slots=True)
class StatusDetail:
    """What became of one object (section 4.3.1, ``status-details``)."""

    index: int  # in the envelope
    id: str
    version: str
    accepted: bool
    message: str

    def to_resource(self) -> Mapping[str, str]:
        """Return the ``status-details`` object; an empty message is left out."""
        resource = {"id": self.id, "version": self.version}
        return {**resource, "message": self.message} if self.message else resource


def complete_status(
    status_id: str, received_us: int, details: Sequence[StatusDetail]
) -> Mapping[str, Any]:
    """Return the ``status`` resource of a push that is wholly done.

    Lists keep the order of the envelope; an empty one is left out (section 2).
    """
    ordered = sorted(details, key=lambda detail: detail.index)
    successes = [detail.to_resource() for detail in ordered if detail.accepted]
    failures = [detail.to_resource() for detail in ordered if not detail.accepted]
    resource: dict[str, Any] = {
        "id": status_id,
        "status": "complete",
        "request_timestamp": format_us(received_us),
        "total_count": len(ordered),
        "success_count": len(successes),
        "failure_count": len(failures),
        "pending_count": 0,
    }
    if successes:
        resource["successes"] = successes
    if failures:
        resource["failures"] = failures
    return resource


def forget_expired(services: Services) -> int:
    """Delete the statuses whose retention has passed, and return how many.

    Raises:
        StorageUnavailableError: Nothing was deleted; the next time will do.
    """
    return services.store.delete_statuses(services.clock() - services.limits.status_retention_us)


def status_text(resource: Mapping[str, Any]) -> bytes:
    """Return the JSON text of a status resource."""
    return orjson.dumps(resource)

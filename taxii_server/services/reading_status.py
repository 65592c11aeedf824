"""Get Status (TAXII 2.1 section 4.3): what a push came to, for as long as it is kept."""

from __future__ import annotations

from taxii_server.access.permissions import may_read_status
from taxii_server.access.principal import Principal
from taxii_server.errors import NotFoundError
from taxii_server.services.context import Services
from taxii_server.storage.protocol import StatusRecord

_MAX_ID = 64  # characters; a longer one is not looked up


def get_status(
    services: Services, principal: Principal, api_root: str, status_id: str
) -> StatusRecord:
    """Return the status resource, byte for byte what the push was answered with.

    Args:
        services: The store and how long a status is kept.
        principal: Who asks.
        api_root: The API Root that the request names.
        status_id: Untrusted input.

    Raises:
        NotFoundError: Unknown, expired, of another API Root, or not for this
            principal (A-26); the answer does not say which (HTTP 404).
    """
    record = services.store.get_status(status_id) if len(status_id) <= _MAX_ID else None
    if (
        record is None
        or record.api_root != api_root
        or not may_read_status(principal, services.coalition, record.member)
        or record.completed_us + services.limits.status_retention_us < services.clock()
    ):
        raise NotFoundError
    return record

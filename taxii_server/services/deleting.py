"""Delete Object (TAXII 2.1 section 5.7): takes the deleter's own line back."""

from __future__ import annotations

from taxii_server.access.principal import Principal
from taxii_server.filters import ObjectFilter
from taxii_server.services.adding import DEADLINE_US
from taxii_server.services.context import Services
from taxii_server.sharing.coalition import Collection
from taxii_server.sharing.withdrawal import DeletePlanner
from taxii_server.storage.protocol import Batch, BatchKind


def delete_object(
    services: Services,
    principal: Principal,
    collection: Collection,
    stix_id: str,
    wanted: ObjectFilter,
) -> None:
    """Delete the versions that ``wanted`` names, all of them by default (A-11).

    Permissions are already checked (``require_deletable``).

    Raises:
        NotFoundError: No such object or version of the deleter's is here (HTTP 404).
        ForbiddenError: It is here, but another member added it (HTTP 403).
        StorageUnavailableError: Nothing was deleted (HTTP 503).
    """
    member = principal.member
    if member is None:
        raise ValueError("a client without a member has nothing to delete")
    now_us = services.clock()
    batch = Batch(BatchKind.DELETE, collection.id, member, now_us)
    services.store.commit(
        batch,
        DeletePlanner(services.coalition, collection, batch, stix_id, wanted),
        deadline_us=now_us + DEADLINE_US,
    )

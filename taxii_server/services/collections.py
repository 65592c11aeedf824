"""Get Collections and Get a Collection (TAXII 2.1 sections 5.1 and 5.2).

A collection answers to its id and its alias. One that a principal may not see
does not exist for it: not in the list, and 404 under either name.
"""

from __future__ import annotations

from taxii_server.access.permissions import may_read, may_see, may_write
from taxii_server.access.principal import Principal
from taxii_server.errors import NotFoundError
from taxii_server.resources import Resource, collection_resource, collections_resource
from taxii_server.services.context import Services
from taxii_server.sharing.coalition import Collection


def get_collections(services: Services, principal: Principal, api_root: str) -> Resource:
    """Return the collections of one API Root that the principal sees, by id (T-COL-04)."""
    seen = [
        collection
        for collection in services.coalition.collections
        if collection.root == api_root and may_see(principal, collection)
    ]
    seen.sort(key=lambda collection: collection.id)
    return collections_resource([get_collection(principal, found) for found in seen])


def get_collection(principal: Principal, collection: Collection) -> Resource:
    """Return one collection as the principal sees it."""
    return collection_resource(
        collection,
        can_read=may_read(principal, collection),
        can_write=may_write(principal, collection),
    )


def require_visible_collection(
    services: Services, principal: Principal, api_root: str, name: str
) -> Collection:
    """Return the collection of this id or alias, if the principal may see it.

    Args:
        services: The coalition.
        principal: Who asks.
        api_root: The API Root that the request names.
        name: An id or alias. Untrusted input.

    Raises:
        NotFoundError: There is none, or it is hidden (HTTP 404).
    """
    for collection in services.coalition.collections:
        if (
            name in {collection.id, collection.alias}
            and collection.root == api_root
            and may_see(principal, collection)
        ):
            return collection
    raise NotFoundError

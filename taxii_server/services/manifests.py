"""Get Object Manifests and Get Object Versions (TAXII 2.1 sections 5.3 and 5.8)."""

from __future__ import annotations

from taxii_server.filters import Query
from taxii_server.services.context import Services
from taxii_server.services.pages import ListedPage, Listing, read_listing
from taxii_server.sharing.coalition import Collection
from taxii_server.storage.protocol import PageForm


def get_object_manifests(services: Services, collection: Collection, query: Query) -> ListedPage:
    """Return the manifest records of what Get Objects returns for the same query.

    Raises:
        InvalidParameterError: A parameter is malformed (HTTP 400).
    """
    return read_listing(services, Listing(collection, PageForm.MANIFEST), query)


def get_object_versions(
    services: Services, collection: Collection, stix_id: str, query: Query
) -> ListedPage:
    """Return the versions of one object, oldest ``date_added`` first (A-20).

    Raises:
        InvalidParameterError: A parameter is malformed (HTTP 400).
        NotFoundError: No version of it is here (HTTP 404).
    """
    return read_listing(services, Listing(collection, PageForm.VERSIONS, stix_id), query)

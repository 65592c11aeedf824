"""Get Objects and Get an Object (TAXII 2.1 sections 5.4 and 5.6).

Adding and deleting are use cases of their own, see ``adding`` and ``deleting``.
"""

from __future__ import annotations

from taxii_server.filters import Query
from taxii_server.services.context import Services
from taxii_server.services.pages import ListedPage, Listing, read_listing
from taxii_server.sharing.coalition import Collection
from taxii_server.storage.protocol import PageForm


def get_objects(services: Services, collection: Collection, query: Query) -> ListedPage:
    """Return one page of a collection that the principal may read, as an envelope.

    Raises:
        InvalidParameterError: A parameter is malformed (HTTP 400).
    """
    return read_listing(services, Listing(collection, PageForm.OBJECTS), query)


def get_object(
    services: Services, collection: Collection, stix_id: str, query: Query
) -> ListedPage:
    """Return versions of one object, the latest by default.

    Raises:
        InvalidParameterError: A parameter is malformed (HTTP 400).
        NotFoundError: No version of it is here, whatever the filters say (HTTP 404, A-03).
    """
    return read_listing(services, Listing(collection, PageForm.OBJECTS, stix_id), query)

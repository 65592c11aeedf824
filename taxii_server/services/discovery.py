"""Server Discovery and Get API Root Information (TAXII 2.1 sections 4.1 and 4.2).

URLs are made from the configured base URL, never from what a request says of
itself (A-17): a client behind a wrong Host header must not be sent elsewhere.
"""

from __future__ import annotations

from taxii_server.access.permissions import may_see_root
from taxii_server.access.principal import Principal
from taxii_server.errors import NotFoundError
from taxii_server.resources import Resource, api_root_resource, discovery_resource
from taxii_server.services.context import Services


def get_discovery(services: Services, principal: Principal) -> Resource:
    """Return the discovery resource with the API Roots that the principal sees."""
    coalition = services.coalition
    seen = [root for root in coalition.roots if may_see_root(principal, coalition, root)]
    return discovery_resource(coalition.title, [_root_url(services, root) for root in seen])


def get_api_root(services: Services, api_root: str) -> Resource:
    """Return the API Root resource. Whether it may be seen is already checked."""
    coalition = services.coalition
    title = coalition.title if api_root == coalition.api_root else api_root or "API Root"
    return api_root_resource(title, services.limits.max_content_length)


def require_visible_root(services: Services, principal: Principal, api_root: str) -> None:
    """Return if the API Root exists for the principal. Raises ``NotFoundError`` (404)."""
    if not may_see_root(principal, services.coalition, api_root):
        raise NotFoundError


def _root_url(services: Services, root: str) -> str:
    return f"{services.base_url}/{root}/" if root else f"{services.base_url}/"

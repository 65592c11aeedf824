"""``GET …/{collection}/manifest/``: Get Object Manifests (TAXII 2.1 section 5.3)."""

from __future__ import annotations

from flask import Blueprint, Response

from taxii_server.access.permissions import require_readable
from taxii_server.http import context
from taxii_server.http.requests import query, require_acceptable_request
from taxii_server.http.responses import page_response
from taxii_server.services import manifests

blueprint = Blueprint("manifests", __name__)


@blueprint.get("/collections/<collection>/manifest/")
def get_object_manifests(**_route: str) -> Response:
    """Answer Get Object Manifests."""
    services, collection = context.server().services, context.collection()
    require_readable(context.principal(), collection)
    require_acceptable_request()
    return page_response(manifests.get_object_manifests(services, collection, query()))

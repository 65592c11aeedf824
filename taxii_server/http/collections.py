"""``GET /{api-root}/collections/`` and ``…/{id}/`` (TAXII 2.1 sections 5.1 and 5.2)."""

from __future__ import annotations

from flask import Blueprint, Response

from taxii_server.http import context
from taxii_server.http.requests import require_acceptable_request
from taxii_server.http.responses import taxii_response
from taxii_server.services import collections

blueprint = Blueprint("collections", __name__)


@blueprint.get("/collections/")
def get_collections(api_root: str) -> Response:
    """Answer Get Collections."""
    require_acceptable_request()
    services = context.server().services
    return taxii_response(collections.get_collections(services, context.principal(), api_root))


@blueprint.get("/collections/<collection>/")
def get_collection(**_route: str) -> Response:
    """Answer Get a Collection."""
    require_acceptable_request()
    return taxii_response(collections.get_collection(context.principal(), context.collection()))

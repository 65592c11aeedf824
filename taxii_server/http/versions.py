"""``GET …/objects/{id}/versions/``: Get Object Versions (TAXII 2.1 section 5.8)."""

from __future__ import annotations

from flask import Blueprint, Response

from taxii_server.access.permissions import require_readable
from taxii_server.http import context
from taxii_server.http.requests import query, require_acceptable_request
from taxii_server.http.responses import page_response
from taxii_server.services import manifests

blueprint = Blueprint("versions", __name__)


@blueprint.get("/collections/<collection>/objects/<stix_id>/versions/")
def get_object_versions(stix_id: str, **_route: str) -> Response:
    """Answer Get Object Versions."""
    services, collection = context.server().services, context.collection()
    require_readable(context.principal(), collection)
    require_acceptable_request()
    return page_response(manifests.get_object_versions(services, collection, stix_id, query()))

"""``GET /{api-root}/``: Get API Root Information (TAXII 2.1 section 4.2)."""

from __future__ import annotations

from flask import Blueprint, Response

from taxii_server.http import context
from taxii_server.http.requests import require_acceptable_request
from taxii_server.http.responses import taxii_response
from taxii_server.services import discovery

blueprint = Blueprint("api_roots", __name__)


@blueprint.get("/")
def get_api_root(api_root: str) -> Response:
    """Answer Get API Root Information."""
    require_acceptable_request()
    return taxii_response(discovery.get_api_root(context.server().services, api_root))

"""``GET /taxii2/``: Server Discovery (TAXII 2.1 section 4.1)."""

from __future__ import annotations

from flask import Blueprint, Response

from taxii_server.http import context
from taxii_server.http.requests import require_acceptable_request
from taxii_server.http.responses import taxii_response
from taxii_server.services import discovery

blueprint = Blueprint("discovery", __name__)


@blueprint.get("/taxii2/")
def get_discovery() -> Response:
    """Answer Server Discovery."""
    require_acceptable_request()
    return taxii_response(discovery.get_discovery(context.server().services, context.principal()))

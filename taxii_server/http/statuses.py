"""``GET /{api-root}/status/{id}/``: Get Status (TAXII 2.1 section 4.3)."""

from __future__ import annotations

from flask import Blueprint, Response

from taxii_server.http import context
from taxii_server.http.requests import require_acceptable_request
from taxii_server.http.responses import taxii_response
from taxii_server.services import reading_status

blueprint = Blueprint("statuses", __name__)


@blueprint.get("/status/<status_id>/")
def get_status(api_root: str, status_id: str) -> Response:
    """Answer Get Status with the bytes that the push was answered with."""
    require_acceptable_request()
    services = context.server().services
    status = reading_status.get_status(services, context.principal(), api_root, status_id)
    return taxii_response(status.body)

"""``…/{collection}/objects/`` and ``…/objects/{id}/`` (TAXII 2.1 sections 5.4 to 5.7).

Each view translates the request, calls its use case and translates back. The
order of the lines is the order of checks (T-ERR-09).
"""

from __future__ import annotations

import orjson
from flask import Blueprint, Response, request

from taxii_server.access.permissions import (
    require_deletable,
    require_readable,
    require_writable,
)
from taxii_server.filters import parse_delete_filter
from taxii_server.http import context
from taxii_server.http.bodies import parse_body_source, read_body
from taxii_server.http.requests import query, require_acceptable_request
from taxii_server.http.responses import page_response, taxii_response
from taxii_server.media_types import require_taxii_content
from taxii_server.services import adding, deleting, objects

blueprint = Blueprint("objects", __name__)


@blueprint.get("/collections/<collection>/objects/")
def get_objects(**_route: str) -> Response:
    """Answer Get Objects."""
    services, collection = context.server().services, context.collection()
    require_readable(context.principal(), collection)
    require_acceptable_request()
    return page_response(objects.get_objects(services, collection, query()))


@blueprint.post("/collections/<collection>/objects/")
def add_objects(**_route: str) -> Response:
    """Answer Add Objects."""
    server, principal, collection = context.server(), context.principal(), context.collection()
    require_writable(principal, collection)
    require_acceptable_request()
    require_taxii_content(request.headers.get("Content-Type"), accept_json=server.accept_json)
    source = parse_body_source(request.environ)
    services = server.services
    with server.bodies.hold(principal.name):
        body = read_body(source, services.limits.max_content_length)
        with server.bodies.work_on(body):
            # Received when it is here: a slow sender does not use up the push's deadline.
            received_us = services.clock()
            status = adding.add_objects(
                services, principal, collection, body, received_us=received_us
            )
    counted = orjson.loads(status.body)
    server.metrics.count_push(counted["success_count"], counted["failure_count"])
    return taxii_response(status.body, 202)


@blueprint.get("/collections/<collection>/objects/<stix_id>/")
def get_object(stix_id: str, **_route: str) -> Response:
    """Answer Get an Object."""
    services, collection = context.server().services, context.collection()
    require_readable(context.principal(), collection)
    require_acceptable_request()
    return page_response(objects.get_object(services, collection, stix_id, query()))


@blueprint.delete("/collections/<collection>/objects/<stix_id>/")
def delete_object(stix_id: str, **_route: str) -> Response:
    """Answer Delete an Object, without a body (A-27)."""
    services, principal, collection = (
        context.server().services,
        context.principal(),
        context.collection(),
    )
    require_deletable(principal, collection)
    require_acceptable_request()
    wanted = parse_delete_filter(query())
    deleting.delete_object(services, principal, collection, stix_id, wanted)
    return taxii_response(b"")

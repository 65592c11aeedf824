"""Health, readiness and metrics: for the machines that keep a server running.

The first two need no credentials and tell nothing but yes or no. Metrics are for
operators, who read no content.
"""

from __future__ import annotations

from flask import Blueprint, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from taxii_server.access.principal import Role
from taxii_server.errors import ForbiddenError
from taxii_server.http import context

blueprint = Blueprint("monitoring", __name__)


@blueprint.get("/healthz/")
def get_health() -> Response:
    """Answer that this process serves."""
    return _json(b'{"status":"alive"}')


@blueprint.get("/readyz/")
def get_readiness() -> Response:
    """Answer that the store can be read and written, or 503."""
    context.server().readiness.require()
    return _json(b'{"status":"ready"}')


@blueprint.get("/metrics/")
def get_metrics() -> Response:
    """Answer a scrape by an operator."""
    if Role.OPERATOR not in context.principal().roles:
        raise ForbiddenError("Metrics are for operators.")
    text = context.server().metrics.exposition()
    return Response(text, content_type=CONTENT_TYPE_LATEST)


def _json(body: bytes) -> Response:
    return Response(body, content_type="application/json")

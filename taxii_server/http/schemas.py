"""``GET /schemas/<name>.json``: the extension set's JSON Schemas, served to anybody.

They are the same in every coalition, so they tell nothing about this one.
"""

from __future__ import annotations

from flask import Blueprint, Response

from taxii_server.services.schemas import schema_index, schema_text

blueprint = Blueprint("schemas", __name__)


@blueprint.get("/schemas/")
def get_schemas() -> Response:
    """Answer with the list of schemas."""
    return Response(schema_index(), content_type="application/json")


@blueprint.get("/schemas/<name>.json/")
def get_schema(name: str) -> Response:
    """Answer with one schema."""
    return Response(schema_text(name), content_type="application/schema+json")

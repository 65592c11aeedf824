"""``GET /openapi.json``: an OpenAPI 3.1 description of every endpoint, served to anybody.

It describes the coalition's own API Root only: the paths of further roots are
nobody's business but their members'. Tests generate requests from it, so a status
code or a property that does not occur, or is missing, is found.
"""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response

from taxii_server import __doc__ as summary
from taxii_server.filters import MAX_MATCH_IDS
from taxii_server.http import context
from taxii_server.http.openapi_schemas import SCHEMAS, reference
from taxii_server.media_types import CT, TAXII

Json = dict[str, Any]

blueprint = Blueprint("openapi", __name__)

_DATES = {
    f"X-TAXII-Date-Added-{which}": {
        "description": f"date_added of the {which.lower()} item of this page",
        "schema": reference("timestamp"),
    }
    for which in ("First", "Last")
}
_ERRORS = {
    400: "A query parameter is malformed, repeated or contradictory",
    401: "No valid credentials",
    403: "The collection is visible, but this is not allowed",
    404: "Absent, or not visible to you",
    406: "Accept allows no media type of TAXII 2.1",
    413: "The body is larger than max_content_length",
    415: "The Content-Type or Content-Encoding is not one that is read",
    422: "The body is not a TAXII envelope with objects",
    429: "Too many failed logins, or too many bodies at once",
    503: "The store did not answer in time",
}
_ALWAYS = (401, 404, 406, 429, 503)
_BELOW_COLLECTION = (400, 401, 403, 404, 406, 429, 503)


@blueprint.get("/openapi.json/")
def get_openapi() -> Response:
    """Answer with the description."""
    coalition = context.server().services.coalition
    document = openapi_document(coalition.title, coalition.api_root)
    return Response(orjson.dumps(document), content_type="application/json")


def openapi_document(title: str, api_root: str) -> Json:
    """Return the OpenAPI description for a coalition's own API Root."""
    root = f"/{api_root}" if api_root else ""
    collection = root + "/collections/{collection}"
    in_collection, of_object = [_path("collection")], [_path("collection"), _path("object_id")]
    paths = {
        "/taxii2/": {"get": _get("get_discovery", "discovery", _ALWAYS)},
        root + "/": {"get": _get("get_api_root", "api-root", _ALWAYS)},
        root + "/status/{status_id}/": {
            "parameters": [_path("status_id")],
            "get": _get("get_status", "status", _ALWAYS),
        },
        root + "/collections/": {"get": _get("get_collections", "collections", _ALWAYS)},
        collection + "/": {
            "parameters": in_collection,
            "get": _get("get_collection", "collection", _ALWAYS),
        },
        collection + "/manifest/": {
            "parameters": in_collection,
            "get": _list("get_object_manifests", "manifest", _OBJECTS_FILTERS),
        },
        collection + "/objects/": {
            "parameters": in_collection,
            "get": _list("get_objects", "envelope", _OBJECTS_FILTERS),
            "post": _add_objects(),
        },
        collection + "/objects/{object_id}/": {
            "parameters": of_object,
            "get": _list("get_object", "envelope", _OBJECT_FILTERS),
            "delete": _delete_object(),
        },
        collection + "/objects/{object_id}/versions/": {
            "parameters": of_object,
            "get": _list("get_object_versions", "versions", _VERSIONS_FILTERS),
        },
        **_monitoring_paths(),
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "2.1", "summary": (summary or "").strip()},
        "security": [{"basic": []}, {"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _query(name: str, schema: Json, description: str) -> Json:
    return {"name": name, "in": "query", "schema": schema, "description": description}


_TEXTS: Json = {"type": "string", "pattern": "^[a-z0-9.-]+(,[a-z0-9.-]+)*$", "maxLength": 2000}
_PAGING = [
    _query(
        "added_after",
        {"type": "string", "format": "date-time"},
        "Only what was added strictly later",
    ),
    _query("limit", {"type": "integer", "minimum": 1}, "Most items of one page"),
    _query(
        "next",
        {"type": "string", "pattern": "^[A-Za-z0-9_-]*$", "maxLength": 2048},
        "The value of next of the page before; other filters may be left out or must be equal",
    ),
]
_SPEC_VERSION = _query("match[spec_version]", _TEXTS, "STIX versions; the latest unless given")
_VERSION = _query(
    "match[version]",
    {
        "anyOf": [
            {"enum": ["all", "first", "last", "first,last"]},
            {"type": "string", "format": "date-time"},
        ]
    },
    "all, or a list of first, last and versions; last unless given",
)
_VERSIONS_FILTERS = [*_PAGING, _SPEC_VERSION]
_OBJECT_FILTERS = [*_VERSIONS_FILTERS, _VERSION]
_OBJECTS_FILTERS = [
    *_OBJECT_FILTERS,
    _query("match[id]", _TEXTS, f"STIX ids, at most {MAX_MATCH_IDS}"),
    _query("match[type]", _TEXTS, "STIX types"),
]


def _path(name: str) -> Json:
    described = {
        "collection": "The collection's id or alias",
        "object_id": "A STIX id",
        "name": "The name of a schema, such as narrative",
        "status_id": "The id of the status that a push was answered with",
    }
    schema = {"type": "string", "minLength": 1}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": schema,
        "description": described[name],
    }


def _body(schema: str, media_type: str = CT) -> Json:
    return {media_type: {"schema": reference(schema)}}


def _errors(statuses: tuple[int, ...]) -> Json:
    found: Json = {
        str(status): {"description": _ERRORS[status], "content": _body("error")}
        for status in statuses
    }
    if "429" in found:
        retry = {"schema": {"type": "integer"}, "description": "Seconds to wait"}
        found["429"]["headers"] = {"Retry-After": retry}
    return found


def _get(operation: str, schema: str, errors: tuple[int, ...]) -> Json:
    answer = {"description": "The resource", "content": _body(schema)}
    return {"operationId": operation, "responses": {"200": answer, **_errors(errors)}}


def _list(operation: str, schema: str, filters: list[Json]) -> Json:
    described = _get(operation, schema, _BELOW_COLLECTION)
    described["responses"]["200"]["headers"] = _DATES
    return {**described, "parameters": filters}


def _add_objects() -> Json:
    media_types = (CT, TAXII, "application/stix+json;version=2.1", "application/json")
    content = {name: {"schema": reference("new-envelope")} for name in media_types}
    answer = {"description": "What became of each object", "content": _body("status")}
    errors = _errors((401, 403, 404, 406, 413, 415, 422, 429, 503))
    return {
        "operationId": "add_objects",
        "requestBody": {"required": True, "content": content},
        "responses": {"202": answer, **errors},
    }


def _delete_object() -> Json:
    answer = {"description": "Deleted; no body"}
    return {
        "operationId": "delete_object",
        "parameters": [_VERSION, _SPEC_VERSION],
        "responses": {"200": answer, **_errors(_BELOW_COLLECTION)},
    }


def _monitoring_paths() -> Json:
    def public(
        operation: str,
        description: str,
        errors: Json | None = None,
        media_type: str = "application/json",
    ) -> Json:
        content = {media_type: {"schema": {"type": "object"}}}
        answer = {"description": description, "content": content}
        responses = {"200": answer, **(errors or {})}
        return {"get": {"operationId": operation, "security": [], "responses": responses}}

    text = {"text/plain": {"schema": {"type": "string"}}}
    figures = {"200": {"description": "For operators: figures", "content": text}}
    return {
        "/healthz": public("get_health", "The process serves"),
        "/readyz": public("get_readiness", "The store answers", _errors((503,))),
        "/openapi.json": public("get_openapi", "This description"),
        "/schemas": public("get_schemas", "The names of the extension set's JSON Schemas"),
        "/schemas/{name}.json": {
            "parameters": [_path("name")],
            **public(
                "get_schema", "A JSON Schema (2020-12)", _errors((404,)), "application/schema+json"
            ),
        },
        "/metrics": {
            "get": {
                "operationId": "get_metrics",
                "responses": {**figures, **_errors((401, 403, 429, 503))},
            }
        },
    }

"""The TAXII 2.1 resources as JSON schemas, for the OpenAPI description.

As strict as what is sent: every property of ours is listed, lists are never empty.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def reference(name: str) -> Json:
    """Return a reference to one of ``SCHEMAS``."""
    return {"$ref": f"#/components/schemas/{name}"}


def _resource(required: Json, optional: Json | None = None) -> Json:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def _list_of(items: Json) -> Json:
    return {"type": "array", "items": items, "minItems": 1}


_TEXT: Json = {"type": "string"}
_TITLE: Json = {"type": "string", "minLength": 1}
_COUNT: Json = {"type": "integer", "minimum": 0}
_FLAG: Json = {"type": "boolean"}

_PAGE: Json = {"more": _FLAG, "next": {"type": "string", "minLength": 1, "maxLength": 2048}}
_DETAILS = _list_of(reference("status-details"))

SCHEMAS: Json = {
    "timestamp": {
        "type": "string",
        "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$",
    },
    "error": _resource(
        {"title": _TITLE, "http_status": {"type": "string", "pattern": "^[45][0-9][0-9]$"}},
        {
            "description": _TEXT,
            "error_id": _TEXT,
            "error_code": _TEXT,
            "details": {"type": "object"},
        },
    ),
    "discovery": _resource(
        {"title": _TITLE},
        {"default": {"type": "string"}, "api_roots": _list_of({"type": "string"})},
    ),
    "api-root": _resource(
        {
            "title": _TITLE,
            "versions": _list_of(_TEXT),
            "max_content_length": {"type": "integer", "minimum": 1},
        }
    ),
    "status": _resource(
        {
            "id": _TEXT,
            "status": {"enum": ["complete", "pending"]},
            "total_count": _COUNT,
            "success_count": _COUNT,
            "failure_count": _COUNT,
            "pending_count": _COUNT,
        },
        {
            "request_timestamp": reference("timestamp"),
            "successes": _DETAILS,
            "failures": _DETAILS,
            "pendings": _DETAILS,
        },
    ),
    "status-details": _resource({"id": _TEXT, "version": _TEXT}, {"message": _TEXT}),
    "collection": _resource(
        {"id": _TEXT, "title": _TITLE, "can_read": _FLAG, "can_write": _FLAG},
        {"alias": _TEXT, "media_types": _list_of(_TEXT), "description": _TEXT},
    ),
    "collections": _resource({}, {"collections": _list_of(reference("collection"))}),
    "manifest-record": _resource(
        {"id": _TEXT, "date_added": reference("timestamp"), "version": _TEXT},
        {"media_type": _TEXT},
    ),
    "manifest": _resource({}, {**_PAGE, "objects": _list_of(reference("manifest-record"))}),
    "versions": _resource({}, {**_PAGE, "versions": _list_of(_TEXT)}),
    "envelope": _resource({}, {**_PAGE, "objects": _list_of({"type": "object"})}),
    "new-envelope": {
        "type": "object",
        "properties": {"objects": _list_of({"description": "STIX objects; another is a failure"})},
        "required": ["objects"],
    },
}

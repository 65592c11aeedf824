"""The JSON Schemas of the extension set: read once, the same for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import orjson

from stix_models.schema_files import SCHEMA_NAMES, schema
from taxii_server.errors import NotFoundError


def schema_text(name: str) -> bytes:
    """Return a schema as JSON text. Raises ``NotFoundError`` for any other name."""
    found = _texts().get(name)
    if found is None:
        raise NotFoundError
    return found


def schema_index() -> bytes:
    """Return the list of schemas as JSON text."""
    return orjson.dumps({"schemas": [f"/schemas/{name}.json" for name in SCHEMA_NAMES]})


@cache
def _texts() -> Mapping[str, bytes]:
    return {name: orjson.dumps(schema(name), option=orjson.OPT_INDENT_2) for name in SCHEMA_NAMES}

"""Minimal STIX for the client's tests; each test names only what it is about."""

from __future__ import annotations

import json
from typing import Any

from taxii_server.client.bundles import StixText, read_objects

DAY = "2020-09-14T00:00:00.000Z"


def make_id(number: int, stix_type: str = "note") -> str:
    """Return an id that is told apart by its number."""
    return f"{stix_type}--{number:08x}-0000-4000-8000-000000000000"


def make_object(number: int, stix_type: str = "note", **properties: Any) -> dict[str, Any]:
    """Return an object with dates."""
    dates = {"created": DAY, "modified": DAY}
    return {"type": stix_type, "id": make_id(number, stix_type), **dates, **properties}


def as_text(*things: dict[str, Any]) -> list[StixText]:
    """Return objects as the client reads them."""
    return read_objects(json.dumps({"objects": list(things)}), "test") if things else []

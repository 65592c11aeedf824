"""Indicators of about 600 bytes for the comparison: every server gets the same ones."""

from __future__ import annotations

import json
from typing import Any

STAMP = "2020-09-01T00:00:00.000Z"
FILLING = "Seen on accounts that posted the same text within the same minute. " * 3


def make_indicator(n: int, series: int) -> dict[str, Any]:
    """Return the ``n``-th indicator of a series; another series has other ids."""
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{n:08x}-0000-4000-8000-{series:012x}",
        "created": STAMP,
        "modified": STAMP,
        "name": f"Landing page {n}",
        "description": FILLING,
        "indicator_types": ["malicious-activity"],
        "pattern": f"[url:value = 'https://{n}.example/landing']",
        "pattern_type": "stix",
        "valid_from": STAMP,
        "labels": ["inauthentic", "link-in-bio"],
    }


def make_envelope(first: int, count: int, series: int) -> bytes:
    """Return a TAXII envelope of ``count`` indicators."""
    objects = [make_indicator(n, series) for n in range(first, first + count)]
    return json.dumps({"objects": objects}).encode()

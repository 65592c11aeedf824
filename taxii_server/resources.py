"""TAXII 2.1 resources as JSON values, under the specification's property names.

A list that would be empty is left out, never ``[]`` (section 2); so is every
property that has no value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from taxii_server.media_types import CT
from taxii_server.sharing.coalition import Collection

Resource = Mapping[str, Any]


def discovery_resource(title: str, api_roots: Sequence[str]) -> Resource:
    """Return the ``discovery`` resource (section 4.1.1); the first API Root is the default."""
    if not api_roots:
        return {"title": title}
    return {"title": title, "default": api_roots[0], "api_roots": list(api_roots)}


def api_root_resource(title: str, max_content_length: int) -> Resource:
    """Return the ``api-root`` resource (section 4.2.1).

    Args:
        title: For people.
        max_content_length: bytes of a decoded request body.
    """
    return {"title": title, "versions": [CT], "max_content_length": max_content_length}


def collection_resource(collection: Collection, *, can_read: bool, can_write: bool) -> Resource:
    """Return the ``collection`` resource (section 5.2.1) as one requester sees it."""
    return {
        "id": collection.id,
        "title": collection.title,
        "alias": collection.alias,
        "can_read": can_read,
        "can_write": can_write,
        "media_types": list(collection.media_types),
    }


def collections_resource(found: Sequence[Resource]) -> Resource:
    """Return the ``collections`` resource (section 5.1.1)."""
    return {"collections": list(found)} if found else {}

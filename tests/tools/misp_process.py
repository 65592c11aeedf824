"""What misp-stix makes of a bundle; runs in the tools' environment.

``python misp_process.py BUNDLE`` prints JSON. misp-stix is imported only then: this file
is looked at in the other environment too.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_ORIGINAL = re.compile(r"Original UUID was: ([0-9a-f-]{36})")
_ANY_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def import_bundle(bundle: Path) -> dict[str, Any]:
    """Convert as the command line of misp-stix does: one MISP event a report or grouping."""
    from misp_stix_converter import stix_2_to_misp

    with tempfile.TemporaryDirectory() as folder:
        done = stix_2_to_misp(bundle, debug=True, output_dir=Path(folder))
        events = [json.loads(Path(file).read_text(encoding="utf-8")) for file in done["results"]]
    said = [text for texts in done.get("errors", {}).values() for text in texts]
    return {
        "success": done.get("success"),
        "events": len(events),
        "messages": dict(Counter(_ANY_UUID.sub("ID", text) for text in said)),
        "uuids": sorted(set(_uuids(events))),
        "clusters": sorted(_values(events, "GalaxyCluster", "value")),
        "tags": sorted(_values(events, "Tag", "name")),
        "references": len({_reference(item) for item in _named(events, "ObjectReference")}),
        "sightings": len(_values(events, "Sighting", "uuid")),
    }


def _uuids(events: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the UUIDs of events, attributes and objects, and those they had in STIX."""
    for event in events:
        yield event["uuid"]
    for kind in ("Attribute", "Object", "EventReport", "Note", "Opinion"):
        for item in _named(events, kind):
            yield item["uuid"]
            yield from _ORIGINAL.findall(str(item.get("comment", "")))


def _reference(item: dict[str, Any]) -> tuple[str, ...]:
    """Return what makes a reference: several events may hold it."""
    return tuple(item[key] for key in ("object_uuid", "relationship_type", "referenced_uuid"))


def _values(found_in: Any, kind: str, key: str) -> set[str]:
    return {item[key] for item in _named(found_in, kind) if key in item}


def _named(value: Any, kind: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of every list of this name, at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == kind and isinstance(inner, list):
                yield from inner
            yield from _named(inner, kind)
    elif isinstance(value, list):
        for item in value:
            yield from _named(item, kind)


if __name__ == "__main__":
    print(json.dumps(import_bundle(Path(sys.argv[1]))))

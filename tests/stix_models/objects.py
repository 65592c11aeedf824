"""Valid STIX 2.1 objects for tests: one of every type that the standard defines."""

from __future__ import annotations

import json
from typing import Any

import stix2
from hypothesis import strategies as st

UUID = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
TIME = "2016-05-12T08:17:27.000Z"
LATER = "2017-05-12T08:17:27.000Z"
IDENTITY = f"identity--{UUID}"
FILE = f"file--{UUID}"

V21 = stix2.v21

MINIMAL: dict[str, dict[str, Any]] = {
    "attack-pattern": {"name": "a"},
    "campaign": {"name": "a"},
    "course-of-action": {"name": "a"},
    "grouping": {"context": "unspecified", "object_refs": [FILE]},
    "identity": {"name": "a"},
    "incident": {"name": "a"},
    "indicator": {"pattern": "[url:value = 'x']", "pattern_type": "stix", "valid_from": TIME},
    "infrastructure": {"name": "a"},
    "intrusion-set": {"name": "a"},
    "location": {"country": "us"},
    "malware": {"is_family": False},
    "malware-analysis": {"product": "a", "result": "benign"},
    "note": {"content": "a", "object_refs": [FILE]},
    "observed-data": {
        "first_observed": TIME,
        "last_observed": TIME,
        "number_observed": 1,
        "object_refs": [FILE],
    },
    "opinion": {"opinion": "agree", "object_refs": [FILE]},
    "report": {"name": "a", "published": TIME, "object_refs": [FILE]},
    "threat-actor": {"name": "a"},
    "tool": {"name": "a"},
    "vulnerability": {"name": "a"},
    "relationship": {"relationship_type": "uses", "source_ref": FILE, "target_ref": FILE},
    "sighting": {"sighting_of_ref": f"campaign--{UUID}"},
    "extension-definition": {
        "name": "a",
        "schema": "a",
        "version": "1.0.0",
        "extension_types": ["new-sdo"],
        "created_by_ref": IDENTITY,
    },
    "language-content": {"object_ref": FILE, "contents": {"de": {"name": "a"}}},
    "artifact": {"payload_bin": "aGk="},
    "autonomous-system": {"number": 1},
    "directory": {"path": "/"},
    "domain-name": {"value": "example.com"},
    "email-addr": {"value": "a@example.com"},
    "email-message": {"is_multipart": False},
    "file": {"name": "a"},
    "ipv4-addr": {"value": "192.0.2.1"},
    "ipv6-addr": {"value": "2001:db8::1"},
    "mac-addr": {"value": "d2:fb:49:24:37:18"},
    "mutex": {"name": "a"},
    "network-traffic": {"protocols": ["tcp"], "src_ref": f"ipv4-addr--{UUID}"},
    "process": {"pid": 1},
    "software": {"name": "a"},
    "url": {"value": "https://example.com/"},
    "user-account": {"user_id": "1"},
    "windows-registry-key": {"key": "HKEY_LOCAL_MACHINE\\a"},
    "x509-certificate": {"issuer": "a"},
}
"""The required properties of each type, and one where one of several is required."""

CLASSES: dict[str, Any] = {**V21.OBJ_MAP, **V21.OBJ_MAP_OBSERVABLE}
OBSERVABLES = frozenset(V21.OBJ_MAP_OBSERVABLE)


def make(type_name: str, **properties: Any) -> dict[str, Any]:
    """Return a valid object of a type; ``None`` as a property leaves it out."""
    common = {"type": type_name, "id": f"{type_name}--{UUID}", "spec_version": "2.1"}
    if type_name not in OBSERVABLES:
        common |= {"created": TIME, "modified": TIME}
    merged = {**common, **MINIMAL.get(type_name, {}), **properties}
    return {name: value for name, value in merged.items() if value is not None}


def valid_objects() -> st.SearchStrategy[dict[str, Any]]:
    """Make objects of every type, checked and written out by the stix2 library."""
    return st.sampled_from(sorted(MINIMAL)).flatmap(_objects_of)


def _objects_of(type_name: str) -> st.SearchStrategy[dict[str, Any]]:
    texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
    optional: dict[str, st.SearchStrategy[Any]] = {
        "x_note": texts,
        "x_list": st.lists(texts, min_size=1, max_size=3),
        "x_number": st.floats(allow_nan=False, allow_infinity=False),
        "object_marking_refs": st.just([stix2.TLP_GREEN.id]),
        "granular_markings": st.just([{"selectors": ["id"], "marking_ref": stix2.TLP_RED.id}]),
    }
    if type_name not in OBSERVABLES:
        optional |= {
            "labels": st.lists(texts, min_size=1, max_size=3),
            "confidence": st.integers(0, 100),
            "lang": st.sampled_from(["en", "de-AT", "zh-Hans"]),
            "revoked": st.booleans(),
            "created_by_ref": st.uuids(version=4).map(lambda u: f"identity--{u}"),
            "external_references": st.lists(
                st.builds(lambda a, b: {"source_name": a, "description": b}, texts, texts),
                min_size=1,
                max_size=2,
            ),
        }
    return st.fixed_dictionaries({}, optional=optional).map(lambda more: _written(type_name, more))


def _written(type_name: str, more: dict[str, Any]) -> dict[str, Any]:
    properties = {**make(type_name), **more}
    made = CLASSES[type_name](allow_custom=True, **properties)
    written: dict[str, Any] = json.loads(made.serialize())
    return written

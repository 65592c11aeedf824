"""The compiled JSON Schemas of STIX 2.1's own types.

They are the OASIS schemas inside of the ``stix2-validator`` package, read from
its folder without importing it (the import costs most of a second), changed
where ``relaxations`` and ``patches`` say, and compiled by ``jsonschema-rs`` at a
type's first use. Patterns run in a linear-time engine, so no input can make one
slow. A reference that is not in the package is an error, never a download.
"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema_rs

from stix_models.patches import PATCHES, Patch
from stix_models.relaxations import COMMON, REPLACED, Schema, oasis

_META = {
    "extension-definition": "common/extension-definition",
    "language-content": "common/language-content",
    "marking-definition": "common/marking-definition",
}
_TYPES = {
    **dict.fromkeys(
        (
            *("attack-pattern", "campaign", "course-of-action", "grouping", "identity"),
            *("incident", "indicator", "infrastructure", "intrusion-set", "location"),
            *("malware", "malware-analysis", "note", "observed-data", "opinion", "report"),
            *("threat-actor", "tool", "vulnerability"),
        ),
        "sdos",
    ),
    **dict.fromkeys(("relationship", "sighting"), "sros"),
    **dict.fromkeys(
        (
            *("artifact", "autonomous-system", "directory", "domain-name", "email-addr"),
            *("email-message", "file", "ipv4-addr", "ipv6-addr", "mac-addr", "mutex"),
            *("network-traffic", "process", "software", "url", "user-account"),
            *("windows-registry-key", "x509-certificate"),
        ),
        "observables",
    ),
}
SCHEMA_OF_TYPE: Mapping[str, str] = {
    **_META,
    **{name: f"{folder}/{name}" for name, folder in _TYPES.items()},
}
"""Schema name of each of STIX 2.1's own types."""

_lock = threading.Lock()
_compiled: dict[str, jsonschema_rs.Validator] = {}
_loaded: dict[str, Schema] = {}


def validator_of(type_name: str) -> jsonschema_rs.Validator | None:
    """Return the compiled schema of a STIX 2.1 type, or ``None`` for any other type."""
    name = SCHEMA_OF_TYPE.get(type_name)
    if name is None:
        return None
    return _compiled.get(name) or _compile(name)


def common_validator() -> jsonschema_rs.Validator:
    """Return the compiled schema of the common properties."""
    return _compiled.get("common") or _compile("common")


def load_oasis_schemas() -> dict[str, Schema]:
    """Return the schemas as shipped, by name such as ``sdos/campaign``.

    Raises:
        FileNotFoundError: The ``stix2-validator`` package has no STIX 2.1 schemas.
    """
    spec = find_spec("stix2validator")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package stix2-validator is not installed")
    folder = Path(spec.origin).parent / "schemas-2.1" / "schemas"
    found = {
        file.relative_to(folder).with_suffix("").as_posix(): json.loads(file.read_bytes())
        for file in sorted(folder.glob("*/*.json"))
    }
    if not found:
        raise FileNotFoundError("the package stix2-validator ships no STIX 2.1 schemas")
    return found


def apply_patch(schema: Schema, patch: Patch) -> bool:
    """Change one place of a schema; return whether its parent exists."""
    *parents, last = patch.path
    place: Any = schema
    try:
        for step in parents:
            place = place[step]
    except (KeyError, IndexError, TypeError):
        return False
    if isinstance(place, list):
        place.append(patch.value)
    elif patch.value is None:
        place.pop(last, None)
    else:
        place[last] = copy.deepcopy(patch.value)
    return True


def _compile(name: str) -> jsonschema_rs.Validator:
    with _lock:
        if name not in _compiled:
            schemas = _relaxed_schemas()
            schema = COMMON if name == "common" else schemas[name]
            registry = jsonschema_rs.Registry(
                [(found["$id"], found) for found in schemas.values()],
                draft=jsonschema_rs.Draft202012,
                retriever=_retrieve_nothing,
            )
            _compiled[name] = jsonschema_rs.Draft202012Validator(
                schema,
                registry=registry,
                retriever=_retrieve_nothing,
                validate_formats=False,
                mask="the value",
                pattern_options=jsonschema_rs.RegexOptions(),
            )
        return _compiled[name]


def _relaxed_schemas() -> dict[str, Schema]:
    if not _loaded:
        schemas = load_oasis_schemas()
        for name, replacement in REPLACED.items():
            kept = {key: schemas[name][key] for key in ("$id", "$schema")}
            schemas[name] = {**kept, **replacement}
        for patch in PATCHES:
            apply_patch(schemas[patch.schema], patch)
        for name, schema in schemas.items():
            if name not in REPLACED:
                _type_references(schema)
        _loaded.update(schemas)
    return _loaded


def _type_references(schema: Any) -> None:
    """Make every ``*_ref`` and ``*_refs`` an identifier; drop the checks that validation has.

    The schemas of observables still have plain texts there, from STIX 2.0.
    """
    if isinstance(schema, list):
        for item in schema:
            _type_references(item)
    if not isinstance(schema, dict):
        return
    properties = schema.get("properties")
    if isinstance(properties, dict):
        for name, found in properties.items():
            if name.endswith("_ref") and _is_any_text(found):
                properties[name] = oasis("identifier")
            elif name.endswith("_refs") and _is_any_text(found.get("items")):
                found["items"] = oasis("identifier")
        if "pattern" in properties.get("id", {}):
            del properties["id"]  # that the id begins with the type
    for value in schema.values():
        _type_references(value)


def _is_any_text(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "string" and "pattern" not in schema


def _retrieve_nothing(uri: str) -> Any:
    raise LookupError(f"{uri[:100]} is not among the packaged schemas")

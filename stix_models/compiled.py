"""The compiled JSON Schemas of STIX 2.1's own types and of the extension set's.

The first are the OASIS schemas inside of the ``stix2-validator`` package, read from
its folder without importing it (the import costs most of a second), changed
where ``relaxations`` and ``patches`` say; the second (``schemas/``) build on them.
Each is compiled by ``jsonschema-rs`` at a type's first use. Patterns run in a
linear-time engine, so no input can make one slow. A reference that is in neither
package is an error, never a download.
"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema_rs

from stix_models import schema_files
from stix_models.flawless import Test, flaw_test
from stix_models.flawless_schemas import flawless_schema, strict_copy
from stix_models.patches import PATCHES, Patch
from stix_models.references import REFERS_TO
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
    **{name: f"set/{name}" for name in schema_files.OBJECT_TYPES},
}
"""Schema name of each type that has a schema: STIX 2.1's own and the set's."""

_OBSERVABLES = frozenset(
    {f"set/{schema_files.MEDIA_CONTENT}"}
    | {name for name in SCHEMA_OF_TYPE.values() if name.startswith("observables/")}
)

_lock = threading.RLock()
_compiled: dict[str, jsonschema_rs.Validator] = {}
_loaded: dict[str, Schema] = {}


def validator_of(type_name: str) -> jsonschema_rs.Validator | None:
    """Return the compiled schema of a type of STIX 2.1 or the set, or ``None`` for another."""
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


class _Flawless(dict[str, Test | None]):
    """What ``FLAWLESS`` is; a look-up compiles what is not there yet."""

    def __missing__(self, type_name: str) -> Test | None:
        name = f"flawless/{type_name}"
        if type_name not in SCHEMA_OF_TYPE or name not in _relaxed_schemas():
            return None  # not kept: the name is the sender's
        self[type_name] = flaw_test(type_name, _compile(name).is_valid)
        return self[type_name]


FLAWLESS: Mapping[str, Test | None] = _Flawless()
"""The test that objects without a flaw pass, by type; ``None`` if the type has none."""


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
                validate_formats=name.startswith("flawless/"),
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
        for name in schema_files.SCHEMA_NAMES:
            schemas[f"set/{name}"] = schema_files.schema(name)
        for name, schema in schemas.items():
            if name not in REPLACED:
                _type_references(schema, REFERS_TO.get(name, {}))
        _loaded.update({**schemas, **dict(_flawless_schemas(schemas))})
    return _loaded


def _flawless_schemas(schemas: Mapping[str, Schema]) -> Iterator[tuple[str, Schema]]:
    """Yield name and schema of what ``flawless`` makes of the schemas."""
    for name in schema_files.SCHEMA_NAMES:
        if name not in schema_files.OBJECT_TYPES:
            yield f"flawless/{name}", strict_copy(schemas[f"set/{name}"])
    for type_name, name in SCHEMA_OF_TYPE.items():
        core = "common/cyber-observable-core" if name in _OBSERVABLES else "common/core"
        found = flawless_schema(type_name, schemas[name], schemas[core])
        if found is not None:
            yield f"flawless/{type_name}", found


def _type_references(schema: Any, allowed: Mapping[str, tuple[str, ...]]) -> None:
    """Make every ``*_ref`` and ``*_refs`` an identifier; drop the checks that validation has.

    The schemas of observables still have plain texts there, from STIX 2.0. ``allowed``
    are the types that the standard lets a reference name.
    """
    if isinstance(schema, list):
        for item in schema:
            _type_references(item, allowed)
    if not isinstance(schema, dict):
        return
    properties = schema.get("properties")
    if isinstance(properties, dict):
        for name, found in properties.items():
            if name in allowed:
                target = {**oasis("identifier"), "pattern": f"^({'|'.join(allowed[name])})--"}
            else:
                target = oasis("identifier")
            if name.endswith("_ref") and (name in allowed or _is_any_text(found)):
                properties[name] = target
            elif name.endswith("_refs") and (name in allowed or _is_any_text(found.get("items"))):
                found["items"] = target
        if "pattern" in properties.get("id", {}):
            del properties["id"]  # that the id begins with the type
    for value in schema.values():
        _type_references(value, allowed)


def _is_any_text(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "string" and "pattern" not in schema


def _retrieve_nothing(uri: str) -> Any:
    raise LookupError(f"{uri[:100]} is not among the packaged schemas")

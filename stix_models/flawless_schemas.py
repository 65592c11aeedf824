"""The schemas of objects without a flaw, made from the schemas of their types (``flawless``).

Such an object is valid, signed and marked, has listed terms and known properties only.
Its schema is one flat object, with forms and copies in place of references and
patterns where that is quicker; a few checks are left to Python for the same reason.
"""

from __future__ import annotations

import json

from stix2.v21 import OBJ_MAP, OBJ_MAP_OBSERVABLE

from stix_models import advice
from stix_models.deterministic import ID_CONTRIBUTING
from stix_models.extensions import DISARM_EXTENSION, EXTENSIONS, PROPERTY_EXTENSION
from stix_models.identifiers import UUID_PATTERN
from stix_models.markings import OPENCTI_EXTENSIONS
from stix_models.relaxations import (
    IDENTIFIER,
    OASIS,
    TIMESTAMP,
    Schema,
    list_of,
    matching,
    oasis,
)
from stix_models.rules_payment import MAY_BE_PAYMENT_DATA
from stix_models.rules_pseudonym import USER_ID
from stix_models.rules_stix import MAY_LACK_ID_PARTS
from stix_models.schema_files import OBJECT_TYPES, SCHEMA_ID_PREFIX
from stix_models.vocabularies import OPEN_VOCABULARIES

FLAWLESS_ID_PREFIX = "urn:clearinghouse:flawless:"


def flawless_schema(type_name: str, own: Schema, core: Schema) -> Schema | None:
    """Return the schema of objects of this type without a flaw, or ``None`` if there is none.

    Args:
        type_name: One of STIX 2.1's own types or of the set's.
        own: The type's own schema, relaxed.
        core: The schema of the common properties that it builds on.
    """
    if type_name in _THE_LONG_WAY:
        return None
    flat = _flat_core(type_name, core)
    rest: list[Schema] = []
    if type_name in OBJECT_TYPES:
        strict = strict_copy(own)
        names = strict["properties"]
        names["extensions"] = _with_known(names.get("extensions", _NOT_EMPTY), type_name)
    else:
        pointer, parts = f"{own['$id']}#/allOf", own["allOf"]
        names = _inlined(parts[1]["properties"], f"{pointer}/1/properties")
        rest += [{"$ref": f"{pointer}/{place}"} for place in range(2, len(parts))]
        names |= _QUICKER.get(type_name, {})
        flat["required"] += parts[1].get("required", [])
        _enumerate_terms(type_name, names)
        names["extensions"] = names.get("extensions", {}) | _with_known(_NOT_EMPTY, type_name)
    flat["properties"] = {**names, **flat["properties"]}
    flat["properties"]["extensions"] = names["extensions"]
    flat["required"] += own.get("required", [])
    flat |= {keyword: own[keyword] for keyword in _KEYWORDS if keyword in own}
    if type_name in MAY_LACK_ID_PARTS:
        rest.append({"anyOf": [{"required": [name]} for name in ID_CONTRIBUTING[type_name]]})
    if type_name == "ad-buyer":
        flat["$defs"] = {"no_payment_data": _NO_PAYMENT_DATA}
        rest.append({"properties": _OF_KNOWN_FORM, "additionalProperties": _NO_PAYMENT_REFERENCE})
    return flat | ({"allOf": rest} if rest else {})


def strict_copy(schema: Schema) -> Schema:
    """Return a copy of a schema of the set with listed terms only and no further properties."""
    text = json.dumps(schema).replace(SCHEMA_ID_PREFIX, FLAWLESS_ID_PREFIX)
    strict: Schema = json.loads(text, object_hook=lambda found: _strict(_without_references(found)))
    return strict


def _strict(found: Schema) -> Schema:
    name = found.get("x-vocabulary")
    if isinstance(name, str):
        return {"enum": list(OPEN_VOCABULARIES[name])}
    if "properties" in found and found.get("type") == "object":
        return {**found, "additionalProperties": False}
    return found


def _flat_core(type_name: str, core: Schema) -> Schema:
    """Return the common properties as ``advice`` wants them, in a schema that allows no others."""
    names = _inlined(core["properties"], f"{core['$id']}#/properties")
    del names["granular_markings"]  # selectors are compared: the long way
    names |= {"type": {"const": type_name}, "id": matching(f"^{type_name}--{UUID_PATTERN}$")}
    names["object_marking_refs"] = list_of(_TEXT)
    required = ["type", "id"]
    if "created" in core["required"]:
        names |= {"created": _DATE_TIME, "modified": _DATE_TIME, "created_by_ref": _TEXT}
        required += ["spec_version", "created", "modified"]
        if type_name not in advice.NEED_NO_CREATOR:
            required.append("created_by_ref")
    else:
        del names["created"], names["modified"]
    if type_name not in advice.NEVER_MARKED:
        required.append("object_marking_refs")
    return {
        "$id": FLAWLESS_ID_PREFIX + type_name,
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": required,
        "properties": names,
        "additionalProperties": False,
    }


def _inlined(properties: Schema, pointer: str) -> Schema:
    """Return properties as they are, or as references to them where they hold references."""
    found = {}
    for name, schema in properties.items():
        text = json.dumps(schema)
        plain = json.loads(text, object_hook=_without_references)
        held = '"$ref"' in json.dumps(plain)
        found[name] = {"$ref": f"{pointer}/{name}"} if held else plain
        if isinstance(schema, dict) and schema.get("type") == "array":
            found[name]["minItems"] = 1  # asked of every list, where OASIS' schemas forget it too
    return found


def _without_references(schema: Schema) -> Schema:
    for annotation in ("title", "description", "format"):
        if isinstance(schema.get(annotation), str):
            del schema[annotation]
    reference = schema.get("$ref")
    if isinstance(reference, str):
        place = reference.removeprefix(OASIS).removeprefix("../")
        others = {key: value for key, value in schema.items() if key != "$ref"}
        if place == _IDENTIFIER and others.get("pattern", "").endswith("--"):
            others["pattern"] += f"{UUID_PATTERN}$"  # one pattern in place of two
        found: Schema = _SIMPLE.get(place, {"$ref": reference})
        return {**found, **others}
    return schema


def _enumerate_terms(type_name: str, names: Schema) -> None:
    """Allow the listed terms only, in the open vocabularies of STIX's own types."""
    for path, _, known in advice.terms_of_type(type_name):
        terms: Schema = {"enum": sorted(known)}
        names[path[0]] |= terms if len(path) == 1 else {"items": terms}


def _with_known(extensions: Schema, type_name: str) -> Schema:
    """Return a schema of ``extensions`` that allows what is known and belongs on this type."""
    known: Schema = {key: oasis("extension") for key in (*OPENCTI_EXTENSIONS, DISARM_EXTENSION)}
    for found in EXTENSIONS:
        of_type = not found.extends or type_name in found.extends
        if found.extension_type == PROPERTY_EXTENSION and of_type:
            known[found.id] = {"$ref": FLAWLESS_ID_PREFIX + found.name}
    properties = {**known, **extensions.get("properties", {})}
    return {**extensions, "properties": properties, "additionalProperties": False}


_TEXT: Schema = {"type": "string"}
_KEYWORDS = ("anyOf", "not", "dependentRequired")
_NOT_EMPTY: Schema = {"type": "object", "minProperties": 1}
_DATE_TIME: Schema = {  # quicker than the pattern; with 3 to 64 digits of a second
    "type": "string",
    "format": "date-time",
    "minLength": len("2016-05-12T08:17:27.000Z"),
    "maxLength": len("2016-05-12T08:17:27.000Z") + 61,
}
_NO_ENDS = {"bundle", "language-content", "marking-definition", "relationship", "sighting"}
_ENDS = sorted({*OBJ_MAP, *OBJ_MAP_OBSERVABLE, *OBJECT_TYPES} - _NO_ENDS)
_END = matching(f"^({'|'.join(_ENDS)})--{UUID_PATTERN}$")
_QUICKER: dict[str, Schema] = {
    "relationship": {"source_ref": _END, "target_ref": _END},
    "user-account": {"user_id": matching(f"^({USER_ID.pattern}$|$|[^p]|p$|p[^s])")},
}
"""Properties by type. What begins as a pseudonym is one, so that only its key is compared."""

_IDENTIFIER = "common/identifier.json"
_SIMPLE = {  # their content is quicker than a reference to them
    _IDENTIFIER: matching(IDENTIFIER),
    "common/timestamp.json": matching(TIMESTAMP),
}
_THE_LONG_WAY = frozenset(  # seldom, or with a rule of their own
    {"extension-definition", "ipv6-addr", "language-content", "marking-definition"}
)
_NO_PAYMENT_REFERENCE: Schema = {"$ref": "#/$defs/no_payment_data"}
_OF_KNOWN_FORM: Schema = dict.fromkeys(
    ("type", "spec_version", "id", "created", "modified", "created_by_ref", "object_marking_refs"),
    True,
)
_NO_PAYMENT_DATA: Schema = {  # at any depth; what might be some takes the long way
    "not": {"type": "string", "pattern": MAY_BE_PAYMENT_DATA},
    "propertyNames": {"not": {"pattern": MAY_BE_PAYMENT_DATA}},
    "additionalProperties": _NO_PAYMENT_REFERENCE,
    "items": _NO_PAYMENT_REFERENCE,
    "maximum": 10**11,
}

"""Where the OASIS schemas for STIX 2.1 refuse what the standard allows, and what we use instead.

The schemas that ``stix2-validator`` ships are the starting point of
``compiled``; this module is the whole difference, as data. Each entry says why.
The rule: what STIX 2.1 allows, this server accepts. A few rules are tightened
where the schemas let pass what no version can be computed from (30 February).
``docs/adr/0002-validation.md`` has the same list for people.
"""

from __future__ import annotations

from typing import Any

from stix_models.extensions import EXTENSION_OF_NAME
from stix_models.identifiers import TYPE_PATTERN, UUID_PATTERN
from stix_models.schema_files import PROPERTY_EXTENSIONS, SCHEMA_ID_PREFIX

Schema = dict[str, Any]

OASIS = "http://raw.githubusercontent.com/oasis-open/cti-stix2-json-schemas/stix2.1/schemas/"
COMMON_ID = "urn:clearinghouse:stix-2.1-common"

IDENTIFIER = f"^{TYPE_PATTERN}--{UUID_PATTERN}$"
IDENTITY = f"^identity--{UUID_PATTERN}$"
MARKING = f"^marking-definition--{UUID_PATTERN}$"
EXTENSION_KEY = f"^extension-definition--{UUID_PATTERN}$"
TYPE_NAME = f"^{TYPE_PATTERN}$"
LANGUAGE = "^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$"
SELECTOR = r"^([a-zA-Z0-9_-]{3,250}(\.(\[[0-9]+\]|[a-zA-Z0-9_-]{1,250}))*|id)$"

# A day that exists: months of 31 and 30 days, 28 days in February, 29 in leap years; no year 0.
_YEAR = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_LEAP_YEAR = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)"
_DAY = (
    "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
    "|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    "|02-(0[1-9]|1[0-9]|2[0-8]))"
)
TIMESTAMP = (
    f"^({_YEAR}-{_DAY}|{_LEAP_YEAR}-02-29)"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]{1,64})?Z$"
)

NOT_NULL_NOT_EMPTY: Schema = {"not": {"enum": [None, []]}}
_TEXT: Schema = {"type": "string"}
_LIST_OF_TEXT: Schema = {"type": "array", "items": _TEXT, "minItems": 1}


def oasis(name: str) -> Schema:
    """Return a reference to one of OASIS' common schemas, replaced here or not."""
    return {"$ref": f"{OASIS}common/{name}.json"}


def matching(pattern: str) -> Schema:
    """Return the schema of a text of this form."""
    return {"type": "string", "pattern": pattern}


def list_of(items: Schema) -> Schema:
    """Return the schema of a list, which STIX never lets be empty (section 2.10)."""
    return {"type": "array", "items": items, "minItems": 1}


def when(name: str, value: object, then: Schema) -> Schema:
    """Return a schema that holds unless the property has the value and ``then`` does not."""
    condition = {"properties": {name: {"const": value}}, "required": [name]}
    return {"if": condition, "then": then}


def _number_of(source: str, pattern: str) -> Schema:
    then = {"required": ["external_id"], "properties": {"external_id": {"pattern": pattern}}}
    return when("source_name", source, then)


_CONTENT: Schema = {  # of an extension: any names, no null and no empty list (section 2.10)
    "type": "object",
    "minProperties": 1,
    "additionalProperties": NOT_NULL_NOT_EMPTY,
}

EXTENSIONS: Schema = {  # those of the set have their own schemas, wherever they occur
    "type": "object",
    "minProperties": 1,
    "properties": {
        EXTENSION_OF_NAME[name].id: {"$ref": SCHEMA_ID_PREFIX + name}
        for name in PROPERTY_EXTENSIONS
    },
    "patternProperties": {
        "^([a-z][a-z0-9]*)(-[a-z0-9]+)*-ext$": _CONTENT,
        EXTENSION_KEY: oasis("extension"),
    },
    "additionalProperties": False,
}

_MARKED: Schema = {
    "created_by_ref": matching(IDENTITY),
    "external_references": list_of(oasis("external-reference")),
    "object_marking_refs": list_of(matching(MARKING)),
    "granular_markings": list_of(oasis("granular-marking")),
}

REPLACED: dict[str, Schema] = {
    # Section 2.9 recommends versions of UUID, it demands only RFC 4122; the schema demands 1 to 5.
    "common/identifier": matching(IDENTIFIER),
    # Tightened: a day that exists, and at most 64 digits of a second.
    "common/timestamp": matching(TIMESTAMP),
    # Empty values are values (section 2.1 and 2.8 ask for an even number of digits, zero is even).
    "common/binary": matching("^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?$"),
    "common/hex": matching("^([a-fA-F0-9]{2})*$"),
    # A name may begin with a digit or underscore, and must not go on in capitals, which the
    # schema overlooks (section 11.1); a custom property that ends in
    # _bin or _hex need not be binary or hex: sections 2.1 and 2.8 bind the other way round.
    "common/properties": {
        "patternProperties": {"^([a-z0-9_]{3,250}|id)$": NOT_NULL_NOT_EMPTY},
        "additionalProperties": False,
    },
    # Names inside of an extension are the extension's own business (section 7.3).
    "common/extension": {
        **_CONTENT,
        "required": ["extension_type"],
        "properties": {
            "extension_type": {
                "enum": [
                    "new-sdo",
                    "new-sco",
                    "new-sro",
                    "property-extension",
                    "toplevel-property-extension",
                ]
            }
        },
    },
    # A CVE or CAPEC number under another source_name is not forbidden, other hash algorithms are
    # an open vocabulary (section 2.5), and url is checked for its type only (see validation).
    "common/external-reference": {
        "type": "object",
        "required": ["source_name"],
        "properties": {
            "source_name": _TEXT,
            "description": _TEXT,
            "url": _TEXT,
            "external_id": _TEXT,
            "hashes": oasis("hashes-type"),
        },
        "anyOf": [{"required": [name]} for name in ("description", "url", "external_id")],
        "allOf": [
            _number_of("cve", r"^CVE-[0-9]{4}-(0[0-9]{3}|[1-9][0-9]{3,})$"),
            _number_of("capec", "^CAPEC-[0-9]+$"),
        ],
    },
    # A granular marking may carry lang in place of marking_ref, and a selector may name
    # a key with capitals, as in hashes.MD5 (section 7.2.3).
    "common/granular-marking": {
        "type": "object",
        "required": ["selectors"],
        "properties": {
            "selectors": list_of(matching(SELECTOR)),
            "lang": matching(LANGUAGE),
            "marking_ref": matching(MARKING),
        },
        "anyOf": [{"required": ["marking_ref"]}, {"required": ["lang"]}],
        "not": {"required": ["marking_ref", "lang"]},
    },
    # The schema forbids every further property on a TLP marking and lets none but TLP 1.0 pass;
    # a marking's content is nobody's business but a statement's (``markings``).
    "common/marking-definition": {
        "type": "object",
        "required": ["type", "spec_version", "id", "created"],
        "properties": {
            **_MARKED,
            "id": oasis("identifier"),
            "spec_version": {"const": "2.1"},
            "created": oasis("timestamp"),
            "modified": oasis("timestamp"),
            "defanged": False,
            "name": _TEXT,
            "definition_type": _TEXT,
            "definition": {"type": "object"},
            "extensions": EXTENSIONS,
        },
        "allOf": [
            oasis("properties"),
            {
                "if": {"not": {"required": ["extensions"]}},
                "then": {"required": ["definition_type", "definition"]},
            },
            when(
                "definition_type",
                "statement",
                {
                    "required": ["definition"],
                    "properties": {
                        "definition": {
                            "required": ["statement"],
                            "properties": {"statement": _TEXT},
                        }
                    },
                },
            ),
        ],
    },
}

COMMON: Schema = {
    "$id": COMMON_ID,
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["type", "id"],
    "properties": {
        **_MARKED,
        "type": {**matching(TYPE_NAME), "minLength": 3, "maxLength": 250},
        "id": oasis("identifier"),
        "created": oasis("timestamp"),
        "modified": oasis("timestamp"),
        "revoked": {"type": "boolean"},
        "labels": _LIST_OF_TEXT,
        "confidence": {"type": "integer", "minimum": 0, "maximum": 100},
        "lang": matching(LANGUAGE),
        "defanged": {"type": "boolean"},
        "extensions": EXTENSIONS,
    },
}
"""The common properties of STIX 2.1 section 3.2, for types that no schema describes."""

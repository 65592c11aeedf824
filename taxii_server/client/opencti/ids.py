"""New ids for what becomes another type, and names rewritten to match.

A new id is UUIDv3 in the set's namespace over RFC 8785 JSON of the original id, so it is
the same on every machine and in every pull, and whatever names the object can be
rewritten without having seen it: the type in the old id tells the new one. It cannot
stay: the type is a part of an id, and one UUID for two types is forbidden (section 2.9).

Anybody can compute a new id, and push an object that has it already. So the ids that the
profile makes are a class of their own, told by the version of their UUID, and an object
that comes with an id of that class gets a new one like what becomes another type. Then
each id of the output is either the one that its object came with, or made of that one
alone: no object can take another's place, in whatever order they arrive. (That MD5 is
behind version 3 is no help: two ids with one digest would both be the attacker's own.
Version 8, meant for this, is no UUID to the older ones of OpenCTI's libraries, and
version 5 is what everybody else makes.)
"""

from __future__ import annotations

import uuid
from typing import Any

from stix_models.canonical import canonical_json
from stix_models.deterministic import SET_NAMESPACE
from stix_models.identifiers import is_identifier, parse_identifier, type_of
from taxii_server.client.opencti.facts import NOT_FOR_OPENCTI, TAKEN_TYPES

TARGET_TYPES = {
    "coordinated-account-cluster": "intrusion-set",
    "ad-buyer": "identity",
    "political-ad": "note",
    "platform-action": "note",
}
"""What the set's types become that OpenCTI lacks. Any other type it lacks becomes a note."""

_MADE_TYPES = frozenset({*TARGET_TYPES.values(), "note", "relationship"})
_MADE_VERSION = 3  # of the UUIDs; objects of STIX and of OpenCTI have 4 and 5

_OF_ITSELF = frozenset({"id", "external_references"})
"""Where an object's own original id stands, and stays."""


def target_type(stix_type: str) -> str:
    """Return the type that OpenCTI gets for a type: the same one if it takes it."""
    if stix_type in TAKEN_TYPES or stix_type in NOT_FOR_OPENCTI:
        return stix_type
    return TARGET_TYPES.get(stix_type, "note")


def new_id(original: str) -> str:
    """Return the id under which OpenCTI gets an object.

    It is the same one if its type stays and the id could not be the profile's. Letters
    count as they are: to the server a UUID in capitals is another object's.
    """
    stix_type = type_of(original)
    target = target_type(stix_type)
    if target == stix_type and not may_be_made(original):
        return original
    return f"{target}--{_uuid(id=original)}"


def link_id(original: str, verb: str, target_ref: str) -> str:
    """Return the id of the relationship made of a reference that the object ``original`` has."""
    made_of = {"id": original, "relationship_type": verb, "target_ref": target_ref}
    return f"relationship--{_uuid(**made_of)}"


def may_be_made(identifier: str) -> bool:
    """Return whether an identifier is of the class that the profile alone gives out."""
    parts = parse_identifier(identifier)
    return parts.type in _MADE_TYPES and parts.uuid.version == _MADE_VERSION


def is_left_out(ref: object) -> bool:
    """Return whether a value is an identifier of what the profile leaves out."""
    return is_identifier(ref) and type_of(str(ref)) in NOT_FOR_OPENCTI


def rewritten(value: Any, key: str = "") -> Any:
    """Return JSON in which every reference is a new id, at any depth.

    A reference is any identifier in a property for references (``*_ref``, ``*_refs``),
    and an identifier of one of the set's own types anywhere else. Names of what is
    left out leave lists of references, and go with the property if nothing else is in it.
    """
    if isinstance(value, dict):
        return {
            k: v if k in _OF_ITSELF else rewritten(v, k)
            for k, v in value.items()
            if not _names_nothing_else(k, v)
        }
    if isinstance(value, list):
        named = key.endswith("_refs")
        return [rewritten(v, key) for v in value if not (named and is_left_out(v))]
    if not isinstance(value, str) or not is_identifier(value):
        return value
    names_an_object = key.endswith(("_ref", "_refs")) or key == "ref"
    if names_an_object or type_of(value) in TARGET_TYPES or may_be_made(value):
        return new_id(value)
    return value


def _names_nothing_else(key: str, value: Any) -> bool:
    """Return whether a property only names what is left out."""
    if key.endswith("_refs") and isinstance(value, list):
        return bool(value) and all(map(is_left_out, value))
    return key.endswith("_ref") and is_left_out(value)


def _uuid(**made_of: str) -> uuid.UUID:
    return uuid.uuid3(SET_NAMESPACE, canonical_json({"profile": "opencti", **made_of}).decode())

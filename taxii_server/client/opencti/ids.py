"""New ids for what becomes another type, and names rewritten to match.

A new id is UUIDv5 in the set's namespace over RFC 8785 JSON of the original id, so it is
the same on every machine and in every pull, and whatever names the object can be
rewritten without having seen it: the type in the old id tells the new one. The original
id already belongs to one creator (STIX 2.1 section 3.6), so two creators never meet in a
new one. It cannot stay: the type is a part of an id, and one UUID for two types is
forbidden (section 2.9).
"""

from __future__ import annotations

import uuid
from typing import Any

from stix_models.canonical import canonical_json
from stix_models.deterministic import SET_NAMESPACE
from stix_models.identifiers import is_identifier, type_of
from taxii_server.client.opencti.facts import NOT_FOR_OPENCTI, TAKEN_TYPES

TARGET_TYPES = {
    "coordinated-account-cluster": "intrusion-set",
    "ad-buyer": "identity",
    "political-ad": "note",
    "platform-action": "note",
}
"""What the set's types become that OpenCTI lacks. Any other type it lacks becomes a note."""

_OF_ITSELF = frozenset({"id", "external_references"})
"""Where an object's own original id stands, and stays."""


def target_type(stix_type: str) -> str:
    """Return the type that OpenCTI gets for a type: the same one if it takes it."""
    if stix_type in TAKEN_TYPES or stix_type in NOT_FOR_OPENCTI:
        return stix_type
    return TARGET_TYPES.get(stix_type, "note")


def new_id(original: str) -> str:
    """Return the id under which OpenCTI gets an object: the same one if its type stays."""
    stix_type = type_of(original)
    target = target_type(stix_type)
    return original if target == stix_type else f"{target}--{_uuid(id=original.lower())}"


def link_id(original: str, verb: str, target_ref: str) -> str:
    """Return the id of the relationship made of a reference that the object ``original`` has."""
    made_of = {"id": original.lower(), "relationship_type": verb, "target_ref": target_ref}
    return f"relationship--{_uuid(**made_of)}"


def is_left_out(ref: str) -> bool:
    """Return whether an identifier names what the profile leaves out."""
    return is_identifier(ref) and type_of(ref) in NOT_FOR_OPENCTI


def rewritten(value: Any, key: str = "") -> Any:
    """Return JSON in which every reference is a new id, at any depth.

    A reference is any identifier in a property for references (``*_ref``, ``*_refs``),
    and an identifier of one of the set's own types anywhere else. Names of what is
    left out leave lists of references.
    """
    if isinstance(value, dict):
        return {k: v if k in _OF_ITSELF else rewritten(v, k) for k, v in value.items()}
    if isinstance(value, list):
        named = key.endswith("_refs")
        return [rewritten(v, key) for v in value if not (named and is_left_out(str(v)))]
    if not isinstance(value, str) or not is_identifier(value):
        return value
    names_an_object = key.endswith(("_ref", "_refs")) or key == "ref"
    if names_an_object or type_of(value) in TARGET_TYPES:
        return new_id(value)
    return value


def _uuid(**made_of: str) -> uuid.UUID:
    return uuid.uuid5(SET_NAMESPACE, canonical_json({"profile": "opencti", **made_of}).decode())

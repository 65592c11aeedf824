"""Ids that are the same for the same input: those of SCOs, and those of a tool that repeats itself.

STIX 2.1 section 2.9 makes the ids of SCOs from their properties in a namespace of its
own and forbids that namespace for everything else. A tool that must find its own
objects again (a converter, a story) makes UUIDv5 in the set's namespace over who
created the object, its type and its name: no two creators share an id that way.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from stix_models.canonical import canonical_json

SCO_NAMESPACE = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
SET_NAMESPACE = uuid.UUID("8a8372de-f606-407b-bfc5-df9a3ce0af3e")

_VALUE = ("value",)
ID_CONTRIBUTING: Mapping[str, tuple[str, ...]] = {
    "artifact": ("hashes", "payload_bin"),
    "autonomous-system": ("number",),
    "directory": ("path",),
    "domain-name": _VALUE,
    "email-addr": _VALUE,
    "email-message": ("from_ref", "subject", "body"),
    "file": ("hashes", "name", "extensions", "parent_directory_ref"),
    "ipv4-addr": _VALUE,
    "ipv6-addr": _VALUE,
    "mac-addr": _VALUE,
    "media-content": ("url",),
    "mutex": ("name",),
    "network-traffic": (
        *("start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols"),
        "extensions",
    ),
    "software": ("name", "cpe", "swid", "vendor", "version"),
    "url": _VALUE,
    "user-account": ("account_type", "user_id", "account_login"),
    "windows-registry-key": ("key", "values"),
    "x509-certificate": ("hashes", "serial_number"),
}
"""The properties an SCO's id is made of (STIX 2.1 chapter 6)."""

_PREFERRED_HASHES = ("MD5", "SHA-1", "SHA-256", "SHA-512")


def sco_id(stix_type: str, properties: Mapping[str, Any]) -> str:
    """Return the id of an SCO with these properties (STIX 2.1 section 2.9).

    Raises:
        ValueError: The type has none, or no property that contributes is there.

    >>> sco_id("domain-name", {"value": "example.com"})
    'domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7'
    """
    names = ID_CONTRIBUTING.get(stix_type, ())
    made_of = {name: properties[name] for name in names if name in properties}
    if not made_of:
        raise ValueError(f"{stix_type} has no property here that makes an id")
    if "hashes" in made_of:
        made_of["hashes"] = _one_hash(made_of["hashes"])
    return f"{stix_type}--{uuid.uuid5(SCO_NAMESPACE, canonical_json(made_of).decode())}"


def own_id(stix_type: str, created_by_ref: str, name: str) -> str:
    """Return the id that a tool gives to what ``created_by_ref`` calls ``name``."""
    made_of = {"created_by_ref": created_by_ref, "type": stix_type, "name": name}
    return f"{stix_type}--{uuid.uuid5(SET_NAMESPACE, canonical_json(made_of).decode())}"


def ad_id(created_by_ref: str, platform: str, number: str) -> str:
    """Return the id that a tool gives to a political ad, named by its platform's number."""
    made_of = {
        "created_by_ref": created_by_ref,
        "type": "political-ad",
        "platform": platform,
        "ad_id": number,
    }
    return f"political-ad--{uuid.uuid5(SET_NAMESPACE, canonical_json(made_of).decode())}"


def relationship_name(source_ref: str, relationship_type: str, target_ref: str) -> str:
    """Return what ``own_id`` calls a relationship, which has no name."""
    return f"{source_ref} {relationship_type} {target_ref}"


def has_own_id(obj: Mapping[str, Any]) -> bool:
    """Return whether the object's id is its creator's own, made by this module.

    >>> note = {"type": "note", "created_by_ref": "identity--1", "name": "a"}
    >>> has_own_id(note | {"id": own_id("note", "identity--1", "a")}), has_own_id({"id": "x"})
    (True, False)
    """
    stix_type, creator, name = obj.get("type"), obj.get("created_by_ref"), obj.get("name")
    if not isinstance(creator, str):
        return False
    if stix_type == "relationship":
        parts = [obj.get(key) for key in ("source_ref", "relationship_type", "target_ref")]
        name = relationship_name(*map(str, parts))
    if stix_type == "political-ad":
        return obj.get("id") == ad_id(creator, str(obj.get("platform")), str(obj.get("ad_id")))
    return isinstance(name, str) and obj.get("id") == own_id(str(stix_type), creator, name)


def _one_hash(hashes: Mapping[str, str]) -> Mapping[str, str]:
    for name in _PREFERRED_HASHES:
        if name in hashes:
            return {name: hashes[name]}
    name = min(hashes)
    return {name: hashes[name]}

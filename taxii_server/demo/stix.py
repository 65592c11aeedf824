"""Build the sample story's STIX 2.1 objects, the same on every machine.

A sample must be the same wherever it is made, so nothing is random: ids of STIX
domain objects are version 4 in form (STIX 2.1 section 2.9) and made from a hash of
the story's own key; ids of cyber-observable objects are the deterministic ones of
that section, so that two companies that saw one domain have one object.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

import rfc8785

STIX = dict[str, Any]

CLEAR = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
GREEN = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
AMBER = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"
AMBER_STRICT = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"
RED = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"

_SCO_NAMESPACE = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
# The properties that make the id (STIX 2.1, "ID Contributing Properties" of each type).
_ID_CONTRIBUTING = {
    "domain-name": ("value",),
    "email-addr": ("value",),
    "ipv4-addr": ("value",),
    "url": ("value",),
    "user-account": ("account_type", "user_id", "account_login"),
}


def story_id(stix_type: str, key: str) -> str:
    """Return the id of the object that the story calls ``key``."""
    digest = hashlib.sha256(f"clearinghouse sample story/{stix_type}/{key}".encode()).digest()
    return f"{stix_type}--{uuid.UUID(bytes=digest[:16], version=4)}"


@dataclass(frozen=True, slots=True)
class Team:
    """A member's team that signs what it pushes, with an identity of its own.

    The identity of the member itself is made by ``init`` and differs in every
    coalition; a file that anybody can push cannot name it.
    """

    key: str
    name: str
    since: str  # timestamp of its identity object

    @property
    def id(self) -> str:
        return story_id("identity", self.key)

    def identity(self) -> STIX:
        """Return the team's identity object."""
        return {
            "type": "identity",
            "spec_version": "2.1",
            "id": self.id,
            "created_by_ref": self.id,
            "created": self.since,
            "modified": self.since,
            "name": self.name,
            "identity_class": "group",
            "object_marking_refs": [GREEN],
        }

    def says(
        self,
        stix_type: str,
        key: str,
        at: str,
        marking: str = AMBER,
        *,
        modified: str | None = None,
        **properties: Any,
    ) -> STIX:
        """Return a domain object that the team made ``at`` a time, or changed later."""
        return {
            "type": stix_type,
            "spec_version": "2.1",
            "id": story_id(stix_type, key),
            "created_by_ref": self.id,
            "created": at,
            "modified": modified or at,
            **properties,
            "object_marking_refs": [marking],
        }

    def relates(self, source: STIX, verb: str, target: STIX | str, at: str, **more: Any) -> STIX:
        """Return a relationship; its marking is AMBER unless ``marking`` says otherwise."""
        target_id = target if isinstance(target, str) else target["id"]
        key = f"{self.key} {source['id']} {verb} {target_id}"
        return self.says(
            "relationship",
            key,
            at,
            relationship_type=verb,
            source_ref=source["id"],
            target_ref=target_id,
            **more,
        )


def observable(stix_type: str, marking: str = AMBER, **properties: Any) -> STIX:
    """Return a cyber-observable object with its deterministic id."""
    names = _ID_CONTRIBUTING[stix_type]
    made_of = {name: properties[name] for name in names if name in properties}
    return {
        "type": stix_type,
        "spec_version": "2.1",
        "id": f"{stix_type}--{uuid.uuid5(_SCO_NAMESPACE, rfc8785.dumps(made_of).decode())}",
        **properties,
        "object_marking_refs": [marking],
    }


def bundle(key: str, objects: list[STIX]) -> STIX:
    """Return a bundle with a fixed id."""
    return {"type": "bundle", "id": story_id("bundle", key), "objects": objects}

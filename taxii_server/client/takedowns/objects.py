"""The STIX objects of a bundle, all by one member, of one time and under one marking.

Ids are repeatable: observables by STIX's own rule, the rest by the extension set's,
over who created the object, its type and its name. What has no name of its own, a note, the
bundle and the member's identity, gets the form of a random id: the set's rule could not
be recognised there, and a server would call the id a shared one. It is made of where
the note stands in the report, never of what it says: a hash of a text with a login in it
would tell the login to whoever guesses it, even after the text is redacted.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stix_models.canonical import canonical_json
from stix_models.deterministic import own_id, relationship_name, sco_id
from stix_models.extensions import EXTENSION_OF_NAME, NEW_SDO, PROPERTY_EXTENSION
from taxii_server.client.takedowns.kill_chain import KILL_CHAIN, SOURCE_NAME

Stix = dict[str, Any]

_IDENTITY_ID = re.compile(r"identity--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_identity_id(text: str) -> bool:
    """Return whether a text is the id of a STIX identity."""
    return _IDENTITY_ID.fullmatch(text.lower()) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who says it, when, and who may see it."""

    created_by_ref: str
    created: str
    modified: str
    marking_ref: str

    def new(self, stix_type: str, name: str, stix_id: str | None = None) -> Stix:
        """Return the head of a new object with dates, called ``name`` where ids are made."""
        return {
            "type": stix_type,
            "spec_version": "2.1",
            "id": stix_id or own_id(stix_type, self.created_by_ref, name),
            "created_by_ref": self.created_by_ref,
            "created": self.created,
            "modified": self.modified,
        }

    def _marked(self, obj: Stix) -> Stix:
        return {**obj, "object_marking_refs": [self.marking_ref]}

    def identity(self, member: str) -> Stix:
        """Return the identity of a member that is known by its short name only."""
        head = self.new("identity", member, self.created_by_ref)
        return self._marked({**head, "name": member, "identity_class": "organization"})

    def observable(self, stix_type: str, **properties: Any) -> Stix:
        """Return an observable; its id is made of its properties."""
        head = {"type": stix_type, "spec_version": "2.1", "id": sco_id(stix_type, properties)}
        return self._marked({**head, **properties})

    def account(
        self, platform: str, login: str | None, user_id: str | None, profile_url: str
    ) -> Stix:
        """Return a user-account with the *social-account* extension."""
        known = {"account_type": platform, "user_id": user_id, "account_login": login}
        social = {"extension_type": PROPERTY_EXTENSION, "profile_url": profile_url}
        properties = {name: value for name, value in known.items() if value is not None}
        extensions = {EXTENSION_OF_NAME["social-account"].id: social}
        return self.observable("user-account", **properties, extensions=extensions)

    def channel(self, name: str, channel_type: str, platform: str, url: str, **more: Any) -> Stix:
        """Return a channel; its name is its address, which no other channel has."""
        body = {"name": name, "channel_types": [channel_type], "platform": platform, "url": url}
        return self._declared("channel", name, {**body, **more})

    def cluster(self, name: str, properties: Mapping[str, Any]) -> Stix:
        """Return a coordinated-account-cluster."""
        return self._declared("coordinated-account-cluster", name, {"name": name, **properties})

    def _declared(self, stix_type: str, name: str, properties: Mapping[str, Any]) -> Stix:
        declaration = {EXTENSION_OF_NAME[stix_type].id: {"extension_type": NEW_SDO}}
        head = self.new(stix_type, name)
        return {**self._marked({**head, **properties}), "extensions": declaration}

    def attack_pattern(self, name: str, number: str, phase: str | None, **more: Any) -> Stix:
        """Return a procedure of the kill chain; without a number it is called by its name."""
        reference = {"source_name": SOURCE_NAME}
        reference |= {"external_id": number} if number else {"description": name}
        body = {"name": name, **more, "external_references": [reference]}
        if phase is not None:
            body["kill_chain_phases"] = [{"kill_chain_name": KILL_CHAIN, "phase_name": phase}]
        return self._marked({**self.new("attack-pattern", name), **body})

    def relationship(
        self, source: str, verb: str, target: str, description: str | None = None
    ) -> Stix:
        """Return a relationship."""
        head = self.new("relationship", relationship_name(source, verb, target))
        body: Stix = {"relationship_type": verb}
        if description:
            body["description"] = description
        return self._marked({**head, **body, "source_ref": source, "target_ref": target})

    def note(
        self,
        content: str,
        about: str | None,
        object_refs: Sequence[str],
        *,
        place: tuple[str, int],
        **more: Any,
    ) -> Stix:
        """Return a note; its id is made of its cluster, the first object, and its place there.

        The place is a procedure, or nothing, and which of its notes this is.
        """
        made_of = (self.created_by_ref, object_refs[0], *place)
        head = self.new("note", "", _formally_random("note", {"made_of": made_of}))
        body: Stix = {"abstract": about} if about else {}
        body |= {"content": content, **more, "object_refs": list(object_refs)}
        return self._marked({**head, **body})


def member_identity(member: str) -> str:
    """Return the id of the identity that stands for a member's short name."""
    return _formally_random("identity", {"member": member})


def bundle_of(objects: Sequence[Stix]) -> Stix:
    """Return a bundle; its id is made of the clusters that are in it."""
    clusters = [
        (obj["id"], obj["modified"])
        for obj in objects
        if obj["type"] == "coordinated-account-cluster"
    ]
    stix_id = _formally_random("bundle", {"clusters": clusters})
    return {"type": "bundle", "id": stix_id, "objects": [*objects]}


def _formally_random(stix_type: str, made_of: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(canonical_json({"type": stix_type, **made_of})).digest()
    return f"{stix_type}--{uuid.UUID(bytes=digest[:16], version=4)}"

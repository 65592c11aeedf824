"""The extension definitions of the set: twelve ids, and the objects that declare them.

They are the same in every coalition (STIX 2.1 section 7.3): one definition a class,
signed by the set's own identity. A server supplies them to every feed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SET_IDENTITY = "identity--121fd832-ae4e-4b98-ba52-d7c5da3f75e5"
"""Who signs the definitions; no member may."""

SET_CREATED = "2026-11-24T00:00:00.000Z"
"""``created`` and ``modified`` of everything the set defines."""

NEW_SDO = "new-sdo"
PROPERTY_EXTENSION = "property-extension"


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension of the set: the name of its schema, its id, and what it extends."""

    name: str
    id: str
    extension_type: str
    title: str  # what the definition says of itself
    extends: tuple[str, ...] = ()  # types, for a property extension; none: any type


EXTENSIONS: tuple[Extension, ...] = (
    Extension(
        "narrative",
        "extension-definition--4d574dab-3ba2-4cf4-9fdf-c71301159e37",
        NEW_SDO,
        "What is being told: a story that an operation spreads or feeds on.",
    ),
    Extension(
        "coordinated-account-cluster",
        "extension-definition--6ca14d0b-9aa8-4ea7-83e1-1f667acd3778",
        NEW_SDO,
        "Accounts that act as one and hide it.",
    ),
    Extension(
        "ad-buyer",
        "extension-definition--656e83ef-5147-4a35-9388-b1ad70dbcee5",
        NEW_SDO,
        "Who pays for political or issue ads, as the platform knows it.",
    ),
    Extension(
        "political-ad",
        "extension-definition--2fd9f48a-b54b-41b0-8b8b-95b28ab11394",
        NEW_SDO,
        "One political or issue ad, or ad set, as it was shown.",
    ),
    Extension(
        "channel",
        "extension-definition--24e0ad84-5c6c-48a1-8033-810486969015",
        NEW_SDO,
        "A conduit that carries content to people: a page, a group, a site.",
    ),
    Extension(
        "event",
        "extension-definition--ed8d837a-0628-4f13-8f92-18e2bd708ec7",
        NEW_SDO,
        "What is happening in the world that an operation feeds on.",
    ),
    Extension(
        "platform-action",
        "extension-definition--bfee405f-caf4-4acb-8254-98b452640069",
        NEW_SDO,
        "What a platform did about it.",
    ),
    Extension(
        "sharing",
        "extension-definition--13a0353c-47a7-43b6-9479-894055067ef7",
        PROPERTY_EXTENSION,
        "For whom, when and why its creator shares an object.",
    ),
    Extension(
        "pseudonymous-account",
        "extension-definition--a568bf18-869e-49b7-903e-72f534348867",
        PROPERTY_EXTENSION,
        "An account whose identifier is a keyed pseudonym.",
        ("user-account",),
    ),
    Extension(
        "social-account",
        "extension-definition--cc4fc912-bad7-409a-8b73-84e3d7140f7f",
        PROPERTY_EXTENSION,
        "What a social platform says of an account.",
        ("user-account",),
    ),
    Extension(
        "influence-campaign",
        "extension-definition--37a632e4-7314-4a49-b611-e3f7d168838b",
        PROPERTY_EXTENSION,
        "What an influence operation is after, where, and how far it reached.",
        ("campaign", "intrusion-set"),
    ),
    Extension(
        "recall",
        "extension-definition--fef570b8-9bc9-40f4-a283-c407b4d38731",
        PROPERTY_EXTENSION,
        "What a coalition takes back, and which versions remain.",
        ("note",),
    ),
)

EXTENSION_OF_NAME: Mapping[str, Extension] = {found.name: found for found in EXTENSIONS}
EXTENSION_OF_ID: Mapping[str, Extension] = {found.id: found for found in EXTENSIONS}

DISARM_EXTENSION = "extension-definition--322b8f77-262a-4cb8-a915-1e441e00329b"
"""MITRE's, in which OpenCTI reads the id of a technique."""

INCIDENT_CORE_EXTENSION = "extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e"
"""OASIS Incident Core; an ``event`` that has it is not ours."""


def set_identity() -> dict[str, Any]:
    """Return a new copy of the identity that signs the definitions."""
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": SET_IDENTITY,
        "created": SET_CREATED,
        "modified": SET_CREATED,
        "name": "Clearinghouse extension set",
        "identity_class": "system",
    }


def extension_definition(extension: Extension) -> dict[str, Any]:
    """Return a new copy of the definition as a STIX object."""
    return {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": extension.id,
        "created_by_ref": SET_IDENTITY,
        "created": SET_CREATED,
        "modified": SET_CREATED,
        "name": extension.name,
        "description": extension.title,
        "schema": f"JSON Schema {extension.name}.json of the Clearinghouse extension set 1.0",
        "version": "1.0.0",
        "extension_types": [extension.extension_type],
    }


def extension_definitions() -> list[dict[str, Any]]:
    """Return new copies of the twelve definitions."""
    return [extension_definition(found) for found in EXTENSIONS]

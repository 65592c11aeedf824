"""Small valid STIX objects; a test names only the property it is about."""

from __future__ import annotations

import uuid
from typing import Any

Stix = dict[str, Any]

FIRST = "2020-01-01T00:00:00.000Z"
TLP_GREEN = "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"
TLP_AMBER = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"
TLP_RED = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"
TLP_WHITE = "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"
TLP2_CLEAR = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
TLP2_GREEN = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
TLP2_AMBER = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"
TLP2_AMBER_STRICT = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"
TLP2_RED = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"


def make_id(stix_type: str) -> str:
    """Return a fresh STIX identifier."""
    return f"{stix_type}--{uuid.uuid4()}"


def stamp(n: int) -> str:
    """Return the ``n``-th of a series of ascending timestamps."""
    return f"2020-01-{1 + n // 86400:02d}T{n // 3600 % 24:02d}:{n // 60 % 60:02d}:{n % 60:02d}.000Z"


def make_sdo(stix_type: str, **properties: Any) -> Stix:
    """Return an SDO or SRO with the common properties and these."""
    made: Stix = {
        "type": stix_type,
        "spec_version": "2.1",
        "id": make_id(stix_type),
        "created": FIRST,
        "modified": FIRST,
    }
    return {**made, **properties}


def make_indicator(**properties: Any) -> Stix:
    """Return an indicator."""
    made = {
        "pattern": "[domain-name:value = 'a.example']",
        "pattern_type": "stix",
        "valid_from": FIRST,
    }
    return make_sdo("indicator", **{**made, **properties})


def make_malware(**properties: Any) -> Stix:
    """Return a malware object."""
    return make_sdo("malware", **{"is_family": False, **properties})


def make_identity(**properties: Any) -> Stix:
    """Return an identity."""
    return make_sdo("identity", **{"name": "Somebody", **properties})


def make_campaign(**properties: Any) -> Stix:
    """Return a campaign."""
    return make_sdo("campaign", **{"name": "A campaign", **properties})


def make_relationship(source: str, target: str, **properties: Any) -> Stix:
    """Return a relationship."""
    ends = {"relationship_type": "related-to", "source_ref": source, "target_ref": target}
    return make_sdo("relationship", **{**ends, **properties})


def make_url(value: str | None = None, **properties: Any) -> Stix:
    """Return a URL: a cyber-observable, without ``created`` and ``modified``."""
    made: Stix = {"type": "url", "spec_version": "2.1", "id": make_id("url")}
    made["value"] = value or f"https://{uuid.uuid4()}.example/"
    return {**made, **properties}


def make_statement(text: str = "Copyright Example", **properties: Any) -> Stix:
    """Return a statement marking: ``created``, but no ``modified``."""
    made: Stix = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": make_id("marking-definition"),
        "created": FIRST,
        "definition_type": "statement",
        "definition": {"statement": text},
    }
    return {**made, **properties}


def make_malware_2_0(**properties: Any) -> Stix:
    """Return a STIX 2.0 malware object: no ``spec_version``, labels."""
    made = make_sdo("malware", **{"name": "Old", "labels": ["trojan"], **properties})
    made.pop("spec_version")
    return made


def envelope(*objects: Stix) -> dict[str, Any]:
    """Return a TAXII envelope."""
    return {"objects": list(objects)}


def newer(stix: Stix, n: int = 1, **properties: Any) -> Stix:
    """Return the version of ``stix`` that is ``n`` seconds newer than the first."""
    return {**stix, "modified": stamp(n), **properties}

"""The markings that this project understands: TLP 2.0, TLP 1.0 and statements.

A TLP level is decided by the marking's id alone and the content of a marking is
never compared: OpenCTI sends CLEAR under the id of TLP 1.0 WHITE, with content
of its own, and keeps an AMBER+STRICT from before OASIS published one.

The definitions are word for word those of STIX 2.1 section 7.2.1.4 (TLP 1.0)
and of the OASIS extension definition 60a3c5c5 (TLP 2.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CLEAR, GREEN, AMBER, AMBER_STRICT, RED = range(5)

TLP_2_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

TLP_2 = {
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "clear",
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "green",
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "amber",
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "amber+strict",
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "red",
}

TLP_1 = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "white",
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "green",
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "amber",
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "red",
}

OPENCTI_AMBER_STRICT = "marking-definition--826578e1-40ad-459f-bc73-ede076f81f37"

OPENCTI_SDO = "extension-definition--ea279b3e-5c71-4632-ac08-831c66a786ba"
OPENCTI_SCO = "extension-definition--f93e2c80-4231-4f9a-af8b-95c9bd566a82"
OPENCTI_EXTENSIONS = frozenset({OPENCTI_SDO, OPENCTI_SCO})
"""OpenCTI adds these to every object it exports; they restrict nothing."""

_LEVELS = {
    "clear": CLEAR,
    "white": CLEAR,
    "green": GREEN,
    "amber": AMBER,
    "amber+strict": AMBER_STRICT,
    "red": RED,
}
_LEVEL_OF_ID = {
    **{marking_id: _LEVELS[name] for marking_id, name in {**TLP_2, **TLP_1}.items()},
    OPENCTI_AMBER_STRICT: AMBER_STRICT,
}


def tlp_level(marking_id: str) -> int | None:
    """Return the TLP level of a marking, 0 (clear, white) to 4 (red); ``None`` if it is not TLP.

    >>> tlp_level("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9")
    0
    """
    return _LEVEL_OF_ID.get(marking_id.lower())


def tlp_definitions() -> list[dict[str, Any]]:
    """Return new copies of the nine TLP markings that the server supplies, 2.0 first."""
    return [_tlp_2(*found) for found in TLP_2.items()] + [_tlp_1(*found) for found in TLP_1.items()]


def is_statement(obj: Mapping[str, Any]) -> bool:
    """Return whether a marking definition is a statement and nothing else (section 7.2.1.3).

    Anything beside the statement, an unknown extension above all, could
    restrict, and then the marking is not one that "does not restrict".
    """
    definition = obj.get("definition")
    extensions = obj.get("extensions", {})
    return (
        obj.get("type") == "marking-definition"
        and obj.get("definition_type") == "statement"
        and isinstance(definition, dict)
        and definition.keys() == {"statement"}
        and isinstance(definition["statement"], str)
        and isinstance(extensions, dict)
        and extensions.keys() <= OPENCTI_EXTENSIONS
    )


def _tlp_2(marking_id: str, name: str) -> dict[str, Any]:
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": marking_id,
        "created": "2022-10-01T00:00:00.000Z",
        "name": f"TLP:{name.upper()}",
        "extensions": {
            TLP_2_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": name},
        },
    }


def _tlp_1(marking_id: str, name: str) -> dict[str, Any]:
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": marking_id,
        "created": "2017-01-20T00:00:00.000Z",
        "definition_type": "tlp",
        "name": f"TLP:{name.upper()}",
        "definition": {"tlp": name},
    }

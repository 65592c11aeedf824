"""What rows of the table look for in an object or in an oracle's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from stix_models.compiled import SCHEMA_OF_TYPE
from stix_models.extensions import EXTENSION_OF_ID, EXTENSIONS, NEW_SDO
from tests.stix_models.agreement.examples import Stix
from tests.stix_models.objects import OBSERVABLES

SET_TYPES = frozenset(found.name for found in EXTENSIONS if found.extension_type == NEW_SDO)
META_TYPES = frozenset({"extension-definition", "language-content", "marking-definition"})
HASH_NAMES = frozenset(
    {"MD5", "SHA-1", "SHA-256", "SHA-512", "SHA3-256", "SHA3-512", "SSDEEP", "TLSH"}
)
NOT_OF_THE_SET = f"(?!{'|'.join(EXTENSION_OF_ID)})extension-definition--"
"""A pattern: an extension that the set does not define, as the beginning of a key."""

_NEVER_CUSTOM = frozenset({"severity", "username", "phone_number", "action"})
_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def texts(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


def has_text(obj: Any, pattern: str) -> bool:
    """Return whether a text in the object has a form as a whole."""
    return any(re.fullmatch(pattern, found) for found in texts(obj))


def is_null_or_empty_list(obj: Stix, value: Any) -> bool:
    """Return whether the value is one that the library takes for nothing."""
    return value is None or value == []


def is_value(obj: Stix, value: Any) -> bool:
    """Return whether the value is one that the library takes for something."""
    return not is_null_or_empty_list(obj, value)


def is_text(obj: Stix, value: Any) -> bool:
    """Return whether the value is a text."""
    return isinstance(value, str)


def names_a_custom_property(obj: Stix, words: str) -> bool:
    """Return whether the properties that the library does not know may be custom ones."""
    found = re.search(r"Unexpected properties for \w+: \((.*)\)|Property name '(.*)' must", words)
    assert found is not None
    names = set((found[1] or found[2] or "").split(", "))
    wrong = set(_NEVER_CUSTOM)
    if obj["type"] not in OBSERVABLES:
        wrong.add("defanged")
    return not names & wrong


def names_a_foreign_type(obj: Stix, words: str) -> bool:
    """Return whether the reference is to a type that neither STIX nor the set defines."""
    found = re.search(r"prefix '([^']*)'|custom object type: (\S+)", words)
    assert found is not None
    name = found[1] or found[2]
    return name not in SCHEMA_OF_TYPE and name not in SET_TYPES and name != "bundle"


def names_a_meta_type(obj: Stix, words: str) -> bool:
    """Return whether the reference is to a meta object."""
    found = re.search(r"prefix '([^']*)'", words)
    assert found is not None
    return found[1] in META_TYPES


def has_foreign_hash(obj: Stix, words: str) -> bool:
    """Return whether a hash in the object has a name that STIX does not list."""
    return any(not names <= HASH_NAMES for names in _hash_names(obj))


def _hash_names(value: Any) -> Iterator[set[str]]:
    if isinstance(value, list):
        for item in value:
            yield from _hash_names(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key.endswith("hashes") and isinstance(inner, dict):
                yield set(inner)
            yield from _hash_names(inner)


def is_on_another_type(obj: Stix, words: str) -> bool:
    """Return whether the predefined extension that is named is not defined for this type."""
    found = re.search(r"(\w+)Ext\b", words)
    assert found is not None
    places = {"HTTPRequest": "network-traffic", "UNIXAccount": "user-account"}
    return bool(obj["type"] != places.get(found[1], "file"))


def is_foreign(obj: Stix, found: Any) -> bool:
    """Return whether neither STIX nor the extension set defines the object's type."""
    return obj.get("type") not in SCHEMA_OF_TYPE and obj.get("type") not in SET_TYPES


def is_of_the_set(obj: Stix, found: Any) -> bool:
    """Return whether the extension set has rules for this object."""
    extensions = obj.get("extensions")
    return (
        obj.get("type") in SET_TYPES
        or obj.get("type") == "media-content"
        or (isinstance(extensions, dict) and not EXTENSION_OF_ID.keys().isdisjoint(extensions))
    )


def has_uuid_of_other_version(obj: Stix, words: str) -> bool:
    """Return whether an identifier has a UUID of another version than 1 to 5."""
    keys = obj.get("extensions")
    found = [*texts(obj), *(keys if isinstance(keys, dict) else ())]
    return any(
        re.fullmatch(f"[a-z0-9-]+--{_UUID}", text) and text[-22] not in "12345" for text in found
    )

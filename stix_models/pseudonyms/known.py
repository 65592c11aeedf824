"""What STIX and the extension set write themselves: property names, and terms in their places.

A login can be an ordinary word. Where the standard prescribes the word (``status``,
``relationship_type``, a property called ``name``) it is no name of an account; anywhere
else it may be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from stix2 import registry
from stix2.properties import FloatProperty, IntegerProperty, Property
from stix2.v21 import vocab

from stix_models.extensions import EXTENSION_OF_NAME
from stix_models.relationships import RELATIONS
from stix_models.vocabularies import OPEN_VOCABULARIES

_HASHES = ("MD5", "SHA-1", "SHA-256", "SHA-512", "SHA3-256", "SHA3-512", "SSDEEP", "TLSH")
_VERBS = (
    *("analysis-of", "attributed-to", "authored-by", "based-on", "beacons-to", "characterizes"),
    *("communicates-with", "compromises", "consists-of", "controls", "delivers", "derived-from"),
    *("downloads", "drops", "duplicate-of", "dynamic-analysis-of", "exfiltrates-to", "exploits"),
    *("has", "hosts", "impersonates", "indicates", "investigates", "located-at", "mitigates"),
    *("originates-from", "owns", "related-to", "remediates", "resolves-to"),
    *("static-analysis-of", "subtechnique-of", "targets", "uses", "variant-of", "belongs-to"),
)
_OTHER_TERMS = (
    *("bundle", "2.0", "2.1", "hmac-sha256", "id", "login", "stix", "statement", "tlp"),
    *("new-sdo", "new-sco", "new-sro", "property-extension", "toplevel-property-extension"),
    *("public", "private", "invite-only", "page", "advertiser", "account", "payer"),
)
_PLACES_OF_TERMS = frozenset(
    {
        *("account_type", "attributes", "behaviors", "concerns", "context", "definition_type"),
        *("detection_methods", "extension_type", "identity_class", "kind", "metric"),
        *(
            "objectives",
            "opinion",
            "pattern_type",
            "platform",
            "platforms",
        ),
        *("primary_motivation", "purpose", "relationship_type", "resource_level", "roles"),
        *("scheme", "secondary_motivations", "personal_motivations", "sectors", "selectors"),
        *("sophistication", "spec_version", "status", "type", "verification_status"),
        *("veracity", "visibility"),
    }
)


@cache
def property_names() -> frozenset[str]:
    """Return the names of all properties of STIX 2.1 and of the extension set."""
    definitions = (found.id for found in EXTENSION_OF_NAME.values())
    return frozenset({*_HASHES, "objects", *definitions, *_properties()})


@cache
def names_of_numbers() -> frozenset[str]:
    """Return the names of the properties that count or measure, whatever object has them."""
    return frozenset(
        name
        for name, described in _properties().items()
        if all(isinstance(one, IntegerProperty | FloatProperty) for one in described)
    )


@cache
def predefined_extensions() -> frozenset[str]:
    """Return the names of the extensions that STIX 2.1 itself defines."""
    found = registry.STIX2_OBJ_MAPS["2.1"]["extensions"]
    return frozenset(name for name in found if not name.startswith("extension-definition--"))


@cache
def _properties() -> Mapping[str, Sequence[Any]]:
    """Return how the library describes each property, of all objects that have it."""
    found: dict[str, list[Any]] = {}
    seen: set[type] = set()
    for kind in registry.STIX2_OBJ_MAPS["2.1"].values():
        for cls in kind.values():
            if getattr(cls, "_properties", None):
                for name, described in _described(cls, seen):
                    found.setdefault(name, []).append(described)
    return found


def is_place_of_terms(name: str) -> bool:
    """Return whether values of this property are terms that a standard prescribes."""
    return name in _PLACES_OF_TERMS or name.endswith("_types")


@cache
def terms() -> frozenset[str]:
    """Return the terms of STIX 2.1 and of the set: types, verbs, vocabularies."""
    found = {*_VERBS, *_OTHER_TERMS, *(relation.verb for relation in RELATIONS)}
    for listed in OPEN_VOCABULARIES.values():
        found.update(listed)
    for name in dir(vocab):
        value = getattr(vocab, name)
        if name.isupper() and isinstance(value, list):
            found.update(value)
    return frozenset(found) | type_names() | property_names()


@cache
def type_names() -> frozenset[str]:
    """Return the types of STIX 2.1 and of the set, and OpenCTI's ``media-content``."""
    known = registry.STIX2_OBJ_MAPS["2.1"]
    return frozenset({*known["objects"], *known["observables"]})


def _described(cls: Any, seen: set[type]) -> Iterator[tuple[str, Any]]:
    if cls in seen:
        return
    seen.add(cls)
    for name, described in cls._properties.items():
        contained = getattr(described, "contained", None)
        yield name, contained if isinstance(contained, Property) else described
        for inner in (
            getattr(described, "type", None),
            contained,
            getattr(contained, "type", None),
        ):
            if isinstance(inner, type) and getattr(inner, "_properties", None):
                yield from _described(inner, seen)

"""The ids that OpenCTI gives to narratives, channels and events.

OpenCTI makes its own id of an object's name and keeps the producer's beside it. With
this a person who holds a name can look the object up there. It never makes an
object's id: STIX 2.1 section 2.9 keeps that namespace for cyber-observables and
forbids one UUID for two types, which a name alone would give.
"""

from __future__ import annotations

import uuid

from stix_models.canonical import canonical_json
from stix_models.deterministic import SCO_NAMESPACE

NAMED_TYPES = frozenset({"narrative", "channel", "event"})
"""The types of the set that OpenCTI has too, and whose id there is made of the name alone."""


def opencti_id(stix_type: str, name: str) -> str:
    """Return the id that OpenCTI gives to an object of this type and name.

    Case and white space at the ends do not count; no Unicode normalisation is done, so
    a composed and a decomposed letter make two ids there.

    Raises:
        ValueError: OpenCTI has no such type, or the name holds a lone surrogate.

    >>> opencti_id("narrative", "  ELECTION was Stolen  ")
    'narrative--60e5fc03-462f-5a00-8ec1-f29a1d010d63'
    """
    if stix_type not in NAMED_TYPES:
        known = ", ".join(sorted(NAMED_TYPES))
        raise ValueError(f"OpenCTI names by name alone only {known}, not {stix_type}")
    made_of = canonical_json({"name": name.lower().strip()}).decode()
    return f"{stix_type}--{uuid.uuid5(SCO_NAMESPACE, made_of)}"

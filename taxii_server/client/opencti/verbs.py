"""Which relationships OpenCTI takes between which types; it refuses all others.

OpenCTI keeps a table of (source, verb, target) and refuses a relationship that is not in
it; ``related-to`` and ``revoked-by`` go between any two. Its table is finer than STIX:
an identity is an individual, an organization, a sector or a system there, a location a
region, country, city or position, a threat actor a group or an individual. A reference
does not tell which, so a verb counts here only if it holds for all of them; a verb that
is given up needlessly stays readable, and one that is refused would be lost. (OpenCTI
also has administrative areas, which are never made from plain STIX.)

``ad-buyer`` stands for the individuals and organizations that the profile makes of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from taxii_server.client.opencti.facts import OBSERVABLE_TYPES

RELATED_TO = "related-to"
_ANY_PAIR = frozenset({RELATED_TO, "revoked-by"})
_SPREADING = frozenset({"amplifies", "originates"})

_OPERATION_USES = "attack-pattern channel infrastructure malware narrative tool"
_TARGETS = "event identity location vulnerability"
_ADDRESSES = "domain-name ipv4-addr ipv6-addr"

_TABLE: Mapping[str, Mapping[str, str]] = {
    "ad-buyer": {"publishes": "media-content"},
    "artifact": {
        "communicates-with": _ADDRESSES,
        "derived-from": "artifact",
        "interpreted-by": "artifact file",
        "uses": "attack-pattern narrative",
    },
    "attack-pattern": {
        "delivers": "malware",
        "derived-from": "attack-pattern",
        "subtechnique-of": "attack-pattern",
        "targets": _TARGETS,
        "uses": "malware tool",
    },
    "campaign": {
        "attributed-to": "intrusion-set threat-actor",
        "compromises": "infrastructure",
        "derived-from": "campaign",
        "originates-from": "location",
        "targets": _TARGETS,
        "uses": _OPERATION_USES,
    },
    "channel": {
        "amplifies": "channel media-content",
        "belongs-to": "ad-buyer intrusion-set threat-actor user-account",
        "delivers": "malware",
        "derived-from": "channel",
        "drops": "malware",
        "publishes": "domain-name file hostname media-content text url",
        "targets": "ad-buyer event location vulnerability",
        "uses": "attack-pattern infrastructure language malware narrative tool",
    },
    "course-of-action": {
        "derived-from": "course-of-action",
        "investigates": "indicator",
        "mitigates": "attack-pattern indicator malware tool vulnerability",
        "remediates": "malware vulnerability",
    },
    "domain-name": {
        "belongs-to": "ad-buyer",
        "derived-from": "domain-name hostname",
        "resolves-to": f"{_ADDRESSES} hostname",
        "uses": "narrative",
    },
    "event": {"derived-from": "event", "located-at": "location"},
    "file": {
        "communicates-with": _ADDRESSES,
        "demonstrates": "vulnerability",
        "derived-from": "file",
        "downloads": "file",
        "drops": "file",
        "interpreted-by": "artifact file",
        "targets": "vulnerability",
        "uses": "attack-pattern narrative",
    },
    "hostname": {
        "communicates-with": _ADDRESSES,
        "derived-from": "hostname",
        "drops": "artifact file",
        "resolves-to": _ADDRESSES,
        "uses": "attack-pattern",
    },
    "identity": {"located-at": "location"},
    "incident": {
        "attributed-to": "campaign intrusion-set threat-actor",
        "compromises": "infrastructure",
        "derived-from": "incident",
        "originates-from": "location",
        "targets": _TARGETS,
        "uses": _OPERATION_USES,
    },
    "indicator": {
        "based-on": "observable observed-data",
        "derived-from": "indicator",
        "indicates": "attack-pattern campaign incident infrastructure intrusion-set malware "
        "threat-actor tool vulnerability",
    },
    "infrastructure": {
        "communicates-with": f"{_ADDRESSES} infrastructure url",
        "consists-of": "infrastructure observable observed-data",
        "controls": "infrastructure malware",
        "delivers": "malware",
        "derived-from": "infrastructure",
        "detects": "attack-pattern",
        "has": "vulnerability",
        "hosts": "malware software tool",
        "located-at": "location",
        "supports": "infrastructure",
        "uses": "infrastructure",
    },
    "intrusion-set": {
        "attributed-to": "campaign threat-actor",
        "compromises": "infrastructure",
        "derived-from": "intrusion-set",
        "hosts": "infrastructure",
        "originates-from": "location",
        "owns": "infrastructure",
        "part-of": "intrusion-set",
        "targets": _TARGETS,
        "uses": f"{_OPERATION_USES} file",
    },
    "ipv4-addr": {
        "belongs-to": "ad-buyer autonomous-system",
        "communicates-with": "ipv4-addr",
        "derived-from": "ipv4-addr",
        "located-at": "location",
        "resolves-to": "mac-addr",
    },
    "ipv6-addr": {
        "belongs-to": "ad-buyer autonomous-system",
        "derived-from": "ipv6-addr",
        "located-at": "location",
        "resolves-to": "mac-addr",
    },
    "malware": {
        "authored-by": "intrusion-set threat-actor",
        "beacons-to": "infrastructure",
        "communicates-with": f"{_ADDRESSES} url",
        "controls": "malware",
        "derived-from": "malware",
        "downloads": "file malware tool",
        "drops": "file malware tool",
        "exfiltrates-to": "infrastructure",
        "exploits": "vulnerability",
        "originates-from": "location",
        "targets": f"{_TARGETS} infrastructure",
        "uses": "attack-pattern infrastructure malware tool",
        "variant-of": "malware",
    },
    "media-content": {
        "authored-by": "ad-buyer user-account",
        "derived-from": "media-content",
        "uses": "narrative",
    },
    "narrative": {"derived-from": "narrative", "subnarrative-of": "narrative"},
    "software": {
        "derived-from": "software",
        "has": "vulnerability",
        "remediates": "vulnerability",
    },
    "text": {"derived-from": "text", "uses": "narrative"},
    "threat-actor": {
        "attributed-to": "ad-buyer",
        "compromises": "infrastructure",
        "cooperates-with": "threat-actor",
        "hosts": "infrastructure",
        "impersonates": "ad-buyer",
        "located-at": "location",
        "owns": "infrastructure",
        "participates-in": "campaign",
        "targets": _TARGETS,
        "uses": f"{_OPERATION_USES} file",
    },
    "tool": {
        "delivers": "malware",
        "derived-from": "tool",
        "drops": "malware",
        "has": "vulnerability",
        "targets": f"{_TARGETS} infrastructure",
        "uses": "attack-pattern infrastructure",
    },
    "url": {"derived-from": "url", "uses": "narrative"},
    "user-account": {"derived-from": "user-account", "publishes": "media-content"},
    "vulnerability": {"derived-from": "vulnerability"},
}

_TAKEN = frozenset(
    (source, verb, target)
    for source, verbs in _TABLE.items()
    for verb, targets in verbs.items()
    for target in targets.split()
)
_ALSO = {"ad-buyer": ("ad-buyer", "identity"), "coordinated-account-cluster": ("intrusion-set",)}
"""Under which names in the table a type of the set goes, once it is another type."""


def verb_for_opencti(source_type: str, verb: str, target_type: str) -> str:
    """Return the verb that OpenCTI takes for a relationship between two types, as they were sent.

    >>> verb_for_opencti("coordinated-account-cluster", "amplifies", "narrative")
    'uses'
    >>> verb_for_opencti("ad-buyer", "purchased", "political-ad")
    'related-to'
    """
    if source_type == "coordinated-account-cluster" and verb in _SPREADING:
        verb = "uses"
    return verb if _is_taken(source_type, verb, target_type) else RELATED_TO


def _is_taken(source_type: str, verb: str, target_type: str) -> bool:
    sources, targets = (_ALSO.get(name, (name,)) for name in (source_type, target_type))
    if target_type in OBSERVABLE_TYPES:
        targets = (*targets, "observable")
    return verb in _ANY_PAIR or any((s, verb, t) in _TAKEN for s in sources for t in targets)

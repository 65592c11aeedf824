"""What OpenCTI 7 takes, as far as the profile must know it.

Seen in pycti 7.261026.0, which every import into OpenCTI goes through: its bundle
splitter drops each object of another type than these, each relationship and sighting
that loses an end that way, and the name of such an object in every list of
references. A test compares the types with those of pycti.
"""

from __future__ import annotations

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ENTITY_TYPES = _words(
    """
    attack-pattern campaign case-incident case-rfi case-rft channel course-of-action
    data-component data-source event external-reference feedback grouping identity incident
    indicator infrastructure intrusion-set kill-chain-phase label language location malware
    malware-analysis marking-definition narrative note observed-data opinion report
    security-coverage security-coverage-result task threat-actor tool vocabulary vulnerability
    x-mitre-data-component x-mitre-data-source x-opencti-case-incident x-opencti-case-rfi
    x-opencti-case-rft x-opencti-feedback x-opencti-task
    """
)
OBSERVABLE_TYPES = _words(
    """
    ai-prompt artifact autonomous-system bank-account credential cryptocurrency-wallet
    cryptographic-key directory domain-name email-addr email-message email-mime-part-type file
    hostname iccid imei imsi ipv4-addr ipv6-addr mac-addr media-content mutex network-traffic
    payment-card persona phone-number process simple-observable software ssh-key text
    tracking-number url user-account user-agent windows-registry-key
    windows-registry-value-type x509-certificate
    """
)
TAKEN_TYPES = ENTITY_TYPES | OBSERVABLE_TYPES | {"relationship", "sighting"}
"""The types of objects that get through; OpenCTI's internal ones are nobody's to send."""

NOT_FOR_OPENCTI = frozenset({"extension-definition"})
"""What only tells other tools how to read objects; the profile leaves it out."""

_COMMON = _words(
    """
    type spec_version id created_by_ref created modified revoked labels confidence lang
    external_references object_marking_refs granular_markings extensions name description aliases
    """
)
READ_PROPERTIES: Mapping[str, frozenset[str]] = {
    "narrative": _COMMON | {"narrative_types"},
    "channel": _COMMON | {"channel_types"},
    "event": _COMMON | {"event_types", "start_time", "stop_time"},
}
"""The set's types that OpenCTI has too, and what it reads of them; it ignores the rest."""

ORDERS = _words(
    """
    opencti_operation opencti_upsert_operations is_inferred granted_refs
    x_opencti_granted_refs x_opencti_id x_opencti_stix_ids stix_ids
    """
)
"""Properties by which an object tells OpenCTI what to do with it or whose it is.

An import obeys ``opencti_operation`` (delete, merge, share, send a mail), skips what is
"inferred" and lets one object stand for another whose internal id, or one of whose ids
in STIX, it claims. No producer may decide such things in somebody else's platform.
"""

_NO_TEXT = _words(
    """
    case-incident case-rfi case-rft data-component data-source external-reference feedback
    kill-chain-phase label language malware-analysis marking-definition observed-data
    security-coverage security-coverage-result task vocabulary
    """
)


def text_property(stix_type: str) -> str | None:
    """Return the property that OpenCTI shows as an object's text; ``None`` if there is none.

    >>> text_property("note"), text_property("user-account"), text_property("campaign")
    ('content', 'x_opencti_description', 'description')
    """
    if stix_type in OBSERVABLE_TYPES:
        return "x_opencti_description"
    if stix_type in _NO_TEXT or stix_type.startswith("x-"):
        return None
    return {"note": "content", "opinion": "explanation"}.get(stix_type, "description")

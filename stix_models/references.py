"""The types that STIX 2.1's own references may name, where its schemas do not say so.

Each is a MUST of chapter 4 or 6 of the standard: "the object referenced MUST be of
type …". The schemas of OASIS have plain texts there, from STIX 2.0, or any identifier.
"""

from __future__ import annotations

from collections.abc import Mapping

_ADDRESSES = ("ipv4-addr", "ipv6-addr", "mac-addr", "domain-name")
_MAIL = ("email-addr",)
_BINARY = ("artifact",)
_IP = {"resolves_to_refs": ("mac-addr",), "belongs_to_refs": ("autonomous-system",)}

REFERS_TO: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "observables/directory": {"contains_refs": ("file", "directory")},
    "observables/domain-name": {"resolves_to_refs": ("ipv4-addr", "ipv6-addr", "domain-name")},
    "observables/email-addr": {"belongs_to_ref": ("user-account",)},
    "observables/email-message": {
        "from_ref": _MAIL,
        "sender_ref": _MAIL,
        "to_refs": _MAIL,
        "cc_refs": _MAIL,
        "bcc_refs": _MAIL,
        "raw_email_ref": _BINARY,
        "body_raw_ref": ("artifact", "file"),
    },
    "observables/file": {"parent_directory_ref": ("directory",), "content_ref": _BINARY},
    "observables/ipv4-addr": _IP,
    "observables/ipv6-addr": _IP,
    "observables/network-traffic": {
        "src_ref": _ADDRESSES,
        "dst_ref": _ADDRESSES,
        "src_payload_ref": _BINARY,
        "dst_payload_ref": _BINARY,
        "encapsulates_refs": ("network-traffic",),
        "encapsulated_by_ref": ("network-traffic",),
        "message_body_data_ref": _BINARY,
    },
    "observables/process": {
        "opened_connection_refs": ("network-traffic",),
        "creator_user_ref": ("user-account",),
        "image_ref": ("file",),
        "parent_ref": ("process",),
        "child_refs": ("process",),
        "service_dll_refs": ("file",),
    },
    "observables/windows-registry-key": {"creator_user_ref": ("user-account",)},
    "sdos/malware": {"sample_refs": ("file", "artifact")},
    "sdos/malware-analysis": {"sample_ref": ("file", "network-traffic", "artifact")},
}
"""Types by the schema's and the property's name, inside of its extensions too."""

"""The MUSTs of STIX 2.1 that no schema can express: they compare properties with each other.

All of them take objects that their schema has accepted.
"""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from stix_models.describing import pointer_to, shown
from stix_models.deterministic import ID_CONTRIBUTING
from stix_models.forms import either
from stix_models.instants import Order, is_before, out_of_order
from stix_models.markings import OPENCTI_AMBER_STRICT, TLP_1, TLP_2
from stix_models.problems import Problem

Stix = Mapping[str, Any]


def common_rules(obj: Stix) -> Iterator[Problem]:
    """Yield what is wrong with the id, the dates and the granular markings of any object."""
    if not obj["id"].startswith(f"{obj['type']}--"):
        prefix = shown(f"{obj['type']}--")
        message = f"The id must begin with the object's type, {prefix}; correct one of the two."
        yield Problem("/id", "id-type", "error", message)
    modified, created = obj.get("modified"), obj.get("created")
    if modified is not None and created is not None and is_before(modified, created):
        message = "modified lies before created; correct one of the two."
        yield Problem("/modified", "time-order", "error", message)
    if "granular_markings" in obj:
        yield from _selector_rules(obj)


def reserved_names(obj: Stix) -> Iterator[Problem]:
    """Yield the properties whose name no object of STIX 2.1 may have (section 3.8)."""
    if not RESERVED.isdisjoint(obj):
        for name in sorted(RESERVED & obj.keys()):
            message = "STIX reserves this name (section 3.8); use another one."
            yield Problem(f"/{name}", "reserved", "error", message)


def standard_rules(obj: Stix) -> Iterator[Problem]:
    """Yield what else is wrong with an object of one of STIX 2.1's own types."""
    type_name = obj["type"]
    orders = ORDERS.get(type_name)
    if orders is not None:
        yield from out_of_order(obj, orders, "")
    if type_name in MAY_LACK_ID_PARTS:
        yield from _id_version_rules(obj)
    special = _SPECIAL_RULES.get(type_name)
    if special is not None:
        yield from special(obj)


def _selector_rules(obj: Stix) -> Iterator[Problem]:
    """Selectors must find something in the object (section 7.2.3.1)."""
    for number, marking in enumerate(obj["granular_markings"]):
        for place, selector in enumerate(marking["selectors"]):
            if not _selects(obj, selector):
                pointer = f"/granular_markings/{number}/selectors/{place}"
                message = (
                    f"The selector {shown(selector)} names nothing in this object; name a"
                    " property that is there, such as description or labels.[0]."
                )
                yield Problem(pointer, "selector", "error", message)


def _selects(obj: Any, selector: str) -> bool:
    for step in selector.split("."):
        index = _INDEX.fullmatch(step)
        if index is not None and isinstance(obj, list):
            digits = index[1].lstrip("0") or "0"
            if len(digits) > 9 or int(digits) >= len(obj):
                return False
            obj = obj[int(digits)]
        elif isinstance(obj, dict) and step in obj:
            obj = obj[step]
        else:
            return False
    return True


def _id_version_rules(obj: Stix) -> Iterator[Problem]:
    """What has none of the properties that make an id has a random one (section 2.9)."""
    names = ID_CONTRIBUTING[obj["type"]]
    if not any(name in obj for name in names) and uuid.UUID(obj["id"][-36:]).version != 4:
        message = (
            f"Without {either(list(names))} the id cannot be made from them; its UUID must be a"
            " random one, of version 4."
        )
        yield Problem("/id", "id-version", "error", message)


def _marking_definition_rules(obj: Stix) -> Iterator[Problem]:
    if obj.get("definition_type") == "tlp" and obj["id"].lower() not in _TLP_IDS:
        message = "Nobody may define further TLP markings; use the TLP marking that STIX defines."
        yield Problem("/definition_type", "tlp-marking", "error", message)
    named = {*obj.get("object_marking_refs", ())}
    named |= {m.get("marking_ref") for m in obj.get("granular_markings", ())}
    if obj["id"] in named:
        message = "A marking must not mark itself; leave its own id out of its markings."
        yield Problem("/id", "marks-itself", "error", message)


def _language_content_rules(obj: Stix) -> Iterator[Problem]:
    for language, translated in obj["contents"].items():
        pointer = pointer_to(["contents", language])
        if not isinstance(translated, dict) or not translated:
            message = "Each language needs an object of translated properties."
            yield Problem(pointer, "contents", "error", message)
        if _LANGUAGE.fullmatch(language) is None:
            message = f"{shown(language)} is not a language code of RFC 5646, such as de."
            yield Problem(pointer, "language", "error", message)


def _ipv6_rules(obj: Stix) -> Iterator[Problem]:
    try:
        ipaddress.IPv6Interface(obj["value"])
    except ValueError:
        message = f"{shown(obj['value'])} is not an IPv6 address like 2001:db8::1, or CIDR block."
        yield Problem("/value", "ipv6-address", "error", message)


RESERVED = frozenset({"severity", "username", "phone_number", "action"})
"""Names that STIX 2.1 reserves across all objects."""

MAY_LACK_ID_PARTS = frozenset(
    {"artifact", "email-message", "user-account", "windows-registry-key", "x509-certificate"}
)
"""Observables all of whose ID contributing properties are optional."""

_INDEX = re.compile(r"\[([0-9]+)\]")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_TLP_IDS = {*TLP_1, *TLP_2, OPENCTI_AMBER_STRICT}
_SEEN: tuple[Order, ...] = (("last_seen", "first_seen", True),)
ORDERS: Mapping[str, tuple[Order, ...]] = {
    "campaign": _SEEN,
    "indicator": (("valid_until", "valid_from", False),),
    "infrastructure": _SEEN,
    "intrusion-set": _SEEN,
    "malware": _SEEN,
    "network-traffic": (("end", "start", True),),
    "observed-data": (("last_observed", "first_observed", True),),
    "relationship": (("stop_time", "start_time", False),),
    "sighting": _SEEN,
    "threat-actor": _SEEN,
}
"""Pairs of times by type."""

_SPECIAL_RULES: Mapping[str, Callable[[Stix], Iterator[Problem]]] = {
    "ipv6-addr": _ipv6_rules,
    "language-content": _language_content_rules,
    "marking-definition": _marking_definition_rules,
}

"""The extension set's own rules that no schema can express: sections 2 and 3 of the object model.

They take any JSON value, whatever its shape, because the classes of the set ask them
too: what has the wrong form is the schema's business and passes here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from stix_models.describing import pointer_to, shown
from stix_models.extensions import (
    DISARM_EXTENSION,
    EXTENSION_OF_ID,
    EXTENSION_OF_NAME,
    INCIDENT_CORE_EXTENSION,
    NEW_SDO,
    Extension,
)
from stix_models.instants import Order, out_of_order
from stix_models.markings import OPENCTI_EXTENSIONS, TLP_2_EXTENSION
from stix_models.problems import Problem
from stix_models.rules_payment import payment_rules
from stix_models.rules_pseudonym import PSEUDONYMOUS, pseudonym_rules

KNOWN_EXTENSIONS = frozenset(
    {
        *EXTENSION_OF_ID,
        *OPENCTI_EXTENSIONS,
        TLP_2_EXTENSION,
        DISARM_EXTENSION,
        INCIDENT_CORE_EXTENSION,
    }
)
"""Extensions whose definition nobody needs to send: the set's, OpenCTI's, OASIS', MITRE's."""

Rule = Callable[[Mapping[str, Any]], Iterator[Problem]]


def problems_of(obj: Any) -> Iterator[Problem]:
    """Yield what is wrong with an object by the rules of the set; all of it is an error.

    Args:
        obj: Any JSON value; only objects of the set's types and those that carry
            extensions can break a rule here.
    """
    if not isinstance(obj, dict):
        return
    type_name, extensions = obj.get("type"), obj.get("extensions")
    if isinstance(extensions, dict):
        yield from _extension_rules(obj, type_name, extensions)
    if not isinstance(type_name, str) or is_foreign_event(obj):
        return
    orders = ORDERS.get(type_name)
    if orders is not None:
        yield from out_of_order(obj, orders, "")
    for name in RANGES.get(type_name, ()):
        yield from _ranges(obj.get(name), f"/{name}")
    for rule in RULES.get(type_name, ()):
        yield from rule(obj)


def is_foreign_event(obj: Mapping[str, Any]) -> bool:
    """Return whether an ``event`` is that of OASIS Incident Core, to which nothing here applies."""
    if obj.get("type") != "event":
        return False
    extensions = obj.get("extensions")
    return isinstance(extensions, dict) and INCIDENT_CORE_EXTENSION in extensions


def unknown_extensions(obj: Mapping[str, Any]) -> frozenset[str]:
    """Return the extension definitions named in the object that ``KNOWN_EXTENSIONS`` lacks.

    Their ids are in small letters.
    """
    extensions = obj.get("extensions")
    if not isinstance(extensions, dict):
        return frozenset()
    keys = {key.lower() for key in extensions if key.startswith("extension-definition--")}
    return frozenset(keys - KNOWN_EXTENSIONS)


def _extension_rules(
    obj: Mapping[str, Any], type_name: object, extensions: Mapping[str, Any]
) -> Iterator[Problem]:
    for key in extensions:
        extension = EXTENSION_OF_ID.get(key)
        pointer = pointer_to(["extensions", key])
        if extension is None:
            if key.lower() in EXTENSION_OF_ID:
                message = "The id of an extension of this set must be in small letters; rewrite it."
                yield Problem(pointer, "extension-id", "error", message)
        elif not _belongs_on(extension, type_name):
            places = _places(extension)
            message = f"The extension {extension.name} belongs on {places}; leave it out here."
            yield Problem(pointer, "extension-place", "error", message)
    if PSEUDONYMOUS in extensions and type_name == "user-account":
        yield from pseudonym_rules(obj)
    yield from _amplification_rules(obj)


def _amplification_rules(obj: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the estimate in *influence-campaign*."""
    content = obj["extensions"].get(INFLUENCE)
    if isinstance(content, dict):
        pointer = f"/extensions/{INFLUENCE}/amplification_estimate"
        yield from _ranges(content.get("amplification_estimate"), pointer)


def _belongs_on(extension: Extension, type_name: object) -> bool:
    if extension.extension_type == NEW_SDO:
        return type_name == extension.name
    if extension.extends:
        return type_name in extension.extends
    return type_name != "extension-definition"


def _places(extension: Extension) -> str:
    if extension.extension_type == NEW_SDO:
        return f"objects of type {extension.name}"
    if extension.extends:
        return f"objects of type {' or '.join(extension.extends)}"
    return "any object but an extension-definition"


def _ranges(found: Any, pointer: str) -> Iterator[Problem]:
    """``lower`` must not exceed ``upper``, in a range or in each of a list of ranges."""
    if isinstance(found, list):
        for number, item in enumerate(found):
            yield from _ranges(item, f"{pointer}/{number}")
    elif isinstance(found, dict):
        lower, upper = found.get("lower"), found.get("upper")
        if isinstance(lower, int | float) and isinstance(upper, int | float) and upper < lower:
            message = (
                f"upper is {shown(upper)}, less than lower, {shown(lower)}; correct one of them."
            )
            yield Problem(f"{pointer}/upper", "range", "error", message)


def _account_count(obj: Mapping[str, Any]) -> Iterator[Problem]:
    """A cluster cannot list more accounts than it counts; a count without ``upper`` is open."""
    metrics, accounts = obj.get("metrics"), obj.get("account_refs")
    if not isinstance(metrics, list) or not isinstance(accounts, list):
        return
    total: float = 0
    counted = False
    for metric in metrics:
        if isinstance(metric, dict) and metric.get("metric") == "accounts":
            upper = metric.get("upper")
            if not isinstance(upper, int | float):
                return
            total += upper
            counted = True
    if counted and total < len(accounts):
        message = (
            f"{len(accounts)} accounts are listed, but metrics counts {shown(total)} at most;"
            " correct upper where metric is accounts, or list fewer."
        )
        yield Problem("/account_refs", "account-count", "error", message)


def _ad_dates(obj: Mapping[str, Any]) -> Iterator[Problem]:
    spend = obj.get("ad_spend")
    if isinstance(spend, dict):
        yield from out_of_order(spend, (("last_ad", "first_ad", True),), "/ad_spend")


INFLUENCE = EXTENSION_OF_NAME["influence-campaign"].id
_SEEN: tuple[Order, ...] = (("last_seen", "first_seen", True),)
_SHOWN: tuple[Order, ...] = (("stop_time", "start_time", True),)
ORDERS: Mapping[str, tuple[Order, ...]] = {
    "narrative": _SEEN,
    "coordinated-account-cluster": _SEEN,
    "ad-buyer": _SEEN,
    "political-ad": _SHOWN,
    "channel": _SEEN,
    "event": _SHOWN,
    "platform-action": (("reversed_at", "performed_at", True),),
}
"""Pairs of times by type."""

RANGES: Mapping[str, tuple[str, ...]] = {
    "narrative": ("metrics",),
    "coordinated-account-cluster": ("metrics", "ad_spend"),
    "ad-buyer": ("total_spend",),
    "political-ad": ("spend", "impressions"),
    "channel": ("metrics",),
    "platform-action": ("metrics",),
}
"""Properties that are a range or a list of ranges, by type."""

RULES: Mapping[str, tuple[Rule, ...]] = {
    "coordinated-account-cluster": (_account_count, _ad_dates),
    "ad-buyer": (payment_rules,),
}
"""What else is compared, by type."""

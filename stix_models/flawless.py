"""The short cut for objects without a flaw, which makes the usual answer of ``validate`` quick.

Most objects that arrive are well. What passes its type's schema in ``flawless_schemas``
and the comparisons here is; everything else, right or wrong, goes the long way, which
alone decides. Tests say that the two never differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from stix_models import advice
from stix_models.disarm import technique_problems
from stix_models.instants import is_before
from stix_models.markings import TLP_1, TLP_2
from stix_models.relaxations import IDENTITY, MARKING
from stix_models.rules import INFLUENCE, ORDERS, RANGES, RULES
from stix_models.rules_payment import payment_rules
from stix_models.rules_pseudonym import (
    ALLOWED,
    ALLOWED_EXTENSIONS,
    PSEUDONYMOUS,
    quick_meeting_id,
)
from stix_models.rules_stix import ORDERS as STANDARD_ORDERS
from stix_models.vocabularies import OPEN_VOCABULARIES

Stix = Mapping[str, Any]
Test = Callable[[Any], bool]


def flaw_test(type_name: str, is_valid: Test) -> Test:
    """Return the function that tells whether an object of this type is without a flaw.

    Args:
        type_name: One of STIX 2.1's own types or of the set's.
        is_valid: The compiled schema of ``flawless_schemas``.
    """
    orders = (*STANDARD_ORDERS.get(type_name, ()), *ORDERS.get(type_name, ()))
    amount = advice.AMOUNTS.get(type_name, "")
    ranges = RANGES.get(type_name, ())
    rules = [rule for rule in RULES.get(type_name, ()) if rule is not payment_rules]
    if type_name == "attack-pattern":
        rules.append(technique_problems)

    def is_flawless(obj: Stix) -> bool:
        if not is_valid(obj):
            return False
        markings = obj.get("object_marking_refs", ())
        if not _markings.issuperset(markings) and not _are_new_markings(markings):
            return False
        if "created" in obj and not _has_good_versions(obj):
            return False
        for later, earlier, equal_too in orders:
            if later in obj and earlier in obj:
                last, first = obj[later], obj[earlier]
                if is_before(last, first) or not (equal_too or is_before(first, last)):
                    return False
        for name in ranges:
            if name in obj and not _are_ranges(obj[name]):
                return False
        if amount in obj and "currency" not in obj[amount]:
            return False
        for rule in rules:
            if next(rule(obj), None) is not None:
                return False
        return "extensions" not in obj or _has_good_extensions(obj)

    return is_flawless


def _are_ranges(found: Any) -> bool:
    for one in found if isinstance(found, list) else (found,):
        if "upper" in one and one["upper"] < one.get("lower", 0):
            return False
    return True


def _has_good_versions(obj: Stix) -> bool:
    """Check created_by_ref, created and modified, of which the schema says little.

    The few creators and markings of a push are remembered, which is quicker than a
    pattern; a date-time of RFC 3339 is STIX's if it has a T and a Z, in a year but 0.
    """
    created, modified, creator = obj["created"], obj["modified"], obj.get("created_by_ref")
    if creator is not None and not (creator in _creators or _learn(_creators, IDENTITY, creator)):
        return False
    if created[-1] != "Z" or created[10] != "T" or created < "0001":
        return False
    if modified == created:
        return True
    return modified[-1] == "Z" and modified[10] == "T" and not is_before(modified, created)


def _has_good_extensions(obj: Stix) -> bool:
    extensions = obj["extensions"]
    if PSEUDONYMOUS in extensions:
        return _is_pseudonym(obj, extensions)
    if INFLUENCE in extensions:
        return _are_ranges(extensions[INFLUENCE].get("amplification_estimate", {}))
    return True


def _is_pseudonym(obj: Stix, extensions: Stix) -> bool:
    user_id, account_type = obj.get("user_id"), obj.get("account_type")
    declared = extensions[PSEUDONYMOUS]
    return (
        account_type in _PLATFORMS
        and user_id is not None
        and user_id.startswith(f"pseudonym:{declared['key_id']}:{declared['kind']}:")
        and ALLOWED.issuperset(obj)
        and ALLOWED_EXTENSIONS.issuperset(extensions)
        and obj["id"] == quick_meeting_id(account_type, user_id)
    )


def _are_new_markings(markings: Iterable[str]) -> bool:
    return all(found in _markings or _learn(_markings, MARKING, found) for found in markings)


def _learn(known: set[str], pattern: str, identifier: str) -> bool:
    """Return whether an identifier has this form, and remember it if so."""
    if re.fullmatch(pattern, identifier) is None:
        return False
    if len(known) > _REMEMBERED:
        known.clear()
    known.add(identifier)
    return True


_PLATFORMS = frozenset(OPEN_VOCABULARIES["platform-ov"])
_REMEMBERED = 10_000
_markings: set[str] = {*TLP_2, *TLP_1}
_creators: set[str] = set()

"""Whether an object is valid STIX: the compiled schemas plus the rules they cannot express.

STIX 2.1's own types are checked by the OASIS schemas (``compiled``), then by the
MUSTs here that compare properties with each other. Every other type, and every
STIX 2.0 object, is checked by the common properties alone: this server carries
what its members agree on, it does not know every type.

A ``Problem`` of severity ``error`` refuses the object. A ``warning`` never does:
an instant with few digits is exact enough to be a version, and OpenCTI puts
``modified`` on markings.

Not checked: formats (``url`` and mail addresses are passed on as they were
found), open vocabularies, deterministic ids, and the syntax of patterns, which
would cost a thousand times as much as everything here.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import jsonschema_rs

from stix_models.compiled import SCHEMA_OF_TYPE, common_validator, validator_of
from stix_models.describing import describe, pointer_to, shown
from stix_models.markings import OPENCTI_AMBER_STRICT, TLP_1, TLP_2
from stix_models.problems import Problem

MAX_PROBLEMS = 5
"""Problems reported for one object; the sender mends these and sends again."""

_SMALL = 2_000  # values in an object

Stix = Mapping[str, Any]


def validate(obj: Any, *, accept_undeclared_types: bool) -> list[Problem]:
    """Return what is wrong with a STIX 2.1 object; an empty list when nothing is.

    Args:
        obj: Untrusted JSON value, as ``read_envelope`` returns it without faults.
        accept_undeclared_types: Accept types that neither STIX 2.1 nor an
            extension inside of the object declares.
    """
    type_name = obj.get("type") if isinstance(obj, dict) else None
    validator = validator_of(type_name) if isinstance(type_name, str) else None
    foreign = validator is None
    if validator is None:
        validator = common_validator()
    if not validator.is_valid(obj):
        return _schema_problems(validator, obj)
    rules = _rules_of_foreign(obj, accept_undeclared_types) if foreign else _rules_of_own(obj)
    return list(islice(rules, MAX_PROBLEMS))


def validate_common(obj: Any) -> list[Problem]:
    """Return what is wrong with the common properties of a STIX 2.0 object."""
    validator = common_validator()
    if not validator.is_valid(obj):
        return _schema_problems(validator, obj)
    return list(islice(_rules_of_2_0(obj), MAX_PROBLEMS))


def is_declared(obj: Stix) -> bool:
    """Return whether STIX 2.1 or an extension in the object declares the object's type."""
    return obj.get("type") in SCHEMA_OF_TYPE or _declared_class(obj) is not None


def _schema_problems(validator: jsonschema_rs.Validator, obj: Any) -> list[Problem]:
    """Return the first problems of an object that its schema refuses.

    ``iter_errors`` finds every error before it yields one, at up to 100 µs each,
    so an object that could have very many is asked for its first one only.
    """
    found: dict[tuple[str, str], Problem] = {}
    errors = validator.iter_errors(obj) if _is_small(obj) else _first_error(validator, obj)
    findings = (finding for error in errors for finding in describe(error))
    for finding in findings:
        place = (finding.pointer, "" if finding.pointer else finding.rule)
        problem = Problem(finding.pointer, finding.rule, "error", finding.message)
        found.setdefault(place, problem)  # one a place: the keywords say the same twice
        if len(found) == MAX_PROBLEMS:
            break
    return list(found.values())


def _first_error(validator: jsonschema_rs.Validator, obj: Any) -> Iterator[Any]:
    try:
        validator.validate(obj)
    except jsonschema_rs.ValidationError as error:
        yield error


def _is_small(obj: Any) -> bool:
    """Return whether a value holds at most ``_SMALL`` values, looking at no more of them."""
    pending, seen = [obj], 0
    while pending:
        value = pending.pop()
        if isinstance(value, dict | list):
            seen += len(value)
            if seen > _SMALL:
                return False
            pending.extend(value.values() if isinstance(value, dict) else value)
    return True


def _rules_of_own(obj: Stix) -> Iterator[Problem]:
    yield from _identity_rules(obj)
    yield from _marking_rules(obj)
    for name in _RESERVED & obj.keys():
        yield Problem(f"/{name}", "reserved", "error", "The name is reserved by STIX; rename it.")
    yield from _time_rules(obj, _ORDER_OF_TIMES.get(obj["type"], ()))
    special = _SPECIAL_RULES.get(obj["type"])
    if special is not None:
        yield from special(obj)


def _rules_of_foreign(obj: Stix, accept_undeclared_types: bool) -> Iterator[Problem]:
    yield from _identity_rules(obj)
    yield from _marking_rules(obj)
    declared = _declared_class(obj)
    if obj["type"] in _NOT_FOR_OBJECTS:
        yield Problem("/type", "reserved", "error", _NOT_FOR_OBJECTS[obj["type"]])
    elif declared is None and not accept_undeclared_types:
        yield Problem("/type", "undeclared-type", "error", _UNDECLARED)
    versioned = "created" in obj or "modified" in obj
    required: tuple[str, ...] = ("spec_version", "created") if versioned else ()
    if declared in {"new-sdo", "new-sro"}:
        required = ("spec_version", "created", "modified")
    for name in required:
        if name not in obj:
            yield Problem(f"/{name}", "required", "error", f"{name} is missing; add it.")
    if obj.get("spec_version", "2.1") != "2.1":
        yield Problem("/spec_version", "spec-version", "error", 'It must be "2.1".')
    yield from _time_rules(obj, ())


def _rules_of_2_0(obj: Stix) -> Iterator[Problem]:
    yield from _identity_rules(obj)
    yield from _marking_rules(obj)
    if obj["type"] in _NOT_FOR_OBJECTS:
        yield Problem("/type", "reserved", "error", _NOT_FOR_OBJECTS[obj["type"]])
    if obj.get("spec_version", "2.0") != "2.0":
        yield Problem("/spec_version", "spec-version", "error", 'It must be absent or "2.0".')
    yield from _time_rules(obj, ())


def _identity_rules(obj: Stix) -> Iterator[Problem]:
    if not obj["id"].startswith(f"{obj['type']}--"):
        message = f"The id must begin with the object's type, {shown(obj['type'] + '--')}."
        yield Problem("/id", "id-type", "error", message)


def _time_rules(obj: Stix, orders: tuple[tuple[str, str, bool], ...]) -> Iterator[Problem]:
    """Compare times as instants (section 2.16); all are valid timestamps in UTC by now."""
    created, modified = obj.get("created"), obj.get("modified")
    if modified is not None and created is not None and _instant(modified) < _instant(created):
        yield Problem("/modified", "time-order", "error", "modified lies before created.")
    for later, earlier, equal_too in orders:
        if later in obj and earlier in obj:
            last, first = _instant(obj[later]), _instant(obj[earlier])
            if last < first or (last == first and not equal_too):
                message = f"{later} must be later than {earlier}."
                if equal_too:
                    message = f"{later} must not be before {earlier}."
                yield Problem(f"/{later}", "time-order", "error", message)
    if obj["type"] in _MAY_BE_COARSE:
        return
    for name, value in (("created", created), ("modified", modified)):
        if value is not None and len(value) < _WITH_MILLISECONDS:
            message = "The time should have at least three digits after the seconds."
            yield Problem(f"/{name}", "timestamp-precision", "warning", message)


def _instant(timestamp: str) -> str:
    """Return a text that sorts as the instant does: no ``Z``, no zeros at the end."""
    return timestamp[:-1].rstrip("0").rstrip(".") if "." in timestamp else timestamp[:-1]


def _marking_rules(obj: Stix) -> Iterator[Problem]:
    """Selectors must find something in the object (section 7.2.3.1)."""
    for number, marking in enumerate(obj.get("granular_markings", ())):
        for place, selector in enumerate(marking["selectors"]):
            if not _selects(obj, selector):
                pointer = f"/granular_markings/{number}/selectors/{place}"
                message = f"The selector {shown(selector)} names nothing in this object."
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


def _marking_definition_rules(obj: Stix) -> Iterator[Problem]:
    if obj.get("definition_type") == "tlp" and obj["id"].lower() not in _TLP_IDS:
        message = "Nobody may define further TLP markings; use the TLP marking that STIX defines."
        yield Problem("/definition_type", "tlp-marking", "error", message)
    named = {*obj.get("object_marking_refs", ())}
    named |= {m.get("marking_ref") for m in obj.get("granular_markings", ())}
    if obj["id"] in named:
        yield Problem("/id", "marks-itself", "error", "A marking must not mark itself.")
    if "modified" in obj:
        message = "Markings have no versions; modified means nothing on them."
        yield Problem("/modified", "marking-modified", "warning", message)


def _language_content_rules(obj: Stix) -> Iterator[Problem]:
    for language, translated in obj["contents"].items():
        pointer = pointer_to(["contents", language])
        if not isinstance(translated, dict) or not translated:
            message = "Each language needs an object of translated properties."
            yield Problem(pointer, "contents", "error", message)
        if _LANGUAGE.fullmatch(language) is None:
            message = f"{shown(language)} is not a language code of RFC 5646."
            yield Problem(pointer, "language", "error", message)


def _ipv6_rules(obj: Stix) -> Iterator[Problem]:
    try:
        ipaddress.IPv6Interface(obj["value"])
    except ValueError:
        message = f"{shown(obj['value'])} is not an IPv6 address or CIDR block."
        yield Problem("/value", "ipv6-address", "error", message)


def _declared_class(obj: Stix) -> str | None:
    """Return the extension type that makes this a new kind of object, such as ``new-sdo``."""
    extensions = obj.get("extensions")
    if not isinstance(extensions, dict):
        return None
    for key, content in extensions.items():
        if key.startswith("extension-definition--") and isinstance(content, dict):
            extension_type = content.get("extension_type")
            if extension_type in _NEW_OBJECTS:
                return str(extension_type)
    return None


_INDEX = re.compile(r"\[([0-9]+)\]")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_NEW_OBJECTS = ("new-sdo", "new-sco", "new-sro")
_RESERVED = frozenset({"severity", "username", "phone_numbers"})
_TLP_IDS = {*TLP_1, *TLP_2, OPENCTI_AMBER_STRICT}
_WITH_MILLISECONDS = len("2016-05-12T08:17:27.000Z")
_MAY_BE_COARSE = frozenset({"marking-definition"})
_NOT_FOR_OBJECTS = {
    "bundle": "A bundle is no object of a collection; send the objects in it.",
    "action": "STIX reserves the type action; use another type.",
}
_UNDECLARED = (
    "Neither STIX 2.1 nor an extension in the object declares this type; add the extension"
    " whose extension_type is new-sdo, new-sco or new-sro."
)
_SEEN = (("last_seen", "first_seen", True),)
_ORDER_OF_TIMES: dict[str, tuple[tuple[str, str, bool], ...]] = {  # later, earlier, may be equal
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
_SPECIAL_RULES = {
    "ipv6-addr": _ipv6_rules,
    "language-content": _language_content_rules,
    "marking-definition": _marking_definition_rules,
}

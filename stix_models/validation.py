"""Whether an object is valid STIX: the compiled schemas plus the rules they cannot express.

STIX 2.1's own types and the extension set's are checked by their schemas
(``compiled``), then by the rules that compare properties with each other
(``rules_stix``, ``rules``). Every other type, and every STIX 2.0 object, is checked by
the common properties and, where an extension of the set occurs, by its schema and
rules: this server carries what its members agree on, it does not know every type.

A ``Problem`` of severity ``error`` refuses the object. A ``warning`` (``advice``)
never does, and is sought only where there are no errors.

Not checked: formats (``url`` and mail addresses are passed on as they were
found), deterministic ids, and the syntax of patterns, which would cost a thousand
times as much as everything here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import jsonschema_rs

from stix_models.advice import warnings_of
from stix_models.compiled import (
    FLAWLESS,
    SCHEMA_OF_TYPE,
    common_validator,
    validator_of,
)
from stix_models.describing import describe
from stix_models.problems import Problem
from stix_models.rules import is_foreign_event, problems_of
from stix_models.rules_stix import common_rules, reserved_names, standard_rules

MAX_PROBLEMS = 5
"""Problems reported for one object; the sender mends these and sends again."""

_SMALL = 2_000  # values in an object

Stix = Mapping[str, Any]


def validate(obj: Any, *, accept_undeclared_types: bool) -> list[Problem]:
    """Return what is wrong with a STIX 2.1 object, errors or else warnings; nothing if it is well.

    Args:
        obj: Untrusted JSON value, as ``read_envelope`` returns it without faults.
        accept_undeclared_types: Accept types that neither STIX 2.1 nor the extension
            set has and no extension inside of the object declares.
    """
    try:
        if isinstance(obj, dict) and isinstance(obj.get("type"), str):
            is_flawless = FLAWLESS[obj["type"]]
            if is_flawless is not None and is_flawless(obj):
                return []
        return the_long_way(obj, accept_undeclared_types=accept_undeclared_types)
    except UnicodeEncodeError:
        return [_NO_TEXT]


def the_long_way(obj: Any, *, accept_undeclared_types: bool) -> list[Problem]:
    """Return what ``validate`` returns, without its short cut for objects without a flaw."""
    type_name = obj.get("type") if isinstance(obj, dict) else None
    validator = validator_of(type_name) if isinstance(type_name, str) else None
    foreign = validator is None or is_foreign_event(obj)
    if validator is None or foreign:
        validator = common_validator()
    if not validator.is_valid(obj):
        return _schema_problems(validator, obj)
    errors = _foreign_rules(obj, accept_undeclared_types) if foreign else _known_rules(obj)
    found = list(islice(errors, MAX_PROBLEMS))
    return found or list(islice(warnings_of(obj), MAX_PROBLEMS))


def validate_common(obj: Any) -> list[Problem]:
    """Return what is wrong with the common properties of a STIX 2.0 object."""
    validator = common_validator()
    try:
        if not validator.is_valid(obj):
            return _schema_problems(validator, obj)
    except UnicodeEncodeError:
        return [_NO_TEXT]
    return list(islice(_rules_of_2_0(obj), MAX_PROBLEMS))


def is_declared(obj: Stix) -> bool:
    """Return whether STIX 2.1, the set or an extension in the object declares its type."""
    known = obj.get("type") in SCHEMA_OF_TYPE and not is_foreign_event(obj)
    return known or _declared_class(obj) is not None


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


def _known_rules(obj: Stix) -> Iterator[Problem]:
    yield from common_rules(obj)
    yield from reserved_names(obj)
    yield from standard_rules(obj)
    yield from problems_of(obj)


def _foreign_rules(obj: Stix, accept_undeclared_types: bool) -> Iterator[Problem]:
    yield from common_rules(obj)
    yield from reserved_names(obj)
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
        yield Problem("/spec_version", "spec-version", "error", 'spec_version must be "2.1".')
    yield from problems_of(obj)


def _rules_of_2_0(obj: Stix) -> Iterator[Problem]:
    yield from common_rules(obj)
    if obj["type"] in _NOT_FOR_OBJECTS:
        yield Problem("/type", "reserved", "error", _NOT_FOR_OBJECTS[obj["type"]])
    if obj.get("spec_version", "2.0") != "2.0":
        yield Problem(
            "/spec_version", "spec-version", "error", 'spec_version must be absent or "2.0".'
        )
    yield from problems_of(obj)


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


_NO_TEXT = Problem(
    "", "text", "error", "A text holds half of a surrogate pair, which is no character; mend it."
)
_NEW_OBJECTS = ("new-sdo", "new-sco", "new-sro")
_NOT_FOR_OBJECTS = {
    "bundle": "A bundle is no object of a collection; send the objects in it.",
    "action": "STIX reserves the type action; use another type.",
}
_UNDECLARED = (
    "Neither STIX 2.1 nor the extension set has this type, and no extension in the object"
    " declares it: add the extension that does (extension_type new-sdo, new-sco or new-sro),"
    " or ask the operator to set accept_undeclared_types."
)

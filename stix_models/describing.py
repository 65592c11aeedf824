"""JSON Schema errors as sentences for the people who made the object.

A sentence says what is wrong and what to do; it never holds more than some 100
characters of the input, whatever the input is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from stix_models.extensions import EXTENSION_OF_ID, EXTENSION_OF_NAME, NEW_SDO
from stix_models.forms import an, form_of, referred_types
from stix_models.relaxations import NOT_NULL_NOT_EMPTY

_SHOWN = 60  # characters of a value
_ESCAPED_SHOWN = 100  # characters of it as JSON
_NAME_SHOWN = 80  # characters of a property name in a pointer
_STEPS_SHOWN = 12  # steps of a pointer
_LISTED = 200  # characters of a list of names or values

_LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters long",
    "maxLength": "at most {} characters long",
}
_RULES = {  # names for keywords that mean little to people
    "anyOf": "choice",
    "const": "allowed-values",
    "contains": "choice",
    "enum": "allowed-values",
    "falseSchema": "contradiction",
    "minItems": "empty",
    "minProperties": "empty",
    "not": "forbidden-value",
    "propertyNames": "name",
}
_KINDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}
_CONTRADICTIONS = {
    "body": "is_multipart is true",
    "body_multipart": "is_multipart is false",
    "end": "is_active is true",
    "defanged": "the object is no observable",
}
_NAMES_ALLOWED = {  # what may stand in a dictionary of this name
    "hashes": "a hash is named by 3 to 250 letters, digits, hyphens and underscores.",
    "creative_hashes": "a hash is named by 3 to 250 letters, digits, hyphens and underscores.",
    "options": "socket options are named as in C, such as SO_RCVTIMEO.",
}
_PLAIN = re.compile("[A-Za-z0-9_.-]{1,60}", re.ASCII)
_PSEUDONYMOUS = EXTENSION_OF_NAME["pseudonymous-account"].id


@dataclass(frozen=True, slots=True)
class Finding:
    """One error, where it is and by which keyword of JSON Schema."""

    pointer: str
    rule: str
    message: str


def describe(error: Any) -> Iterator[Finding]:
    """Yield what one ``jsonschema_rs.ValidationError`` says; at times one error is several."""
    kind = error.kind
    path = list(error.instance_path)
    undeclared = _undeclared_type(kind, path, error.instance)
    if undeclared is not None:
        yield undeclared
    elif kind.name == "required":
        name = kind.property
        yield Finding(pointer_to([*path, name]), "required", f"{_named(name)} is missing; add it.")
    elif kind.name == "additionalProperties":
        for name in kind.unexpected:
            message = f"The name {shown(name)} is not allowed here; {_allowed_names(path)}"
            yield Finding(pointer_to([*path, name]), "name", message)
    elif kind.name == "propertyNames":
        name = kind.error.instance
        message = f"The name {shown(name)} must be {_form(kind.error.kind)}; rename it."
        yield Finding(pointer_to([*path, name]), "name", message)
    else:
        rule = _rule_of(kind)
        yield Finding(pointer_to(path), rule, _sentence(kind, path, error.instance))


def shown(value: object) -> str:
    """Return a value as JSON, cut to a bounded length, without control characters."""
    if isinstance(value, str):
        text = json.dumps(value[:_SHOWN])
        return text if len(value) <= _SHOWN else text[:_ESCAPED_SHOWN] + "…"
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return _cut(json.dumps(value))


def pointer_to(path: Iterable[str | int]) -> str:
    """Return the JSON pointer (RFC 6901) of a path, bounded in length.

    >>> pointer_to(["external_references", 0, "a/b"])
    '/external_references/0/a~1b'
    """
    steps = list(path)
    short = steps if len(steps) <= _STEPS_SHOWN else [*steps[:_STEPS_SHOWN], "…"]
    return "".join(f"/{_escaped(_cut(str(step), _NAME_SHOWN))}" for step in short)


def _escaped(step: str) -> str:
    plain = step.encode("utf-8", "replace").decode()
    return plain.replace("~", "~0").replace("/", "~1")


def _cut(text: str, length: int = _SHOWN) -> str:
    return text if len(text) <= length else text[:length] + "…"


def _named(name: str) -> str:
    """Return a property's name as it stands in a sentence."""
    return name if _PLAIN.fullmatch(name) else shown(name)


def _subject(path: list[str | int]) -> str:
    """Return what a sentence speaks of."""
    names = [step for step in path if isinstance(step, str)]
    if not names:
        return "The object"
    extension = EXTENSION_OF_ID.get(names[-1])
    name = _named(names[-1]) if extension is None else f"The extension {extension.name}"
    return name if isinstance(path[-1], str) else f"An item of {name}"


def _rule_of(kind: Any) -> str:
    if _types_of(kind):
        return "reference-type"
    if kind.name == "not" and "required" in kind.schema:
        return "choice"
    return str(_RULES.get(kind.name, kind.name))


def _types_of(kind: Any) -> list[str]:
    """Return the types that a reference must, or must not, be to; none if it is none."""
    if kind.name == "pattern":
        return referred_types(kind.pattern)
    if kind.name == "not":
        return referred_types(kind.schema.get("pattern", ""))
    return []


def _undeclared_type(kind: Any, path: list[str | int], value: Any) -> Finding | None:
    """Return the finding that an object of the set lacks the extension that declares it."""
    missing = [kind.property] if kind.name == "required" else _missing_in(kind)
    if path == [] and missing == ["extensions"]:
        extension = EXTENSION_OF_NAME.get(str(value.get("type")))
    elif path == ["extensions"]:
        found = (EXTENSION_OF_ID.get(name) for name in missing)
        extension = next((one for one in found if one is not None), None)
    else:
        return None
    if extension is None or extension.extension_type != NEW_SDO:
        return None
    message = (
        f'{an(extension.name).capitalize()} must declare itself; add "{extension.id}":'
        ' {"extension_type": "new-sdo"} to extensions.'
    )
    return Finding(pointer_to(["extensions", extension.id]), "required", message)


def _allowed_names(path: list[str | int]) -> str:
    if path == ["extensions"]:
        return "use the id of an extension definition."
    if path == ["extensions", _PSEUDONYMOUS]:
        return "a pseudonym says nothing else of the account; leave it out."
    if path == []:
        return "property names are 3 to 250 lower-case letters, digits and underscores."
    default = "keys are at most 250 letters, digits, hyphens and underscores."
    return _NAMES_ALLOWED.get(str(path[-1]), default)


def _form(kind: Any) -> str:
    form = form_of(kind.pattern) if kind.name == "pattern" else None
    return form or "of the form that STIX asks for"


def _sentence(kind: Any, path: list[str | int], value: object) -> str:
    name, subject = kind.name, _subject(path)
    if name == "type":
        wanted = " or ".join(_KINDS.get(found, str(found)) for found in kind.types)
        return f"{subject} must be {wanted}; it is {shown(value)}."
    if name == "pattern":
        return f"{subject} must be {_form(kind)}; it is {shown(value)}."
    if name == "enum":
        options = _list([str(option) for option in kind.options])
        return f"{subject} must be one of {options}; it is {shown(value)}."
    if name == "const":
        return f"{subject} must be {shown(kind.expected_value)}; it is {shown(value)}."
    if name in _LIMITS:
        return f"{subject} must be {_LIMITS[name].format(kind.limit)}; it is {shown(value)}."
    if name in {"minItems", "minProperties"}:
        return f"{subject} must not be empty; put something in or leave it out."
    if name == "not":
        return _sentence_of_not(kind, path, value)
    if name == "anyOf":
        return f"{subject} needs at least one of {_list(_missing_in(kind))}; add one."
    if name == "contains":
        return f"{subject} needs at least one observable; relationships and sightings are none."
    if name == "falseSchema":
        reason = _CONTRADICTIONS.get(str(path[-1]) if path else "", "another property is there")
        return f"{subject} must not be there where {reason}; leave it out."
    return f"{subject} breaks a rule of STIX 2.1; compare it with the specification."


def _sentence_of_not(kind: Any, path: list[str | int], value: object) -> str:
    subject = _subject(path)
    if kind.schema == NOT_NULL_NOT_EMPTY["not"]:
        return f"{subject} must not be null or an empty list; leave it out."
    if isinstance(value, str) and _types_of(kind):
        refused = value.partition("--")[0]
        return f"{subject} must not be the id of {an(_named(refused))}; it is {shown(value)}."
    if path == ["key"]:
        return "key must begin with the hive written out, such as HKEY_LOCAL_MACHINE."
    together = kind.schema.get("required", [])
    if together[1:]:
        return f"{' and '.join(together)} exclude each other; leave one of them out."
    if together == ["extension_properties"]:
        return (
            "extension_properties goes with the extension type toplevel-property-extension only;"
            " leave it out."
        )
    return f"{subject} must not be this; it is {shown(value)}."


def _missing_in(kind: Any) -> list[str]:
    """Return the properties whose absence fails the branches of a choice, once each."""
    branches = kind.context if kind.name == "anyOf" else []
    names = [
        inner.kind.property
        for branch in branches
        for inner in branch
        if inner.kind.name == "required"
    ]
    return list(dict.fromkeys(names))


def _list(names: list[str]) -> str:
    return _cut(", ".join(_named(name) for name in names), _LISTED)

"""JSON Schema errors as sentences for the people who made the object.

A sentence says what is wrong and what to do; it never holds more than some 100
characters of the input, whatever the input is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from stix_models.relaxations import (
    EXTENSION_KEY,
    IDENTIFIER,
    IDENTITY,
    LANGUAGE,
    MARKING,
    NOT_NULL_NOT_EMPTY,
    SELECTOR,
    TIMESTAMP,
    TYPE_NAME,
)

_SHOWN = 60  # characters of a value
_ESCAPED_SHOWN = 100  # characters of it as JSON
_NAME_SHOWN = 80  # characters of a property name in a pointer
_STEPS_SHOWN = 12  # steps of a pointer
_LISTED = 300  # characters of a list of allowed values

_FORMS = {
    IDENTIFIER: "a STIX identifier, type--UUID",
    IDENTITY: "the identifier of an identity, identity--UUID",
    MARKING: "the identifier of a marking definition, marking-definition--UUID",
    TIMESTAMP: "a timestamp in UTC like 2016-05-12T08:17:27.000Z, of a day that exists",
    TYPE_NAME: "a type name of lower-case letters, digits and single hyphens",
    LANGUAGE: "a language code of RFC 5646",
    SELECTOR: "a selector like description or labels.[0]",
    EXTENSION_KEY: "the identifier of an extension definition",
    "^[a-fA-F0-9]{32}$": "an MD5 hash of 32 hexadecimal digits",
    "^[a-fA-F0-9]{40}$": "a SHA-1 hash of 40 hexadecimal digits",
    "^[a-fA-F0-9]{64}$": "a hash of 64 hexadecimal digits",
    "^[a-fA-F0-9]{128}$": "a hash of 128 hexadecimal digits",
    "^([a-fA-F0-9]{2})*$": "an even number of hexadecimal digits",
    r"^[a-z0-9\-]+$": "lower-case letters, digits and hyphens",
    r"^CVE-[0-9]{4}-(0[0-9]{3}|[1-9][0-9]{3,})$": "a CVE number like CVE-2017-0199",
    "^CAPEC-[0-9]+$": "a CAPEC number like CAPEC-163",
}
_LIMITS = {
    "minimum": "at least",
    "maximum": "at most",
    "minLength": "at least this long:",
    "maxLength": "at most this long:",
}
_RULES = {  # names for keywords that mean little to people
    "anyOf": "choice",
    "oneOf": "choice",
    "const": "allowed-values",
    "enum": "allowed-values",
    "falseSchema": "contradiction",
    "minItems": "empty",
    "minProperties": "empty",
    "not": "forbidden-value",
}
_ARTICLES = {"array": "a list", "integer": "an integer", "object": "an object"}


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
    if kind.name == "required":
        name = kind.property
        yield Finding(pointer_to([*path, name]), "required", f"{_cut(name)} is missing; add it.")
    elif kind.name == "additionalProperties":
        for name in kind.unexpected:
            message = f"The name {shown(name)} is not allowed here; {_allowed_names(path)}"
            yield Finding(pointer_to([*path, name]), "name", message)
    else:
        rule = _RULES.get(kind.name, kind.name)
        yield Finding(pointer_to(path), rule, _sentence(kind, error))


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


def _allowed_names(path: list[str | int]) -> str:
    if path[:1] == ["extensions"]:
        return "use the id of an extension definition."
    return "property names are 3 to 250 lower-case letters, digits and underscores."


def _sentence(kind: Any, error: Any) -> str:
    name = kind.name
    value = error.instance
    if name == "type":
        wanted = " or ".join(_ARTICLES.get(found, f"a {found}") for found in kind.types)
        return f"The value must be {wanted}; it is {shown(value)}."
    if name == "pattern":
        form = _FORMS.get(kind.pattern)
        if form is None:
            return f"The value does not have the form that STIX asks for; it is {shown(value)}."
        return f"The value must be {form}; it is {shown(value)}."
    if name == "enum":
        options = _cut(", ".join(str(option) for option in kind.options), _LISTED)
        return f"The value must be one of {options}; it is {shown(value)}."
    if name == "const":
        return f"The value must be {shown(kind.expected_value)}; it is {shown(value)}."
    if name in _LIMITS:
        return f"The value must be {_LIMITS[name]} {kind.limit}; it is {shown(value)}."
    if name in {"minItems", "minProperties"}:
        return "The value must not be empty; leave the property out."
    if name == "not":
        return _sentence_of_not(kind, value)
    if name in {"anyOf", "oneOf"}:
        return _sentence_of_choice(kind)
    if name == "falseSchema":
        return "The property contradicts another one here; leave it out."
    return "The value breaks a rule of STIX 2.1; compare it with the specification."


def _sentence_of_not(kind: Any, value: object) -> str:
    if kind.schema == NOT_NULL_NOT_EMPTY["not"]:
        return "The value must not be null or an empty list; leave the property out."
    if isinstance(value, str) and "--" in value:
        return f"The reference must not be to an object of this type; it is {shown(value)}."
    return f"The value is not allowed here; it is {shown(value)}."


def _sentence_of_choice(kind: Any) -> str:
    """Name the properties between which a choice must be made, when that is the choice."""
    missing = {
        inner.kind.property
        for branch in kind.context
        for inner in branch
        if inner.kind.name == "required"
    }
    if missing:
        names = ", ".join(sorted(missing))
        return f"Properties are missing or exclude each other; look at {_cut(names, _LISTED)}."
    return "Properties here exclude each other or fit no form that STIX allows."

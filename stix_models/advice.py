"""Warnings: what STIX 2.1 says with a SHOULD, and what a coalition would rather see.

A warning never refuses an object. All of these take objects that have no errors.
Vocabularies are read from the schemas' annotations; those of STIX's own types from
the ``stix2`` library's classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

from stix2.properties import ListProperty, OpenVocabProperty
from stix2.v21 import OBJ_MAP, OBJ_MAP_OBSERVABLE, vocab

from stix_models.describing import pointer_to, shown
from stix_models.disarm import technique_problems
from stix_models.extensions import EXTENSION_OF_ID, PROPERTY_EXTENSION
from stix_models.problems import Problem
from stix_models.rules_pseudonym import PSEUDONYMOUS, meeting_id
from stix_models.schema_files import OBJECT_TYPES, SCHEMA_ID_PREFIX, schema
from stix_models.vocabularies import OPEN_VOCABULARIES

Stix = Mapping[str, Any]
Path = tuple[str, ...]
"""Names of properties from the outside in; ``*`` is each item of a list."""

Terms = tuple[Path, str, frozenset[str]]
"""Where terms stand, what their vocabulary is called, and which it has."""


def warnings_of(obj: Stix) -> Iterator[Problem]:
    """Yield what could be better in a valid STIX 2.1 object, what matters most first."""
    type_name = obj["type"]
    if _MARKED.isdisjoint(obj) and type_name not in NEVER_MARKED:
        message = "No marking says who may see the object; add one, such as a TLP marking."
        yield Problem("/object_marking_refs", "no-marking", "warning", message)
    if "created_by_ref" not in obj and "created" in obj and type_name not in NEED_NO_CREATOR:
        message = "created_by_ref is missing, so nobody signs the object; add your identity's id."
        yield Problem("/created_by_ref", "no-creator", "warning", message)
    yield from _date_warnings(obj, type_name)
    terms = terms_of_type(type_name)
    if terms:
        yield from _vocabulary_warnings(obj, terms, ())
    yield from technique_problems(obj)
    amount = AMOUNTS.get(type_name, "")
    if amount in obj and "currency" not in obj[amount]:
        message = "An amount without its currency is hard to compare; add one, such as USD."
        yield Problem(f"/{amount}/currency", "currency", "warning", message)
    if "extensions" in obj:
        yield from _extension_warnings(obj)


def _date_warnings(obj: Stix, type_name: str) -> Iterator[Problem]:
    if type_name == "marking-definition":
        if "modified" in obj:
            message = "Markings have no versions, so modified means nothing; leave it out."
            yield Problem("/modified", "marking-modified", "warning", message)
        return
    for name in ("created", "modified"):
        if len(obj.get(name, _MILLISECONDS)) < len(_MILLISECONDS):
            message = f"{name} should have three digits after the seconds or more, as in 27.000Z."
            yield Problem(f"/{name}", "timestamp-precision", "warning", message)


def _extension_warnings(obj: Stix) -> Iterator[Problem]:
    for key, content in obj["extensions"].items():
        terms = _terms_of_extension(key)
        if terms:
            yield from _vocabulary_warnings(content, terms, ("extensions", key))
    if PSEUDONYMOUS in obj["extensions"] and obj["id"].lower() != meeting_id(obj):
        message = (
            f"The id should be {meeting_id(obj)}, made from account_type and user_id, so that"
            " members who hold the key meet on it."
        )
        yield Problem("/id", "sco-id", "warning", message)


def _vocabulary_warnings(obj: Stix, terms: tuple[Terms, ...], at: Path) -> Iterator[Problem]:
    for path, name, known in terms:
        if path[0] in obj:
            for place, value in _values(obj, path):
                if value not in known:
                    message = f"{shown(value)} is not a term of {name}; {_instead(value, known)}"
                    pointer = pointer_to((*at, *place))
                    yield Problem(pointer, "vocabulary", "warning", message)


def _instead(value: str, known: frozenset[str]) -> str:
    near = get_close_matches(value[:_COMPARED].lower(), sorted(known), 1, _ALIKE)
    if near:
        return f"did you mean {near[0]}?"
    return "use one of its terms if any fits."


def _values(value: Any, path: Path) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield each value that a path leads to, with where it is."""
    if not path:
        yield (), value
    elif path[0] == "*":
        for number, item in enumerate(value):
            for place, found in _values(item, path[1:]):
                yield (number, *place), found
    elif path[0] in value:
        for place, found in _values(value[path[0]], path[1:]):
            yield (path[0], *place), found


@cache
def terms_of_type(type_name: str) -> tuple[Terms, ...]:
    """Return where an object of this type has terms of open vocabularies, extensions apart."""
    if type_name in OBJECT_TYPES:
        return tuple(_terms_in(schema(type_name), ()))
    return tuple(_standard_terms(type_name))


@cache
def _terms_of_extension(key: str) -> tuple[Terms, ...]:
    extension = EXTENSION_OF_ID.get(key)
    if extension is None or extension.extension_type != PROPERTY_EXTENSION:
        return ()
    return tuple(_terms_in(schema(extension.name), ()))


def _terms_in(found: Mapping[str, Any], path: Path) -> Iterator[Terms]:
    """Yield what a schema's ``x-vocabulary`` annotations say, those of ``common`` included."""
    reference = found.get("$ref", "")
    if reference.startswith(_COMMON):
        found = schema("common")["$defs"][reference.removeprefix(_COMMON)]
    name = found.get("x-vocabulary")
    if name is not None:
        yield path, name, frozenset(OPEN_VOCABULARIES[name])
    for inner_name, inner in found.get("properties", {}).items():
        yield from _terms_in(inner, (*path, inner_name))
    if "items" in found:
        yield from _terms_in(found["items"], (*path, "*"))


def _standard_terms(type_name: str) -> Iterator[Terms]:
    """Yield the open vocabularies of one of STIX 2.1's own types."""
    cls = OBJ_MAP.get(type_name) or OBJ_MAP_OBSERVABLE.get(type_name)
    if cls is None or not cls.__module__.startswith("stix2."):
        return
    for name, found in cls._properties.items():
        listed = isinstance(found, ListProperty)
        term = found.contained if listed else found
        if isinstance(term, OpenVocabProperty):
            known = frozenset(term.allowed)
            path = (name, "*") if listed else (name,)
            if (type_name, name) == ("user-account", "account_type"):
                known |= frozenset(OPEN_VOCABULARIES["platform-ov"])  # the set's, for platforms
            yield path, _STANDARD_NAMES[tuple(term.allowed)], known


_COMPARED = 60  # characters of a term
_ALIKE = 0.75
AMOUNTS = {"ad-buyer": "total_spend", "political-ad": "spend"}
"""The property that is an amount of money, by type."""

_COMMON = f"{SCHEMA_ID_PREFIX}common#/$defs/"
_MILLISECONDS = "2016-05-12T08:17:27.000Z"
_MARKED = frozenset({"object_marking_refs", "granular_markings"})
NEVER_MARKED = frozenset({"marking-definition", "extension-definition"})
NEED_NO_CREATOR = frozenset({"identity", "marking-definition", "extension-definition"})
_STANDARD_NAMES = {
    tuple(terms): f"{name.lower().replace('_', '-')}-ov"
    for name, terms in vars(vocab).items()
    if isinstance(terms, list)
}

"""What keeps a bundle from being rewritten, found before anything is made."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stix_models.describing import pointer_to
from stix_models.markings import OPENCTI_EXTENSIONS
from stix_models.problems import Problem
from stix_models.pseudonyms.accounts import (
    account_problems,
    has_usable_markings,
    is_pseudonymous,
)
from stix_models.pseudonyms.opencti import without_opencti
from stix_models.rules_pseudonym import PSEUDONYMOUS, pseudonym_rules

USER_ACCOUNT = "user-account"

Stix = Mapping[str, Any]


def bundle_problems(bundle: Any) -> Iterator[Problem]:
    """Yield what is wrong with the bundle itself, then with each of its objects."""
    if not isinstance(bundle, Mapping) or bundle.get("type") != "bundle":
        yield error([], "malformed", "This is no STIX bundle; put the objects into one.")
        return
    objects = bundle.get("objects", [])
    if not isinstance(objects, list):
        yield error(["objects"], "malformed", "objects must be a list.")
        return
    for place, obj in enumerate(objects):
        yield from _object_problems(obj, place)
    if not _is_sendable({key: value for key, value in bundle.items() if key != "objects"}):
        yield error([], "malformed", _NOT_SENDABLE)


def _object_problems(obj: Any, place: int) -> Iterator[Problem]:
    path: tuple[str | int, ...] = ("objects", place)
    if not isinstance(obj, Mapping) or not isinstance(obj.get("type"), str):
        yield error(path, "malformed", "This is no STIX object; it has no type.")
        return
    if not _is_sendable(obj):
        yield error(path, "malformed", _NOT_SENDABLE)
        return
    if not has_usable_markings(obj):
        message = "Each granular marking needs its list of selectors; correct them."
        yield error((*path, "granular_markings"), "malformed", message)
        return
    if obj["type"] == USER_ACCOUNT:
        found = _problems_of_account(obj)
        yield from (moved(problem, pointer_to(path)) for problem in found)
    for below in _embedded_accounts(obj, (), top=True):
        message = "An account inside of another object has no id to replace; make it an object."
        yield error((*path, *below), "embedded-account", message)


def _problems_of_account(account: Stix) -> Iterator[Problem]:
    if not is_pseudonymous(account):
        yield from account_problems(account)
        return
    bare, _ = without_opencti(account)
    yield from pseudonym_rules(bare)
    if not isinstance(bare["extensions"][PSEUDONYMOUS], Mapping):
        pointer = pointer_to(["extensions", PSEUDONYMOUS])
        yield Problem(pointer, "malformed", "error", "The extension must be an object; correct it.")


def translation_problems(objects: Sequence[Stix], rewritten: frozenset[str]) -> Iterator[Problem]:
    """Yield the language-content that translates a rewritten account, of which no text is left."""
    for place, obj in enumerate(objects):
        named = str(obj.get("object_ref")).lower()
        if obj["type"] == "language-content" and named in rewritten:
            message = "This translates what a pseudonymous account no longer has; leave it out."
            yield error(["objects", place], "translated-account", message)


def address_problems(objects: Sequence[Stix], rewritten: frozenset[str]) -> Iterator[Problem]:
    """Yield the mail addresses that belong to a rewritten account, and so tell whose it is."""
    for place, obj in enumerate(objects):
        if obj["type"] == "email-addr" and str(obj.get("belongs_to_ref")).lower() in rewritten:
            message = (
                "This address belongs to an account that becomes a pseudonym, and tells whose it"
                " is; cut belongs_to_ref, or leave the address out."
            )
            yield error(["objects", place, "belongs_to_ref"], "address-of-account", message)


def selector_problems(before: Stix, now: Stix, place: int) -> Iterator[Problem]:
    """Yield granular markings of an item of a list that has become shorter."""
    for number, marking in enumerate(now.get("granular_markings", ())):
        for position, selector in enumerate(marking["selectors"]):
            whole, found, _ = selector.rpartition(".[")
            if found and _length(before, whole) != _length(now, whole):
                path = ("objects", place, "granular_markings", number, "selectors", position)
                message = "The list that this counts in names an account once now; count again."
                yield error(path, "selector", message)


def _length(value: Any, selector: str) -> int | None:
    for step in selector.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return len(value) if isinstance(value, list) else None


def _embedded_accounts(value: Any, path: tuple[str | int, ...], *, top: bool) -> Iterator[Any]:
    if isinstance(value, Mapping):
        if not top and value.get("type") == USER_ACCOUNT:
            yield path
        for key, item in value.items():
            # OpenCTI's extensions are removed, with whatever is in them.
            if key not in OPENCTI_EXTENSIONS:
                yield from _embedded_accounts(item, (*path, key), top=False)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _embedded_accounts(item, (*path, place), top=False)


def _is_sendable(value: Any) -> bool:
    """Return whether a value can be written as JSON in UTF-8: no half surrogates, no NaN."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, TypeError):
        return False
    return True


_NOT_SENDABLE = "It holds NaN, infinity or half of a surrogate pair, which JSON has not; remove it."


def moved(problem: Problem, prefix: str) -> Problem:
    """Return the problem of an object as one of the bundle that it is in."""
    return Problem(prefix + problem.pointer, problem.rule, problem.severity, problem.message)


def error(path: Sequence[str | int], rule: str, message: str) -> Problem:
    """Return an error at a place in the bundle."""
    return Problem(pointer_to(path), rule, "error", message)

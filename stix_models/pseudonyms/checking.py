"""What keeps a bundle from being rewritten, found before anything is made."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stix_models.describing import pointer_to
from stix_models.identifiers import is_identifier
from stix_models.markings import OPENCTI_EXTENSIONS
from stix_models.problems import Problem
from stix_models.pseudonyms.accounts import (
    account_problems,
    has_usable_markings,
    is_pseudonymous,
)
from stix_models.pseudonyms.extending import extension_problems
from stix_models.pseudonyms.opencti import without_opencti
from stix_models.pseudonyms.spelling import fold
from stix_models.rules_pseudonym import PSEUDONYMOUS, pseudonym_rules

USER_ACCOUNT = "user-account"

Stix = Mapping[str, Any]


def bundle_problems(bundle: Any, known_extensions: frozenset[str]) -> Iterator[Problem]:
    """Yield what is wrong with the bundle itself, then with each of its objects.

    ``known_extensions`` are those beside the ones that are known here.
    """
    if not isinstance(bundle, Mapping) or bundle.get("type") != "bundle":
        yield error([], "malformed", "This is no STIX bundle; put the objects into one.")
        return
    objects = bundle.get("objects", [])
    if not isinstance(objects, list):
        yield error(["objects"], "malformed", "objects must be a list.")
        return
    for place, obj in enumerate(objects):
        yield from _object_problems(obj, place, known_extensions)
    if not _is_sendable({key: value for key, value in bundle.items() if key != "objects"}):
        yield error([], "malformed", _NOT_SENDABLE)


def _object_problems(obj: Any, place: int, known_extensions: frozenset[str]) -> Iterator[Problem]:
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
    if "id" in obj and not is_identifier(obj["id"]) and obj["type"] != USER_ACCOUNT:
        message = "The id must be a type, -- and a UUID; correct it."
        yield error((*path, "id"), "id", message)
    if _is_disguised(obj["type"]):
        message = 'Write "user-account": as it is, this is no account and would stay as it is.'
        yield error((*path, "type"), "account-in-disguise", message)
    if obj["type"] == USER_ACCOUNT:
        found = _problems_of_account(obj)
        yield from (moved(problem, pointer_to(path)) for problem in found)
    else:
        yield from extension_problems(obj, path, known_extensions)
    for below in _embedded_accounts(obj, (), top=True):
        message = "An account inside of another object has no id to replace; make it an object."
        yield error((*path, *below), "embedded-account", message)


def _problems_of_account(account: Stix) -> Iterator[Problem]:
    if not is_pseudonymous(account):
        yield from account_problems(account)
        return
    bare, _ = without_opencti(account)
    yield from pseudonym_rules(bare)
    if not is_identifier(bare.get("id")):
        yield Problem("/id", "id", "error", "The id must be user-account-- and a UUID; correct it.")
    path, declared = ["extensions", PSEUDONYMOUS], bare["extensions"][PSEUDONYMOUS]
    if not isinstance(declared, Mapping):
        message = "The extension must be an object; correct it."
        yield Problem(pointer_to(path), "malformed", "error", message)
        return
    for name in ("key_id", "kind"):
        if not isinstance(declared.get(name), str):
            message = f"{name} must be there, as in user_id; correct it."
            yield Problem(pointer_to([*path, name]), "malformed", "error", message)
    attributes = declared.get("attributes", [])
    if not isinstance(attributes, list) or not all(isinstance(one, str) for one in attributes):
        message = "attributes must be a list of names of properties; correct it."
        yield Problem(pointer_to([*path, "attributes"]), "malformed", "error", message)


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
        said = value.get("type")
        if not top and (said == USER_ACCOUNT or _is_disguised(said)):
            yield path
        for key, item in value.items():
            yield from _embedded_accounts(
                _kept(item) if top and key == "extensions" else item, (*path, key), top=False
            )
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _embedded_accounts(item, (*path, place), top=False)


def _kept(extensions: Any) -> Any:
    """Return a property of an object without OpenCTI's extensions, which are removed."""
    if not isinstance(extensions, Mapping):
        return extensions
    return {name: item for name, item in extensions.items() if name not in OPENCTI_EXTENSIONS}


def _is_disguised(stix_type: Any) -> bool:
    """Return whether a person would read a type as that of an account, and a program would not."""
    if not isinstance(stix_type, str) or stix_type == USER_ACCOUNT:
        return False
    return re.sub(r"[\s_-]", "", fold(stix_type)) == USER_ACCOUNT.replace("-", "")


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

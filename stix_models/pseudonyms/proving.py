"""The last look at a rewritten bundle: that nothing of a raw account is left in it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from stix_models.describing import pointer_to
from stix_models.problems import Problem
from stix_models.pseudonyms.accounts import PLATFORMS
from stix_models.pseudonyms.checking import USER_ACCOUNT, error
from stix_models.pseudonyms.known import property_names
from stix_models.pseudonyms.merging import Item
from stix_models.pseudonyms.renaming import places_of_ids
from stix_models.pseudonyms.report import RewritingOptions
from stix_models.pseudonyms.searching import Leftover, Path, Searcher

_OF_CHANNELS = (
    " A channel that is the account's own page tells who it is: leave out the page, or the account."
)


def prove(
    members: Mapping[str, Any],
    items: Sequence[Item],
    searcher: Searcher,
    options: RewritingOptions,
) -> tuple[list[Problem], list[Problem]]:
    """Return what refuses the bundle, and what a person should know about it (warnings).

    ``members`` is the bundle without its objects.
    """
    errors: list[Problem] = []
    warnings: list[Problem] = []
    channels = {item.origin for item in items if item.now["type"] == "channel"}
    for leftover in _leftovers(members, items, searcher):
        accepted = leftover.mark in options.reviewed
        accepted = accepted or (options.whole_words and leftover.is_chance)
        problem = _problem_of(leftover, searcher, options, is_error=not accepted)
        if len(leftover.path) > 1 and leftover.path[1] in channels:
            problem = replace(problem, message=problem.message + _OF_CHANNELS)
        (warnings if accepted else errors).append(problem)
    errors += _unknown_accounts(items)
    errors += _relationships_to_themselves(items)
    warnings += _telling_channels(items)
    warnings += dict.fromkeys(_other_platforms(items))
    if any(item.is_made for item in items):
        warnings += _hashes_of_strangers(items)
    return errors, warnings


def _leftovers(
    members: Mapping[str, Any], items: Sequence[Item], searcher: Searcher
) -> Iterator[Leftover]:
    yield from searcher.leftovers(members)
    for item in items:
        yield from searcher.leftovers(item.now, ("objects", item.origin))


def _problem_of(
    leftover: Leftover,
    searcher: Searcher,
    options: RewritingOptions,
    *,
    is_error: bool,
) -> Problem:
    identifier, path = leftover.identifier, leftover.path
    shown = f" ({identifier.text!r})" if options.show_identifiers else ""
    inside = ", inside of a longer word" if leftover.is_chance else ""
    message = (
        f"This {leftover.part} holds the {identifier.name}{shown} that the object at"
        f" /objects/{identifier.origin} had{inside}; write it otherwise, or leave it out."
    )
    if not options.show_identifiers:
        path = _masked(path, searcher)
    severity: Literal["error", "warning"] = "error" if is_error else "warning"
    return Problem(pointer_to(path), "raw-identifier", severity, f"{message} [{leftover.mark}]")


def _masked(path: Path, searcher: Searcher) -> Path:
    """Return a path in which property names that hold an identifier are not shown."""
    return tuple(
        "…"
        if isinstance(step, str) and step not in property_names() and searcher.finder.find(step)
        else step
        for step in path
    )


def _unknown_accounts(items: Sequence[Item]) -> Iterator[Problem]:
    """Yield references to accounts that are not here: their ids may be made of raw identifiers."""
    known = {item.now["id"].lower() for item in items if item.now["type"] == USER_ACCOUNT}
    for item in items:
        for path, stix_id in places_of_ids(item.now, ("objects", item.origin)):
            if stix_id.startswith(f"{USER_ACCOUNT}--") and stix_id not in known:
                message = (
                    f"{stix_id} is not in the bundle, and its id may tell who it is; put the"
                    " account into the bundle, raw or pseudonymous."
                )
                yield error(path, "unknown-account", message)


def _hashes_of_strangers(items: Sequence[Item]) -> Iterator[Problem]:
    """Yield references to what is not here by an id that may be made of an account's."""
    known = {str(item.now.get("id")).lower() for item in items}
    for item in items:
        for path, stix_id in places_of_ids(item.now, ("objects", item.origin)):
            is_signature = path[-1] in ("created_by_ref", "object_marking_refs")
            if stix_id in known or is_signature or uuid.UUID(stix_id[-36:]).version not in (3, 5):
                continue
            known.add(stix_id)
            message = (
                f"{stix_id} is not in the bundle and is a hash. If it is made of an account (a"
                " relationship to it, the address of its profile), it tells who that is; put the"
                " object into the bundle, or leave the reference out."
            )
            yield Problem(pointer_to(path), "hash-of-stranger", "warning", message)


def _relationships_to_themselves(items: Sequence[Item]) -> Iterator[Problem]:
    for item in items:
        ends = (item.now.get("source_ref"), item.now.get("target_ref"))
        before = (item.before.get("source_ref"), item.before.get("target_ref"))
        if item.now["type"] == "relationship" and ends[0] == ends[1] and before[0] != before[1]:
            message = "Both ends became one account; leave this relationship out."
            yield error(["objects", item.origin], "relates-to-itself", message)


def _telling_channels(items: Sequence[Item]) -> Iterator[Problem]:
    for item in items:
        if item.now["type"] == "channel" and item.now.get("account_refs"):
            message = (
                "This channel is named in clear and names accounts that are pseudonymous: who can"
                " see who runs it knows them."
            )
            pointer = f"/objects/{item.origin}/account_refs"
            yield Problem(pointer, "telling-channel", "warning", message)


def _other_platforms(items: Sequence[Item]) -> Iterator[Problem]:
    for item in items:
        if item.now["type"] != USER_ACCOUNT or not item.is_made:
            continue
        platform = item.now["account_type"]
        if platform == "other":
            message = "Equal logins of different platforms become one pseudonym; name the platform."
        elif platform not in PLATFORMS:
            message = f"{platform} is not in platform-ov; others meet you only if they write it so."
        else:
            continue
        pointer = f"/objects/{item.origin}/account_type"
        yield Problem(pointer, "other-platform", "warning", message)

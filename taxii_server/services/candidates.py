"""From a validated STIX object to what is stored of it, for pushes and imports alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stix_models.canonical import digest
from stix_models.markings import is_statement
from stix_models.problems import Problem
from taxii_server.clock import parse_instant
from taxii_server.sharing.coalition import Coalition
from taxii_server.storage.protocol import ObjectKey, StoredObject

MAX_PROBLEMS = 5
"""Problems of one object that its message names."""


def spec_version_of(content: Mapping[str, Any]) -> str:
    """Return the object's STIX version; one without dates is a 2.1 SCO (T-FLT-27).

    >>> spec_version_of({"created": "2017-01-01T00:00:00.000Z"})
    '2.0'
    """
    spec = content.get("spec_version")
    if isinstance(spec, str):
        return spec
    return "2.0" if "created" in content or "modified" in content else "2.1"


def stored_object(
    content: Mapping[str, Any], text: str, owner: str, coalition: Coalition
) -> StoredObject:
    """Return what is stored of an object that ``owner`` brings.

    Args:
        content: The object, already validated.
        text: The same as JSON text, tokens as sent.
        owner: The member's name.
        coalition: Knows whose identity signed it.
    """
    version = content.get("modified") or content.get("created")
    author = coalition.reserved.get(str(content.get("created_by_ref")).lower())
    return StoredObject(
        key=ObjectKey(owner, str(content["id"]), digest(content)),
        type=str(content["type"]),
        spec_version=spec_version_of(content),
        version=parse_instant(version) if version else None,
        version_text=version,
        body=text,
        signed=author == owner,
        statement=is_statement(content),
    )


def sentences(problems: Sequence[Problem]) -> str:
    """Return what is wrong as one bounded message: pointer, rule and what to do."""
    said = "; ".join(sentence(problem) for problem in problems[:MAX_PROBLEMS])
    more = len(problems) - MAX_PROBLEMS
    return f"{said}; and {more} more" if more > 0 else said


def sentence(problem: Problem) -> str:
    """Return one problem: pointer (none for the object as a whole), rule and what to do."""
    return f"{problem.pointer} {problem.rule}: {problem.message}".lstrip()

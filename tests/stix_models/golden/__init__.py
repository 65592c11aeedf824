"""What a person reads about bad objects: ``bad_objects.json``, and how it is made.

Each case says in words what is wrong (``says``), names an example of the set or holds a
whole object (``of``), what to change in it (``change``: JSON pointer to new value, null
to leave it out) and what is found (``expected``: severity, pointer, rule and message).

``python -m tests.stix_models.golden`` writes ``expected`` anew, from what validation
says today; then read the difference aloud before it is committed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from stix_models.schema_files import example
from stix_models.validation import validate

FILE = Path(__file__).with_name("bad_objects.json")


def cases() -> list[dict[str, Any]]:
    """Return all cases, as they are written."""
    found: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def object_of(case: dict[str, Any]) -> dict[str, Any]:
    """Return the object that a case is about."""
    obj = case["of"] if isinstance(case["of"], dict) else example(case["of"])
    for pointer, value in case["change"].items():
        _change(obj, pointer, value)
    return obj


def found_in(case: dict[str, Any]) -> list[list[str]]:
    """Return what validation says of a case today, as it is written in the file."""
    problems = validate(object_of(case), accept_undeclared_types=False)
    return [[found.severity, found.pointer, found.rule, found.message] for found in problems]


def _change(obj: Any, pointer: str, value: object) -> None:
    *parents, last = pointer.split("/")[1:]
    for step in parents:
        obj = obj[int(step)] if isinstance(obj, list) else obj[step]
    if isinstance(obj, list):
        obj[int(last)] = value
    elif value is None:
        obj.pop(last, None)
    else:
        obj[last] = value

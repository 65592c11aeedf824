"""What one row of the table of disagreements is, and when it explains one."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stix_models.problems import Problem
from tests.stix_models.agreement.examples import Stix, examples
from tests.stix_models.objects import MINIMAL, make

US = "this project"
LEFT_OUT = object()
"""As a change of an example: the property is left out."""

MISSING = object()
"""The value of a property that is not there."""


def _always(obj: Stix, found: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One way in which our validation and an oracle disagree, on purpose.

    It explains one reason for a refusal: the oracle's words when the oracle refuses,
    ``rule pointer`` of our problem when we do. ``holds`` narrows that: it gets the
    object, and the oracle's words or the value that we refuse.
    """

    name: str
    oracle: str
    refused_by: str  # ``US``, or the oracle
    words: str  # a regular expression, searched in the reason
    decided_by: str  # sections of STIX 2.1, if not said otherwise
    because: str
    example: tuple[str, Mapping[str, Any]]  # a type, and what to change on a good object
    holds: Callable[[Stix, Any], bool] = _always
    our_choice: bool = False  # the standard is on the oracle's side, or says nothing

    def explains(self, obj: Stix, reason: str | Problem) -> bool:
        """Return whether this is why the object is refused."""
        if isinstance(reason, Problem):
            return (
                self.refused_by == US
                and re.search(self.words, f"{reason.rule} {reason.pointer}") is not None
                and self.holds(obj, value_at(obj, reason.pointer))
            )
        return (
            self.refused_by == self.oracle
            and re.search(self.words, reason) is not None
            and self.holds(obj, reason)
        )

    def witness(self) -> Stix:
        """Return the example: an object on which the two disagree."""
        name, changes = self.example
        obj = make(name) if name in MINIMAL else examples(name)[0]
        merged = {**obj, **changes}
        return copy.deepcopy({key: value for key, value in merged.items() if value is not LEFT_OUT})


def unexplained(
    rows: Iterable[Disagreement], obj: Stix, reasons: Iterable[str | Problem]
) -> list[str | Problem]:
    """Return the reasons that no row explains."""
    known = list(rows)
    return [reason for reason in reasons if not any(row.explains(obj, reason) for row in known)]


def value_at(obj: Any, pointer: str) -> Any:
    """Return what a JSON pointer (RFC 6901) names, or ``MISSING``."""
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(obj, dict) and key in obj:
            obj = obj[key]
        elif isinstance(obj, list) and key.isdigit() and int(key) < len(obj):
            obj = obj[int(key)]
        else:
            return MISSING
    return obj

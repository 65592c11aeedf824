"""What a difference between the answers of this server and of medallion is.

Two kinds: some differ wherever the same thing happens (every empty envelope), told
by ``when``; the others are single requests.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Judge = Callable[[Any, Any], bool]
"""Returns whether a pair of values, ours and theirs, differs in the way described."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One reason why answers differ.

    ``cases`` are names of exchanges, ``*`` stands for any text. Without ``when`` every
    request so named must differ; with it, those of which it is true, at least one.
    ``ours`` and ``theirs`` are words for people; for the aspect ``status`` they are the
    exact statuses.
    """

    title: str
    aspects: tuple[str, ...]
    cases: tuple[str, ...]
    ours: str
    theirs: str
    decided_by: tuple[str, ...]
    because: str
    when: Judge | None = None

    def explains(self, name: str, aspect: str, ours: Any, theirs: Any) -> bool:
        """Return whether this is why the values of one aspect differ for one request."""
        if aspect not in self.aspects or not self.speaks_of(name):
            return False
        if aspect == "status" and (ours, theirs) != (self.ours, self.theirs):
            return False
        return self.when is None or self.when(ours, theirs)

    def speaks_of(self, name: str) -> bool:
        """Return whether a request is one of the cases."""
        return any(matches(case, name) for case in self.cases)


def matches(case: str, name: str) -> bool:
    """Return whether a name is meant by a case, in which ``*`` stands for any text."""
    return re.fullmatch(re.escape(case).replace(r"\*", ".*"), name) is not None

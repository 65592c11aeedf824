"""Every difference between the answers of this server and of medallion, and who decided it."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """One reason why answers differ, in one aspect, for exactly these requests.

    ``cases`` are names of exchanges; ``*`` stands for any text. Each request that is
    named must differ. For the aspect ``status``, ``ours`` and ``theirs`` are the exact
    statuses; for others they are words for people.
    """

    title: str
    aspect: str
    cases: tuple[str, ...]
    ours: str
    theirs: str
    decided_by: tuple[str, ...]
    because: str

    def speaks_of(self, name: str) -> bool:
        """Return whether a request is one of the cases."""
        return any(_matches(case, name) for case in self.cases)


def _matches(case: str, name: str) -> bool:
    return re.fullmatch(re.escape(case).replace(r"\*", ".*"), name) is not None


DIFFERENCES: tuple[Difference, ...] = ()

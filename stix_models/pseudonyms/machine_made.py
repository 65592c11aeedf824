"""What machines made in a text: ids, pseudonyms, hashes and timestamps.

A short login stands in them by chance. How long a find in them must be to be no chance is
told here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from stix_models.identifiers import UUID_PATTERN
from stix_models.pseudonyms.known import type_names

LEAST = 10  # characters: that long, nothing occurs in an id or a hash by chance
_NEVER = 1 << 62


@dataclass(frozen=True, slots=True)
class MachineMade:
    """What a reader knows beforehand: which keys' pseudonyms stand in the texts."""

    key_ids: frozenset[str]

    def least_in(self, text: str) -> Callable[[int, int], int]:
        """Return a function of a part of the text: how long a find there must be.

        That is nothing where no machine made what is there. What a standard writes (the type
        in an id, the beginning of a pseudonym) is no find at all; nor is the name of a key,
        if it is one.
        """
        starts: list[int] = []
        ends: list[tuple[int, int]] = []  # of the words of the standard, and of all
        for found in _made_by_machines().finditer(text):
            start, worded, end = found.start(), found.start(), found.end()
            if found["type"] is not None:
                worded = found.end("type")
            elif found["key_id"] in self.key_ids:
                worded = found.end("before")
            elif found["key_id"] is not None:
                start = worded = found.end("before")
            starts.append(start)
            ends.append((worded, end))

        def least(start: int, end: int) -> int:
            around = bisect_right(starts, start) - 1
            if around < 0 or end > ends[around][1]:
                return 0
            return _NEVER if end <= ends[around][0] else LEAST

        return least


@cache
def _made_by_machines() -> re.Pattern[str]:
    """Return what ids, pseudonyms, hashes and timestamps look like; of ids only known types."""
    types = "|".join(sorted(type_names()))
    return re.compile(
        rf"(?<![a-zA-Z0-9-])(?P<type>{types})--{UUID_PATTERN}|{UUID_PATTERN}"
        r"|(?P<before>(?:pseudonym|hmac-sha256):(?P<key_id>[a-z0-9-]{3,32}):(?:(?:id|login):)?)"
        r"[0-9a-f]{64}"
        r"|\b[0-9a-fA-F]{32,}\b"
        r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z",
        re.ASCII,
    )

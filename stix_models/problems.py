"""What is wrong with an object, where, and by which rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an object, where (RFC 6901) and by which rule.

    An ``error`` refuses the object, a ``warning`` never does.
    """

    pointer: str
    rule: str
    severity: Literal["error", "warning"]
    message: str

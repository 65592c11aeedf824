"""The authenticated client of one request (``Principal``) and what it may be (``Role``)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a client may do; roles add up."""

    PUBLISHER = "publisher"
    SUBSCRIBER = "subscriber"
    AUDITOR = "auditor"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: the client's name, its member (``None`` for the coalition's own), its roles."""

    name: str
    member: str | None
    roles: frozenset[Role]

    @property
    def is_coalition_auditor(self) -> bool:
        """An auditor of no member reads everything."""
        return self.member is None and Role.AUDITOR in self.roles

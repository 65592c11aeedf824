"""The coalition as values: members, groups, rules and collections.

``coalition_file`` reads them from ``coalition.toml``; everything else in the
server only sees these frozen values. Names are the configuration's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from stix_models.extensions import SET_IDENTITY

STIX_2_1 = "application/stix+json;version=2.1"
STIX_2_0 = "application/stix+json;version=2.0"

BUILT_IN_GROUPS = ("members", "companies", "agencies")


class Tlp(IntEnum):
    """Traffic Light Protocol levels in their order (``sharing.md`` section 3)."""

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    AMBER_STRICT = 3
    RED = 4

    @property
    def label(self) -> str:
        """The name that configuration files use: ``amber+strict``."""
        return self.name.lower().replace("_", "+")


class MemberKind(StrEnum):
    """What a member is."""

    COMPANY = "company"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation of the coalition."""

    name: str
    kind: MemberKind
    title: str
    identities: tuple[str, ...] = ()  # STIX ids it signs with; the first is its own object's
    default_marking: Tlp = Tlp.AMBER


@dataclass(frozen=True, slots=True)
class Rule:
    """A release or withhold rule; members are already resolved from groups."""

    name: str
    from_members: frozenset[str]
    to_members: frozenset[str]
    types: frozenset[str]  # "*" is all
    up_to: Tlp = Tlp.AMBER  # release rules only
    unless: str | None = None  # withhold rules only: "pseudonymous"

    def covers(self, producer: str, recipient: str) -> bool:
        """Return whether the rule speaks of this pair of members."""
        return producer in self.from_members and recipient in self.to_members


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules in the file's order; ``version`` is their digest."""

    version: str
    releases: tuple[Rule, ...] = ()
    withholds: tuple[Rule, ...] = ()


class CollectionKind(StrEnum):
    """What a collection is for."""

    SUBMISSIONS = "submissions"
    FEED = "feed"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Collection:
    """A TAXII collection. ``member`` owns submissions or a feed and is ``""`` for a group.

    ``id`` is ``""`` until it is fixed by the store. Submissions and feeds name
    their member in ``readers`` (and ``writers``), so one rule serves all kinds.
    """

    id: str
    alias: str
    title: str
    kind: CollectionKind
    root: str
    member: str = ""
    readers: frozenset[str] = frozenset()
    writers: frozenset[str] = frozenset()
    visible_to: frozenset[str] = frozenset()
    media_types: tuple[str, ...] = (STIX_2_1,)

    @property
    def spec_versions(self) -> frozenset[str]:
        """The STIX versions that may be stored here: ``{"2.1"}``."""
        return frozenset(media_type.rpartition("=")[2] for media_type in self.media_types)


@dataclass(frozen=True, slots=True)
class Coalition:
    """All members, the policy, the collections; ``identity`` is the coalition's own STIX id."""

    title: str
    api_root: str
    members: tuple[Member, ...]
    policy: Policy
    collections: tuple[Collection, ...]
    identity: str = ""
    ever_reserved: tuple[tuple[str, str], ...] = ()  # identity id and member, also former ones
    groups: tuple[tuple[str, frozenset[str]], ...] = ()  # by name; members and built-in ones too

    def member(self, name: str) -> Member:
        """Return a member. Raises ``KeyError`` for an unknown name."""
        for found in self.members:
            if found.name == name:
                return found
        raise KeyError(name)

    @property
    def names(self) -> frozenset[str]:
        """The short names of all members."""
        return frozenset(m.name for m in self.members)

    @property
    def roots(self) -> tuple[str, ...]:
        """API Root paths without slashes at the ends, the coalition's own first."""
        others = sorted({c.root for c in self.collections} - {self.api_root})
        return (self.api_root, *others)

    @property
    def reserved(self) -> dict[str, str]:
        """Owner (member name, ``""`` for the coalition) of every reserved id, in lower case."""
        owners = {each.lower(): name for each, name in self.ever_reserved}
        owners |= {each.lower(): m.name for m in self.members for each in m.identities}
        owners[SET_IDENTITY] = ""
        return {**owners, self.identity.lower(): ""} if self.identity else owners

    def submissions_of(self, member: str) -> Collection:
        """Return the collection that this member pushes to."""
        return self._of(CollectionKind.SUBMISSIONS, member)

    def feed_of(self, member: str) -> Collection:
        """Return the collection that this member polls."""
        return self._of(CollectionKind.FEED, member)

    def _of(self, kind: CollectionKind, member: str) -> Collection:
        return next(c for c in self.collections if c.kind is kind and c.member == member)

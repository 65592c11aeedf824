"""What in a usable ``coalition.toml`` is probably not meant (``clearinghouse config check``).

A warning never stops the server. Rules are compared pair by pair and type by type,
so that a rule is called unreachable only where no object could ever be decided by it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from stix_models.extensions import EXTENSIONS, NEW_SDO
from taxii_server.sharing.coalition import Coalition, Rule

STIX_TYPES = frozenset(
    [
        "attack-pattern",
        "campaign",
        "course-of-action",
        "grouping",
        "identity",
        "incident",
        "indicator",
        "infrastructure",
        "intrusion-set",
        "location",
        "malware",
        "malware-analysis",
        "note",
        "observed-data",
        "opinion",
        "report",
        "threat-actor",
        "tool",
        "vulnerability",
        "relationship",
        "sighting",
        "language-content",
        "marking-definition",
        "extension-definition",
        "bundle",
        "artifact",
        "autonomous-system",
        "directory",
        "domain-name",
        "email-addr",
        "email-message",
        "file",
        "ipv4-addr",
        "ipv6-addr",
        "mac-addr",
        "mutex",
        "network-traffic",
        "process",
        "software",
        "url",
        "user-account",
        "windows-registry-key",
        "x509-certificate",
    ]
)
"""Every type of STIX 2.1 (and of 2.0, which has no other)."""

INFLUENCE_TYPES = frozenset(
    [*(found.name for found in EXTENSIONS if found.extension_type == NEW_SDO), "media-content"]
)
"""The types of the influence-operation extension set."""


def coalition_warnings(coalition: Coalition, document: Mapping[str, Any]) -> list[str]:
    """Return one line per oddity, as ``[section] name: key: what is odd``.

    Args:
        coalition: The coalition that ``document`` describes.
        document: The parsed file; names what was written where values were resolved.
    """
    policy = coalition.policy
    return [
        *_unknown_types("release", policy.releases),
        *_unknown_types("withhold", policy.withholds),
        *_unreachable_withholds(policy.withholds),
        *_unreachable_releases(policy.releases, policy.withholds),
        *_nothing_shared(policy.releases),
        *_empty_groups(document),
        *_odd_collections(document),
    ]


def _unknown_types(section: str, rules: Iterable[Rule]) -> Iterator[str]:
    known = STIX_TYPES | INFLUENCE_TYPES | {"*"}
    for rule in rules:
        for stix_type in sorted(rule.types - known):
            yield f"[[{section}]] {rule.name}: types: {stix_type!r} is no type known to this server"


def _unreachable_withholds(rules: tuple[Rule, ...]) -> Iterator[str]:
    for number, rule in enumerate(rules):
        earlier = [r for r in rules[:number] if r.unless in {None, rule.unless}]
        where = f"[[withhold]] {rule.name}"
        if not _pairs(rule):
            yield f"{where}: is unreachable: from and to name no two different members"
        elif not any(True for _ in _open_cases(rule, earlier)):
            names = ", ".join(repr(r.name) for r in earlier)
            yield f"{where}: is unreachable: already withheld by {names}"


def _unreachable_releases(releases: tuple[Rule, ...], withholds: tuple[Rule, ...]) -> Iterator[str]:
    always = [rule for rule in withholds if rule.unless is None]
    for number, rule in enumerate(releases):
        earlier = [r for r in releases[:number] if r.up_to >= rule.up_to]
        where = f"[[release]] {rule.name}"
        if not _pairs(rule):
            yield f"{where}: is unreachable: from and to name no two different members"
        elif not any(True for _ in _open_cases(rule, always)):
            yield f"{where}: is unreachable: withhold rules cover all of it"
        elif not any(True for _ in _open_cases(rule, [*always, *earlier])):
            yield f"{where}: is unreachable: rules before it decide all of it"


def _open_cases(rule: Rule, others: Iterable[Rule]) -> Iterator[tuple[str, str, str]]:
    """Yield every (producer, recipient, type) of the rule that no other rule covers."""
    others = list(others)
    for (producer, recipient), stix_type in product(_pairs(rule), rule.types):
        if not any(
            other.covers(producer, recipient) and not other.types.isdisjoint({stix_type, "*"})
            for other in others
        ):
            yield producer, recipient, stix_type


def _pairs(rule: Rule) -> list[tuple[str, str]]:
    pairs = product(sorted(rule.from_members), sorted(rule.to_members))
    return [(producer, recipient) for producer, recipient in pairs if producer != recipient]


def _nothing_shared(releases: tuple[Rule, ...]) -> Iterator[str]:
    if not releases:
        yield "[[release]]: there is no rule, so no member's feed shows what another one pushes"


def _empty_groups(document: Mapping[str, Any]) -> Iterator[str]:
    for name, members in document.get("groups", {}).items():
        if not members:
            yield f"[groups] {name}: names no member"


def _odd_collections(document: Mapping[str, Any]) -> Iterator[str]:
    for table in document.get("collection", []):
        where = f"[[collection]] {table['alias']}"
        configured = table.get("id")
        if configured and not _is_uuid4(configured):
            yield f"{where}: id: {configured!r} is not a UUID of version 4, which TAXII asks for"
        if not (table.get("readers") or table.get("writers") or table.get("visible_to")):
            yield f"{where}: names no readers, writers or visible_to: no member can see it"


def _is_uuid4(text: str) -> bool:
    try:
        value = uuid.UUID(text)
    except ValueError:
        return False
    return value.version == 4 and str(value) == text.lower()

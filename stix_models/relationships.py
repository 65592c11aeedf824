"""The relationships that the set suggests: which verb joins which types, and what it says.

Section 4 of the object model. Nothing is refused by this table: STIX 2.1 section 3.7
lets a relationship have any type and any ends. Documents, the picture of the objects
and their tests read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

CLUSTER = "coordinated-account-cluster"


@dataclass(frozen=True, slots=True)
class Relation:
    """One verb (``relationship_type``) between any of its sources and any of its targets."""

    verb: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    meaning: str  # one sentence

    def triples(self) -> Iterator[tuple[str, str, str]]:
        """Yield every source, verb and target."""
        for source in self.sources:
            for target in self.targets:
                yield source, self.verb, target


RELATIONS: tuple[Relation, ...] = (
    Relation(
        "amplifies",
        (CLUSTER,),
        ("narrative",),
        "The cluster spreads a narrative that others tell too.",
    ),
    Relation(
        "originates",
        (CLUSTER,),
        ("narrative",),
        "The cluster was the first to tell the narrative.",
    ),
    Relation(
        "controls",
        (CLUSTER,),
        ("channel", "user-account", "domain-name"),
        "Whoever runs the cluster decides what appears there.",
    ),
    Relation(
        "uses",
        (CLUSTER,),
        ("attack-pattern", "infrastructure", "url", "domain-name"),
        "The cluster works in this way, or by these means, which need not be its own.",
    ),
    Relation(
        "overlaps-with",
        (CLUSTER,),
        (CLUSTER,),
        "Two clusters, mostly of two platforms, have accounts, domains or buyers in common.",
    ),
    Relation(
        "originates-from",
        (CLUSTER,),
        ("location",),
        "The cluster is run from there; its confidence says how sure that is.",
    ),
    Relation(
        "attributed-to",
        (CLUSTER, "ad-buyer"),
        ("threat-actor", "intrusion-set", "identity"),
        "They are behind it, as far as its author can tell.",
    ),
    Relation(
        "attributed-to",
        ("campaign",),
        ("threat-actor", "intrusion-set"),
        "They are behind the operation; these are the ends that the standard names.",
    ),
    Relation(
        "targets",
        (CLUSTER, "narrative", "campaign", "political-ad"),
        ("event", "identity", "location"),
        "It is aimed at this event, these people or this place.",
    ),
    Relation(
        "purchased",
        ("ad-buyer",),
        ("political-ad",),
        "The buyer placed the ad.",
    ),
    Relation(
        "funds",
        ("ad-buyer",),
        (CLUSTER, "channel", "campaign"),
        "The buyer's money keeps it going.",
    ),
    Relation(
        "operates",
        ("ad-buyer",),
        ("channel",),
        "The buyer runs the channel, openly or not.",
    ),
    Relation(
        "identified-as",
        ("ad-buyer",),
        ("identity",),
        "The name that the platform knows belongs to this person or organisation.",
    ),
    Relation(
        "promotes",
        ("political-ad",),
        ("narrative", "channel", "url"),
        "The ad carries the narrative, or leads people to the channel or the address.",
    ),
    Relation(
        "supports",
        ("political-ad",),
        ("identity",),
        "The ad speaks for the candidate, party or group.",
    ),
    Relation(
        "opposes",
        ("political-ad",),
        ("identity",),
        "The ad speaks against the candidate, party or group.",
    ),
    Relation(
        "subnarrative-of",
        ("narrative",),
        ("narrative",),
        "The narrative is one form or part of a larger one.",
    ),
    Relation(
        "publishes",
        ("channel",),
        ("url", "media-content"),
        "The content appeared in the channel.",
    ),
    Relation(
        "publishes",
        ("user-account",),
        ("media-content",),
        "The account posted the content.",
    ),
    Relation(
        "uses",
        ("channel", "media-content"),
        ("narrative",),
        "The narrative is told there.",
    ),
    Relation(
        "uses",
        ("campaign",),
        (CLUSTER, "narrative", "ad-buyer", "channel"),
        "It is part of the operation.",
    ),
    Relation(
        "disrupts",
        ("platform-action",),
        (CLUSTER, "narrative", "channel", "political-ad", "ad-buyer"),
        "What the platform did was aimed at this; object_refs says what exactly it touched.",
    ),
    Relation(
        "located-at",
        ("event",),
        ("location",),
        "The event takes place there.",
    ),
)
"""Every suggested relationship, cluster first, as the page lists them."""

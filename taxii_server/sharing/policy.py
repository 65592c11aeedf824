"""``decide``: may this member see this object? The only way into a feed (INV-DENY).

Pure: values in, a ``Decision`` out. ``sharing.md`` section 3 is a table whose first
row that says no decides; the functions below are its rows in that order, and the
decision names the rule and carries a sentence for people.

What this version does not evaluate is withheld, never guessed. Reasons that are
not a rule of the policy file begin with ``builtin:``, which no rule name may:

    builtin:own                 the recipient pushed it itself
    builtin:no-rule             no release rule speaks of this pair and type
    builtin:sharing-extension   the object narrows its own audience, which is not read yet
    builtin:red                 TLP:RED needs named recipients, which are not read yet
    builtin:unknown-marking     a marking that is neither TLP nor a known statement
    builtin:granular-markings   parts are marked on their own, which is not read yet
    builtin:library             released because membership is known to all members
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from stix_models.extensions import EXTENSION_OF_NAME
from stix_models.markings import tlp_level
from taxii_server.sharing.coalition import Policy, Rule, Tlp

SHARING_EXTENSION = EXTENSION_OF_NAME["sharing"].id

LIBRARY_RULE = "builtin:library"

_DEFINITIONS = frozenset({"marking-definition", "extension-definition"})


@dataclass(frozen=True, slots=True)
class ObjectTraits:
    """What ``decide`` needs to know of an accepted object, and nothing else.

    ``library`` is true for a newer version of a member's own supplied identity:
    ``builtin:library`` then stands for rows 1 and 3.
    """

    type: str
    tlp: Tlp  # the producer's default where the object has none
    unknown_marking: bool = False
    sharing_extension: bool = False
    granular_markings: bool = False
    library: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Released or withheld, by which rule, and why in a sentence."""

    released: bool
    rule: str
    sentence: str


def traits_of(
    stix: Mapping[str, Any], default_marking: Tlp, statement_markings: AbstractSet[str]
) -> ObjectTraits:
    """Return what ``decide`` needs to know of a STIX object.

    Args:
        stix: The object as it was pushed. Untrusted beyond schema validation.
        default_marking: Its producer's, for an object without a TLP marking.
        statement_markings: Ids of markings whose every content that the producer
            ever knew is a statement; statements do not restrict.
    """
    refs = stix.get("object_marking_refs") or []
    levels = {str(ref): tlp_level(str(ref)) for ref in (refs if isinstance(refs, list) else [refs])}
    known = [level for level in levels.values() if level is not None]
    extensions = stix.get("extensions")
    return ObjectTraits(
        type=str(stix.get("type")),
        tlp=Tlp(max(known)) if known else default_marking,
        unknown_marking=any(
            level is None and ref not in statement_markings for ref, level in levels.items()
        ),
        sharing_extension=isinstance(extensions, dict)
        and any(str(key).lower() == SHARING_EXTENSION for key in extensions),
        granular_markings=bool(stix.get("granular_markings")),
    )


def decide(
    object: ObjectTraits,
    producer: str,
    recipient: str,
    policy: Policy,
    now_us: int,
) -> Decision:
    """Return whether ``recipient`` may see an object that ``producer`` pushed.

    Nothing is released without a rule. ``now_us`` is part of the contract: a
    decision may depend on time, though no row of this version does.
    """
    if recipient == producer and not object.library:
        return Decision(False, "builtin:own", "It is your own object.")
    refused = _withholding_rule(object, producer, recipient, policy)
    if refused is not None:
        return refused
    granted = _releasing_rule(object, producer, recipient, policy)
    if not granted.released:
        return granted
    return _unread_construct(object) or granted


def circle_refusal(
    object: ObjectTraits,
    producer: str,
    readers: Iterable[str],
    policy: Policy,
) -> Decision | None:
    """Return why an object may not enter a group collection, or ``None`` (section 7).

    A circle is no way around the policy: whatever would be withheld, by a withhold
    rule or because it is not evaluated yet, from any reader but the writer's own
    member is refused. Release rules and ceilings do not count.
    """
    others = sorted(set(readers) - {producer})
    for reader in others:
        refused = _withholding_rule(object, producer, reader, policy)
        if refused is not None:
            return refused
    return _unread_construct(object) if others else None


def _withholding_rule(
    traits: ObjectTraits, producer: str, recipient: str, policy: Policy
) -> Decision | None:
    """Row 2. ``unless`` is read and never met here, so the rule withholds in any case."""
    for rule in policy.withholds:
        if rule.covers(producer, recipient) and _lists(rule, traits.type):
            return Decision(
                False, rule.name, f"The rule {rule.name!r} withholds {traits.type} objects."
            )
    return None


def _releasing_rule(
    traits: ObjectTraits, producer: str, recipient: str, policy: Policy
) -> Decision:
    """Row 3: the first rule that releases, else the nearest rule or ``builtin:no-rule``."""
    if traits.library:
        return Decision(True, LIBRARY_RULE, "Identities of members are known to all members.")
    covering = [
        rule
        for rule in policy.releases
        if rule.covers(producer, recipient)
        and (traits.type in _DEFINITIONS or _lists(rule, traits.type))
    ]
    for rule in covering:
        if traits.tlp <= rule.up_to:
            return Decision(True, rule.name, f"The rule {rule.name!r} releases it.")
    if not covering:
        sentence = f"No release rule lets {recipient} see {traits.type} objects of {producer}."
        return Decision(False, "builtin:no-rule", sentence)
    nearest = max(covering, key=lambda rule: rule.up_to)
    sentence = (
        f"The rule {nearest.name!r} releases up to TLP:{nearest.up_to.label.upper()}; "
        f"this is TLP:{traits.tlp.label.upper()}."
    )
    return Decision(False, nearest.name, sentence)


def _unread_construct(traits: ObjectTraits) -> Decision | None:
    """Rows 4 to 6: what restricts an object in a way that is not evaluated yet."""
    if traits.sharing_extension:
        return Decision(
            False,
            "builtin:sharing-extension",
            "It carries the sharing extension, which this version does not evaluate.",
        )
    if traits.tlp is Tlp.RED:
        return Decision(False, "builtin:red", "TLP:RED is for named recipients only.")
    if traits.unknown_marking:
        return Decision(
            False,
            "builtin:unknown-marking",
            "It has a marking that is neither TLP nor a known statement.",
        )
    if traits.granular_markings:
        return Decision(
            False,
            "builtin:granular-markings",
            "It has granular markings, which this version does not evaluate.",
        )
    return None


def _lists(rule: Rule, stix_type: str) -> bool:
    return "*" in rule.types or stix_type in rule.types

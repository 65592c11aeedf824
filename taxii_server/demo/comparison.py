"""Two polls side by side: who got which object of the story, and by which rule.

Whether an object was received is read from the polls themselves. Why it was not is
what the server told its producer, in the status of the push; that text is for
people and may change, so where no reason is recognised the fate only says "no".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from taxii_server.demo.stix import STIX
from taxii_server.demo.story import StoryBundle

_WITHHELD = re.compile(r"withheld from ([^(]*)\((.*?)\)(?=; withheld from|; warning:|$)")
_LONGEST_NAME = 44  # characters


@dataclass(frozen=True, slots=True)
class Fate:
    """Whether a poll returned an object; if not, by which rule, in what words to its pusher."""

    seen: bool
    rule: str = ""
    sentence: str = ""

    def __str__(self) -> str:
        if self.seen:
            return "yes"
        return f"no: {self.rule}" if self.rule else "no"


YES = Fate(seen=True)
NO = Fate(seen=False)
ITS_OWN = Fate(seen=False, rule="its own")


@dataclass(frozen=True, slots=True)
class Row:
    """Objects of one type and pusher with one fate; ``fates`` are in the pollers' order."""

    pusher: str
    type: str
    names: tuple[str, ...]
    fates: tuple[Fate, ...]


def compare(
    bundles: Sequence[StoryBundle],
    messages: Mapping[tuple[str, str], str],
    polled: Mapping[str, Collection[str]],
) -> list[Row]:
    """Return the rows of the table.

    Args:
        bundles: What was pushed.
        messages: What the status said, by (pusher, STIX id).
        polled: By member, in the order of the columns: the ids that its subscriber got.
    """
    known = {thing["id"]: thing for part in bundles for thing in part.content["objects"]}
    pushers: dict[str, list[str]] = {}
    for part in bundles:
        for thing in part.content["objects"]:
            who = pushers.setdefault(thing["id"], [])
            if part.member not in who:
                who.append(part.member)
    grouped: dict[tuple[str, str, tuple[Fate, ...]], list[str]] = {}
    for stix_id, who in pushers.items():
        fates = tuple(
            YES if stix_id in ids else _fate(member, who, stix_id, messages)
            for member, ids in polled.items()
        )
        key = (", ".join(who), known[stix_id]["type"], fates)
        grouped.setdefault(key, []).append(name_of(known[stix_id], known))
    return [Row(who, kind, tuple(names), fates) for (who, kind, fates), names in grouped.items()]


def sentences(rows: Sequence[Row]) -> list[str]:
    """Return what was said of each rule that decided, each sentence once, by rule."""
    said = {(f.rule, f.sentence) for row in rows for f in row.fates if f.sentence}
    return [
        sentence if rule in sentence else f"{rule}: {sentence}" for rule, sentence in sorted(said)
    ]


def name_of(thing: STIX, known: Mapping[str, STIX]) -> str:
    """Return how a person would call an object."""
    if thing["type"] == "relationship":
        ends = (
            known[thing[end]]["type"] if thing[end] in known else thing[end].partition("--")[0]
            for end in ("source_ref", "target_ref")
        )
        return f" {thing['relationship_type']} ".join(ends)
    for key in ("name", "value", "account_login", "abstract"):
        if key in thing:
            text = str(thing[key])
            return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"
    return str(thing["type"])


def _fate(
    member: str, pushers: Sequence[str], stix_id: str, messages: Mapping[tuple[str, str], str]
) -> Fate:
    """Return why a member did not get an object."""
    if list(pushers) == [member]:
        return ITS_OWN
    for pusher in pushers:
        for names, reason in _WITHHELD.findall(messages.get((pusher, stix_id), "")):
            if member in (name.strip() for name in names.split(",")):
                rule, _, sentence = reason.partition(": ")
                return Fate(seen=False, rule=rule, sentence=sentence)
    return NO

"""Two polls side by side: who got which objects of the story, and by which rule.

Whether an object was received is read from the polls themselves. Why it was not is
what the server told its producer, in the status of the push; that text is for
people and may change, so where no reason is recognised the fate only says "no".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from taxii_server.demo.stix import STIX
from taxii_server.demo.story import StoryBundle

_WITHHELD = re.compile(r"withheld from ([^(]*)\((.*?)\)(?=; withheld from|; warning:|$)")
_SEVERAL = "several members"
_LONGEST_NAME = 44  # characters
_NAMES = ("name", "title", "value", "account_login", "abstract", "creative_text")


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
    """A pusher's objects that the same rules let pass or not, for each of the pollers."""

    pusher: str
    fates: tuple[str, ...]  # in the pollers' order
    objects: tuple[tuple[str, str], ...]  # type and name of each
    sentences: frozenset[str] = frozenset()  # what the pusher was told of the rules

    def counts(self) -> list[tuple[str, int]]:
        """Return how many there are of each type, the most frequent first."""
        return Counter(stix_type for stix_type, _ in self.objects).most_common()

    def names(self) -> list[str]:
        """Return the names of those that have one, a type's first before any type's second."""
        of_type: dict[str, list[str]] = {}
        for stix_type, name in self.objects:
            if name:
                of_type.setdefault(stix_type, []).append(name)
        return [name for turn in zip_longest(*of_type.values()) for name in turn if name]


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
    known: dict[str, STIX] = {}
    pushers: dict[str, list[str]] = {}
    for part in bundles:
        for thing in part.content["objects"]:
            known[thing["id"]] = thing
            who = pushers.setdefault(thing["id"], [])
            if part.member not in who:
                who.append(part.member)
    grouped: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    said: dict[tuple[str, tuple[str, ...]], set[str]] = {}
    for stix_id, who in pushers.items():
        fates = [
            YES if stix_id in ids else _fate(member, who, stix_id, messages)
            for member, ids in polled.items()
        ]
        key = who[0] if len(who) == 1 else _SEVERAL, tuple(map(str, fates))
        grouped.setdefault(key, []).append(stix_id)
        said.setdefault(key, set()).update(_told(fate) for fate in fates if fate.sentence)
    in_order = sorted(grouped, key=lambda key: key[0] == _SEVERAL)  # what several pushed is last
    return [
        Row(
            *key,
            tuple((known[i]["type"], name_of(known[i])) for i in grouped[key]),
            frozenset(said[key]),
        )
        for key in in_order
    ]


def actions_and_led(bundles: Sequence[StoryBundle]) -> tuple[int, int]:
    """Return how many actions of platforms there are, and how many another's object led to."""
    first_pusher: dict[str, str] = {}
    led: dict[str, bool] = {}
    for part in bundles:
        for thing in part.content["objects"]:
            first_pusher.setdefault(thing["id"], part.member)
            if thing["type"] == "platform-action":
                reasons = thing.get("triggered_by_refs", ())
                led[thing["id"]] = any(first_pusher[each] != part.member for each in reasons)
    return len(led), sum(led.values())


def sentences(rows: Sequence[Row]) -> list[str]:
    """Return what was said of the rules that decided, each sentence once, by rule."""
    return sorted({sentence for row in rows for sentence in row.sentences})


def name_of(thing: STIX) -> str:
    """Return how a person would call an object; an empty text where it has no name."""
    text = next((str(thing[key]) for key in _NAMES if key in thing), "")
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def _told(fate: Fate) -> str:
    return fate.sentence if fate.rule in fate.sentence else f"{fate.rule}: {fate.sentence}"


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

"""Logs while a batch is planned: which entries come, go, gain support or change view.

A planner (``release``, ``withdrawal``, ``library``) says what it means in terms of
entries and lines; ``Logs`` works out the exact plan. Views are settled once per
log and id, at the end, because what is latest depends on everything in the batch.

An entry is **latest** while a live line that supports it has no newer entry in the
log (``sharing.md`` section 2). An entry that newly starts to match a view is never
promoted in place, since readers may have passed it: it is appended again and its
old place becomes a tombstone (design section 5).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from taxii_server.storage.protocol import (
    TOMBSTONE,
    Append,
    Change,
    EntryState,
    Flags,
    LineKey,
    LineState,
    ObjectKey,
    Outcome,
    Plan,
    StoredObject,
    Support,
    SupportChange,
)

EVERYTHING = "~"
"""A withdrawal mark above every rank: all that an id without versions ever had."""


@dataclass(slots=True, eq=False)
class Draft:
    """An entry being planned. ``seq`` is ``None`` until the store numbers it."""

    collection: str
    object: ObjectKey
    version: str | None
    spec_version: str
    rule: str
    signed: bool = False
    statement: bool = False
    seq: int | None = None
    date_added_us: int = 0
    policy_version: str = ""  # that decided; the plan's own if empty
    not_before_us: int = 0
    flags: Flags = TOMBSTONE  # as stored
    position: int | None = None  # in the plan's appends
    is_renewed: bool = False  # is to be appended again, latest before or not
    again: Draft | None = None  # the same, where it was appended again
    supports: dict[LineKey, Support] = field(default_factory=dict)
    changed: dict[LineKey, Support] = field(default_factory=dict)

    @property
    def is_live(self) -> bool:
        """Whether any line still stands behind it."""
        return any(support.live for support in self.supports.values())

    def supported_by(self, line: LineKey) -> bool:
        """Return whether this line stands behind the entry now."""
        support = self.supports.get(line)
        return support is not None and support.live

    @property
    def current(self) -> Draft:
        """This entry, or the one that took its place in this batch."""
        return self if self.again is None else self.again.current

    def set_support(self, support: Support) -> None:
        """Let a line stand behind the entry, or no longer."""
        self.supports[support.line] = support
        self.changed[support.line] = support


class Logs:
    """The entries and lines of the ids that a batch touches, and what becomes of them."""

    def __init__(
        self,
        entries: Mapping[str, Sequence[EntryState]] | None = None,
        lines: Mapping[str, Sequence[LineState]] | None = None,
    ) -> None:
        self._drafts: dict[tuple[str, str], list[Draft]] = defaultdict(list)
        self._collections_of: dict[str, list[str]] = defaultdict(list)
        self._lines: dict[LineKey, LineState] = {}
        self._new_lines: dict[LineKey, LineState] = {}
        self._objects: dict[ObjectKey, StoredObject] = {}
        self._appended: list[Draft] = []
        self._touched: dict[tuple[str, str], None] = {}
        for states in (entries or {}).values():
            for state in states:
                self._keep(_draft_of(state))
        for known in (lines or {}).values():
            self._lines.update((line.key, line) for line in known)

    def of(self, collection: str, stix_id: str) -> Sequence[Draft]:
        """Return the entries of an id in one log, tombstones included, oldest first."""
        return self._drafts.get((collection, stix_id), ())

    def live(self, collection: str, stix_id: str) -> list[Draft]:
        """Return the live entries of an id in one log."""
        return [draft for draft in self.of(collection, stix_id) if draft.is_live]

    def collections_of(self, stix_id: str) -> Sequence[str]:
        """Return the logs in which the id has, or had, an entry."""
        return self._collections_of.get(stix_id, ())

    def line(self, key: LineKey) -> LineState | None:
        """Return a line, or ``None`` if nothing was ever pushed there."""
        return self._lines.get(key)

    def has_pushed(self, producer: str, stix_id: str) -> bool:
        """Return whether the producer has a line of this id in any collection."""
        return any(k.producer == producer and k.stix_id == stix_id for k in self._lines)

    def set_line(self, line: LineState) -> None:
        """Create or change a line."""
        if self._lines.get(line.key) != line:
            self._lines[line.key] = line
            self._new_lines[line.key] = line

    def append(
        self,
        collection: str,
        version: StoredObject | Draft,
        rule: str,
        support: Support,
        not_before_us: int = 0,
    ) -> Draft:
        """Put an object at the end of a log: a new one, or one that another log holds."""
        draft = _draft_in(collection, version, rule)
        draft.not_before_us = not_before_us
        draft.supports[support.line] = support
        if isinstance(version, StoredObject):
            self._objects[version.key] = version
        self._add(draft)
        return draft

    def support(self, draft: Draft, support: Support) -> None:
        """Let a line stand behind an entry, or no longer (``support.live``)."""
        draft.set_support(support)
        self._touched[(draft.collection, draft.object.stix_id)] = None

    def renew(self, draft: Draft) -> None:
        """Append an entry again, so that readers who passed it see it after what fell."""
        draft.is_renewed = True
        self._touched[(draft.collection, draft.object.stix_id)] = None

    def to_plan(
        self, policy_version: str, outcomes: Callable[[], Iterable[Outcome]] = tuple
    ) -> Plan:
        """Settle the views and return the exact plan.

        ``outcomes`` is called when all is settled: only then is it known where an
        entry stands that had to be appended again (``Draft.current``).
        """
        changes: list[Change] = []
        for place in list(self._touched):
            changes += self._settle(place)
        supports = [
            SupportChange(draft.collection, draft.seq, support)
            for place in self._touched
            for draft in self._drafts[place]
            if draft.seq is not None
            for support in draft.changed.values()
        ]
        return Plan(
            policy_version=policy_version,
            objects=tuple(self._objects.values()),
            lines=tuple(self._new_lines.values()),
            appends=tuple(_append_of(draft) for draft in self._appended),
            changes=tuple(changes),
            support_changes=tuple(supports),
            erase=tuple(self._forgotten()),
            outcomes=tuple(outcomes()),
        )

    def _keep(self, draft: Draft) -> None:
        place = (draft.collection, draft.object.stix_id)
        if place not in self._drafts:
            self._collections_of[place[1]].append(place[0])
        self._drafts[place].append(draft)

    def _add(self, draft: Draft) -> None:
        self._keep(draft)
        draft.position = len(self._appended)
        self._appended.append(draft)
        self._touched[(draft.collection, draft.object.stix_id)] = None

    def _settle(self, place: tuple[str, str]) -> list[Change]:
        """Give every entry of one id in one log its views; append again what reappears."""
        changes = []
        drafts = self._drafts[place]
        for draft, flags in zip(list(drafts), views_of(drafts), strict=True):
            if draft.seq is None:
                draft.flags = flags
            elif flags.live and (draft.is_renewed or _reappears(draft.flags, flags)):
                changes.append(Change(draft.collection, draft.seq, TOMBSTONE))
                self._append_again(draft, flags)
            elif flags != draft.flags:
                changes.append(Change(draft.collection, draft.seq, flags))
        return changes

    def _append_again(self, draft: Draft, flags: Flags) -> None:
        again = _draft_in(draft.collection, draft, draft.rule)
        again.policy_version = draft.policy_version
        again.flags = flags
        draft.again = again
        for support in list(draft.supports.values()):
            if support.live:
                again.supports[support.line] = support
                draft.set_support(Support(support.line, support.rank, live=False))
        self._add(again)

    def _forgotten(self) -> list[ObjectKey]:
        """Return the texts that lost their last live entry in this batch."""
        used = {d.object for drafts in self._drafts.values() for d in drafts if d.is_live}
        lost = {
            draft.object: None
            for place in self._touched
            for draft in self._drafts[place]
            if draft.seq is not None and draft.flags.live and not draft.is_live
        }
        return [key for key in lost if key not in used]


def key_of(version: StoredObject | Draft) -> ObjectKey:
    """Return which text an entry made of ``version`` points at."""
    return version.key if isinstance(version, StoredObject) else version.object


def views_of(drafts: Sequence[Draft]) -> list[Flags]:
    """Return the views of every entry of one id in one log (T-FLT-16, T-FLT-25, T-FLT-28).

    Judged line by line: newest and oldest by rank among a line's entries of one
    STIX specification version, of all of them, and by default of its latest one.
    """
    if len(drafts) == 1:  # nearly every id, and every feed of a large push
        return [Flags() if drafts[0].is_live else TOMBSTONE]
    shown = [[0, 0, 0] for _ in drafts]  # live, latest, first, as bits
    by_line: dict[LineKey, list[tuple[str, str, int]]] = defaultdict(list)
    for number, draft in enumerate(drafts):
        for support in draft.supports.values():
            if support.live:
                by_line[support.line].append((support.rank, draft.spec_version, number))
    for versions in by_line.values():
        versions.sort()
        top = max(spec for _, spec, _ in versions)
        for spec in {spec for _, spec, _ in versions}:
            own = _OWN | (_DEFAULT if spec == top else 0)
            numbers = [number for _, each, number in versions if each == spec]
            for number in numbers:
                shown[number][0] |= own | _BOTH
            shown[numbers[-1]][1] |= own
            shown[numbers[0]][2] |= own
        shown[versions[-1][2]][1] |= _BOTH
        shown[versions[0][2]][2] |= _BOTH
    return [Flags(*(_VALUE_OF[bits] for bits in each)) for each in shown]


# In which queries an entry shows: without match[spec_version], with its own version
# alone, with both versions. Flags number the combinations that occur (``Flags``).
_DEFAULT, _OWN, _BOTH = 1, 2, 4
_BITS_OF = (0, _DEFAULT | _OWN | _BOTH, _OWN, _DEFAULT | _OWN, _OWN | _BOTH)
_VALUE_OF = {bits: value for value, bits in enumerate(_BITS_OF)}


def _reappears(old: Flags, new: Flags) -> bool:
    """Return whether an entry starts to match a view that readers may have passed."""

    def starts(before: int, after: int) -> bool:
        return bool(_BITS_OF[after] & ~_BITS_OF[before])

    if old.live == 0 or new.live == 0:
        return False
    return starts(old.latest, new.latest) or starts(old.live, new.live)


def _draft_in(collection: str, version: StoredObject | Draft, rule: str) -> Draft:
    return Draft(
        collection=collection,
        object=key_of(version),
        version=version.version,
        spec_version=version.spec_version,
        rule=rule,
        signed=version.signed,
        statement=version.statement,
    )


def _draft_of(state: EntryState) -> Draft:
    return Draft(
        collection=state.collection,
        object=state.object,
        version=state.version,
        spec_version=state.spec_version,
        rule=state.rule,
        signed=state.signed,
        statement=state.statement,
        seq=state.seq,
        date_added_us=state.date_added_us,
        policy_version=state.policy_version,
        flags=state.flags,
        supports={support.line: support for support in state.supports},
    )


def _append_of(draft: Draft) -> Append:
    return Append(
        draft.collection,
        draft.object,
        draft.rule,
        draft.flags,
        tuple(support for support in draft.supports.values() if support.live),
        draft.not_before_us,
        draft.policy_version,
    )

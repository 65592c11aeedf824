"""What a push does: whose objects are accepted, and which feeds each is released to.

Acceptance is judged inside the pusher's own line and by what the pusher can see
(``sharing.md`` section 1); release by ``policy.decide``, the only way into a feed.
Objects are judged in the order sent; the versions of one id reach the feeds in
the order of their versions, each only while it is the newest of its line
(section 5).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from stix_models.markings import tlp_level
from taxii_server.sharing.coalition import Coalition, Collection, CollectionKind
from taxii_server.sharing.log import Draft, Logs, key_of
from taxii_server.sharing.policy import Decision, ObjectTraits, circle_refusal, decide, traits_of
from taxii_server.storage.protocol import (
    LIBRARY,
    Batch,
    LineKey,
    LineState,
    Outcome,
    Plan,
    PlanView,
    StoredObject,
    Support,
)

SUBMITTED = "builtin:submitted"
WITHDRAWN = "builtin:withdrawn"
STIX = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A valid object of one push: its place in the envelope, its text, its content."""

    index: int
    stored: StoredObject
    content: STIX
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class _Verdict:
    """What became of a candidate: its entry if it stands in the collection pushed to."""

    accepted: bool
    message: str
    entry: Draft | None = None
    is_new: bool = False


class Refused(Exception):  # noqa: N818 - a verdict, not a malfunction
    """The candidate is not accepted; the text is the failure's message."""


class PushPlanner:
    """Plans one push to ``collection`` by the batch's producer; called by the store with its view."""

    def __init__(
        self,
        coalition: Coalition,
        collection: Collection,
        batch: Batch,
        candidates: Sequence[Candidate],
        *,
        names_recipients: bool = True,
    ) -> None:
        self._coalition = coalition
        self._collection = collection
        self._batch = batch
        self._producer = batch.producer
        self._candidates = candidates
        self._names_recipients = names_recipients
        self._reserved = coalition.reserved
        self._readable = readable_logs(coalition, batch.producer)
        self._default_marking = coalition.member(batch.producer).default_marking

    def __call__(self, view: PlanView) -> Plan:
        """Return the plan of this push under what the store holds now."""
        ids = {candidate.stored.key.stix_id for candidate in self._candidates}
        markings = {marking for c in self._candidates for marking in markings_of(c.content)}
        ids |= markings
        self._logs = Logs(view.entries_of(ids), view.lines_of(ids))
        self._batch_no = view.batch_no
        passed, verdicts = self._judge_authorship()
        pushed = [c.stored for c in passed]
        statements = statement_markings(
            self._logs, self._coalition, self._producer, markings, pushed
        )
        self._traits = {
            c.index: traits_of(c.content, self._default_marking, statements) for c in passed
        }
        for candidate in passed:
            verdicts[candidate.index] = self._accept(candidate)
        self._release([c for c in passed if verdicts[c.index].is_new], verdicts)
        outcomes = [_outcome(c, verdicts[c.index]) for c in self._candidates]
        return self._logs.to_plan(self._coalition.policy.version, outcomes)

    # Acceptance (sharing.md section 1)

    def _judge_authorship(self) -> tuple[list[Candidate], dict[int, _Verdict]]:
        passed, verdicts = [], {}
        for candidate in self._candidates:
            try:
                message = self._authorship(candidate)
            except Refused as refusal:
                verdicts[candidate.index] = _Verdict(False, str(refusal))
                continue
            if message is None:
                passed.append(candidate)
            else:
                verdicts[candidate.index] = _Verdict(True, message)
        return passed, verdicts

    def _authorship(self, candidate: Candidate) -> str | None:
        """Return ``None`` to go on, or the message of a success that makes no line (INV-AUTHOR)."""
        key = candidate.stored.key
        id_owner = self._reserved.get(key.stix_id)
        supplied = self._logs.live(LIBRARY, key.stix_id)
        if supplied and id_owner != self._producer:
            if any(entry.object.digest == key.digest for entry in supplied):
                return "duplicate: the server supplies this object"
            if tlp_level(key.stix_id) is not None:
                return "duplicate: the server supplies this TLP marking; its own content stays"
            raise Refused("not-the-creator: the server supplies this object")
        if supplied and any(entry.object.digest == key.digest for entry in supplied):
            return "duplicate: the server supplies this object"
        problem = self._not_the_creator(candidate, id_owner)
        if problem is None:
            return None
        if any(entry.object.digest == key.digest for entry in self._visible(key.stix_id)):
            return "duplicate: this object stands in what you read; not submitted again"
        raise Refused(problem)

    def _not_the_creator(self, candidate: Candidate, id_owner: str | None) -> str | None:
        stix_id = candidate.stored.key.stix_id
        if id_owner is not None and id_owner != self._producer:
            return (
                "not-the-creator: this id belongs to another member's or the coalition's identity"
            )
        author = self._reserved.get(str(candidate.content.get("created_by_ref")))
        if author is not None and author != self._producer:
            return "not-the-creator: created_by_ref is not an identity of your organisation"
        others = [
            e for e in self._visible(stix_id) if e.signed and e.object.owner != self._producer
        ]
        if others and not self._logs.has_pushed(self._producer, stix_id):
            return (
                "not-the-creator: another member created this object; give yours a new id and "
                "relate it with derived-from (STIX 2.1 section 3.6)"
            )
        return None

    def _visible(self, stix_id: str) -> Iterable[Draft]:
        for collection in self._readable:
            yield from self._logs.live(collection, stix_id)

    def _accept(self, candidate: Candidate) -> _Verdict:
        """Judge the candidate inside the pusher's own line and append it if it is new."""
        stored = candidate.stored
        line = self._line(stored)
        own = [
            e for e in self._logs.of(self._collection.id, stored.key.stix_id) if line in e.supports
        ]
        known = self._same_version(stored, line, own)
        if known is not None:
            return known
        if self._collection.kind is CollectionKind.GROUP:
            return self._accept_in_circle(candidate, line)
        mark = self._mark(line)
        if self._logs.line(line) is None:
            self._logs.set_line(LineState(line, None))
        support = Support(line, self._rank(candidate))
        withdrawn = mark is not None and support.rank <= mark
        rule = WITHDRAWN if withdrawn else SUBMITTED
        entry = self._logs.append(self._collection.id, stored, rule, support)
        message = "withdrawn: not released" if withdrawn else ""
        return _Verdict(True, message, entry, is_new=not withdrawn)

    def _same_version(
        self, stored: StoredObject, line: LineKey, own: Sequence[Draft]
    ) -> _Verdict | None:
        """Return the verdict on a version that the line already has, or had withdrawn."""
        mark = self._mark(line) or ""
        for entry in own:
            live = entry.supported_by(line)
            same = entry.object.digest == stored.key.digest
            if live and same:
                return _Verdict(True, "duplicate", entry)
            withdrawn = not live and entry.supports[line].rank <= mark
            if stored.version is None or entry.version != stored.version or same:
                continue
            if live or withdrawn:
                return _Verdict(False, _CONFLICT)
        supplied = self._supplied_rank(line)
        if supplied is not None and supplied == stored.version:
            return _Verdict(False, _CONFLICT)
        return None

    def _accept_in_circle(self, candidate: Candidate, line: LineKey) -> _Verdict:
        stored = candidate.stored
        mark = self._mark(line)
        support = Support(line, self._rank(candidate))
        if mark is not None and support.rank <= mark:
            return _Verdict(False, "withdrawn: send a newer version")
        refusal = circle_refusal(
            self._traits[candidate.index],
            self._producer,
            self._collection.readers,
            self._coalition.policy,
        )
        if refusal is not None:
            return _Verdict(False, f"not-for-this-circle: {refusal.sentence}")
        if self._logs.line(line) is None:
            self._logs.set_line(LineState(line, None))
        for entry in self._logs.live(self._collection.id, stored.key.stix_id):
            if entry.object.digest == stored.key.digest:
                self._logs.support(entry, support)
                return _Verdict(True, "", entry)
        return _Verdict(
            True, "", self._logs.append(self._collection.id, stored, SUBMITTED, support)
        )

    # Release (sharing.md sections 3 and 5)

    def _release(self, accepted: Sequence[Candidate], verdicts: Mapping[int, _Verdict]) -> None:
        if self._collection.kind is CollectionKind.GROUP:
            return
        fanout = Fanout(self._coalition, self._logs, self._batch)
        for candidate in in_order_of_versions(accepted):
            line = self._line(candidate.stored)
            rank = self._rank(candidate)
            if self._newer_exists(line, rank):
                message = "not released: your submissions hold a newer version"
            else:
                traits = self._traits[candidate.index]
                decisions = fanout.release(candidate.stored, traits, Support(line, rank))
                message = describe(decisions) if self._names_recipients else ""
            verdicts[candidate.index].message = message

    def _newer_exists(self, line: LineKey, rank: str) -> bool:
        """Return whether the line held a newer version before this push.

        Newer ones of the same push count as coming later, so they do not matter here.
        """
        supplied = self._supplied_rank(line)
        if supplied is not None and supplied > rank:
            return True
        return any(
            entry.seq is not None
            and entry.supported_by(line)
            and entry.rule != WITHDRAWN
            and entry.supports[line].rank > rank
            for entry in self._logs.of(self._collection.id, line.stix_id)
        )

    # Lines and ranks

    def _line(self, stored: StoredObject) -> LineKey:
        return LineKey(self._collection.id, self._producer, stored.key.stix_id)

    def _mark(self, line: LineKey) -> str | None:
        state = self._logs.line(line)
        return None if state is None else state.withdrawn

    def _rank(self, candidate: Candidate) -> str:
        return candidate.stored.version or rank_without_version(self._batch_no, candidate.index)

    def _supplied_rank(self, line: LineKey) -> str | None:
        """Return the version of the identity that the server supplied as the line's first."""
        if self._reserved.get(line.stix_id) != self._producer:
            return None
        supplied = self._logs.of(LIBRARY, line.stix_id)
        return supplied[0].version if supplied else None


class Fanout:
    """The one door into feeds: asks ``decide`` for every member and appends what is released."""

    def __init__(self, coalition: Coalition, logs: Logs, batch: Batch) -> None:
        self._policy = coalition.policy
        self._reserved = coalition.reserved
        self._feeds = {m.name: coalition.feed_of(m.name).id for m in coalition.members}
        self._logs = logs
        self._producer = batch.producer
        self._now_us = batch.received_us
        self._decided: dict[ObjectTraits, list[tuple[str, Decision]]] = {}

    def release(
        self, version: StoredObject | Draft, traits: ObjectTraits, support: Support
    ) -> Sequence[tuple[str, Decision]]:
        """Release a version to the feeds that policy names; return each member's decision."""
        stix_id = support.line.stix_id
        if self._reserved.get(stix_id) == self._producer and self._logs.of(LIBRARY, stix_id):
            traits = replace(traits, library=True)
        decisions = self._decide(traits)
        for member, decision in decisions:
            if decision.released:
                self._append(self._feeds[member], version, decision.rule, support)
        return decisions

    def _decide(self, traits: ObjectTraits) -> list[tuple[str, Decision]]:
        """Return every member's decision; within a batch equal traits are decided once."""
        if traits not in self._decided:
            self._decided[traits] = [
                (member, decide(traits, self._producer, member, self._policy, self._now_us))
                for member in self._feeds
            ]
        return self._decided[traits]

    def _append(
        self, feed: str, version: StoredObject | Draft, rule: str, support: Support
    ) -> None:
        digest = key_of(version).digest
        for entry in self._logs.live(feed, support.line.stix_id):
            if entry.object.digest == digest:
                if not entry.supported_by(support.line):
                    self._logs.support(entry, support)
                return
        self._logs.append(feed, version, rule, support)


_CONFLICT = "version-conflict: this version exists with other content; send a newer one"


def rank_without_version(batch_no: int, index: int) -> str:
    """Return the rank of an object without a version: newer than all that came before."""
    return f"b{batch_no:015d}.{index:07d}"


def readable_logs(coalition: Coalition, member: str) -> frozenset[str]:
    """Return the collections in which a member sees what others share: its feed, its circles."""
    return frozenset(
        c.id
        for c in coalition.collections
        if member in c.readers and c.kind is not CollectionKind.SUBMISSIONS
    )


def in_order_of_versions(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates as sent, but the versions of each id in the order of versions."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, candidate in enumerate(candidates):
        places[candidate.stored.key.stix_id].append(place)
    ordered = list(candidates)
    for same_id in places.values():
        versions = sorted((candidates[p] for p in same_id), key=lambda c: c.stored.version or "~")
        for place, candidate in zip(same_id, versions, strict=True):
            ordered[place] = candidate
    return ordered


def describe(decisions: Sequence[tuple[str, Decision]]) -> str:
    """Return what a producer learns of the release of its own object (section 9)."""
    released = [member for member, decision in decisions if decision.released]
    withheld: dict[str, list[str]] = defaultdict(list)
    for member, decision in decisions:
        if not decision.released and decision.rule != "builtin:own":
            withheld[_reason(decision)].append(member)
    parts = [f"released to {', '.join(released)}" if released else "released to nobody"]
    parts += [f"withheld from {', '.join(names)} ({why})" for why, names in withheld.items()]
    return "; ".join(parts)


def _reason(decision: Decision) -> str:
    """Return rule and sentence, the same for every member that it keeps out."""
    if decision.rule == "builtin:no-rule":
        return "builtin:no-rule: no release rule names them for this type"
    return f"{decision.rule}: {decision.sentence}"


def _outcome(candidate: Candidate, verdict: _Verdict) -> Outcome:
    message = "; ".join(filter(None, (verdict.message, *candidate.warnings)))
    entry = verdict.entry
    if entry is None:
        return Outcome(candidate.index, verdict.accepted, message)
    if entry.seq is None:
        return Outcome(candidate.index, verdict.accepted, message, entry=entry.position)
    return Outcome(candidate.index, verdict.accepted, message, date_added_us=entry.date_added_us)


def statement_markings(
    logs: Logs,
    coalition: Coalition,
    producer: str,
    markings: Iterable[str],
    pushed: Sequence[StoredObject] = (),
) -> set[str]:
    """Return the markings whose every content that the producer ever knew is a statement.

    Known is what it pushed anywhere, this push included, and what ever stood in its
    feed or a circle that it reads (``sharing.md`` sections 3 and 4).
    """
    readable = readable_logs(coalition, producer)
    known: dict[str, list[bool]] = defaultdict(list)
    for stix_id in markings:
        for collection in logs.collections_of(stix_id):
            for entry in logs.of(collection, stix_id):
                if collection in readable or entry.object.owner == producer:
                    known[stix_id].append(entry.statement)
    for stored in pushed:
        known[stored.key.stix_id].append(stored.statement)
    return {stix_id for stix_id, contents in known.items() if all(contents)}


def markings_of(content: STIX) -> set[str]:
    """Return the ids of the markings on the object as a whole."""
    refs = content.get("object_marking_refs")
    return {ref for ref in refs if isinstance(ref, str)} if isinstance(refs, list) else set()

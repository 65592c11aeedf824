"""What a push does: which of its objects are accepted, and which feeds each is released to.

``policy.decide`` is the only way into a feed. Objects are accepted in the order sent;
the versions of one id reach the feeds in the order of their versions, each only while
it is the newest of its line (``sharing.md`` section 5).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from taxii_server.sharing.acceptance import (
    Acceptance,
    Candidate,
    Verdict,
)
from taxii_server.sharing.coalition import Coalition, Collection, CollectionKind
from taxii_server.sharing.knowledge import Knowledge, markings_of
from taxii_server.sharing.log import Draft, Logs, key_of
from taxii_server.sharing.policy import Decision, ObjectTraits, decide, traits_of
from taxii_server.storage.protocol import (
    LIBRARY,
    Batch,
    Outcome,
    Plan,
    PlanView,
    StoredObject,
    Support,
)

_NEVER_SENT = (
    "warning: /extensions unknown-extension: {extension} has no definition that you sent or can"
    " see; send its extension-definition"
)
_MOST_UNSENT = 3  # named in one message


class PushPlanner:
    """Plans one push to ``collection`` by the batch's producer; called by the store."""

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
        self._candidates = candidates
        self._names_recipients = names_recipients

    def __call__(self, view: PlanView) -> Plan:
        """Return the plan of this push under what the store holds now."""
        markings = {marking for c in self._candidates for marking in markings_of(c.content)}
        extensions = {each for c in self._candidates for each in c.unknown_extensions}
        logs = self._logs(view, markings | extensions)
        acceptance = Acceptance(self._coalition, self._collection, self._batch, logs, view.batch_no)
        verdicts = {c.index: acceptance.authorship(c) for c in self._candidates}
        passed = [c for c in self._candidates if verdicts[c.index] is None]
        traits = self._traits(logs, passed, markings, acceptance)
        for candidate in passed:
            verdicts[candidate.index] = acceptance.accept(candidate, traits[candidate.index])
        pushed = {c.stored.key.stix_id for c in passed}
        never_sent = extensions - pushed - self._knowledge(logs).ids(extensions)
        judged = {index: verdict for index, verdict in verdicts.items() if verdict is not None}
        if self._collection.kind is CollectionKind.SUBMISSIONS:
            new = [c for c in passed if judged[c.index].is_new]
            fanout = Fanout(self._coalition, logs, self._batch)
            for candidate in in_order_of_versions(new):
                message = self._release(candidate, traits[candidate.index], acceptance, fanout)
                judged[candidate.index].message = message
        return logs.to_plan(
            self._coalition.policy.version,
            lambda: [_outcome(c, judged[c.index], never_sent) for c in self._candidates],
        )

    def _logs(self, view: PlanView, definitions: set[str]) -> Logs:
        """Return the entries that this push can change or turn on.

        Of the pushed ids that are the edges, so that an id with a long history costs
        no more. All of it is read where the views of old entries may change (an id in
        two STIX specifications) and of definitions, where every content ever known counts.
        """
        pushed = [candidate.stored for candidate in self._candidates]
        ids = {stored.key.stix_id for stored in pushed}
        specs = defaultdict(set)
        for stored in pushed:
            specs[stored.key.stix_id].add(stored.spec_version)
        edges = view.edges_of(pushed)
        for stix_id, entries in edges.items():
            specs[stix_id].update(entry.spec_version for entry in entries)
        whole = definitions | {stix_id.lower() for stix_id in ids} - ids
        whole |= {stix_id for stix_id, found in specs.items() if len(found) > 1}
        return Logs({**edges, **view.entries_of(whole)}, view.lines_of(ids | whole))

    def _traits(
        self,
        logs: Logs,
        passed: Sequence[Candidate],
        markings: Iterable[str],
        acceptance: Acceptance,
    ) -> Mapping[int, ObjectTraits]:
        producer = self._batch.producer
        default = self._coalition.member(producer).default_marking

        def is_refused(candidate: Candidate, statements: set[str]) -> bool:
            judged = acceptance.judge(candidate, traits_of(candidate.content, default, statements))
            return judged is not None and not judged.accepted

        statements = self._knowledge(logs).statements_with(markings, passed, is_refused)
        return {c.index: traits_of(c.content, default, statements) for c in passed}

    def _knowledge(self, logs: Logs) -> Knowledge:
        return Knowledge(logs, self._coalition, self._batch.producer)

    def _release(
        self,
        candidate: Candidate,
        traits: ObjectTraits,
        acceptance: Acceptance,
        fanout: Fanout,
    ) -> str:
        """Release a new version while it is the newest of its line; return the message."""
        support = Support(acceptance.line(candidate.stored), acceptance.rank(candidate))
        if acceptance.held_newer(support):
            return "not released: your submissions hold a newer version"
        decisions = fanout.release(candidate.stored, traits, support)
        return describe(decisions) if self._names_recipients else ""


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


def _outcome(candidate: Candidate, verdict: Verdict, never_sent: set[str]) -> Outcome:
    missing = sorted(candidate.unknown_extensions & never_sent)
    unsent = [_NEVER_SENT.format(extension=each) for each in missing[:_MOST_UNSENT]]
    message = "; ".join(filter(None, (verdict.message, *candidate.warnings, *unsent)))
    entry = None if verdict.entry is None else verdict.entry.current
    if entry is None:
        return Outcome(candidate.index, verdict.accepted, message)
    if entry.seq is None:
        return Outcome(candidate.index, verdict.accepted, message, entry=entry.position)
    return Outcome(candidate.index, verdict.accepted, message, date_added_us=entry.date_added_us)

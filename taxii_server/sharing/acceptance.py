"""Which pushed objects are accepted, and where their entries stand (``sharing.md`` section 1).

Everything is judged inside the pusher's own line and by what the pusher can see:
what another member pushed under the same id, unseen, never changes the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stix_models.extensions import EXTENSION_OF_NAME
from stix_models.markings import tlp_level
from taxii_server.sharing.coalition import Coalition, Collection, CollectionKind
from taxii_server.sharing.log import Draft, Logs
from taxii_server.sharing.policy import ObjectTraits, circle_refusal
from taxii_server.storage.protocol import LIBRARY, Batch, LineKey, LineState, StoredObject, Support

SUBMITTED = "builtin:submitted"
WITHDRAWN = "builtin:withdrawn"

RECALL_EXTENSION = EXTENSION_OF_NAME["recall"].id

_CONFLICT = "version-conflict: this version exists with other content; send a newer one"
_SUPPLIED = "duplicate: the server supplies this object"
_TLP_SUPPLIED = "duplicate: the server supplies this TLP marking; warning: its own content stays"
_SEEN = "duplicate: this object stands in what you read; not submitted again"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A valid object of one push: its place in the envelope, its text, its content."""

    index: int
    stored: StoredObject
    content: Mapping[str, Any]
    warnings: tuple[str, ...] = ()
    unknown_extensions: frozenset[str] = frozenset()  # whose definitions it may have to send


@dataclass(slots=True)
class Verdict:
    """What became of a candidate: its entry if it stands in the collection pushed to."""

    accepted: bool
    message: str
    entry: Draft | None = None
    is_new: bool = False


class Acceptance:
    """Judges the candidates of one push, in the order sent."""

    def __init__(
        self,
        coalition: Coalition,
        collection: Collection,
        batch: Batch,
        logs: Logs,
        batch_no: int,
    ) -> None:
        self._coalition = coalition
        self._policy = coalition.policy
        self._reserved = coalition.reserved
        self._readable = readable_logs(coalition, batch.producer)
        self._collection = collection
        self._in_circle = collection.kind is CollectionKind.GROUP
        self._producer = batch.producer
        self._logs = logs
        self._batch_no = batch_no

    def authorship(self, candidate: Candidate) -> Verdict | None:
        """Return ``None`` to go on, or the verdict on an object that makes no line (INV-AUTHOR)."""
        key = candidate.stored.key
        id_owner = self._reserved.get(key.stix_id.lower())  # a UUID in capitals is the same id
        supplied = self._logs.live(LIBRARY, key.stix_id.lower())
        if supplied and id_owner != self._producer:
            if any(entry.object.digest == key.digest for entry in supplied):
                return Verdict(True, _SUPPLIED)
            if tlp_level(key.stix_id) is not None:
                return Verdict(True, _TLP_SUPPLIED)
            return Verdict(False, "not-the-creator: the server supplies this object")
        if supplied and any(entry.object.digest == key.digest for entry in supplied):
            return Verdict(True, _SUPPLIED)
        problem = self._not_the_creator(candidate, id_owner)
        if problem is None:
            return None
        if any(entry.object.digest == key.digest for entry in self._visible(key.stix_id)):
            return Verdict(True, _SEEN)
        return Verdict(False, problem)

    def _not_the_creator(self, candidate: Candidate, id_owner: str | None) -> str | None:
        stix_id = candidate.stored.key.stix_id
        if id_owner is not None and id_owner != self._producer:
            return (
                "not-the-creator: this id belongs to another member's or the coalition's identity"
            )
        if RECALL_EXTENSION in extensions_of(candidate.content):
            return "not-the-creator: only the coalition takes objects back with a recall note"
        author = self._reserved.get(str(candidate.content.get("created_by_ref")).lower())
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

    def accept(self, candidate: Candidate, traits: ObjectTraits) -> Verdict:
        """Judge the candidate inside the pusher's own line and append it if it is new."""
        judged = self.judge(candidate, traits)
        if judged is not None:
            return judged
        stored = candidate.stored
        line = self.line(stored)
        if self._logs.line(line) is None:
            self._logs.set_line(LineState(line, None))
        support = Support(line, self.rank(candidate))
        if self._in_circle:
            return Verdict(True, "", self._stand_in_circle(stored, support))
        withdrawn = self._is_withdrawn(support)
        rule = WITHDRAWN if withdrawn else SUBMITTED
        entry = self._logs.append(self._collection.id, stored, rule, support)
        message = "withdrawn: not released" if withdrawn else ""
        return Verdict(True, message, entry, is_new=not withdrawn)

    def judge(self, candidate: Candidate, traits: ObjectTraits) -> Verdict | None:
        """Return ``None`` if the candidate is new and may stand here; changes nothing."""
        stored = candidate.stored
        line = self.line(stored)
        known = self._same_version(stored, line)
        if known is not None or not self._in_circle:
            return known
        if self._is_withdrawn(Support(line, self.rank(candidate))):
            return Verdict(False, "withdrawn: send a newer version")
        readers = self._collection.readers
        refusal = circle_refusal(traits, self._producer, readers, self._policy)
        if refusal is not None:
            return Verdict(False, f"not-for-this-circle: {refusal.sentence}")
        return None

    def _same_version(self, stored: StoredObject, line: LineKey) -> Verdict | None:
        """Return the verdict on a version that the line already has, or had withdrawn."""
        mark = self._mark(line) or ""
        for entry in self._logs.of(self._collection.id, line.stix_id):
            if line not in entry.supports:
                continue
            live = entry.supported_by(line)
            same = entry.object.digest == stored.key.digest
            if live and same:
                return Verdict(True, "duplicate", entry)
            withdrawn = not live and entry.supports[line].rank <= mark
            if stored.version is None or entry.version != stored.version or same:
                continue
            if live or withdrawn:
                return Verdict(False, _CONFLICT)
        supplied = self._supplied_rank(line)
        if supplied is not None and supplied == stored.version:
            return Verdict(False, _CONFLICT)
        return None

    def _stand_in_circle(self, stored: StoredObject, support: Support) -> Draft:
        """Return the entry of this content: one that stands already gains the line's support."""
        for entry in self._logs.live(self._collection.id, stored.key.stix_id):
            if entry.object.digest == stored.key.digest:
                self._logs.support(entry, support)
                return entry
        return self._logs.append(self._collection.id, stored, SUBMITTED, support)

    def _is_withdrawn(self, support: Support) -> bool:
        mark = self._mark(support.line)
        return mark is not None and support.rank <= mark

    def held_newer(self, support: Support) -> bool:
        """Return whether the line held a newer version before this push.

        Newer ones of the same push count as coming later, so they do not matter here.
        """
        line, rank = support.line, support.rank
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

    def line(self, stored: StoredObject) -> LineKey:
        """Return the pusher's line of this id in the collection pushed to."""
        return LineKey(self._collection.id, self._producer, stored.key.stix_id)

    def _mark(self, line: LineKey) -> str | None:
        state = self._logs.line(line)
        return None if state is None else state.withdrawn

    def rank(self, candidate: Candidate) -> str:
        """Return where the candidate stands among the versions of its line."""
        return candidate.stored.version or rank_without_version(self._batch_no, candidate.index)

    def _supplied_rank(self, line: LineKey) -> str | None:
        return supplied_rank(self._logs, self._coalition, line)


def supplied_rank(logs: Logs, coalition: Coalition, line: LineKey) -> str | None:
    """Return the version of the identity that the server supplied as the line's first."""
    if coalition.reserved.get(line.stix_id) != line.producer:
        return None
    supplied = logs.of(LIBRARY, line.stix_id)
    return supplied[0].version if supplied else None


def extensions_of(content: Mapping[str, Any]) -> frozenset[str]:
    """Return the keys of an object's extensions, in lower case."""
    found = content.get("extensions")
    return frozenset(key.lower() for key in found) if isinstance(found, dict) else frozenset()


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

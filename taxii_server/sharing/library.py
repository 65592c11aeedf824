"""What the server supplies to every feed: TLP markings, the extension set, identities.

``sharing.md`` section 2: each feed begins with them, what is supplied later is
appended to every feed, and what is supplied never leaves. The library log is the
source: an object that stands there is never made anew, so ids and times are fixed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from stix_models.canonical import digest
from stix_models.extensions import extension_definitions, set_identity
from stix_models.markings import tlp_definitions
from taxii_server.clock import format_us, parse_instant
from taxii_server.sharing.coalition import Coalition, CollectionKind
from taxii_server.sharing.log import Draft, Logs
from taxii_server.sharing.policy import LIBRARY_RULE
from taxii_server.storage.protocol import (
    LIBRARY,
    SERVER,
    LineKey,
    LineState,
    ObjectKey,
    Plan,
    PlanView,
    StoredObject,
    Support,
)


class NothingToSupply(Exception):  # noqa: N818 - an outcome, not a malfunction
    """Every feed already begins with everything; the batch is not needed."""


class SupplyPlanner:
    """Plans what the library and the feeds still lack; called by the store with its view."""

    def __init__(self, coalition: Coalition, now_us: int) -> None:
        self._coalition = coalition
        self._objects = supplied_objects(coalition, now_us)

    def __call__(self, view: PlanView) -> Plan:
        """Return the plan. Raises ``NothingToSupply``."""
        ids = [stored.key.stix_id for stored in self._objects]
        logs = Logs(view.entries_of(ids), view.lines_of(ids))
        supplied = [self._stand_in_library(logs, stored) for stored in self._objects]
        feeds = [c.id for c in self._coalition.collections if c.kind is CollectionKind.FEED]
        for feed in feeds:
            for draft in supplied:
                self._supply(logs, feed, draft)
        plan = logs.to_plan(self._coalition.policy.version)
        if not (plan.appends or plan.support_changes):
            raise NothingToSupply
        return plan

    def _stand_in_library(self, logs: Logs, stored: StoredObject) -> Draft:
        found = logs.live(LIBRARY, stored.key.stix_id)
        if found:
            return found[0]
        support = Support(LineKey(LIBRARY, "", stored.key.stix_id), stored.version or "")
        logs.set_line(LineState(support.line, None))
        return logs.append(LIBRARY, stored, LIBRARY_RULE, support)

    def _supply(self, logs: Logs, feed: str, draft: Draft) -> None:
        """Let the object stand in a feed; where a member's equal one does, it gains support."""
        support = self._support(draft)
        for entry in logs.live(feed, draft.object.stix_id):
            if entry.object.digest == draft.object.digest:
                if not entry.supported_by(support.line):
                    logs.support(entry, support)
                return
        logs.append(feed, draft, LIBRARY_RULE, support)

    def _support(self, draft: Draft) -> Support:
        """Return whose line the object is in a feed: a member's identity is its member's."""
        stix_id = draft.object.stix_id
        owner = self._coalition.reserved.get(stix_id)
        line = LineKey(LIBRARY, "", stix_id)
        if owner:
            line = LineKey(self._coalition.submissions_of(owner).id, owner, stix_id)
        return Support(line, draft.version or "")


def supplied_objects(coalition: Coalition, now_us: int) -> Sequence[StoredObject]:
    """Return what the server supplies, identities dated now."""
    names = [(coalition.identity, coalition.title)]
    names += [(member.identities[0], member.title) for member in coalition.members]
    identities = [_identity(stix_id, title, format_us(now_us)) for stix_id, title in names]
    definitions = [*tlp_definitions(), set_identity(), *extension_definitions()]
    return [_stored(content) for content in (*definitions, *identities)]


def _identity(stix_id: str, title: str, now: str) -> Mapping[str, Any]:
    created = f"{now[:-4]}Z"  # milliseconds, as most STIX tools write
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": stix_id,
        "created": created,
        "modified": created,
        "name": title,
        "identity_class": "organization",
    }


def _stored(content: Mapping[str, Any]) -> StoredObject:
    version = str(content.get("modified") or content["created"])
    return StoredObject(
        key=ObjectKey(SERVER, str(content["id"]), digest(content)),
        type=str(content["type"]),
        spec_version="2.1",
        version=parse_instant(version),
        version_text=version,
        body=orjson.dumps(content).decode(),
    )

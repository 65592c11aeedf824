"""Who may join a circle (``sharing.md`` section 7).

A push is judged for the readers that its circle has then. A reader who is added to
``coalition.toml`` later would read everything that stands there, so it is added only
if every live object passes for it. The store remembers for which readers that holds;
the objects are looked at only when the file names another one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stix_models.canonical import digest
from taxii_server.errors import ConfigError
from taxii_server.filters import ALL, ObjectFilter
from taxii_server.services.context import Services
from taxii_server.sharing.coalition import Collection, CollectionKind
from taxii_server.sharing.knowledge import Knowledge, markings_of
from taxii_server.sharing.log import Draft, Logs
from taxii_server.sharing.policy import Decision, circle_refusal, traits_of
from taxii_server.storage.protocol import PageQuery, PlanView

_PAGE = 500  # objects looked at together
_EVERYTHING = ObjectFilter(versions=ALL, spec_versions=frozenset({"2.0", "2.1"}))


def require_circles_safe(services: Services, source: Path) -> None:
    """Return if every circle's objects may be shown to all of its readers.

    Raises:
        ConfigError: A reader was added for whom an object would be withheld; the
            message has counts and rules, no ids.
    """
    problems = []
    for circle, joining in _changed(services):
        refused = list(_Joining(services, circle, joining).refusals()) if joining else []
        if refused:
            problems.append(
                f"[[collection]] {circle.alias}: readers: {', '.join(sorted(joining))} cannot "
                f"join: {len(refused)} of its objects may not be shown to them. "
                f"{refused[0].sentence}"
            )
    if problems:
        raise ConfigError(source, problems)


def admit_readers(services: Services, source: Path) -> None:
    """Let the configured readers in, if they pass.

    Only for a process that serves from now on, after any other has stopped: what is
    pushed later is judged for the readers whom this one knows.

    Raises:
        ConfigError: As ``require_circles_safe``; nobody is let in.
    """
    require_circles_safe(services, source)
    for circle, _ in _changed(services):
        services.store.remember(_key(circle), _readers(circle))


def _changed(services: Services) -> list[tuple[Collection, frozenset[str]]]:
    """Return the circles with other readers than at the last start, and who joins."""
    found = []
    for circle in services.coalition.collections:
        if circle.kind is CollectionKind.GROUP:
            before = services.store.remembered(_key(circle))
            if before != _readers(circle):
                found.append((circle, circle.readers - set((before or "").split(","))))
    return found


def _key(circle: Collection) -> str:
    return f"readers:{circle.id}"


def _readers(circle: Collection) -> str:
    return ",".join(sorted(circle.readers))


@dataclass(frozen=True, slots=True)
class _Joining:
    """Readers who want to join a circle."""

    services: Services
    circle: Collection
    readers: frozenset[str]

    def refusals(self) -> Iterator[Decision]:
        """Yield the reason for each object that one of the readers may not see."""
        after_seq = 0
        while True:
            query = PageQuery(self.circle.id, _EVERYTHING, after_seq, _PAGE, 1 << 23)
            page = self.services.store.read_page(query)
            contents = json.loads(b"[" + page.text + b"]")
            yield from self.services.store.look(_Judging(self, contents))
            if not page.more:
                return
            after_seq = page.last_seq


@dataclass(frozen=True, slots=True)
class _Judging:
    """Judges one page of a circle's objects."""

    joining: _Joining
    contents: list[Mapping[str, Any]]

    def __call__(self, view: PlanView) -> list[Decision]:
        ids = {str(content["id"]) for content in self.contents}
        ids |= {marking for content in self.contents for marking in markings_of(content)}
        logs = Logs(view.entries_of(ids))
        return [
            refusal
            for content in self.contents
            for producer in self._producers(logs, content)
            if (refusal := self._refusal(logs, content, producer)) is not None
        ]

    def _producers(self, logs: Logs, content: Mapping[str, Any]) -> set[str]:
        entries: list[Draft] = logs.live(self.joining.circle.id, str(content["id"]))
        mark = digest(content)
        return {
            support.line.producer
            for entry in entries
            if entry.object.digest == mark
            for support in entry.supports.values()
            if support.live
        }

    def _refusal(self, logs: Logs, content: Mapping[str, Any], producer: str) -> Decision | None:
        coalition = self.joining.services.coalition
        if producer not in coalition.names:
            return Decision(False, "builtin:no-rule", "A former member wrote one of them.")
        known = Knowledge(logs, coalition, producer)
        statements = known.statements(markings_of(content))
        default = coalition.member(producer).default_marking
        traits = traits_of(content, default, statements)
        return circle_refusal(traits, producer, self.joining.readers, coalition.policy)

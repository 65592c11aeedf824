"""What a producer knows of the markings that its objects carry (``sharing.md`` section 3).

Statement markings do not restrict. A marking counts as one if every content that the
producer ever knew is a statement: what it pushed anywhere, the push being decided
included, and what ever stood in its feed or a circle that it reads (section 4).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taxii_server.sharing.acceptance import Candidate, readable_logs
from taxii_server.sharing.coalition import Coalition
from taxii_server.sharing.log import Logs

IsRefused = Callable[[Candidate, set[str]], bool]
"""Whether a pushed marking is not accepted, given which markings are statements."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What one producer knows, as far as ``logs`` holds the ids asked about."""

    logs: Logs
    coalition: Coalition
    producer: str

    def ids(self, wanted: Iterable[str]) -> set[str]:
        """Return those of the ids that the producer pushed, or saw in what it reads."""
        readable = readable_logs(self.coalition, self.producer)
        return {
            stix_id
            for stix_id in wanted
            for collection in self.logs.collections_of(stix_id)
            for entry in self.logs.of(collection, stix_id)
            if collection in readable or any(s.producer == self.producer for s in entry.supports)
        }

    def statements(self, markings: Iterable[str], pushed: Sequence[Candidate] = ()) -> set[str]:
        """Return the markings that are statements for this producer."""
        readable = readable_logs(self.coalition, self.producer)
        known: dict[str, list[bool]] = defaultdict(list)
        for stix_id in markings:
            for collection in self.logs.collections_of(stix_id):
                for entry in self.logs.of(collection, stix_id):
                    own = any(line.producer == self.producer for line in entry.supports)
                    if own or collection in readable:
                        known[stix_id].append(entry.statement)
        for candidate in pushed:
            known[candidate.stored.key.stix_id].append(candidate.stored.statement)
        return {stix_id for stix_id, contents in known.items() if all(contents)}

    def statements_with(
        self, markings: Iterable[str], candidates: Sequence[Candidate], is_refused: IsRefused
    ) -> set[str]:
        """Return the same, with the markings among ``candidates`` that will be accepted.

        Whether one is accepted may turn on the others, so those that are refused are
        left out and the rest judged again, until nothing changes.
        """
        named = set(markings)
        pushed = [c for c in candidates if c.stored.key.stix_id in named]
        while True:
            statements = self.statements(named, _first_of_each_version(pushed))
            kept = [c for c in pushed if not is_refused(c, statements)]
            if len(kept) == len(pushed):
                return statements
            pushed = kept


def _first_of_each_version(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates without later contents of one version, which are conflicts."""
    first: dict[tuple[str, str | None], Candidate] = {}
    for candidate in candidates:
        first.setdefault((candidate.stored.key.stix_id, candidate.stored.version), candidate)
    return list(first.values())


def markings_of(content: Mapping[str, Any]) -> set[str]:
    """Return the ids of the markings on the object as a whole."""
    refs = content.get("object_marking_refs")
    return {ref for ref in refs if isinstance(ref, str)} if isinstance(refs, list) else set()

"""Who sees what, written from the sharing rules alone, as simply as possible.

Slow and in memory; shares no code with the server. It knows submissions and feeds
of members, not group collections. ``push`` and ``delete`` say what the server must
answer, ``feed`` what must then stand in a member's feed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Stix = Mapping[str, Any]
LEVELS = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": 0,
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": 0,
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": 1,
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": 1,
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": 2,
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": 2,
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": 3,
    "marking-definition--826578e1-40ad-459f-bc73-ede076f81f37": 3,
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": 4,
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": 4,
}
NAMES = {"clear": 0, "white": 0, "green": 1, "amber": 2, "amber+strict": 3, "red": 4}
SHARING = "extension-definition--13a0353c-47a7-43b6-9479-894055067ef7"

Rank = tuple[int, str]
ALL: Rank = (2, "")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its groups resolved; ``up_to`` is ``None`` for one that withholds."""

    givers: frozenset[str]
    takers: frozenset[str]
    types: frozenset[str]
    up_to: str | None


@dataclass(slots=True)
class Version:
    """One version in a line."""

    rank: Rank
    stix: Stix
    live: bool = True
    withdrawn: bool = False  # pushed again after a withdrawal: not newest for release


@dataclass(slots=True)
class Line:
    """The versions that one producer pushed under one id."""

    versions: list[Version] = field(default_factory=list)
    mark: Rank | None = None


@dataclass(slots=True)
class Entry:
    """One content in one feed and the producers whose lines support it, with their ranks."""

    stix: Stix
    supports: dict[str, Rank]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one object of a push: success, and whom it was appended for."""

    success: bool
    reached: frozenset[str] = frozenset()


def same(a: Stix, b: Stix) -> bool:
    """Return whether two contents are equal; the scenarios use no floats."""
    return json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)


def version_of(stix: Stix) -> str | None:
    """Return the version text; all texts in the scenarios have one precision."""
    found: str | None = stix.get("modified") or stix.get("created")
    return found


class Oracle:
    """The whole coalition in memory."""

    def __init__(
        self,
        identities: Mapping[str, str],
        rules: Sequence[Rule],
        default_markings: Mapping[str, str] | None = None,
    ) -> None:
        self.identities = identities  # member by its identity id
        self.members = list(identities.values())
        self.rules = rules
        self.default_markings = default_markings or {}
        self.lines: dict[tuple[str, str], Line] = {}
        self.feeds: dict[str, list[Entry]] = {member: [] for member in self.members}
        self.seen: dict[str, list[Stix]] = {member: [] for member in self.members}
        self.counter = 0

    # What a push comes to

    def push(self, producer: str, objects: Sequence[Stix]) -> list[Result]:
        """Accept objects in the order sent, then release them in the order of versions."""
        accepted: list[tuple[int, Version]] = []
        results: list[Result] = []
        for n, stix in enumerate(objects):
            self.counter += 1
            refused = self._authorship(producer, stix)
            if refused is not None:
                results.append(Result(refused == "duplicate"))
                continue
            success, version = self._accept(producer, stix)
            results.append(Result(success))
            if version is not None:
                accepted.append((n, version))
        before = {
            stix["id"]: self._newest(producer, stix["id"], without=[v for _, v in accepted])
            for stix in objects
        }
        for n, version in sorted(accepted, key=lambda pair: pair[1].rank):
            newest = before[version.stix["id"]]
            if not version.withdrawn and (newest is None or newest.rank < version.rank):
                results[n] = Result(True, self._release(producer, version))
        return results

    def _authorship(self, producer: str, stix: Stix) -> str | None:
        visible = [e.stix for e in self.feeds[producer] if e.stix["id"] == stix["id"]]
        author = self.identities.get(stix.get("created_by_ref", ""), producer)
        owner = self.identities.get(stix["id"], producer)
        signed = any(
            self.identities.get(one.get("created_by_ref", ""), producer) != producer
            for one in visible
        )
        stranger = signed and (producer, stix["id"]) not in self.lines
        if author == producer == owner and not stranger:
            return None
        return "duplicate" if any(same(one, stix) for one in visible) else "not-the-creator"

    def _accept(self, producer: str, stix: Stix) -> tuple[bool, Version | None]:
        line = self.lines.get((producer, stix["id"]), Line())
        version = version_of(stix)
        rank: Rank = (1, f"{self.counter:09d}") if version is None else (0, version)
        for known in line.versions:
            equal = same(known.stix, stix)
            if known.live and equal:
                return True, None
            withdrawn = not known.live and line.mark is not None and known.rank <= line.mark
            same_version = version is not None and version_of(known.stix) == version
            if (known.live or withdrawn) and not equal and same_version:
                return False, None
        again = line.mark is not None and rank <= line.mark
        made = Version(rank, stix, withdrawn=again)
        line.versions.append(made)
        self.lines[producer, stix["id"]] = line
        return True, made

    def _newest(
        self, producer: str, stix_id: str, without: Sequence[Version] = ()
    ) -> Version | None:
        line = self.lines.get((producer, stix_id), Line())
        found = [
            v
            for v in line.versions
            if v.live and not v.withdrawn and not any(v is one for one in without)
        ]
        return max(found, key=lambda v: v.rank, default=None)

    def _release(self, producer: str, version: Version) -> frozenset[str]:
        reached = frozenset(m for m in self.members if self.may_see(producer, m, version.stix))
        for member in reached:
            self.seen[member].append(version.stix)
            for entry in self.feeds[member]:
                if same(entry.stix, version.stix):
                    entry.supports[producer] = version.rank
                    break
            else:
                self.feeds[member].append(Entry(version.stix, {producer: version.rank}))
        return reached

    # decide

    def may_see(self, producer: str, recipient: str, stix: Stix) -> bool:
        """Return whether policy and markings let the recipient see it: the table of section 3."""
        if producer == recipient:
            return False
        definition = stix["type"] in {"marking-definition", "extension-definition"}
        level = self._level(producer, stix)
        released = False
        for rule in self.rules:
            if producer not in rule.givers or recipient not in rule.takers:
                continue
            listed = stix["type"] in rule.types or "*" in rule.types
            if rule.up_to is None:
                if listed:
                    return False
            elif (listed or definition) and level <= NAMES[rule.up_to]:
                released = True
        return (
            released
            and level < NAMES["red"]
            and SHARING not in stix.get("extensions", {})
            and not stix.get("granular_markings")
            and all(
                ref in LEVELS or self._is_statement(producer, ref)
                for ref in stix.get("object_marking_refs", [])
            )
        )

    def _level(self, producer: str, stix: Stix) -> int:
        levels = [LEVELS[r] for r in stix.get("object_marking_refs", []) if r in LEVELS]
        return max(levels) if levels else NAMES[self.default_markings.get(producer, "amber")]

    def _is_statement(self, producer: str, marking: str) -> bool:
        line = self.lines.get((producer, marking), Line())
        known = [v.stix for v in line.versions]
        known += [one for one in self.seen[producer] if one["id"] == marking]
        return bool(known) and all(one.get("definition_type") == "statement" for one in known)

    # What a delete takes back

    def delete(self, producer: str, stix_id: str, version: str | None = None) -> bool:
        """Withdraw the line, or one version of it; return whether there was anything."""
        line = self.lines.get((producer, stix_id), Line())
        gone = [v for v in line.versions if v.live and version in {None, version_of(v.stix)}]
        if not gone:
            return False
        newest = self._newest(producer, stix_id)
        for one in gone:
            one.live = False
            for member in self.members:
                self._drop(member, producer, one)
        dated = all(version_of(v.stix) is not None for v in gone)
        mark = max(v.rank for v in gone) if dated else ALL
        line.mark = mark if line.mark is None else max(line.mark, mark)
        remaining = self._newest(producer, stix_id)
        if remaining is not None and any(newest is one for one in gone):
            self._release(producer, remaining)
        return True

    def _drop(self, member: str, producer: str, version: Version) -> None:
        for entry in list(self.feeds[member]):
            if same(entry.stix, version.stix):
                entry.supports.pop(producer, None)
                if not entry.supports:
                    self.feeds[member].remove(entry)

    # What stands in a feed

    def feed(self, member: str) -> list[Stix]:
        """Return every live content, in no order."""
        return [entry.stix for entry in self.feeds[member]]

    def latest(self, member: str) -> list[Stix]:
        """Return what is latest: a line that supports it has nothing newer in this feed."""
        newest: dict[tuple[str, str], Rank] = {}
        for entry in self.feeds[member]:
            for producer, rank in entry.supports.items():
                key = (producer, entry.stix["id"])
                newest[key] = max(newest.get(key, rank), rank)
        return [
            entry.stix
            for entry in self.feeds[member]
            if any(rank == newest[p, entry.stix["id"]] for p, rank in entry.supports.items())
        ]
